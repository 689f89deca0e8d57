"""Compare values of a template, counting every step: nested lists could otherwise take for ever."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from generator.render.body.bounds import Budget, Refused, describe, is_container, is_list

ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
LONG = 10_000  # characters; comparing longer texts takes time worth a look at the clock
DEEPEST = 100  # lists inside lists


def compare(budget: Budget, sign: str, left: object, right: object) -> bool:
    """Apply one of Jinja's comparisons, by its Jinja name: `eq ne lt lteq gt gteq in notin`.

    Raises:
        Refused: the two cannot be compared.
    """
    if is_container(right) or (isinstance(right, str) and len(right) > LONG):
        budget.check_clock()
    if sign in {"eq", "ne"}:
        return equal(budget, left, right) == (sign == "eq")
    if sign in {"in", "notin"}:
        return contains(budget, right, left) == (sign == "in")
    return bool(ORDERS[sign](*ordered(left, right)))


def equal(budget: Budget, left: object, right: object, depth: int = 0) -> bool:
    """Tell whether two values are the same, however they are nested."""
    if not is_container(left) and not is_container(right):
        return left == right
    budget.step()
    if depth > DEEPEST:
        raise Refused(f"lists nested more than {DEEPEST} deep cannot be compared")
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        same_keys = len(left) == len(right) and all(key in right for key in left)
        return same_keys and all(equal(budget, left[key], right[key], depth + 1) for key in left)
    if is_list(left) and is_list(right):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(equal(budget, *pair, depth + 1) for pair in pairs)
    return False


def contains(budget: Budget, container: object, wanted: object) -> bool:
    """Tell whether a list has an item, a mapping a key, or a text a part."""
    if isinstance(container, str):
        if not isinstance(wanted, str):
            raise Refused(f"`in` looks for text in a text, not for {describe(wanted)}")
        return str.__str__(wanted) in str.__str__(container)
    if isinstance(container, Mapping):
        return not is_container(wanted) and wanted in container
    if isinstance(container, range):
        return isinstance(wanted, int) and wanted in container
    if is_list(container):
        return any(equal(budget, item, wanted) for item in container)
    raise Refused(f"`in` cannot look into {describe(container)}")


def ordered(left: object, right: object) -> tuple[object, object]:
    """Return two values that `<` can compare: both numbers, both texts or both dates."""
    both = (left, right)
    if all(isinstance(value, int | float) for value in both) or all(isinstance(value, str) for value in both):
        return both
    if all(isinstance(value, date) for value in both):
        if all(isinstance(value, datetime) for value in both):
            return both
        return tuple(value.date() if isinstance(value, datetime) else value for value in both)  # type: ignore[return-value]
    raise Refused(f"{describe(left)} cannot be compared with {describe(right)}")
