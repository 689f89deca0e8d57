"""Headings: ids, anchors, the outline."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.render.markup.headings import make_id
from generator.render.markup.markdown import Document, Heading
from generator.render.values import Inline

Convert = Callable[..., Document]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Data preparation", "data-preparation"),
        ("Jae GPT on his hobbies", "jae-gpt-on-his-hobbies"),
        ("What is ridge and LASSO regularization?", "what-is-ridge-and-lasso-regularization"),
        ("A & B", "a--b"),
        ("1. Setup: the `x_y`", "1-setup-the-x_y"),
        ("top-p sampling", "top-p-sampling"),
        ("데이터 준비", "데이터-준비"),
        ("Überblick, Größe", "überblick-größe"),
        ("हिन्दी में", "हिन्दी-में"),
        ("日本語、テスト", "日本語テスト"),
        ("  spaces\taround  ", "spaces-around"),
        ("🎉", "section"),
        ("", "section"),
        ("…", "section"),
        ("x" * 300, "x" * 200),
    ],
)
def test_an_id_keeps_the_letters_of_every_script(text: str, name: str) -> None:
    assert make_id(text) == name


def test_a_repeated_heading_gets_a_number(convert: Convert) -> None:
    document = convert("# A\n\n# A\n\n## A-1\n\n# A\n\n# B {#a-2}\n\n# A")

    assert [heading.id for heading in document.headings] == ["a", "a-1", "a-1-1", "a-3", "a-2", "a-4"]


def test_the_outline_is_fit_to_stand_inside_links(convert: Convert) -> None:
    document = convert(
        '## The *loss* of [it](https://a.b) `f`[^n] <a id="x">y</a>\n\n> # Quoted\n\n::: note\n# Boxed\n:::\n\n'
        "Under\n---\n\n[^n]: note"
    )

    assert document.headings == (
        Heading(2, "the-loss-of-it-f-y", "The loss of it f y", "The <em>loss</em> of it <code>f</code> y"),
        Heading(2, "under", "Under", "Under"),
    )
    assert {"quoted", "boxed"} < document.ids


def test_values_in_a_heading_are_read_as_plain_text_for_its_id(convert: Convert) -> None:
    document = convert("## Best of @0 and @1", "<b>3</b>", Inline("<i>x</i>", "x y"))

    assert document.headings == (
        Heading(2, "best-of-b3b-and-x-y", "Best of <b>3</b> and x y", "Best of &lt;b&gt;3&lt;/b&gt; and <i>x</i>"),
    )
    assert document.html == (
        '<h2 id="best-of-b3b-and-x-y">Best of &lt;b&gt;3&lt;/b&gt; and <i>x</i> '
        '<a class="anchor" href="#best-of-b3b-and-x-y" aria-label="Link to this section">#</a></h2>\n'
    )


@pytest.mark.parametrize("value", ['" onclick="x', "<script>", "a\nb\tc", "\u202eabc", "x" * 10_000])
def test_no_value_breaks_out_of_an_id(convert: Convert, value: str) -> None:
    name = convert("# @0", value).headings[0].id

    assert len(name) <= 200
    assert not set(name) & set("\"'<>&\n\t \u202e")


def test_a_heading_that_takes_the_id_of_a_tag_steps_aside(convert: Convert) -> None:
    document = convert('# A\n\n<p id="a">x</p>')

    assert document.errors == ()
    assert document.headings[0].id == "a-1"
