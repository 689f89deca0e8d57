"""Config from site/config.yaml: every key typed, with a default; an unknown key is an error.

All mistakes of the file are reported at once, each with its line and column. A site without the file
builds with the defaults.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, timezone, tzinfo
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from generator import address
from generator.data.text import KeyPath, decode
from generator.data.typed import Typed, describe, name
from generator.data.yaml_loader import load_yaml
from generator.errors import Place, SiteError, did_you_mean, several

FILES = ("site/config.yaml", "site/config.yml")
OFFSET = re.compile(r"([-+])([01][0-9]|2[0-3]):([0-5][0-9])")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
MACRO = re.compile(r"\\?[A-Za-z]+\*?")
MENU_TARGET = re.compile(r"/(?!/)|https?://|mailto:")
TEMPLATING = ("jinja", "liquid", "none")  # languages of a body
MARKUP = ("commonmark", "kramdown")  # ways to read Markdown
ALONE = "the pages are judged when this is mended"
NOT_HERE = {  # keys of other builders, and where that stands here
    "baseurl": "write it into `url`: `url: https://example.org/blog`",
    "base_url": "name this key `url`",
    "name": "name this key `title`",
    "lang": "name this key `language`",
    "exclude": "nothing outside `posts/` and `site/` is published",
    "plugins": "there are none; templates and includes of your own stand under `site/`",
    "drafts": "say `--drafts` on the command line",
}


@dataclass(frozen=True)
class Author:
    """Who writes the site."""

    name: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True)
class MenuItem:
    """One link of the site's navigation."""

    title: str
    url: str


@dataclass(frozen=True)
class Redirect:
    """An old address, and where it leads."""

    old: str  # rooted and percent-encoded, like the address of a page
    to: str  # an address from the root, or with its host
    place: Place = field(default=Place(""), compare=False)  # of the old address
    to_place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True)
class Config:
    """What the author says about the whole site."""

    title: str = "A labpress blog"
    tagline: str = ""  # shown beside the title
    description: str = ""  # for the feed and `<meta>`
    url: str = ""  # `https://example.org/blog`, no slash at its end; unknown: no sitemap, no canonical links
    author: Author = Author()
    language: str = "en"
    timezone: str = "UTC"  # of dates without an offset
    permalink: str = "/:year/:month/:day/:slug/"
    paginate: int = 10  # posts on a page of the list
    macros: Mapping[str, str] = field(default_factory=dict)  # TeX, for math
    menu: tuple[MenuItem, ...] = ()  # empty: the pages under site/pages, by title
    redirects: tuple[Redirect, ...] = ()  # old addresses that no page's front matter can name: of lists and feeds
    social_image: str = ""
    toc: bool = False  # a table of contents unless a page says otherwise
    code_style_light: str = "xcode"  # names of Pygments styles
    code_style_dark: str = "lightbulb"
    params: Mapping[str, object] = field(default_factory=dict)  # the author's own
    data_megabytes: int = 64  # larger data files are refused
    templating: Mapping[str, str] = field(default_factory=dict)  # pattern of a source's path -> a word of TEMPLATING
    markup: Mapping[str, str] = field(default_factory=dict)  # pattern of a source's path -> a word of MARKUP
    liquid_strict: bool = False  # a name that Liquid does not know is an error, not a warning
    tex: bool = False  # run the TeX of this machine for drawings that our math cannot set
    digest: str = hashlib.sha256(b"").hexdigest()  # of the file's text
    places: Mapping[str, Place] = field(
        default_factory=dict, compare=False
    )  # of values: "code_style_light", "macros.R"

    @property
    def zone(self) -> tzinfo:
        """The time zone of dates without an offset."""
        return find_zone(self.timezone)

    def place(self, key: str) -> Place:
        """Return where the value of a key stands, or the file when it does not say."""
        return self.places.get(key, Place(FILES[0]))


@dataclass(frozen=True)
class Reading:
    """What could be read of a config that may have mistakes."""

    config: Config = Config()
    errors: tuple[SiteError, ...] = ()
    broken: frozenset[str] = frozenset()  # keys with their default instead of what is written; empty: of no known key


def load_config(root: Path) -> Config:
    """Read the config of the site below `root`; without the file, all is default.

    Raises:
        ExceptionGroup: of SiteError, all the mistakes of the file. One that stops the reading comes alone.
    """
    reading = _read_config(root)
    if reading.errors:
        raise several(reading.errors)
    return reading.config


def read_config(root: Path) -> Reading:
    """Read the config as far as it can be, so that the pages can be judged in the same run.

    Raises:
        SiteError: nothing of it can be read; it says that the pages were not.
    """
    try:
        return _read_config(root)
    except SiteError as error:
        hint = f"{error.hint}; {ALONE}" if error.hint else ALONE
        raise SiteError(error.what, error.place, hint) from None


def _read_config(root: Path) -> Reading:
    found = [path for path in FILES if (root / path).exists()]
    if not found:
        return Reading()
    if len(found) > 1:
        raise SiteError(f"`{found[0]}` stands beside this file", Place(found[1]), "keep one of them")
    text = decode(found[0], _read(root, found[0]))
    loaded = load_yaml(text, dates=False)
    digest = hashlib.sha256(text.text.encode()).hexdigest()
    if loaded.value is None:
        return Reading(Config(digest=digest))
    if not isinstance(loaded.value, dict):
        raise SiteError(
            f"the config is {describe(loaded.value)}", loaded.value_place(()), "write lines of `key: value`"
        )
    typed = Typed(loaded)
    values, broken = _take(typed, loaded.value)
    places = {".".join(map(str, keys)): loaded.value_place(keys) for keys in loaded.offsets if 0 < len(keys) < 3}
    return Reading(Config(digest=digest, places=places, **values), tuple(typed.errors), broken)


def find_zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name, of `UTC` or of an offset like `+09:00`.

    Raises:
        ValueError: this system knows no such zone.
    """
    if name == "UTC":
        return UTC
    if match := OFFSET.fullmatch(name):
        distance = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-distance if match[1] == "-" else distance)
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(name) from None


def by_path(choices: Mapping[str, str], path: str, otherwise: str) -> str:
    """Return what is chosen for a source: the first pattern that fits its path wins; `*` stands for slashes too."""
    for pattern, word in choices.items():
        if fnmatch.fnmatchcase(path, pattern + "*" if pattern.endswith("/") else pattern):
            return word
    return otherwise


def take_word(typed: Typed, value: object, keys: KeyPath, known: tuple[str, ...]) -> str:
    """Take one of a few words, whatever its capitals; `false` is `none` where that is one."""
    word = "none" if value is False and "none" in known else str(value).strip().lower()
    if word not in known:
        *others, last = (f"`{one}`" for one in known)
        what = f"{name(keys)} is {describe(value)}, not {', '.join(others)} or {last}"
        typed.mistake(what, keys, did_you_mean(word, known))
    return word


def _read(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise SiteError(
            f"the config cannot be read: {(error.strerror or 'unknown reason').lower()}", Place(path)
        ) from None


def _take(typed: Typed, given: Mapping[str, object]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the checked value of every known key that is given, and the keys whose values did not fit."""
    values, broken = {}, set()
    for key, value in given.items():
        if key not in TAKERS:
            near = "" if key in NOT_HERE else did_you_mean(key, TAKERS)
            hint = NOT_HERE.get(key) or near or "your own keys go under `params:`"
            what = f"{name((key,))} is not a key of the config"
            typed.errors.append(SiteError(what, typed.loaded.place((key,)), hint))
            broken.add(near.split("`")[1] if near else "")
        elif value is not None:
            before = len(typed.errors)
            values[key] = TAKERS[key](typed, value, (key,))
            if len(typed.errors) > before:
                broken.add(key)
                del values[key]
    return values, frozenset(broken)


def _author(typed: Typed, value: object, keys: KeyPath) -> Author:
    """Take a name, or a mapping of what is known about the author."""
    if not isinstance(value, dict):
        return Author(typed.line(value, keys))
    return Author(**_pick(typed, value, keys, ("name", "email", "url")))


def _menu(typed: Typed, value: object, keys: KeyPath) -> tuple[MenuItem, ...]:
    """Take a list of `- About: /about/` or `- {title: About, url: /about/}`."""
    if not isinstance(value, list):
        typed.mistake(f"`menu` is {describe(value)}, not a list", keys, "write lines of `- About: /about/` under it")
        return ()
    items = (_menu_item(typed, item, (*keys, index)) for index, item in enumerate(value))
    return tuple(item for item in items if item)


def _menu_item(typed: Typed, value: object, keys: KeyPath) -> MenuItem | None:
    if not isinstance(value, dict) or not value:
        typed.mistake(f"{name(keys)} is {describe(value)}, not a link", keys, "write `- About: /about/`")
        return None
    if len(value) == 1 and not {"title", "url"} & set(value):
        [(title, target)] = value.items()
        where: KeyPath = (*keys, title)
    else:
        before = len(typed.errors)
        picked = _pick(typed, value, keys, ("title", "url"))
        if missing := [key for key in ("title", "url") if not picked.get(key)]:
            if len(typed.errors) == before:
                typed.mistake(f"{name(keys)} has no `{missing[0]}`", keys, "write `- About: /about/`")
            return None
        title, target, where = picked["title"], picked["url"], (*keys, "url")
    url = typed.line(target, where)
    if not MENU_TARGET.match(url):
        hint = "write a path from the root (`/about/`) or an address with `https://`"
        typed.mistake(f"{name(where)} is {describe(target)}, which leads nowhere", where, hint)
    return MenuItem(title, url)


def _redirects(typed: Typed, value: object, keys: KeyPath) -> tuple[Redirect, ...]:
    """Take a mapping from old addresses to where they lead; each old address once."""
    found: dict[str, Redirect] = {}
    for written, target in typed.mapping(value, keys).items():
        where = (*keys, written)
        before = len(typed.errors)
        place, to = typed.loaded.place(where), "" if target is None else typed.line(target, where)
        if len(typed.errors) > before:
            continue
        try:
            old = address.make_redirect(str(written), to)
        except address.BadAddress as error:
            typed.errors.append(SiteError(error.what, place, error.hint))
            continue
        redirect = Redirect(old, to, place, typed.loaded.value_place(where))
        if (first := found.setdefault(old, redirect)) is not redirect:
            what = f"`{written}` is the same address as the one on line {first.place.line}"
            typed.errors.append(SiteError(what, place, "keep one of them"))
    return tuple(found.values())


def _macros(typed: Typed, value: object, keys: KeyPath) -> dict[str, str]:
    """Take a mapping from the name of a TeX command to its meaning."""
    macros = {}
    for key, meaning in typed.mapping(value, keys).items():
        where = (*keys, key)
        if not MACRO.fullmatch(key):
            place = typed.loaded.place(where)
            typed.errors.append(SiteError(f"`{key}` is not the name of a TeX command", place, "use letters: `\\name`"))
        elif not isinstance(meaning, str):
            typed.mistake(f"{name(where)} is {describe(meaning)}, not text", where, "quote it")
        else:
            macros[key] = meaning
    return macros


def _words(typed: Typed, value: object, keys: KeyPath, known: tuple[str, ...]) -> dict[str, str]:
    """Take one word for the whole site, or a mapping from patterns of paths to words."""
    if not isinstance(value, dict):
        return {"*": take_word(typed, value, keys, known)}
    return {str(pattern): take_word(typed, word, (*keys, pattern), known) for pattern, word in value.items()}


def _site_url(typed: Typed, value: object, keys: KeyPath) -> str:
    """Take the address of the site without the slash at its end."""
    url = typed.line(value, keys).rstrip("/")
    try:
        parts = urlsplit(url)
        fits = (
            parts.scheme in {"http", "https"}
            and parts.hostname
            and not re.search(r"[\s?#@\\]", url)
            and parts.port != 0
        )
    except ValueError:
        fits = False
    if url and not fits:
        hint = "write it like `https://example.org/blog`"
        typed.mistake(f"`url` is {describe(url)}, not the address of a site", keys, hint)
    return url


def _zone_name(typed: Typed, value: object, keys: KeyPath) -> str:
    zone = typed.line(value, keys)
    try:
        find_zone(zone)
    except ValueError:
        known = zoneinfo.available_timezones()
        hint = did_you_mean(zone, sorted(known)) or "write it like `Europe/Berlin`, `UTC` or `+09:00`"
        hint = hint if known else "this system has no list of time zones: write an offset like `+09:00`"
        typed.mistake(f"`timezone` is {describe(value)}, which no clock keeps", keys, hint)
    return zone


def _language(typed: Typed, value: object, keys: KeyPath) -> str:
    language = typed.line(value, keys)
    if not LANGUAGE.fullmatch(language):
        typed.mistake(f"`language` is {describe(value)}, not a language tag", keys, "write it like `en` or `pt-BR`")
    return language


def _permalink(typed: Typed, value: object, keys: KeyPath) -> str:
    pattern = typed.line(value, keys)
    try:
        address.require_pattern(pattern)
    except address.BadAddress as error:
        typed.mistake(error.what, keys, error.hint)
    return pattern


def _pick(typed: Typed, value: Mapping[str, object], keys: KeyPath, known: tuple[str, ...]) -> dict[str, str]:
    """Take the texts of a small mapping whose keys are known."""
    picked = {}
    for key, text in value.items():
        if key in known:
            picked[key] = "" if text is None else typed.line(text, (*keys, key))
        else:
            hint = did_you_mean(key, known) or f"known are {', '.join(f'`{one}`' for one in known)}"
            place = typed.loaded.place((*keys, key))
            typed.errors.append(SiteError(f"{name((*keys, key))} is not a key of the config", place, hint))
    return picked


TAKERS: dict[str, Callable[[Typed, object, KeyPath], object]] = {
    "title": Typed.line,
    "tagline": Typed.line,
    "description": Typed.line,
    "url": _site_url,
    "author": _author,
    "language": _language,
    "timezone": _zone_name,
    "permalink": _permalink,
    "paginate": Typed.count,
    "macros": _macros,
    "menu": _menu,
    "redirects": _redirects,
    "social_image": Typed.line,
    "toc": Typed.flag,
    "code_style_light": Typed.line,
    "code_style_dark": Typed.line,
    "params": Typed.mapping,
    "data_megabytes": Typed.count,
    "templating": partial(_words, known=TEMPLATING),
    "markup": partial(_words, known=MARKUP),
    "liquid_strict": Typed.flag,
    "tex": Typed.flag,
}
