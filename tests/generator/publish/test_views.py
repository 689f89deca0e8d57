from __future__ import annotations

from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from generator.config import MenuItem
from generator.publish.views import PageView, SiteView, TagCount, TagLink, day, iso


def view(built, url: str) -> PageView:
    return next(PageView(item, built.built.site) for item in built.built.site.everything if item.page.url == url)


def test_a_page_has_the_words_of_its_front_matter_and_what_follows_from_its_body(site):
    built = site("""
        -- site/config.yaml --
        author: Ada
        -- posts/2026-01-02-x.md --
        ---
        title: A *title* with [a link](https://example.org)
        tags: [sparsity]
        updated: 2026-02-03
        subtitle: and more
        ---
        Some words.

        ## One
    """)
    page = view(built, "/2026/01/02/x/")

    assert page.title == "A title with a link"
    assert page.title_html == Markup("A <em>title</em> with a link")
    assert page.date == datetime(2026, 1, 2, tzinfo=UTC)
    assert page.updated == datetime(2026, 2, 3, tzinfo=UTC)
    assert page.description == "Some words."
    assert page.excerpt.strip() == Markup("<p>Some words.</p>")
    assert page.tags == (TagLink("sparsity", "/tags/sparsity/"),)
    assert page.author == "Ada"
    assert page.subtitle == "and more"
    assert (page.kind, page.has_math, page.toc) == ("post", False, False)
    assert (page.words, page.reading_minutes) == (3, 1)
    assert [heading.id for heading in page.headings] == ["one"]


def test_a_page_has_no_other_names(site):
    page = view(site("-- posts/2026-01-02-x.md --\n---\nsubtitle: s\n---\nText.\n"), "/2026/01/02/x/")

    with pytest.raises(AttributeError) as error:
        page.subtitel  # noqa: B018

    assert str(error.value) == "a page has no `subtitel`"
    assert {"title", "subtitle", "content", "previous"} <= set(dir(page))


def test_an_excerpt_on_another_page_leads_home_and_brings_its_own_ids(site):
    built = site("""
        -- posts/2026-01-02-x.md --
        ---
        title: X
        ---
        Words and [further](#deep) and [y](2026-01-03-y.md).
        <span id="mine" aria-labelledby="mine other">Text</span>

        ## Deep
        -- posts/2026-01-03-y.md --
        ---
        title: Y
        ---
        <span id="mine">Y</span>
        <span id="other">Z</span>
    """)
    excerpt = view(built, "/2026/01/02/x/").excerpt

    assert 'href="/2026/01/02/x/#deep"' in excerpt
    assert 'href="/2026/01/03/y/"' in excerpt
    assert '<span id="2026-01-02-x-mine" aria-labelledby="2026-01-02-x-mine 2026-01-02-x-other">' in excerpt


def test_neighbours_are_next_in_time_and_series_go_forward(site):
    built = site("""
        -- posts/2026-01-02-a.md --
        ---
        series: S
        ---
        A
        -- posts/2026-01-03-b.md --
        ---
        series: S
        ---
        [A](2026-01-02-a.md)
        -- posts/2026-01-04-c.md --
        C
    """)
    first, second = view(built, "/2026/01/02/a/"), view(built, "/2026/01/03/b/")

    assert first.previous is None
    assert first.next
    assert first.next.url == "/2026/01/03/b/"
    assert second.previous
    assert second.previous.url == "/2026/01/02/a/"
    assert [post.url for post in second.series_posts] == ["/2026/01/02/a/", "/2026/01/03/b/"]
    assert [post.url for post in first.backlinks] == ["/2026/01/03/b/"]


def test_related_posts_share_a_tag_and_are_no_neighbours(site):
    posts = "\n".join(
        f"-- posts/2026-01-0{number}-p.md --\n---\ntags: [{tag}]\n---\nText.\n"
        for number, tag in enumerate(["a", "a", "b", "a", "b"], 1)
    )
    built = site(posts)

    assert [post.url for post in view(built, "/2026/01/04/p/").related] == ["/2026/01/02/p/", "/2026/01/01/p/"]


def test_an_outline_nests_headings_down_to_the_third_level(site):
    text = "## A\n### B\n#### C\n### D\n## E\n"
    page = view(site(f"-- posts/2026-01-02-x.md --\n---\ntoc: true\n---\n{text}"), "/2026/01/02/x/")

    def names(entries) -> list[object]:
        return [(str(entry.html), names(entry.children)) for entry in entries]

    assert names(page.outline) == [("A", [("B", []), ("D", [])]), ("E", [])]
    assert page.toc


def test_reading_time_counts_words_of_english_and_characters_of_chinese(site):
    built = site(f"-- posts/2026-01-02-x.md --\n{'word ' * 460}\n\n{'読' * 900}\n")

    assert view(built, "/2026/01/02/x/").words == 1360
    assert view(built, "/2026/01/02/x/").reading_minutes == 4


def test_the_site_has_its_tags_by_name_with_counts(site):
    built = site("""
        -- posts/2026-01-02-a.md --
        ---
        tags: [zeta, Alpha]
        ---
        -- posts/2026-01-03-b.md --
        ---
        tags: [zeta]
        ---
    """)

    assert SiteView(built.built.site).tags == (TagCount("Alpha", "/tags/alpha/", 1), TagCount("zeta", "/tags/zeta/", 2))


def test_the_menu_is_the_configured_one_or_the_pages_at_the_top_and_the_lists(site, tmp_path):
    posts = "-- posts/2026-01-02-a.md --\nA\n"
    pages = "-- site/pages/zoo.md --\nZ\n-- site/pages/about.md --\nA\n-- site/pages/guide/start.md --\nG\n"
    built = site(posts + pages)

    assert SiteView(built.built.site).menu == (
        MenuItem("About", "/about/"),
        MenuItem("Zoo", "/zoo/"),
        MenuItem("Archive", "/archive/"),
    )

    built = site("-- site/config.yaml --\nmenu:\n  - title: Z\n    url: /zoo/\n")
    assert SiteView(built.built.site).menu == (MenuItem("Z", "/zoo/"),)


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "2 January 2026", "2 Jan"),
        ("en-GB", "2 January 2026", "2 Jan"),
        ("en-US", "January 2, 2026", "Jan 2"),
        ("ja", "2026年1月2日", "1月2日"),
        ("zh-Hant", "2026年1月2日", "1月2日"),
        ("ko", "2026년 1월 2일", "1월 2일"),
        ("de", "2026-01-02", "01-02"),
    ],
)
def test_a_day_is_written_as_readers_of_the_language_write_it(language, long, short):
    moment = datetime(2026, 1, 2, 23, 59, tzinfo=UTC)

    assert (day(moment, language), day(moment, language, "short")) == (long, short)


def test_a_day_for_machines_has_no_time():
    assert iso(datetime(2026, 1, 2, 23, 59, tzinfo=UTC)) == "2026-01-02"
