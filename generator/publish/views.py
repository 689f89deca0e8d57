"""PageView and SiteView: what templates may say about a page and about the site.

A template sees nothing else. A name that is not here, and no key of the page's front matter, is an error
that offers the nearest one: `dir()` of a view is the list of its names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple, overload

from markupsafe import Markup

from generator.config import Author, MenuItem
from generator.data.tree import Branch
from generator.publish import links, meta, references
from generator.publish.site import Site
from generator.render.markup.markdown import Heading
from generator.render.render import Rendered

WORDS_A_MINUTE = 230  # silent reading of English non-fiction: 238 (Brysbaert, 2019); formulas slow it down
CHARACTERS_A_MINUTE = 450  # of Chinese, Japanese and Korean
DEEPEST = 3  # level of heading in a table of contents
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_TAG = re.compile(r"""<[a-zA-Z](?:[^"'>]|"[^"]*"|'[^']*')*>""")
_NAMING = re.compile(r"""(\s(?:id|for|aria-labelledby|aria-describedby)=["']?)([^"'>]+)""")
_POINTING = re.compile(r"""((?:href=["']?|url\(["']?)#)(?=[^"')\s>])""")
_ANCHOR = re.compile(r"</?a(?:\s(?:[^\"'>]|\"[^\"]*\"|'[^']*')*)?>")


class TagLink(NamedTuple):
    """A tag of a page."""

    name: str
    url: str


class TagCount(NamedTuple):
    """A tag of the site."""

    name: str
    url: str
    count: int  # type: ignore[assignment]  # posts; nobody counts the items of a tag


class Entry(NamedTuple):
    """A line of a table of contents."""

    id: str
    html: Markup
    children: tuple[Entry, ...]


class PageView:
    """What a template sees of one page; keys of its front matter that are not ours are attributes too."""

    def __init__(self, rendered: Rendered, site: Site) -> None:
        self._rendered, self._site = rendered, site
        self._meta = rendered.page.meta
        self.title = rendered.title
        self.url = links.encode(rendered.page.url)
        self.kind = rendered.page.kind
        self.source = rendered.page.source.path
        self.date: datetime | None = self._meta.date
        self.updated: datetime | None = self._meta.updated
        self.categories = self._meta.categories
        self.author = self._meta.author or site.config.author.name
        self.series = self._meta.series
        self.social_image = self._meta.social_image
        self.headings: tuple[Heading, ...] = rendered.document.headings
        self.has_math = rendered.document.has_math

    def __getattr__(self, name: str) -> object:
        extra: Mapping[str, object] = self.__dict__["_meta"].extra
        if name in extra:
            return extra[name]
        raise AttributeError(f"a page has no `{name}`")

    def __dir__(self) -> Iterable[str]:
        return sorted({*_names(self), *self._meta.extra})

    @cached_property
    def title_html(self) -> Markup:
        """The title with its formulas and code; links are taken out, for it often is inside one."""
        return Markup(_without_links(self._rendered.title_html))

    @cached_property
    def content(self) -> Markup:
        """The body, with links to source files resolved."""
        return Markup(references.resolve(self._rendered.document.html, self._rendered, self._site))

    @cached_property
    def excerpt(self) -> Markup:
        """The beginning, fit for any other page: its links lead home, its ids are its own."""
        summary = references.resolve(self._rendered.summary, self._rendered, self._site)
        return Markup(_with_own_ids(links.rooted(summary, self.url), self.url.strip("/").replace("/", "-")))

    @cached_property
    def description(self) -> str:
        """Plain text: the front matter's, or the first words of the excerpt."""
        return meta.description(self._rendered)

    @cached_property
    def tags(self) -> tuple[TagLink, ...]:
        """The page's tags in the author's order, each once, as the site spells them."""
        names = dict.fromkeys(self._site.tag_name(spelling) for spelling in self._meta.tags)
        return tuple(TagLink(name, self._site.tag_url(name)) for name in names)

    @cached_property
    def toc(self) -> bool:
        """Whether the page wants a table of contents."""
        return self._site.config.toc if self._meta.toc is None else self._meta.toc

    @cached_property
    def outline(self) -> tuple[Entry, ...]:
        """The headings down to level 3, each with those below it."""
        return _nest([heading for heading in self.headings if heading.level <= DEEPEST])

    @cached_property
    def previous(self) -> PageView | None:
        """The post before this one in time."""
        return self._view(self._site.older.get(self._rendered.page.url))

    @cached_property
    def next(self) -> PageView | None:
        """The post after this one in time."""
        return self._view(self._site.newer.get(self._rendered.page.url))

    @cached_property
    def related(self) -> tuple[PageView, ...]:
        """The posts that share most tags with this one, without its neighbours in time."""
        url = self._rendered.page.url
        near = (self._site.older.get(url), self._site.newer.get(url))
        others = self._views(
            other for other in self._site.related.get(url, ()) if all(other is not one for one in near)
        )
        return tuple(other for other in others if set(other.tags) & set(self.tags))

    @cached_property
    def backlinks(self) -> tuple[PageView, ...]:
        """The pages with a link to this one."""
        return self._views(self._site.backlinks.get(self._rendered.page.url, ()))

    @cached_property
    def series_posts(self) -> tuple[PageView, ...]:
        """All posts of this one's series, oldest first; empty without a series."""
        return self._views(self._site.by_series.get(self.series, ()))

    @cached_property
    def words(self) -> int:
        """How many words the body has; a character of Chinese, Japanese or Korean is one."""
        latin, east_asian = _count(self._rendered.document.text)
        return latin + east_asian

    @cached_property
    def reading_minutes(self) -> int:
        """How long the body takes to read, in whole minutes."""
        latin, east_asian = _count(self._rendered.document.text)
        return max(1, math.ceil(latin / WORDS_A_MINUTE + east_asian / CHARACTERS_A_MINUTE))

    def _view(self, rendered: Rendered | None) -> PageView | None:
        return PageView(rendered, self._site) if rendered else None

    def _views(self, several: Iterable[Rendered]) -> tuple[PageView, ...]:
        return tuple(PageView(rendered, self._site) for rendered in several)


class Views(Sequence[PageView]):
    """Views of many pages, each made when it is looked at: most templates ask only whether there are any."""

    def __init__(self, items: Sequence[Rendered], site: Site) -> None:
        self._items, self._site = items, site
        self._made: dict[int, PageView] = {}

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> PageView: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[PageView, ...]: ...
    def __getitem__(self, index: int | slice) -> PageView | tuple[PageView, ...]:
        if isinstance(index, slice):
            return tuple(self[place] for place in range(len(self))[index])
        place = range(len(self))[index]
        if place not in self._made:
            self._made[place] = PageView(self._items[place], self._site)
        return self._made[place]


class SiteView:
    """What a template sees of the whole site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        config = site.config
        self.title, self.tagline, self.description = config.title, config.tagline, config.description
        self.url, self.language, self.params = config.url, config.language, config.params
        self.author: Author = config.author
        self.social_image = config.social_image
        self.now: datetime = site.now

    def __dir__(self) -> Iterable[str]:
        return _names(self)

    @cached_property
    def posts(self) -> Sequence[PageView]:
        """Every post, newest first."""
        return Views(self._site.posts, self._site)

    @cached_property
    def pages(self) -> Sequence[PageView]:
        """Every page that is no post, by address."""
        return Views(self._site.pages, self._site)

    @cached_property
    def tags(self) -> tuple[TagCount, ...]:
        """Every tag, in the order of the alphabet."""
        names = sorted(self._site.by_tag, key=lambda name: (name.casefold(), name))
        return tuple(TagCount(name, self._site.tag_url(name), len(self._site.by_tag[name])) for name in names)

    @cached_property
    def data(self) -> Branch:
        """The data of the site, as `data` in a post."""
        return self._site.tree.view().data

    @cached_property
    def has_runs(self) -> bool:
        """Whether there is an experiment to tell of, and so a page `/runs/`."""
        return bool(self._site.ledger.all())

    @cached_property
    def menu(self) -> tuple[MenuItem, ...]:
        """The configured menu; without one, the pages at the top of the site by title, then the lists of posts."""
        if self._site.config.menu:
            return self._site.config.menu
        top = sorted((page.title, page.url) for page in self.pages if re.fullmatch(r"/[^/]+/", page.url))
        lists = [("Posts", "/posts/")] if "/" in self._site.by_url else []
        lists += [("Archive", "/archive/")] if self._site.posts else []
        taken = {url for _, url in top}
        return tuple(MenuItem(*item) for item in [*top, *(item for item in lists if item[1] not in taken)])


def iso(moment: date) -> str:
    """Write a day for machines: 2026-01-02."""
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}"


def day(moment: date, language: str = "en", form: str = "long") -> str:
    """Write a day for readers of `language`; the form `short` leaves the year out.

    A language whose order of words we do not know gets the international form.
    """
    year, month, number, short = moment.year, MONTHS[moment.month - 1], moment.day, form == "short"
    tongue = language.lower().replace("_", "-")
    if tongue == "en-us":
        return f"{month[:3]} {number}" if short else f"{month} {number}, {year}"
    if tongue.split("-")[0] == "en":
        return f"{number} {month[:3]}" if short else f"{number} {month} {year}"
    if tongue.split("-")[0] in {"ja", "zh"}:
        return f"{'' if short else f'{year}年'}{moment.month}月{number}日"
    if tongue.split("-")[0] == "ko":
        return f"{'' if short else f'{year}년 '}{moment.month}월 {number}일"
    return iso(moment)[5:] if short else iso(moment)


def _names(view: object) -> list[str]:
    """Return the public names of a view."""
    return sorted(name for name in {*vars(type(view)), *vars(view)} if not name.startswith("_"))


def _without_links(html: str) -> str:
    return _ANCHOR.sub("", html) if "<a" in html else html


def _with_own_ids(html: str, prefix: str) -> str:
    """Put a prefix before every id and what refers to it, so that parts of several pages fit on one."""

    def named(match: re.Match[str]) -> str:
        return match[1] + " ".join(f"{prefix}-{name}" for name in match[2].split())

    def tag(match: re.Match[str]) -> str:
        return _POINTING.sub(rf"\g<1>{prefix}-", _NAMING.sub(named, match[0]))

    return _TAG.sub(tag, html) if "=" in html else html


def _nest(headings: list[Heading]) -> tuple[Entry, ...]:
    """Put each heading below the nearest earlier one of a higher rank."""
    entries: list[Entry] = []
    while headings:
        first, *rest = headings
        below = next((n for n, heading in enumerate(rest) if heading.level <= first.level), len(rest))
        entries.append(Entry(first.id, Markup(_without_links(first.html)), _nest(rest[:below])))
        headings = rest[below:]
    return tuple(entries)


def _count(words: str) -> tuple[int, int]:
    """Return the number of words between spaces, and of characters that are words themselves."""
    east_asian = len(_EAST_ASIAN.findall(words))
    return len((_EAST_ASIAN.sub(" ", words) if east_asian else words).split()), east_asian
