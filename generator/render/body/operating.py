"""Operators, literals, loops and assignments of a template, each checked and counted."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from jinja2.runtime import Undefined
from jinja2.utils import Namespace
from markupsafe import Markup

from generator.render.body import bounds
from generator.render.body.bounds import describe, is_container, is_list
from generator.render.body.compare import compare as compare_values
from generator.render.body.members import join_all
from generator.render.body.missing import Missing
from generator.render.body.texts import Captured, Own, is_own

if TYPE_CHECKING:
    from generator.render.body.script import Script

Pattern = tuple["Pattern", ...] | None  # the left side of an assignment: a name, or several


def operate(script: Script, at: int, sign: str, left: Any, right: Any) -> object:
    """Apply `+ - * / // % **`."""
    if script.tell(at, left, right):
        return Missing(script, "", at)
    if sign == "+" and isinstance(left, Markup | Captured | Own) and isinstance(right, str):
        return join(script, at, left, right)
    return made(
        script, at, script.attempt(at, f"`{sign}` cannot be used here", lambda: bounds.operate(sign, left, right))
    )


def compare(script: Script, at: int, first: object, *rest: Any) -> bool:
    """Apply `== != < <= > >= in`, one after the other in a chain: `0 < x < 1`."""
    if script.tell(at, first, *rest):
        return False
    values = (first, *rest[1::2])
    steps = list(zip(rest[::2], values[:-1], values[1:], strict=True))
    budget = script.run.budget
    check = functools.partial(all, (compare_values(budget, *step) for step in steps))
    return script.attempt(at, "these cannot be compared", check) is True


def join(script: Script, at: int, *parts: object) -> object:
    """Join texts as `~` does; what was captured stays Markdown, what comes from data stays text."""
    if script.tell(at, *(part for part in parts if isinstance(part, Missing))):
        return Missing(script, "", at)
    parts = tuple("" if isinstance(part, Undefined) else part for part in parts)
    if any(isinstance(part, Markup | Captured) for part in parts):
        return script.run.capture([script.show(part, at) for part in parts])
    text = script.attempt(at, "these cannot be joined", lambda: join_all("", parts))
    if isinstance(text, str) and all(map(is_own, parts)):
        text = Own(text)
    return made(script, at, text)


def own(script: Script, text: str) -> Own:  # noqa: ARG001
    """Mark a literal as the author's."""
    return Own(text)


def made(script: Script, at: int, value: Any) -> Any:  # noqa: ARG001
    """Count a text or a list that an expression made."""
    script.run.budget.make(value)
    return value


def mapping(script: Script, at: int, *parts: Any) -> dict[object, object]:
    """Build a mapping from keys and values in turn."""
    built = {}
    for key, value in zip(parts[::2], parts[1::2], strict=True):
        if is_container(key):
            script.report(f"{describe(key)} cannot be a key", at)
        elif not script.tell(at, key):
            built[key] = value
    return dict(made(script, at, built))


def namespace(script: Script, at: int, value: Any, name: str) -> Any:
    """Return a namespace to set a field of; anything else is a mistake, and what is set is lost."""
    if isinstance(value, Namespace):
        return value
    script.report(
        f"`{name}` is not a namespace, so no field of it can be set", at, f"`{{% set {name} = namespace() %}}`"
    )
    return {}


def tick(script: Script, at: int) -> bool:  # noqa: ARG001
    """Count a turn of a loop."""
    script.run.budget.step()
    return True


def each(script: Script, at: int, value: Any, pattern: Pattern = None) -> Iterable[object]:
    """Return what a loop goes through. `for key, value in mapping` gives its pairs."""
    if script.tell(at, value):
        return ()
    if isinstance(value, Mapping):
        is_pairs = pattern is not None and len(pattern) == 2
        return _matching(script, at, [(key, value[key]) for key in value] if is_pairs else list(value), pattern)
    if isinstance(value, str) or is_list(value):
        return _matching(script, at, value, pattern)
    what = f"`{script.expression(at)}` is {describe(value)}: there is nothing to loop over"
    script.report(what, at, "write `| default([], true)` if it may be null" if value is None else "")
    return ()


def spread(script: Script, at: int, value: Any, pattern: Pattern) -> Iterable[object]:  # noqa: ARG001
    """Return what `*` makes arguments of."""
    items = list(each(script, at, value))
    return items if is_container(value) or isinstance(value, str) else [Missing(script, "", at)]


def spread_named(script: Script, at: int, value: Any, given: tuple[str, ...]) -> Mapping[str, object]:
    """Return what `**` makes named arguments of; `given` are named in the call itself."""
    if script.tell(at, value):
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        script.report(f"`**` takes a mapping of names, not {describe(value)}", at)
        return {}
    for key in value:
        if key in given:
            script.report(f"`{key}` is given twice", at)
    return {str.__str__(key): value[key] for key in value if key not in given}


def unpack(script: Script, at: int, value: Any, pattern: Pattern) -> Any:
    """Return a value that can be set to the names of a pattern."""
    if pattern is None:
        return value
    is_sequence = not script.tell(at, value) and (isinstance(value, str) or is_list(value))
    if not is_sequence or len(value) != len(pattern):
        if not isinstance(value, Undefined):
            found = f"{len(value)} items" if is_sequence else describe(value)
            script.report(f"there are {len(pattern)} names to set, and {found}", at)
        return tuple(unpack(script, at, Missing(script, "", at), part) for part in pattern)
    return tuple(unpack(script, at, part, inner) for part, inner in zip(value, pattern, strict=True))


def _matching(script: Script, at: int, items: Any, pattern: Pattern) -> Iterable[object]:
    return items if pattern is None else list(made(script, at, tuple(_unpacked(script, at, items, pattern))))


def _unpacked(script: Script, at: int, items: Iterable[object], pattern: Pattern) -> Iterator[object]:
    for item in items:
        yield unpack(script, at, item, pattern)
