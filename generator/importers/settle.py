"""Settle: give every document the address it always had, with as few keys as that takes.

Each document is parsed by the builder itself. Where the builder would give it another address than the old
one, it gets a `permalink`; where that cannot be, it is told. Layouts that are not here become small
templates that show the theme's own.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from generator.address import BadAddress, make_address
from generator.config import Config, load_config
from generator.data.emit import to_yaml
from generator.errors import Place, SiteError, flatten, several
from generator.importers.anchors import keep_anchors
from generator.importers.haul import Document, File, Haul
from generator.importers.heads import read_head, with_keys, with_value
from generator.importers.landing import put
from generator.importers.menu import write_menu
from generator.importers.old_lists import write_redirects
from generator.publish.templates import OWN
from generator.read.page import Page, parse
from generator.read.source import Source

CONFIG = "site/config.yaml"
THEME_LAYOUTS = frozenset(path.stem for path in OWN.glob("*.html"))
FOR_PAGES = ("post", "page")


def settle(haul: Haul) -> None:
    """Turn the documents of a haul into files; those the builder cannot read stay out and are told."""
    config = _config(haul)
    taken: dict[str, Document] = {}
    pages: list[Page] = []
    layouts: defaultdict[str, set[str]] = defaultdict(set)
    for document in haul.documents:
        with haul.each():
            settled, page = _settle(haul, document, config)
            first = taken.setdefault(page.url, settled)
            if first is not settled:
                where = f"`{first.source}` has the same address, `{unquote(page.url)}`"
                raise SiteError(where, document.place(), "give one of them another `permalink`")
            is_same = settled.text == settled.original and settled.raw
            content = settled.raw if is_same else settled.text.encode()
            haul.add(File(settled.path, content, settled.source))
            haul.moved.append((settled, page.url))
            layouts[page.meta.layout].add(page.kind)
            pages.append(page)
    write_redirects(haul, [*zip((document for document, _ in haul.moved), pages, strict=True)], config)
    write_menu(haul, pages)
    haul.add(File(CONFIG, to_yaml(haul.settings).encode(), "settings"))
    for name, kinds in sorted(layouts.items()):
        if name not in THEME_LAYOUTS:
            _add_layout(haul, name, kinds)


def _config(haul: Haul) -> Config:
    """Read the settings as the builder will."""
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder) / CONFIG, to_yaml(haul.settings).encode())
        return load_config(Path(folder))


def _settle(haul: Haul, document: Document, config: Config) -> tuple[Document, Page]:
    """Return a document whose head says what is needed, and the page it makes."""
    document = replace(document, text=with_keys(document.text, document.keys), keys={})
    wanted = _possible(haul, document, document.address) if document.address else ""
    try:
        page = _parse(document, config)
    except ExceptionGroup:
        if not wanted:
            raise
        document = _moved(haul, document, wanted)  # its own permalink may be all that is wrong
        page = _parse(document, config)
    if page.meta.layout in THEME_LAYOUTS and page.meta.layout not in FOR_PAGES:
        document = replace(document, text=with_value(document.text, "layout", page.kind))
        haul.translated(document.place(), f"`layout: {page.meta.layout}` is a list here; now `{page.kind}`")
    if wanted and wanted != page.url:
        document = _moved(haul, document, wanted)
        page = _parse(document, config)
    also = [one for one in (_possible(haul, document, one) for one in document.also) if one and one != page.url]
    if missing := [one for one in dict.fromkeys(also) if one not in page.meta.aliases]:
        document = _with_aliases(haul, document, [*page.meta.aliases, *missing])
        page = _parse(document, config)
    return (_with_anchors(haul, document, page), page) if document.anchors else (document, page)


def _with_anchors(haul: Haul, document: Document, page: Page) -> Document:
    """Write out the ids of headings that would change; lines keep their ends."""
    lines = document.text.split("\n")
    made, told = keep_anchors(page.body, document.anchors)
    if "\r" in document.text.replace("\r\n", ""):
        return document  # lines that end with a carriage return alone are counted otherwise
    for number, (old, new) in enumerate(zip(page.body.split("\n"), made.split("\n"), strict=True), page.body_line - 1):
        if old != new:
            lines[number] = new + ("\r" if lines[number].endswith("\r") else "")
    for number, anchor in told:
        haul.translated(document.place(page.body_line + number), f"the heading keeps its anchor `#{anchor}`")
    return replace(document, text="\n".join(lines))


def _parse(document: Document, config: Config) -> Page:
    """Read a document as the builder will; its mistakes name the old file."""
    text = document.text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return parse(Source(document.path, text, ""), config)
    except (SiteError, ExceptionGroup) as error:
        raise several(_in_old_file(one, document) for one in flatten(error)) from None


def _in_old_file(error: SiteError, document: Document) -> SiteError:
    place = error.place or Place(document.path)
    if document.line:
        return error.at(replace(document.place(), text=place.text))
    return error.at(Place(document.source, place.line, place.column, place.text))


def _possible(haul: Haul, document: Document, address: str) -> str:
    """Return an old address in our form; one that no file can have is told."""
    try:
        return make_address(address)
    except BadAddress as error:
        what = f"the old address `{address}` cannot be kept: {error.what}"
        haul.by_hand(document.place(), what, error.hint or "add a redirect at your web server")
        return ""


def _moved(haul: Haul, document: Document, wanted: str) -> Document:
    """Say the old address in the head."""
    shown = unquote(wanted)
    keys = {key.lower() for key in read_head(document.path, document.text).values}
    named = next((key for key in ("permalink", "url", "path") if key in keys), "")
    edit = with_value(document.text, named, shown) if named else with_keys(document.text, {"permalink": shown})
    line = _first_change(document.text, edit)
    haul.translated(document.place(line), f"`{named or 'permalink'}: {shown}` keeps the old address")
    return replace(document, text=edit)


def _first_change(before: str, after: str) -> int:
    """Return the first line that differs, from 1."""
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    return next((number for number, (old, new) in enumerate(pairs, 1) if old != new), 1)


def _with_aliases(haul: Haul, document: Document, aliases: list[str]) -> Document:
    shown = [unquote(one) for one in aliases]
    keys = {key.lower() for key in read_head(document.path, document.text).values}
    named = next((key for key in ("aliases", "redirect_from") if key in keys), "")
    edit = with_value(document.text, named, shown) if named else with_keys(document.text, {"aliases": shown})
    line = _first_change(document.text, edit)
    haul.translated(document.place(line), f"`{named or 'aliases'}: {', '.join(shown)}` keeps the old addresses")
    return replace(document, text=edit)


def _add_layout(haul: Haul, name: str, kinds: set[str]) -> None:
    """Let a layout of the old theme show what ours shows."""
    kind = "post" if "post" in kinds else "page"
    path = f"site/templates/{name}.html"
    haul.add(File(path, f'{{% extends "theme/{kind}.html" %}}\n'.encode(), f"layout {name}"))
    what = f"the layout `{name}` shows the theme's own {kind} for now"
    haul.by_hand(Place(path), what, "write what it should look like there")
