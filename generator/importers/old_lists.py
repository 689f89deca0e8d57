"""Old lists: where the old site had lists of posts and feeds, and the redirects that lead from there to ours.

A list is led to the nearest one here: a tag's page, or the archive. A feed has a copy at its old address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from generator.address import BadAddress, make_address, output_path
from generator.build import clock
from generator.config import Config
from generator.importers.haul import Document, Haul, Listing
from generator.publish.destinations import fold
from generator.publish.feeds import FEED
from generator.publish.site import term_slug
from generator.publish.taxonomy import ARCHIVE, NOT_FOUND, TAGS
from generator.read.page import Page, hidden_because

Settled = Sequence[tuple[Document, Page]]
OURS = (FEED, NOT_FOUND, "/sitemap.xml", "/robots.txt", "/runs/")


@dataclass(frozen=True)
class NewSite:
    """What the new site will have besides pages."""

    tags: frozenset[str]  # as they stand in an address
    has_posts: bool
    taken: frozenset[str]  # paths of its files, whatever their capitals

    def target(self, listing: Listing, is_of_posts: bool) -> str:
        """Return what is nearest to an old list or feed; nothing here lists pages but the home page's menu."""
        tag = term_slug(listing.name) if listing.name else ""
        if listing.is_feed:
            return f"/tags/{tag}{FEED}" if tag in self.tags else FEED
        if tag in self.tags:
            return f"/tags/{tag}/"
        if listing.is_of_tags and self.tags:
            return TAGS
        return ARCHIVE if self.has_posts and is_of_posts else "/"


def write_redirects(haul: Haul, settled: Settled, config: Config) -> None:
    """Add `redirects` to the settings: from each list and feed of the old site that has no page here."""
    shown = [(document, page) for document, page in settled if not hidden_because(page, clock(), False, False)]
    counted = Counter(listing for document, _ in shown for listing in document.listed if document.address)
    of_posts = {*haul.listings, *(one for document, page in shown if page.kind == "post" for one in document.listed)}
    new = _new_site(haul, [page for _, page in shown], config)
    found: dict[str, str] = {}
    taken = set(new.taken)
    for listing in dict.fromkeys([*haul.listings, *counted]):
        target = new.target(listing, listing in of_posts)
        for address in _addresses(listing, counted[listing]):
            old = _possible(haul, listing, address)
            if not old or fold(output_path(old)) in taken:
                continue
            taken.add(fold(output_path(old)))  # of two that differ in capitals only one can be a file everywhere
            found[unquote(old)] = target
            if listing.is_feed and not old.endswith(".xml"):
                what = f"`{address}` was a feed; a page leads on from there, and few readers of feeds follow one"
                haul.by_hand(listing.place, what, f"redirect `{address}` to `{target}` at your web server")
    if found:
        haul.redirects = dict(sorted(found.items()))
        haul.settings["redirects"] = haul.redirects


def _addresses(listing: Listing, posts: int) -> Iterator[str]:
    """Yield where a list stood, and where its further pages did."""
    yield listing.address
    pages = -(-posts // listing.size) if listing.size > 0 and listing.later else 1
    for number in range(2, pages + 1):
        yield listing.later.replace(":num", str(number))


def _possible(haul: Haul, listing: Listing, address: str) -> str:
    try:
        return make_address(address)
    except BadAddress as error:
        what = f"the old list at `{address}` leads nowhere now: {error.what}"
        haul.by_hand(listing.place, what, "add a redirect at your web server")
        return ""


def _new_site(haul: Haul, pages: Sequence[Page], config: Config) -> NewSite:
    posts = [page for page in pages if page.kind == "post"]
    tags = frozenset(term_slug(name) for page in posts for name in page.meta.tags)
    urls = [*OURS, *(ARCHIVE for _ in posts[:1]), *(TAGS for _ in [*tags][:1])]
    urls += [f"/tags/{tag}/" for tag in tags] + [f"/tags/{tag}{FEED}" for tag in tags]
    urls += [url for page in pages for url in (page.url, *page.meta.aliases)]
    urls += _home(any(page.url == "/" for page in pages), len(posts), config.paginate)
    static = (file.path.removeprefix("site/static/") for file in haul.files.values())
    return NewSite(tags, bool(posts), frozenset(map(fold, [*map(output_path, urls), *static])))


def _home(is_taken: bool, posts: int, size: int) -> Iterable[str]:
    """Return the addresses of our own list of all posts."""
    first = "/posts/" if is_taken else "/"
    return [first, *(f"{first}page{number}/" for number in range(2, -(-posts // size) + 1))]
