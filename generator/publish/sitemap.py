"""sitemap.xml and robots.txt: what search engines are told of the site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree

from generator.publish.layout import Theme
from generator.publish.links import encode
from generator.publish.output import Output
from generator.publish.site import Site
from generator.publish.taxonomy import NOT_FOUND, lists

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
SITEMAP, ROBOTS = "/sitemap.xml", "/robots.txt"


def produce(site: Site, _theme: Theme) -> Iterator[Output]:
    """Make both files, the sitemap only when the site knows its own address; an author's own file wins."""
    if site.config.url and not site.is_taken(SITEMAP):
        yield Output(SITEMAP.lstrip("/"), _sitemap(site), "")
    if not site.is_taken(ROBOTS):
        told = f"\nSitemap: {site.config.url}{SITEMAP}\n" if site.config.url else ""
        yield Output(ROBOTS.lstrip("/"), f"User-agent: *\nDisallow:\n{told}".encode(), "")


def _sitemap(site: Site) -> bytes:
    """List every page with an address of its own, sorted, with the day of its last change where that is known."""
    changed: dict[str, datetime | None] = {made.url: _newest(site) for made in lists(site)}
    changed |= {item.page.url: item.page.meta.updated or item.page.meta.date for item in site.everything}
    changed.pop(NOT_FOUND, None)
    root = ElementTree.Element("urlset", xmlns=NAMESPACE)
    for url, moment in sorted(changed.items()):
        entry = ElementTree.SubElement(root, "url")
        ElementTree.SubElement(entry, "loc").text = site.config.url + encode(url)
        if moment:
            ElementTree.SubElement(entry, "lastmod").text = moment.date().isoformat()
    ElementTree.indent(root, "")
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _newest(site: Site) -> datetime | None:
    """Return the last change of any post: that of every list."""
    moments = [moment for post in site.posts if (moment := post.page.meta.updated or post.page.meta.date)]
    return max(moments, default=None)
