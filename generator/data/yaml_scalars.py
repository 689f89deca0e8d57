"""YAML 1.2 scalars: what an unquoted word means.

PyYAML speaks YAML 1.1, where `no` is false, `1e-3` is text, `010` is eight and `12:30` is 750. These
rules are the core schema of YAML 1.2, plus dates. NaN and infinity are refused: a figure that is
missing is `null`.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta, timezone

from generator.data.text import LONGEST_INTEGER, shorten

WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
INTEGER = re.compile(r"[-+]?[0-9]+\Z")
OCTAL_OR_HEX = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"[ \t]*(Z|[-+][0-9]{1,2}(?::?[0-9]{2})?)?\Z"
)
LONGEST_HEX = 240  # digits; 16**240 has 289 decimal ones
MAY_BE_A_NUMBER = frozenset("0123456789+-.")  # first characters; most text is told apart by them


class Unreadable(ValueError):  # noqa: N818 - it says what the word is
    """A scalar that looks like a number or a date and is none: what is wrong, and a hint."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.what, self.hint = what, hint


def resolve(word: str, dates: bool = True) -> object:
    """Return what an unquoted word means.

    Raises:
        Unreadable: it is a number without a value, or a date that no calendar has.
    """
    if word in WORDS:
        return WORDS[word]
    if word[0] not in MAY_BE_A_NUMBER:
        return word
    if INTEGER.match(word):
        return _integer(word, 10)
    if OCTAL_OR_HEX.match(word):
        return _integer(word[2:], 8 if word[1] == "o" else 16)
    if FLOAT.match(word) or NOT_FINITE.match(word):
        return _float(word)
    if dates and (DATE.match(word) or MOMENT.match(word)):
        return _moment(word)
    return word


def _integer(digits: str, base: int) -> int:
    if len(digits) > (LONGEST_INTEGER if base == 10 else LONGEST_HEX):
        raise Unreadable(f"the number `{shorten(digits, 20)}` has {len(digits):,} digits", "quote it if it is text")
    return int(digits, base)


def _float(word: str) -> float:
    if NOT_FINITE.match(word):
        raise Unreadable(f"`{word}` is not a number", "write `null` for a figure that is missing")
    value = float(word)
    if math.isinf(value):
        raise Unreadable(f"the number `{shorten(word, 20)}` is too large", "quote it if it is text")
    return value


def _moment(word: str) -> date | datetime:
    """Return the date or the moment; one without an offset stays naive."""
    try:
        if DATE.match(word):
            return date.fromisoformat(word)
        match = MOMENT.match(word)
        assert match, "the caller has matched it"
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        microsecond = int((match[7] or "0")[:6].ljust(6, "0"))
        return datetime(year, month, day, hour, minute, second, microsecond, _offset(match[8]))
    except ValueError:
        raise Unreadable(f"no calendar has the date `{word}`", "quote it if it is text") from None


def _offset(sign: str | None) -> timezone | None:
    if sign is None:
        return None
    if sign == "Z":
        return UTC
    hours, minutes = re.fullmatch(r"[-+]([0-9]{1,2}):?([0-9]{2})?", sign).groups()  # type: ignore[union-attr]
    if int(minutes or 0) > 59:
        raise ValueError(sign)
    distance = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-distance if sign.startswith("-") else distance)
