"""Filters of a body: Jinja's that stay inside bounds, and those that old Liquid posts need.

`FILTERS` are plain functions of a value. `SCRIPTED` ones also see the running script, to reach into items
or to apply another filter. A filter refuses what it cannot do by raising `Refused`; a bad value is never
turned into 0 or an empty text in silence.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from jinja2.runtime import Undefined

from generator.render.body.bounds import (
    Refused,
    describe,
    is_list,
    limited,
    require,
)
from generator.render.body.dates import format_date
from generator.render.body.item_filters import SCRIPTED
from generator.render.body.list_filters import LIST_FILTERS
from generator.render.body.members import to_text
from generator.render.body.text_filters import TEXT_FILTERS
from generator.render.body.texts import Json

MOST_JSON = 200_000  # values in one JSON
DEEPEST = 100  # lists in lists, in JSON
MOST_DIGITS = 300  # before or after the point of a number to be rounded
EXACT = Context(prec=3 * MOST_DIGITS)
UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"]


def read_number(value: object) -> int | float | Decimal:
    """Return a number as it is, and a text as the exact number it writes: `"8.3e-05"` too.

    Raises:
        Refused: it is no number, or an absurdly long one.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refused(f"{describe(value)} is not a number")
    if not isinstance(value, str):
        return value
    try:
        number = Decimal(str.__str__(value).strip())
    except InvalidOperation:
        raise Refused(f"`{value[:40]}` is not a number") from None
    require(
        number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS, f"`{value[:40]}` is not a number of usable size"
    )
    return number


def round_half_up(value: object, digits: int = 0) -> int | float:
    """Round half away from zero on the decimal text: 2.675 to 2 digits is 2.68. Whole numbers stay whole.

    Liquid rounds so, Python does not.
    """
    require(isinstance(digits, int) and abs(digits) <= MOST_DIGITS, f"`{digits}` is not a number of digits")
    number = read_number(value)
    if isinstance(number, float) and not _is_finite(number):
        return float(number)
    exact = _exact(number)
    is_whole = digits <= 0 or isinstance(number, int) or (isinstance(value, str) and value.strip(" +-").isdigit())
    if -int(exact.as_tuple().exponent) > digits or digits < 0:
        exact = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)
    return int(exact) if is_whole else float(exact)


def number(value: object, digits: int | None = None) -> str:
    """Write a number for readers: thousands set apart by commas, and `digits` places when asked for."""
    require(digits is None or 0 <= digits <= 30, f"`{digits}` is not a number of digits")
    read = read_number(value)
    if isinstance(read, float) and not _is_finite(read):
        return to_text(read)
    exact = _exact(read)
    if digits is None:
        return f"{exact:,f}".removesuffix(".0")
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT):,f}"


def _exact(value: float | Decimal) -> Decimal:
    """Return the number that is printed, not the binary one behind it."""
    return value if isinstance(value, Decimal) else Decimal(to_text(value))


def _is_finite(value: float) -> bool:
    return value - value == 0


def to_int(value: object, *default: object) -> object:
    """Read a whole number; what follows the point is cut off."""
    try:
        return int(value) if isinstance(value, bool) else int(read_number(value))
    except (Refused, OverflowError, ValueError):
        if default:
            return default[0]
        raise


def to_float(value: object, *default: object) -> object:
    """Read a number."""
    try:
        return float(value) if isinstance(value, bool) else float(read_number(value))
    except (Refused, OverflowError):
        if default:
            return default[0]
        raise


def default(value: object, fallback: object = "", boolean: bool = False) -> object:
    """Return the fallback for a missing value; with `true`, also for null, false, 0 and empty ones."""
    return fallback if isinstance(value, Undefined) or (boolean and not value) else value


def to_json(value: object, indent: int | None = None) -> Json:
    """Write a value as JSON: keys sorted as given, dates as text."""
    require(indent is None or 0 <= indent <= 8, f"an indent of {indent} is more than 8")
    text = json.dumps(_plain(value, itertools.count(), 0), ensure_ascii=False, indent=indent)
    return Json(limited(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")))


def _plain(value: object, counter: Iterator[int], depth: int) -> object:
    """Return what JSON can hold of a value; lists that hold each other are counted as often as they are written."""
    if next(counter) > MOST_JSON or depth > DEEPEST:
        raise Refused(f"this JSON has more than {MOST_JSON:,} values, or is more than {DEEPEST} deep")
    if isinstance(value, Mapping):
        return {to_text(key): _plain(value[key], counter, depth + 1) for key in value}
    if is_list(value):
        return [_plain(item, counter, depth + 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    require(not isinstance(value, float) or _is_finite(value), f"`{value}` has no form in JSON")
    return float(value) if isinstance(value, float) else int(value) if isinstance(value, int) else to_text(value)


def file_size(value: object) -> str:
    """Write a number of bytes in the unit that suits it, by thousands."""
    size = float(read_number(value))
    unit = 0
    while abs(size) >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {UNITS[unit]}" if unit else f"{size:.0f} {UNITS[0]}"


def _absolute(value: object) -> object:
    exact = read_number(value)
    return abs(float(exact) if isinstance(exact, Decimal) else exact)


FILTERS: dict[str, Callable[..., object]] = {
    **LIST_FILTERS,
    **TEXT_FILTERS,
    **SCRIPTED,
    "abs": _absolute,
    "d": default,
    "date": format_date,
    "default": default,
    "filesizeformat": file_size,
    "float": to_float,
    "int": to_int,
    "number": number,
    "round": round_half_up,
    "tojson": to_json,
}

REMOVED = {
    "e": "leave it out: values are always printed as text",
    "escape": "leave it out: values are always printed as text",
    "forceescape": "leave it out: values are always printed as text",
    "xmlattr": "write the attributes out",
    "urlize": "write the address in `<` and `>`, or as a Markdown link",
    "pprint": "write `| tojson(2)`",
    "random": "a build gives the same site every time",
    "attr": "write `x[name]`",
    "markdownify": "write `| markdown`",
    "jsonify": "write `| tojson`",
    "date_to_string": 'write `| date("%d %b %Y")`',
    "date_to_xmlschema": "print the date itself: it is written as in ISO 8601",
    "size": "write `| length`",
    "plus": "write `+`",
    "minus": "write `-`",
    "times": "write `*`",
    "divided_by": "write `//`",
    "modulo": "write `%`",
    "append": "write `~`",
    "prepend": "write `~`",
    "downcase": "write `| lower`",
    "upcase": "write `| upper`",
    "strip": "write `| trim`",
    "strip_html": "write `| striptags`",
    "truncatewords": "write `| truncate`",
    "split": 'write `.split(",")`',
    "remove": 'write `| replace("x", "")`',
    "escape_once": "leave it out: values are always printed as text",
    "uniq": "write `| unique`",
    "concat": "write `+`",
    "where_exp": 'write `| selectattr("key", ">", 1)`',
    "relative_url": "leave it out: links work under any address",
    "absolute_url": "leave it out: links work under any address",
    "cgi_escape": "write `| urlencode`",
    "uri_escape": "write `| urlencode`",
    "number_of_words": "write `| wordcount`",
    "ceil": "write `(x + 0.5) | round`",
}
