from __future__ import annotations

import time

import pytest

from generator.publish.links import absolute, addresses, encode, relative, rooted, source_names, target_of


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/x/">x</a>', '<a href="../../x/">x</a>'),
        ("<a href='/x/'>x</a>", "<a href='../../x/'>x</a>"),
        ("<a href=/x/>x</a>", '<a href="../../x/">x</a>'),
        ('<A HREF = "/x/">x</A>', '<A HREF = "../../x/">x</A>'),
        ('<a href="/">x</a>', '<a href="../../">x</a>'),
        ('<a href="/?a=1&amp;b=2#c">x</a>', '<a href="../../?a=1&amp;b=2#c">x</a>'),
        ('<img src="/i.png" alt="/not/this/">', '<img src="../../i.png" alt="/not/this/">'),
        (
            '<form action="/find/"><button formaction="/f/">',
            '<form action="../../find/"><button formaction="../../f/">',
        ),
        ('<video poster="/p.png" src="/v.mp4">', '<video poster="../../p.png" src="../../v.mp4">'),
        ('<script src="/s.js"></script>', '<script src="../../s.js"></script>'),
        ('<use xlink:href="/s.svg#a"/>', '<use xlink:href="../../s.svg#a"/>'),
        ('<object data="/o.svg"></object>', '<object data="../../o.svg"></object>'),
        ('<img srcset="/a.png 1x, /b.png 2x">', '<img srcset="../../a.png 1x, ../../b.png 2x">'),
        (
            '<img srcset="data:image/jpeg;base64,/9j/4AAQ 1x, /b.png 2x,/c.png">',
            '<img srcset="data:image/jpeg;base64,/9j/4AAQ 1x, ../../b.png 2x,../../c.png">',
        ),
    ],
)
def test_every_rooted_address_in_a_tag_becomes_relative(html: str, expected: str):
    assert expected == relative(html, "/a/b/")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="//example.org/">another host</a>',
        '<a href="https://example.org/">another site</a>',
        '<a href="x/">relative already</a>',
        '<a href="#x">an anchor</a>',
        '<p>write href="/x/" here</p>',
        "<a title='href=\"/x/\"' id=y>inside another attribute</a>",
        '<a data-href="/x/">a name that only ends alike</a>',
        '<p data="/x/">no object</p>',
        '<!-- <a href="/x/"> -->',
        "<script>document.write('<a href=\"/x/\">')</script>",
        '<style>a[href="/x/"] { color: red }</style>',
        '<title><a href="/x/"></title>',
        '<textarea><img src="/x.png"></textarea>',
    ],
)
def test_nothing_else_changes(html: str):
    assert html == relative(html, "/a/b/")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/", '<a href="./x/">'),
        ("/about.html", '<a href="./x/">'),
        ("/a/", '<a href="../x/">'),
        ("/a/page.html", '<a href="../x/">'),
        ("/2026/01/02/x/", '<a href="../../../../x/">'),
        ("/404.html", '<a href="/blog/x/">'),
    ],
)
def test_the_way_to_the_root_depends_on_the_page_and_a_lost_reader_may_be_anywhere(url: str, expected: str):
    assert expected == relative('<a href="/x/">', url, "https://example.org/blog")


def test_without_an_address_the_page_for_lost_readers_takes_the_site_for_the_whole_host():
    assert relative('<a href="/x/">', "/404.html") == '<a href="/x/">'


def test_html_for_another_page_leads_home():
    html = '<a href="img/a.png">a</a><a href="../y/#z">b</a><a href="#n">c</a><a href="?q">d</a><a href="/e/">e</a>'

    assert rooted(html, "/p/x/") == (
        '<a href="/p/x/img/a.png">a</a><a href="/p/y/#z">b</a><a href="/p/x/#n">c</a><a href="/p/x/?q">d</a>'
        '<a href="/e/">e</a>'
    )


def test_the_parts_of_a_drawing_keep_their_references_to_each_other():
    html = '<svg><use href="#glyph"/><a href="#note"><text>n</text></a></svg>'

    assert rooted(html, "/x/") == '<svg><use href="#glyph"/><a href="/x/#note"><text>n</text></a></svg>'


def test_html_for_a_feed_has_whole_addresses():
    html = '<img src="a.png" srcset="a.png 1x, /b.png 2x"><a href="#n"></a><a href="mailto:a@b.org"></a><a href=""></a>'

    assert absolute(html, "https://example.org/blog", "/x/") == (
        '<img src="https://example.org/blog/x/a.png"'
        ' srcset="https://example.org/blog/x/a.png 1x, https://example.org/blog/b.png 2x">'
        '<a href="https://example.org/blog/x/#n"></a><a href="mailto:a@b.org"></a><a href=""></a>'
    )


def test_addresses_are_found_in_tags_only_and_come_unescaped():
    html = (
        '<p>href="/text"</p><a href="/a?b=1&amp;c=2">a</a><img src=i.png srcset="j.png 1x, k.png 2x">'
        "<script src='s.js'>x = '<a href=\"/no/\">'</script><!-- <a href=no> -->"
    )

    assert list(addresses(html)) == ["/a?b=1&c=2", "i.png", "j.png", "k.png", "s.js"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ("/p/x/", "")),
        ("#n", ("/p/x/", "n")),
        ("#caf%C3%A9", ("/p/x/", "café")),
        ("?q#n", ("/p/x/", "n")),
        ("img/a.png", ("/p/x/img/a.png", "")),
        ("./a%20b.png", ("/p/x/a b.png", "")),
        ("../y", ("/p/y", "")),
        ("../..", ("/", "")),
        ("../../..", ("/../", "")),
        ("../../../z/", ("/../z/", "")),
        ("/a/./b/../c/", ("/a/c/", "")),
        ("/%2e%2e/x", ("/../x", "")),
        ("/a?b=/c#d", ("/a", "d")),
        ("//example.org/", None),
        ("https://example.org/", None),
        ("mailto:a@b.org", None),
    ],
)
def test_an_address_is_read_as_a_browser_would(value: str, expected: tuple[str, str] | None):
    assert expected == target_of(value, "/p/x/")


def test_an_encoded_address_stays_as_it_is():
    assert "/caf%C3%A9/?a=b#c" == encode("/café/?a=b#c") == encode("/caf%C3%A9/?a=b#c")


def test_a_source_file_may_be_called_by_its_bare_name_when_no_other_has_it():
    paths = ["posts/2026-01-02-x.md", "posts/2026-01-03-y/index.md", "site/pages/a.md", "site/pages/b/a.md"]

    assert source_names(paths) == {
        **{path: path for path in paths},
        "2026-01-02-x.md": "posts/2026-01-02-x.md",
        "2026-01-03-y.md": "posts/2026-01-03-y/index.md",
    }


POSTS = """
    -- posts/2026-01-02-x.md --
    ---
    title: X
    ---
    {link}
    -- posts/2026-01-03-y/index.md --
    ---
    title: Y
    ---
    ## Part

    Text.
    -- site/pages/about.md --
    ---
    title: About
    ---
    Text.
"""


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[y](2026-01-03-y/index.md)", "../../../../2026/01/03/y/"),
        ("[y](2026-01-03-y/index.md#part)", "../../../../2026/01/03/y/#part"),
        ("[y](2026-01-03-y/index.md?a=b#part)", "../../../../2026/01/03/y/?a=b#part"),
        ("[y](/posts/2026-01-03-y/index.md)", "../../../../2026/01/03/y/"),
        ("[y](../posts/2026-01-03-y/index.md)", "../../../../2026/01/03/y/"),
        ("[y](2026-01-03-y.md)", "../../../../2026/01/03/y/"),
        ("[a](../site/pages/about.md)", "../../../../about/"),
        ("[a](/about.md)", "../../../../about/"),
        ("[x](2026-01-02-x.md)", "../../../../2026/01/02/x/"),
    ],
)
def test_a_link_to_a_source_file_leads_to_its_page(site, link: str, expected: str):
    html = site(POSTS.format(link=link))["2026/01/02/x/index.html"]

    assert f'<p><a href="{expected}">' in html


@pytest.mark.parametrize(
    "text",
    ["<a '", '<a href="/x', "<script ", "<!--", '<a href="', "<", "<a", "<a b=c", "<script>", "<a title=it's "],
)
def test_hostile_html_takes_linear_time(text: str):
    started = time.process_time()
    relative(text * (64_000 // len(text)), "/a/")
    list(addresses(text * (64_000 // len(text))))

    assert time.process_time() - started < 5


def test_a_long_srcset_takes_linear_time():
    started = time.process_time()
    relative('<img srcset="' + "a," * 30_000 + '">', "/a/")

    assert time.process_time() - started < 5
