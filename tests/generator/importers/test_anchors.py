"""Anchors: a heading of an old post answers to the id it had."""

from __future__ import annotations

import re

import pytest

from generator.importers.anchors import keep_anchors
from generator.importers.hugo_settings import anchor_rule

HEADINGS = (
    "1. The *first* part",
    "Title v1.0 `code_x`",
    "A -- b's [link](http://x.y)",
    'It\'s --- "quoted" ... end',
    "Same",
    "Same",
    "Same-1",
    "हिन्दी und Größe",
    "123",
    "!?",
    "E = $mc^2$ now",
    "a_b-c.d",
    "Ünï ①② ½",
    "end {.unnumbered}",
)
WRITTEN = {  # what each program gives those of level 2, in order
    "pandoc": (  # `pandoc -f markdown -t html`, pandoc 3.9
        *("the-first-part", "title-v1.0-code_x", "a-bs-link", "its-quoted-end", "same", "same-1", "same-1-1"),
        *("हनद-und-größe", "section", "section-1", "e-mc2-now", "a_b-c.d", "ünï-①②-½", "end"),
    ),
    "python": (  # `markdown.markdown(text, extensions=["extra", "toc"])`, Markdown 3.11
        *("1-the-first-part", "title-v10-code_x", "a-bs-link", "its-quoted-end", "same", "same_1", "same-1"),
        *("und-groe", "123", "_1", "e-mc2-now", "a_b-cd", "uni-12-12", "end"),
    ),
    "goldmark": (  # by its source: the line as it is written, letters and decimal digits, `-`, `_` and spaces
        *("1-the-first-part", "title-v10-code_x", "a----bs-linkhttpxy", "its-----quoted--end", "same", "same-1"),
        *("same-1-1", "हनद-und-größe", "123", "heading", "e--mc2-now", "a_b-cd", "ünï--", "end"),
    ),
    "slugger": (  # by its source: words, letters, marks, digits and connectors, a dash for each space
        *("1-the-first-part", "title-v10-code_x", "a--bs-link", "its--quoted--end", "same", "same-1", "same-1-1"),
        *("हिन्दी-und-größe", "123", "section", "e--mc2-now", "a_b-cd", "ünï--", "end"),
    ),
}


def ids(site, body: str) -> list[str]:
    """Build a post, and return the ids its headings have."""
    text = f"-- posts/2020-01-01-a.md --\n---\ntitle: A\ntemplating: none\n---\n{body}"
    return re.findall(r'<h2[^>]*\sid="([^"]*)"', site(text).body("/2020/01/01/a/"))


@pytest.mark.parametrize("rule", WRITTEN)
def test_headings_keep_the_ids_that_a_program_gave_them(site, rule: str):
    body = "\n\n".join(f"## {heading}" for heading in HEADINGS)

    made, _ = keep_anchors(body, rule)

    assert list(WRITTEN[rule]) == ids(site, made)
    assert (made, []) == keep_anchors(made, rule)


def test_only_ids_that_would_change_are_written_out():
    made, told = keep_anchors("# Plain\n\n## 2. Second\n\nThird v1.0\n---\n\n```\n## 4. code\n```\n", "pandoc")

    assert made == ('# Plain\n\n## 2. Second {#second}\n\nThird v1.0 {id="third-v1.0"}\n---\n\n```\n## 4. code\n```\n')
    assert told == [(2, "second"), (4, "third-v1.0")]


def test_an_id_the_author_gave_stays_and_is_given_to_no_other():
    body = "## 1. Same\n\n## Other {#same}\n\n> ## 2. Quoted ##\n"

    assert keep_anchors(body, "pandoc")[0] == "## 1. Same\n\n## Other {#same}\n\n> ## 2. Quoted ## {#quoted}\n"


def test_a_post_with_ends_of_lines_from_windows_keeps_them(moved):
    root = moved.write("-- _quarto.yml --\n")
    (root / "posts").mkdir()
    (root / "posts/a.qmd").write_bytes(b"---\r\ntitle: A\r\ndate: 2020-01-02\r\n---\r\n\r\n## 1. One\r\n\r\nText.\r\n")

    found = moved.again("quarto")

    assert found.files["posts/a.md"].endswith(b"---\r\n\r\n## 1. One {#one}\r\n\r\nText.\r\n")
    assert "translated: posts/a.qmd:7: the heading keeps its anchor `#one`" in found.notes


def test_quartos_labels_of_sections_answer_to_their_old_names(moved):
    found = moved(
        "quarto", "-- a.qmd --\n---\ntitle: A\n---\n## Two {#sec-two .x}\n\nSee @sec-two and [it](#sec-two).\n"
    )

    assert found.body("site/pages/a.md") == (
        '## Two <a id="sec-two"></a> {#sec:two .x}\n\nSee @sec:two and [it](#sec:two).\n'
    )
    assert '<a id="sec-two"></a>' in found.build()["a.html"].content.decode()


@pytest.mark.parametrize(
    ("plugin", "heading"),
    [("gatsby-remark-autolink-headers", "## Note ² {#note-}"), ("gatsby-remark-images", "## Note ²")],
)
def test_gatsbys_headings_have_ids_with_the_plugin_only(moved, plugin: str, heading: str):
    config = f"-- gatsby-config.js --\nmodule.exports = {{siteMetadata: {{title: 'T'}}, plugins: ['{plugin}']}}\n"
    found = moved("gatsby", f"{config}-- content/blog/a/index.md --\n---\ntitle: A\ndate: 2020-01-02\n---\n## Note ²\n")

    assert found.body("posts/a/index.md") == f"{heading}\n"


@pytest.mark.parametrize(("setting", "heading"), [("'toc'", "## Größe {#groe}"), ("'extra'", "## Größe")])
def test_pelicans_headings_have_ids_with_the_extension_only(moved, setting: str, heading: str):
    conf = f"-- pelicanconf.py --\nMARKDOWN = {{'extensions': [{setting}]}}\n"
    found = moved("pelican", conf + "-- content/a.md --\nTitle: A\nDate: 2020-01-02\n\n## Größe\n")

    assert found.text("posts/a.md").endswith(f"\n\n{heading}\n")


@pytest.mark.parametrize(
    ("parser", "rule"),
    [
        ({}, "goldmark"),
        ({"autoHeadingIDType": "github"}, "goldmark"),
        ({"autoHeadingIDType": "blackfriday"}, ""),
        ({"autoHeadingID": False}, ""),
    ],
)
def test_hugos_rule_is_that_of_its_settings(parser: dict[str, object], rule: str):
    assert anchor_rule({"markup": {"goldmark": {"parser": parser}}}) == rule
