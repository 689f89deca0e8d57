"""Dates in a body: English names whatever the locale, and no clock.

`format_date` knows the directives of C's `strftime` that do not depend on the machine, with Ruby's `%-d`
(no padding) and `%e`, which old posts use. `%s`, `%c` and other local forms are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from generator.render.body.bounds import Refused, describe

MONTHS = ["January", "February", "March", "April", "May", "June"]
MONTHS += ["July", "August", "September", "October", "November", "December"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DIRECTIVE = re.compile(r"%([-0_^]?)([a-zA-Z%])", re.DOTALL)
DATE_FORM = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?)(?: ?(Z|UTC|[-+]\d{2}:?\d{2}))?)?")
LONGEST_FORMAT = 200


def _offset(moment: datetime, separator: str) -> str:
    shift = moment.utcoffset()
    if shift is None:
        return ""
    minutes = round(shift.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{separator}{abs(minutes) % 60:02}"


NUMBERS: dict[str, Callable[[datetime], tuple[int, int]]] = {  # value, and the digits it is padded to
    "Y": lambda moment: (moment.year, 4),
    "C": lambda moment: (moment.year // 100, 2),
    "y": lambda moment: (moment.year % 100, 2),
    "m": lambda moment: (moment.month, 2),
    "d": lambda moment: (moment.day, 2),
    "j": lambda moment: (moment.timetuple().tm_yday, 3),
    "H": lambda moment: (moment.hour, 2),
    "I": lambda moment: (moment.hour % 12 or 12, 2),
    "M": lambda moment: (moment.minute, 2),
    "S": lambda moment: (moment.second, 2),
    "L": lambda moment: (moment.microsecond // 1000, 3),
    "f": lambda moment: (moment.microsecond, 6),
    "u": lambda moment: (moment.isoweekday(), 1),
    "w": lambda moment: (moment.isoweekday() % 7, 1),
    "V": lambda moment: (moment.isocalendar().week, 2),
    "G": lambda moment: (moment.isocalendar().year, 4),
}
WORDS: dict[str, Callable[[datetime], str]] = {
    "B": lambda moment: MONTHS[moment.month - 1],
    "b": lambda moment: MONTHS[moment.month - 1][:3],
    "h": lambda moment: MONTHS[moment.month - 1][:3],
    "A": lambda moment: DAYS[moment.weekday()],
    "a": lambda moment: DAYS[moment.weekday()][:3],
    "p": lambda moment: "AM" if moment.hour < 12 else "PM",
    "P": lambda moment: "am" if moment.hour < 12 else "pm",
    "e": lambda moment: f"{moment.day:>2}",
    "k": lambda moment: f"{moment.hour:>2}",
    "l": lambda moment: f"{moment.hour % 12 or 12:>2}",
    "z": lambda moment: _offset(moment, ""),
    "Z": lambda moment: "UTC" if moment.tzinfo and not moment.utcoffset() else _offset(moment, ":"),
    "F": lambda moment: f"{moment:%Y-%m-%d}",
    "T": lambda moment: f"{moment:%H:%M:%S}",
    "R": lambda moment: f"{moment:%H:%M}",
    "D": lambda moment: f"{moment:%m/%d/%y}",
    "n": lambda _: "\n",
    "t": lambda _: "\t",
    "%": lambda _: "%",
}


def format_date(value: object, form: str = "%-d %B %Y") -> str:
    """Write a date, or a text that is an ISO date, in the form asked for."""
    moment = read_date(value)
    if len(form) > LONGEST_FORMAT:
        raise Refused(f"a date's form may have {LONGEST_FORMAT} characters")
    return DIRECTIVE.sub(lambda found: _write(moment, found[1], found[2]), form)


def read_date(value: object) -> datetime:
    """Return a date as a moment; a text must be written as in ISO 8601."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, str):
        raise Refused(f"{describe(value)} is not a date")
    if value.strip().lower() in {"now", "today"}:
        raise Refused(f"`{value}` is not offered: a page is the same on every day it is built")
    found = DATE_FORM.fullmatch(value.strip())
    if found is None:
        raise Refused(f"`{value[:40]}` is not a date like `2026-01-31` or `2026-01-31 12:00`")
    zone = (found[3] or "").replace("UTC", "Z")
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}" if found[2] else found[1])
    except ValueError:
        raise Refused(f"there is no such date as `{value.strip()}`") from None


def _write(moment: datetime, flag: str, letter: str) -> str:
    if letter in NUMBERS:
        number, width = NUMBERS[letter](moment)
        return str(number) if flag == "-" else str(number).rjust(width, " " if flag == "_" else "0")
    if letter in WORDS:
        word = WORDS[letter](moment)
        return word.upper() if flag == "^" else word.lstrip() if flag == "-" else word
    raise Refused(f"`%{letter}` is not a part of a date; `%Y-%m-%d`, `%B`, `%b`, `%-d`, `%H:%M` are")
