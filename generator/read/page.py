"""Page: what a source says and where it will stand; parsed, not rendered.

A post's date comes from its front matter, else from its name; its slug from `slug:`, else from its name.
A post without any date is an error unless it is a draft. A page's address is its path below site/pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from generator.address import BadAddress, fill_pattern, make_address, needs_date, output_path
from generator.address import slugify as slugify  # others take it from here
from generator.config import Config, by_path
from generator.errors import Place, SiteError, several
from generator.read.dates import NotADate, read_date
from generator.read.dialects import Translated, translate
from generator.read.frontmatter import Head, split
from generator.read.heading import find_heading, title_from
from generator.read.source import DRAFTS, PAGES, POSTS, Source, is_drafts_folder

DATED_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_](.*))?", re.ASCII)
UNDATED_DRAFT = "/drafts/:slug/"  # where a draft stands whose pattern needs a date


@dataclass(frozen=True)
class Meta:
    """Front matter in our words, with everything that has a default filled in."""

    title: str  # Markdown
    date: datetime | None  # aware; pages and drafts may have none
    updated: datetime | None
    description: str
    excerpt: str  # Markdown; empty when not given
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    draft: bool
    aliases: tuple[str, ...]  # old addresses, in the form of `Page.url`
    social_image: str
    layout: str  # "post", "page" or the name of a template
    author: str
    series: str
    toc: bool | None  # None: as the config says
    math: bool | None
    templating: str  # "jinja", "liquid" or "none"
    extra: Mapping[str, object]  # every other key
    places: Mapping[str, Place]  # where the value of each key stands
    published: bool = True
    expires: datetime | None = None
    markup: str = "commonmark"  # or "kramdown"


@dataclass(frozen=True)
class Page:
    """A source that knows its address."""

    source: Source
    meta: Meta
    body: str
    body_line: int  # of the file, from 1
    url: str  # rooted and percent-encoded: "/2026/01/02/slug/"
    kind: str  # "post" or "page"
    slug: str
    warnings: tuple[SiteError, ...] = ()

    @property
    def path(self) -> str:
        """The file this page is written to, below the output folder."""
        return output_path(self.url)

    @property
    def bundle(self) -> str:
        """The folder whose other files are published beside this page; empty for a file of its own."""
        path = PurePosixPath(self.source.path)
        return str(path.parent) if path.stem == "index" and str(path.parent) not in {POSTS, PAGES, DRAFTS} else ""


@dataclass(frozen=True)
class Name:
    """What the path of a source says about the page."""

    kind: str  # "post" or "page"
    words: str  # the file's or the folder's name without date and ending
    folder: str = ""  # of a page: what its address starts with, "guide/"
    date: str = ""  # "2020-05-16"


@dataclass(frozen=True)
class Work:
    """A source on its way to a page: the values as they are completed, and the mistakes so far."""

    source: Source
    config: Config
    name: Name
    told: Translated
    fields: dict[str, Any]
    errors: list[SiteError]

    def mistake(self, what: str, key: str, hint: str) -> None:
        """Note a mistake where the value of `key` stands, or in the file as a whole."""
        self.errors.append(SiteError(what, self.told.places.get(key, Place(self.source.path)), hint))


def parse(source: Source, config: Config) -> Page:
    """Read the head of a source and give the page its address.

    Raises:
        SiteError: the head cannot be read; or an ExceptionGroup of all mistakes in it.
    """
    if source.path.startswith((f"{POSTS}/index.", f"{DRAFTS}/index.")):
        hint = f"move it to `{PAGES}/index.md`, or into a folder of its own"
        raise SiteError("this post has no name of its own", Place(source.path), hint)
    head = split(source)
    told = translate(head, config.zone)
    work = Work(source, config, _name_of(source), told, dict(told.fields), list(told.errors))
    work.fields.setdefault("draft", is_drafts_folder(source.path))
    body, body_line, heading = _take_heading(work, head)
    _date(work, head)
    slug = _slug(work)
    url = _address(work, slug)
    if work.errors:
        raise several(work.errors)
    places = {**told.places, "title": heading} if heading else dict(told.places)
    aliases = tuple(alias for alias in work.fields.get("aliases", ()) if alias != url)
    languages = {
        "templating": by_path(config.templating, source.path, "jinja"),
        "markup": by_path(config.markup, source.path, "commonmark"),
    }
    meta = _meta({**languages, **work.fields, "aliases": aliases}, work.name, told.extra, places)
    return Page(source, meta, body, body_line, url, work.name.kind, slug, told.warnings)


def hidden_because(page: Page, now: datetime, drafts: bool, future: bool) -> str:
    """Tell why a page stays out of the site; an empty text when it is published."""
    meta = page.meta
    if not meta.published:
        return "published: false"
    if meta.draft and not drafts:
        return "draft"
    if meta.date and meta.date > now and not future:
        return f"future ({meta.date:%Y-%m-%d})"
    if meta.expires and meta.expires <= now:
        return f"expired ({meta.expires:%Y-%m-%d})"
    return ""


def _name_of(source: Source) -> Name:
    """Take a source's path apart."""
    path = PurePosixPath(source.path)
    is_index = path.stem == "index"
    if path.is_relative_to(PAGES):
        inner = path.relative_to(PAGES).with_suffix("")
        inner = inner.parent if is_index else inner
        return Name("page", inner.name, "" if inner.parent.name == "" else f"{inner.parent}/")
    words = path.parent.name if is_index else path.stem
    dated = DATED_NAME.fullmatch(words)
    return Name("post", dated[4] or "", "", "-".join(dated.groups()[:3])) if dated else Name("post", words)


def _take_heading(work: Work, head: Head) -> tuple[str, int, Place | None]:
    """Make the body's leading heading the title when there is none, and take it out; also one that repeats the title.

    Returns the body, the line it starts on, and the heading's place when it became the title.
    """
    title = work.fields.get("title", "")
    heading = None if work.source.path.lower().endswith(".html") else find_heading(head.body)
    if not heading or "{{" in heading.text or "{%" in heading.text or title not in {"", heading.text}:
        work.fields["title"] = title or title_from(work.name.words)
        return head.body, head.body_line, None
    work.fields["title"] = heading.text
    place = None if title else work.source.place(head.body_line + heading.line, heading.column)
    return "\n".join(head.body.split("\n")[heading.end :]), head.body_line + heading.end, place


def _date(work: Work, head: Head) -> None:
    """Complete the date from the name; a post needs one, a draft does not."""
    if "date" not in work.fields and work.name.date:
        try:
            work.fields["date"] = read_date(work.name.date, work.config.zone)
        except NotADate as error:
            what = f"the date in the name, `{work.name.date}`, {error.what}"
            work.errors.append(SiteError(what, Place(work.source.path), "rename it"))
            return
    was_given = any(key.lower() == "date" and value is not None for key, value in head.values.items())
    if work.name.kind == "post" and "date" not in work.fields and not was_given and not work.fields["draft"]:
        name = slugify(work.name.words) or "name"
        hint = f"add `date:`, name it `YYYY-MM-DD-{name}`, or say `draft: true`"
        work.errors.append(SiteError("this post has no date", Place(work.source.path), hint))


def _slug(work: Work) -> str:
    """Return what names the page in its address."""
    given = work.fields.get("slug", "")
    if "/" in given or "\\" in given:
        work.mistake(f"`slug` is `{given}`, which is a path", "slug", "write `permalink:` for a whole address")
        return "x"
    if given and not slugify(given):
        work.mistake(f"`slug` is `{given}`, which has no letter or digit", "slug", "write one word or more")
        return "x"
    is_home = work.name.kind == "page" and not work.name.words
    slug = slugify(given) or slugify(work.name.words) or ("index" if is_home else slugify(work.fields["title"]))
    if not slug:
        hint = "rename it, or add `slug:`"
        work.errors.append(
            SiteError("the name has no letter or digit to make an address of", Place(work.source.path), hint)
        )
    return slug or "x"


def _address(work: Work, slug: str) -> str:
    """Return the address: as the page says, or its path, or the site's pattern."""
    fields, name = work.fields, work.name
    key = "permalink" if fields.get("permalink") else "slug" if fields.get("slug") else ""
    pattern = fields.get("permalink") or work.config.permalink
    words = {
        "slug": slug,
        "title": slugify(fields.get("slug") or name.words, pretty=True) or slug,
        "categories": "/".join(filter(None, map(slugify, fields.get("categories", ())))),
    }
    try:
        if name.kind == "page" and key != "permalink":
            return make_address(_page_path(name, fields.get("slug", ""), words["title"]))
        if needs_date(pattern) and "date" not in fields:
            if work.errors:
                return "/"
            pattern = UNDATED_DRAFT if fields["draft"] else pattern
        return make_address(fill_pattern(pattern, words, fields.get("date")))
    except BadAddress as error:
        work.mistake(error.what, key, error.hint)
        return "/"


def _page_path(name: Name, slug: str, title: str) -> str:
    """Return the address of a page from its path below site/pages."""
    if not name.words and not slug:
        return "/"
    if not name.folder and name.words == "404":
        return "/404.html"
    folders = (slugify(part, pretty=True) or part for part in name.folder.split("/")[:-1])
    return "/" + "".join(f"{folder}/" for folder in folders) + (slugify(slug) or title) + "/"


def _meta(fields: Mapping[str, Any], name: Name, extra: Mapping[str, object], places: Mapping[str, Place]) -> Meta:
    """Fill in the defaults."""
    return Meta(
        title=fields["title"],
        date=fields.get("date"),
        updated=fields.get("updated"),
        description=fields.get("description", ""),
        excerpt=fields.get("excerpt", ""),
        tags=fields.get("tags", ()),
        categories=fields.get("categories", ()),
        draft=fields["draft"],
        aliases=fields["aliases"],
        social_image=fields.get("social_image", ""),
        layout=fields.get("layout") or name.kind,
        author=fields.get("author", ""),
        series=fields.get("series", ""),
        toc=fields.get("toc"),
        math=fields.get("math"),
        templating=fields["templating"],
        extra=extra,
        places=places,
        published=fields.get("published", True),
        expires=fields.get("expires"),
        markup=fields["markup"],
    )
