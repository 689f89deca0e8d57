"""JSON and JSON Lines to plain data, stricter than Python: no NaN, no repeated keys, no half characters.

The C parser of the standard library does the work. Only when it meets something doubtful, or when
somebody asks for a place, does a slow scan of the tokens find out where.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from generator.data.json_hints import explain
from generator.data.text import DEEPEST, LINE_END, LONGEST_INTEGER, KeyPath, Loaded, Offsets, Text, shorten, too_deep
from generator.errors import SiteError, several

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
INTEGER = re.compile(r"-?[0-9]+")
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
MOST_MISTAKES = 20  # of one file; more tell an author nothing


class _DoubtError(ValueError):
    """Something the C parser takes and we do not; the slow scan says what and where."""


def load_json(text: Text) -> Loaded:
    """Read one JSON value.

    Raises:
        SiteError: one mistake, or an ExceptionGroup of several.
    """
    value = _parse(text, text.text, 0)
    return Loaded(value, text, lambda: {token.keys: token.offsets for token in _scan(text.text, 0)})


def load_json_lines(text: Text) -> Loaded:
    """Read a list of values, one on each line; empty lines do not count.

    Raises:
        SiteError: one mistake, or an ExceptionGroup of several.
    """
    lines = [(start, line) for start, line in _lines(text.text) if line.strip()]
    errors: list[SiteError] = []
    values = []
    for start, line in lines:
        try:
            values.append(_parse(text, line, start))
        except* SiteError as group:
            errors.extend(group.exceptions)  # type: ignore[arg-type]
        if len(errors) >= MOST_MISTAKES:
            break
    if errors:
        raise errors[0] if len(errors) == 1 else several(errors[:MOST_MISTAKES])

    def locate() -> Offsets:
        found: Offsets = {(): (0, 0)}
        for number, (start, line) in enumerate(lines):
            found |= {(number, *token.keys): token.offsets for token in _scan(line, start)}
        return found

    return Loaded(values, text, locate)


def _parse(text: Text, source: str, start: int) -> object:
    """Parse `source`, which stands at offset `start` of `text`."""
    try:
        value: object = json.loads(
            source, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
    except json.JSONDecodeError as error:
        raise explain(text, source, start, error) from None
    except (_DoubtError, RecursionError):
        _refuse(text, source, start)
        raise _glued(text, source, start) from None
    if HALF_CHARACTER.search(source) or too_deep(value):
        _refuse(text, source, start)
    return value


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise _DoubtError
    return mapping


def _constant(_word: str) -> NoReturn:
    raise _DoubtError


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER:
        raise _DoubtError
    return int(digits)


def _float(word: str) -> float:
    value = float(word)
    if math.isinf(value):
        raise _DoubtError
    return value


class _Token(NamedTuple):
    """One value of the file, or a mistake in it."""

    keys: KeyPath
    offsets: tuple[int, int]  # of its key, of itself
    mistake: str = ""
    hint: str = ""


def _refuse(text: Text, source: str, start: int) -> None:
    """Raise the mistakes that the slow scan finds, if any."""
    mistakes = [token for token in _scan(source, start) if token.mistake]
    errors = [text.error(token.mistake, token.offsets[0], token.hint) for token in mistakes[:MOST_MISTAKES]]
    if errors:
        raise errors[0] if len(errors) == 1 else several(errors)


def _glued(text: Text, source: str, start: int) -> SiteError:
    """Explain a doubtful number with something glued to it: the scan takes both for one word."""
    try:
        json.loads(source, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        return explain(text, source, start, error)
    raise AssertionError("the slow scan finds what the parser doubted")


def _scan(source: str, start: int) -> Iterator[_Token]:
    """Yield every value with its place, and every mistake a parser of well-formed JSON may overlook.

    Stops at the first value that is nested too deep.
    """
    stack: list[_Container] = []
    for match in TOKEN.finditer(source):
        word, offset = match[0], match.start() + start
        top = stack[-1] if stack else None
        if word in {",", ":"}:
            if top:
                top.next(word)
        elif word in {"}", "]"}:
            if stack:
                stack.pop()
        elif top and top.seen is not None and top.awaits_key:
            yield from top.take_key(word, offset)
        else:
            keys = (*top.path, top.key) if top else ()
            key_offset = top.key_offset if top and top.seen is not None else offset
            if word in {"{", "["}:
                stack.append(_Container(keys, set() if word == "{" else None))
                if len(stack) > DEEPEST:
                    what = f"lists and objects are nested more than {DEEPEST} levels deep"
                    yield _Token(keys, (offset, offset), what)
                    return
            yield _Token(keys, (key_offset, offset))
            if mistake := _judge(word):
                yield _Token(keys, (offset, offset), *mistake)


class _Container:
    """An object or a list the scan is inside of, and how far it has come."""

    def __init__(self, path: KeyPath, seen: set[str] | None) -> None:
        self.path, self.seen = path, seen  # keys seen so far; None for a list
        self.key: str | int = 0
        self.key_offset = 0
        self.awaits_key = seen is not None

    def next(self, mark: str) -> None:
        """Step over a comma or a colon."""
        if self.seen is not None:
            self.awaits_key = mark == ","
        elif isinstance(self.key, int) and mark == ",":
            self.key += 1

    def take_key(self, word: str, offset: int) -> Iterator[_Token]:
        """Remember a key; one that was there before is a mistake."""
        assert self.seen is not None, "only objects have keys"
        self.key, self.key_offset = _string(word), offset
        if self.key in self.seen:
            yield _Token(
                (*self.path, self.key), (offset, offset), f"duplicate key `{shorten(self.key)}`", "keep one of them"
            )
        self.seen.add(self.key)
        if mistake := _judge(word):
            yield _Token((*self.path, self.key), (offset, offset), *mistake)


def _judge(word: str) -> tuple[str, str] | None:
    """Return what is wrong with a scalar, and a hint."""
    if word[0] == '"':
        half = HALF_CHARACTER.search(word) and next((c for c in _string(word) if "\ud800" <= c <= "\udfff"), "")
        return (f"`\\u{ord(half):04x}` is half of a character", "write both halves, or the character") if half else None
    if word in {"NaN", "Infinity", "-Infinity"}:
        return f"`{word}` is not JSON", "write `null` for a figure that is missing"
    if len(word) > LONGEST_INTEGER and INTEGER.fullmatch(word):
        what = f"the number `{shorten(word, 20)}` has {len(word.lstrip('-')):,} digits"
        return what, "quote it if it is text"
    if NUMBER.fullmatch(word) and math.isinf(float(word)):
        return f"the number `{shorten(word, 20)}` is too large", "quote it if it is text"
    return None


def _string(word: str) -> str:
    if "\\" not in word:
        return word[1:-1]
    try:
        return str(json.loads(word, strict=False))
    except ValueError:  # after the point where the parser stopped nothing is certain
        return word


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for end in LINE_END.finditer(text):
        yield start, text[start : end.start()]
        start = end.end()
    yield start, text[start:]
