"""Kinds of text in a template, by who wrote it: that decides how it is printed and what may be `safe`.

Any other `str` is data, or was made of data, and is printed as a placeholder. Text stays the author's own
only as far as this can be proven: a literal, a front-matter value, and joins of these with numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Self

from markupsafe import Markup

from generator.data.leaves import FloatLeaf, IntLeaf, TextLeaf
from generator.render.body.bounds import limited
from generator.render.values import LINE_CLOSE, LINE_OPEN, OPEN, PLACEHOLDER, Value, plain

ALIEN = re.compile("[\0\ud800-\udfff\ufdd0-\ufdef]")  # NUL, halves of characters, and what our marks are made of
MARKDOWN_OPEN = "\ufdea"  # before Markdown that came from data, until `expand` has seen where it stands
LINE_MARK = re.compile(f"{LINE_OPEN}([0-9]+){LINE_CLOSE}")
MARK = re.compile(f"{LINE_OPEN}[0-9]+{LINE_CLOSE}|{MARKDOWN_OPEN}")
LEADING = re.compile(rf"(?:\s|{LINE_OPEN}[0-9]+{LINE_CLOSE})+")
TRAILING = re.compile(rf"(?:\s|{LINE_OPEN}[0-9]+{LINE_CLOSE})+\Z")
HTML_IN_JSON = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", ord("'"): "\\u0027"}

WRITERS: dict[type, Callable[[Any], str]] = {  # the everyday kinds of value, and how each is printed
    **dict.fromkeys((str, TextLeaf), str.__str__),
    **dict.fromkeys((int, IntLeaf), int.__repr__),
    **dict.fromkeys((float, FloatLeaf), float.__repr__),
}


class Own(str):
    """Text the author of the page wrote: a literal, or a value of the front matter or the config."""

    __slots__ = ()


class Captured(str):
    """What a macro or a block printed: as a value it is plain text, printed it is Markdown with placeholders."""

    marked: str

    @classmethod
    def make(cls, marked: str, values: Sequence[Value]) -> Self:
        """Keep a captured text; `values` are those its placeholders stand for."""
        bare = MARK.sub("", marked)
        if OPEN in bare:
            hidden = [plain(values[int(index)]) for index in PLACEHOLDER.findall(bare)]
            limited("", sum(map(len, hidden)) + len(bare))
            shown = iter(hidden)
            bare = PLACEHOLDER.sub(lambda _: next(shown), bare)
        made = cls(bare)
        made.marked = marked
        return made


class DataMarkdown(str):
    """Markdown that came from data: printed as Markdown without any HTML of its own."""

    __slots__ = ()


class Json(str):
    """JSON: shown as it is, and safe inside a `<script>`."""

    __slots__ = ()

    @property
    def html(self) -> str:
        """The same JSON without a character that HTML could take for its own."""
        return self.translate(HTML_IN_JSON)


def clean(text: str) -> str:
    """Replace characters that no page may hold by U+FFFD."""
    return text if text.isascii() and "\0" not in text else ALIEN.sub("\ufffd", text)


def is_own(value: object) -> bool:
    """Tell the author's text, and numbers, which no text can hide in, from data."""
    return isinstance(value, Own | Markup | Captured | int | float) or value is None


def trim(marked: str) -> str:
    """Take white space off both ends of a captured text; the last line mark before its text stays."""
    leading = LEADING.match(marked)
    marks = LINE_MARK.findall(leading[0]) if leading else []
    text = TRAILING.sub("", marked[leading.end() :] if leading else marked)
    return f"{LINE_OPEN}{marks[-1]}{LINE_CLOSE}{text}" if marks else text


def reword(error: Exception) -> str:
    """Return Python's words for a mistake, without the name of the function and with our quotes."""
    return re.sub(r"^[\w<>.]+\(\) ", "", str(error)).replace("'", "`")
