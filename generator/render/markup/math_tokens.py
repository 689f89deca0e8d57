"""TeX as tokens that remember where they stood, so that every later mistake has an offset.

Lexing follows TeX: a comment takes the start of the next line with it, spaces after a command vanish.
A printed value is one opaque token, an `Insert`, and stays one: nothing in it is ever read as TeX.
"""

from __future__ import annotations

import bisect
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from generator.render.values import CLOSE, OPEN, RESERVED, Value, plain

LONGEST = 10_000  # characters of one formula
INSERT_OPEN, INSERT_CLOSE = "\ufdd8", "\ufdd9"
DIGITS = "\ufde0\ufde1\ufde2\ufde3\ufde4\ufde5\ufde6\ufde7"  # octal; an ASCII digit could be made bold on the way
INSERT = re.compile(f"{INSERT_OPEN}([{DIGITS}]+){INSERT_CLOSE}")
TOKEN = re.compile(
    rf"(?P<word>\\[A-Za-z]+)\s*|(?P<space>\\\s)\s*|(?P<symbol>\\.)|(?P<comment>%[^\n]*\n?[ \t]*)|(?P<gap>\s+)"
    rf"|{OPEN}(?P<value>[0-9]+){CLOSE}|(?P<other>.)",
    re.DOTALL,
)
NUMBER = re.compile(r"([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:[eE]([-+]?)0*([0-9]+))?")
SPECIALS = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"} | {
    character: f"\\{character}" for character in "{}$&#_%"
}


class TexError(Exception):
    """A mistake in a formula, at an offset of the author's TeX."""

    def __init__(self, at: int, what: str, hint: str = "") -> None:
        super().__init__(at, what, hint)
        self.at, self.what, self.hint = at, what, hint


class Tok(NamedTuple):
    """A command with its backslash, one character, a space, `\\begin{…}` with its name, or an insert."""

    text: str
    at: int  # offset in the author's TeX; a macro's meaning stands where the macro was called


@dataclass(frozen=True)
class Insert:
    """Something finished that travels through the conversion untouched."""

    html: str
    text: str
    number: str = ""  # a plain number may stand anywhere digits may
    is_operator: bool = False  # `html` is a MathML operator, not text


def lex(tex: str, values: Sequence[Value], inserts: list[Insert]) -> list[Tok]:
    """Cut TeX into tokens; each value becomes an insert.

    Raises:
        TexError: when the formula is too long, ends in a backslash, or would lose its end to a comment.
    """
    if len(tex) > LONGEST:
        raise TexError(0, f"this formula has {len(tex):,} characters, and {LONGEST:,} is the most")
    tokens: list[Tok] = []
    for match in TOKEN.finditer(tex):
        kind, at = match.lastgroup, match.start()
        if kind == "value":
            text = plain(values[int(match["value"])])
            number = text if NUMBER.fullmatch(text) else ""
            tokens.append(insert(inserts, Insert(html.escape(text), text, number), at))
        elif kind == "space":
            tokens.append(Tok("\\ ", at))
        elif kind == "gap":
            tokens.append(Tok(" ", at))
        elif match[0] == "\\":
            raise TexError(at, "a `\\` stands at the end of the formula", "write `\\\\` for a new line")
        elif kind == "comment":
            if "\n" not in tex:
                raise TexError(at, "`%` makes the rest of this formula a comment", "write `\\%` for the sign")
        else:
            assert kind is not None, "every branch of the pattern has a name"
            tokens.append(Tok(RESERVED.sub("\ufffd", match[kind]), at))
    return tokens


def digits_of(number: str, at: int) -> list[Tok]:
    """Return a plain number as one unit: `x^{{ n }}` raises to all of 12, not to its 1."""
    match = NUMBER.fullmatch(number)
    assert match is not None, "only plain numbers are kept as numbers"
    pieces = [*match[1]]
    if match[3]:
        pieces += ["\\times", "1", "0", "^", "{", *match[2].replace("+", ""), *match[3], "}"]
    return [Tok(piece, at) for piece in (pieces if len(pieces) == 1 else ["{", *pieces, "}"])]


def value_tex(text: str) -> str:
    """Return a value as the TeX an author would have typed."""
    if number := NUMBER.fullmatch(text):
        power = rf"\times 10^{{{number[2].replace('+', '')}{number[3]}}}" if number[3] else ""
        return number[1] + power
    return rf"\text{{{escape_tex(text)}}}"


def escape_tex(text: str) -> str:
    """Return text that TeX sets as it is, whatever it holds."""
    return "".join(SPECIALS.get(character, character) for character in text)


def insert(inserts: list[Insert], new: Insert, at: int) -> Tok:
    """Keep something finished for after the conversion, and return the token that stands for it."""
    inserts.append(new)
    digits = "".join(DIGITS[int(digit)] for digit in f"{len(inserts) - 1:o}")
    return Tok(f"{INSERT_OPEN}{digits}{INSERT_CLOSE}", at)


def is_insert(text: str) -> bool:
    """Tell whether a token's text stands for something finished."""
    return text[0] == INSERT_OPEN


def insert_of(text: str, inserts: Sequence[Insert]) -> Insert:
    """Return what a token's text stands for."""
    return inserts[int("".join(str(DIGITS.index(digit)) for digit in text[1:-1]), 8)]


def is_word(text: str) -> bool:
    """Tell whether a token is a command made of letters."""
    return text[0] == "\\" and text[1:2].isalpha()


@dataclass(frozen=True)
class Spelling:
    """Tokens as one string again, with the way back."""

    tex: str
    starts: tuple[int, ...]  # where each token begins in `tex`
    tokens: tuple[Tok, ...]

    def token_at(self, offset: int) -> Tok:
        """Return the token an offset of `tex` lies in."""
        if not self.tokens:
            return Tok(" ", 0)
        return self.tokens[max(0, bisect.bisect_right(self.starts, offset) - 1)]


def spell(tokens: Sequence[Tok]) -> Spelling:
    """Join tokens; a space keeps a command from swallowing the letter after it."""
    pieces: list[str] = []
    starts: list[int] = []
    length, word = 0, False
    for token in tokens:
        if word and token.text[0].isalpha():
            pieces.append(" ")
            length += 1
        pieces.append(token.text)
        starts.append(length)
        length += len(token.text)
        word = is_word(token.text) and token.text[-1].isalpha()
    return Spelling("".join(pieces), tuple(starts), tuple(tokens))
