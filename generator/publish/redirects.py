"""Redirects: a small page at each old address, that leads on to the new one.

Old addresses are the `aliases` of a page, and those in `redirects` of the config; of the latter, those of feeds are
copies (`feeds`), for what reads a feed follows no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from markupsafe import Markup

from generator.address import output_path
from generator.config import Redirect
from generator.errors import SiteError, did_you_mean
from generator.publish.feeds import FILES, feed_urls, is_copy
from generator.publish.layout import Theme
from generator.publish.links import encode
from generator.publish.output import Output
from generator.publish.site import Site

_PAGE = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{canonical}">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={target}">
</head>
<body>
<p>This page has moved: <a href="{target}">{title}</a></p>
</body>
</html>
""")


def produce(site: Site, _theme: Theme) -> Iterator[Output]:
    """Make a page for every old address; `check` reports one that takes another page's place."""
    for item in site.everything:
        for alias in dict.fromkeys(item.page.meta.aliases):
            html = _redirect(alias, encode(item.page.url), item.title, site)
            yield Output(output_path(alias), html, item.page.source.path)
    titles = {unquote(url): item.title for url, item in site.by_url.items()}
    for redirect in site.config.redirects:
        if not redirect.old.endswith(FILES):
            path = unquote(re.split("[?#]", redirect.to)[0])
            html = _redirect(redirect.old, encode(redirect.to), titles.get(path, redirect.to), site)
            yield Output(output_path(redirect.old), html, redirect.place.path)


def impossible(site: Site, is_whole: bool) -> Iterator[SiteError]:
    """Yield an error for each old file that leads to anything but a feed; `is_whole`: no page is missing."""
    feeds = feed_urls(site) if site.config.redirects else []
    for redirect in site.config.redirects:
        is_file = redirect.old.endswith(FILES)
        if is_file and not is_copy(redirect, feeds) and (is_whole or not redirect.to.startswith("/tags/")):
            yield _not_a_feed(redirect, feeds)


def _not_a_feed(redirect: Redirect, feeds: list[str]) -> SiteError:
    if redirect.old.endswith(".xml") and redirect.to.endswith(FILES):
        what = f"`{redirect.to}` is no feed of the site"
        return SiteError(what, redirect.to_place, did_you_mean(redirect.to, feeds))
    what = f"`{unquote(redirect.old)}` cannot lead to `{redirect.to}`: what asks for such a file follows no page"
    is_xml = redirect.old.endswith(".xml")
    copied = "it can lead to a feed of the site, such as `/atom.xml`, which is copied there"
    hint = copied if is_xml else "put the file itself below `site/static/`"
    return SiteError(what, redirect.to_place, hint)


def _redirect(old: str, url: str, title: str, site: Site) -> bytes:
    is_ours = url.startswith("/")
    target = ("../" * (old.count("/") - 1) or "./") + url.lstrip("/") if is_ours else url
    html = _PAGE.format(
        language=site.config.language,
        title=title,
        canonical=site.config.url + url if site.config.url and is_ours else target,
        target=target,
    )
    return html.encode()
