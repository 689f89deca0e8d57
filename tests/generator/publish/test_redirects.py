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


TAGGED = """\
-- posts/2026-01-02-x.md --
---
title: X & <y>
tags: [wind]
---
Text with a [link](/tags/wind/).
-- site/pages/about.md --
About.
"""


def test_the_config_leads_old_lists_to_new_ones(site):
    built = site(
        TAGGED + "-- site/config.yaml --\n"
        "redirects:\n"
        "  /category/wind.html: /tags/wind/\n"
        "  /archives: /archive/#top\n"
        "  /안녕/: /about/\n"
        "  /shop/: https://example.org/shop?a=1\n"
    )

    assert '<a href="../tags/wind/">/tags/wind/</a>' in built["category/wind.html"]
    assert '<a href="../archive/#top">/archive/#top</a>' in built["archives/index.html"]
    assert '<a href="../about/">About</a>' in built["안녕/index.html"]
    assert '<a href="https://example.org/shop?a=1">' in built["shop/index.html"]
    assert '<link rel="canonical" href="https://example.org/shop?a=1">' in built["shop/index.html"]


def test_an_old_feed_is_a_copy_of_the_new_one(site):
    settings = "redirects: {/feed.xml: /atom.xml, /feeds/tag/wind.xml: /tags/wind/atom.xml}\n"
    built = site(TAGGED + "-- site/config.yaml --\nurl: https://example.org\n" + settings)

    assert built["atom.xml"] == built["feed.xml"]
    assert built["tags/wind/atom.xml"] == built["feeds/tag/wind.xml"]


def test_a_copy_of_a_feed_has_relative_links_of_its_own(site):
    built = site(TAGGED + "-- site/config.yaml --\nredirects: {/feeds/all.atom.xml: /atom.xml}\n")

    assert '<link rel="self" type="application/atom+xml" href="../atom.xml" />' in built["feeds/all.atom.xml"]
    assert 'href="../2026/01/02/x/"' in built["feeds/all.atom.xml"]
    assert "../tags/wind/" in built["feeds/all.atom.xml"]
    assert built["feeds/all.atom.xml"].replace("../", "./").count("<id>") == built["atom.xml"].count("<id>")


def test_a_redirect_that_leads_nowhere_or_takes_a_place_is_told_at_its_line(site):
    errors = site.errors(
        TAGGED + "-- site/config.yaml --\n"
        "redirects:\n"
        "  /old/: /abuot/\n"
        "  /tags/wind/: /about/\n"
        "  /2026/01/02/x/: /about/\n"
        "  /rss.xml: /about/\n"
        "  /gone.xml: /tags/none/atom.xml\n"
        "  /there/: /about/#nothing\n"
    )

    assert errors == [
        "site/config.yaml:2:10: error: `/abuot/` leads nowhere\n"
        "    2 |   /old/: /abuot/\n      |          ^\n"
        "hint: did you mean `/about/`?",
        "site/config.yaml:3:3: error: `/tags/wind/` is already the address of a list the site makes itself\n"
        "    3 |   /tags/wind/: /about/\n      |   ^\n"
        "hint: take it out of `redirects`",
        "site/config.yaml:4:3: error: `/2026/01/02/x/` is already the address of `posts/2026-01-02-x.md`\n"
        "    4 |   /2026/01/02/x/: /about/\n      |   ^\n"
        "hint: take it out of `redirects`",
        "site/config.yaml:5:13: error: `/rss.xml` cannot lead to `/about/`: "
        "what asks for such a file follows no page\n"
        "    5 |   /rss.xml: /about/\n      |             ^\n"
        "hint: it can lead to a feed of the site, such as `/atom.xml`, which is copied there",
        "site/config.yaml:6:14: error: `/tags/none/atom.xml` is no feed of the site\n"
        "    6 |   /gone.xml: /tags/none/atom.xml\n      |              ^\n"
        "hint: did you mean `/tags/wind/atom.xml`?",
        "site/config.yaml:7:12: error: `/about/#nothing` leads nowhere: `/about/` has no `#nothing`\n"
        "    7 |   /there/: /about/#nothing\n      |            ^",
    ]


def test_two_old_addresses_that_need_one_place_are_a_clash(site):
    errors = site.errors(
        TAGGED.replace("tags: [wind]", "aliases: [/old/]").replace("/tags/wind/", "/about/")
        + "-- site/config.yaml --\nredirects:\n  /old/: /about/\n  /Old2/: /about/\n  /old2: /about/\n"
    )

    assert errors == [
        "site/config.yaml:2:3: error: `/old/` is already the address of `posts/2026-01-02-x.md:3:10`\n"
        "    2 |   /old/: /about/\n      |   ^\n"
        "hint: take it out of `redirects`",
        "site/config.yaml:4:3: error: `/old2/` differs only in capitals from `/Old2/` of `site/config.yaml:3:3`\n"
        "    4 |   /old2: /about/\n      |   ^\n"
        "hint: macOS and Windows take them for one file: take it out of `redirects`",
    ]


def test_a_page_that_fails_is_no_dead_redirect(site):
    errors = site.errors(
        TAGGED.replace("Text", "{{ nothing.here }}")
        + "-- site/config.yaml --\nredirects: {/w/: /tags/wind/, /x/: /2026/01/02/x/, /w.xml: /tags/wind/atom.xml}\n"
    )

    assert [error.partition("\n")[0] for error in errors] == [
        "posts/2026-01-02-x.md:5:4: error: `nothing` is not defined"
    ]
