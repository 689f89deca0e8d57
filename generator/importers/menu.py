"""The menu of the new site: what the old one's settings list, else its pages when the theme would not find them.

The theme lists the pages at the top of a site whose addresses are folders; an old site's may be `/about.html`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from generator.importers.haul import Haul
from generator.read.page import Page

EXTERNAL = re.compile(r"https?://|mailto:")
TOP = re.compile(r"site/pages/([^/]+)\.(?:md|markdown|html)")
BELOW = re.compile(r"/[^/]+/.+/")
ESCAPE = re.compile(r"\\([^\w\s])")
LISTED = re.compile(r"/[^/]+/")


def write_menu(haul: Haul, pages: Sequence[Page]) -> None:
    """Add `menu` to the settings where the new site needs one; links that would lead nowhere are told."""
    known = {_plain(page.url) for page in pages} | {""}
    has_posts = any(page.kind == "post" and not page.meta.draft for page in pages)
    known |= {"/archive"} if has_posts else set()
    known |= {"/tags"} if any(page.meta.tags for page in pages) else set()
    items = []
    led = {_plain(old): new for old, new in haul.redirects.items()}
    for link in haul.links:
        target = led.get(_plain(link.url), "")
        if target.startswith("/tags/"):
            items.append({"title": link.title, "url": target})
        elif EXTERNAL.match(link.url) or (link.url.startswith("/") and _plain(link.url) in known):
            items.append({"title": link.title, "url": link.url})
        else:
            end = f"only leads on to `{target}` here" if target else "leads to nothing that came over"
            what = f"the menu's link `{link.title}` to `{link.url}` {end}"
            haul.by_hand(link.place, what, "add it to `menu:` in site/config.yaml when there is such a page")
    if not items:
        top = [page for page in pages if _is_top(page)]
        if all(LISTED.fullmatch(page.url) for page in top):
            return  # the theme finds them itself
        items = [
            {"title": ESCAPE.sub(r"\1", page.meta.title), "url": unquote(page.url)} for page in sorted(top, key=_title)
        ]
        items += [{"title": "Archive", "url": "/archive/"}] if has_posts else []
    haul.settings["menu"] = items


def _is_top(page: Page) -> bool:
    """Tell whether readers should find a page in the menu: not below another one, and not hidden."""
    found = TOP.fullmatch(page.source.path)
    is_shown = page.meta.published and not page.meta.draft and not BELOW.fullmatch(page.url)
    return found is not None and is_shown and found[1] not in {"404", "index"}


def _title(page: Page) -> tuple[str, str]:
    return page.meta.title, page.url


def _plain(url: str) -> str:
    return unquote(url.partition("#")[0]).rstrip("/")
