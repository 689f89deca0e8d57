from __future__ import annotations

import re

import pytest


def posts(count: int, more: str = "") -> str:
    return "".join(f"-- posts/2026-01-{day:02}-p{day}.md --\n---\n{more}\n---\nText.\n" for day in range(1, count + 1))


def teasers(html: str) -> list[str]:
    """Return the names of the posts a list shows, in its order."""
    return re.findall(r'<h2><a href="[^"]*/(p\d+)/">', html)


def lists(built) -> list[str]:
    """Return the pages that are no post and no file of the theme."""
    return [path for path in built.paths if path.endswith(".html") and not path.startswith("2026/")]


def test_a_site_with_nothing_but_posts_has_a_home_page_and_an_archive(site):
    assert lists(site(posts(2))) == ["404.html", "archive/index.html", "index.html"]


def test_a_site_without_posts_has_a_home_page(site):
    built = site("-- site/pages/about.md --\nText.\n")

    assert lists(built) == ["404.html", "about/index.html", "index.html"]
    assert "Nothing is published yet." in built["index.html"]


def test_home_shows_the_newest_posts_and_the_next_pages_the_older_ones(site):
    built = site(posts(5) + "-- site/config.yaml --\npaginate: 2\n")

    assert teasers(built["index.html"]) == ["p5", "p4"]
    assert teasers(built["page2/index.html"]) == ["p3", "p2"]
    assert teasers(built["page3/index.html"]) == ["p1"]
    assert '<a rel="next" href="./page2/">' in built["index.html"]
    assert 'rel="prev"' not in built["index.html"]
    assert '<a rel="prev" href="../">' in built["page2/index.html"]
    assert '<a rel="next" href="../page3/">' in built["page2/index.html"]
    assert 'rel="next"' not in built["page3/index.html"]


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_no_page_of_the_list_is_empty(site, count: int, pages: int):
    built = site(posts(count) + "-- site/config.yaml --\npaginate: 2\n")

    assert len([path for path in built.paths if re.fullmatch(r"(page\d+/)?index\.html", path)]) == pages


def test_with_a_home_page_of_the_authors_own_the_list_moves(site):
    built = site(posts(2) + "-- site/pages/index.md --\nWelcome.\n-- site/config.yaml --\npaginate: 1\n")

    assert "<p>Welcome.</p>" in built["index.html"]
    assert teasers(built["posts/index.html"]) == ["p2"]
    assert teasers(built["posts/page2/index.html"]) == ["p1"]


def test_the_archive_has_every_post_under_its_year(site):
    html = site(posts(1) + "-- posts/2025-12-31-old.md --\nText.\n-- posts/2025-01-01-older.md --\nText.\n")[
        "archive/index.html"
    ]

    assert re.findall(r'<h2>(\d+)</h2>|<a href="\.\./(\d[^"]*)">', html) == [
        ("2026", ""),
        ("", "2026/01/01/p1/"),
        ("2025", ""),
        ("", "2025/12/31/old/"),
        ("", "2025/01/01/older/"),
    ]


def test_each_tag_has_a_page_and_a_place_in_the_index(site):
    built = site(posts(2, "tags: [Group LASSO, C++]") + "-- posts/2026-01-03-p3.md --\n---\ntags: 확률\n---\nText.\n")

    assert lists(built) == [
        "404.html",
        "archive/index.html",
        "index.html",
        "tags/c-plus-plus/index.html",
        "tags/group-lasso/index.html",
        "tags/index.html",
        "tags/확률/index.html",
    ]
    assert re.findall(r'<li><a rel="tag" href="([^"]*)">([^<]*)</a>', built["tags/index.html"]) == [
        ("../tags/c-plus-plus/", "C++"),
        ("../tags/group-lasso/", "Group LASSO"),
        ("../tags/%ED%99%95%EB%A5%A0/", "확률"),
    ]
    assert re.findall(r'<a href="\.\./\.\./2026/01/\d\d/(p\d)/">', built["tags/group-lasso/index.html"]) == ["p2", "p1"]


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("404.html", "-- site/pages/404.md --\nMine.\n"),
        ("archive/index.html", "-- site/pages/archive.md --\nMine.\n"),
        ("tags/index.html", "-- site/pages/tags.md --\nMine.\n"),
        ("tags/x/index.html", "-- site/pages/tags/x.md --\nMine.\n"),
        ("404.html", "-- site/static/404.html --\n<p>Mine.</p>\n"),
    ],
)
def test_a_page_of_the_authors_own_takes_the_place_of_ours(site, path: str, page: str):
    assert "<p>Mine.</p>" in site(posts(1, "tags: [x]") + page)[path]
