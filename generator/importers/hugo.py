"""Hugo: sections of dated pages are posts, the rest are pages; shortcodes become Markdown where they can.

Bodies have no template language here (`templating: none`), as in Hugo.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath
from typing import Any

from generator.data.loaders import is_data_file
from generator.errors import Place, SiteError
from generator.importers.haul import Document, Haul, Listing
from generator.importers.heads import head_kind, read_head, renamed_key, with_value
from generator.importers.hugo_addresses import Content, hugo_address
from generator.importers.hugo_lists import Lists, of_page, of_site, read_lists
from generator.importers.hugo_settings import anchor_rule, read_settings, take_settings
from generator.importers.old_site import list_site
from generator.importers.shapes import as_mapping
from generator.importers.shortcodes import translate_shortcodes
from generator.read.dates import NotADate, read_date
from generator.read.frontmatter import Head

LEFT_OUT = (".*", "public", "resources", "node_modules", "go.sum", "go.mod", "package*.json", "*.lock")
MARKDOWN = (".md", ".markdown")
ROOMS = {"static": "site/static", "data": "_data"}
BY_HAND = {
    "layouts": ("a template of Hugo", "write it as a Jinja template in site/templates/"),
    "themes": ("a file of a theme", "the look is the theme's own here; see site/templates/ and site/static/theme/"),
    "archetypes": ("a pattern for new posts", "`python -m generator new post` starts one"),
    "i18n": ("words of a theme in other languages", "write them into your templates"),
    "assets": ("a file that Hugo's pipes worked on", "put the finished file into site/static/"),
}
BLOGS = ("posts", "post", "blog", "articles", "writing")
DATES = ("date", "publishdate", "pubdate", "published", "lastmod")


@dataclass(frozen=True)
class Entry:
    """One page below content/."""

    source: str  # "content/posts/x.md"
    content: Content
    head: Head
    text: str
    is_post: bool
    to: str
    listed: tuple[Listing, ...]  # the lists it stood in


def gather(source: Path) -> Haul:
    """Read a Hugo site.

    Raises:
        SiteError: there is none, or its settings cannot be read.
    """
    if not (source / "content").is_dir():
        raise SiteError(f"`{source}` is not a Hugo site", None, "name the folder that holds `content/`")
    haul = Haul("hugo", list_site(source, LEFT_OUT))
    config = read_settings(haul)
    take_settings(haul, config)
    lists = read_lists(haul, config)
    haul.listings += of_site(lists)
    haul.settings["templating"] = "none"
    pages = []
    for path in haul.site.files:
        with haul.each():
            if path.startswith("content/"):
                pages += _read(haul, config.values, path)
            else:
                _take(haul, path)
    _take_pages(haul, config.values, lists, pages)
    return haul


def _take(haul: Haul, path: str) -> None:
    """Bring a file outside of `content/` to its place."""
    room = path.partition("/")[0]
    if room in ROOMS:
        to = f"{ROOMS[room]}/{path.removeprefix(room + '/')}"
        if room == "data" and is_data_file(path):
            haul.copy_text(path, to, is_data=True)
        else:
            haul.copy(path, to)
    elif room in BY_HAND and room != "themes":
        what, hint = BY_HAND[room]
        if not path.endswith(".gitkeep"):
            haul.by_hand(Place(path), what, hint)
    elif room == "themes":
        name = "/".join(path.split("/")[:2])
        haul.by_hand(Place(name), "a theme of Hugo", BY_HAND["themes"][1])
    elif not re.match(r"(?:hugo|config)\.(?:toml|ya?ml|json)$|config/", path):
        haul.by_hand(Place(path), "a file Hugo does not publish", "move it yourself if the new site needs it")


def _read(haul: Haul, config: Mapping[str, Any], path: str) -> list[tuple[str, Content, Head, str]]:
    """Read a page; other files below content/ keep their addresses."""
    inner = path.removeprefix("content/")
    where = PurePosixPath(inner)
    folder = str(where.parent)
    in_bundle = any(haul.site.has(f"content/{folder}/index{end}") for end in MARKDOWN)
    if where.suffix.lower() not in MARKDOWN:
        if where.suffix.lower() in {".html", ".htm", ".org", ".adoc", ".rst", ".pandoc"}:
            haul.by_hand(Place(path), f"a page in `{where.suffix}`", "write it as Markdown")
        elif not _bundle_of(haul, inner):
            haul.copy(path, f"site/static/{inner}")
        return []
    if where.stem != "index" and (in_bundle or _bundle_of(haul, inner)):
        return []  # a part of that page, copied beside it
    language = where.stem.rpartition(".")[2] if "." in where.stem else ""
    if language and language in {str(one).lower() for one in as_mapping(config.get("languages"))}:
        if language != str(config.get("defaultcontentlanguage") or "en").lower():
            what = f"a page in another language (`{language}`); one site here has one language"
            haul.by_hand(Place(path), what, "import it into a site of its own")
            return []
        inner = f"{inner[: -len(where.suffix)].removesuffix('.' + language)}{where.suffix}"
    text = haul.text_of(path)
    head = read_head(path, text)
    values = {key.lower(): value for key, value in head.values.items()}
    title, slug = str(values.get("title") or ""), str(values.get("slug") or "")
    content = Content(inner, title, slug, str(values.get("url") or ""), _date(values))
    content = replace(content, sections=_sections(haul, content.folders))
    return [(path, content, head, text)]


def _sections(haul: Haul, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folders that Hugo calls sections."""
    found = []
    for depth, folder in enumerate(folders, 1):
        path = "/".join(("content", *folders[:depth], "_index"))
        if depth == 1 or any(haul.site.has(f"{path}{end}") for end in MARKDOWN):
            found.append(folder)
    return tuple(found)


def _bundle_of(haul: Haul, inner: str) -> str:
    """Return the folder of the page that a file belongs to, or an empty string."""
    folder = PurePosixPath(inner).parent
    for one in [folder, *folder.parents]:
        if str(one) != "." and any(haul.site.has(f"content/{one}/index{end}") for end in MARKDOWN):
            return str(one)
    return ""


def _date(values: Mapping[str, Any]) -> datetime | None:
    zone: tzinfo = UTC
    for key in DATES:
        try:
            if values.get(key):
                return read_date(values[key], zone)
        except NotADate:
            continue
    return None


def _take_pages(
    haul: Haul, config: Mapping[str, Any], lists: Lists, pages: list[tuple[str, Content, Head, str]]
) -> None:
    """Decide which sections are posts, then bring every page to its place."""
    blogs = _blogs(config, [content for _, content, _, _ in pages])
    if len(blogs) == 1 and "permalink" not in haul.settings:
        haul.settings["permalink"] = f"/{blogs[0]}/:slug/"
    entries = []
    for path, content, head, text in pages:
        section = content.folders[0] if content.folders else ""
        is_post = section in blogs and content.date is not None and not PurePosixPath(content.path).stem.startswith("_")
        inner = content.path.removeprefix(f"{section}/") if is_post and len(blogs) == 1 else content.path
        to = f"posts/{inner}" if is_post else f"site/pages/{content.path}"
        is_list = PurePosixPath(content.path).stem == "_index"
        listed = () if is_list else tuple(of_page(lists, content, head.values))
        entries.append(Entry(path, content, head, text, is_post, to.replace("/_index.", "/index."), listed))
    by_content = {entry.content.path: entry for entry in entries}
    for entry in entries:
        with haul.each():
            _take_page(haul, config, entry, blogs, by_content)


def _blogs(config: Mapping[str, Any], contents: list[Content]) -> list[str]:
    """Return the sections whose dated pages are posts."""
    params = as_mapping(config.get("params"))
    given = next((value for key, value in params.items() if key.lower() == "mainsections"), None)
    if isinstance(given, list) and given:
        return [str(one) for one in given]
    counted = Counter(content.folders[0] for content in contents if content.folders and content.date)
    usual = [name for name in BLOGS if name in counted]
    return usual or [name for name, _ in counted.most_common(1)]


def _take_page(
    haul: Haul, config: Mapping[str, Any], entry: Entry, blogs: list[str], by_content: Mapping[str, Entry]
) -> None:
    """Translate a page and give it its old address."""
    content, path = entry.content, entry.source
    if PurePosixPath(content.path).stem == "_index":
        section = str(PurePosixPath(content.path).parent)
        if section == "." or section in blogs:
            if entry.head.body.strip() or section == ".":
                what = "the words above a list of posts; the builder makes the list itself"
                hint = "put them into `site/pages/` or a template of yours, if you want them"
                haul.by_hand(Place(path), what, hint)
            return
        content = replace(content, path=f"{section}/index.md")
    if why := _not_rendered(entry.head.values):
        haul.by_hand(Place(path), f"`{why}`: Hugo made no page of it", "bring it over yourself if a page should be")
        return
    permalinks = _permalinks(config)
    ugly = config.get("uglyurls") is True
    address = hugo_address(content, permalinks, ugly) if not entry.head.values.get("draft") else ""
    text = _edited_head(haul, entry, address)
    if "/" in content.slug:
        text = renamed_key(text, "slug", "permalink")
        haul.translated(Place(path, 1), "`slug` holds a path, which is `permalink` here")
    text = _translate(haul, entry, text, by_content)
    keys: dict[str, object] = {}
    known = {key.lower() for key in entry.head.values}
    if {"publishdate", "date"} <= known:
        hint = "here `date` alone decides when a post appears"
        haul.by_hand(Place(path, 1), "`publishDate` is not read where there is a `date`", hint)
    if entry.is_post and "date" not in known and content.date:
        keys["date"] = content.date.isoformat()
    document = Document(entry.to, text, path, address, original=entry.text, keys=keys, listed=entry.listed)
    haul.add_document(replace(document, anchors=anchor_rule(config)))
    if content.is_leaf:
        _take_bundle(haul, path, entry.to)


def _not_rendered(values: Mapping[str, Any]) -> str:
    """Return the words of a head that say there is no page; empty when there is one."""
    build = values.get("build") or values.get("_build")
    if isinstance(build, dict) and str(build.get("render", "always")).lower() in {"never", "false"}:
        return "build.render: never"
    return "headless: true" if values.get("headless") is True else ""


def _permalinks(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the pattern of each section; newer sites have them below `page`."""
    given = as_mapping(config.get("permalinks"))
    given = {**given, **given["page"]} if isinstance(given.get("page"), dict) else given
    return {str(key).lower(): value for key, value in given.items() if isinstance(value, str)}


def _edited_head(haul: Haul, entry: Entry, address: str) -> str:
    """Root the aliases that are relative to their page."""
    key = next((key for key in entry.head.values if key.lower() == "aliases"), "")
    given = entry.head.values.get(key)
    if not isinstance(given, list) or all(str(one).startswith("/") for one in given):
        return entry.text
    parent = address.rstrip("/").rpartition("/")[0]
    rooted = [str(one) if str(one).startswith("/") else f"{parent}/{one}" for one in given]
    line = entry.head.loaded.place((key,)).line
    haul.translated(Place(entry.source, line), f"`aliases` from the root of the site: {', '.join(rooted)}")
    return with_value(entry.text, key, rooted)


def _translate(haul: Haul, entry: Entry, text: str, by_content: Mapping[str, Entry]) -> str:
    """Turn shortcodes into Markdown, and tell each."""
    body = read_head(entry.source, text).body if head_kind(text) != "none" else text
    head = text[: len(text) - len(body)]
    before = head.count("\n")

    def resolve(target: str) -> str:
        name, mark, anchor = target.partition("#")
        found = _find(name, entry, by_content) if name else entry
        return f"/{found.to}{mark}{anchor}" if found else ""

    made, found = translate_shortcodes(body, resolve)
    for one in found:
        place = Place(entry.source, before + one.line)
        if one.is_kept:
            haul.by_hand(place, f"the shortcode {one.what} is not known here and shows as it stands", "write it anew")
        else:
            haul.translated(place, one.what)
    return head + made if made != body else text


def _find(name: str, entry: Entry, by_content: Mapping[str, Entry]) -> Entry | None:
    """Find the page that `ref` means: from the root, beside its own file, or by its name alone."""
    wanted = name.strip("/").removesuffix(".md")
    folder = str(PurePosixPath(entry.content.path).parent)
    for one in (wanted, f"{folder}/{wanted}", f"{PurePosixPath(folder).parent}/{wanted}"):
        for ending in (".md", "/index.md", "/_index.md"):
            if found := by_content.get(f"{one}{ending}".removeprefix("./")):
                return found
    same = [other for other in by_content.values() if other.content.name == PurePosixPath(wanted).name]
    return same[0] if len(same) == 1 else None


def _take_bundle(haul: Haul, path: str, to: str) -> None:
    """Copy what lies beside an `index.md`, but for pages of their own."""
    folder, there = path.rpartition("/")[0], to.rpartition("/")[0]
    for other in haul.site.below(folder):
        if other != path:
            with haul.each():
                haul.copy(other, f"{there}/{other.removeprefix(folder + '/')}")
