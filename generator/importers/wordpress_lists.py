"""Lists and feeds of a WordPress site: categories with those above them, tags, authors and dates, at the usual places.

An export does not say where lists were; with addresses of `?p=1` they had none that a file can have.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote, unquote

from generator.address import slugify
from generator.errors import Place
from generator.importers.haul import Listing
from generator.importers.wxr import Export, Item, Term

DEEPEST = 20  # categories in categories


def of_site(export: Export) -> Iterator[Listing]:
    """Yield the feed of the whole site."""
    yield Listing("/feed/", is_feed=True, place=Place(export.path))


def of_post(export: Export, item: Item, date: datetime | None) -> Iterator[Listing]:
    """Yield the lists a post stood in."""
    place = Place(export.path)
    for term in item.terms:
        if term.kind == "post_tag":
            yield Listing(_address("tag", term.slug), html.unescape(term.name), place=place)
        for depth in range(len(above := _with_parents(export, term))) if term.kind == "category" else ():
            yield Listing(_address("category", *above[: depth + 1]), _name(export, term, above[depth]), place=place)
    if login := item.get("creator").strip():
        yield Listing(_address("author", slugify(login)), place=place)
    for form in ("%Y", "%Y/%m", "%Y/%m/%d") if date else ():
        yield Listing(f"/{date:{form}}/", place=place)


def _with_parents(export: Export, term: Term) -> list[str]:
    """Return the slugs of a category and of those above it, the highest first."""
    found = [term.slug]
    while (parent := export.parents.get(found[0], "")) and parent not in found and len(found) < DEEPEST:
        found.insert(0, parent)
    return found


def _name(export: Export, term: Term, slug: str) -> str:
    return html.unescape(term.name if slug == term.slug else export.names.get(slug, slug))


def _address(*parts: str) -> str:
    return quote("/" + "".join(f"{unquote(part)}/" for part in parts), safe="/~!$&'()+,;=@")
