"""HTML as pieces: tags, comments, what stands between a pair of marks; read in one pass, however broken it is."""

from __future__ import annotations

import re
from collections.abc import Callable

PIECE = re.compile(
    r"""<!--.*?(?:-->|\Z)|</?[a-zA-Z][a-zA-Z0-9-]*+(?:[\s/](?:"[^"]*+"|'[^']*+'|[^<>"'])*+)?>""", re.DOTALL
)
TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
VERBATIM = (
    (re.compile(r"<pre\b", re.IGNORECASE), re.compile(r"</pre\s*>", re.IGNORECASE)),
    (re.compile(r"<textarea\b", re.IGNORECASE), re.compile(r"</textarea\s*>", re.IGNORECASE)),
    (re.compile(r"<script\b", re.IGNORECASE), re.compile(r"</script\s*>", re.IGNORECASE)),
    (re.compile(r"\{%-?\s*(?:raw|highlight)\b"), re.compile(r"\{%-?\s*end(?:raw|highlight)\b")),
)
AFTER_BREAK = re.compile(r"(?<=\n)[ \t]+")


def replace_between(
    text: str, opening: re.Pattern[str], closing: re.Pattern[str], change: Callable[[re.Match[str], str], str]
) -> str:
    """Replace each opening mark, its closing one and what stands between; marks that never close stay."""
    parts, at = [], 0
    while opened := opening.search(text, at):
        closed = closing.search(text, opened.end())
        if not closed:
            break
        parts += [text[at : opened.start()], change(opened, text[opened.end() : closed.start()])]
        at = closed.end()
    return "".join([*parts, text[at:]])


def without_indents(html: str) -> str:
    """Take the white space from the start of each line that is not preformatted: in Markdown it would mean code."""
    kept: list[tuple[int, int]] = []
    for opening, closing in VERBATIM:
        at = 0
        while (opened := opening.search(html, at)) and (closed := closing.search(html, opened.end())):
            kept.append((opened.start(), closed.end()))
            at = closed.end()
    parts, at = [], 0
    for start, end in sorted(kept):
        if start >= at:
            parts += [_flat(html, at, start), html[start:end]]
            at = end
    return "".join([*parts, _flat(html, at, len(html))])


def _flat(html: str, start: int, end: int) -> str:
    """Take the indents from a stretch, which may begin inside a line."""
    flat = AFTER_BREAK.sub("", html[start:end])
    return flat if start else flat.lstrip(" \t")
