"""Filters over lists and mappings, those that need no look inside the items."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from generator.render.body.bounds import LONGEST_LIST, Refused, describe, is_container, is_list, require
from generator.render.body.members import join_all

LEAVE_OUT = 'leave it out: `| reject("none")`, or `| selectattr("key", "ne", none)` before'


def items_of(value: object) -> Sequence[object]:
    """Return what a loop would go through; a mapping gives its keys, a text its characters.

    Raises:
        Refused: the value is neither.
    """
    if isinstance(value, Mapping):
        return list(value)
    if isinstance(value, str):
        require(len(value) <= LONGEST_LIST, f"a text of more than {LONGEST_LIST:,} characters cannot be a list")
        return list(str.__str__(value))
    if is_list(value):
        return value
    raise Refused(f"{describe(value)} is not a list")


def pairs_of(value: object) -> Sequence[object]:
    """Return the (key, value) pairs of a mapping, and of a list its items: what Liquid loops over."""
    return [(key, value[key]) for key in value] if isinstance(value, Mapping) else items_of(value)


def pairs(value: object) -> Sequence[object]:
    """Return the (key, value) pairs of a mapping, in its order."""
    require(isinstance(value, Mapping), f"{describe(value)} is not a mapping")
    return pairs_of(value)


def offset(value: object, count: int) -> Sequence[object]:
    """Leave out the first items of a list, or the first pairs of a mapping."""
    return pairs_of(value)[_whole(count) :]


def limit(value: object, count: int) -> Sequence[object]:
    """Keep the first items of a list, or the first pairs of a mapping."""
    return pairs_of(value)[: _whole(count)]


def table_row(value: object, columns: int) -> list[list[object]]:
    """Break a list into rows of `columns` items; the last may be shorter."""
    return batch(pairs_of(value), columns)


def batch(value: object, size: int, *fill: object) -> list[list[object]]:
    """Break a list into parts of `size`; `fill` makes the last as long as the others."""
    require(1 <= size <= LONGEST_LIST, f"`{size}` is not a number of items")
    items = items_of(value)
    parts = [list(items[start : start + size]) for start in range(0, len(items), size)]
    if fill and parts:
        require(size - len(parts[-1]) <= 10_000, f"`{size}` is too many items to fill up to")
        parts[-1] += [fill[0]] * (size - len(parts[-1]))
    return parts


def columns(value: object, count: int, *fill: object) -> list[list[object]]:
    """Break a list into `count` parts of nearly equal length."""
    require(1 <= count <= 10_000, f"`{count}` is not a number of parts")
    items = items_of(value)
    length, longer = divmod(len(items), count)
    parts, start = [], 0
    for number in range(count):
        end = start + length + (number < longer)
        parts.append([*items[start:end], *(fill if number >= longer and longer else ())])
        start = end
    return parts


def first(value: object) -> object:
    """Return the first item; of a mapping, the first key."""
    return next(iter(_not_empty(value)))


def last(value: object) -> object:
    """Return the last item; of a mapping, the last key."""
    return _not_empty(value)[-1]


def length(value: object) -> int:
    """Return the number of items, keys or characters."""
    if isinstance(value, str | Mapping) or is_list(value):
        return len(value)
    raise Refused(f"{describe(value)} has no length")


def backwards(value: object) -> object:
    """Turn a list or a text round."""
    if isinstance(value, str):
        return str.__str__(value)[::-1]
    return list(items_of(value))[::-1]


def join(value: object, separator: str = "", attribute: None = None) -> str:
    """Put the items of a list into one text; null, lists and mappings are refused."""
    require(attribute is None, "`join` has no `attribute`", 'write `| map(attribute="…") | join`')
    return join_all(separator, items_of(value))


def sort_pairs(value: object, case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> list[object]:
    """Return the pairs of a mapping in the order of its keys, or of its values."""
    require(by in {"key", "value"}, f"`by` is `key` or `value`, not `{by}`")
    place = 0 if by == "key" else 1
    return ordered(pairs(value), lambda pair: pair[place], reverse=reverse, case_sensitive=case_sensitive)  # type: ignore[index]


def ordered(
    items: Iterable[object], key: Callable[[object], object], *, reverse: bool = False, case_sensitive: bool = False
) -> list[object]:
    """Sort items by single values of one kind; items whose value is null come last either way."""
    keyed = [(key(item), item) for item in items]
    for value, _ in keyed:
        if is_container(value):
            raise Refused(f"{describe(value)} cannot be put in order: say by which of its keys")
    known = [pair for pair in keyed if pair[0] is not None]
    kinds = {rank(value, case_sensitive)[0] for value, _ in known}
    if len(kinds) > 1:
        raise Refused(f"{' and '.join(sorted(kinds))} cannot be put in one order")
    known.sort(key=lambda pair: rank(pair[0], case_sensitive)[1], reverse=reverse)  # type: ignore[arg-type, return-value]
    return [item for _, item in known] + [item for value, item in keyed if value is None]


def rank(value: object, case_sensitive: bool = False) -> tuple[str, object]:
    """Return the kind of a single value, and what orders it among its kind."""
    if isinstance(value, int | float):
        return "numbers", value
    if isinstance(value, str):
        return "texts", str.__str__(value) if case_sensitive else value.lower()
    if isinstance(value, datetime):
        return "moments", value
    if isinstance(value, date):
        return "dates", value
    raise Refused(f"{describe(value)} cannot be put in order")


def extreme(value: object, key: Callable[[object], object], *, largest: bool, case_sensitive: bool = False) -> object:
    """Return the smallest or the largest item; a null among them is refused."""
    items = list(items_of(value))
    require(bool(items), "an empty list has neither a smallest nor a largest item")
    for item in items:
        require(key(item) is not None, "null has no size", LEAVE_OUT)
    return ordered(items, key, reverse=largest, case_sensitive=case_sensitive)[0]


def unique(items: Iterable[object], key: Callable[[object], object], case_sensitive: bool = False) -> list[object]:
    """Keep the first of the items that are alike."""
    seen: set[object] = set()
    kept = []
    for item in items:
        value = key(item)
        require(not is_container(value), f"{describe(value)} cannot be told apart: say by which of its keys")
        mark = value.lower() if isinstance(value, str) and not case_sensitive else value
        if mark not in seen:
            seen.add(mark)
            kept.append(item)
    return kept


def total(items: Iterable[object], start: float = 0) -> float:
    """Add numbers up."""
    numbers = []
    for item in items:
        if item is None:
            raise Refused("null cannot be added", LEAVE_OUT)
        if not isinstance(item, int | float):
            raise Refused(f"{describe(item)} cannot be added")
        numbers.append(item)
    return sum(numbers, start)


def grouped(items: Iterable[object], key: Callable[[object], object]) -> list[tuple[object, list[object]]]:
    """Return (value, items) for each value of the key, in the order of the values."""
    by_value = ordered(items, key, case_sensitive=True)
    return [(value, list(members)) for value, members in itertools.groupby(by_value, key)]


def _whole(count: object) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise Refused(f"`{count}` is not a number of items" if not is_container(count) else "a list is not a number")
    return count


def _not_empty(value: object) -> Sequence[object]:
    items = items_of(value)
    require(len(items) > 0, "the list is empty")
    return items


LIST_FILTERS: dict[str, Callable[..., object]] = {
    "batch": batch,
    "count": length,
    "dictsort": sort_pairs,
    "first": first,
    "items": pairs,
    "join": join,
    "last": last,
    "length": length,
    "limit": limit,
    "list": lambda value: list(items_of(value)),
    "offset": offset,
    "pairs": pairs,
    "reverse": backwards,
    "slice": columns,
    "tablerow": table_row,
}
