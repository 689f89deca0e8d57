"""Who wins a column? Nobody, when the lead is inside rounding or inside the noise of the seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.render.tags.parallel import is_number
from generator.render.tags.quantity import show_significant


@dataclass(frozen=True)
class Verdict:
    """The winner of one column."""

    column: str
    row: int | None  # None: a tie
    why: str = ""  # for the footnote, when nobody wins


def parse_best(text: str, columns: Sequence[str]) -> list[tuple[str, bool]]:
    """Read `min lm_loss, max acc` as (column, smallest is best).

    Raises:
        ValueError: in words for the author.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        end, _, column = part.partition(" ")
        if end not in {"min", "max"} or not column.strip():
            raise ValueError(f"`{part}` in `best` must be `min` or `max` and a column")
        if column.strip() not in columns:
            raise ValueError(f"`{column.strip()}` in `best` is no column of this table")
        found.append((column.strip(), end == "min"))
    return found


def judge(
    rows: Sequence[Mapping[str, object]], column: str, smallest: bool, shown: Sequence[str], name: str
) -> Verdict:
    """Find the winner of a column; `shown` are its cells as readers see them, `name` its heading.

    The two best must differ in what is shown, and, where `<column>_std` is there, by more than the larger of
    their standard deviations.
    """
    ranked = sorted(
        (i for i, row in enumerate(rows) if is_number(row.get(column))),
        key=lambda i: (_number(rows[i], column) * (1 if smallest else -1), i),
    )
    if len(ranked) < 2:
        return Verdict(column, ranked[0] if ranked else None)
    first, second = ranked[:2]
    if shown[first] == shown[second]:
        return Verdict(column, None, f"no winner in {name}: the two best are equal at the precision shown")
    gap = abs(_number(rows[first], column) - _number(rows[second], column))
    noise = max(
        _number(rows[i], f"{column}_std") if is_number(rows[i].get(f"{column}_std")) else 0.0 for i in ranked[:2]
    )
    if gap <= noise:
        what = (
            f"the two best differ by {show_significant(gap, 2)}, one standard deviation is {show_significant(noise, 2)}"
        )
        return Verdict(column, None, f"no winner in {name}: {what}")
    return Verdict(column, first)


def _number(row: Mapping[str, object], column: str) -> float:
    value = row[column]
    assert isinstance(value, int | float), "callers ask is_number first"
    return float(value)
