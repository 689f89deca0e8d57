"""Where a formula stands in the author's file: expanded lines, containers and templates taken back."""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass

from markdown_it.token import Token

from generator.errors import Place
from generator.render.values import PLACEHOLDER, Expanded


@dataclass(frozen=True)
class Start:
    """The first character of a formula's TeX in the expanded text."""

    line: int  # from 0
    column: int  # from 0; -1: not found on its line


class Lines:
    """The lines of one page; formulas must be asked for in their order on the page."""

    def __init__(self, expanded: Expanded) -> None:
        self._expanded = expanded
        self._lines = expanded.text.split("\n")
        self._offsets = [0, *itertools.accumulate(len(line) + 1 for line in self._lines)]
        self._searched: dict[int, int] = {}  # line -> how far formulas were already found on it

    def start(self, token: Token, line: int) -> Start:
        """Return where the TeX of the next formula begins; `line` is where its Markdown says it does."""
        is_formula = token.type != "math_ref" and token.content != ""
        needle = (token.markup + token.content.split("\n", 1)[0] if is_formula else token.markup).strip()
        searched = self._searched.get(line, 0)
        column = self._lines[line].find(needle, searched) if needle and line < len(self._lines) else -1
        if needle and column < 0 and (found := self._expanded.text.find(needle)) >= 0:
            line = bisect.bisect_right(self._offsets, found) - 1  # in a note, which stands elsewhere in the file
            column = found - self._offsets[line]
        if column < 0:
            return Start(line, -1)
        self._searched[line] = column + len(needle)
        return Start(line, column + (len(token.markup) if is_formula else 0))

    def place(self, start: Start, token: Token, offset: int) -> Place:
        """Return the author's line and column of an offset in a formula's TeX."""
        before = token.content[:offset]
        row = before.count("\n")
        line = start.line + row
        if row == 0:
            column = start.column + offset if start.column >= 0 else -1
        else:
            text = token.content.split("\n")[row]
            indent = len(text) - len(text.lstrip())
            found = self._lines[line].find(text.strip()) if line < len(self._lines) and text.strip() else -1
            column = found - indent + len(before) - before.rfind("\n") - 1 if found >= 0 else -1
        return self._expanded.place(line, self._authors_column(line, column) + 1)

    def _authors_column(self, line: int, column: int) -> int:
        """Return a column of an expanded line as one of the author's line, which may hold templates; -1: unknown."""
        if column < 0 or line >= len(self._lines):
            return -1
        written, origin = self._lines[line], self._expanded.place(line).text
        if written == origin:
            return column
        position, searched = 0, 0
        for piece in [*PLACEHOLDER.split(written)[::2]]:
            found = origin.find(piece, searched)
            if found < 0:
                return -1
            if position <= column <= position + len(piece):
                return found + column - position
            position = self._after_placeholder(written, position + len(piece))
            searched = found + len(piece)
        return -1

    @staticmethod
    def _after_placeholder(written: str, position: int) -> int:
        match = PLACEHOLDER.match(written, position)
        return match.end() if match else position
