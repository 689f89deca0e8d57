"""`fetch`: a text in the cache with the right hash, or nothing there and a line that says why. No network is used."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

FIRST, SECOND = b"one\r\n", b"two\r\n"
WHOLE = b"one\ntwo\n"
SOURCES = '''
"""What the family can fetch."""

from __future__ import annotations

from dataclasses import dataclass


def assemble(parts):
    if b"two" not in parts[1]:
        raise ValueError("the second part is another text than the one that was expected")
    return b"".join(parts).replace(b"\\r", b"")


@dataclass(frozen=True)
class Source:
    file: str
    sha256: str
    urls: tuple[str, ...]
    assemble: object


SOURCES = {"words": Source("words.txt", "{digest}", ("{server}/first.txt", "{server}/second.txt"), assemble)}
'''


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "first.txt").write_bytes(FIRST)
    (folder / "second.txt").write_bytes(SECOND)
    serving = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}", folder
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def words(lab: Any, server: tuple[str, Path], home: Path) -> Any:
    digest = hashlib.sha256(WHOLE).hexdigest()
    lab.write("experiments/family/sources.py", SOURCES.replace("{digest}", digest).replace("{server}", server[0]))
    return lab


def test_what_was_fetched_is_assembled_checked_and_kept(words: Any, server: tuple[str, Path], home: Path):
    said = words("fetch", "words")

    assert (home / ".cache/labpress/words.txt").read_bytes() == WHOLE
    assert said.code == 0
    assert said.out == (
        f"1/2 {server[0]}/first.txt\n2/2 {server[0]}/second.txt\n"
        f"~/.cache/labpress/words.txt: 8 bytes, SHA-256 {hashlib.sha256(WHOLE).hexdigest()}\n"
    )


def test_a_second_fetch_asks_nobody(words: Any, server: tuple[str, Path]):
    words("fetch", "words")
    (server[1] / "first.txt").unlink()
    said = words("fetch", "words")

    assert (said.code, said.out) == (0, "~/.cache/labpress/words.txt is there already, with the right hash\n")


def test_a_damaged_copy_in_the_cache_is_fetched_again(words: Any, home: Path):
    words("fetch", "words")
    (home / ".cache/labpress/words.txt").write_bytes(b"one\ntwp\n")
    words("fetch", "words")

    assert (home / ".cache/labpress/words.txt").read_bytes() == WHOLE


def test_a_wrong_hash_is_told_and_nothing_is_kept(words: Any, server: tuple[str, Path], home: Path):
    (server[1] / "first.txt").write_bytes(b"One\n")
    said = words("fetch", "words")

    found = hashlib.sha256(b"One\ntwo\n").hexdigest()[:12]
    assert said.code == 2
    assert said.err == (
        f"error: what was fetched for `words` has SHA-256 {found}…, not {hashlib.sha256(WHOLE).hexdigest()[:12]}…\n"
        "hint: nothing was kept; `--from FILE` takes a copy that you have\n"
    )
    assert not (home / ".cache").exists()


def test_a_part_that_is_another_text_is_named(words: Any, server: tuple[str, Path], home: Path):
    (server[1] / "second.txt").write_bytes(b"three\n")
    said = words("fetch", "words")

    assert said.err == (
        "error: the second part is another text than the one that was expected\n"
        "hint: nothing was kept; `--from FILE` takes a copy that you have\n"
    )
    assert not (home / ".cache").exists()


def test_an_address_that_has_nothing_is_told(words: Any, server: tuple[str, Path]):
    (server[1] / "second.txt").unlink()
    said = words("fetch", "words")

    assert said.err == (
        f"error: {server[0]}/second.txt answered 404 File not found\nhint: `--from FILE` takes a copy that you have\n"
    )


def test_without_a_network_there_is_one_line_and_a_way_out(lab: Any, home: Path):
    closed = "http://127.0.0.1:9"  # nobody listens at the port for discarding
    lab.write("experiments/family/sources.py", SOURCES.replace("{digest}", "0" * 64).replace("{server}", closed))
    said = lab("fetch", "words")

    assert said.err == (
        f"error: {closed}/first.txt cannot be reached: [Errno 111] Connection refused\n"
        "hint: `--from FILE` takes a copy that you have\n"
    )


def test_a_copy_that_is_there_already_is_taken_by_its_hash(words: Any, tmp_path: Path, home: Path):
    (tmp_path / "mine.txt").write_bytes(WHOLE)
    said = words("fetch", "words", "--from", str(tmp_path / "mine.txt"))

    assert (said.code, (home / ".cache/labpress/words.txt").read_bytes()) == (0, WHOLE)


def test_a_copy_that_is_not_there_is_named(words: Any, tmp_path: Path):
    said = words("fetch", "words", "--from", str(tmp_path / "absent.txt"))

    assert said.err == f"error: `{tmp_path}/absent.txt` cannot be read: No such file or directory\n"


def test_an_unknown_name_gets_the_nearest(words: Any):
    said = words("fetch", "world")

    assert (said.code, said.err) == (
        2,
        "error: there is nothing named `world` to fetch\nhint: did you mean `words`?\n",
    )


def test_an_experiment_whose_text_is_not_in_the_cache_names_the_command(lab: Any, home: Path):
    lab.write(
        "experiments/family/read.py",
        '''
        """Reads a text."""

        from dataclasses import dataclass
        from pathlib import Path

        WRITES = {"length": "scalar"}


        @dataclass(frozen=True)
        class Config:
            corpus: Path = Path("~/.cache/labpress/words.txt")


        def run(config, log):
            return {"length": len(config.corpus.expanduser().read_text())}
        ''',
    )
    said = lab("run", "family.read")

    assert said.err == (
        "experiments/family/read.py: error: the file `~/.cache/labpress/words.txt` of `family.read` does not exist\n"
        "hint: `python -m experiments fetch words` downloads it\n"
    )


def test_what_was_made_from_a_fetched_text_stays_fresh_where_the_text_is_not(words: Any, home: Path):
    test_an_experiment_whose_text_is_not_in_the_cache_names_the_command(words, home)
    words("fetch", "words")
    words("run", "family.read")
    fresh = words("status", "family.read").out.splitlines()[0]
    (home / ".cache/labpress/words.txt").unlink()
    without = words("status", "family.read").out.splitlines()[0]
    (home / ".cache/labpress/words.txt").write_bytes(b"other")
    other = words("status", "family.read").out.splitlines()[:2]

    assert fresh == without == "family.read: fresh"
    assert other == ["family.read: stale", "  file ~/.cache/labpress/words.txt changed"]
