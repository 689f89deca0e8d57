"""Settings of `_config.yml` as ours; what has no use here is told with its line."""

from __future__ import annotations

from typing import Any

from generator.address import BadAddress, require_pattern
from generator.config import LANGUAGE, find_zone
from generator.data.text import Loaded
from generator.importers.haul import Haul
from generator.importers.shapes import as_count

SAME = ("title", "tagline", "description")
BUILT_IN = frozenset(
    f"jekyll-{name}"
    for name in ("paginate", "feed", "sitemap", "seo-tag", "redirect-from", "gist", "assets", "archives")
)
NO_USE = frozenset(
    (
        *(
            "markdown",
            "kramdown",
            "highlighter",
            "encoding",
            "destination",
            "source",
            "exclude",
            "include",
            "keep_files",
        ),
        *("livereload", "port", "host", "incremental", "profile", "quiet", "verbose", "safe", "strict_front_matter"),
        *("sass", "compress_html", "markdown_ext", "data_dir", "includes_dir", "layouts_dir", "plugins_dir", "theme"),
        *("remote_theme", "whitelist", "rouge", "liquid", "cache_dir", "disable_disk_cache", "repository"),
        *("show_drafts", "limit_posts", "unpublished", "lsi", "detach", "baseurl", "email", "collections_dir"),
        *(
            "jekyll-archives",
            "feed",
            "paginate_path",
            "ignore_theme_config",
            "error_mode",
            "url",
            "collections",
            "google_analytics",
        ),
    )
)


def take_settings(haul: Haul, loaded: Loaded) -> None:
    """Turn the settings of a Jekyll site into ours."""
    config: dict[str, Any] = loaded.value if isinstance(loaded.value, dict) else {}
    ours = haul.settings
    for key, value in config.items():
        if value in (None, "", [], {}):
            continue
        if key in SAME or (key == "name" and "title" not in config):
            ours["title" if key == "name" else key] = " ".join(str(value).split())
        elif key in TAKERS:
            TAKERS[key](haul, loaded, key, value)
        elif key not in NO_USE:
            ours.setdefault("params", {})[key] = value  # type: ignore[index]
            haul.translated(loaded.place((key,)), f"`{key}` stands under `params:`, as `site.params.{key}`")
    url = f"{str(config.get('url') or '').rstrip('/')}{_base(config)}"
    if url.startswith(("http://", "https://")):
        ours["url"] = url
    elif _base(config):
        hint = f"write `url: https://your.host{_base(config)}` in site/config.yaml"
        haul.by_hand(loaded.place(("baseurl",)), "`baseurl` without a `url` to go with it", hint)


def _base(config: dict[str, Any]) -> str:
    base = str(config.get("baseurl") or "").strip("/")
    return f"/{base}" if base else ""


def _author(haul: Haul, loaded: Loaded, key: str, value: Any) -> None:
    config: dict[str, Any] = loaded.value if isinstance(loaded.value, dict) else {}
    given = value if isinstance(value, dict) else {"name": value}
    author = {one: str(given[one]) for one in ("name", "email", "url") if given.get(one)}
    if "email" not in author and config.get("email"):
        author["email"] = str(config["email"])
    haul.settings["author"] = author
    if rest := [str(one) for one in given if one not in {"name", "email", "url"}]:
        haul.by_hand(loaded.place((key,)), f"`author` says more than is kept: {', '.join(rest)}", "use `params:`")


def _timezone(haul: Haul, loaded: Loaded, key: str, value: Any) -> None:
    try:
        find_zone(str(value))
        haul.settings["timezone"] = str(value)
    except ValueError:
        haul.by_hand(loaded.value_place((key,)), f"no clock keeps the time zone `{value}`", "addresses are as in UTC")


def _language(haul: Haul, loaded: Loaded, key: str, value: Any) -> None:
    language = str(value).replace("_", "-")
    if LANGUAGE.fullmatch(language):
        haul.settings["language"] = language
    else:
        haul.by_hand(loaded.value_place((key,)), f"`{value}` is not a language tag", "write `language: en`")


def _permalink(haul: Haul, loaded: Loaded, key: str, value: Any) -> None:
    pattern = str(value).replace(":output_ext", ".html")
    try:
        require_pattern(pattern)
        haul.settings["permalink"] = pattern
    except BadAddress as error:
        what = f"new posts cannot follow `permalink: {value}`: {error.what}; the old posts keep their addresses"
        haul.by_hand(loaded.value_place((key,)), what, "choose a `permalink` in site/config.yaml")


def _paginate(haul: Haul, _loaded: Loaded, _key: str, value: Any) -> None:
    if size := as_count(value):
        haul.settings["paginate"] = size


def _plugins(haul: Haul, loaded: Loaded, key: str, value: Any) -> None:
    for index, plugin in enumerate(value if isinstance(value, list) else [value]):
        keys = (key, index) if isinstance(value, list) else (key,)
        if isinstance(plugin, str) and plugin in BUILT_IN:
            haul.translated(loaded.value_place(keys), f"the builder does what `{plugin}` did")
            continue
        haul.by_hand(loaded.value_place(keys), f"the plugin `{plugin}`", "plugins in Ruby do not run here")


def _defaults(haul: Haul, loaded: Loaded, key: str, value: Any) -> None:
    for index, one in enumerate(value if isinstance(value, list) else []):
        values = one.get("values") if isinstance(one, dict) else None
        for name, given in (values or {}).items():
            if name in {"layout", "permalink"}:
                continue  # the theme has its own layouts; addresses are kept post by post
            what = f"`defaults` gives files `{name}: {given}`, and there are no defaults by path here"
            haul.by_hand(loaded.place((key, index, "values", name)), what, "write it into the posts that need it")


def _future(haul: Haul, loaded: Loaded, key: str, value: Any) -> None:
    if value is True:
        haul.by_hand(loaded.place((key,)), "`future: true` is a flag here", "build with `--future`")


def _separator(haul: Haul, loaded: Loaded, key: str, value: Any) -> None:
    if str(value).strip() not in {"", "<!--more-->", "<!-- more -->"}:  # empty lines: the first paragraph, as here
        what = f"excerpts end at `{str(value).encode('unicode_escape').decode()}` in Jekyll, at `<!--more-->` here"
        haul.by_hand(loaded.value_place((key,)), what, "without the mark, an excerpt is the first paragraph")


TAKERS = {
    "author": _author,
    "timezone": _timezone,
    **dict.fromkeys(("lang", "language", "locale"), _language),
    "permalink": _permalink,
    "paginate": _paginate,
    **dict.fromkeys(("plugins", "gems"), _plugins),
    "defaults": _defaults,
    "future": _future,
    "excerpt_separator": _separator,
}
