from __future__ import annotations

import html5lib

POST = """\
-- posts/2026-01-02-x.md --
---
title: X & <y>
aliases: [/old/, /2020/x.html, /안녕]
---
Text.
"""


def test_an_old_address_leads_on_to_the_new_one(site):
    assert site(POST)["old/index.html"] == (
        "<!doctype html>\n"
        '<html lang="en">\n'
        "<head>\n"
        '<meta charset="utf-8">\n'
        "<title>X &amp; &lt;y&gt;</title>\n"
        '<link rel="canonical" href="../2026/01/02/x/">\n'
        '<meta name="robots" content="noindex">\n'
        '<meta http-equiv="refresh" content="0; url=../2026/01/02/x/">\n'
        "</head>\n"
        "<body>\n"
        '<p>This page has moved: <a href="../2026/01/02/x/">X &amp; &lt;y&gt;</a></p>\n'
        "</body>\n"
        "</html>\n"
    )


def test_each_form_of_an_old_address_has_its_file(site):
    built = site(POST)

    assert {"old/index.html", "2020/x.html", "안녕/index.html"} < set(built.paths)
    assert '<a href="../2026/01/02/x/">' in built["2020/x.html"]


def test_search_engines_are_told_the_whole_new_address(site):
    built = site(POST + "-- site/config.yaml --\nurl: https://example.org/blog\n")

    assert '<link rel="canonical" href="https://example.org/blog/2026/01/02/x/">' in built["old/index.html"]


def test_a_redirect_is_valid_html(site):
    parser = html5lib.HTMLParser(strict=True)

    assert parser.parse(site(POST)["old/index.html"]) is not None
    assert parser.errors == []


def test_a_link_to_an_old_address_is_no_mistake(site):
    assert site(POST + "-- site/pages/about.md --\n[x](/old/)\n").warnings == []
