"""Filters over lists: Liquid's and Jekyll's, which take the place of those of one name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from liquid.exceptions import LiquidError
from liquid.expression import Expression

from generator.render.body.bounds import Refused, describe, is_list, require
from generator.render.body.texts import Captured
from generator.render.liquid.evaluate import evaluate, holds
from generator.render.liquid.items import (
    LONGEST,
    as_number,
    compare,
    flat,
    identity,
    is_target,
    listed,
    read,
    read_one,
    sort_by,
    strictly,
)
from generator.render.liquid.number_filters import plus
from generator.render.liquid.parsing import parse_condition, parse_value
from generator.render.liquid.ruby import is_nil, is_true, joined, to_integer, to_text
from generator.render.liquid.run import Run

TRUTH = object()  # what `where` looks for when it is given no value
CONDITION_HINT = 'write it like `where_exp: "post", "post.tags contains \'x\'"`'


def join(run: Run, value: object, glue: object = " ") -> object:
    """Join the items of a list to one text; blocks that were captured stay Markdown."""
    items = flat(value)
    if any(isinstance(item, Captured) for item in items):
        return run.captured([run.write(glue).join(run.write(item) for item in items)])
    return joined([to_text(item) for item in items], to_text(glue))


def size(value: object) -> int:
    """Count the characters of a text or the items of a list; a whole number has 8 bytes, as in Ruby."""
    if isinstance(value, str | Mapping) or is_list(value):
        return len(value)
    return 8 if isinstance(value, int) and not isinstance(value, bool) else 0


def first(value: object) -> object:
    """Return the first item of a list, or the first pair of a mapping."""
    if isinstance(value, Mapping):
        return next(([key, value[key]] for key in value), None)
    return value[0] if is_list(value) and len(value) else None


def last(value: object) -> object:
    """Return the last item of a list."""
    return value[-1] if is_list(value) and len(value) else None


def concat(value: object, other: object) -> list[object]:
    """Put one list behind another."""
    if not is_list(other):
        raise Refused(f"{describe(None if is_nil(other) else other)} is not a list to add")
    require(len(other) <= LONGEST, f"this list would be longer than {LONGEST:,} items")
    items = [*flat(value), *other]
    require(len(items) <= LONGEST, f"this list would be longer than {LONGEST:,} items")
    return items


def map_items(value: object, name: object) -> list[object]:
    """Return a property of each item."""
    key = to_text(name)
    return [None if is_nil(item) or isinstance(item, bool | float) else read_one(item, key) for item in flat(value)]


def compact(value: object, name: object = None) -> list[object]:
    """Drop the items that are nil, or whose property is."""
    items = flat(value)
    return [item for item in items if not is_nil(item if is_nil(name) else read_one(item, to_text(name)))]


def uniq(value: object, name: object = None) -> list[object]:
    """Keep the first of items that are the same."""
    seen: dict[str, object] = {}
    for item in flat(value):
        seen.setdefault(identity(item if is_nil(name) else read_one(item, to_text(name))), item)
    return list(seen.values())


def where(value: object, name: object, target: object = TRUTH) -> object:
    """Keep the items whose property is a value, or has it in its list; without one, those where it is true."""
    if target is TRUTH:
        return [item for item in flat(value) if is_true(None if is_nil(name) else read_one(item, to_text(name)))]
    items = listed(value)
    if items is None or is_nil(name) or is_list(target) or isinstance(target, Mapping):
        return value
    return [item for item in items if is_target(as_number(read(item, name)), target)]


def find(value: object, name: object, target: object) -> object:
    """Return the first item whose property is a value."""
    found = where(value, name, target)
    return next(iter(found), None) if isinstance(found, list) and listed(value) is not None else found


def reject(value: object, name: object, target: object = None) -> list[object]:
    """Drop the items whose property is a value, or is true."""
    items = listed(value) or []
    if is_nil(target):
        return [item for item in items if not is_true(read(item, name))]
    return [item for item in items if not is_target(as_number(read(item, name)), target)]


def group_by(value: object, name: object) -> object:
    """Return groups of the items that are alike: each has a `name`, its `items` and their number, `size`."""
    items = listed(value) if not isinstance(value, Mapping) else [[key, value[key]] for key in value]
    if items is None:
        return value
    return _groups([(to_text(as_number(read(item, name))), item) for item in items])


def _groups(named: list[tuple[Any, object]]) -> list[object]:
    groups: dict[str, tuple[object, list[object]]] = {}
    for name, item in named:
        groups.setdefault(identity(name), (name, []))[1].append(item)
    return [{"name": name, "items": items, "size": len(items)} for name, items in groups.values()]


def sort(run: Run, value: object, name: object = None, nils: object = "first") -> list[object]:
    """Sort a list, or by a property of its items; nil comes first unless told otherwise."""
    if is_nil(value):
        raise Refused("there is no list to sort")
    items = [[key, value[key]] for key in value] if isinstance(value, Mapping) else flat(value)
    if is_nil(name):
        if any(is_nil(item) for item in items) and len(items) > 1:
            raise Refused("nil cannot be sorted", "take it out with `| compact`")
        return sort_by(run.budget, items, lambda item: item, strictly, -1)
    if nils not in {"first", "last"}:
        raise Refused(f"`{to_text(nils)[:20]}` says not where nil goes", "write `first` or `last`")
    return sort_by(run.budget, items, lambda item: as_number(read(item, name)), compare, -1 if nils == "first" else 1)


def sort_natural(run: Run, value: object, name: object = None) -> list[object]:
    """Sort by texts, whatever their capitals; nil comes last."""

    def key(item: object) -> object:
        inner = item if is_nil(name) else read_one(item, to_text(name))
        return None if is_nil(inner) else to_text(inner).casefold()

    return sort_by(run.budget, flat(value), key, compare, 1)


def total(value: object, name: object = None) -> int | float:
    """Add the numbers of a list."""
    result: int | float = 0
    for item in flat(value):
        result = plus(result, item if is_nil(name) else read_one(item, to_text(name)))
    return result


def _each(
    run: Run, items: list[object], variable: object, expression: Expression, ask: Callable[..., Any]
) -> list[Any]:
    """Evaluate an expression for each item, under the name the page gives it."""
    answers = []
    with run.scope({}) as names, run.pinned(run.at):
        for item in items:
            run.budget.step()
            names[to_text(variable)] = item
            answers.append(ask(run, expression))
    return answers


def _condition(run: Run, text: object) -> Expression:
    try:
        return parse_condition(run.language.parser, to_text(text)[:1_000])
    except LiquidError as error:
        raise Refused(
            f"`{to_text(text)[:60]}` is no condition: {error.message}".replace("'", "`"), CONDITION_HINT
        ) from None


def where_exp(run: Run, value: object, variable: object, expression: object) -> object:
    """Keep the items for which a condition holds."""
    items = listed(value)
    if items is None:
        return value
    answers = _each(run, items, variable, _condition(run, expression), holds)
    return [item for item, answer in zip(items, answers, strict=True) if answer]


def find_exp(run: Run, value: object, variable: object, expression: object) -> object:
    """Return the first item for which a condition holds."""
    found = where_exp(run, value, variable, expression)
    return next(iter(found), None) if isinstance(found, list) and listed(value) is not None else found


def group_by_exp(run: Run, value: object, variable: object, expression: object) -> object:
    """Return groups of the items for which an expression has the same value."""
    pairs: list[object] = [[key, value[key]] for key in value] if isinstance(value, Mapping) else []
    items = pairs or listed(value)
    if items is None:
        return value
    try:
        parsed = parse_value(run.language.parser, to_text(expression)[:1_000])
    except LiquidError as error:
        raise Refused(f"`{to_text(expression)[:60]}` is no value: {error.message}".replace("'", "`")) from None
    return _groups(list(zip(_each(run, items, variable, parsed, evaluate), items, strict=True)))


def _without(end: int) -> Callable[..., object]:
    def without(value: object, number: object = 1) -> object:
        if not is_list(value):
            return value
        count = min(to_integer(number), len(value))
        require(count >= 0, "the number is negative")
        items = flat_once(value)
        return items[: len(items) - count] if end else items[count:]

    return without


def flat_once(value: object) -> list[object]:
    """Return a list as it is, unless it is too long."""
    return listed(value) or []


def push(value: object, item: object) -> object:
    """Add an item behind the others."""
    return [*flat_once(value), item] if is_list(value) else value


def unshift(value: object, item: object) -> object:
    """Add an item before the others."""
    return [item, *flat_once(value)] if is_list(value) else value


def sample(run: Run, value: object, number: object = 1) -> object:
    """Return the first item, or so many: a build gives the same site every time."""
    if not is_list(value):
        return value
    run.warn("`sample` takes the first items here", "a build gives the same site every time: choose one yourself")
    count = to_integer(number)
    return first(value) if count == 1 else list(value[: max(count, 0)])


LIST_FILTERS: dict[str, Callable[..., object]] = {
    "compact": compact,
    "concat": concat,
    "find": find,
    "first": first,
    "group_by": group_by,
    "last": last,
    "map": map_items,
    "pop": _without(1),
    "push": push,
    "reject": reject,
    "reverse": lambda value: flat(value)[::-1],
    "shift": _without(0),
    "size": size,
    "sum": total,
    "uniq": uniq,
    "unshift": unshift,
    "where": where,
}
SCRIPTED_LIST_FILTERS: dict[str, Callable[..., object]] = {
    "find_exp": find_exp,
    "group_by_exp": group_by_exp,
    "join": join,
    "sample": sample,
    "sort": sort,
    "sort_natural": sort_natural,
    "where_exp": where_exp,
}
