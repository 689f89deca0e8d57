from __future__ import annotations

from xml.etree import ElementTree

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
URL = "-- site/config.yaml --\nurl: https://example.org/blog\n"
SITE = """\
-- posts/2026-01-02-x.md --
---
tags: t
updated: 2026-03-04
aliases: /old/
---
Text.
-- posts/2026-01-03-안녕.md --
Text.
-- site/pages/about.md --
Text.
"""


def entries(text: str) -> list[tuple[str, str]]:
    root = ElementTree.fromstring(text)
    assert root.tag == f"{NAMESPACE}urlset"
    return [(url.findtext(f"{NAMESPACE}loc", ""), url.findtext(f"{NAMESPACE}lastmod", "")) for url in root]


def test_the_sitemap_has_every_page_with_the_day_of_its_last_change(site):
    assert entries(site(URL + SITE)["sitemap.xml"]) == [
        ("https://example.org/blog/", "2026-03-04"),
        ("https://example.org/blog/2026/01/02/x/", "2026-03-04"),
        ("https://example.org/blog/2026/01/03/%EC%95%88%EB%85%95/", "2026-01-03"),
        ("https://example.org/blog/about/", ""),
        ("https://example.org/blog/archive/", "2026-03-04"),
        ("https://example.org/blog/tags/", "2026-03-04"),
        ("https://example.org/blog/tags/t/", "2026-03-04"),
    ]


def test_without_the_sites_address_there_is_no_sitemap(site):
    built = site(SITE)

    assert "sitemap.xml" not in built.paths
    assert built["robots.txt"] == "User-agent: *\nDisallow:\n"


def test_robots_are_told_of_the_sitemap(site):
    assert site(URL + SITE)["robots.txt"] == (
        "User-agent: *\nDisallow:\n\nSitemap: https://example.org/blog/sitemap.xml\n"
    )


def test_files_of_the_authors_own_take_the_place_of_ours(site):
    own = "-- site/static/robots.txt --\nUser-agent: mine\n-- site/static/sitemap.xml --\n<mine/>\n"
    built = site(URL + SITE + own)

    assert built["robots.txt"] == "User-agent: mine\n"
    assert built["sitemap.xml"] == "<mine/>\n"
