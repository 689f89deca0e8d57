"""Settings of a Hugo site as ours: `hugo.toml`, `config.yaml` and the like, or the folder `config/_default/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.address import BadAddress, require_pattern
from generator.config import LANGUAGE, find_zone
from generator.data.loaders import load
from generator.errors import Place
from generator.importers.haul import Haul, Link
from generator.importers.hugo_addresses import our_pattern
from generator.importers.shapes import as_count, as_list, as_mapping

NAMES = tuple(f"{stem}.{end}" for stem in ("hugo", "config") for end in ("toml", "yaml", "yml", "json"))
FOLDER = "config/_default"
TEXTS = {"title": "title", "languagecode": "language", "locale": "language", "timezone": "timezone"}
TOLD = {
    "languages": "a site here has one language; import the others into sites of their own",
    "disqusshortname": "comments need a script of another server, and no page here runs one",
    "googleanalytics": "no page here runs a script of another server",
    "services": "no page here runs a script of another server",
    "taxonomies": "there are `tags` and `categories`",
    "outputs": "the builder writes HTML and an Atom feed",
}


@dataclass(frozen=True)
class HugoConfig:
    """All settings, keys in small letters."""

    values: Mapping[str, Any]
    path: str  # of the main file
    lines: Mapping[str, Place]


def read_settings(haul: Haul) -> HugoConfig:
    """Read the settings wherever they are.

    Raises:
        SiteError: a file cannot be read: no address would be right.
    """
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    main = next((name for name in NAMES if haul.site.has(name)), "")
    paths = [main] if main else []
    paths += [path for path in haul.site.below(FOLDER) if path.endswith((".toml", ".yaml", ".yml", ".json"))]
    for path in paths:
        loaded = load(path, haul.text_of(path).encode())
        given = loaded.value if isinstance(loaded.value, dict) else {}
        stem = path.rpartition("/")[2].rpartition(".")[0]
        if path != main and stem not in {"hugo", "config"}:
            values[stem.lower()] = given
            places[stem.lower()] = Place(path)
            continue
        values |= {key.lower(): value for key, value in given.items()}
        places |= {key.lower(): loaded.place((key,)) for key in given}
    return HugoConfig(values, main or FOLDER, places)


def take_settings(haul: Haul, config: HugoConfig) -> None:
    """Turn Hugo's settings into ours."""
    values, ours = config.values, haul.settings
    for key, name in TEXTS.items():
        if isinstance(values.get(key), str):
            ours[name] = values[key]
    if not LANGUAGE.fullmatch(str(ours.get("language", "en"))):
        ours.pop("language")
    if "timezone" in ours and not _is_zone(str(ours["timezone"])):
        ours.pop("timezone")
    url = str(values.get("baseurl") or "").rstrip("/")
    if url.startswith(("http://", "https://")):
        ours["url"] = url
    _params(haul, config)
    if size := pager_size(values):
        ours["paginate"] = size
    _menu(haul, config)
    for key, hint in TOLD.items():
        if values.get(key):
            haul.by_hand(config.lines.get(key, Place(config.path)), f"the setting `{key}`", hint)
    _permalink(haul, config)


def pager_size(values: Mapping[str, Any]) -> int:
    """Return how many posts stand on a page of a list; 0 where the settings do not say."""
    return as_count(values.get("paginate")) or as_count(as_mapping(values.get("pagination")).get("pagerSize"))


def anchor_rule(values: Mapping[str, Any]) -> str:
    """Return the rule that headings got their ids by; empty where it is one that is not known here."""
    found: Any = values
    for key in ("markup", "goldmark", "parser"):
        found = next((one for name, one in found.items() if name.lower() == key), None)
        if not isinstance(found, dict):
            return "goldmark"
    told = {str(key).lower(): value for key, value in found.items()}
    is_usual = told.get("autoheadingidtype", "github") == "github" and told.get("autoheadingid") is not False
    return "goldmark" if is_usual else ""


def _menu(haul: Haul, config: HugoConfig) -> None:
    """Take the main menu, in the order of its weights."""
    for key in ("menu", "menus"):
        menus = config.values.get(key)
        listed = menus.get("main") if isinstance(menus, dict) else None
        entries = [one for one in as_list(listed) if isinstance(one, dict) and (one.get("name") or one.get("title"))]
        for one in sorted(entries, key=lambda one: one["weight"] if isinstance(one.get("weight"), int) else 0):
            url = str(one.get("url") or one.get("pageRef") or "/")
            place = config.lines.get(key, Place(config.path))
            haul.links.append(Link(str(one.get("name") or one["title"]), url, place))


def _params(haul: Haul, config: HugoConfig) -> None:
    """Take what themes usually find in `params`; the rest stays the author's own."""
    params = config.values.get("params")
    rest: dict[str, Any] = dict(params) if isinstance(params, dict) else {}
    for key in [*rest]:
        name = {"description": "description", "subtitle": "tagline", "author": "author"}.get(key.lower(), "")
        value = rest[key]
        if name == "author" and isinstance(value, dict):
            haul.settings[name] = {k: str(v) for k, v in value.items() if k in {"name", "email", "url"}}
            rest.pop(key)
        elif name and isinstance(value, str):
            haul.settings[name] = rest.pop(key)
    author = config.values.get("author")
    if isinstance(author, dict) and isinstance(author.get("name"), str):
        haul.settings["author"] = {k: str(v) for k, v in author.items() if k in {"name", "email", "url"}}
    if rest := {key: value for key, value in rest.items() if _is_plain(value)}:
        haul.settings["params"] = rest


def _is_plain(value: object) -> bool:
    """Tell whether YAML can hold a value as it is."""
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float | bool)


def _permalink(haul: Haul, config: HugoConfig) -> None:
    """Let new posts follow the pattern of the old ones, when there is one pattern."""
    given = as_mapping(config.values.get("permalinks"))
    given = {**given, **given["page"]} if isinstance(given.get("page"), dict) else given
    patterns = {our_pattern(value) for value in given.values() if isinstance(value, str)}
    if len(patterns) != 1:
        return
    pattern = patterns.pop()
    try:
        require_pattern(pattern)
        haul.settings["permalink"] = pattern
    except BadAddress:
        what = "the pattern of `permalinks` has no words here; the old posts keep their addresses"
        haul.by_hand(config.lines.get("permalinks", Place(config.path)), what, "choose a `permalink` for new posts")


def _is_zone(name: str) -> bool:
    try:
        find_zone(name)
    except ValueError:
        return False
    return True
