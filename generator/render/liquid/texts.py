"""Kinds of text in a Liquid body, beside those of `body.texts`: text with its HTML escaped, and how each prints.

Data is text: what `{{ }}` prints is hidden from Markdown. Only what the author wrote between tags comes through as
Markdown and HTML; a captured block, `newline_to_br` and `markdownify` keep it so, with the data in it hidden.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from markupsafe import Markup

from generator.render.body.texts import Captured, Own, clean, is_own
from generator.render.values import Inline

LOOSE = re.compile(r"[\"'><]|&(?!(?:[a-zA-Z][a-zA-Z0-9]*|#\d+|#x[0-9a-fA-F]+);)")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
PLACEHOLDERS = re.compile("\ufdd0[0-9]+\ufdd1")
LINE_MARKS = re.compile("\ufdd2[0-9]+\ufdd3")


class Escaped(str):
    """Text whose HTML characters are entities: it prints as the text it stands for."""

    __slots__ = ()

    def shown(self) -> Inline:
        """Return it as finished HTML that can hold no tag, whatever was done to it."""
        text = clean(str.__str__(self))
        return Inline(LOOSE.sub(lambda found: ENTITIES[found[0]], text), html.unescape(text))


class Markdownified(Captured):
    """Markdown that was asked for by `markdownify`, or of another page: read as Markdown wherever it stands."""


def escape_once(text: str) -> str:
    """Write HTML's own characters as entities; those that are entities already stay."""
    return LOOSE.sub(lambda found: ENTITIES[found[0]], text)


def dress(result: object, inputs: list[object]) -> object:
    """Give the text a filter made the kind of the texts it was made of."""
    if type(result) is not str:
        return result
    if any(isinstance(value, Escaped) for value in inputs):
        return Escaped(result)
    if all(is_own(value) for value in inputs if not isinstance(value, bool)):
        return Own(result)
    return result


def on_marked(
    function: Callable[..., str | list[str]], captured: Captured | Markup, args: list[object]
) -> str | list[str]:
    """Apply a filter to the author's Markdown, the data in it hidden."""
    marked = captured.marked if isinstance(captured, Captured) else str.__str__(captured)
    return function(LINE_MARKS.sub("", marked), *args)
