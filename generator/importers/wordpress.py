"""WordPress: the posts and pages of an export at the addresses their links name; pictures are listed, not fetched."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generator.address import slugify
from generator.config import LANGUAGE
from generator.data.emit import to_yaml
from generator.errors import Place, SiteError
from generator.importers.haul import Document, Haul, count
from generator.importers.old_site import OldSite, stream
from generator.importers.wordpress_body import Body, escape, to_markdown
from generator.importers.wordpress_lists import of_post, of_site
from generator.importers.wxr import Export, Item, read_items

PATTERNS = ("/:year/:month/:day/:slug/", "/:year/:month/:slug/", "/:slug/", "/:categories/:slug/")
WRITTEN = ("post", "page")
DRAFTS = ("draft", "pending", "auto-draft")


@dataclass(frozen=True)
class Address:
    """The parts of an old post that its address may be made of."""

    path: str
    date: datetime | None
    name: str
    category: str


def gather(source: Path) -> Haul:
    """Read an export of WordPress.

    Raises:
        SiteError: there is no such file, or nothing of it can be read.
    """
    if source.is_dir():
        found = sorted(path.name for path in source.glob("*.xml"))
        hint = f"name the file: `{source / found[0]}`" if found else "in WordPress: Tools, Export, All content"
        raise SiteError(f"`{source}` is a folder; an export of WordPress is one file", None, hint)
    haul = Haul("wordpress", OldSite(source.parent, (source.name,), ()))
    export = Export(source.name)
    items = list(read_items(export, stream(source)))
    if not items and export.errors:
        raise export.errors[0]
    if not items and "wp:base_site_url" not in export.channel and "wp:base_blog_url" not in export.channel:
        raise SiteError("this is not an export of WordPress", Place(source.name), "in WordPress: Tools, Export")
    haul.errors += export.errors
    if export.cleaned:
        what = f"{export.cleaned:,} control characters that no XML may hold are gone"
        haul.translated(Place(source.name), what)
    _settings(haul, export, items)
    addresses = [_address(export, item).path for item in items if item.get("type") in WRITTEN]
    haul.listings += of_site(export) if any("?" not in one for one in addresses) else ()
    taken: set[str] = set()
    for item in items:
        with haul.each():
            _take(haul, export, item, taken)
    if comments := sum(item.comments for item in items):
        haul.by_hand(Place(source.name), f"{count(comments, 'comment')} left out", "no page here has comments")
    return haul


def _settings(haul: Haul, export: Export, items: list[Item]) -> None:
    """Take the site's name and address, and the pattern most posts follow."""
    channel, ours = export.channel, haul.settings
    for key in ("title", "description"):
        if channel.get(key):
            ours[key] = " ".join(html.unescape(channel[key]).split())
    url = _base(export)
    if url.startswith(("http://", "https://")):
        ours["url"] = url
    if LANGUAGE.fullmatch(channel.get("language", "-")):
        ours["language"] = channel["language"]
    posts = [_address(export, item) for item in items if item.get("type") == "post" and item.get("status") == "publish"]
    best = max(PATTERNS, key=lambda pattern: (sum(_fits(pattern, post) for post in posts), -PATTERNS.index(pattern)))
    ours |= {"permalink": best, "templating": "none"}


def _base(export: Export) -> str:
    return (export.channel.get("wp:base_blog_url") or export.channel.get("link") or "").rstrip("/")


def _address(export: Export, item: Item) -> Address:
    """Return the path of a post's link below the site's own address."""
    path = _below(export, item.get("link").strip())
    category = slugify(item.categories[0]) if item.categories else ""
    return Address(path, _date(item), unquote(item.get("name")), category)


def _below(export: Export, address: str) -> str:
    """Return an address from the root of the old site, which may be a folder of its host."""
    base = _base(export)
    if address.startswith(f"{base}/"):
        return address.removeprefix(base)
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _fits(pattern: str, address: Address) -> bool:
    if not address.date:
        return False
    words = {"year": "%Y", "month": "%m", "day": "%d"}
    made = re.sub(r":(year|month|day)", lambda found: address.date.strftime(words[found[1]]), pattern)  # type: ignore[union-attr]
    made = made.replace(":slug", address.name).replace(":categories", address.category)
    return made == unquote(address.path)


def _date(item: Item) -> datetime | None:
    """Return when a post appeared, with the offset its two dates show."""
    local, universal = _moment(item.get("date")), _moment(item.get("date_gmt"))
    if not local:
        return universal.replace(tzinfo=UTC) if universal else None
    distance = local - universal if universal else timedelta()
    minutes = round(distance.total_seconds() / 60)
    zone = timezone(timedelta(minutes=minutes)) if abs(minutes) < 24 * 60 else UTC
    return local.replace(tzinfo=zone)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None  # `0000-00-00 00:00:00` of a draft


def _take(haul: Haul, export: Export, item: Item, taken: set[str]) -> None:
    """Take one item over; what is neither post nor page is told."""
    kind, status = item.get("type"), "private" if item.get("password").strip() else item.get("status")
    place = Place(export.path, item.line)
    title = html.unescape(item.get("title")).strip()
    if kind == "attachment":
        address = item.get("attachment").strip()
        path = _below(export, address)
        haul.by_hand(place, f"the file `{address}` is not in the export", f"put it at `site/static{path}`")
        return
    if kind not in WRITTEN or status in {"trash", "auto-draft", "inherit"}:
        if kind not in WRITTEN:
            haul.by_hand(place, f"`{title or item.get('id')}` is `{kind}`, which has no page here", "write it anew")
        return
    date = _date(item)
    body = Body()
    markdown = to_markdown(item.get("content"), body)
    address = _address(export, item).path if status not in DRAFTS and status != "private" else ""
    for what in dict.fromkeys(body.changed):
        haul.translated(place, what)
    for what, hint in dict.fromkeys(body.by_hand):
        haul.by_hand(place, what, hint)
    if status == "private":
        why = "has a password" if item.get("password").strip() else "is private"
        haul.by_hand(place, f"`{title}` {why}: it came over as `published: false`", "remove the key to show it")
    markdown = _own_links(haul, export, item, markdown)
    head = _head(item, title, date, status)
    path = _path(item, kind, date, title, taken)
    text = f"---\n{to_yaml(head)}---\n\n{markdown}"
    listed = tuple(of_post(export, item, date)) if kind == "post" and "?" not in address else ()
    haul.documents.append(Document(path, text, export.path, address, line=item.line, listed=listed))


def _head(item: Item, title: str, date: datetime | None, status: str) -> dict[str, object]:
    """Return the front matter of a post."""
    head: dict[str, object] = {"title": escape(" ".join(title.split()))} if title else {}
    if date and status not in DRAFTS:
        head["date"] = f"{date:%Y-%m-%d %H:%M:%S %z}"
    if item.get("creator").strip():
        head["author"] = item.get("creator").strip()
    for key, names in (("categories", item.categories), ("tags", item.tags)):
        if names:
            head[key] = [html.unescape(name) for name in names]
    if excerpt := " ".join(re.sub(r"<[^>]+>", "", item.get("excerpt")).split()):
        head["excerpt"] = escape(html.unescape(excerpt))
    if status in DRAFTS:
        head["draft"] = True
    if status == "private":
        head["published"] = False
    return head


def _path(item: Item, kind: str, date: datetime | None, title: str, taken: set[str]) -> str:
    """Name the file of a post: its day and its slug; two of one name get a number."""
    name = slugify(unquote(item.get("name"))) or slugify(title) or f"post-{item.get('id') or len(taken)}"
    stem = f"site/pages/{name}" if kind == "page" else f"posts/{date:%Y-%m-%d}-{name}" if date else f"posts/{name}"
    path, number = f"{stem}.md", 2
    while path in taken:
        path, number = f"{stem}-{number}.md", number + 1
    taken.add(path)
    return path


def _own_links(haul: Haul, export: Export, item: Item, markdown: str) -> str:
    """Root links to pages of the old site; its files are not here yet, so links to them stay whole."""
    base = _base(export)
    if not base:
        return markdown
    host = re.escape(re.sub(r"^https?:", "", base))
    link = re.compile(rf"((?:href|src)=[\"'])https?:{host}(/[^\"'\s]*)")
    files = sorted({found[2] for found in link.finditer(markdown) if _is_file(found[2])})
    for path in files:
        hint = f"put the file at `site/static{path}` and write `{path}`"
        haul.by_hand(Place(export.path, item.line), f"a link to the old site's `{path}`", hint)
    if files and "url" in haul.settings:
        url = haul.settings.pop("url")
        what = f"`url: {url}` is not set yet: with it, links to files that are still there would lead nowhere"
        haul.by_hand(Place(export.path), what, "bring the files, then add it to site/config.yaml")
    return link.sub(lambda found: found[0] if _is_file(found[2]) else f"{found[1]}{found[2]}", markdown)


def _is_file(path: str) -> bool:
    return "/wp-content/" in path or "?" in path or "/feed/" in path or "/wp-" in path
