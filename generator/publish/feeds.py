"""Atom feeds: the newest posts of the site and of each tag, whole, for other programs to show (RFC 4287).

Readers drop MathML, scripts and styles: a formula stands there as TeX. Ids are of a post's address and day, so that
they stay when its text or the site's title changes. No clock: a feed is as new as its newest entry.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from generator.address import output_path
from generator.config import Redirect
from generator.publish.layout import Theme
from generator.publish.links import absolute, encode, relative
from generator.publish.meta import description
from generator.publish.output import Output
from generator.publish.references import resolve
from generator.publish.site import Site
from generator.publish.text import replace_math, without_scripts, xml_text
from generator.render.render import Rendered

NAMESPACE = "http://www.w3.org/2005/Atom"
LATEST_POSTS = 20
FEED = "/atom.xml"
FILES = (".xml", ".json", ".txt")  # endings of addresses that no browser takes for a page

_HEADING_ANCHOR = re.compile(r' ?<a class="anchor"[^>]*>[^<]*</a>')
# What needs a page around it: where a number comes from, the table behind a chart, how to run it again.
_NUMBER = re.compile(r'<data class="num"[^>]*>([^<]*)</data>')
_DISCLOSURE = re.compile(r'<details class="(?:chart-data|again)">.*?</details>', re.DOTALL)


@dataclass(frozen=True)
class Feed:
    """One feed: where it is, what it is of."""

    url: str
    title: str
    page_url: str  # of the page with the same posts
    posts: Sequence[Rendered]  # newest first
    at: str = ""  # the old address of a copy: where its relative links start


def produce(site: Site, _theme: Theme) -> Iterator[Output]:
    """Make the feed of the site and one for each tag, and copies of them where redirects want one.

    What reads a feed follows no page, so a copy is the only redirect that files can be.
    """
    contents: dict[str, str] = {}
    made = _feeds(site)
    for feed in made.values():
        yield Output(output_path(feed.url), atom(feed, site, contents), "")
    for redirect in site.config.redirects:
        if is_copy(redirect, made):
            feed = replace(made[encode(redirect.to)], at=redirect.old)
            yield Output(output_path(redirect.old), atom(feed, site, contents), redirect.place.path)


def feed_urls(site: Site) -> list[str]:
    """Return the address of every feed the site makes."""
    return [*_feeds(site)]


def is_copy(redirect: Redirect, feeds: Container[str]) -> bool:
    """Tell whether a redirect is from a file to one of the feeds."""
    return redirect.old.endswith(".xml") and encode(redirect.to) in feeds


def _feeds(site: Site) -> dict[str, Feed]:
    config = site.config
    feeds = [Feed(FEED, config.title, "/", site.posts[:LATEST_POSTS])]
    for name, posts in sorted(site.by_tag.items()):
        url = site.tag_url(name)
        feeds.append(Feed(f"{url}atom.xml", f"{config.title}: {name}", url, posts[:LATEST_POSTS]))
    return {feed.url: feed for feed in feeds if not site.is_taken(feed.url)}


def atom(feed: Feed, site: Site, contents: dict[str, str]) -> bytes:
    """Write one feed; `contents` keeps the HTML of posts that stand in several."""
    config = site.config
    root = Element("feed", {"xmlns": NAMESPACE, "xml:lang": config.language})
    _text(root, "title", feed.title)
    if config.description or config.tagline:
        _text(root, "subtitle", config.description or config.tagline)
    _text(root, "id", config.url + encode(feed.url) if config.url else _uuid(feed.url))
    _text(root, "updated", utc(max((_updated(post) for post in feed.posts), default=site.now)))
    SubElement(root, "link", rel="self", type="application/atom+xml", href=_address(feed.url, feed, site))
    SubElement(root, "link", rel="alternate", type="text/html", href=_address(feed.page_url, feed, site))
    _person(root, config.author.name or config.title, config.author.email, config.author.url)
    _text(root, "generator", "labpress")
    for post in feed.posts:
        if post.page.url not in contents:
            contents[post.page.url] = _content(post, site)
        _entry(root, post, feed, site, contents[post.page.url])
    ElementTree.indent(root, "")
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def utc(moment: datetime) -> str:
    """Write a moment as RFC 3339 wants it, in UTC: 2026-01-02T03:04:05Z."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _entry(root: Element, post: Rendered, feed: Feed, site: Site, content: str) -> None:
    meta = post.page.meta
    entry = SubElement(root, "entry")
    _text(entry, "title", post.title)
    _text(entry, "id", _id(post, site))
    _text(entry, "published", utc(_published(post)))
    _text(entry, "updated", utc(_updated(post)))
    SubElement(entry, "link", rel="alternate", type="text/html", href=_address(post.page.url, feed, site))
    if meta.author and meta.author != site.config.author.name:
        _person(entry, meta.author)
    for name in dict.fromkeys([*map(site.tag_name, meta.tags), *meta.categories]):
        SubElement(entry, "category", term=xml_text(name))
    _text(entry, "summary", description(post))
    local = content if site.config.url else relative(content, feed.at or feed.url)
    _text(entry, "content", local, type="html")


def _content(post: Rendered, site: Site) -> str:
    """Return a post's HTML as a feed reader can show it."""
    html = _DISCLOSURE.sub("", _NUMBER.sub(r"\1", resolve(post.document.html, post, site)))
    html = replace_math(_HEADING_ANCHOR.sub("", without_scripts(html)), lambda tex: f"<code>{tex}</code>")
    return absolute(html, site.config.url, post.page.url)


def _id(post: Rendered, site: Site) -> str:
    """Return a tag URI (RFC 4151) of the post's day and address; without a site address a UUID of the page's."""
    if not site.config.url:
        return _uuid(post.page.url)
    site_address = urlsplit(site.config.url)
    path = encode(site_address.path + post.page.url).replace("#", "%23")
    return f"tag:{site_address.hostname},{_published(post).date().isoformat()}:{path}"


def _uuid(url: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, url).urn


def _published(post: Rendered) -> datetime:
    return post.page.meta.date or datetime.fromtimestamp(0, UTC)


def _updated(post: Rendered) -> datetime:
    return max(post.page.meta.updated or _published(post), _published(post))


def _address(url: str, feed: Feed, site: Site) -> str:
    """Return an address absolute, or relative to the feed when the site does not know its own."""
    if site.config.url:
        return site.config.url + encode(url)
    return ("../" * ((feed.at or feed.url).count("/") - 1) or "./") + encode(url).lstrip("/")


def _person(parent: Element, name: str, email: str = "", url: str = "") -> None:
    person = SubElement(parent, "author")
    for key, value in (("name", name), ("email", email), ("uri", url)):
        if value:
            _text(person, key, value)


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = xml_text(text)
