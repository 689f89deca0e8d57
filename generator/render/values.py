"""Placeholders: what a template printed, hidden from Markdown until the page is HTML.

Data is text. A printed value leaves the template as `OPEN n CLOSE`, two Unicode noncharacters around
an index, so nothing in it can open a tag, split a cell, end a fence or become a link. The markup
stage puts it back, escaped for the place where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.errors import Place

OPEN, CLOSE = "\ufdd0", "\ufdd1"  # around the index of a value
LINE_OPEN, LINE_CLOSE = "\ufdd2", "\ufdd3"  # around a line mark; gone before Markdown runs
LINK_OPEN, LINK_CLOSE = "\ufdd4", "\ufdd5"  # around the index of a link that needs the whole site
RESERVED = re.compile("[\ufdd0-\ufdef]")  # an author's file may not hold these
PLACEHOLDER = re.compile(f"{OPEN}([0-9]+){CLOSE}")
NUMBER = "<!--number-->"  # in a labelled block's HTML: where "Table 1. " goes


@dataclass(frozen=True)
class Text:
    """Data: shown as it is, whatever characters it holds."""

    text: str


@dataclass(frozen=True)
class Block:
    """Finished HTML that stands for itself between paragraphs."""

    html: str
    text: str = ""  # what feeds' plain text and search see
    label: str = ""  # "tab:methods": what `@tab:methods` points at; it gets a number
    prefix: str = ""  # what the ids inside begin with, so that the same drawing can stand twice on a page


@dataclass(frozen=True)
class Inline:
    """Finished HTML inside a line of prose."""

    html: str
    text: str = ""  # the same as plain text: in headings, code, attributes, feeds


Value = Text | Block | Inline


def hide(index: int) -> str:
    """Return the placeholder of value number `index`."""
    return f"{OPEN}{index}{CLOSE}"


def plain(value: Value) -> str:
    """Return what a reader would read: for code, attributes, math and ids."""
    return value.text


def reveal(text: str, values: tuple[Value, ...]) -> str:
    """Replace every placeholder in `text` by its value as plain text, not escaped."""
    return PLACEHOLDER.sub(lambda match: plain(values[int(match[1])]), text) if OPEN in text else text


@dataclass(frozen=True)
class Expanded:
    """A body after its template ran: Markdown with placeholders, and where each line came from."""

    text: str
    values: tuple[Value, ...]  # what placeholder n stands for
    places: tuple[Place, ...]  # for each line of `text`, the line of the author's file it came from
    reads: tuple[str, ...] = ()  # data keys, sorted: `group_lasso.digits.best`

    def place(self, line: int, column: int = 0) -> Place:
        """Return where line number `line` (from 0) of the expanded text stands in the author's file."""
        if not self.places:
            return Place("")
        origin = self.places[min(max(line, 0), len(self.places) - 1)]
        return Place(origin.path, origin.line, column, origin.text)
