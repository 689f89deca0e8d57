"""Words as kramdown sets them: quotation marks, dashes, guillemets, and abbreviations with what they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

SIGN = re.compile("['\"]|-{2,3}|\\.\\.\\.|<< ?| ?>>")
PUNCTUATION = frozenset("!\"#$%'()*+,-./:;<=>?@[\\]^_`{|}~")
OPENING = frozenset(" \\\t\r\n[{(-")
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
    """Return the character before a text (none where a mark opens), what follows it, and whether emphasis does."""
    before = tokens[number - 1] if number else None
    first = ""
    if before is not None and before.type in BREAKS:
        first = "\n"
    elif before is not None and before.nesting <= 0:
        first = written[number - 1][-1:] or "x"
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
    position = 0
    for match in SIGN.finditer(text):
        at = match.start()
        if at < position:
            continue  # the second of two marks that open together
        parts.append(text[position:at])
        position = match.end()
        if match[0] not in QUOTES:
            parts.append(SIGNS[match[0]])
            continue
        before = text[at - 1] if at else first
        rest = text[at + 1 :] + follows
        if rest[:1] in QUOTES and rest[:1] != match[0] and _is_word(rest[1:2]) and before in {"", *OPENING}:
            parts.append(QUOTES[match[0]][0] + QUOTES[rest[0]][0])
            position += 1
            continue
        opens = _opens(match[0], before, rest, emphasis=emphasis and not text[at + 1 :])
        parts.append(QUOTES[match[0]][0 if opens else 1])
    return "".join([*parts, text[position:]])


def _opens(sign: str, before: str, rest: str, *, emphasis: bool) -> bool:
    """Tell whether a quotation mark opens, from its neighbours, in the order in which kramdown asks."""
    if emphasis:
        return True
    following = rest[:1]
    if following in PUNCTUATION and following and not rest[1:].startswith("..") and not _is_word(rest[1:2]):
        return False
    if sign == "'" and DECADE.match(rest) and before in {"", " ", "\n", "\t"}:
        return False
    if before.isspace() and _is_word(following):
        return True
    if before and before not in OPENING:
        return False
    return ENDS.match(rest) is None


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
