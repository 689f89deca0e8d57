"""The body language: Jinja's syntax, run strictly, within bounds, and with every mistake placed.

Jinja parses and compiles; what its code then does, `body.script` does, by lists of what is allowed. Jinja's
own sandbox is the parser's environment, so that a kind of tag we forgot would still compile to sandboxed
code. There is no child process: `body.bounds` counts before it spends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

from generator.config import Config
from generator.data.text import Text as SourceText
from generator.data.tree import View
from generator.errors import SiteError, sort_key
from generator.read.page import Page
from generator.render.body.bounds import LONGEST_RANGE, MOST_CHARACTERS, Budget, Exceeded, require
from generator.render.body.members import Function, to_text
from generator.render.body.names import page_names, site_names
from generator.render.body.script import Script, Stop
from generator.render.body.shape import FILE_NAME, Shape, make_shape
from generator.render.body.tests import KNOWN
from generator.render.body.texts import MARKDOWN_OPEN, WRITERS, Captured, DataMarkdown, Json, clean
from generator.render.filters import FILTERS, REMOVED
from generator.render.listing import Listing
from generator.render.scan import Scanned, scan
from generator.render.tags.include import find_include
from generator.render.values import LINE_CLOSE, LINE_OPEN, Block, Inline, Text, Value, hide

MOST_SHAPES = 500  # compiled shapes kept
DEEPEST_INCLUDE = 15


class BodyLanguage:
    """What a body may say: built once per process; later rooms add to `filters` and `tags`.

    A filter is `value, *args -> value`. A tag is a function that returns a Block, an Inline, or a `str`,
    which is printed as text like any other value (Markup enters as Markdown). Both raise SiteError without a
    place for a mistake of the page's writer.
    """

    def __init__(self, config: Config, root: Path, listing: Listing = Listing()) -> None:  # noqa: B008 - frozen
        self.config, self.root = config, root
        self.listing = listing  # for bodies in Liquid
        self.filters: dict[str, Callable[..., Any]] = dict(FILTERS)
        self.tags: dict[str, Callable[..., Block | Inline | str]] = {}
        self.absent: Callable[[str], Inline] | None = None  # a preview's mark for a data key that is not there
        self._shapes: dict[str, Shape] = {}
        self._environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, extensions=["jinja2.ext.loopcontrols"], keep_trailing_newline=True
        )

    def copy(self) -> BodyLanguage:
        """Return a language with the same words, which can be given others; both share what was compiled."""
        copied = BodyLanguage(self.config, self.root, self.listing)
        copied.filters, copied.tags, copied._shapes = dict(self.filters), dict(self.tags), self._shapes
        return copied

    def names(self, page: Page, view: View) -> dict[str, object]:
        """Return every name a body of this page can say."""
        tags = {name: Function(name, tag, "tag") for name, tag in self.tags.items()}
        return {**FUNCTIONS, **tags, "data": view.data, "site": site_names(self.config, view), "page": page_names(page)}

    def shape(self, scanned: Scanned, present: Sequence[bool]) -> Shape:
        """Compile the tags of a body, or take them from the bodies before it."""
        tags = "".join(f"\x01{tag.kind}{tag.inside}" for tag in scanned.tags)
        key = "".join("01"[is_there] for is_there in present) + tags
        if key not in self._shapes:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.pop(next(iter(self._shapes)))
            known = {"filters": sorted(self.filters), "tests": sorted(KNOWN), "tags": sorted(self.tags)}
            self._shapes[key] = make_shape(scanned.tags, present, self._environment, known, REMOVED)
        return self._shapes[key]


class Run:
    """One page being expanded: its values, its budget, its mistakes."""

    def __init__(self, language: BodyLanguage, names: Mapping[str, object]) -> None:
        self.language, self.names, self.filters = language, names, language.filters
        self.budget = Budget()
        self.calls: list[tuple[Script, int]] = []  # macros that are running, and where each was called
        self.values: list[Value] = []
        self.reads: set[str] = set()  # of other things than data: none
        self.sources: list[tuple[int, SourceText]] = []  # each file, with the number of its first line mark
        self._next_mark = 0
        self._inside: list[str] = []  # includes that are open
        self._opened: dict[str, Script] = {}
        self._errors: dict[tuple[object, str], SiteError] = {}
        self._missing_key = ""  # of the mistake noted last

    def expand(self, source: SourceText) -> str:
        """Run a body and return its text with line marks and placeholders; `errors` holds what was wrong."""
        text = ""
        try:
            text = "".join(self.compile(source).render(self.names))
        except Stop:
            pass
        except Exceeded as error:
            self._blame(error, str(error))
        except RecursionError as error:
            self._blame(error, "this nests too deeply to be run")
        except TemplateRuntimeError as error:
            self._blame(error, str(error).replace("'", "`"))
        return text

    @property
    def errors(self) -> list[SiteError]:
        """All the mistakes found so far."""
        return sorted(self._errors.values(), key=sort_key)

    def compile(self, source: SourceText) -> Script:
        """Scan and compile a file; what is wrong with its tags is noted."""
        scanned = scan(source)
        pieces = self._mark(scanned, source)
        shape = self.language.shape(scanned, [bool(piece) for piece in pieces])
        for tag, offset, what, hint in shape.complaints:
            start = scanned.tags[tag].start if offset is None else scanned.tags[tag].inside_start + offset
            self.note(source.error(what, start, hint))
        return Script(self, source, scanned, shape, pieces)

    def note(self, error: SiteError) -> None:
        """Keep a mistake; the same one made again, in a loop, is kept once."""
        self._errors.setdefault((error.place, error.what), error)
        self._missing_key = error.key

    def show(self, value: object) -> str:
        """Return what is printed for a value: its placeholder, or text that may enter as it is.

        Raises:
            Refused: the value cannot be printed.
        """
        write = WRITERS.get(type(value))
        if write is not None:
            return self._keep(Text(clean(write(value))))
        match value:
            case Captured():
                return value.marked
            case Markup():
                return clean(str.__str__(value))
            case DataMarkdown():
                return MARKDOWN_OPEN + value.replace("<", self._keep(Text("<")))
            case Json():
                return self._keep(Inline(clean(value.html), clean(str.__str__(value))))
            case Text() | Block() | Inline():
                return self._keep(value)
        return self._keep(Text(clean(to_text(value))))

    def stand_in(self) -> str:
        """Return what is printed where a value is missing, which has been told."""
        return self._keep(self.language.absent(self._missing_key)) if self.language.absent else ""

    def capture(self, parts: Sequence[str]) -> Captured:
        """Keep what a block or a macro printed."""
        if sum(map(len, parts)) > MOST_CHARACTERS:
            raise Exceeded(f"this block prints too much ({MOST_CHARACTERS:,} characters)")
        captured = Captured.make("".join(parts), self.values)
        self.budget.make(captured)
        return captured

    def load(self, name: object, may_be_missing: bool) -> Script | None:
        """Return an include, compiled once in a run.

        Raises:
            SiteError: there is no such file, or it cannot be read.
        """
        key = name if isinstance(name, str) else ""
        if key not in self._opened:
            found = find_include(self.language.root, name, may_be_missing)
            if found is None:
                return None
            source = SourceText(found.path, found.text.removesuffix("\n"))  # its line goes on after the tag
            self._opened[key] = self.compile(source)
        return self._opened[key]

    def enter(self, script: Script, at: int) -> None:
        """Count a file inside a file."""
        self.budget.check_clock()
        self._inside.append(script.source.path)
        if len(self._inside) > DEEPEST_INCLUDE:
            script.stop(
                f"includes stand more than {DEEPEST_INCLUDE} deep inside each other: does one include itself?", at
            )

    def leave(self) -> None:
        """Close what `enter` opened."""
        self._inside.pop()

    def _keep(self, value: Value) -> str:
        self.budget.print(len(value.text) + len(getattr(value, "html", "")))
        self.values.append(value)
        return hide(len(self.values) - 1)

    def _mark(self, scanned: Scanned, source: SourceText) -> list[str]:
        """Return the text between the tags, with the number of its line before every line and every piece.

        A piece that goes on after a printed value needs no mark; a value printed at the start of a line
        whose tags vanished gets one.
        """
        line, self._next_mark = self._next_mark, self._next_mark + source.text.count("\n") + 1
        self.sources.append((line, source))
        position, marked = 0, []
        kinds = ["", *(tag.kind for tag in scanned.tags), ""]
        for index, segments in enumerate(scanned.pieces):
            texts: list[str] = []
            for start, text in segments:
                line, position = line + source.text.count("\n", position, start), start
                head, *rest = text.split("\n")
                goes_on = kinds[index] == "print" and not texts
                texts += ["" if goes_on else f"{LINE_OPEN}{line}{LINE_CLOSE}", head]
                texts += [f"\n{LINE_OPEN}{line + number}{LINE_CLOSE}{more}" for number, more in enumerate(rest, 1)]
            opens_line = segments[-1].text.endswith("\n") if segments else kinds[index] == "block"
            if opens_line and kinds[index + 1] == "print":  # what stood between them may have vanished
                start = scanned.tags[index].start
                line, position = line + source.text.count("\n", position, start), start
                texts.append(f"{LINE_OPEN}{line}{LINE_CLOSE}")
            marked.append("".join(texts))
        return marked

    def _blame(self, error: BaseException, what: str) -> None:
        """Note a mistake at the innermost tag that was running."""
        script, line = _innermost(error.__traceback__)
        if script is None:
            raise error
        script.report(what, script.token_of_line(line))


def _innermost(traceback: TracebackType | None) -> tuple[Script | None, int]:
    found: tuple[Script | None, int] = None, 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == FILE_NAME:
            found = traceback.tb_frame.f_globals["environment"], traceback.tb_lineno
        traceback = traceback.tb_next
    return found


def _range(*ends: int) -> range:
    numbers = range(*ends)
    require(len(numbers) <= LONGEST_RANGE, f"this range has more than {LONGEST_RANGE:,} numbers")
    return numbers


FUNCTIONS = {
    "range": Function("range", _range, "function"),
    "dict": Function("dict", lambda *mappings, **values: dict(*mappings, **values), "function"),
    "namespace": Function("namespace", Namespace, "function"),
    "cycler": Function("cycler", lambda first, *others: Cycler(first, *others), "function"),
    "joiner": Function("joiner", Joiner, "function"),
}
