"""Dates in the ways front matter writes them; a moment without an offset is in the site's own time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
SHORT_MONTHS = tuple(name[:3] for name in FULL_MONTHS)
DAY = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})", re.ASCII)
DAY_FIRST = re.compile(r"(?P<day>\d{1,2}) (?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4})", re.ASCII)
MONTH_FIRST = re.compile(r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})", re.ASCII)
CLOCK = re.compile(
    r"(?:[T ] *(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?)?"
    r" *(?P<offset>Z|z|UTC|GMT|[-+]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
FIRST_YEAR, LAST_YEAR = 1000, 9998  # so that no shift of zone leaves the calendar
EXAMPLE = "write it as `2020-05-16` or `2020-05-16 10:00:00 +0900`"


class NotADate(ValueError):  # noqa: N818 - it says what the text is
    """A text that is no date, or one that no calendar has; and a hint."""

    def __init__(self, what: str, hint: str = EXAMPLE) -> None:
        super().__init__(what, hint)
        self.what, self.hint = what, hint


def read_date(value: object, zone: tzinfo) -> datetime:
    """Turn a date, a moment or a text into an aware moment; a day without a clock starts at midnight.

    Raises:
        NotADate: the value is not one, is ambiguous (`5/4/2021`), or stands for the clock (`today`).
    """
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    elif isinstance(value, str):
        moment = _parse(value.strip())
    else:
        raise NotADate("is not a date")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise NotADate("lies outside of the years 1000 to 9998")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _parse(text: str) -> datetime:
    if text.lower() in {"today", "now", "last-modified"}:
        raise NotADate("changes with the clock", "write the day: two builds of one source are the same")
    day = DAY.match(text) or DAY_FIRST.match(text) or MONTH_FIRST.match(text)
    clock = CLOCK.fullmatch(text, day.end()) if day else None
    if not day or not clock or (clock["offset"] and not clock["hour"]):
        raise NotADate("is not a date")
    try:
        microsecond = int((clock["fraction"] or "0")[:6].ljust(6, "0"))
        hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
        parts = (int(day["year"]), _month(day["month"]), int(day["day"]), hour, minute, second, microsecond)
        return datetime(*parts, tzinfo=_offset(clock["offset"]))
    except ValueError:
        raise NotADate("is a date that no calendar has") from None


def _month(written: str) -> int:
    if written.isdigit():
        return int(written)
    names = FULL_MONTHS if written.lower() in FULL_MONTHS else SHORT_MONTHS
    return names.index(written.lower()) + 1


def _offset(written: str | None) -> timezone | None:
    if not written:
        return None
    if written in {"Z", "z", "UTC", "GMT"}:
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-distance if written[0] == "-" else distance)
