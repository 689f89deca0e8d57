from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from generator.read.dates import EXAMPLE, NotADate, read_date

BERLIN = ZoneInfo("Europe/Berlin")
TOKYO = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2020-05-16", datetime(2020, 5, 16, tzinfo=BERLIN)),
        ("2020-5-6", datetime(2020, 5, 6, tzinfo=BERLIN)),
        ("2020/05/16", datetime(2020, 5, 16, tzinfo=BERLIN)),
        ("2020-05-16 10:20", datetime(2020, 5, 16, 10, 20, tzinfo=BERLIN)),
        ("2020-05-16 10:00:00 +0900", datetime(2020, 5, 16, 10, tzinfo=TOKYO)),
        ("2020-05-16T10:00:00+09:00", datetime(2020, 5, 16, 10, tzinfo=TOKYO)),
        ("2020-05-16T10:00:00.123Z", datetime(2020, 5, 16, 10, 0, 0, 123_000, tzinfo=UTC)),
        ("2020-05-16 10:00:00 -09", datetime(2020, 5, 16, 10, tzinfo=timezone(timedelta(hours=-9)))),
        ("4 May 2020", datetime(2020, 5, 4, tzinfo=BERLIN)),
        ("May 4, 2020", datetime(2020, 5, 4, tzinfo=BERLIN)),
        ("September 4, 2020 08:00", datetime(2020, 9, 4, 8, tzinfo=BERLIN)),
        ("14 Jul 2021", datetime(2021, 7, 14, tzinfo=BERLIN)),
        (date(2020, 5, 16), datetime(2020, 5, 16, tzinfo=BERLIN)),
        (datetime(2020, 5, 16, 1), datetime(2020, 5, 16, 1, tzinfo=BERLIN)),
        (datetime(2020, 5, 16, 1, tzinfo=TOKYO), datetime(2020, 5, 16, 1, tzinfo=TOKYO)),
    ],
)
def test_a_date_is_read_in_each_dialect_and_put_in_the_zone_of_the_site(written: object, moment: datetime):
    found = read_date(written, BERLIN)

    assert (found.replace(tzinfo=None), found.utcoffset()) == (moment.replace(tzinfo=None), moment.utcoffset())


NO_CALENDAR = "is a date that no calendar has"


@pytest.mark.parametrize(
    ("written", "what", "hint"),
    [
        ("banana", "is not a date", EXAMPLE),
        ("", "is not a date", EXAMPLE),
        (20200516, "is not a date", EXAMPLE),
        ("5/4/2021", "is not a date", EXAMPLE),
        ("2020-05-16 +0900", "is not a date", EXAMPLE),
        ("2020-05/16", "is not a date", EXAMPLE),
        ("٢٠٢٠-05-16", "is not a date", EXAMPLE),
        ("2020-13-45", NO_CALENDAR, EXAMPLE),
        ("2020-05-16 25:00", NO_CALENDAR, EXAMPLE),
        ("2020-05-16 10:00 +99:00", NO_CALENDAR, EXAMPLE),
        ("4 Mai 2020", NO_CALENDAR, EXAMPLE),
        ("0999-01-01", "lies outside of the years 1000 to 9998", EXAMPLE),
        ("9999-12-31", "lies outside of the years 1000 to 9998", EXAMPLE),
        ("today", "changes with the clock", "write the day: two builds of one source are the same"),
    ],
)
def test_what_is_no_date_is_told_with_a_way_out(written: object, what: str, hint: str):
    with pytest.raises(NotADate) as caught:
        read_date(written, UTC)

    assert (caught.value.what, caught.value.hint) == (what, hint)
