"""Calling macros, tags, methods, filters and tests, and nothing else."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from jinja2.runtime import LoopContext, Macro, Undefined
from jinja2.utils import Joiner

from generator.errors import SiteError, did_you_mean
from generator.render.body.bounds import Refused, describe
from generator.render.body.item_filters import SCRIPTED
from generator.render.body.members import Function
from generator.render.body.missing import Missing
from generator.render.body.tests import COMPARISONS, TESTS
from generator.render.body.text_filters import CHANGING_LETTERS, KEEPING
from generator.render.body.texts import Captured, Own, is_own, reword
from generator.render.values import PLACEHOLDER, Text

if TYPE_CHECKING:
    from generator.render.body.script import Script

DEEPEST_CALL = 40  # macros inside macros, loops inside themselves
DEFAULTING = {"default", "d"}  # filters that may be given what is missing


def call(script: Script, at: int, target: Any, /, *args: Any, **kwargs: Any) -> object:
    """Call what an expression named."""
    script.run.budget.check_clock()
    if script.tell(at, target):
        return Missing(script, "", at)
    if isinstance(target, Macro | LoopContext):
        return _go_deeper(script, at, target, args, kwargs)
    if isinstance(target, Joiner):
        return target()
    if not isinstance(target, Function):
        return script.report(f"`{script.expression(at)}` is {describe(target)}: it cannot be called", at)
    if script.tell(at, *args, *kwargs.values()):
        return Missing(script, "", at)
    if target.kind == "tag":
        return _call_tag(script, at, target, args, kwargs)
    subject = f"`{target.name}` cannot be called like this"
    result = script.attempt(at, subject, lambda: target.call(*args, **kwargs))
    script.run.budget.make(result)
    return result


def apply_filter(script: Script, name: str, at: int, value: Any, /, *args: Any, **kwargs: Any) -> object:
    """Apply a filter; an unknown one was reported when the template was compiled."""
    script.run.budget.check_clock()
    function = script.run.filters.get(name)
    if function is None or (name not in DEFAULTING and script.tell(at, value, *args, *kwargs.values())):
        return Missing(script, "", at)
    subject = f"`{name}` cannot be used like this"
    if name in KEEPING and isinstance(value, Captured):
        return script.attempt(at, subject, lambda: _keep(script, name, value.marked, *args, **kwargs))
    context = (script, at) if SCRIPTED.get(name) is function else ()
    result = script.attempt(at, subject, lambda: function(*context, value, *args, **kwargs))
    if type(result) is str and all(map(is_own, (value, *args, *kwargs.values()))):
        result = Own(result)  # made of nothing but the author's text
    script.run.budget.make(result)
    return result


def apply_test(script: Script, name: str, at: int, value: Any, /, *args: Any, **kwargs: Any) -> bool:
    """Apply a test; an unknown one was reported when the template was compiled."""
    if name in {"defined", "undefined"}:
        return isinstance(value, Undefined) == (name == "undefined")
    if script.tell(at, value, *args):
        return False
    if name in COMPARISONS and len(args) == 1:
        return script.compare(at, value, COMPARISONS[name], args[0])
    subject = f"`is {name}` cannot be used like this"
    return bool(script.attempt(at, subject, lambda: TESTS[name](value, *args, **kwargs))) if name in TESTS else False


def _keep(script: Script, name: str, marked: str, *args: Any, **kwargs: Any) -> Captured:
    """Apply a filter to what was captured, so that its Markdown stays Markdown; change the values in it alike."""
    function, values = KEEPING[name], script.run.values

    def change(found: re.Match[str]) -> str:
        value = values[int(found[1])]
        return script.run.show(function(value.text)) if isinstance(value, Text) else found[0]

    if name in CHANGING_LETTERS:
        marked = PLACEHOLDER.sub(change, marked)
    return script.run.capture([function(marked, *args, **kwargs)])


def _go_deeper(script: Script, at: int, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    """Run a macro, or a loop inside itself."""
    if "caller" in kwargs and isinstance(target, Macro) and not (target.caller or target.catch_kwargs):
        return script.report(f"`{target.name}` does not print its `caller()`: `{{% call %}}` cannot call it", at)
    if isinstance(target, LoopContext) and target._recurse is None:
        return script.report("a loop calls itself only when it is `recursive`", at, "`{% for x in items recursive %}`")
    script.run.budget.call()
    script.run.calls.append((script, at))
    if len(script.run.calls) > DEEPEST_CALL:
        script.stop(f"`{script.expression(at)}` calls itself more than {DEEPEST_CALL} times deep", at)
    if isinstance(target, LoopContext):
        args = tuple(script.each(at, value) for value in args)
    subject = f"`{script.expression(at)}` cannot be called like this"
    result = script.attempt(at, subject, lambda: target(*args, **kwargs))
    script.run.calls.pop()
    return result


def _call_tag(script: Script, at: int, tag: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    """Call a tag. Arguments that do not fit are the writer's mistake; whatever else goes wrong in it is the tag's."""
    signature = inspect.signature(tag.call)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        unknown = next((name for name in kwargs if name not in signature.parameters), "")
        hint = did_you_mean(unknown, signature.parameters) if unknown else ""
        return script.report(f"`{tag.name}` cannot be called like this: {reword(error)}", at, hint)
    try:
        return tag.call(*args, **kwargs)
    except Refused as error:
        return script.report(str(error), at, error.hint)
    except (SiteError, ExceptionGroup) as error:
        return script.take_over(error, at)
