"""Values as Ruby has them: how they are printed, read as numbers, and which are nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Context, Decimal

from generator.render.body.bounds import MOST_BITS, MOST_CHARACTERS, Refused, describe, is_list, require
from generator.render.liquid.missing import Missing
from generator.render.liquid.record import Record

DECIMAL = re.compile(r"-?\d+\.\d+", re.ASCII)
LEADING = re.compile(r"\s*([-+]?\d+(?:_\d+)*)", re.ASCII)
WHOLE = re.compile(r"[-+]?\d+(?:_\d+)*", re.ASCII)
EXPONENT = re.compile(r"[-+]?\d+(?:\.\d+)?[eE][-+]?\d{1,3}", re.ASCII)
MOST_DIGITS = 700  # of an exact number: enough for the sum of any two floats
EXACT = Context(prec=2 * MOST_DIGITS)
DEEPEST = 60  # lists in lists that are printed
Number = int | Decimal


def is_nil(value: object) -> bool:
    """Tell Ruby's nil, which a missing name is too."""
    return value is None or isinstance(value, Missing)


def is_true(value: object) -> bool:
    """Tell what counts as true: all but nil and false."""
    return value is not False and not is_nil(value)


def float_text(value: float) -> str:
    """Write a float in its shortest form: `4.3287`, `2.0`, `1.0e-05`, `1.0e+20`."""
    if value != value or value in {float("inf"), float("-inf")}:
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    text = float.__repr__(value)
    return text if "e" not in text or "." in text else text.replace("e", ".0e")


def date_text(value: date) -> str:
    """Write a date or a moment."""
    if not isinstance(value, datetime):
        return value.isoformat()
    offset = value.strftime("%z") or "+0000"
    return (
        f"{value:%Y-%m-%d %H:%M:%S} {offset}"
        if offset != "+0000" or value.tzinfo is None
        else (f"{value:%Y-%m-%d %H:%M:%S} +0000")
    )


def to_text(value: object, depth: int = 0) -> str:
    """Write a value as text filters do, by Ruby's `to_s`: nil is nothing, a list is written in brackets."""
    match value:
        case str():
            return str.__str__(value)
        case bool():
            return "true" if value else "false"
        case int():
            return int.__repr__(value)
        case float():
            return float_text(value)
        case date():
            return date_text(value)
        case range():
            return f"{value.start}..{value.stop - 1}"
        case Mapping():
            return inspect(value, depth)
    if is_nil(value):
        return ""
    return inspect(value, depth) if is_list(value) else str(value)


def printed(value: object, depth: int = 0) -> str:
    """Write a value as `{{ }}` does: a list is its items one after the other."""
    if not is_list(value) or isinstance(value, range):
        return to_text(value)
    require(depth < DEEPEST, f"lists stand more than {DEEPEST} deep inside each other")
    return joined([printed(item, depth + 1) for item in value])


def joined(texts: list[str], glue: str = "") -> str:
    """Join texts, unless that makes one too long."""
    length = sum(map(len, texts)) + len(glue) * max(0, len(texts) - 1)
    require(length <= MOST_CHARACTERS, f"this text would be longer than {MOST_CHARACTERS:,} characters")
    return glue.join(texts)


def inspect(value: object, depth: int = 0) -> str:
    """Write a value as Ruby's `inspect` does: `{"a"=>1, "b"=>nil}`."""
    require(depth < DEEPEST, f"lists stand more than {DEEPEST} deep inside each other")
    if is_nil(value):
        return "nil"
    if isinstance(value, str):
        return _quoted(str.__str__(value))
    if isinstance(value, Mapping):
        keys = value.plain_keys() if isinstance(value, Record) else value  # a page leads on to others
        pairs = [f"{inspect(str(key), depth + 1)}=>{inspect(value[key], depth + 1)}" for key in keys]
        return "{" + joined(pairs, ", ") + "}"
    if is_list(value) and not isinstance(value, range):
        return "[" + joined([inspect(item, depth + 1) for item in value], ", ") + "]"
    return to_text(value, depth)


ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", "\a": "\\a", "\b": "\\b", "\v": "\\v", "\f": "\\f"}
ESCAPES |= {'"': '\\"', "\\": "\\\\"}


def _quoted(text: str) -> str:
    escaped = "".join(
        ESCAPES.get(c) or (c if c.isprintable() else f"\\u{ord(c):04X}" if ord(c) > 0x7F else f"\\x{ord(c):02X}")
        for c in text
    )
    return '"' + re.sub(r"#(?=[{$@])", r"\\#", escaped) + '"'


def to_number(value: object) -> Number:
    """Read a number for arithmetic: a text with a point is exact, any other counts by its leading digits."""
    if isinstance(value, bool) or is_nil(value):
        return 0
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        require(value - value == 0, f"`{float_text(value)}` is not a number to calculate with")
        return Decimal(float.__repr__(value))
    if not isinstance(value, str):
        return 0
    text = str.__str__(value).strip()
    require(len(text) <= MOST_DIGITS or not LEADING.match(text), f"`{text[:20]}…` has too many digits")
    if DECIMAL.fullmatch(text):
        return Decimal(text)
    return leading_integer(text)


def leading_integer(text: str) -> int:
    """Read the whole number a text starts with, as Ruby's `to_i`; 0 where there is none."""
    found = LEADING.match(text)
    return int(found[1].replace("_", "")) if found and len(found[1]) <= MOST_DIGITS else 0


def to_integer(value: object) -> int:
    """Read a whole number where nothing else is allowed.

    Raises:
        Refused: it is none.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    text = to_text(value).strip() if not isinstance(value, Mapping) and not is_list(value) else ""
    if WHOLE.fullmatch(text) and len(text) <= MOST_DIGITS:
        return int(text.replace("_", ""))
    shown = f"`{text[:40]}`" if text else describe(None if is_nil(value) else value)
    raise Refused(f"{shown} is not a whole number")


def loose_integer(value: object) -> int:
    """Read a whole number as Ruby's `to_i` does; nil is 0."""
    if isinstance(value, float):
        require(value - value == 0, f"`{float_text(value)}` is not a whole number")
        return int(value)
    if isinstance(value, int):
        return int(value)
    return leading_integer(value) if isinstance(value, str) else 0


def printable(number: Number) -> int | float:
    """Return the result of arithmetic as it is printed: whole numbers stay whole.

    Raises:
        Refused: it is too large.
    """
    if isinstance(number, Decimal):
        return float(number)
    require(number.bit_length() <= MOST_BITS, "this makes too large a number")
    return number
