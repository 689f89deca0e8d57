"""Quarto and Jupyter: `.qmd` and `.ipynb` as posts and pages, with the code and the outputs they hold; nothing runs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from generator.config import LANGUAGE
from generator.data.text import Text
from generator.data.yaml_loader import load_yaml
from generator.errors import Place, SiteError
from generator.importers.haul import Document, File, Haul, Link, Listing, count
from generator.importers.heads import head_kind, read_head, with_value
from generator.importers.notebook import Notebook, language_of, read_notebook, write_cells
from generator.importers.old_site import list_site
from generator.importers.quarto_body import Reading, Told, translate_body
from generator.read.page import DATED_NAME

LEFT_OUT = (
    ".*",
    "_site",
    "_book",
    "_freeze",
    "docs",
    "renv",
    "__pycache__",
    "*_files",
    "*_cache",
    "*.lock",
    "renv.lock",
)
TEXTS = (".qmd", ".md", ".markdown", ".rmd", ".ipynb")
MEDIA = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".mp4", ".webm", ".mp3", ".pdf", ".ico")
AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
NOT_PAGES = frozenset(("readme", "license", "contributing", "changelog"))


@dataclass(frozen=True)
class Quarto:
    """What is known of all pages before one is written."""

    settings: Mapping[str, Any]
    places: Mapping[str, str]  # old path -> new path
    is_echoed: bool


def gather(source: Path) -> Haul:
    """Read a Quarto site, or a folder of notebooks.

    Raises:
        SiteError: there is none, or its settings cannot be read.
    """
    haul = Haul("quarto", list_site(source, LEFT_OUT))
    pages = [path for path in haul.site.files if _is_page(path)]
    if not haul.site.has("_quarto.yml") and not any(path.endswith((".qmd", ".ipynb")) for path in pages):
        hint = "name the folder that holds `_quarto.yml`, or notebooks"
        raise SiteError(f"`{source}` is not a Quarto site", None, hint)
    settings = _settings(haul)
    execute = settings.get("execute")
    is_echoed = not (isinstance(execute, dict) and execute.get("echo") is False)
    texts: dict[str, str] = {}
    for path in pages:
        with haul.each():
            texts[path] = haul.text_of(path)
    quarto = Quarto(settings, {path: _place(path, text) for path, text in texts.items()}, is_echoed)
    for path, text in texts.items():
        with haul.each():
            _take_page(haul, quarto, path, text)
    for path in haul.site.files:
        if path not in pages and path != "_quarto.yml":
            with haul.each():
                _take_file(haul, quarto, path, texts)
    return haul


def _is_page(path: str) -> bool:
    where = PurePosixPath(path)
    is_hidden = any(part.startswith("_") for part in where.parts if part != "_notebooks")
    return where.suffix.lower() in TEXTS and not is_hidden and where.stem.lower() not in NOT_PAGES


def _settings(haul: Haul) -> dict[str, Any]:
    """Turn `_quarto.yml` into our settings."""
    ours = haul.settings
    ours |= {"permalink": "/posts/:title/", "templating": "none"}
    if not haul.site.has("_quarto.yml"):
        return {}
    loaded = load_yaml(Text("_quarto.yml", haul.text_of("_quarto.yml")), dates=False)
    settings: dict[str, Any] = loaded.value if isinstance(loaded.value, dict) else {}
    website = settings.get("website")
    for key, value in (website if isinstance(website, dict) else {}).items():
        name = {"title": "title", "description": "description", "site-url": "url"}.get(key)
        if name and isinstance(value, str):
            ours[name] = value.rstrip("/") if name == "url" else " ".join(value.split())
        elif key == "navbar" and isinstance(value, dict):
            _menu(haul, loaded.place(("website", key)), value)
        elif key not in {"title", "favicon"} and value:
            what = f"`website.{key}` in the settings"
            haul.by_hand(loaded.place(("website", key)), what, "see `menu` and `params` in site/config.yaml")
    if LANGUAGE.fullmatch(str(settings.get("lang") or "-")):
        ours["language"] = str(settings["lang"])
    for key in ("format", "bibliography", "filters"):
        if settings.get(key):
            haul.by_hand(
                loaded.place((key,)), f"`{key}` in the settings", "the look is the theme's: see site/templates/"
            )
    return settings


def _menu(haul: Haul, place: Place, navbar: Mapping[str, Any]) -> None:
    """Take the links of the bar at the top; a page named alone is called after its file."""
    for side in ("left", "right"):
        for one in navbar.get(side) or ():
            given = one if isinstance(one, dict) else {"href": one}
            href, text = given.get("href"), given.get("text")
            if isinstance(href, str) and (text or not isinstance(one, dict)):
                title = str(text or PurePosixPath(href).stem.replace("-", " ").capitalize())
                haul.links.append(Link(title, href if ":" in href else _address(href), place))


def _address(path: str) -> str:
    """Return where Quarto put a page."""
    where = PurePosixPath(path)
    if where.suffix.lower() not in TEXTS:
        return f"/{path.lstrip('/')}"
    folder = "" if str(where.parent) == "." else f"{where.parent}/"
    return quote(f"/{folder}" if where.stem == "index" else f"/{folder}{where.stem}.html", safe="/~!$&'()+,;=@")


def _place(path: str, text: str) -> str:
    """Return where a page goes: with a date it is a post."""
    where = PurePosixPath(path)
    inner = path.removeprefix("posts/").removeprefix("_notebooks/")
    stem = where.parent.name if where.stem == "index" else where.stem
    head = _notebook_head(text) if where.suffix == ".ipynb" else text
    has_date = head.startswith("---") and re.search(r"^date:", head.partition("\n---")[0], re.MULTILINE | re.IGNORECASE)
    is_post = (has_date or DATED_NAME.fullmatch(stem)) and path not in {"index.qmd", "index.ipynb", "index.md"}
    to = f"posts/{inner}" if is_post else f"site/pages/{path}"
    return str(PurePosixPath(to).with_suffix(".md"))


def _notebook_head(text: str) -> str:
    """Return what the first cell of a notebook says, an empty text when it cannot be read."""
    try:
        _, cells = read_notebook("", text)
    except SiteError:
        return ""
    source = cells[0].get("source", "") if cells else ""
    return "".join(source) if isinstance(source, list) else str(source)


def _take_page(haul: Haul, quarto: Quarto, path: str, text: str) -> None:
    """Translate a page and give it its old address."""
    where = PurePosixPath(path)
    read = text
    if where.suffix == ".ipynb":
        text = _from_notebook(haul, quarto, path, text)
    head = read_head(path, text)
    values = {key.lower(): value for key, value in head.values.items()}
    if _has_feed(values.get("listing")):
        feed = quote(f"/{where.with_suffix('.xml')}", safe="/~!$&'()+,;=@")
        haul.listings.append(Listing(feed, is_feed=True, place=head.loaded.place(("listing",))))
    if values.get("listing") and str(where.with_suffix("")) == "index":
        haul.by_hand(Place(path), "the page at `/` is a list of posts, which the builder makes itself", "nothing to do")
        return
    text = _american_date(haul, path, text, values)
    if values.get("bibliography"):
        line = head.loaded.place(("bibliography",)).line
        haul.by_hand(Place(path, line), "a list of works", "write the works out, or as footnotes")
    if where.suffix != ".ipynb":
        text = _translated(haul, quarto, path, text)
    address = "" if values.get("draft") is True else _address(path)
    haul.add_document(Document(quarto.places[path], text, path, address, original=read, anchors="pandoc"))


def _has_feed(listing: object) -> bool:
    """Tell whether a list of posts, or one of several, has a feed."""
    given = listing if isinstance(listing, list) else [listing]
    return any(isinstance(one, dict) and bool(one.get("feed")) for one in given)


def _translated(haul: Haul, quarto: Quarto, path: str, text: str) -> str:
    """Translate the body, and tell what was done by its lines."""
    head = read_head(path, text)
    start = text[: len(text) - len(head.body)] if head_kind(text) != "none" else ""
    told = Told()
    made = translate_body(text[len(start) :], _reading(quarto, path, head.values), told)
    before = start.count("\n")
    for line, what in told.changed:
        haul.translated(Place(path, before + line), what)
    for line, what, hint in told.by_hand:
        haul.by_hand(Place(path, before + line), what, hint)
    return start + made


def _reading(quarto: Quarto, path: str, values: Mapping[str, Any]) -> Reading:
    """Return how a page is read: what its head says of code, and where its links lead."""
    folder = posixpath.dirname(path)

    def resolve(target: str) -> str:
        if re.match(r"[a-z]+:", target):
            return ""
        old = posixpath.normpath(f"{folder}/{target}").lstrip("/") if not target.startswith("/") else target[1:]
        new = quarto.places.get(old, "")
        return quote(posixpath.relpath(new, posixpath.dirname(quarto.places[path]))) if new else ""

    execute = values.get("execute")
    is_echoed = quarto.is_echoed and not (isinstance(execute, dict) and execute.get("echo") is False)
    return Reading(is_echoed, resolve)


def _from_notebook(haul: Haul, quarto: Quarto, path: str, text: str) -> str:
    """Turn a notebook into Markdown; a first cell with front matter is the head."""
    metadata, cells = read_notebook(path, text)
    to = quarto.places[path]
    first = _notebook_head(text)
    head = ""
    if cells and head_kind(first) == "yaml":
        head, cells = first.rstrip() + "\n\n", cells[1:]
    reading = _reading(quarto, path, read_head(path, head).values)

    def translate(source: str, number: int) -> str:
        told = Told()
        made = translate_body(source, replace(reading, part=f"cell-{number}"), told)
        for _, what in told.changed:
            haul.translated(Place(path), f"cell {number}: {what}")
        for _, what, hint in told.by_hand:
            haul.by_hand(Place(path), f"cell {number}: {what}", hint)
        return made

    stem = f"{PurePosixPath(to).stem}_files"
    notebook = Notebook(path, stem, language_of(metadata), translate, reading.is_echoed)
    body = write_cells(notebook, cells)
    for name, content in notebook.files.items():
        haul.add(File(f"{posixpath.dirname(to)}/{name}", content, path))
    for _, what in notebook.told.changed:
        haul.translated(Place(path), what)
    for _, what, hint in notebook.told.by_hand:
        haul.by_hand(Place(path), what, hint)
    sizes = f"{count(len(cells), 'cell')} and {count(len(notebook.files), 'picture')}"
    haul.translated(Place(path), f"a notebook of {sizes} is Markdown")
    return head + body


def _american_date(haul: Haul, path: str, text: str, values: Mapping[str, Any]) -> str:
    """Write `5/22/2022` as Quarto read it: the month comes first."""
    found = AMERICAN.fullmatch(str(values.get("date") or ""))
    if not found:
        return text
    day = f"{found[3]}-{int(found[1]):02}-{int(found[2]):02}"
    haul.translated(Place(path, 1), f"`date: {found[0]}` is `{day}`")
    return with_value(text, "date", day)


def _take_file(haul: Haul, quarto: Quarto, path: str, texts: Mapping[str, str]) -> None:
    """Keep pictures, and files that a page beside them names, at their addresses."""
    where = PurePosixPath(path)
    beside = [text for page, text in texts.items() if path.startswith(f"{posixpath.dirname(page)}/".lstrip("/"))]
    is_named = any(where.name in text for text in beside)
    is_theme = path.split("/")[0].startswith("_") or where.suffix in {".scss", ".css", ".lua", ".bib", ".csl"}
    if is_theme or not (is_named or where.suffix.lower() in MEDIA):
        what, hint = "no page names this file", "put it into `site/static/` if readers should have it"
        haul.by_hand(Place(path), "a style or a part of the theme" if is_theme else what, hint)
        return
    index = next(
        (f"{one}/index" for one in map(str, where.parents) for end in TEXTS if f"{one}/index{end}" in texts), ""
    )
    page = next((new for old, new in quarto.places.items() if index and old.startswith(f"{index}.")), "")
    if page.startswith("posts/"):
        inner = path.removeprefix(f"{posixpath.dirname(index)}/")
        haul.copy(path, f"{posixpath.dirname(page)}/{inner}")
    else:
        haul.copy(path, f"site/static/{path}")
