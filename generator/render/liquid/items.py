"""Items of lists as Ruby's filters see them: lists flattened, properties by dotted name, an order for any two."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from generator.data.leaves import FloatLeaf, IntLeaf, TextLeaf
from generator.render.body.bounds import Budget, Refused, describe, is_list, require
from generator.render.body.compare import ordered
from generator.render.liquid.comparing import Word
from generator.render.liquid.record import Record
from generator.render.liquid.ruby import inspect, is_nil, printed, to_text

WHOLE = re.compile(r"\s*-?\d+\s*", re.ASCII)
POINTED = re.compile(r"\s*-?(?:\d+\.?\d*|\.\d+)\s*", re.ASCII)
LONGEST = 200_000  # items of a list that a filter takes or makes
SINGLE = {str, int, float, bool, type(None), TextLeaf, IntLeaf, FloatLeaf}
LONG = 5_000  # items; work on longer lists takes time worth a look at the clock
DEEPEST = 60


def flat(value: object, depth: int = 0) -> list[object]:
    """Return the items of a list, and of the lists in it; a mapping or a single value is one item, nil none."""
    if is_nil(value):
        return []
    if not is_list(value):
        return [value]
    require(len(value) <= LONGEST, f"this list has more than {LONGEST:,} items")
    if isinstance(value, range) or not any(type(item) not in SINGLE and is_list(item) for item in value):
        return list(value)
    require(depth < DEEPEST, f"lists stand more than {DEEPEST} deep inside each other")
    items: list[object] = []
    for item in value:
        if is_list(item) and not isinstance(item, range):
            items += flat(item, depth + 1)
            require(len(items) <= LONGEST, f"this list would be longer than {LONGEST:,} items")
        else:
            items.append(item)
    return items


def listed(value: object) -> list[object] | None:
    """Return the items Jekyll's filters choose from, the values of a mapping; None when it is no list."""
    if isinstance(value, Mapping):
        return [value[key] for key in value]
    if isinstance(value, range):
        return flat(value)
    require(not is_list(value) or len(value) <= LONGEST, f"this list has more than {LONGEST:,} items")
    return list(value) if is_list(value) else None


def read(item: object, name: object) -> object:
    """Return a property of an item; `a.b` looks inside. One it does not have is nil.

    Raises:
        Refused: the item is no mapping.
    """
    head, *rest = to_text(name).split(".")
    value = read_one(item, head)
    for part in rest:
        value = read_one(value, part) if isinstance(value, str | Mapping) else False
    return value


def read_one(item: object, name: str) -> object:
    """Return a property by its whole name; a text has its parts.

    Raises:
        Refused: the item is neither a mapping nor a text.
    """
    if isinstance(item, Mapping):
        return item.get(name)
    if isinstance(item, str):
        return name if name in str.__str__(item) else None
    raise Refused(f"{describe(None if is_nil(item) else item)} has no `{name}`: the items of the list are no mappings")


def as_number(value: object) -> object:
    """Return a text that writes a number as that number, as Jekyll compares and sorts."""
    if isinstance(value, str) and len(value) < 300:
        if WHOLE.fullmatch(value):
            return int(value)
        if POINTED.fullmatch(value):
            return float(value)
    return value


def is_target(value: object, target: object) -> bool:
    """Tell whether a property is what `where` looks for: the same text, or a list that has it."""
    if is_nil(target):
        return is_nil(value)
    if isinstance(target, Word):
        return not printed(value)
    wanted = to_text(target)
    if isinstance(value, str):
        return str.__str__(value) == wanted
    return any(to_text(each) == wanted for each in (flat(value) if not isinstance(value, Mapping) else [value]))


def compare(left: object, right: object) -> int:
    """Order two values; a number and a text by their texts.

    Raises:
        Refused: lists or mappings have no order.
    """
    try:
        left, right = ordered(left, right)
    except Refused:
        for value in (left, right):
            if isinstance(value, Mapping):
                raise Refused("mappings have no order: say by which key") from None
        left, right = to_text(left), to_text(right)
    return _sign(left, right)


def strictly(left: object, right: object) -> int:
    """Order two values of one kind.

    Raises:
        Refused: they are of different kinds.
    """
    if is_list(left) and is_list(right):
        for pair in zip(left, right, strict=False):
            if sign := strictly(*pair):
                return sign
        return (len(left) > len(right)) - (len(left) < len(right))
    return _sign(*ordered(left, right))


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def sort_by(
    budget: Budget,
    items: Sequence[object],
    key: Callable[[object], object],
    how: Callable[[object, object], int],
    nil: int,
) -> list[object]:
    """Sort items by a key; those without one come first (`nil` is -1) or last (1)."""
    if len(items) > LONG:
        budget.check_clock()

    def order(left: tuple[object, object], right: tuple[object, object]) -> int:
        if is_nil(left[0]) or is_nil(right[0]):
            return 0 if is_nil(left[0]) and is_nil(right[0]) else nil if is_nil(left[0]) else -nil
        budget.step()
        return how(left[0], right[0])

    keyed = sorted(((key(item), item) for item in items), key=functools.cmp_to_key(order))
    return [item for _, item in keyed]


def identity(value: object) -> str:
    """Return a text that is the same for values that are the same: 1 and 1.0 are not."""
    return f"page {value['url']}" if isinstance(value, Record) and "url" in value else inspect(value)
