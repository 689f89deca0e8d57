"""Pelican: articles and pages come over with their `Key: value` heads; `{static}` and `{filename}` become links.

`pelicanconf.py` is read with `ast`, never run.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from generator.address import slugify
from generator.config import find_zone
from generator.errors import Place, SiteError
from generator.importers.haul import Document, Haul
from generator.importers.heads import head_kind, read_head
from generator.importers.literals import Literals, read_python
from generator.importers.old_site import list_site
from generator.importers.pelican_lists import Article, in_ascii, names_of, of_article, of_site, pelican_slug
from generator.importers.pelican_settings import address_rules, take_settings
from generator.importers.prose import in_prose, line_of
from generator.importers.shapes import as_list, as_mapping
from generator.read.dates import NotADate, read_date

LEFT_OUT = (".*", "output", "__pycache__", "node_modules", "*.pyc")
MARKDOWN = (".md", ".markdown", ".mkd", ".mdown")
TOC = re.compile(r"""markdown\.extensions\.toc|["']toc["']""")
LINK = re.compile(r"[{|](static|filename|attach|tag|category|author|index|photo|lightbox)[}|]([^\s)\"'>\]]*)")
STARTS = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):[ \t]*(.*)$")
DATED = re.compile(r"(?P<date>\d{4}-\d{2}-\d{2})[-_]?(?P<slug>.*)")


@dataclass(frozen=True)
class Pelican:
    """What the settings say."""

    settings: Literals
    content: str  # the folder of the content, "content"
    zone: tzinfo

    def get(self, key: str, otherwise: Any) -> Any:
        """Return a setting, or Pelican's default."""
        return self.settings.values.get(key, otherwise)


def gather(source: Path) -> Haul:
    """Read a Pelican site.

    Raises:
        SiteError: there is none, or its settings are not Python.
    """
    haul = Haul("pelican", list_site(source, LEFT_OUT))
    text = haul.text_of("pelicanconf.py") if haul.site.has("pelicanconf.py") else ""
    settings = read_python("pelicanconf.py", text)
    if haul.site.has("publishconf.py"):
        more = read_python("publishconf.py", haul.text_of("publishconf.py"))
        settings = Literals({**settings.values, **more.values}, {**settings.lines}, {**more.unread, **settings.unread})
    content = str(settings.values.get("PATH") or "content").strip("./") or "content"
    if not haul.site.below(content):
        raise SiteError(f"`{source}` is not a Pelican site", None, f"there is no folder `{content}` in it")
    take_settings(haul, settings)
    haul.listings += of_site(settings)
    try:
        zone: tzinfo = find_zone(str(settings.values.get("TIMEZONE") or "UTC"))
    except ValueError:
        zone = UTC
    pelican = Pelican(settings, content, zone)
    haul.settings["templating"] = "none"
    for path in haul.site.files:
        with haul.each():
            _take(haul, pelican, path)
    if TOC.search(text):  # without it, headings have no ids
        haul.documents = [replace(document, anchors="python") for document in haul.documents]
    return haul


def _take(haul: Haul, pelican: Pelican, path: str) -> None:
    """Bring one file to its place."""
    ending = PurePosixPath(path).suffix.lower()
    inner = path.removeprefix(f"{pelican.content}/")
    if inner == path:
        if path not in {"pelicanconf.py", "publishconf.py", "Makefile", "tasks.py", "README.md", "requirements.txt"}:
            what, hint = "a file beside the content", "a theme or a plugin of Pelican does not run here"
            haul.by_hand(Place(path), what, hint)
    elif ending in MARKDOWN:
        _take_page(haul, pelican, path, inner)
    elif ending in {".rst", ".html", ".htm"}:
        name = "reStructuredText" if ending == ".rst" else "HTML"
        haul.by_hand(
            Place(path), f"a page in {name}", "write it as Markdown (`pandoc -t commonmark_x` does most of it)"
        )
    else:
        to = as_mapping(pelican.get("EXTRA_PATH_METADATA", {})).get(inner, {})
        place = to.get("path", inner) if isinstance(to, dict) else inner
        haul.copy(path, f"site/static/{place}")


def _take_page(haul: Haul, pelican: Pelican, path: str, inner: str) -> None:
    """Take an article or a page over."""
    read = haul.text_of(path)
    text = _with_title_first(haul, path, read)
    head = read_head(path, text)
    values = {key.lower(): value for key, value in head.values.items()}
    is_page = any(inner.startswith(f"{folder}/") for folder in as_list(pelican.get("PAGE_PATHS", ["pages"])))
    folder = PurePosixPath(inner).parent.name
    category = str(
        values.get("category") or (folder if folder and not is_page else "") or pelican.get("DEFAULT_CATEGORY", "misc")
    )
    date = _date(pelican, values, path)
    keys: dict[str, object] = {}
    if not is_page and "category" not in values and folder and pelican.get("USE_FOLDER_AS_CATEGORY", True):
        keys["category"] = folder
        haul.translated(Place(path), f"`category: {folder}` says what the folder said")
    if "date" not in values and not is_page and date is None:
        keys["status" if head_kind(text) == "plain" else "draft"] = "draft" if head_kind(text) == "plain" else True
        haul.by_hand(Place(path, 1), "an article without a date came over as a draft", "add `date:`, drop the draft")
    if str(values.get("status") or "").lower() == "hidden":
        what = "a hidden article had an address and no list had it; here it is a draft"
        haul.by_hand(Place(path, 1), what, "take `Status:` out to publish it")
    rules = address_rules(pelican.settings, "PAGE" if is_page else "ARTICLE")
    words = {"slug": _slug(haul, pelican, values, path), "category": pelican_slug(category)}
    is_hidden = str(values.get("status") or "published").lower() != "published" or bool({"draft", "status"} & set(keys))
    addresses = [] if is_hidden else rules.addresses(values, words, date)
    room = "site/pages" if is_page else "posts"
    to = f"{room}/{PurePosixPath(inner.removeprefix('pages/') if is_page else inner).with_suffix('.md')}"
    text = _links(haul, pelican, path, text, to)
    first, *more = addresses or [""]
    listed = () if is_page else tuple(of_article(pelican.settings, _article(pelican, values, category, date)))
    keys = _unknown(keys, values)
    haul.add_document(Document(to, text, path, first, tuple(more), original=read, keys=keys, listed=listed))


def _article(pelican: Pelican, values: Mapping[str, Any], category: str, date: datetime | None) -> Article:
    """Say which lists an article stood in."""
    authors = values.get("authors") or values.get("author") or pelican.get("AUTHOR", "")
    return Article(category, names_of(values.get("tags") or values.get("tag")), names_of(authors), date)


def _unknown(keys: Mapping[str, object], values: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in keys.items() if key not in values}


def _with_title_first(haul: Haul, path: str, text: str) -> str:
    """Let a plain head begin with its title, as the builder wants it."""
    if head_kind(text) != "plain":
        return text
    lines = text.split("\n")
    end = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    at = next((n for n, line in enumerate(lines[:end]) if line.lower().startswith("title:")), -1)
    if at == 0 or any(not STARTS.match(line) and line[:1] not in " \t" for line in lines[:end]):
        return text
    if at < 0:
        words = " ".join(PurePosixPath(path).stem.replace("-", " ").replace("_", " ").split())
        haul.translated(Place(path, 1), "`Title:` from the name of the file")
        return "\n".join([f"Title: {words.capitalize()}", *lines])
    haul.translated(Place(path, at + 1), "`Title:` stands first")
    return "\n".join([lines[at], *lines[:at], *lines[at + 1 :]])


def _date(pelican: Pelican, values: Mapping[str, Any], path: str) -> datetime | None:
    named = DATED.match(PurePosixPath(path).stem)
    given = values.get("date") or (named["date"] if named else None)
    try:
        return read_date(given, pelican.zone) if given else None
    except NotADate:
        return None


def _slug(haul: Haul, pelican: Pelican, values: Mapping[str, Any], path: str) -> str:
    """Return what names an article in its address."""
    stem = PurePosixPath(path).stem
    if values.get("slug"):
        return str(values["slug"])
    named = DATED.match(stem)
    if named and named["slug"] and "(?P<slug>" in str(pelican.get("FILENAME_METADATA", "")):
        return str(named["slug"])
    words = stem if pelican.get("SLUGIFY_SOURCE", "title") == "basename" else str(values.get("title") or stem)
    if not in_ascii(words).isascii():
        what = f"Pelican spelled `{words}` in the letters of ASCII, and how is not known here"
        haul.by_hand(Place(path, 1), what, "look up the old address, and write it as `permalink:`")
    return pelican_slug(words)


def _links(haul: Haul, pelican: Pelican, path: str, text: str, to: str) -> str:
    """Turn links of Pelican's own into ordinary ones, in prose and heads alike but not in code."""
    folder = str(PurePosixPath(path).parent)

    def change(stretch: str, at: int) -> str:
        def one(match: re.Match[str]) -> str:
            place = Place(path, line_of(text, at + match.start()))
            made = _link(haul, pelican, folder, match[1], unquote(match[2]), to)
            if made:
                haul.translated(place, f"`{match[0]}` is `{made}`")
                return made
            haul.by_hand(place, f"`{match[0]}` leads to nothing that came over", "write the address")
            return match[0]

        return LINK.sub(one, stretch)

    return in_prose(text, change)


def _link(haul: Haul, pelican: Pelican, folder: str, kind: str, target: str, to: str) -> str:
    """Return an ordinary link, empty when there is none."""
    name, mark, anchor = target.partition("#")
    if kind == "index":
        return "/"
    if kind == "tag":
        return f"/tags/{slugify(name)}/"
    if kind not in {"static", "filename", "attach"}:
        return ""
    base = pelican.content if name.startswith("/") else folder
    old = posixpath.normpath(f"{base}/{name.lstrip('/')}")
    inner = old.removeprefix(f"{pelican.content}/")
    if not haul.site.has(old):
        return ""
    if PurePosixPath(old).suffix.lower() in MARKDOWN:
        pages = as_list(pelican.get("PAGE_PATHS", ["pages"]))
        is_page = any(inner.startswith(f"{one}/") for one in pages)
        there = f"site/pages/{inner.removeprefix('pages/')}" if is_page else f"posts/{inner}"
        there = str(PurePosixPath(there).with_suffix(".md"))
        return quote(posixpath.relpath(there, posixpath.dirname(to))) + mark + anchor
    return quote(f"/{inner}") + mark + anchor
