"""Lists and feeds of a Hugo site: home, sections and terms, each with its further pages and its `index.xml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from generator.errors import Place
from generator.importers.haul import Haul, Listing
from generator.importers.hugo_addresses import Content, clean_path
from generator.importers.hugo_settings import HugoConfig, pager_size
from generator.importers.shapes import as_list, as_mapping

TAXONOMIES = {"tag": "tags", "category": "categories"}
PAGER_SIZE = 10


@dataclass(frozen=True)
class Lists:
    """What the settings say about lists."""

    taxonomies: tuple[str, ...]  # as front matter has them: "tags"
    has_sections: bool
    feed: str  # the name of the file, "index.xml"; empty: there are none
    size: int
    place: Place


def read_lists(haul: Haul, config: HugoConfig) -> Lists:
    """Return what the settings say; lists whose addresses they change are told, and have no redirects."""
    values = config.values
    off = {str(one).lower() for one in as_list(values.get("disablekinds"))}
    given = values.get("taxonomies")
    named = given if isinstance(given, dict) else TAXONOMIES
    taxonomies = tuple(str(one).lower() for one in named.values()) if not {"term", "taxonomyterm"} & off else ()
    patterns = values.get("permalinks")
    patterned = {str(key).lower() for key in patterns} if isinstance(patterns, dict) else set()
    own = [one for one in taxonomies if one in patterned] + sorted({"term", "taxonomy", "section"} & patterned)
    if own or values.get("uglyurls") is True:
        what = "lists with addresses of their own pattern: they have no redirects"
        place = config.lines.get("permalinks" if own else "uglyurls", Place(config.path))
        haul.by_hand(place, what, "add those that readers know to `redirects` in site/config.yaml")
        return Lists((), False, _feed(values, off), 0, Place(config.path))
    count = pager_size(values) or PAGER_SIZE
    return Lists(taxonomies, "section" not in off, _feed(values, off), count, Place(config.path))


def of_site(lists: Lists) -> Iterator[Listing]:
    """Yield the lists of terms, and the feed of the whole site."""
    for name in lists.taxonomies:
        yield Listing(f"/{name}/", is_of_tags=True, place=lists.place)
    if lists.feed:
        yield Listing(f"/{lists.feed}", is_feed=True, place=lists.place)


def of_page(lists: Lists, content: Content, values: Mapping[str, Any]) -> Iterator[Listing]:
    """Yield the lists and feeds a page stood in."""
    if lists.size:
        yield Listing("/", later="/page/:num/", size=lists.size, place=lists.place)
    if lists.has_sections:
        for depth in range(1, len(content.sections) + 1):
            yield from _list(lists, "/".join(map(clean_path, content.sections[:depth])), "")
    for key in lists.taxonomies:
        given = next((value for name, value in values.items() if name.lower() == key), None)
        listed = given if isinstance(given, list) else [given]
        for name in dict.fromkeys(str(one) for one in listed if isinstance(one, str | int)):
            if path := clean_path(name):
                yield from _list(lists, f"{key}/{path}", name)


def _list(lists: Lists, path: str, name: str) -> Iterator[Listing]:
    base = quote(f"/{path}/", safe="/~!$&'()+,;=@")
    yield Listing(base, name, later=f"{base}page/:num/", size=lists.size, place=lists.place)
    if lists.feed:
        yield Listing(f"{base}{lists.feed}", name, is_feed=True, place=lists.place)


def _feed(values: Mapping[str, Any], off: set[str]) -> str:
    """Return the name of the feeds' files."""
    outputs = values.get("outputs")
    home = outputs.get("home") if isinstance(outputs, dict) else None
    if "rss" in off or (isinstance(home, list) and "rss" not in {str(one).lower() for one in home}):
        return ""
    formats = as_mapping(values.get("outputformats"))
    rss = next((one for key, one in formats.items() if str(key).lower() == "rss"), None)
    base = next((one for key, one in rss.items() if key.lower() == "basename"), None) if isinstance(rss, dict) else None
    return f"{base or 'index'}.xml"
