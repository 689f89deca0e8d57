"""Words as kramdown sets them: quotation marks, dashes, guillemets, and abbreviations with what they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

SIGN = re.compile("['\"]|-{2,3}|\\.\\.\\.|<< ?| ?>>")
PUNCTUATION = frozenset("!\"#$%'()*+,-./:;<=>?@[\\]^_`{|}~")
OPENING = frozenset(" \\\t\r\n[{(-")
READ_ALONE = frozenset("[*_<`")  # kramdown takes one of these for the start of something, and goes on behind it
DECADE = re.compile(r"\d\ds")
ENDS = re.compile(r"\s|s\b|$", re.MULTILINE)
SIGNS = {"---": "—", "--": "–", "...": "…", "<<": "«", ">>": "»", "<< ": "«\u00a0", " >>": "\u00a0»"}
QUOTES = {'"': "“”", "'": "‘’"}
MARKS_OPEN = frozenset({"em_open", "strong_open"})
BREAKS = frozenset({"softbreak", "hardbreak"})


def words(state: StateCore) -> None:
    """Core rule: set the signs of every paragraph, heading and cell."""
    for block in state.tokens:
        if block.type == "inline" and block.children and SIGN.search(block.content):
            _set(block.children)


def _set(tokens: list[Token]) -> None:
    written = [token.content for token in tokens]
    autolink = False
    for number, token in enumerate(tokens):
        if token.info == "auto":
            autolink = token.nesting > 0
        if token.type == "text" and not autolink and SIGN.search(token.content):
            token.content = _text(token.content, *_around(tokens, written, number))


def _around(tokens: list[Token], written: list[str], number: int) -> tuple[str, str, bool]:
    """Return the line break before a text, what follows the text, and whether that is emphasis.

    What is no plain text has been read by then: to kramdown nothing stands before a quotation mark behind it.
    """
    before = tokens[number - 1] if number else None
    first = "\n" if before is not None and before.type in BREAKS else ""
    after = tokens[number + 1] if number + 1 < len(tokens) else None
    if after is None:
        return first, "", False
    if after.type in BREAKS:
        return first, "\n", False
    if after.type in {"text", "text_special"}:
        return first, written[number + 1][:2], False
    inside = written[number + 1] or "".join(written[number + 2 : number + 3])
    return first, f"*{inside[:1]}" if after.nesting >= 0 else "*", after.type in MARKS_OPEN


def _text(text: str, first: str, follows: str, emphasis: bool) -> str:
    """Return a text with its signs set; `first` stands before it and `follows` behind it."""
    parts: list[str] = []
    position, read = 0, 0  # up to where the text is written, and up to where kramdown has read it
    for match in SIGN.finditer(text):
        at = match.start()
        if at < position:
            continue  # the second of two marks that were read together
        parts.append(text[position:at])
        before = text[at - 1] if at > read else first if at == 0 else ""
        before = "" if before in READ_ALONE else before
        position = read = match.end()
        if match[0] not in QUOTES:
            parts.append(SIGNS[match[0]])
            continue
        signs = _quotes(match[0], before, text[at + 1 :] + follows, emphasis=emphasis and not text[at + 1 :])
        parts.append(signs)
        position = read = at + len(signs)
    return "".join([*parts, text[position:]])


def _quotes(sign: str, before: str, rest: str, *, emphasis: bool) -> str:
    """Return a quotation mark as it is set, or two, from its neighbours in the order in which kramdown asks."""
    opening, closing = QUOTES[sign][0], QUOTES[sign][1]
    following = rest[:1]
    if not before and emphasis:
        return opening
    if not before and following in PUNCTUATION and not rest[1:].startswith("..") and not _is_word(rest[1:2]):
        return closing
    if before.isspace() or not before:
        if following in QUOTES and following != sign and _is_word(rest[1:2]):
            return opening + QUOTES[following][0]
        if sign == "'" and DECADE.match(rest):
            return closing
    if before:
        return opening if before in OPENING else closing
    if following in QUOTES:
        return sign + QUOTES[following][1]
    return closing if ENDS.match(rest) else opening


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def abbreviations(state: StateCore) -> None:
    """Core rule: put `<abbr title="…">` around each whole word that is defined."""
    known: Mapping[str, str] = state.env.get("abbreviations", {})
    if not known:
        return
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{names})(?!\w)")
    for block in state.tokens:
        if block.type == "inline" and pattern.search(block.content):
            block.children = [new for child in block.children or () for new in _abbreviate(child, pattern, known)]


def _abbreviate(token: Token, pattern: re.Pattern[str], known: Mapping[str, str]) -> list[Token]:
    if token.type != "text":
        return [token]
    tokens, position = [], 0
    for match in pattern.finditer(token.content):
        if match.start() > position:
            tokens.append(token.copy(content=token.content[position : match.start()]))
        attrs: dict[str, str | int | float] = {"title": known[match[0]]} if known[match[0]] else {}
        tokens += [Token("abbr_open", "abbr", 1, attrs), token.copy(content=match[0]), Token("abbr_close", "abbr", -1)]
        position = match.end()
    return [*tokens, token.copy(content=token.content[position:])] if position < len(token.content) else tokens
