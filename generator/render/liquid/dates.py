"""Dates in a Liquid body: read as leniently as Ruby does, written by Ruby's directives, in English, without a clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from generator.render.body.bounds import WIDEST, Refused, require
from generator.render.body.dates import DAYS, LONGEST_FORMAT, MONTHS

DIRECTIVE = re.compile(r"%([-0_^#:]*)(\d*)([a-zA-Z%])")
LONGEST = 100  # characters of a text that may be a date
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?=T|\b)")
NAMED = re.compile(r"\b(" + "|".join(month[:3] for month in MONTHS) + r")[a-z]*\b\.?", re.IGNORECASE)
DAY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?!:)", re.IGNORECASE)
YEAR = re.compile(r"\b(\d{4})\b(?!:)")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]m)?", re.IGNORECASE)
ZONE = re.compile(r"(?:\b(UTC|GMT|Z)\b|(?<=\d)Z\b|([-+])(\d{2}):?(\d{2}))", re.IGNORECASE)


def read_moment(value: object, zone: tzinfo) -> datetime | None:
    """Return a date, a number of seconds or a text as a moment; None when it is none of these."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    try:
        if isinstance(value, int) or re.fullmatch(r"\d{1,12}", text):
            return datetime.fromtimestamp(int(text), zone)
        return _read_text(text, zone) if len(text) <= LONGEST else None
    except (ValueError, OverflowError, OSError):
        return None


def _read_text(text: str, zone: tzinfo) -> datetime | None:
    clock = CLOCK.search(text)
    rest = text[: clock.start()] + " " + text[clock.end() :] if clock else text
    day = _read_day(rest)
    if day is None:
        return None
    hour, minute, second, micro = _read_clock(clock)
    shift = ZONE.search(text, clock.end()) if clock else None
    if shift:
        distance = timedelta(hours=int(shift[3] or 0), minutes=int(shift[4] or 0))
        zone = timezone(-distance if shift[2] == "-" else distance) if shift[2] else UTC
    return datetime(*day, hour, minute, second, micro, tzinfo=zone)


def _read_day(text: str) -> tuple[int, int, int] | None:
    if found := YEAR_FIRST.search(text) or COMPACT.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    month = NAMED.search(text)
    if month is None:
        return None
    rest = text[: month.start()] + " " + text[month.end() :]
    year = YEAR.search(rest)
    if year is None:
        return None
    day = DAY.search(rest[: year.start()] + " " + rest[year.end() :])
    number = [name[:3].lower() for name in MONTHS].index(month[1].lower()) + 1
    return int(year[1]), number, int(day[1]) if day else 1


def _read_clock(clock: re.Match[str] | None) -> tuple[int, int, int, int]:
    if clock is None:
        return 0, 0, 0, 0
    hour = int(clock[1])
    if clock[5]:
        hour = hour % 12 + (12 if clock[5].lower() == "pm" else 0)
    return hour, int(clock[2]), int(clock[3] or 0), int((clock[4] or "0").ljust(6, "0")[:6])


def _shift(moment: datetime, colons: int = 0) -> str:
    seconds = int((moment.utcoffset() or timedelta()).total_seconds())
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    parts = [f"{seconds // 3600:02}", f"{seconds // 60 % 60:02}", f"{seconds % 60:02}"]
    return sign + (":" if colons else "").join(parts[: 3 if colons == 2 else 2])


def _week(moment: datetime, first_weekday: int) -> int:
    """Return the week of the year; the first begins with the first Sunday (6) or Monday (0)."""
    since = (moment.weekday() - first_weekday) % 7
    return (moment.timetuple().tm_yday + 6 - since) // 7


NUMBERS: dict[str, tuple[Callable[[datetime], int], int, str]] = {  # value, width, padding
    "Y": (lambda m: m.year, 4, "0"),
    "C": (lambda m: m.year // 100, 2, "0"),
    "y": (lambda m: m.year % 100, 2, "0"),
    "m": (lambda m: m.month, 2, "0"),
    "d": (lambda m: m.day, 2, "0"),
    "e": (lambda m: m.day, 2, " "),
    "j": (lambda m: m.timetuple().tm_yday, 3, "0"),
    "H": (lambda m: m.hour, 2, "0"),
    "k": (lambda m: m.hour, 2, " "),
    "I": (lambda m: m.hour % 12 or 12, 2, "0"),
    "l": (lambda m: m.hour % 12 or 12, 2, " "),
    "M": (lambda m: m.minute, 2, "0"),
    "S": (lambda m: m.second, 2, "0"),
    "u": (lambda m: m.isoweekday(), 1, "0"),
    "w": (lambda m: m.isoweekday() % 7, 1, "0"),
    "G": (lambda m: m.isocalendar().year, 4, "0"),
    "g": (lambda m: m.isocalendar().year % 100, 2, "0"),
    "V": (lambda m: m.isocalendar().week, 2, "0"),
    "U": (lambda m: _week(m, 6), 2, "0"),
    "W": (lambda m: _week(m, 0), 2, "0"),
    "s": (lambda m: int(m.timestamp()), 1, "0"),
}
WORDS: dict[str, Callable[[datetime], str]] = {
    "B": lambda m: MONTHS[m.month - 1],
    "b": lambda m: MONTHS[m.month - 1][:3],
    "h": lambda m: MONTHS[m.month - 1][:3],
    "A": lambda m: DAYS[m.weekday()],
    "a": lambda m: DAYS[m.weekday()][:3],
    "p": lambda m: "AM" if m.hour < 12 else "PM",
    "P": lambda m: "am" if m.hour < 12 else "pm",
    "Z": lambda m: (
        (m.tzname() or "") if not (m.tzname() or "").startswith("UTC") else "UTC" if not m.utcoffset() else ""
    ),
    "n": lambda _: "\n",
    "t": lambda _: "\t",
    "%": lambda _: "%",
}
WHOLE = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "v": "%e-%^b-%Y",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "r": "%I:%M:%S %p",
    "R": "%H:%M",
    "T": "%H:%M:%S",
}


def write_moment(moment: datetime, form: str) -> str:
    """Write a moment by Ruby's directives; one that Ruby does not know stays as it is."""
    if len(form) > LONGEST_FORMAT:
        raise Refused(f"a date's form may have {LONGEST_FORMAT} characters")
    return DIRECTIVE.sub(lambda found: _directive(moment, found), form)


def _directive(moment: datetime, found: re.Match[str]) -> str:
    flags, width, letter = found.groups()
    require(not width or (len(width) < 5 and int(width) <= WIDEST), f"a width of {width} is more than {WIDEST:,}")
    if letter in NUMBERS:
        read, digits, padding = NUMBERS[letter]
        padding = "0" if "0" in flags else " " if "_" in flags else padding
        number = str(read(moment))
        return number if "-" in flags else number.rjust(int(width or digits), padding)
    if letter in {"L", "N"}:
        digits = int(width or (3 if letter == "L" else 9))
        return f"{moment.microsecond:06}".ljust(digits, "0")[:digits]
    if letter == "z":
        return _shift(moment, flags.count(":")).rjust(int(width or 0), "0")
    if letter in WHOLE:
        text = write_moment(moment, WHOLE[letter])
    elif letter in WORDS:
        text = WORDS[letter](moment)
    else:
        return found[0]
    text = text.upper() if "^" in flags else text.swapcase() if "#" in flags and letter != "p" else text
    text = text.lower() if "#" in flags and letter == "p" else text
    return text.rjust(int(width or 0), "0" if "0" in flags else " ")


def ordinal(day: int) -> str:
    """Return a day with its ending: `1st`, `12th`, `23rd`."""
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
