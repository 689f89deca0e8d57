"""Claims: a sentence that stands only as long as its comparison holds, and the functions it is made of."""

from __future__ import annotations

import functools
import operator
import statistics
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from generator.data.ledger import Ledger
from generator.errors import SiteError
from generator.render.tags.quantity import THIN, TIMES, show_significant
from generator.render.tags.strip import describe
from generator.render.values import Inline

MEND = "change the sentence, or find out what changed"
SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def claimed(ledger: Ledger, told: str, *parts: object, each: str = "") -> Inline:
    """Judge a claim and return the opening of its text; `claim_end` closes it.

    `parts` are its comparisons one after the other (left, sign, right), or the one value it came to when it is
    made of anything else. With `each`, sides are lists with a value a seed (or one number for all seeds), and the
    comparison must hold for all of them, or for as many as the quorum says.

    Raises:
        SiteError: when the claim does not hold, with both sides and the run.
    """
    if len(parts) == 1:
        if not isinstance(parts[0], bool):
            raise SiteError(f"the claim `{told}` compares nothing: it is {_shown(parts[0])}", hint="write `a < b`")
        if not parts[0]:
            raise SiteError(f"the claim `{told}` does not hold", hint=MEND)
        return _opening(f"checked: {told}")
    sides = [(left, str(sign), right) for left, sign, right in zip(*[iter(parts)] * 3, strict=True)]
    if each:
        if len(sides) > 1:
            raise SiteError(f"the claim `{told} for seed` has more than one comparison", hint="write a claim for each")
        return _for_each(ledger, told, sides[0], each)
    broken = [side for side in sides if not _holds(*side)]
    if broken:
        values = "; ".join(f"{_shown(left)} is not {sign} {_shown(right)}" for left, sign, right in broken)
        runs = _runs(ledger, *(value for left, _, right in broken for value in (left, right)))
        raise SiteError(f"the claim `{told}` does not hold: {values}" + (f"; {runs}" if runs else ""), hint=MEND)
    found = ", ".join(f"{_shown(left)} {sign} {_shown(right)}" for left, sign, right in sides)
    return _opening(f"checked: {told}, that is {found}")


def claim_end() -> Inline:
    """Return the end of a claim's text."""
    return Inline("</span>")


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean."""
    return statistics.fmean(_numbers(values))


def std(values: Sequence[float]) -> float:
    """Return the sample standard deviation (n - 1)."""
    return statistics.stdev(_numbers(values))


def within(value: float, target: float, tolerance: float) -> bool:
    """Tell whether two numbers are at most `tolerance` apart."""
    return abs(value - target) <= tolerance


def smallest(*values: object) -> float:
    """Return the smallest of several numbers or of one list."""
    return min(_numbers(_spread(values)))


def largest(*values: object) -> float:
    """Return the largest of several numbers or of one list."""
    return max(_numbers(_spread(values)))


def argmin(rows: Sequence[Mapping[str, object]], column: str) -> object:
    """Return the row with the smallest value in a column."""
    return min(_measured(rows, column), key=lambda row: row[column])  # type: ignore[arg-type, return-value]


def argmax(rows: Sequence[Mapping[str, object]], column: str) -> object:
    """Return the row with the largest value in a column."""
    return max(_measured(rows, column), key=lambda row: row[column])  # type: ignore[arg-type, return-value]


FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "argmax": argmax,
    "argmin": argmin,
    "max": largest,
    "mean": mean,
    "min": smallest,
    "std": std,
    "within": within,
}


def claims(ledger: Ledger) -> Mapping[str, Callable[..., object]]:
    """Return what a body can say in claims."""
    return {"claimed": functools.partial(claimed, ledger), "claim_end": claim_end, **FUNCTIONS}


def _for_each(ledger: Ledger, told: str, sides: tuple[object, str, object], each: str) -> Inline:
    left, sign, right = sides
    lists: list[Any] = [side for side in (left, right) if _is_list(side)]
    if not lists or len({len(side) for side in lists}) != 1:
        hint = "per-seed values stand in `by_seed`: `data.x.y.by_seed.loss`"
        raise SiteError(f"the claim `{told} for seed` needs a list with a value for each seed", hint=hint)
    count = len(lists[0])
    pairs = zip(*(list(side) if _is_list(side) else [side] * count for side in (left, right)), strict=True)  # type: ignore[call-overload]
    held = [_holds(a, sign, b) for a, b in pairs]
    needed = count if each == "all" else int(each)
    score = f"{sum(held)} of {count} seeds"
    if sum(held) < needed:
        runs = _runs(ledger, left, right)
        what = f"the claim `{told}` holds in {score}, {needed} are needed: {_shown(left)} {sign} {_shown(right)}"
        raise SiteError(what + (f"; {runs}" if runs else ""), hint=MEND)
    return _opening(f"checked: {told}, holds in {score}")


def _opening(title: str) -> Inline:
    return Inline(f'<span class="claim" tabindex="0" title="{escape(title)}" data-from="{escape(title)}">')


def _holds(left: object, sign: str, right: object) -> bool:
    if sign not in {"==", "!="} and not (_is_number(left) and _is_number(right)):
        raise SiteError(f"`{sign}` compares numbers, not {_shown(left)} and {_shown(right)}")
    return SIGNS[sign](left, right)  # type: ignore[arg-type]


def _runs(ledger: Ledger, *values: object) -> str:
    """Tell which runs the sides came from, where they still know."""
    origins = [ledger.of(path) for value in values if (path := str(getattr(value, "path", "")))]
    return "; ".join(dict.fromkeys(f"{o.experiment} ({describe(o.record)})" for o in origins if o))


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if _is_list(value):
        return "[" + ", ".join(_shown(item) for item in list(value)[:9]) + "]"  # type: ignore[call-overload]
    if not _is_number(value):
        return f"`{value!s:.40}`"
    number, power, exponent = show_significant(float(value), 6).partition(f"{THIN}{TIMES}")  # type: ignore[arg-type]
    return (number.rstrip("0").rstrip(".") if "." in number else number) + power + exponent


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _spread(values: Sequence[object]) -> list[object]:
    return list(values[0]) if len(values) == 1 and _is_list(values[0]) else list(values)  # type: ignore[call-overload]


def _numbers(values: Sequence[object]) -> list[float]:
    if not values or not all(_is_number(value) for value in values):
        raise SiteError("this needs a list of numbers", hint='`rows | map(attribute="loss") | list`')
    return [float(value) for value in values]  # type: ignore[arg-type]


def _measured(rows: Sequence[Mapping[str, object]], column: str) -> list[Mapping[str, object]]:
    measured = [row for row in rows if isinstance(row, Mapping) and _is_number(row.get(column))]
    if not measured:
        raise SiteError(f"no row has a number in `{column}`")
    return measured
