"""Addresses as Jekyll makes them: permalink styles, placeholders, categories, and what a date without a zone means.

Held against what Jekyll 4.3 writes: a moment without an offset is UTC there, a day alone is in the site's zone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from urllib.parse import quote

from generator.read.dates import NotADate, read_date

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
CLOCKS = {  # placeholder -> strftime
    "year": "%Y",
    "short_year": "%y",
    "month": "%m",
    "day": "%d",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
    "y_day": "%j",
    "week": "%V",
    "w_year": "%G",
    "w_day": "%u",
    "short_month": "%b",
    "long_month": "%B",
    "short_day": "%a",
    "long_day": "%A",
}
PLACEHOLDER = re.compile(r":([a-z_]+)")
PRETTY_BREAK = re.compile(r"[^\w._~!$&'()+,;=@]+")  # Jekyll's `pretty` slugs keep these
BREAK = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Post:
    """What decides the address of a post."""

    name: str  # of the file, without date and ending
    date: datetime | None  # in the site's zone
    slug: str
    categories: Sequence[str]


def fill(pattern: str, post: Post, ending: str = ".html") -> str:
    """Return the address, percent-encoded, that a pattern gives a post; `pretty` is no style there, but a word."""
    words = {
        "title": slug(post.slug or post.name, pretty=True),
        "slug": slug(post.slug or post.name),
        "categories": "/".join(dict.fromkeys(str(one).lower() for one in post.categories)),
        "slugified_categories": "/".join(dict.fromkeys(slug(str(one)) for one in post.categories)),
        "output_ext": ending,
        "name": slug(post.name),
    }
    if post.date:
        words |= {key: post.date.strftime(clock) for key, clock in CLOCKS.items()}
        words |= {"i_month": str(post.date.month), "i_day": str(post.date.day)}
    path = PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), pattern)
    path = re.sub(r"/{2,}", "/", f"/{path}")
    return quote(path, safe="/~!$&'()+,;=@:")


def fill_page(style: str, folder: str, name: str, ending: str = ".html") -> str:
    """Return the address of a page from its place and the site's permalink style."""
    base = f"/{folder}/" if folder else "/"
    if name == "index" and ending == ".html":
        return quote(base, safe="/~!$&'()+,;=@:")
    if ending != ".html" or style in {"date", "ordinal", "none", "weekdate"} or style.endswith(":output_ext"):
        return quote(f"{base}{name}{ending}", safe="/~!$&'()+,;=@:")
    is_folder = style == "pretty" or style.endswith("/")
    return quote(f"{base}{name}{'/' if is_folder else ''}", safe="/~!$&'()+,;=@:")


def slug(text: str, *, pretty: bool = False) -> str:
    """Return what Jekyll's `slugify` makes of a text; `pretty` keeps capitals and some marks."""
    text = unicodedata.normalize("NFC", text)
    return (PRETTY_BREAK if pretty else BREAK).sub("-", text if pretty else text.lower()).strip("-")


def moment(value: object, zone: tzinfo) -> datetime | None:
    """Return what a date means to Jekyll, in the site's zone; None when it is none."""
    try:
        read = read_date(value, UTC)
        is_day = isinstance(value, str) and ":" not in value
        return read.replace(tzinfo=zone) if is_day else read.astimezone(zone)
    except (NotADate, OverflowError):
        return None
