"""Typographer's quotes, dashes and ellipses; nothing else, so `(c)` and `1/2` stay as they are.

Values, code, formulas and escaped characters are never touched: a `"` typed as `\"` stays straight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

QUOTE = re.compile("['\"]")
WORTH_A_LOOK = re.compile("['\"]|--|\\.\\.\\.")
EM_DASH = re.compile(r"(?<!-)---(?!-)")
# `a -- b` and `1--2`, but not the `--flag` of a command.
EN_DASH = re.compile(r"(?<![^\s])--(?![^\s])|(?<=[^-\s])--(?=[^-\s])")
INSIDE_A_WORD = re.compile(r"(?<=[^\W_])'(?=[^\W_])")
ELLIPSIS = re.compile(r"(?<!\.)\.\.\.(?!\.)")
QUOTES = {'"': "“”", "'": "‘’"}
APOSTROPHE = "’"


@dataclass
class Mark:
    """A quotation mark in a text token."""

    token: int
    index: int
    sign: str
    level: int  # inside how many links and emphases
    opens: bool
    closes: bool


def typography(state: StateCore) -> None:
    """Core rule: run over the text of every paragraph, heading and cell that could need it."""
    for block in state.tokens:
        if block.type == "inline" and block.children and WORTH_A_LOOK.search(block.content):
            _replace(block.children)
            if QUOTE.search(block.content):
                _quotes(block.children)


def _replace(tokens: list[Token]) -> None:
    autolink, escaped = False, ""
    for token in tokens:
        if token.info == "auto":
            autolink = token.nesting > 0
        elif token.type == "text" and not autolink and not token.content.startswith(escaped or "\0"):
            text = ELLIPSIS.sub("…", token.content) if "..." in token.content else token.content
            text = EN_DASH.sub("–", EM_DASH.sub("—", text)) if "--" in text else text
            token.content = INSIDE_A_WORD.sub(APOSTROPHE, text) if "'" in text else text
        escaped = token.content if token.type == "text_special" else ""


def _quotes(tokens: list[Token]) -> None:
    """Pair the marks at each level; a mark left alone becomes an apostrophe, or opens a long quotation."""
    letters: dict[int, list[str]] = {}
    open_marks: list[Mark] = []
    waiting: dict[tuple[int, str], int] = {}  # how many marks of a level and sign wait in `open_marks`

    def write(mark: Mark, sign: str) -> None:
        if mark.token not in letters:
            letters[mark.token] = list(tokens[mark.token].content)
        letters[mark.token][mark.index] = sign

    def drop() -> Mark:
        mark = open_marks.pop()
        waiting[mark.level, mark.sign] -= 1
        return mark

    def leave(mark: Mark) -> None:
        write(mark, APOSTROPHE if mark.sign == "'" else "“")

    for mark in _marks(tokens):
        while open_marks and open_marks[-1].level > mark.level:
            leave(drop())
        if mark.closes and waiting.get((mark.level, mark.sign)):
            while (partner := drop()).sign != mark.sign:
                leave(partner)
            write(partner, QUOTES[mark.sign][0])
            write(mark, QUOTES[mark.sign][1])
        elif mark.opens:
            open_marks.append(mark)
            waiting[mark.level, mark.sign] = waiting.get((mark.level, mark.sign), 0) + 1
        elif mark.sign == "'":
            write(mark, APOSTROPHE)
    for mark in open_marks:
        leave(mark)
    for token, text in letters.items():
        tokens[token].content = "".join(text)


def _marks(tokens: list[Token]) -> Iterator[Mark]:
    """Yield every straight quotation mark of the text with the ways it can be read."""
    level, autolink = 0, False
    for number, token in enumerate(tokens):
        level += token.nesting
        if token.info == "auto":
            autolink = token.nesting > 0
        if token.type != "text" or autolink:
            continue
        text = token.content
        for match in QUOTE.finditer(text) if "'" in text or '"' in text else ():
            at = match.start()
            before = text[at - 1] if at else _neighbour(tokens, number, -1)
            after = text[at + 1] if at + 1 < len(text) else _neighbour(tokens, number, 1)
            opens, closes = _reading(match[0], before, after)
            yield Mark(number, at, match[0], level, opens, closes)


def _neighbour(tokens: list[Token], number: int, step: int) -> str:
    """Return the character beside a token; the border of a line counts as a space."""
    number += step
    while 0 <= number < len(tokens) and tokens[number].type not in {"softbreak", "hardbreak"}:
        if content := tokens[number].content:
            return content[0] if step > 0 else content[-1]
        number += step
    return " "


def _reading(sign: str, before: str, after: str) -> tuple[bool, bool]:
    """Tell whether a mark between two characters can open and can close a quotation."""
    space_before, space_after = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
    punctuation_before, punctuation_after = _is_punctuation(before), _is_punctuation(after)
    opens = not space_after and (not punctuation_after or space_before or punctuation_before)
    closes = not space_before and (not punctuation_before or space_after or punctuation_after)
    if sign == "'" and opens and after.isdigit() and not punctuation_before:
        return False, False  # the '90s
    if opens and closes:
        return punctuation_before, punctuation_after
    if sign == '"' and closes and before.isdigit() and after == '"':
        return False, False  # 6'2""
    return opens, closes


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)
