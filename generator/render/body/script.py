"""One template file while it runs: what its compiled code knows as `environment`.

A mistake is noted with the place of its token, and the page goes on with a value that takes part in
nothing, so that one run reports all of them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from jinja2.runtime import Context, Macro, Undefined, new_context
from jinja2.utils import missing as absent

from generator.data.text import Text as SourceText
from generator.data.text import shorten
from generator.data.tree import MissingKey
from generator.errors import SiteError, flatten
from generator.render.body import calling, operating, reading
from generator.render.body.bounds import Exceeded, Refused, Told, describe, is_list
from generator.render.body.members import Function, Module
from generator.render.body.missing import Missing, hint_for, no_data
from generator.render.body.names import NoName
from generator.render.body.shape import FILE_NAME, Shape
from generator.render.body.texts import reword
from generator.render.scan import Scanned

if TYPE_CHECKING:
    from generator.render.jinja import Run

CHAIN = re.compile(r"""(?:\w+|"[^"]*"|'[^']*')(?:\s*\.\s*\w+|\[(?:[\w.-]+|"[^"]*"|'[^']*')\])*""")
MISTAKES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)  # what a wrong argument raises


def running() -> tuple[Any, int]:
    """Return the script whose code is being run, and the token it stands at."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename != FILE_NAME:
        frame = frame.f_back
    if frame is None:
        return None, 0
    script = frame.f_globals["environment"]
    return script, script.token_of_line(frame.f_lineno)


def _nothing(_: Context) -> Iterator[str]:
    yield ""


class Stop(Exception):  # noqa: N818
    """The page cannot go on; why has been noted."""


class Script:
    """A scanned and compiled file in one run of a page."""

    # What compiled code may do, beside printing and taking in other files. Nothing else is within its reach.
    get, item, cut = reading.get, reading.item, reading.cut
    call, filter, test = calling.call, calling.apply_filter, calling.apply_test
    operate, compare, join, own = operating.operate, operating.compare, operating.join, operating.own
    made, mapping, namespace = operating.made, operating.mapping, operating.namespace
    tick, each, unpack = operating.tick, operating.each, operating.unpack
    spread, spread_named = operating.spread, operating.spread_named

    autoescape = is_async = False  # Jinja's runtime asks
    context_class = Context

    def __init__(self, run: Run, source: SourceText, scanned: Scanned, shape: Shape, pieces: Sequence[str]) -> None:
        self.run, self.source, self.scanned, self.shape = run, source, scanned, shape
        self.concat = run.capture  # compiled code joins what a block printed with this
        scope: dict[str, Any] = {"environment": self, "_d": pieces}
        if shape.code is not None:
            exec(shape.code, scope)
        self._root: Callable[[Context], Any] = scope.get("root", _nothing)

    def render(self, names: Mapping[str, object]) -> Iterator[str]:
        """Yield the output: text with line marks and placeholders."""
        return self._print(self._context(names))

    def show(self, value: object, at: int) -> str:
        """Print a value: as text for the page, or a placeholder for it."""
        if isinstance(value, Undefined):
            self.tell(at, value)
            return self.run.stand_in()
        try:
            return self.run.show(value)
        except Refused:
            self.report(*self._why_not_printed(value, at))
            return ""

    def include(
        self,
        at: int,
        name: object,
        may_be_missing: bool,
        outer: Mapping[str, object] | None,
        inner: Mapping[str, object],
    ) -> Iterator[str]:
        """Yield the output of another file."""
        script = self._open(at, name, may_be_missing)
        if script is not None:
            self.run.enter(self, at)
            yield from script.render(self._names(outer, inner))
            self.run.leave()

    def module(self, at: int, name: object, outer: Mapping[str, object] | None, inner: Mapping[str, object]) -> Module:
        """Run another file and return what it sets; its output is dropped."""
        script = self._open(at, name)
        if script is None:
            return Module("", {})
        self.run.enter(self, at)
        context = script._context(self._names(outer, inner))
        for _ in script._print(context):
            pass
        self.run.leave()
        return Module(script.source.path, context.get_exported())

    # Mistakes -------------------------------------------------------------------------------------------

    def report(self, what: str, at: int, hint: str = "", key: str = "") -> Missing:
        """Note a mistake at a token, and return the value to go on with.

        A token of 0 is where the code stands. `key` is the data key that is missing, when that is the mistake.
        """
        script: Script = self
        if not at:
            found, at = running()
            script = found or self
        self.run.note(SiteError(what, script.source.place(script._offset(at)), hint, key=key))
        return Missing(self, "", at)

    def stop(self, what: str, at: int, hint: str = "") -> NoReturn:
        """Note a mistake and end the page."""
        self.report(what, at, hint)
        raise Stop

    def tell(self, at: int, *values: object) -> bool:
        """Report those values that are missing; return whether there were any."""
        found = [value for value in values if isinstance(value, Undefined)]
        for value in found:
            if isinstance(value, Missing):
                value.tell(at, self)
        return bool(found)

    def attempt(self, at: int, subject: str, operation: Callable[[], Any]) -> Any:
        """Do something that may refuse; `subject` names it where the refusal does not."""
        try:
            return operation()
        except MissingKey as error:
            return no_data(self, error, at)
        except NoName as error:
            return Missing(self, str(error), at, error.hint)
        except Refused as error:
            return self.report(str(error), at, error.hint)
        except Told:
            return Missing(self, "", at)
        except (SiteError, ExceptionGroup) as error:
            return self.take_over(error, at)
        except ZeroDivisionError:
            return self.report("this divides by zero", at)
        except OverflowError:
            return self.report("the result is too large a number", at)
        except MISTAKES as error:
            return self.report(f"{subject}: {reword(error)}", at)

    def take_over(self, error: Exception, at: int) -> Missing:
        """Note mistakes found by a tag, a filter or a data file; those without a place get this one."""
        if isinstance(error, ExceptionGroup) and error.split(SiteError)[1] is not None:
            raise error
        for mistake in flatten(error):
            self.run.note(mistake if mistake.place else mistake.at(self.source.place(self._offset(at))))
        return Missing(self, "", at)

    def undefined(self, hint: str = "", obj: object = None, name: str = "", exc: object = None, at: int = 0) -> Missing:  # noqa: ARG002
        """Return the value of a name that is not there; Jinja's runtime calls this too."""
        if not hint:
            known = self.run.names, self.shape.names
            return Missing(self, f"`{name}` is not defined", at, lambda: hint_for(name, *known))
        if hint.startswith("parameter"):
            script, at = self.run.calls[-1]
            return Missing(script, f"this call gives the macro no `{name}`", at)
        if "does not export" in hint:
            return Missing(self, f"the imported file defines no `{name}`", at)
        return Missing(self, hint.replace("'", "`"), at)

    def expression(self, at: int) -> str:
        """Return the words a token begins: of `data.x.y | round`, `data.x.y`."""
        tag, offset = self.shape.spots[at]
        inside = self.scanned.tags[tag].inside
        found = CHAIN.match(inside, offset)
        return shorten(" ".join((found[0] if found else inside[offset:]).split()), 60)

    def token_of_line(self, line: int) -> int:
        """Return the token that a line of the compiled code came from."""
        return max((token for start, token in self.shape.lines if start <= line), default=0)

    def _why_not_printed(self, value: object, at: int) -> tuple[str, int, str]:
        name = shorten(" ".join(self.scanned.tags[self.shape.spots[at][0]].inside.split()), 60)
        if value is None:
            return f"`{name}` is null", at, 'say what stands for it: `| default("–", true)`'
        if isinstance(value, Mapping) or is_list(value):
            return f"`{name}` is {describe(value)}", at, "loop over it with `{% for %}`, or print it with `| tojson`"
        if isinstance(value, Function | Macro):
            return f"`{name}` must be called to be printed", at, f"write `{name}(…)`"
        return f"`{name}` cannot be printed", at, ""

    def _offset(self, at: int) -> int:
        tag, offset = self.shape.spots[at]
        found = self.scanned.tags[tag]
        if self.source.text.startswith("[", found.start) and offset > found.inside.rfind(") | guarded("):
            return found.start  # the filter of a guarded literal is its typed words
        return max(found.start, found.inside_start + offset)  # a rewritten tag has words before its own

    # Running --------------------------------------------------------------------------------------------

    def _print(self, context: Context) -> Iterator[str]:
        output = self._root(context)
        for text in output:
            try:
                self.run.budget.print(len(text))
            except Exceeded as error:  # raised between two steps of the code: ask it where it stands
                self.stop(str(error), self.token_of_line(output.gi_frame.f_lineno))
            yield text

    def _context(self, names: Mapping[str, object]) -> Context:
        return new_context(self, None, {}, dict(names), shared=True)  # type: ignore[arg-type]

    def _names(self, outer: Mapping[str, object] | None, inner: Mapping[str, object]) -> Mapping[str, object]:
        """Return the names another file sees: all of the page's, or only those every file has."""
        if outer is None:
            return self.run.names
        return {**outer, **{name: value for name, value in inner.items() if value is not absent}}

    def _open(self, at: int, name: object, may_be_missing: bool = False) -> Script | None:
        """Return another file, compiled; None when a mistake has been noted instead."""
        if isinstance(name, Missing):
            name.hint = "put the name of the file in quotes"
        if self.tell(at, name):
            return None
        try:
            return self.run.load(name, may_be_missing)
        except (SiteError, ExceptionGroup) as error:
            self.take_over(error, at)
            return None
