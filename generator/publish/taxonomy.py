"""Lists of posts: home and its pages, the archive by year, tags, and the page for what is not there.

Addresses are `/`, `/page2/`, `/archive/`, `/tags/`, `/tags/<tag>/` and `/404.html`. A page or a static file of the
author's at one of them wins; with a home page of the author's own, the list of posts moves to `/posts/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from generator.publish.layout import Theme
from generator.publish.output import Output
from generator.publish.site import Site
from generator.publish.views import PageView
from generator.render.render import Rendered

ARCHIVE, TAGS, NOT_FOUND = "/archive/", "/tags/", "/404.html"


@dataclass(frozen=True)
class Pagination:
    """Where one page of a list stands among the others."""

    number: int  # from 1: the newest posts
    total: int
    previous_url: str  # of the newer posts; "" on the first page
    next_url: str  # of the older posts; "" on the last page


@dataclass(frozen=True)
class Tag:
    """A tag, as its own page shows it."""

    name: str
    url: str
    count: int  # posts
    feed_url: str


@dataclass(frozen=True)
class List:
    """A page of the site's own: a template and what it gets."""

    url: str
    template: str
    context: Mapping[str, object]


def produce(site: Site, theme: Theme) -> Iterator[Output]:
    """Make every list the author has not made."""
    for made in lists(site):
        yield theme.page(made.template, site, made.url, "", **made.context)


def lists(site: Site) -> list[List]:
    """Return every list the author has not made: home first, then archive, tags, and the page for a lost reader."""
    found = []
    if site.posts:
        found.append(List(ARCHIVE, "archive.html", {"years": _years(site)}))
    if site.by_tag:
        found.append(List(TAGS, "tags.html", {}))
    found += [_tag(name, posts, site) for name, posts in sorted(site.by_tag.items())]
    found.append(List(NOT_FOUND, "404.html", {}))
    return [*_home(site), *(made for made in found if not site.is_taken(made.url))]


def _home(site: Site) -> Iterator[List]:
    """Cut the list of posts into pages; there is one even when there are no posts."""
    first = "/posts/" if site.is_taken("/") else "/"
    if site.is_taken(first):
        return
    size = site.config.paginate if site.config.paginate > 0 else max(1, len(site.posts))
    total = max(1, -(-len(site.posts) // size))
    urls = [first, *(f"{first}page{number}/" for number in range(2, total + 1))]
    for index, url in enumerate(urls):
        newer, older = urls[index - 1] if index else "", urls[index + 1] if index + 1 < total else ""
        context = {
            "posts": _views(site.posts[index * size : (index + 1) * size], site),
            "pagination": Pagination(index + 1, total, newer, older),
        }
        yield List(url, "home.html", context)


def _tag(name: str, posts: Iterable[Rendered], site: Site) -> List:
    url, views = site.tag_url(name), _views(posts, site)
    tag = Tag(name, url, len(views), f"{url}atom.xml")
    return List(url, "tag.html", {"tag": tag, "posts": views})


def _years(site: Site) -> list[tuple[int, list[PageView]]]:
    return [(year, _views(posts, site)) for year, posts in groupby(site.posts, key=_year)]


def _year(post: Rendered) -> int:
    return post.page.meta.date.year if post.page.meta.date else 0


def _views(posts: Iterable[Rendered], site: Site) -> list[PageView]:
    return [PageView(post, site) for post in posts]
