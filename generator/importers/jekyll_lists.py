"""Lists and feeds of a Jekyll site: pages of the home page, what jekyll-archives made, and what jekyll-feed did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from generator.data.text import Loaded
from generator.importers.haul import Listing
from generator.importers.jekyll_addresses import slug
from generator.importers.shapes import as_count, as_list

ARCHIVES = {  # kind -> the permalink jekyll-archives gives it
    "year": "/:year/",
    "month": "/:year/:month/",
    "day": "/:year/:month/:day/",
    "tag": "/tag/:name/",
    "category": "/category/:name/",
}
ENABLED = {"year": "year", "month": "month", "day": "day", "tags": "tag", "categories": "category"}
PLAIN_TAG = re.compile(r"[a-zA-Z0-9_]+")  # the plugin passes over other tags
FEED_THEMES = ("minima",)  # themes that bring jekyll-feed


@dataclass(frozen=True)
class Filed:
    """What decides the lists a post stands in."""

    date: datetime | None
    tags: Sequence[str]
    categories: Sequence[str]


def of_site(config: Mapping[str, Any], loaded: Loaded) -> Iterator[Listing]:
    """Yield the feed of the whole site, when a plugin made one."""
    if _has_plugin(config, "jekyll-feed") or config.get("theme") in FEED_THEMES:
        feed = config.get("feed")
        path = feed.get("path") if isinstance(feed, dict) else None
        key = "feed" if path else "plugins" if "plugins" in config else "theme"
        yield Listing(_rooted(str(path or "feed.xml")), is_feed=True, place=loaded.place((key,)))


def of_post(config: Mapping[str, Any], loaded: Loaded, filed: Filed) -> Iterator[Listing]:
    """Yield the lists and feeds a post stood in."""
    if size := as_count(config.get("paginate")):
        path = str(config.get("paginate_path") or "/page:num/")
        later = _rooted(path if path.endswith(("/", ".html")) else f"{path}/")
        yield Listing("/", later=later, size=size, place=loaded.place(("paginate",)))
    yield from _archives(config, loaded, filed)
    yield from _feeds(config, loaded, filed)


def _archives(config: Mapping[str, Any], loaded: Loaded, filed: Filed) -> Iterator[Listing]:
    settings = config.get("jekyll-archives")
    if not isinstance(settings, dict) or not _has_plugin(config, "jekyll-archives"):
        return
    enabled = settings.get("enabled")
    words = list(ENABLED) if enabled is True or enabled == "all" else list(enabled) if isinstance(enabled, list) else []
    kinds = [ENABLED[word] for word in words if word in ENABLED]
    own = settings.get("permalinks")
    patterns = {**ARCHIVES, **(own if isinstance(own, dict) else {})}
    place = loaded.place(("jekyll-archives",))
    for kind in kinds:
        names = {"tag": filed.tags, "category": filed.categories}.get(kind, [""])
        for name in names:
            if filed.date or kind in {"tag", "category"}:
                yield Listing(_fill(str(patterns[kind]), name, filed.date), name, place=place)


def _feeds(config: Mapping[str, Any], loaded: Loaded, filed: Filed) -> Iterator[Listing]:
    """Yield the feeds of single tags and categories that jekyll-feed was asked for."""
    feed = config.get("feed")
    if not isinstance(feed, dict) or not _has_plugin(config, "jekyll-feed"):
        return
    place = loaded.place(("feed",))
    tags = feed.get("tags")
    if tags:
        chosen = tags if isinstance(tags, dict) else {}
        folder = str(chosen.get("path") or "/feed/by_tag/")
        for name in filed.tags:
            is_kept = name in chosen["only"] if isinstance(chosen.get("only"), list) else True
            if is_kept and name not in as_list(chosen.get("except")) and PLAIN_TAG.fullmatch(name):
                yield Listing(_rooted(f"{folder.strip('/')}/{name}.xml"), name, is_feed=True, place=place)
    categories = feed.get("categories")
    for name in categories if isinstance(categories, list) else ():
        if str(name) in filed.categories:
            yield Listing(_rooted(f"feed/{name}.xml"), str(name), is_feed=True, place=place)


def _has_plugin(config: Mapping[str, Any], name: str) -> bool:
    return any(name in as_list(config.get(key)) for key in ("plugins", "gems"))


def _fill(pattern: str, name: str, date: datetime | None) -> str:
    words = {"name": slug(name)}
    words |= {key: date.strftime(f"%{key[0] if key != 'year' else 'Y'}") for key in ("year", "month", "day") if date}
    return _rooted(re.sub(r":(name|year|month|day)\b", lambda found: words.get(found[1], ""), pattern))


def _rooted(path: str) -> str:
    return quote(f"/{path.lstrip('/')}", safe="/~!$&'()+,;=@:")
