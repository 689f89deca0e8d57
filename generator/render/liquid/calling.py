"""Call a Liquid filter: its values checked, and who wrote its text kept in mind.

A filter is `value, *args -> value`, or, when it must look into items or knows the site, `run, value, *args -> value`.
A missing value is nil by the time it gets there. Text of a captured block stays Markdown through the filters
that only cut, join and replace; what comes in from data is hidden first.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from generator.errors import SiteError, did_you_mean
from generator.render.body.bounds import Refused, Told
from generator.render.body.texts import Captured
from generator.render.liquid.missing import Missing
from generator.render.liquid.texts import dress, on_marked
from generator.render.values import OPEN

if TYPE_CHECKING:
    from generator.render.liquid.run import Run

Filter = Callable[..., Any]
FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def call(run: Run, name: str, value: object, args: list[object], named: dict[str, object]) -> object:
    """Apply a filter.

    Raises:
        Refused: it cannot take these values; or Told, when there is no such filter.
    """
    language = run.language
    function = language.filters.get(name) or language.scripted.get(name)
    if function is None:
        raise Told  # noted when the file was read
    given = [None if isinstance(arg, Missing) else arg for arg in args]
    keys = {key: None if isinstance(arg, Missing) else arg for key, arg in named.items()}
    value = None if isinstance(value, Missing) else value
    before = [run] if name in language.scripted else []
    _require_fit(function, len(before), given, keys)
    if name in language.keeping and any(isinstance(each, Captured | Markup) for each in (value, *given)):
        return _keep_markdown(run, language.keeping[name], value, given)
    try:
        result = function(*before, value, *given, **keys)
    except (Refused, SiteError):
        raise
    except FAILURES as error:
        raise Refused(str(error).replace("'", "`") or "this cannot be done") from None
    return dress(result, [_written(each) for each in (value, *given)])


def _written(value: object) -> object:
    """Return a captured block that holds data as the data it is."""
    return str.__str__(value) if isinstance(value, Captured) and OPEN in value.marked else value


def _keep_markdown(run: Run, function: Filter, value: object, args: list[object]) -> object:
    """Apply a filter to the Markdown of a captured block."""
    content, pattern = function.__dict__.get("content", ()), []
    for index, arg in enumerate(args):
        pattern.append(run.write(arg) if index in content else arg)
    source = value if isinstance(value, Captured | Markup) else Markup(run.write(value))
    result = on_marked(function, source, pattern)
    if isinstance(result, list):
        return [Captured.make(part, run.values) for part in result]
    return Captured.make(result, run.values)


def _require_fit(function: Filter, hidden: int, args: list[object], named: dict[str, object]) -> None:
    """Refuse a number of values that a filter cannot take."""
    least, most, keys = _shape(function, hidden)
    for key in named:
        if key not in keys:
            raise Refused(f"it takes no value named `{key}`", did_you_mean(key, keys))
    if not least <= len(args) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        plural = "" if wanted == "1" else "s"
        raise Refused(f"it takes {wanted} value{plural} behind `:`, not {len(args)}")


@functools.cache
def _shape(function: Filter, hidden: int) -> tuple[int, int, tuple[str, ...]]:
    parameters = list(inspect.signature(function).parameters.values())[1 + hidden :]
    positional = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    least = sum(one.default is one.empty for one in positional)
    keys = tuple(one.name for one in parameters if one.kind is one.KEYWORD_ONLY)
    return least, len(positional), keys
