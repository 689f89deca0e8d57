"""HTML as plain text: descriptions, summaries, what an XML file may hold.

A formula becomes its TeX, because the letters of MathML one after the other say something else.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable

DESCRIPTION_LIMIT = 160  # characters; search engines and cards show no more

_ATTRIBUTES = r"""(?:[^<>"']|"[^"]*"|'[^']*')*+"""
_MATH = re.compile(rf"<math\b({_ATTRIBUTES})>(.*?)(?:</math>|\Z)", re.DOTALL)
_TEX = re.compile(r'\balttext="([^"]*)"|<annotation encoding="application/x-tex">([^<]*)<')
_UNSEEN = re.compile(rf"<!--.*?(?:-->|\Z)|<(script|style)\b{_ATTRIBUTES}>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(rf"</?([a-zA-Z][^\s/<>]*+){_ATTRIBUTES}>")
_INSIDE_WORDS = re.compile(
    "a|abbr|b|bdi|cite|code|data|del|em|i|ins|kbd|mark|q|s|samp|small|span|strong|su[bp]|u|var|wbr"
)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(html: str) -> str:
    """Return the text a reader sees, on one line, formulas as TeX."""
    shown = replace_math(_UNSEEN.sub("", html), lambda tex: tex)
    spaced = _TAG.sub(lambda match: "" if _INSIDE_WORDS.fullmatch(match[1].lower()) else " ", shown)
    return " ".join(entities.unescape(spaced).split())


def cut(text: str, limit: int = DESCRIPTION_LIMIT) -> str:
    """Shorten a text to at most `limit` characters, after a whole word where there is one."""
    if len(text) <= limit:
        return text
    head = text[:limit].rpartition(" ")[0] or text[: limit - 1]
    return head.rstrip(" ,;:.–—-") + "…"


def replace_math(html: str, show: Callable[[str], str]) -> str:
    """Replace each formula by what `show` makes of its TeX (still escaped); one without TeX stays."""

    def formula(match: re.Match[str]) -> str:
        tex = _TEX.search(match[1]) or _TEX.search(match[2])
        return show(tex[1] or tex[2] or "") if tex else match[0]

    return _MATH.sub(formula, html)


def without_scripts(html: str) -> str:
    """Remove comments, scripts and style sheets."""
    return _UNSEEN.sub("", html)


def xml_text(text: str) -> str:
    """Remove the characters no XML file may hold: controls, lone surrogates, noncharacters."""
    return _NOT_XML.sub("", text)
