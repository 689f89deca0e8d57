"""Pelican: heads of `Key: value`, links in braces, settings in Python that never runs."""

from __future__ import annotations

import re

import pytest

from generator.errors import SiteError
from generator.importers.literals import read_python

SITE = """
    -- pelicanconf.py --
    import os

    SITENAME = 'Stone walls'
    SITEURL = 'https://walls.example'
    AUTHOR = "Ann Example"
    TIMEZONE = 'Europe/Paris'
    DEFAULT_LANG = 'en'
    DEFAULT_PAGINATION = 8
    ARTICLE_URL = 'notes/{date:%Y}/{date:%b}/{slug}/'
    ARTICLE_SAVE_AS = 'notes/{date:%Y}/{date:%b}/{slug}/index.html'
    EXTRA_PATH_METADATA = {'extra/robots.txt': {'path': 'robots.txt'}}
    PLUGINS = ['sitemap']
    THEME = os.path.join('themes', 'plain')
    -- content/dry/first-wall.md --
    Date: 2010-12-03 10:20
    Title: My first wall, at last!
    Tags: stone, dry walls
    Authors: Ann Example, Bob Example
    Summary: It stood for a day.

    ![Stones]({static}/images/stones.png)

    See [the other]({filename}/other.md#why) or [all of them]({tag}stone), not `{filename}x`.

    A [lost]({filename}/lost.md) link.
    -- content/other.md --
    Title: Other
    Date: 2011-01-02
    Category: News
    Slug: the-other

    ## Why {#why}

    Because.
    -- content/2012-03-04-dated.md --
    Title: Dated by its name

    Short.
    -- content/undated.md --
    Title: Undated

    When?
    -- content/soon.md --
    Title: Soon
    Date: 2013-01-01
    Status: draft

    Not yet.
    -- content/quiet.md --
    Title: Quiet
    Date: 2013-02-01
    Status: hidden

    Shh.
    -- content/pages/about.md --
    Title: About

    Words.
    -- content/extra/robots.txt --
    User-agent: *
    -- content/images/stones.png --
    (pixel)
    -- content/old.rst --
    Old
    ===
    -- themes/plain/base.html --
    <html></html>
"""


# pelican 4.12.0 on the site above, without what it needs plugins for: `pelican content -s pelicanconf.py`
BY_PELICAN = [
    "/notes/2010/Dec/my-first-wall-at-last/",
    "/notes/2011/Jan/the-other/",
    "/notes/2012/Mar/dated-by-its-name/",
    "/pages/about.html",
]


def test_every_old_address_leads_to_the_same_page(moved):
    found = moved("pelican", SITE.replace("\n    A [lost]({filename}/lost.md) link.", ""))

    assert found.leads([*BY_PELICAN, "/images/stones.png", "/robots.txt"]) == {
        "/notes/2010/Dec/my-first-wall-at-last/": "posts/dry/first-wall.md",
        "/notes/2011/Jan/the-other/": "posts/other.md",
        "/notes/2012/Mar/dated-by-its-name/": "posts/2012-03-04-dated.md",
        "/pages/about.html": "site/pages/about.md",
        "/images/stones.png": "site/static/images/stones.png",
        "/robots.txt": "site/static/robots.txt",
    }


def test_heads_keep_their_form_and_links_become_ordinary(moved):
    assert moved("pelican", SITE).text("posts/dry/first-wall.md") == (
        "Title: My first wall, at last!\n"
        "Date: 2010-12-03 10:20\n"
        "Tags: stone, dry walls\n"
        "Authors: Ann Example, Bob Example\n"
        "Summary: It stood for a day.\n"
        "category: dry\n"
        "permalink: /notes/2010/Dec/my-first-wall-at-last/\n"
        "\n"
        "![Stones](/images/stones.png)\n"
        "\n"
        "See [the other](../other.md#why) or [all of them](/tags/stone/), not `{filename}x`.\n"
        "\n"
        "A [lost]({filename}/lost.md) link.\n"
    )


def test_the_settings_are_ours(moved):
    config = moved("pelican", SITE).text("site/config.yaml")

    assert re.sub("redirects:\n(?:  .*\n)*", "", config) == (
        "title: Stone walls\n"
        "author: Ann Example\n"
        'url: "https://walls.example"\n'
        "language: en\n"
        "timezone: Europe/Paris\n"
        "paginate: 8\n"
        "templating: none\n"
        "menu:\n"
        '  - {title: About, url: "/pages/about.html"}\n'
        '  - {title: Archive, url: "/archive/"}\n'
    )


def test_the_report_says_what_came_over_and_what_did_not(moved, golden):
    assert moved("pelican", SITE).report == golden("pelican")


def test_without_settings_the_addresses_are_pelicans_own(moved):
    found = moved("pelican", "-- content/a.md --\nTitle: A\nDate: 2020-01-02\n\nx\n")

    assert found.leads(["/a.html"]) == {"/a.html": "posts/a.md"}
    assert found.text("posts/a.md") == "Title: A\nDate: 2020-01-02\n\nx\n"


def test_where_url_and_file_differ_both_are_kept(moved):
    conf = "-- pelicanconf.py --\nARTICLE_URL = 'p/{slug}/'\nARTICLE_SAVE_AS = 'files/{slug}.html'\n"
    found = moved("pelican", conf + "-- content/a.md --\nTitle: A\nDate: 2020-01-02\n\nx\n")

    assert found.leads(["/p/a/", "/files/a.html"]) == {"/p/a/": "posts/a.md", "/files/a.html": "posts/a.md"}


def test_python_is_read_and_never_run(tmp_path):
    marker = tmp_path / "ran"
    found = read_python("x.py", f"A = 1\nB: str = 'b'\nopen({str(marker)!r}, 'w')\nC = open({str(marker)!r}, 'w')\n")

    assert (found.values, found.unread, marker.exists()) == ({"A": 1, "B": "b"}, {"C": 4}, False)


def test_settings_that_are_not_python_are_named():
    with pytest.raises(SiteError) as error:
        read_python("pelicanconf.py", "A = 1\nB = = 2\n")

    what = "pelicanconf.py:2: error: this is not Python: invalid syntax\nhint: mend the line; it is read, never run"
    assert str(error.value) == what


# Left: a title; right: the name of the file pelican 4.12.0 wrote.
@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ('C++ & \u00c9mile: 100% "na\u00efve"', "c-emile-100-naive"),
        ("A.B/C & D", "abc-d"),
        (
            "It\u2019s_a\u2014test (really) Stra\u00dfe \u2026 \u0141\u00f3d\u017a \u00c6sop \u201cx\u201d",
            "its_a-test-really-strasse-lodz-aesop-x",
        ),
    ],
)
def test_slugs_are_pelicans(moved, title: str, slug: str):
    found = moved("pelican", f"-- content/a.md --\nTitle: {title}\nDate: 2015-01-01\n\nx\n")

    assert found.moved.haul.documents[0].address == f"/{slug}.html"
    assert [note for note in found.notes if note.startswith("by hand")] == []


def test_a_title_that_pelican_spelled_in_other_letters_is_told(moved):
    found = moved("pelican", "-- content/a.md --\nTitle: \ubcc4\nDate: 2015-01-01\n\nx\n")

    what = "Pelican spelled `\ubcc4` in the letters of ASCII, and how is not known here"
    assert found.notes[0] == f"by hand: content/a.md:1: {what}"
