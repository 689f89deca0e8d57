"""Evaluate Liquid expressions: names, literals, comparisons and filters, by a list of what there is.

`look` reads keys of mappings, items of lists and `size`, `first` and `last`; no attribute of a Python object can
be reached by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from liquid.builtin.expressions import logical, primitive
from liquid.builtin.expressions.arguments import KeywordArgument
from liquid.builtin.expressions.filtered import Filter, FilteredExpression
from liquid.builtin.expressions.path import Path
from liquid.expression import Expression

from generator.data.view import Branch, MissingKey
from generator.errors import SiteError, did_you_mean
from generator.render.body.bounds import LONGEST_RANGE, Refused, describe, is_list
from generator.render.body.texts import Own
from generator.render.liquid import calling
from generator.render.liquid.comparing import Word, contains, equal, order
from generator.render.liquid.missing import Missing
from generator.render.liquid.record import Record
from generator.render.liquid.ruby import is_nil, is_true, leading_integer, to_integer
from generator.render.liquid.run import Run

LONG = 5_000  # characters or items; work on more takes time worth a look at the clock
COMMANDS = ("size", "first", "last")
LONGEST_RANGE_MADE = 10 * LONGEST_RANGE
BRACES = "to show the braces themselves write `{% raw %}…{% endraw %}`"
PATIENT = {"default"}  # filters that ask whether a value is there


def evaluate(run: Run, expression: Expression) -> Any:
    """Return the value of an expression.

    Raises:
        Refused: it cannot be computed.
    """
    return EVALUATORS[type(expression)](run, expression)


def holds(run: Run, expression: Expression) -> bool:
    """Tell whether a condition is true."""
    return is_true(evaluate(run, expression))


def _path(run: Run, path: Path) -> object:
    at = path.token.start_index
    head, *rest = [_segment(run, segment) for segment in path.path]
    name = head if isinstance(head, str) else f"[{head}]"
    value = find(run, str(head), at)
    for segment in (head, *rest):
        if isinstance(segment, Missing):
            return segment
    for segment in rest:
        name += f".{segment}" if isinstance(segment, str) else f"[{segment}]"
        value = look(run, value, segment, name, at)
    return value


def _segment(run: Run, segment: object) -> Any:
    value = evaluate(run, segment) if isinstance(segment, Path) else segment
    if isinstance(value, Missing):
        return value
    if isinstance(value, float):
        return int(value) if value == value and abs(value) < 1e9 else 0
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return str.__str__(value) if isinstance(value, str) else ""


def find(run: Run, name: str, at: int) -> object:
    """Return what a name stands for: innermost block first, then counters, then the page's own names."""
    for scope in reversed(run.scopes):
        if name in scope:
            return scope[name]
    if name in run.counters:
        return run.counters[name]
    if name in run.names:
        return run.names[name]
    if name in {"empty", "blank"}:
        return Word(name)
    hint = run.language.elsewhere.get(name) or did_you_mean(name, sorted({*run.known_names()})) or BRACES
    return run.missing(name, f"`{name}` does not exist", hint, at)


def look(run: Run, value: object, key: str | int, name: str, at: int) -> object:
    """Return what a value has under a key, or a missing value."""
    if isinstance(value, Missing):
        return value
    if isinstance(value, Mapping):
        return _key(run, value, str(key), name, at)
    if is_list(value):
        if isinstance(key, int):
            return (
                value[key] if -len(value) <= key < len(value) else run.missing(name, _short(name, len(value)), "", at)
            )
        if key in COMMANDS:
            return len(value) if key == "size" else value[0 if key == "first" else -1] if len(value) else None
    if isinstance(value, str) and key == "size":
        return len(value)
    what = f"`{name}` does not exist: {_before(name)} is {describe(value)}"
    return run.missing(name, what, "", at)


def _key(run: Run, value: Mapping[str, object], key: str, name: str, at: int) -> object:
    if isinstance(value, Branch) and key not in COMMANDS:
        try:
            return value.lookup(key)
        except MissingKey as error:
            told = error  # the hint is looked for only when somebody needs it
        return run.missing(name, f"`{name}` does not exist", lambda: told.hint.replace("`data.", "`site.data."), at)
    if key in value:
        return value[key]
    if key == "size":
        return len(value)
    if key == "first":
        return next(([first, value[first]] for first in value), None)
    hint = value.hint_for(key) if isinstance(value, Record) else did_you_mean(key, [str(known) for known in value])
    return run.missing(name, f"`{name}` does not exist", hint, at)


def _short(name: str, length: int) -> str:
    return f"`{name}` does not exist: the list has {length} item{'' if length == 1 else 's'}"


def _before(name: str) -> str:
    head = name[: max(name.rfind("."), name.rfind("["))]
    return f"`{head}`"


def _range(run: Run, expression: primitive.RangeLiteral) -> range:
    first, last = (_end(run, end) for end in (expression.start, expression.stop))
    if last - first > LONGEST_RANGE_MADE:
        raise Refused(f"this range has more than {LONGEST_RANGE_MADE:,} numbers")
    return range(first, max(last + 1, first))


def _end(run: Run, expression: Expression) -> int:
    """Return where a range begins or ends; a fraction that is written there counts as its whole number."""
    value = evaluate(run, expression)
    if isinstance(expression, primitive.FloatLiteral) and abs(expression.value) < 1e15:
        return int(expression.value)
    if isinstance(value, Missing):
        value.tell()
    if is_nil(value):
        return 0
    return leading_integer(value) if isinstance(value, str) else to_integer(value)


def _filtered(run: Run, expression: FilteredExpression) -> object:
    value = evaluate(run, expression.left)
    for step in expression.filters or ():
        value = apply(run, value, step)
    return value


def apply(run: Run, value: object, step: Filter) -> object:
    """Put a value through one filter.

    Raises:
        Told: the filter refused; the mistake is noted where the filter stands.
    """
    args: list[object] = []
    named: dict[str, object] = {}
    for argument in step.args:
        given = evaluate(run, argument.value)
        if isinstance(argument, KeywordArgument):
            named[argument.name] = given
        else:
            args.append(given)
    at = step.token.start_index
    if isinstance(value, Missing) and step.name not in PATIENT:
        value.tell()
    for given in (*args, *named.values()):
        if isinstance(given, Missing) and step.name not in PATIENT:
            given.tell()
    try:
        result = calling.call(run, step.name, value, args, named)
    except Refused as error:
        raise run.told(f"`{step.name}`: {error}", at, error.hint) from None
    except SiteError as error:
        raise run.told(error.what, at, error.hint) from None
    run.budget.make(result)
    if isinstance(value, str | list | tuple | range) and len(value) > LONG:
        run.budget.check_clock()
    return result


EVALUATORS: dict[type, Callable[[Run, Any], object]] = {
    primitive.StringLiteral: lambda _, e: Own(e.value),
    primitive.IntegerLiteral: lambda _, e: e.value,
    primitive.FloatLiteral: lambda _, e: e.value,
    primitive.TrueLiteral: lambda *_: True,
    primitive.FalseLiteral: lambda *_: False,
    primitive.Nil: lambda *_: None,
    primitive.Empty: lambda *_: Word("empty"),
    primitive.Blank: lambda *_: Word("blank"),
    primitive.RangeLiteral: _range,
    Path: _path,
    FilteredExpression: _filtered,
    logical.BooleanExpression: lambda run, e: holds(run, e.expression),
    logical.LogicalAndExpression: lambda run, e: holds(run, e.left) and holds(run, e.right),
    logical.LogicalOrExpression: lambda run, e: holds(run, e.left) or holds(run, e.right),
    logical.EqExpression: lambda run, e: equal(run.budget, evaluate(run, e.left), evaluate(run, e.right)),
    logical.NeExpression: lambda run, e: not equal(run.budget, evaluate(run, e.left), evaluate(run, e.right)),
    logical.LtExpression: lambda run, e: order(run.budget, "lt", evaluate(run, e.left), evaluate(run, e.right)),
    logical.LeExpression: lambda run, e: order(run.budget, "lteq", evaluate(run, e.left), evaluate(run, e.right)),
    logical.GtExpression: lambda run, e: order(run.budget, "gt", evaluate(run, e.left), evaluate(run, e.right)),
    logical.GeExpression: lambda run, e: order(run.budget, "gteq", evaluate(run, e.left), evaluate(run, e.right)),
    logical.ContainsExpression: lambda run, e: contains(run.budget, evaluate(run, e.left), evaluate(run, e.right)),
}
