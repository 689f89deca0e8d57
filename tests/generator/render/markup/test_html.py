"""Raw HTML: as the author wrote it, values where they are safe, refused where they are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.render.markup.html import pieces, text_of
from generator.render.markup.markdown import Document
from generator.render.values import Block, Inline

Convert = Callable[..., Document]
Html = Callable[..., str]
Complaints = Callable[..., list[str]]

HINT = "hint: write it into the text, or into a `data-…` attribute that the script reads"


@pytest.mark.parametrize(
    "source",
    [
        '<div CLASS=a data-b=\'"\' onclick="f(1 < 2 && 3)">\n<p>x &amp; y</p>\n</div>\n',
        "<script>\nif (a < b) { c('</div>') }\n\nd()\n</script>\n",
        "<style>\na > b { }\n</style>\n",
        "<!-- a <b> -- c -->\n",
        "<svg viewBox='0 0 1 1'>\n<path d=\"M0 0\"/>\n</svg>\n",
        "<div>\n<script>\n\nlet a = 1;\n\n</script>\n\n</div>\n",
        "<p>a <br/> b<wbr>c</p>\n",
        '<iframe src="https://a.b/c" allowfullscreen></iframe>\n',
    ],
)
def test_html_stays_as_it_was_written(html: Html, source: str) -> None:
    assert html(source) == source


def test_values_are_put_in_for_where_they_stand(html: Html) -> None:
    body = "<div id=@0 title=\"@1 b\" data-c='@1'>@1 @2 @3</div>"

    assert html(body, "i", "<\"'&>", Inline("<b>x</b>", "x"), Block("<hr>", "")) == (
        '<div id="i" title="&lt;&quot;&#x27;&amp;&gt; b" data-c="&lt;&quot;&#x27;&amp;&gt;">'
        "&lt;&quot;&#x27;&amp;&gt; <b>x</b> <hr></div>"
    )


def test_in_attributes_and_text_areas_a_finished_value_is_its_text(html: Html) -> None:
    body = '<div title="@0"><textarea>@0</textarea></div>'

    assert html(body, Inline("<b>x</b>", "x & y")) == '<div title="x &amp; y"><textarea>x &amp; y</textarea></div>'


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("<script>let a = '@0';</script>", "`<script>`"),
        ("<div>\n<script>\n@0\n</script>\n</div>", "`<script>`"),
        ("<style>a { b: @0 }</style>", "`<style>`"),
        ("<iframe>@0</iframe>", "`<iframe>`"),
        ("text <script>let a = '@0';</script>", "`<script>`"),
        ("<!-- @0 -->", "a comment"),
        ("text <!-- @0 -->", "a comment"),
        ("<!DOCTYPE @0>", "a comment"),
        ("<?php @0 ?>", "a comment"),
        ('<a onclick="f(@0)">x</a>', "`onclick`"),
        ("text <a ONCLICK=@0>x</a>", "`onclick`"),
        ('<iframe srcdoc="@0"></iframe>', "`srcdoc`"),
        ("<div @0>x</div>", "the names in `<div>`"),
        ("<div a@0=1>x</div>", "the names in `<div>`"),
        ("<div a=1 @0=2>x</div>", "the names in `<div>`"),
        ('<div style="width: @0">x</div>', "`style`, unless it is a number or a word"),
    ],
)
def test_a_value_is_refused_where_no_escaping_helps(convert: Convert, source: str, where: str) -> None:
    document = convert(f"text\n\n{source}", "a;b")

    assert [error.what for error in document.errors] == [f"a value cannot stand in {where}"]


def test_the_refusal_says_where_and_what_to_do(complaints: Complaints) -> None:
    assert complaints("text\n\n<div>\n<script>\n\nlet a = @0;\n</script>\n</div>", "1") == [
        f"posts/x.md:6: error: a value cannot stand in `<script>`\n    6 | let a = @0;\n{HINT}"
    ]


@pytest.mark.parametrize("value", ["12", "3.5", "-40", "50%", "#ff0000", "red", "1e-3"])
def test_a_number_or_a_word_may_be_a_style(html: Html, value: str) -> None:
    assert html('<div style="width: @0">x</div>', value) == f'<div style="width: {value}">x</div>'


def test_a_script_stays_open_over_several_blocks(convert: Convert) -> None:
    document = convert("<p>\n<script>\n\nlet a = @0\n\n</script>\n\nafter @0", "x")

    assert [(error.what, error.place and error.place.line) for error in document.errors] == [
        ("a value cannot stand in `<script>`", 4)
    ]


def test_what_swallows_the_rest_of_the_page_is_reported(complaints: Complaints) -> None:
    assert complaints('text\n\n<div class="a\nb') == [
        'posts/x.md:3: error: `<div class="a` is never closed\n    3 | <div class="a\n'
        "hint: everything after it is lost on the page"
    ]
    assert complaints("<!-- a\n\nb") == [
        "posts/x.md:1: error: `<!-- a` is never closed\n    1 | <!-- a\nhint: everything after it is lost on the page"
    ]
    assert complaints("text <script> more") == [
        "posts/x.md:1: error: `<script>` is never closed\n    1 | text <script> more\n"
        "hint: everything after it is lost: write `</script>`"
    ]


def test_an_image_without_a_description_is_reported(complaints: Complaints) -> None:
    assert complaints('text\n\n<img src="a.png">\n<img src="b.png" alt="">') == [
        "posts/x.md:3: warning: this `<img>` has no description\n"
        '    3 | <img src="a.png">\n'
        'hint: say what it shows: `alt="a falling loss curve"`'
    ]


def test_ids_and_old_names_are_noted(convert: Convert) -> None:
    document = convert("<p id=\"a\">x</p>\n\ntext <a name=b></a> <i id='c&amp;d'>y</i> @0", Block("<i id='e'></i>"))

    assert {"a", "b", "c&d"} <= document.ids


def test_an_id_used_twice_is_reported(complaints: Complaints) -> None:
    assert complaints('<p id="a">x</p>\n\n<p id="a">y</p>') == [
        'posts/x.md:3: error: the id `a` is used twice\n    3 | <p id="a">y</p>\nhint: the first is at posts/x.md:1'
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a<b c=1>d</b>", [("text", "a"), ("tag", "<b c=1>"), ("text", "d"), ("tag", "</b>")]),
        ("<a b='>' c=\">\" d=e/>f", [("tag", "<a b='>' c=\">\" d=e/>"), ("text", "f")]),
        ("<a b'c>d", [("tag", "<a b'c>"), ("text", "d")]),
        ("<a =b==c>d", [("tag", "<a =b==c>"), ("text", "d")]),
        ("<a b=>c", [("tag", "<a b=>"), ("text", "c")]),
        ("<a\n/b/\t=\nc>d", [("tag", "<a\n/b/\t=\nc>"), ("text", "d")]),
        ('<a b="c>d', [("unclosed", '<a b="c>d')]),
        ("<a b", [("unclosed", "<a b")]),
        ("<!-->a<!--->", [("comment", "<!-->"), ("text", "a"), ("comment", "<!--->")]),
        ("<!---->a<!-- --!>b", [("comment", "<!---->"), ("text", "a"), ("comment", "<!-- --!>"), ("text", "b")]),
        ("<!a>b<?c>d", [("comment", "<!a>"), ("text", "b"), ("comment", "<?c>"), ("text", "d")]),
        ("</ e>f", [("comment", "</ e>"), ("text", "f")]),
        ("a < b <3 <> c", [("text", "a < b <3 <> c")]),
        ("<script>a</b></SCRIPT >c", [("tag", "<script>"), ("raw", "a</b>"), ("tag", "</SCRIPT >"), ("text", "c")]),
        ("<title>a<b></title>", [("tag", "<title>"), ("text", "a<b>"), ("tag", "</title>")]),
        ("<style>a</style2>b", [("tag", "<style>"), ("raw", "a</style2>b")]),
    ],
)
def test_tags_are_read_as_browsers_read_them(source: str, expected: list[tuple[str, str]]) -> None:
    assert [(piece.kind, source[piece.start : piece.end]) for piece in pieces(source)] == expected


def test_the_text_of_html() -> None:
    assert text_of("<p title='no'>a &amp; <b>b</b><!-- no --></p><script>no</script> c") == "a & b c"
