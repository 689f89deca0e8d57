"""Tokens as plain text: for ids, `alt`, search and descriptions. A formula is its TeX, a line break a space."""

from __future__ import annotations

from collections.abc import Iterable

from markdown_it.token import Token

from generator.render.markup.findings import Findings
from generator.render.markup.html import text_of

AS_WRITTEN = {"text", "text_special", "code_inline", "value", "math_inline", "math_block", "math_ref", "reference"}
LINES = {"fence", "code_block", "block_value"}


def plain_text(tokens: Iterable[Token], findings: Findings) -> str:
    """Return what a reader would read of inline tokens."""
    return findings.reveal("".join(_words(token) for token in tokens))


def page_text(tokens: Iterable[Token], findings: Findings) -> str:
    """Return the text of a page, a block on a line."""
    lines = []
    for token in tokens:
        if token.type == "inline":
            lines.append("".join(_words(child) for child in token.children or ()))
        elif token.type in LINES or token.type == "math_block":
            lines.append(token.content.rstrip())
        elif token.type == "html_block":
            lines.append(text_of(token.content).strip())
    return findings.reveal("\n".join(line for line in lines if line))


def _words(token: Token) -> str:
    if token.type in AS_WRITTEN:
        return token.content
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    if token.type == "image":
        return "".join(_words(child) for child in token.children or ())
    return ""
