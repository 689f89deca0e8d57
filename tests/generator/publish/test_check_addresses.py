from __future__ import annotations

import unicodedata

import pytest

from generator.publish.check_addresses import address_clashes
from generator.publish.output import Output


def post(name: str, more: str = "") -> str:
    return f"-- posts/{name} --\n---\ntitle: T\n{more}\n---\nText.\n"


def test_two_posts_of_one_address_are_an_error_that_names_both(site):
    errors = site.errors(
        post("2026-01-02-a.md", "permalink: /same/")
        + post("2026-01-03-b.md")
        + post("2026-01-04-c.md", "permalink: /same/")
    )

    assert errors == [
        "posts/2026-01-04-c.md:3:12: error: `/same/` is already the address of `posts/2026-01-02-a.md:3:12`\n"
        "    3 | permalink: /same/\n"
        "      |            ^\n"
        "hint: give one of the two another `permalink`"
    ]


def test_two_files_that_make_one_slug_are_an_error(site):
    errors = site.errors(post("2026-01-02-x.md") + post("2026-01-02-x/index.md") + post("2026-01-02-z.md", "slug: x"))

    assert errors == [
        "posts/2026-01-02-x/index.md: error: `/2026/01/02/x/` is already the address of `posts/2026-01-02-x.md`\n"
        "hint: give one of the two another `permalink`",
        "posts/2026-01-02-z.md:3:7: error: `/2026/01/02/x/` is already the address of `posts/2026-01-02-x.md`\n"
        "    3 | slug: x\n"
        "      |       ^\n"
        "hint: give one of the two another `permalink`",
    ]


def test_addresses_that_differ_only_in_capitals_are_an_error(site):
    errors = site.errors("-- site/pages/About.md --\nA\n-- site/pages/x.md --\n---\npermalink: /about/\n---\nX\n")

    assert errors == [
        "site/pages/x.md:2:12: error: `/about/` differs only in capitals from `/About/` of `site/pages/About.md`\n"
        "    2 | permalink: /about/\n"
        "      |            ^\n"
        "hint: macOS and Windows take them for one file: give one of the two another `permalink`"
    ]


def test_names_that_differ_only_in_how_an_accent_is_composed_are_an_error(site):
    composed, apart = unicodedata.normalize("NFC", "é.txt"), unicodedata.normalize("NFD", "é.txt")
    errors = site.errors(post("2026-01-02-x.md") + f"-- site/static/{composed} --\n-- site/static/{apart} --\n")

    assert errors == [
        f"site/static/{composed}: error: `/{composed}` differs only in how an accent is composed from `/{apart}` of"
        f" `site/static/{apart}`\nhint: macOS and Windows take them for one file: rename one of the two"
    ]


def test_a_page_and_a_static_file_of_one_address_are_an_error(site):
    errors = site.errors("-- site/pages/about.md --\nA\n-- site/static/about/index.html --\n<p>B</p>\n")

    assert errors == [
        "site/static/about/index.html: error: `/about/` is already the address of `site/pages/about.md`\n"
        "hint: rename one of the two"
    ]


def test_a_file_that_stands_where_a_page_needs_a_folder_is_an_error(site):
    errors = site.errors(
        "-- site/pages/about.md --\nA\n-- site/pages/about/us.md --\nB\n-- site/static/about --\nfile\n"
    )

    assert errors == [
        "site/pages/about.md: error: `/about/` and `/about` of `site/static/about` cannot both be\n"
        "hint: one is a file where the other needs a folder: give one of the two another `permalink`"
    ]


def test_an_alias_that_is_another_pages_address_is_an_error_that_names_both(site):
    errors = site.errors(post("2026-01-02-x.md", "aliases: [/old/, /about/]") + "-- site/pages/about.md --\nA\n")

    assert errors == [
        "posts/2026-01-02-x.md:3:10: error: `/about/` is already the address of `site/pages/about.md`\n"
        "    3 | aliases: [/old/, /about/]\n"
        "      |          ^\n"
        "hint: take it out of `aliases`"
    ]


def test_an_alias_of_two_pages_is_an_error(site):
    errors = site.errors(post("2026-01-02-x.md", "aliases: /old/") + post("2026-01-03-y.md", "aliases: /old/"))

    assert errors == [
        "posts/2026-01-03-y.md:3:10: error: `/old/` is already the address of `posts/2026-01-02-x.md:3:10`\n"
        "    3 | aliases: /old/\n"
        "      |          ^\n"
        "hint: take it out of `aliases`"
    ]


def test_an_alias_that_is_a_list_of_the_site_is_an_error(site):
    errors = site.errors(post("2026-01-02-x.md", "aliases: /archive/"))

    assert errors == [
        "posts/2026-01-02-x.md:3:10: error: `/archive/` is already the address of a list the site makes itself\n"
        "    3 | aliases: /archive/\n"
        "      |          ^\n"
        "hint: take it out of `aliases`"
    ]


def test_a_page_in_the_middle_of_the_list_of_posts_is_an_error(site):
    errors = site.errors(
        post("2026-01-02-x.md") + post("2026-01-03-y.md") + "-- site/pages/page2.md --\nA\n"
        "-- site/config.yaml --\npaginate: 1\n"
    )

    assert errors == [
        "site/pages/page2.md: error: `/page2/` is already the address of a list the site makes itself\n"
        "hint: give one of the two another `permalink`"
    ]


@pytest.mark.parametrize(
    ("tag", "column", "what", "hint"),
    [
        ("con", 12, "`/tags/con/` has a part that is a device on Windows: `con`", "choose another word"),
        ("x" * 256, 12, "a part of the address has 256 bytes; 255 are possible", "shorten it"),
    ],
)
def test_a_tag_that_cannot_have_a_page_is_an_error_where_it_stands(site, tag: str, column: int, what: str, hint: str):
    (error,) = site.errors(post("2026-01-02-x.md", f"tags: [ok, {tag}]"))

    assert (
        error.split("\n")[0] == f"posts/2026-01-02-x.md:3:{column}: error: the tag `{tag}` cannot have a page: {what}"
    )
    assert error.split("\n")[-1] == f"hint: {hint}"


@pytest.mark.parametrize("tag", ["../../x", "/etc/passwd", "%2e%2e", "..", "a/b"])
def test_no_tag_leaves_its_folder(site, tag: str):
    built = site(post("2026-01-02-x.md", f"tags: ['{tag}']"))
    folders = [
        path.rpartition("/")[0] for path in built.paths if path.startswith("tags/") and path != "tags/index.html"
    ]

    assert len(set(folders)) == 1
    assert folders[0].count("/") == 1


def test_ten_thousand_addresses_that_differ_do_not_clash(site):
    made = site(post("2026-01-02-x.md")).built.site
    outputs = [Output(f"2026/01/02/post-{number}/index.html", b"", f"posts/{number}.md") for number in range(10_000)]

    assert list(address_clashes(made, outputs)) == []
