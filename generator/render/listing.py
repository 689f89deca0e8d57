"""Listing: what a body may know of the other pages, from their heads and sources, before any of them is rendered.

Only a Liquid body sees it, as `site.posts` and the like. A page that looks at it notes the read key SITE_POSTS,
whose digest changes with any page's source or address; so the cache asks one question more, and renders no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from generator.data.keys import keys_of
from generator.errors import SiteError
from generator.read.page import Page
from generator.read.source import read_source

SITE_POSTS = "site.posts"  # the read key of all this
FILE_READ = "include_relative"  # the read key of a file beside a page: `include_relative["posts/part.md"]`


@dataclass(frozen=True)
class Listing:
    """All pages that are shown, posts newest first, other pages by path."""

    posts: tuple[Page, ...] = ()
    pages: tuple[Page, ...] = ()

    @classmethod
    def of(cls, pages: Iterable[Page]) -> Listing:
        """Put pages in order."""
        known = sorted(pages, key=lambda page: page.source.path)
        posts = [page for page in known if page.kind == "post"]
        # Path breaks ties: two posts of one day must not swap between machines.
        posts.sort(key=_age, reverse=True)
        return cls(tuple(posts), tuple(page for page in known if page.kind != "post"))

    @cached_property
    def digest(self) -> str:
        """Digest all that a body could learn here."""
        digest = hashlib.sha256()
        for page in (*self.posts, *self.pages):
            digest.update(f"{page.source.path}\0{page.source.digest}\0{page.url}\n".encode())
        return digest.hexdigest()

    @cached_property
    def newest(self) -> datetime | None:
        """Return the date of the newest page: what `site.time` is, since a build knows no clock."""
        dates = [page.meta.date for page in (*self.posts, *self.pages) if page.meta.date]
        return max(dates, default=None)

    @cached_property
    def by_path(self) -> Mapping[str, Page]:
        """Return every page by the path of its source."""
        return {page.source.path: page for page in (*self.posts, *self.pages)}


def _age(page: Page) -> tuple[bool, datetime, str]:
    return page.meta.date is not None, page.meta.date or datetime.min, page.source.path


def file_digest(root: Path, key: str) -> str:
    """Digest the file that a read key names; of any other key, and of a file that is gone, an empty text."""
    keys = keys_of(key)
    if len(keys) != 2 or keys[0] != FILE_READ:
        return ""
    try:
        return read_source(root, str(keys[1])).digest
    except SiteError as error:
        return str(error)
