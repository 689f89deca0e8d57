"""One page's Liquid body while it runs: its names, its values, its budget, its mistakes."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from liquid.ast import Node
from markupsafe import Markup

from generator.data.keys import name_of
from generator.data.text import Text as SourceText
from generator.errors import Place, SiteError, sort_key
from generator.read.page import Page
from generator.render.body.bounds import MOST_CHARACTERS, Budget, Exceeded, Told
from generator.render.body.texts import MARKDOWN_OPEN, Captured, DataMarkdown, Json, Own, clean
from generator.render.liquid.missing import Missing
from generator.render.liquid.ruby import printed
from generator.render.liquid.texts import Escaped
from generator.render.listing import FILE_READ, SITE_POSTS
from generator.render.values import LINE_CLOSE, LINE_OPEN, Block, Inline, Text, Value, hide

if TYPE_CHECKING:
    from generator.render.liquid.language import Liquid

DEEPEST_INCLUDE = 15


@dataclass(frozen=True)
class File:
    """A file that is being run: its tree, and the numbers of its line marks."""

    source: SourceText
    nodes: tuple[Node, ...]
    first_mark: int
    starts: tuple[int, ...]  # offset of each line
    texts: dict[int, str] = field(default_factory=dict)  # marked text, by the offset it starts at

    def mark(self, offset: int) -> str:
        """Return the mark of the line an offset stands on."""
        return f"{LINE_OPEN}{self.first_mark + bisect.bisect_right(self.starts, offset) - 1}{LINE_CLOSE}"

    def marked(self, text: str, offset: int) -> str:
        """Return the author's text with the mark of its line before every line."""
        if offset not in self.texts:
            head, *rest = text.split("\n")
            line = self.first_mark + bisect.bisect_right(self.starts, offset) - 1
            lines = [f"\n{LINE_OPEN}{line + number}{LINE_CLOSE}{more}" for number, more in enumerate(rest, 1)]
            self.texts[offset] = f"{LINE_OPEN}{line}{LINE_CLOSE}{head}" + "".join(lines)
        return self.texts[offset]


class Run:
    """One page being expanded."""

    def __init__(self, language: Liquid, page: Page, names: Mapping[str, object], reads: set[str]) -> None:
        self.language, self.page, self.names = language, page, names
        self.reads = reads  # beside those of data: other pages, files
        self.config = language.config
        self.budget: Budget = Budget()
        self.values: list[Value] = []
        self.sources: list[tuple[int, SourceText]] = []
        self._begin({})
        self.files: list[tuple[File, int]] = []  # those that are open, and where each was included
        self.at = 0  # offset of what runs now, in the innermost file
        self._pinned: int | None = None  # where mistakes of an expression inside a text are told
        self._next_mark = 0
        self.includes: dict[str, SourceText] = {}  # read from the disk, by name
        self._opened: dict[str, File] = {}
        self._errors: dict[tuple[object, str], SiteError] = {}

    def _begin(self, names: dict[str, object]) -> None:
        """Start anew with all that tags leave behind for those after them."""
        self.scopes: list[dict[str, object]] = [names]  # of the file first, of the innermost block last
        self.counters: dict[str, int] = {}
        self.cycles: dict[str, int] = {}
        self.loops: list[Mapping[str, object]] = []
        self.rows = 0  # `tablerow`s that are open
        self.stopped_at: dict[str, int] = {}  # of each loop: where `offset: continue` goes on
        self.changed: str | None = None
        self.interrupts: list[str] = []  # "break" and "continue" that no loop has taken yet

    def expand(self, source: SourceText) -> str:
        """Run a body and return its text with line marks and placeholders; `errors` holds what was wrong."""
        from generator.render.liquid.perform import perform_all

        out: list[str] = []
        self.files.append((self.load(source), 0))
        try:
            perform_all(self, self.file.nodes, out)
        except Exceeded as error:
            self.note(self.error(str(error), self.at))
            return ""
        except RecursionError:
            self.note(self.error("this nests too deeply to be run", self.at))
            return ""
        return "".join(out)

    @property
    def file(self) -> File:
        """The innermost file that is open."""
        return self.files[-1][0]

    @property
    def errors(self) -> list[SiteError]:
        """All the mistakes found so far, and the warnings."""
        return sorted(self._errors.values(), key=sort_key)

    def load(self, source: SourceText) -> File:
        """Parse a file; what is wrong with it is noted."""
        if source.path in self._opened:
            return self._opened[source.path]
        parsed = self.language.parser.read(source.text)
        starts, position = [0], -1
        while (position := source.text.find("\n", position + 1)) >= 0:
            starts.append(position + 1)
        file = File(source, parsed.nodes, self._next_mark, tuple(starts))
        self._next_mark += len(starts)
        self.sources.append((file.first_mark, source))
        for mistake in (*parsed.mistakes, *self.language.check(parsed)):
            what = mistake.what + self._chain()
            self.note(SiteError(what, source.place(mistake.offset), mistake.hint, level=mistake.level))
        self._opened[source.path] = file
        return file

    @contextmanager
    def inside(self, source: SourceText, at: int) -> Iterator[File]:
        """Run in an included file, and come back."""
        self.budget.step()
        self.budget.check_clock()
        if len(self.files) > DEEPEST_INCLUDE:
            what = f"includes stand more than {DEEPEST_INCLUDE} deep inside each other: does one include itself?"
            raise Exceeded(what)
        self.files.append((self.file, at))  # while it is parsed, so that its mistakes say who includes it
        self.files[-1] = (file := self.load(source)), at
        yield file  # after an error that ends the page the file stays open: the error stands in it
        self.files.pop()
        self.at = at

    @contextmanager
    def scope(self, names: dict[str, object]) -> Iterator[dict[str, object]]:
        """Put names in front of all others for a while."""
        self.scopes.append(names)
        try:
            yield names
        finally:
            self.scopes.pop()

    @contextmanager
    def alone(self, names: dict[str, object]) -> Iterator[None]:
        """Run for a while with these names only; what tags leave behind is forgotten after it."""
        state = ("scopes", "counters", "cycles", "loops", "rows", "stopped_at", "changed", "interrupts")
        outside = {name: self.__dict__[name] for name in state}
        self._begin(names)
        try:
            yield
        finally:
            self.__dict__.update(outside)

    @contextmanager
    def pinned(self, at: int) -> Iterator[None]:
        """Tell all mistakes at one spot for a while: the expression stands in a text, not in the file."""
        before, self._pinned = self._pinned, at if self._pinned is None else self._pinned
        try:
            yield
        finally:
            self._pinned = before

    def place(self, at: int) -> Place:
        """Return the spot of an offset in the innermost file."""
        return self.file.source.place(at if self._pinned is None else self._pinned)

    def error(self, what: str, at: int, hint: str = "", level: str = "error") -> SiteError:
        """Make a mistake at an offset; in an include it says how the page came there."""
        return SiteError(what + self._chain(), self.place(at), hint, level=level)

    def _chain(self) -> str:
        """Say where the files that are open were included, the innermost first."""
        outer = [file.source for file, _ in self.files]
        chain = [
            f"{source.path}:{source.spot(included)[0]}"
            for source, (_, included) in zip(outer, self.files[1:], strict=False)
        ]
        chain = [*chain[:1], "…", *chain[-2:]] if len(chain) > 4 else chain
        return f" (included at {', '.join(reversed(chain))})" if chain else ""

    def note(self, error: SiteError) -> None:
        """Keep a mistake; the same one made again, in a loop, is kept once."""
        self._errors.setdefault((error.place, error.what), error)

    def told(self, what: str, at: int, hint: str = "") -> Told:
        """Note a mistake, and return what to raise so that the tag is left."""
        self.note(self.error(what, at, hint))
        return Told()

    def warn(self, what: str, hint: str = "") -> None:
        """Note a warning at what runs now."""
        self.note(self.error(what, self.at, hint, "warning"))

    def warn_at(self, at: int, what: str, hint: str = "") -> None:
        """Note a warning at an offset."""
        self.note(self.error(what, at, hint, "warning"))

    def note_listing(self) -> None:
        """Note that the page depends on the other pages."""
        self.reads.add(SITE_POSTS)

    def note_file(self, path: str) -> None:
        """Note that the page depends on a file beside it."""
        self.reads.add(name_of((FILE_READ, path)))

    def missing(self, name: str, what: str, hint: str | Callable[[], str], at: int) -> Missing:
        """Return the value of a name that is not there; it is told when something uses it."""
        level = "error" if self.config.liquid_strict else "warning"
        made = self.error(what, at, "", level)

        def tell(missing: Missing) -> None:
            if (made.place, made.what) not in self._errors:
                told = missing.hint if isinstance(missing.hint, str) else missing.hint()
                self.note(SiteError(made.what, made.place, told, level=level))

        return Missing(name, what, hint, tell)

    def known_names(self) -> list[str]:
        """List the names an expression may use here."""
        return [*self.names, *self.counters, *(name for scope in self.scopes for name in scope)]

    def assign(self, name: str, value: object) -> None:
        """Set a name for the rest of the page."""
        self.scopes[0][name] = value

    def show(self, value: object) -> str:
        """Return what is printed for a value: its placeholder, or the author's Markdown.

        Raises:
            Refused: the value cannot be printed.
        """
        match value:
            case None:
                return ""
            case Missing():
                value.tell()
                return ""
            case Captured():
                return value.marked
            case Markup():
                return clean(str.__str__(value))
            case DataMarkdown():
                return MARKDOWN_OPEN + value.replace("<", self.keep(Text("<")))
            case Json():
                return self.keep(Inline(clean(value.html), clean(str.__str__(value))))
            case Escaped():
                return self.keep(value.shown())
            case Text() | Block() | Inline():
                return self.keep(value)
        text = clean(printed(value))
        return self.keep(Text(text)) if text else ""

    def write(self, value: object) -> str:
        """Return a value as part of the author's Markdown: what he wrote as it stands, data hidden."""
        return clean(str.__str__(value)) if isinstance(value, Own) else self.show(value)

    def keep(self, value: Value) -> str:
        """Hide a value from Markdown."""
        self.budget.print(len(value.text) + len(getattr(value, "html", "")))
        self.values.append(value)
        return hide(len(self.values) - 1)

    def captured(self, parts: list[str]) -> Captured:
        """Keep what a block printed."""
        if sum(map(len, parts)) > MOST_CHARACTERS:
            raise Exceeded(f"this block prints too much ({MOST_CHARACTERS:,} characters)")
        made = Captured.make("".join(parts), self.values)
        self.budget.make(made)
        return made
