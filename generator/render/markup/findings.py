"""What one conversion knows of its page, and what it finds there: links, headings, ids, mistakes.

Every rule that has something to say reaches it as `env["findings"]`. Nothing here is raised: one run
reports every mistake of a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from generator.errors import Place, SiteError
from generator.render import values
from generator.render.values import Expanded

BREAKS = {"softbreak", "hardbreak"}
WITHOUT_LINES = {"text", "value", "code_inline"}  # a line break in these came from a value
BEFORE_A_WORD = " \t([<{\"'="


@dataclass(frozen=True)
class Heading:
    """One line of a table of contents."""

    level: int
    id: str
    text: str
    html: str  # may stand inside a link: no links, no ids, no footnotes


@dataclass(frozen=True)
class Link:
    """One target inside the site, to be checked when all pages are known."""

    target: str  # as the author wrote it, values put in, not percent-encoded
    place: Place
    kind: str  # "link", "image" (any embedded file) or "anchor" (`#id` on the same page)


@dataclass(frozen=True)
class Label:
    """Something with a number or a name that other text may refer to."""

    id: str
    kind: str  # "equation", "section", "figure" or "table"
    text: str


class Findings:
    """The notebook of one conversion."""

    def __init__(self, expanded: Expanded) -> None:
        self.expanded = expanded
        self.errors: list[SiteError] = []
        self.warnings: list[SiteError] = []
        self.links: list[Link] = []
        self.labels: list[Label] = []
        self.ids: dict[str, int] = {}  # id -> the line it stands on
        self.raw_element = ""  # the `<script>` or alike that raw HTML has opened and not yet closed
        self.raw_line = 0

    def reveal(self, text: str) -> str:
        """Return `text` with its values put in as plain text, not escaped."""
        return values.reveal(text, self.expanded.values)

    def place(self, line: int, needle: str = "", last: int = 0) -> Place:
        """Return where `needle` stands in the author's file: on `line` (from 0) or after it, up to before `last`.

        Without a needle, or when it is written differently there, the whole of `line`.
        """
        if needle:
            for number in range(line, max(last, line + 1)):
                if column := _column(self.expanded.place(number).text, needle):
                    return self.expanded.place(number, column)
        return self.expanded.place(line)

    def error(self, what: str, place: Place | int, hint: str = "") -> None:
        """Note a mistake that stops the build."""
        self.errors.append(SiteError(what, self._place(place), hint))

    def warn(self, what: str, place: Place | int, hint: str = "") -> None:
        """Note something the author should look at."""
        self.warnings.append(SiteError(what, self._place(place), hint, level="warning"))

    def claim(self, name: str, line: int) -> None:
        """Take an id for an element on `line`; two elements of one page cannot have the same."""
        if name in self.ids:
            self.error(f"the id `{name}` is used twice", line, f"the first is at {self.expanded.place(self.ids[name])}")
        else:
            self.ids[name] = line

    def _place(self, place: Place | int) -> Place:
        return self.expanded.place(place) if isinstance(place, int) else place


def lines_of(inline: Token) -> Iterator[tuple[int, Token]]:
    """Yield the children of one `inline` token, and theirs, each with its line."""
    line, last = inline.map or (0, 0)
    for child in inline.children or ():
        yield line, child
        for inner in child.children or ():
            yield line, inner
        if child.type in BREAKS:
            line += 1
        elif child.type not in WITHOUT_LINES or "lines" in child.meta:
            line += child.meta.get("lines", child.content.count("\n"))
        line = min(line, max(last - 1, 0))


def _column(text: str, needle: str) -> int:
    """Return where `needle` begins in a line, from 1; 0: nowhere. Best at the start of a word."""
    first = column = text.find(needle) + 1
    while column > 1 and text[column - 2] not in BEFORE_A_WORD:
        column = text.find(needle, column) + 1
    return column or first
