"""Jekyll: posts and pages come over byte for byte, because the builder reads Liquid and kramdown.

What is translated are places (`_posts` is `posts`) and settings. What is code (layouts, plugins, Sass) is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path, PurePosixPath
from typing import Any

from generator.config import find_zone
from generator.data.loaders import is_data_file
from generator.data.text import Loaded, Text
from generator.data.yaml_loader import load_yaml
from generator.errors import Place, SiteError
from generator.importers.haul import Document, Haul, Listing
from generator.importers.heads import head_kind, read_head, with_value
from generator.importers.html_pieces import without_indents
from generator.importers.jekyll_addresses import STYLES, Post, fill, fill_page, moment, slug
from generator.importers.jekyll_lists import Filed, of_post, of_site
from generator.importers.jekyll_settings import take_settings
from generator.importers.old_site import list_site
from generator.importers.prose import line_of
from generator.importers.shapes import as_list, as_mapping

CONFIGS = ("_config.yml", "_config.yaml")
LEFT_OUT = (".*", "node_modules", "Gemfile", "Gemfile.lock", "gemfiles", "vendor", "*.gemspec")
MARKDOWN = (".md", ".markdown", ".mkd", ".mkdn", ".mkdown")
POST_NAME = re.compile(r"(\d{2,4}-\d{1,2}-\d{1,2})-(.*)")
ROOMS = {"_data": "_data", "_includes": "site/includes", "_assets": "site/static/assets"}
BY_HAND = {  # folder -> what it is, what to do
    "_layouts": ("a layout", "write it as a Jinja template in site/templates/"),
    "_plugins": ("a plugin in Ruby", "nothing runs it here; what it does must be written anew"),
    "_sass": ("a style sheet in Sass", "compile it to CSS, and put that into site/static/"),
}
MADE_HERE = ("/", "/atom.xml", "/sitemap.xml", "/robots.txt", "/archive/", "/tags/", "/404.html")
FEEDS = ("feed", "atom", "rss", "index")
A_LIST = re.compile(r"\{[{%][^}%]*\b(?:paginator|site\.(?:posts|tags|categories|related_posts|pages))\b")
PATTERNS = ("posts/*", "_drafts/*", "site/pages/*")


@dataclass(frozen=True)
class Jekyll:
    """What the settings of the old site say about addresses."""

    config: Mapping[str, Any]
    loaded: Loaded
    zone: tzinfo

    @property
    def permalink(self) -> str:
        """The site's permalink style or pattern."""
        return str(self.config.get("permalink") or "date")

    @property
    def pattern(self) -> str:
        """The pattern of posts that have none of their own."""
        return STYLES.get(self.permalink, self.permalink)

    def defaults(self, path: str, kind: str) -> dict[str, Any]:
        """Return the front matter `_config.yml` gives a file; later and longer paths win."""
        found: list[tuple[int, Mapping[str, Any]]] = []
        for one in as_list(self.config.get("defaults")):
            scope, values = as_mapping(as_mapping(one).get("scope")), as_mapping(as_mapping(one).get("values"))
            folder = str(scope.get("path") or "").strip("/")
            fits = not folder or path == folder or path.startswith(f"{folder}/")
            if fits and scope.get("type") in (None, kind, kind.removesuffix("s")):
                found.append((len(folder), values))
        return {key: value for _, values in sorted(found, key=lambda pair: pair[0]) for key, value in values.items()}


def gather(source: Path) -> Haul:
    """Read a Jekyll site.

    Raises:
        SiteError: there is none, or its settings cannot be read: no address would be right.
    """
    jekyll = _read_config(source)
    config = jekyll.config
    out = [*LEFT_OUT, str(config.get("destination") or "_site").strip("./") or "_site", "_site"]
    out += [str(one).strip("/") for one in as_list(config.get("exclude")) if isinstance(one, str)]
    kept = [str(one).strip("/") for one in as_list(config.get("include")) if isinstance(one, str)]
    haul = Haul("jekyll", list_site(source, [one for one in out if one not in kept]))
    take_settings(haul, jekyll.loaded)
    haul.listings += of_site(config, jekyll.loaded)
    haul.settings.setdefault("permalink", "date" if not config.get("permalink") else "/:year/:month/:day/:title/")
    haul.settings["templating"] = dict.fromkeys(PATTERNS, "liquid")
    haul.settings["markup"] = dict.fromkeys(PATTERNS, "kramdown")
    for path in haul.site.files:
        with haul.each():
            _take(haul, jekyll, path)
    return haul


def _read_config(source: Path) -> Jekyll:
    name = next((name for name in CONFIGS if (source / name).is_file()), "")
    if not name and not any((source / folder).is_dir() for folder in ("_posts", "_drafts")):
        hint = "name the folder that holds `_config.yml` and `_posts`"
        raise SiteError(f"`{source}` is not a Jekyll site", None, hint)
    haul = Haul("jekyll", list_site(source, ["*/*"]))
    text = Text(name, haul.text_of(name)) if name else Text(CONFIGS[0], "")
    loaded = load_yaml(text, dates=False)
    config = loaded.value if isinstance(loaded.value, dict) else {}
    try:
        zone: tzinfo = find_zone(str(config.get("timezone") or "UTC"))
    except ValueError:
        zone = UTC
    return Jekyll(config, loaded, zone)


def _take(haul: Haul, jekyll: Jekyll, path: str) -> None:
    """Bring one file to its place."""
    parts = path.split("/")
    if path in CONFIGS:
        return
    room = next((part for part in parts[:-1] if part.startswith("_")), "")
    if room in {"_posts", "_drafts"}:
        _take_post(haul, jekyll, path, room)
    elif room in BY_HAND:
        what, hint = BY_HAND[room]
        haul.by_hand(Place(path), what, hint)
    elif parts[0] in ROOMS:
        _take_room(haul, path, parts[0])
    elif room and room.removeprefix("_") in _collections(jekyll.config):
        _take_collection(haul, jekyll, path, room)
    elif room or parts[-1].startswith("_"):
        haul.by_hand(Place(path), "Jekyll does not publish this, and no room here is meant for it", "move it yourself")
    elif _has_head(haul, path):
        _take_page(haul, jekyll, path)
    else:
        haul.copy(path, f"site/static/{path}")


def _collections(config: Mapping[str, Any]) -> list[Any]:
    """Return the names of the collections, which stand in a list or in a mapping."""
    given = config.get("collections")
    return [*given] if isinstance(given, dict) else as_list(given)


def _has_head(haul: Haul, path: str) -> bool:
    start = haul.site.start(path, 64).removeprefix(b"\xef\xbb\xbf")
    return bool(re.match(rb"---[ \t]*\r?\n", start)) or start.startswith((b"\xff\xfe-\0-\0-\0", b"\xfe\xff\0-\0-\0-"))


def _take_room(haul: Haul, path: str, room: str) -> None:
    """Copy data, includes and pictures."""
    to = f"{ROOMS[room]}/{path.removeprefix(room + '/')}"
    if room == "_includes":
        haul.copy_text(path, to)
    elif room == "_data" and is_data_file(path):
        haul.copy_text(path, to, is_data=True)
    else:
        haul.copy(path, to)


def _take_post(haul: Haul, jekyll: Jekyll, path: str, room: str) -> None:
    before, _, inner = path.partition(f"{room}/")
    stem, ending = PurePosixPath(inner).stem, PurePosixPath(inner).suffix.lower()
    if ending not in {*MARKDOWN, ".html"}:
        haul.by_hand(Place(path), f"a post in `{ending or 'no format'}`", "write it as Markdown")
        return
    named = POST_NAME.fullmatch(stem)
    if room == "_posts" and not named:
        hint = "name it `YYYY-MM-DD-title.md`"
        haul.by_hand(Place(path), "the name has no date, so Jekyll did not publish it either", hint)
        return
    text = haul.text_of(path)
    head = read_head(path, text)
    values = {**jekyll.defaults(path, "drafts" if room == "_drafts" else "posts"), **head.values}
    folders = [part for part in before.split("/") if part]
    is_there = room == "_posts" and values.get("published") is not False
    address = _post_address(haul, jekyll, path, values, folders) if is_there else ""
    to_room = "posts" if room == "_posts" else "_drafts"
    to = f"{to_room}/{before}{PurePosixPath(inner).with_suffix(ending if ending in MARKDOWN[:2] else '.md')}"
    keys: dict[str, object] = {}
    if folders and not {"categories", "category"} & {key.lower() for key in head.values}:
        keys["categories"] = folders
        haul.translated(Place(path), f"`categories: [{', '.join(folders)}]` says what the folder said")
    text_now, listed = _rooted_redirects(haul, path, text), _listed(jekyll, values, named, folders)
    _add_document(
        haul, jekyll, Document(to, text_now, path, address, original=text, keys=keys, listed=listed if is_there else ())
    )


def _listed(
    jekyll: Jekyll, values: Mapping[str, Any], named: re.Match[str] | None, folders: list[str]
) -> tuple[Listing, ...]:
    """Return the lists and feeds a post stood in."""
    date = moment(values.get("date") or (named[1] if named else ""), jekyll.zone)
    filed = Filed(date, _words(values, "tag", "tags"), list(dict.fromkeys([*folders, *_categories(values)])))
    return tuple(of_post(jekyll.config, jekyll.loaded, filed))


def _rooted_redirects(haul: Haul, path: str, text: str) -> str:
    """Let each `redirect_from` begin at the root of the site; the plugin put the slash there itself."""
    head = read_head(path, text)
    if "redirect_to" in head.values:
        place = head.loaded.place(("redirect_to",))
        haul.by_hand(place, "`redirect_to` sent readers elsewhere; here the page itself is shown", "write a link")
    given = head.values.get("redirect_from")
    listed: list[Any] = given if isinstance(given, list) else [given]
    if not all(isinstance(one, str) for one in listed) or all(one.startswith("/") for one in listed):
        return text  # what is no text is told when the head is read
    rooted = [one if one.startswith("/") else f"/{one}" for one in listed]
    haul.translated(head.loaded.place(("redirect_from",)), f"`redirect_from` begins at the root: {', '.join(rooted)}")
    return with_value(text, "redirect_from", rooted)


def _post_address(haul: Haul, jekyll: Jekyll, path: str, values: Mapping[str, Any], folders: list[str]) -> str:
    named = POST_NAME.fullmatch(PurePosixPath(path).stem)
    assert named, "a post has a date in its name"
    date = moment(values.get("date") or named[1], jekyll.zone) or moment(named[1], jekyll.zone)
    given = str(values.get("date") or "")
    ours = moment(given[:10], jekyll.zone)
    if date and ours and ":" in given and date.date() != ours.date() and not re.search(r"[-+]\d\d:?\d\d$|Z$", given):
        what = f"Jekyll read `date: {given}` as UTC, which is {date:%Y-%m-%d} in the site's time zone"
        haul.by_hand(Place(path, 1), what, f"write it with its offset to show that day: `{date:%Y-%m-%d %H:%M:%S %z}`")
    post = Post(named[2], date, str(values.get("slug") or ""), [*folders, *_categories(values)])
    return fill(str(values.get("permalink") or jekyll.pattern), post)


def _categories(values: Mapping[str, Any]) -> list[str]:
    return _words(values, "category", "categories")


def _words(values: Mapping[str, Any], one: str, several: str) -> list[str]:
    """Return the names under a key for one, else under the key for several: a list, or words."""
    if isinstance(values.get(one), str) and values[one]:
        return [values[one]]
    given = values.get(several)
    return given.split() if isinstance(given, str) else [str(one) for one in given] if isinstance(given, list) else []


def _take_page(haul: Haul, jekyll: Jekyll, path: str) -> None:
    where = PurePosixPath(path)
    ending = where.suffix.lower()
    text = haul.text_of(path)
    folder = "" if str(where.parent) == "." else str(where.parent)
    if ending not in {*MARKDOWN, ".html", ".htm"}:
        what = "Jekyll ran Liquid over this file, and here only posts and pages have a template"
        hint = f"put the finished file at `site/static/{path}`"
        if ending in {".scss", ".sass"}:
            what, hint = BY_HAND["_sass"]
        address = fill_page("", folder, where.stem, ending)
        if where.stem in FEEDS and ending == ".xml":
            haul.listings.append(Listing(address, is_feed=True, place=Place(path)))
            haul.translated(Place(path), "a feed, which the builder makes itself")
            return
        if address in MADE_HERE or where.stem in {*FEEDS, "sitemap", "robots"}:
            what, hint = "a feed or a map of the site, which the builder makes itself", _feed_hint(address)
        haul.by_hand(Place(path), what, hint)
        return
    values = {**jekyll.defaults(path, "pages"), **read_head(path, text).values}
    given = values.get("permalink")
    address = (
        fill(str(given), Post(where.stem, None, "", ())) if given else fill_page(jekyll.permalink, folder, where.stem)
    )
    if address.rstrip("/") in {one.rstrip("/") for one in MADE_HERE} and A_LIST.search(text):
        hint = "what else it says can go to `site/pages/`, or into a template of yours: `site/templates/`"
        haul.by_hand(Place(path), f"the page at `{address}` is a list of posts, which the builder makes itself", hint)
        haul.listings.append(Listing(address, is_of_tags=address == "/tags/", place=Place(path)))
        return
    to = f"site/pages/{where.with_suffix('.md' if ending in MARKDOWN else '.html')}"
    text_now = _rooted_redirects(haul, path, text)
    _add_document(haul, jekyll, Document(to, text_now, path, address, original=text))


def _feed_hint(address: str) -> str:
    same = address in MADE_HERE
    return "nothing to do" if same else f"the feed is at `/atom.xml`: redirect `{address}` at your web server"


def _take_collection(haul: Haul, jekyll: Jekyll, path: str, room: str) -> None:
    """Make pages of a collection that has pages."""
    name = room.removeprefix("_")
    rules = as_mapping(as_mapping(jekyll.config.get("collections")).get(name))
    inner = PurePosixPath(path.partition(f"{room}/")[2])
    ending = inner.suffix.lower()
    if not _has_head(haul, path):
        haul.copy(path, f"site/static/{name}/{inner}")
        return
    if not rules.get("output") or ending not in {*MARKDOWN, ".html"}:
        hint = "make it data (`_data/`) or a page (`site/pages/`)"
        haul.by_hand(Place(path), f"an item of the collection `{name}`, which has no pages of its own", hint)
        return
    text = haul.text_of(path)
    values = {**jekyll.defaults(path, name), **read_head(path, text).values}
    style = str(rules.get("permalink") or "/:collection/:path:output_ext")
    words = {"collection": name, "path": str(inner.with_suffix("")), "name": slug(inner.stem)}
    pattern = re.sub(r":(collection|path|name)\b", lambda found: words[found[1]], str(values.get("permalink") or style))
    address = fill(pattern, Post(inner.stem, None, str(values.get("slug") or ""), ()))
    to = f"site/pages/{name}/{inner.with_suffix('.md' if ending in MARKDOWN else '.html')}"
    haul.translated(Place(path), f"an item of the collection `{name}` is a page here")
    text_now = _rooted_redirects(haul, path, text)
    _add_document(haul, jekyll, Document(to, text_now, path, address, original=text))


def _add_document(haul: Haul, jekyll: Jekyll, document: Document) -> None:
    """Take a post or a page over; one in HTML becomes Markdown without indents, which mean code there."""
    text, path = document.text, document.source
    if path.lower().endswith((".html", ".htm")) and document.path.endswith(".md"):
        head = text[: len(text) - len(read_head(path, text).body)] if head_kind(text) != "none" else ""
        text = head + without_indents(text[len(head) :])
        haul.translated(Place(path), "a post in HTML is Markdown here; indents are gone, which would mean code")
    base = str(jekyll.config.get("baseurl") or "").strip("/")
    for found in re.finditer(rf"(?:\]\(|href=[\"']|src=[\"'])/{re.escape(base)}/", text) if base else ():
        what, hint = (
            f"an address that begins with the `baseurl`, `/{base}/`",
            "leave that part out: links are relative here",
        )
        haul.by_hand(Place(path, line_of(text, found.start())), what, hint)
    haul.add_document(replace(document, text=text))
