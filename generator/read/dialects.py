"""Dialects: the keys of Jekyll, Hugo, Gatsby, Pelican and Quarto as ours, each value checked.

Keys match whatever their capitals. Lists are lists or text: `tags` and `categories` with commas are split
there, else at spaces as Jekyll does; `tag` and `category` name one. Two spellings of one key may both be
given if they agree. Keys nobody knows are kept for templates, with a warning when they look like a slip.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from generator.address import BadAddress, make_address
from generator.config import MARKUP, TEMPLATING, take_word
from generator.data.text import KeyPath
from generator.data.typed import Typed, describe, name
from generator.errors import Place, SiteError
from generator.read.dates import NotADate, read_date
from generator.read.frontmatter import Head

NEARLY = 0.8  # likeness from which an unknown key is taken for a slip of the pen
TEMPLATE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ -]*(?:[./][A-Za-z0-9_][A-Za-z0-9_ -]*)*")
IMAGE_KEYS = ("path", "image", "src", "url")  # of a mapping that describes a picture
STATUSES = {"published": None, "publish": None, **dict.fromkeys(("draft", "hidden", "pending", "private"), True)}
HUGO_MARKUP = ("goldmark", "blackfriday", "markdown", "md")
COMMAS = re.compile(r"[,;]")


@dataclass(frozen=True)
class Given:
    """One key of the front matter."""

    written: str  # the key in lower case, as the author's dialect has it
    value: object
    keys: KeyPath
    is_plain: bool  # from Pelican's head, where lists have commas only
    zone: tzinfo  # of dates without an offset


@dataclass(frozen=True)
class Translated:
    """The front matter in our own words."""

    fields: Mapping[str, Any]  # our names; only what is given
    extra: Mapping[str, object]  # every other key
    places: Mapping[str, Place]  # of the value of each key, by our name or as written
    errors: tuple[SiteError, ...]
    warnings: tuple[SiteError, ...]


def translate(head: Head, zone: tzinfo) -> Translated:
    """Turn a head into our keys and checked values; all mistakes are collected."""
    typed = Typed(head.loaded)
    fields: dict[str, Any] = {}
    extra: dict[str, object] = {}
    places: dict[str, Place] = {}
    first: dict[str, str] = {}  # our name -> the spelling that came first
    for key, value in head.values.items():
        ours = OURS.get(key.lower())
        if key.lower() in DROPPED or (ours and value is None):
            continue
        if ours is None:
            extra[key], places[key] = value, head.loaded.value_place((key,))
            continue
        given = Given(key.lower(), value, (key,), head.is_plain, zone)
        before = len(typed.errors)
        taken = TAKERS[ours](typed, given)
        if len(typed.errors) > before or taken is None:
            continue
        if ours in fields and fields[ours] != taken:
            line = places[ours].line
            typed.mistake(f"`{key}` is not what `{first[ours]}` says on line {line}", (key,), "keep one of them")
            continue
        fields.setdefault(ours, taken)
        first.setdefault(ours, key)
        places.setdefault(ours, head.loaded.value_place((key,)))
    warnings = _slips(head, extra, fields)
    return Translated(fields, extra, places, tuple(typed.errors), tuple(warnings))


def _slips(head: Head, extra: Mapping[str, object], fields: Mapping[str, object]) -> list[SiteError]:
    """Warn about a key that is nearly one of ours, unless ours is there too."""
    warnings = []
    for key in extra:
        near = difflib.get_close_matches(key.lower(), OURS, n=1, cutoff=NEARLY) if key.lower() not in FOREIGN else []
        if near and OURS[near[0]] not in fields:
            what, place = f"`{key}` is not a key the builder knows", head.loaded.place((key,))
            warnings.append(SiteError(what, place, f"did you mean `{near[0]}`?", level="warning"))
    return warnings


def _line(typed: Typed, given: Given) -> str:
    return typed.line(given.value, given.keys)


def _flag(typed: Typed, given: Given) -> bool:
    return typed.flag(given.value, given.keys)


def _date(typed: Typed, given: Given) -> object:
    try:
        return read_date(given.value, given.zone)
    except NotADate as error:
        typed.mistake(f"{name(given.keys)} is {describe(given.value)}, which {error.what}", given.keys, error.hint)
        return None


def _names(typed: Typed, given: Given) -> tuple[str, ...]:
    """Take a list of names from a list, or from text split as the key asks."""
    value = given.value
    if isinstance(value, list):
        texts = [typed.line(item, (*given.keys, index)) for index, item in enumerate(value) if item is not None]
    elif isinstance(value, str):
        texts = _split(value, given)
    else:
        hint = f"write `{given.keys[0]}: [one, two]`"
        typed.mistake(f"{name(given.keys)} is {describe(value)}, not a list of names", given.keys, hint)
        return ()
    return tuple(dict.fromkeys(text for text in (text.strip() for text in texts) if text))


def _split(text: str, given: Given) -> list[str]:
    if given.is_plain and given.written not in {"category", "tag"}:
        return COMMAS.split(text)
    if given.written in {"tag", "category"}:
        return [" ".join(text.split())]
    return text.split(",") if "," in text else text.split()


def _addresses(typed: Typed, given: Given) -> tuple[str, ...]:
    """Take one address of this site or a list of them, encoded."""
    found = {}
    for index, item in enumerate(given.value if isinstance(given.value, list) else [given.value]):
        keys = (*given.keys, index) if isinstance(given.value, list) else given.keys
        before = len(typed.errors)
        written = typed.line(item, keys)
        try:
            if len(typed.errors) == before:
                found[make_address(written)] = True
        except BadAddress as error:
            typed.mistake(error.what, keys, error.hint)
    return tuple(found)


def _authors(typed: Typed, given: Given) -> str:
    """Take a name, a mapping with one, or a list of these, as one line."""
    values = given.value if isinstance(given.value, list) else [given.value]
    names = []
    for index, value in enumerate(values):
        keys = (*given.keys, index) if isinstance(given.value, list) else given.keys
        if isinstance(value, dict) and "name" in value:
            value, keys = value["name"], (*keys, "name")
        if isinstance(value, dict) and {"given", "family"} <= set(value):  # Quarto
            value, keys = f"{value['given']} {value['family']}", (*keys, "given")
        names.append(typed.line(value, keys))
    return ", ".join(one for one in names if one)


def _series(typed: Typed, given: Given) -> str:
    value = given.value
    if isinstance(value, list) and len(value) == 1:
        return typed.line(value[0], (*given.keys, 0))
    return typed.line(value, given.keys)


def _image(typed: Typed, given: Given) -> str:
    """Take a path, the first of a list of them, or a mapping that holds one."""
    value, keys = given.value, given.keys
    if isinstance(value, list) and value:
        value, keys = value[0], (*keys, 0)
    if isinstance(value, dict):
        key = next((key for key in IMAGE_KEYS if isinstance(value.get(key), str)), "")
        value, keys = (value[key], (*keys, key)) if key else (value, keys)
    return typed.line(value, keys)


def _layout(typed: Typed, given: Given) -> str:
    layout = typed.line(given.value, given.keys).removesuffix(".html")
    if layout and not TEMPLATE_NAME.fullmatch(layout):
        typed.mistake(f"{name(given.keys)} is {describe(given.value)}, not the name of a template", given.keys)
    return layout


def _templating(typed: Typed, given: Given) -> str | None:
    """Take the body's language; Jekyll's `render_with_liquid: false` is `none`, and `true` says nothing new."""
    if given.written == "render_with_liquid":
        return None if _flag(typed, given) else "none"
    return take_word(typed, given.value, given.keys, TEMPLATING)


def _markup(typed: Typed, given: Given) -> str:
    """Take the way Markdown is read; what Hugo calls it is CommonMark."""
    if given.value in HUGO_MARKUP:
        return "commonmark"
    return take_word(typed, given.value, given.keys, MARKUP)


def _status(typed: Typed, given: Given) -> bool | None:
    """Take the word Pelican and WordPress have for a draft; what is hidden there is one here."""
    word = typed.line(given.value, given.keys).lower()
    if word not in STATUSES:
        typed.mistake(f"{name(given.keys)} is {describe(given.value)}, not `draft` or `published`", given.keys)
    return STATUSES.get(word)


def _draft(typed: Typed, given: Given) -> bool | None:
    return _status(typed, given) if given.written == "status" else _flag(typed, given)


SPELLINGS: dict[str, tuple[str, ...]] = {  # our name -> how dialects write it
    "title": ("title",),
    "date": ("date",),
    "updated": ("updated", "lastmod", "last_modified_at", "modified", "date-modified"),
    "expires": ("expires", "expirydate", "unpublishdate"),
    "description": ("description",),
    "excerpt": ("excerpt", "summary"),
    "tags": ("tags", "tag"),
    "categories": ("categories", "category"),
    "draft": ("draft", "status"),
    "published": ("published",),
    "slug": ("slug",),
    "permalink": ("permalink", "url", "path"),
    "aliases": ("aliases", "redirect_from"),
    "social_image": ("social_image", "image", "images", "cover", "cover_image", "og_image", "featured_image"),
    "layout": ("layout",),
    "author": ("author", "authors"),
    "series": ("series",),
    "toc": ("toc",),
    "math": ("math", "mathjax", "katex"),
    "templating": ("templating", "render_with_liquid"),
    "markup": ("markup",),
}
OURS = {spelling: ours for ours, spellings in SPELLINGS.items() for spelling in spellings}
DROPPED = frozenset(("save_as",))  # Pelican's file for `url`; the address alone decides here
FOREIGN = frozenset(("data", "lang", "language", "subtitle", "keywords", "image-alt", "theme", "type", "series_order"))
TAKERS: dict[str, Callable[[Typed, Given], Any]] = {
    **dict.fromkeys(("title", "description", "excerpt", "slug", "permalink"), _line),
    **dict.fromkeys(("date", "updated", "expires"), _date),
    **dict.fromkeys(("tags", "categories"), _names),
    **dict.fromkeys(("published", "toc", "math"), _flag),
    "draft": _draft,
    "aliases": _addresses,
    "social_image": _image,
    "layout": _layout,
    "author": _authors,
    "series": _series,
    "templating": _templating,
    "markup": _markup,
}
