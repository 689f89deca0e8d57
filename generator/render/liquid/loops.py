"""Loops of Liquid: which items they run over, and what `forloop` and `tablerowloop` know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from liquid.builtin.expressions.loop import LoopExpression
from liquid.builtin.expressions.primitive import StringLiteral
from liquid.expression import Expression

from generator.render.body.bounds import LONGEST_LIST, is_list, require
from generator.render.liquid.evaluate import evaluate
from generator.render.liquid.missing import Missing
from generator.render.liquid.ruby import is_nil, is_true, loose_integer, to_integer
from generator.render.liquid.run import Run


class _Loop(Mapping[str, object]):
    """What a loop tells its block; `KEYS` are its words."""

    KEYS: tuple[str, ...] = ()

    def __init__(self, length: int) -> None:
        self.length, self.index0 = length, 0

    def step(self) -> None:
        """Go on to the next item."""
        self.index0 += 1

    def _value(self, key: str) -> object:
        left = self.length - self.index0
        return {
            "length": self.length,
            "index": self.index0 + 1,
            "index0": self.index0,
            "rindex": left,
            "rindex0": left - 1,
            "first": self.index0 == 0,
            "last": left == 1,
        }[key]

    def __getitem__(self, key: str) -> object:
        if key not in self.KEYS:
            raise KeyError(key)
        return self._value(key)

    def __contains__(self, key: object) -> bool:
        return key in self.KEYS

    def __iter__(self) -> Iterator[str]:
        return iter(self.KEYS)

    def __len__(self) -> int:
        return len(self.KEYS)


COMMON = ("length", "index", "index0", "rindex", "rindex0", "first", "last")


class ForLoop(_Loop):
    """`forloop`."""

    KEYS = (*COMMON, "name", "parentloop")

    def __init__(self, name: str, length: int, parent: object) -> None:
        super().__init__(length)
        self.name, self.parent = name, parent

    def _value(self, key: str) -> object:
        return self.name if key == "name" else self.parent if key == "parentloop" else super()._value(key)


class TableRow(_Loop):
    """`tablerowloop`; without a number of columns all stands in one row."""

    KEYS = (*COMMON, "col", "col0", "col_first", "col_last", "row")

    def __init__(self, length: int, columns: int | None) -> None:
        super().__init__(length)
        self.columns = columns
        self.row = self.col = 1

    def step(self) -> None:
        """Go on to the next cell."""
        super().step()
        if self.col == self.columns:
            self.row, self.col = self.row + 1, 1
        else:
            self.col += 1

    def _value(self, key: str) -> object:
        own = {
            "col": self.col,
            "col0": self.col - 1,
            "col_first": self.col == 1,
            "col_last": self.col == self.columns,
            "row": self.row,
        }
        return own[key] if key in own else super()._value(key)


def segment(run: Run, expression: LoopExpression) -> Sequence[object]:
    """Return the items a `for` runs over: cut by `offset` and `limit` first, then turned round."""
    name = f"{expression.identifier}-{expression.iterable}"
    if isinstance(expression.offset, StringLiteral) and expression.offset.value == "continue":
        first = run.stopped_at.get(name, 0)
    else:
        first = _whole(run, expression.offset) or 0
    collection = _collection(run, expression.iterable)
    limit = _whole(run, expression.limit)
    items = _slice(collection, first, None if limit is None else limit + first)
    run.stopped_at[name] = first + len(items)
    return items[::-1] if expression.reversed else items


def row_segment(run: Run, expression: LoopExpression) -> Sequence[object] | None:
    """Return the items a `tablerow` runs over; nothing where there is no list."""
    collection = _collection(run, expression.iterable)
    if not is_true(collection):
        return None
    first = count(run, expression.offset) if expression.offset else 0
    last = first + count(run, expression.limit) if expression.limit else None
    return _slice(collection, first, last)


def count(run: Run, expression: Expression) -> int:
    """Return a number of `tablerow`, as leniently as Ruby reads it."""
    value = evaluate(run, expression)
    if isinstance(value, Missing):
        value.tell()
    return loose_integer(value)


def items_of(value: object) -> list[object]:
    """Return what a loop runs over: items, the pairs of a mapping, a text as one item."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, Mapping):
        return [[key, value[key]] for key in value]
    if not is_list(value):
        return []
    require(len(value) <= LONGEST_LIST, f"this list has more than {LONGEST_LIST:,} items")
    return list(value)


def _collection(run: Run, expression: Expression) -> object:
    value = evaluate(run, expression)
    if isinstance(value, Missing):
        value.tell()
    return value


def _whole(run: Run, expression: Expression | None) -> int | None:
    """Return the value of `offset` or `limit`; nil counts as not given."""
    if expression is None:
        return None
    value = evaluate(run, expression)
    if isinstance(value, Missing):
        value.tell()
    return None if is_nil(value) else to_integer(value)


def _slice(collection: object, first: int, last: int | None) -> list[object]:
    """Cut a list; a text is never cut."""
    if isinstance(collection, str):
        return items_of(collection)
    if isinstance(collection, range):
        stop = len(collection) if last is None else max(last, 0)
        part = collection[max(first, 0) : stop]
        require(len(part) <= LONGEST_LIST, f"this range has more than {LONGEST_LIST:,} numbers")
        return list(part)
    return list(islice(items_of(collection), max(first, 0), None if last is None else max(last, 0)))
