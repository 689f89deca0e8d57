"""Settings of a Pelican site as ours, and the patterns its addresses were made with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from generator.address import BadAddress, require_pattern
from generator.config import LANGUAGE, find_zone
from generator.errors import Place
from generator.importers.haul import Haul, Link
from generator.importers.literals import Literals

CONFIG = "pelicanconf.py"
DEFAULTS = {
    "ARTICLE_URL": "{slug}.html",
    "PAGE_URL": "pages/{slug}.html",
    "ARTICLE_SAVE_AS": "{slug}.html",
    "PAGE_SAVE_AS": "pages/{slug}.html",
}
FIELD = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
OURS = {
    "{slug}": ":slug",
    "{category}": ":categories",
    "{date:%Y}": ":year",
    "{date:%m}": ":month",
    "{date:%d}": ":day",
    "{date:%y}": ":short_year",
    "{date:%j}": ":y_day",
    "{date:%-m}": ":i_month",
    "{date:%-d}": ":i_day",
    "{date:%H}": ":hour",
    "{date:%M}": ":minute",
}
TOLD = {
    "THEME": "the look is the theme's own here: see site/templates/",
    "PLUGINS": "plugins of Pelican do not run here",
    "LINKS": "put them into a template of yours",
    "SOCIAL": "put them into a template of yours",
    "DISQUS_SITENAME": "comments need a script of another server, and no page here runs one",
    "GOOGLE_ANALYTICS": "no page here runs a script of another server",
}


@dataclass(frozen=True)
class Rules:
    """The patterns of one kind of content."""

    url: str
    save_as: str

    def addresses(self, values: Mapping[str, Any], words: Mapping[str, str], date: datetime | None) -> list[str]:
        """Return the address of an article, and the one of its file when that is another."""
        made = []
        for given, pattern in ((values.get("url"), self.url), (values.get("save_as"), self.save_as)):
            path = fill(str(given) if given else pattern, values, words, date)
            path = re.sub(r"(^|/)index\.html$", r"\1", path)
            made.append(quote(f"/{path.lstrip('/')}", safe="/~!$&'()+,;=@"))
        return _unique(made)


def _unique(addresses: list[str]) -> list[str]:
    """Drop the second address when it only lacks a slash."""
    first, second = addresses
    return [first] if first.rstrip("/") == second.rstrip("/") else addresses


def address_rules(settings: Literals, kind: str) -> Rules:
    """Return the patterns for `ARTICLE` or `PAGE`."""
    url, save_as = f"{kind}_URL", f"{kind}_SAVE_AS"
    values = settings.values
    return Rules(str(values.get(url) or DEFAULTS[url]), str(values.get(save_as) or DEFAULTS[save_as]))


def fill(pattern: str, values: Mapping[str, Any], words: Mapping[str, str], date: datetime | None) -> str:
    """Fill a pattern of Pelican: `{date:%Y}/{slug}/`."""

    def one(match: re.Match[str]) -> str:
        name, form = match[1], match[2] or ""
        if name == "date":
            return _clock(date, form) if date else ""
        return words.get(name) or str(values.get(name) or "")

    return FIELD.sub(one, pattern)


def _clock(date: datetime, form: str) -> str:
    """Format a date, `%-d` without its zero on every system."""
    plain = re.sub(r"%-([dmHMjy])", lambda match: date.strftime(f"%{match[1]}").lstrip("0") or "0", form)
    return date.strftime(plain or "%Y-%m-%d")


def take_settings(haul: Haul, settings: Literals) -> None:
    """Turn the settings of Pelican into ours."""
    values, ours = settings.values, haul.settings
    for key, name in {"SITENAME": "title", "SITESUBTITLE": "tagline", "AUTHOR": "author"}.items():
        if isinstance(values.get(key), str) and values[key]:
            ours[name] = " ".join(values[key].split())
    url = str(values.get("SITEURL") or "").rstrip("/")
    if url.startswith(("http://", "https://")):
        ours["url"] = url
    language = str(values.get("DEFAULT_LANG") or "")
    if LANGUAGE.fullmatch(language):
        ours["language"] = language
    if isinstance(values.get("TIMEZONE"), str) and _is_zone(values["TIMEZONE"]):
        ours["timezone"] = values["TIMEZONE"]
    size = values.get("DEFAULT_PAGINATION")
    if isinstance(size, int) and not isinstance(size, bool) and size > 0:
        ours["paginate"] = size
    _permalink(haul, settings)
    items = values.get("MENUITEMS")
    for one in items if isinstance(items, list | tuple) else ():
        if isinstance(one, list | tuple) and len(one) == 2:
            haul.links.append(Link(str(one[0]), str(one[1]), Place(CONFIG, settings.lines["MENUITEMS"])))
    for key, hint in TOLD.items():
        if values.get(key):
            haul.by_hand(Place(CONFIG, settings.lines.get(key, 0)), f"the setting `{key}`", hint)
    for key, line in sorted(settings.unread.items(), key=lambda pair: pair[1]):
        if key.isupper():
            haul.by_hand(Place(CONFIG, line), f"`{key}` is computed, and nothing is run here", "write it yourself")


def _permalink(haul: Haul, settings: Literals) -> None:
    """Let new posts follow the pattern of the old ones."""
    pattern = address_rules(settings, "ARTICLE").url
    made = "/" + FIELD.sub(lambda match: OURS.get(match[0], "?"), pattern).lstrip("/")
    try:
        require_pattern(made)
        haul.settings["permalink"] = made
    except BadAddress:
        line = settings.lines.get("ARTICLE_URL", 0)
        what = f"new posts cannot follow `{pattern}`; the old posts keep their addresses"
        haul.by_hand(Place(CONFIG, line), what, "choose a `permalink` in site/config.yaml")


def _is_zone(name: str) -> bool:
    try:
        find_zone(name)
    except ValueError:
        return False
    return True
