"""Visible text of a finished page as words and numbers, so that two versions can be held against each other.

What only says where the page stands among others (navigation, asides, footers) and what stands behind a fold (the
data of a chart) does not count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html.parser import HTMLParser

UNSEEN = frozenset({"head", "nav", "aside", "footer", "script", "style", "svg", "template"})
FOLDED = frozenset({"aside", "chart-data", "again", "strip", "anchor"})  # classes of the theme
WITHIN = frozenset(
    "a abbr b cite code data em i img kbd mark math q s small span strong sub sup time u var wbr".split()
)
EMPTY = frozenset("area base br col embed hr img input link meta source track wbr".split())
MARK = "\0"  # opens the key of a number: no word holds it


@dataclass(frozen=True)
class Token:
    """A word, or a number that is bound to data."""

    key: str  # equal for what should stand at the same place in two versions
    shown: str
    value: float | None = None
    cell: str = ""  # row and column, for a number in a table
    block: int = field(default=0, compare=False)  # paragraph or the like it stands in


def read(html: str) -> tuple[list[Token], str]:
    """Return the words and bound numbers of a page in their order, and its title."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.tokens, " ".join("".join(reader.title).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tokens: list[Token] = []
        self.title: list[str] = []
        self._block = 0
        self._open: list[tuple[str, bool]] = []  # elements, and whether what is in them counts
        self._number: tuple[str, str, list[str]] | None = None  # value, where from, text
        self._cell: list[str] | None = None
        self._cell_value = ""
        self._heads: list[str] = []
        self._row: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self._block += tag not in WITHIN
        if tag in EMPTY:
            if tag == "img" and self._counts:
                self.tokens.append(Token(f"{MARK}img", known.get("src", "")))
            return
        counts = self._counts and tag not in UNSEEN and not FOLDED & set(known.get("class", "").split())
        self._open.append((tag, counts))
        if tag == "table":
            self._heads = []
        elif tag == "tr":
            self._row = []
        elif tag in {"td", "th"}:
            self._cell, self._cell_value = [], known.get("data-value", "")
        elif tag == "data" and "value" in known and self._cell is None:
            self._number = known["value"], known.get("title", "").partition(" · ")[2].partition(" · ")[0], []

    def handle_endtag(self, tag: str) -> None:
        if tag not in {name for name, _ in self._open}:
            return
        counts = self._counts
        self._block += tag not in WITHIN
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in {"td", "th"} and self._cell is not None:
            self._take_cell(tag, " ".join("".join(self._cell).split()), counts)
            self._cell = None
        elif tag == "data" and self._number:
            value, source, text = self._number
            self._number = None
            if counts:
                self.tokens.append(Token(f"{MARK}{source}", "".join(text), _float(value), block=self._block))

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "title" and len(self._open) < 4 and not self.title:
            self.title.append(data)
        if self._cell is not None:
            self._cell.append(data)
        elif self._number:
            self._number[2].append(data)
        elif self._counts:
            self.tokens += [Token(word, word, block=self._block) for word in data.split()]

    @property
    def _counts(self) -> bool:
        return not self._open or self._open[-1][1]

    def _take_cell(self, tag: str, text: str, counts: bool) -> None:
        """Take a cell as a number with its row and column, or as words."""
        value = _float(self._cell_value or text.replace(",", "").replace("−", "-"))
        self._row.append(text)
        if tag == "th" and any(name == "thead" for name, _ in self._open):
            self._heads.append(text)
        if not counts:
            return
        if value is None:
            self.tokens += [Token(word, word) for word in text.split()]
            return
        place = len(self._row) - 1
        column = self._heads[place] if place < len(self._heads) else ""
        row = next((name for name in self._row[:-1] if _float(name) is None), "")
        cell = ", ".join(part for part in (row, column) if part)
        self.tokens.append(Token(f"{MARK}{row}{MARK}{place}", text, value, cell))


def _float(text: str) -> float | None:
    """Read a number; `NaN` and `inf` are words: no difference can be told of them."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
