from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from generator.publish.site import collect, term_slug


def post(name: str, tags: str = "[]", more: str = "") -> str:
    return f"-- posts/{name}.md --\n---\ntags: {tags}\n{more}\n---\nText.\n"


def urls(items) -> list[str]:
    return [item.page.url for item in items]


def test_posts_are_newest_first_and_the_path_breaks_ties(site):
    names = ["2026-01-02-b", "2026-01-03-x", "2026-01-02-a", "2025-05-05-old"]
    built = site("".join(map(post, names)))

    assert urls(built.built.site.posts) == ["/2026/01/03/x/", "/2026/01/02/b/", "/2026/01/02/a/", "/2025/05/05/old/"]


def test_the_order_of_rendering_does_not_matter(site):
    made = site(post("2026-01-02-a", "[One, two]") + post("2026-01-03-b", "[one]") + post("2026-01-04-c")).built.site
    again = collect(reversed(made.everything), made.config, made.tree, made.ledger)

    assert replace(again, warnings=()) == replace(made, warnings=())
    assert [str(warning) for warning in again.warnings] == [str(warning) for warning in made.warnings]


def test_pages_are_in_the_order_of_their_addresses(site):
    built = site("-- site/pages/b.md --\nB\n-- site/pages/a/z.md --\nZ\n-- site/pages/index.md --\nHome\n")

    assert urls(built.built.site.pages) == ["/", "/a/z/", "/b/"]


def test_tags_that_lead_to_one_address_are_one_tag_in_the_spelling_of_the_newest_post(site):
    built = site(
        post("2026-01-04-c", "[Machine Learning, sparsity]")
        + post("2026-01-03-b", "[machine-learning]")
        + post("2026-01-02-a", "[machine-learning, Machine Learning]")
    )
    made = built.built.site

    assert {name: urls(posts) for name, posts in made.by_tag.items()} == {
        "Machine Learning": ["/2026/01/04/c/", "/2026/01/03/b/", "/2026/01/02/a/"],
        "sparsity": ["/2026/01/04/c/"],
    }
    assert made.tag_name("machine-learning") == "Machine Learning"
    assert made.tag_url("Machine Learning") == made.tag_url("machine-learning") == "/tags/machine-learning/"


def test_a_second_spelling_of_a_tag_is_a_warning_where_it_stands(site):
    built = site(
        post("2026-01-04-c", "[ML]") + post("2026-01-03-b", "[ml]") + post("2026-01-02-a", "[ml]", "categories: [X, x]")
    )

    assert built.warnings == [
        "posts/2026-01-02-a.md:3:17: warning: `x` is the same category as `X` of `posts/2026-01-02-a.md`\n"
        "    3 | categories: [X, x]\n"
        "      |                 ^\n"
        "hint: write `X`",
        "posts/2026-01-03-b.md:2:8: warning: `ml` is the same tag as `ML` of `posts/2026-01-04-c.md`\n"
        "    2 | tags: [ml]\n"
        "      |        ^\n"
        "hint: write `ML`",
    ]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Machine Learning", "machine-learning"),
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("확률", "확률"),
        ("🎉", "1f389"),
        ("../../x", "x"),
        ("%2e%2e", "2e-2e"),
    ],
)
def test_the_address_of_a_tag_is_made_of_its_words(name: str, slug: str):
    assert slug == term_slug(name)


def test_a_series_is_in_the_order_of_time(site):
    series = "series: Group LASSO"
    made = site(post("2026-01-02-a", more=series) + post("2026-01-03-b") + post("2026-01-04-c", more=series)).built.site

    assert {name: urls(parts) for name, parts in made.by_series.items()} == {
        "Group LASSO": ["/2026/01/02/a/", "/2026/01/04/c/"]
    }


def test_each_post_knows_the_posts_beside_it_in_time(site):
    made = site(post("2026-01-02-a") + post("2026-01-03-b") + post("2026-01-04-c")).built.site

    assert {url: item.page.url for url, item in made.newer.items()} == {
        "/2026/01/02/a/": "/2026/01/03/b/",
        "/2026/01/03/b/": "/2026/01/04/c/",
    }
    assert {url: item.page.url for url, item in made.older.items()} == {
        "/2026/01/03/b/": "/2026/01/02/a/",
        "/2026/01/04/c/": "/2026/01/03/b/",
    }


def test_related_posts_share_tags_and_then_are_near_in_time(site):
    made = site(
        post("2026-01-01-both", "[x, y]")
        + post("2026-02-01-one", "[y]")
        + post("2026-03-01-this", "[x, y]")
        + post("2026-03-02-near")
        + post("2026-03-09-next")
        + post("2026-05-01-late", "[x]")
    ).built.site

    assert urls(made.related["/2026/03/01/this/"]) == ["/2026/01/01/both/", "/2026/02/01/one/", "/2026/05/01/late/"]
    assert urls(made.related["/2026/03/02/near/"]) == ["/2026/03/01/this/", "/2026/03/09/next/", "/2026/02/01/one/"]


def test_a_lone_post_has_no_related_posts(site):
    assert site(post("2026-01-02-a")).built.site.related == {"/2026/01/02/a/": ()}


def test_backlinks_are_the_posts_that_lead_to_a_page(site):
    made = site("""
        -- posts/2026-01-02-a.md --
        ## Part

        [This post](2026-01-02-a.md) itself.
        -- posts/2026-01-03-b.md --
        [a](2026-01-02-a.md), again [a](/2026/01/02/a/), and [about](/about).
        -- posts/2026-01-04-c.md --
        [a](../../../../2026/01/02/a/#part) and [out](https://example.org/2026/01/03/b/)
        -- site/pages/about.md --
        [a](../../posts/2026-01-02-a.md)
    """).built.site

    assert {url: urls(posts) for url, posts in made.backlinks.items()} == {
        "/2026/01/02/a/": ["/2026/01/04/c/", "/2026/01/03/b/"],
        "/about/": ["/2026/01/03/b/"],
    }


def test_now_is_the_day_of_the_newest_post(site):
    assert site(post("2026-01-02-a") + post("2025-01-02-b")).built.site.now == datetime(2026, 1, 2, tzinfo=UTC)


def test_now_is_what_the_environment_says_it_is(site, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")

    assert site(post("1970-01-01-a")).built.site.now == datetime(1970, 1, 2, tzinfo=UTC)


def test_a_site_without_posts_has_a_time_too(site):
    assert site("-- site/pages/a.md --\nText.\n").built.site.now == datetime(1970, 1, 1, tzinfo=UTC)


def test_of_five_thousand_posts_of_one_tag_the_nearest_are_related(site):
    made = site(post("2026-01-02-a", "[one, two]")).built.site
    rendered = made.posts[0]
    many = []
    for number in range(5_000):
        page = rendered.page
        meta = replace(page.meta, date=datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=number))
        source = replace(page.source, path=f"posts/{number}.md")
        many.append(replace(rendered, page=replace(page, source=source, meta=meta, url=f"/{number}/")))
    collected = collect(many, made.config, made.tree, made.ledger)

    assert urls(collected.related["/2500/"]) == ["/2501/", "/2499/", "/2502/"]
