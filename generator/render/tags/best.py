"""Who wins a column? Nobody, when the lead is inside rounding or inside the noise of the seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.errors import did_you_mean
from generator.render.tags.quantity import is_number, show_significant


@dataclass(frozen=True)
class Verdict:
    """The winner of one column."""

    column: str
    row: int | None  # None: a tie, or nothing to compare
    why: str = ""  # for the footnote, when nobody wins


def parse_best(text: str, columns: Sequence[str]) -> list[tuple[str, bool]]:
    """Read `min lm_loss, max acc` as (column, smallest is best).

    Raises:
        ValueError: in words for the author.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        end, _, column = (word.strip() for word in part.partition(" "))
        if end not in {"min", "max"} or not column:
            raise ValueError(f"`{part}` in `best` must be `min` or `max` and a column")
        if column not in columns:
            near = did_you_mean(column, columns)
            raise ValueError(f"`{column}` in `best` is no column of this table" + (f": {near}" if near else ""))
        found.append((column, end == "min"))
    return found


def judge(
    rows: Sequence[Mapping[str, object]], column: str, smallest: bool, shown: Sequence[str], name: str
) -> Verdict:
    """Find the winner of a column; `shown` are its values as readers see them, `name` its heading.

    The best must differ from every rival in what is shown, and, where `<column>_std` is there, by more than the
    larger of the two standard deviations.
    """
    values = {i: value for i, row in enumerate(rows) if is_number(value := row.get(column))}
    if len(values) < 2:
        return Verdict(column, None)
    first, *rivals = sorted(values, key=lambda i: (values[i] if smallest else -values[i], i))
    if shown[first] == shown[rivals[0]]:
        return Verdict(column, None, f"no winner in {name}: the two best are equal at the precision shown")
    for rival in rivals:
        lead = abs(values[first] - values[rival])
        noise = max(_spread(rows[i], column) for i in (first, rival))
        if lead <= noise:
            told = f"leads by {show_significant(lead, 2)}, within one standard deviation ({show_significant(noise, 2)})"
            return Verdict(column, None, f"no winner in {name}: the best {told}")
    return Verdict(column, first)


def _spread(row: Mapping[str, object], column: str) -> float:
    std = row.get(f"{column}_std")
    return std if is_number(std) else 0.0
