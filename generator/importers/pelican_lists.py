"""Lists and feeds of a Pelican site: of categories, tags, authors and dates, by the patterns of its settings."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from generator.address import slugify
from generator.errors import Place
from generator.importers.haul import Listing
from generator.importers.literals import Literals
from generator.importers.pelican_settings import CONFIG, fill
from generator.importers.shapes import as_count, as_list

SPELLED = str.maketrans(
    {"\u2013": "-", "\u2014": "--", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2026": "..."}
    | {"\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE", "\u0153": "oe", "\u0152": "OE", "\u00f8": "o", "\u00d8": "O"}
    | {"\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0110": "D", "\u00fe": "th", "\u00de": "Th", "\u00f0": "d"}
)
DIRECT = ("index", "tags", "categories", "authors", "archives")
FEEDS = {  # setting -> its default
    "FEED_ALL_ATOM": "feeds/all.atom.xml",
    "FEED_ALL_RSS": None,
    "FEED_ATOM": None,
    "FEED_RSS": None,
    "TRANSLATION_FEED_ATOM": "feeds/all-{lang}.atom.xml",
    "TRANSLATION_FEED_RSS": None,
}
FEEDS_OF: Mapping[str, Mapping[str, str | None]] = {
    "CATEGORY": {"CATEGORY_FEED_ATOM": "feeds/{slug}.atom.xml", "CATEGORY_FEED_RSS": None},
    "TAG": {"TAG_FEED_ATOM": None, "TAG_FEED_RSS": None},
    "AUTHOR": {"AUTHOR_FEED_ATOM": "feeds/{slug}.atom.xml", "AUTHOR_FEED_RSS": "feeds/{slug}.rss.xml"},
}
DATES = ("YEAR", "MONTH", "DAY")
COMMA = re.compile(r"\s*[,;]\s*")


@dataclass(frozen=True)
class Article:
    """What decides the lists an article stands in."""

    category: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    date: datetime | None


def of_site(settings: Literals) -> Iterator[Listing]:
    """Yield the lists and feeds that need no article."""
    for name in as_list(settings.values.get("DIRECT_TEMPLATES", DIRECT)):
        path = settings.values.get(f"{str(name).upper()}_SAVE_AS", f"{name}.html")
        if name in DIRECT and name != "index" and path:
            yield Listing(_address(str(path)), is_of_tags=name == "tags", place=_place(settings, "DIRECT_TEMPLATES"))
    for key, default in FEEDS.items():
        if path := settings.values.get(key, default):
            words = {"lang": str(settings.values.get("DEFAULT_LANG", "en"))}
            address = _address(fill(str(path).replace("%s", "{lang}"), words, {}, None))
            yield Listing(address, is_feed=True, place=_place(settings, key))


def of_article(settings: Literals, article: Article) -> Iterator[Listing]:
    """Yield the lists and feeds an article stood in."""
    yield _paged(settings, "index", "index.html", "")
    groups = [("CATEGORY", [article.category]), ("TAG", article.tags), ("AUTHOR", article.authors)]
    for kind, names in groups:
        for name in names:
            yield from _of_name(settings, kind, name)
    for kind in DATES:
        path = settings.values.get(f"{kind}_ARCHIVE_SAVE_AS")
        if path and article.date:
            yield Listing(_address(fill(str(path), {}, {}, article.date)), place=_place(settings, f"{kind}_ARCHIVE"))


def names_of(value: object) -> tuple[str, ...]:
    """Return the names of a list, or of a text with commas."""
    given = value if isinstance(value, list) else COMMA.split(str(value or ""))
    return tuple(dict.fromkeys(text for one in given if (text := str(one).strip())))


def pelican_slug(text: str) -> str:
    """Return what Pelican's `slugify` makes of a text: letters of ASCII, dashes for spaces."""
    plain = in_ascii(text).encode("ascii", "ignore").decode() or slugify(text)
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower()).strip("-")


def in_ascii(text: str) -> str:
    """Spell letters of European languages and typographic marks in ASCII; others stay."""
    plain = unicodedata.normalize("NFKD", text.translate(SPELLED))
    return "".join(c for c in plain if not unicodedata.combining(c))


def _of_name(settings: Literals, kind: str, name: str) -> Iterator[Listing]:
    """Yield the list of one category, tag or author, and its feeds."""
    words: Mapping[str, Any] = {"slug": pelican_slug(name), "name": name}
    shown = "" if kind == "AUTHOR" else name
    url = settings.values.get(f"{kind}_URL", f"{kind.lower()}/{{slug}}.html")
    path = settings.values.get(f"{kind}_SAVE_AS", f"{kind.lower()}/{{slug}}.html")
    if path:
        made = _paged(settings, kind.lower(), fill(str(path), words, {}, None), shown)
        yield made
        named = _address(fill(str(url), words, {}, None)) if url else made.address
        if named.rstrip("/") != made.address.rstrip("/"):
            yield Listing(named, shown, place=_place(settings, f"{kind}_URL"))
    for key, default in FEEDS_OF[kind].items():
        if pattern := settings.values.get(key, default):
            feed = fill(str(pattern).replace("%s", "{slug}"), words, {}, None)
            yield Listing(_address(feed), shown, is_feed=True, place=_place(settings, key))


def _paged(settings: Literals, template: str, path: str, name: str) -> Listing:
    """Return a list with its further pages: `x2.html`, or as `PAGINATION_PATTERNS` says."""
    sizes = settings.values.get("PAGINATED_TEMPLATES", dict.fromkeys(("index", "tag", "category", "author")))
    size = settings.values.get("DEFAULT_PAGINATION") if isinstance(sizes, dict) and template in sizes else 0
    size = (sizes.get(template) or size) if isinstance(sizes, dict) else size
    stem, ending = posixpath.splitext(path)
    pattern = "{name}{number}{extension}"
    for one in as_list(settings.values.get("PAGINATION_PATTERNS")):
        if isinstance(one, list | tuple) and len(one) == 3 and one[0] in {1, 2}:
            pattern = str(one[2])
    base = re.sub(r"(^|/)index$", "", stem)
    words = {"name": stem, "extension": ending, "number": ":num", "base_name": base}
    later = _address(fill(pattern, words, {}, None))
    return Listing(_address(path), name, later=later, size=as_count(size), place=_place(settings, "DEFAULT_PAGINATION"))


def _address(path: str) -> str:
    path = re.sub(r"(^|/)index\.html$", r"\1", path)
    return quote(f"/{path.lstrip('/')}", safe="/~!$&'()+,;=@:")


def _place(settings: Literals, key: str) -> Place:
    return Place(CONFIG, settings.lines.get(key, 0))
