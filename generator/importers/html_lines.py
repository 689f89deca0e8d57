"""HTML that moves into a Markdown file: no indents, which would mean code there; what is preformatted stays."""

from __future__ import annotations

import re

KEPT = re.compile(
    r"<(pre|textarea|script|style)\b.*?</\1\s*>|\{%-?\s*(raw|highlight)\b.*?%\}.*?\{%-?\s*end\2",
    re.DOTALL | re.IGNORECASE,
)
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def without_indents(html: str) -> str:
    """Take the white space from the start of each line that is not preformatted."""
    parts, at = [], 0
    for kept in KEPT.finditer(html):
        parts += [INDENT.sub("", html[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*parts, INDENT.sub("", html[at:])])
