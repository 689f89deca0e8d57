"""The menu: what the old settings list, or the pages a theme would not find; no link that leads nowhere."""

from __future__ import annotations


def menu(found) -> str:
    return found.text("site/config.yaml").partition("menu:\n")[2]


def test_a_page_whose_address_is_a_file_is_in_the_menu(moved):
    found = moved(
        "jekyll", "-- _config.yml --\ntitle: A\n-- b.md --\n---\ntitle: B\n---\n-- a.md --\n---\ntitle: A\n---\n"
    )

    assert menu(found) == '  - {title: A, url: "/a.html"}\n  - {title: B, url: "/b.html"}\n'


def test_pages_the_theme_finds_itself_need_no_menu(moved):
    found = moved("jekyll", "-- _config.yml --\npermalink: pretty\n-- a.md --\n---\ntitle: A\n---\n")

    assert menu(found) == ""


def test_pelicans_menu_comes_over_without_its_dead_links(moved):
    conf = "-- pelicanconf.py --\nMENUITEMS = (('Me', '/pages/me.html'), ('Lost', '/lost/'), ('Far', 'https://a.example'))\n"
    found = moved("pelican", conf + "-- content/pages/me.md --\nTitle: Me\n\nx\n")

    assert menu(found) == '  - {title: Me, url: "/pages/me.html"}\n  - {title: Far, url: "https://a.example"}\n'
    assert (
        "by hand: pelicanconf.py:1: the menu's link `Lost` to `/lost/` leads to nothing that came over" in found.notes
    )


def test_quartos_bar_comes_over(moved):
    bar = "      - about.qmd\n      - {href: talks/index.qmd, text: Talks}\n"
    conf = f"-- _quarto.yml --\nwebsite:\n  navbar:\n    left:\n{bar}"
    pages = "-- about.qmd --\n---\ntitle: About me\n---\n-- talks/index.qmd --\n---\ntitle: Talks\n---\n"
    found = moved("quarto", conf + pages)

    assert menu(found) == '  - {title: About, url: "/about.html"}\n  - {title: Talks, url: "/talks/"}\n'
    assert found.leads(["/about.html", "/talks/"]) == {
        "/about.html": "site/pages/about.md",
        "/talks/": "site/pages/talks/index.md",
    }
