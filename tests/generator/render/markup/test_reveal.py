"""Values back in their places: blocks, inlines, directions, characters HTML cannot hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.render.markup.markdown import Document
from generator.render.values import Block, Inline

Convert = Callable[..., Document]
Html = Callable[..., str]
Complaints = Callable[..., list[str]]

CHART = Block('<figure id="c1"><svg></svg></figure>', "a chart")


def test_a_block_alone_takes_the_place_of_its_paragraph(html: Html) -> None:
    assert html("a\n\n@0\n\nb", CHART) == f"<p>a</p>\n{CHART.html}\n<p>b</p>\n"
    assert html("- @0\n- b", CHART) == f"<ul>\n<li>\n{CHART.html}\n</li>\n<li>b</li>\n</ul>\n"
    assert html("> @0\n@0", CHART) == f"<blockquote>\n{CHART.html}\n{CHART.html}\n</blockquote>\n"
    assert html("::: note\n@0\n:::", CHART).endswith(f"</p>\n{CHART.html}\n</aside>\n")


def test_a_text_alone_stays_a_paragraph(html: Html) -> None:
    assert html("@0", "x") == "<p>x</p>\n"


@pytest.mark.parametrize(
    "body", ["a @0", "@0 a", "a\n@0", "@0\na", "# @0", "| a |\n|---|\n| @0 |", "*@0*", "`@0`", "![@0](a.png)"]
)
def test_a_block_inside_a_line_is_refused(convert: Convert, body: str) -> None:
    assert [error.what for error in convert(f"x\n\n{body}", CHART).errors] == ["a block stands inside a line of text"]


def test_the_refusal_says_where_and_what_to_do(complaints: Complaints) -> None:
    assert complaints("x\n\na\nb @0", CHART) == [
        "posts/x.md:4: error: a block stands inside a line of text\n"
        "    4 | b @0\n"
        "hint: put it on a line of its own, with an empty line above and below"
    ]


def test_an_inline_is_html_in_prose_and_text_elsewhere(html: Html) -> None:
    claim = Inline('<data value="3">3&nbsp;%</data>', "3 %")

    assert html("a @0 *@0* [@0](https://b.c)", claim) == (
        f'<p>a {claim.html} <em>{claim.html}</em> <a href="https://b.c">{claim.html}</a></p>\n'
    )
    assert html("`@0` ![@0](/@0.png)", claim) == (
        '<p><code>3 %</code> <img src="/3%20%25.png" alt="3 %" loading="lazy" decoding="async"></p>\n'
    )


@pytest.mark.parametrize("value", ["שלום", "مرحبا", "a\u202eb", "\u2066x", "ܐ"])
def test_a_value_cannot_turn_the_text_around_it(html: Html, value: str) -> None:
    assert html("a @0 b", value) == f"<p>a <bdi>{value}</bdi> b</p>\n"
    assert html("a `@0` b", value) == f"<p>a <bdi><code>{value}</code></bdi> b</p>\n"
    assert html("<div>@0</div>", value) == f"<div><bdi>{value}</bdi></div>"


def test_the_author_may_write_in_any_direction(html: Html) -> None:
    assert html("שלום `שלום`", "x") == "<p>שלום <code>שלום</code></p>\n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\x00b", "a␀b"),
        ("\x1b[31m", "␛[31m"),
        ("\x7f", "␡"),
        ("\x85", "�"),
        ("\ud800", "�"),
        ("\ufdd0", "�"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\t \n", "\t \n"),
        ("\ufeff\u200b", "\ufeff\u200b"),
    ],
)
def test_characters_that_html_cannot_hold_are_shown(html: Html, value: str, shown: str) -> None:
    assert html("a @0 b", value) == f"<p>a {shown} b</p>\n"
    assert html("```text\n@0\n```", value).count(shown) == 1


def test_ids_inside_a_block_can_be_linked_to(convert: Convert) -> None:
    assert "c1" in convert("@0", CHART).ids
    assert "c1" in convert("<div>\n@0\n</div>", CHART).ids
