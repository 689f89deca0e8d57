"""What `check --fix` writes: the mended literal and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import Place, SiteError
from generator.publish.repair import Repaired, mend_line, repair

POST = "posts/2026-01-02-x.md"
LINE = "The loss is [~0.37]{= data.a.loss } and [17%]{= data.a.share }."


def mistake(line: int, text: str, typed: str, mended: str, column: int = 0) -> SiteError:
    column = column or text.find(f"[{typed}]") + 1
    return SiteError(f"`{typed}` no longer holds", Place(POST, line, column, text), repair=(typed, mended))


def write(root: Path, content: bytes) -> Path:
    (root / "posts").mkdir(exist_ok=True)
    (root / POST).write_bytes(content)
    return root / POST


def test_a_literal_is_rewritten_and_the_difference_shown(tmp_path: Path):
    file = write(tmp_path, f"One.\n\n{LINE}\nLast.\n".encode())
    made = repair(tmp_path, [mistake(3, LINE, "~0.37", "~0.42")])

    assert file.read_text() == f"One.\n\n{LINE.replace('0.37', '0.42')}\nLast.\n"
    assert made == Repaired(
        f"--- {POST}\n+++ {POST}\n@@ -1,5 +1,5 @@\n One.\n \n-{LINE}\n+{LINE.replace('0.37', '0.42')}\n Last.\n \n",
        1,
        (),
    )


def test_several_literals_of_one_line_are_all_rewritten(tmp_path: Path):
    file = write(tmp_path, LINE.encode())
    made = repair(tmp_path, [mistake(1, LINE, "~0.37", "~0.4200"), mistake(1, LINE, "17%", "18%")])

    assert file.read_text() == "The loss is [~0.4200]{= data.a.loss } and [18%]{= data.a.share }."
    assert (made.count, made.left) == (2, ())


def test_of_two_equal_literals_the_one_that_is_wrong_is_rewritten(tmp_path: Path):
    line = "From [3]{= a } to [3]{= b }."
    file = write(tmp_path, line.encode())
    repair(tmp_path, [mistake(1, line, "3", "4", column=line.rindex("[3]") + 1)])

    assert file.read_text() == "From [3]{= a } to [4]{= b }."


def test_line_ends_and_a_byte_order_mark_stay_as_they_are(tmp_path: Path):
    file = write(tmp_path, f"\ufeff{LINE}\r\nLast.\r\n".encode())
    repair(tmp_path, [mistake(1, LINE, "17%", "18%")])

    assert file.read_bytes() == f"\ufeff{LINE.replace('17%', '18%')}\r\nLast.\r\n".encode()


def test_a_line_that_changed_in_the_meantime_is_left_alone(tmp_path: Path):
    file = write(tmp_path, b"Now [17%]{= data.b.share }.\n")
    stale = mistake(1, LINE, "17%", "18%")

    assert repair(tmp_path, [stale]) == Repaired("", 0, (stale,))
    assert file.read_bytes() == b"Now [17%]{= data.b.share }.\n"


def test_a_mistake_without_a_mend_is_left_to_the_author(tmp_path: Path):
    other = SiteError("`x` is not defined", Place(POST, 1))

    assert repair(tmp_path, [other]) == Repaired("", 0, (other,))


def test_nothing_outside_the_site_is_written(tmp_path: Path):
    outside = tmp_path / "outside.md"
    outside.write_text(LINE)
    root = tmp_path / "site"
    (root / "posts").mkdir(parents=True)
    (root / POST).symlink_to(outside)
    wrong = mistake(1, LINE, "17%", "18%")

    assert repair(root, [wrong]) == Repaired("", 0, (wrong,))
    assert outside.read_text() == LINE


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ('{{ data.a.share | guarded("17%") }}', '{{ data.a.share | guarded("18%") }}'),
        ("{{ data.a.share | guarded( '17%' ) }}", "{{ data.a.share | guarded( '18%' ) }}"),
        ("[17%](other.md) and 17%", ""),
    ],
)
def test_only_a_guarded_literal_is_rewritten(line: str, mended: str):
    assert mend_line(line, 1, "17%", "18%") == mended
