"""Attributes in braces: where they may stand, and what they belong to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.render.markup.attributes import Attributes, parse, parse_braces

Html = Callable[..., str]
Complaints = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#a .b .c d=e", Attributes("a", ("b", "c"), (("d", "e"),))),
        ("#fig:loss", Attributes("fig:loss")),
        (".a.b#c", Attributes("c", ("a", "b"))),
        ("a=\"b c\" d='e f' g=h-1", Attributes(pairs=(("a", "b c"), ("d", "e f"), ("g", "h-1")))),
        ('a=""', Attributes(pairs=(("a", ""),))),
        (" 2,4-6  linenos ", Attributes(flags=("2,4-6", "linenos"))),
        ("#한국어 .é", Attributes("한국어", ("é",))),
        ("", Attributes()),
        ('"a": 1', None),
        ("a = b", None),
        ("#a#", None),
        ("<b>", None),
        ('a="b"c', None),
    ],
)
def test_the_inside_of_braces(text: str, found: Attributes | None) -> None:
    assert parse(text) == found


@pytest.mark.parametrize("text", ["{}", "{word}", "{two words}", "{a.b", "{{.a}}", "{.a\n.b}", "no"])
def test_what_is_not_attributes_stays_text(text: str) -> None:
    assert parse_braces(text) is None


def test_attributes_end_where_the_brace_closes() -> None:
    assert parse_braces("x{.a} y", 1) == (Attributes(classes=("a",)), 5)


@pytest.mark.parametrize("braces", ["{#a .b}", "{: #a .b}", "{:#a .b}", "{: .b #a }"])
def test_behind_a_heading(html: Html, braces: str) -> None:
    anchor = '<a class="anchor" href="#a" aria-label="Link to this section">#</a>'

    assert f'<h2 id="a" class="b">Title {anchor}</h2>\n' == html(f"## Title {braces}").replace(
        '<h2 class="b" id="a">', '<h2 id="a" class="b">'
    )


def test_a_heading_may_close_its_marks_before_the_attributes(html: Html) -> None:
    assert html("## Title ## {#a}").startswith('<h2 id="a">Title <a')


def test_behind_an_image_a_link_and_code(html: Html) -> None:
    body = "a ![b](c.png){width=20 .d} [e](https://f.g){.h rel=me} `i`{.j}"

    assert html(body) == (
        '<p>a <img src="c.png" alt="b" class="d" width="20" loading="lazy" decoding="async"> '
        '<a href="https://f.g" class="h" rel="me">e</a> <code class="j">i</code></p>\n'
    )


def test_only_right_behind_it(html: Html) -> None:
    assert html("`a` {.b} c{.d}") == "<p><code>a</code> {.b} c{.d}</p>\n"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("Text\nmore", '<p class="b" id="a">Text\nmore</p>\n'),
        ("- x", '<ul class="b" id="a">\n<li>x</li>\n</ul>\n'),
        ("> x", '<blockquote class="b" id="a">\n<p>x</p>\n</blockquote>\n'),
        ("---", '<hr class="b" id="a">\n'),
        ("```\nx\n```", '<div class="hl b" id="a"><pre tabindex="0"><code>x\n</code></pre></div>\n'),
        (
            "![x](y.png)",
            '<figure class="b" id="a"><img src="y.png" alt="x" loading="lazy" decoding="async"></figure>\n',
        ),
        ("::: note\nx\n:::", None),
        ("| x |\n|---|", None),
        ("x\n: y", None),
    ],
)
def test_on_a_line_below_or_above_a_block(html: Html, block: str, expected: str | None) -> None:
    below, above = html(f"{block}\n{{.b #a}}"), html(f"{{.b #a}}\n\n{block}".replace("{.b", "{: .b"))

    assert 'id="a"' in below
    assert "{" not in below
    assert above == below
    assert expected is None or _sorted(expected) == _sorted(below)


def test_lines_of_attributes_add_up(html: Html) -> None:
    assert html("{.a}\n{.b #c}\n\nText") == '<p class="a b" id="c">Text</p>\n'


def test_between_two_blocks_it_belongs_to_the_one_it_touches(html: Html) -> None:
    assert html("One\n{.a}\n\nTwo") == '<p class="a">One</p>\n<p>Two</p>\n'
    assert html("One\n\n{.a}\nTwo") == '<p>One</p>\n<p class="a">Two</p>\n'


def test_classes_join_those_of_a_box(html: Html) -> None:
    assert html("::: note\nx\n:::\n{.wide}").startswith('<aside class="admonition note wide">')


def test_attributes_of_nothing_are_reported(complaints: Complaints) -> None:
    assert complaints("> a\n\n{.b}") == [
        "posts/x.md:3: warning: these attributes belong to no block\n"
        "    3 | {.b}\n"
        "hint: put them on the line right below a block, or write them into the HTML tag itself"
    ]


def test_a_value_in_an_id_or_a_class_stays_one_word(html: Html) -> None:
    assert html("Text\n{#@0 .@0}", "a b\n.c") == '<p id="a-b-.c" class="a-b-.c">Text</p>\n'


def test_a_value_cannot_be_an_event_handler(complaints: Complaints) -> None:
    assert complaints('a [b](https://c.d){onclick="f(@0)"}', "x") == [
        "posts/x.md:1: error: a value cannot stand in `onclick`\n"
        '    1 | a [b](https://c.d){onclick="f(@0)"}\n'
        "hint: write it into the text, or into a `data-…` attribute that the script reads"
    ]


def test_an_id_may_be_used_once(complaints: Complaints) -> None:
    assert complaints("# A {#x}\n\nText\n{#x}") == [
        "posts/x.md:3: error: the id `x` is used twice\n    3 | Text\nhint: the first is at posts/x.md:1"
    ]


def _sorted(html: str) -> list[str]:
    return sorted(html)
