"""A whole body: the Document, the summary, titles."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from generator.config import Config
from generator.errors import Place, SiteError
from generator.render.markup.markdown import Document, Markup
from generator.render.values import Block

Convert = Callable[..., Document]
PIECES = [
    *(
        "# a",
        "*b*",
        "`c`",
        "@0",
        "[d](e)",
        "![f](g)",
        "{.h}",
        "{#i}",
        "::: note",
        ":::",
        "> [!NOTE]",
        "- [x] j",
        "1. k",
    ),
    *("[^l]", "[^l]: m", "```python {hl=2}", "```", "<div>", "</div>", "<script>", "<!--", "-->", "<!--more-->"),
    *("| n | o |", "|---|---|", "p", ": q", "    r", "$s$", "$$", '"t"', "<b u=@0>", "[v]: w", "\\", "&amp;", "---"),
    *("", "", ""),
]
PLACE = Place("posts/x.md", 2, 8, "title: x")


def test_an_empty_body(convert: Convert) -> None:
    assert convert("") == Document("", (), (), (), (), (), "", "", has_math=False)


def test_mistakes_come_together_in_the_order_of_lines(convert: Convert) -> None:
    document = convert("::: note\n[a](javascript:x)\n\n@0 b\n\n```nolang\n```\n\n![](c.png)\n\nd[^e]", Block("<hr>"))

    assert [(error.place and error.place.line) for error in document.errors] == [1, 2, 4]
    assert [(warning.place and warning.place.line) for warning in document.warnings] == [6, 9, 11]
    assert {"error"} == {error.level for error in document.errors}
    assert {"warning"} == {warning.level for warning in document.warnings}


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("# A\n\nb *c*\n\nd", "<p>b <em>c</em></p>"),
        ("![a](b.png)\n\n> q\n\nc", "<p>c</p>"),
        ("- a", ""),
        ("", ""),
        ("a\n\nb\n\n<!--more-->\n\nc", "<p>a</p>\n<p>b</p>"),
        ("a\n\n<!-- MORE -->\n\nc", "<p>a</p>"),
        ("a b <!--more--> c\n\nd", "<p>a b </p>"),
        ("a\n\n- b\n- c <!--more-->\n\nd", "<p>a</p>"),
        ("a\n\n> b\n>\n> <!--more-->\n\nd", "<p>a</p>"),
        ("## A {#x .y}\n\nb[^n] `c`{#z}\n\n<!--more-->\n\n[^n]: d", '<h2 class="y">A</h2>\n<p>b <code>c</code></p>'),
        ("`<!--more-->`\n\nb", "<p><code>&lt;!--more--&gt;</code></p>"),
    ],
)
def test_the_summary_may_stand_on_another_page(convert: Convert, body: str, summary: str) -> None:
    assert convert(body).summary == summary


def test_the_mark_of_the_summary_is_not_on_the_page(convert: Convert) -> None:
    assert convert("a\n\n<!--more-->\n\nb <!-- more --> c").html == "<p>a</p>\n<p>b <!-- more --> c</p>\n"
    assert convert("b <!-- more --> c").html == "<p>b  c</p>\n"


def test_the_text_of_a_page(convert: Convert) -> None:
    document = convert(
        "# A *b*\n\nc\nd `e` ![f](g.png)\n\n```text\nh @0\n```\n\n| i |\n|---|\n| j |\n\n"
        "<p>k &amp; l</p>\n\n@1\n\nm[^n]\n\n[^n]: o",
        "<v>",
        Block("<svg></svg>", "a chart"),
    )

    assert document.text == "A b\nc d e f\nh <v>\ni\nj\nk & l\na chart\nm\no"


def test_the_same_body_gives_the_same_document(markup: Markup, convert: Convert) -> None:
    body = '# A\n\n"b" ![c](d.png)[^e] {{x}}\n\n::: note\n```python {hl=1}\nx = 1\n```\n:::\n\n[^e]: f @0'
    first = convert(body, "v")
    convert("# Something else\n\n[^e]: g\n\n[a]: b")

    assert convert(body, "v") == first


def test_definitions_of_one_page_are_unknown_to_the_next(convert: Convert) -> None:
    convert("[a]\n\n[a]: b\n\n[^c]: d")

    assert convert("[a]").html == "<p>[a]</p>\n"


@pytest.mark.parametrize(
    ("title", "html", "plain"),
    [
        ("Plain", "Plain", "Plain"),
        ('The *loss* of `f` & "g"', "The <em>loss</em> of <code>f</code> &amp; “g”", "The loss of f & “g”"),
        ("See [there](x.md)", "See there", "See there"),
        ("H<sub>2</sub>O", "H<sub>2</sub>O", "H2O"),
        ("List<T> & Map<K, V>", "List&lt;T&gt; &amp; Map&lt;K, V&gt;", "List<T> & Map<K, V>"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;", "<script>x</script>"),
        ('<b onclick="x">y</b>', "&lt;b onclick=&quot;x&quot;&gt;y&lt;/b&gt;", '<b onclick="x">y</b>'),
        ("An <b>open tag", "An &lt;b&gt;open tag", "An <b>open tag"),
        (
            "About <title> and <script> tags",
            "About &lt;title&gt; and &lt;script&gt; tags",
            "About <title> and <script> tags",
        ),
        ("# Not a heading", "# Not a heading", "# Not a heading"),
        ("1. Not a list", "1. Not a list", "1. Not a list"),
        ("a[^b]", "a[^b]", "a[^b]"),
        ("", "", ""),
    ],
)
def test_a_title_is_one_line_of_text(markup: Markup, title: str, html: str, plain: str) -> None:
    assert markup.inline(title, PLACE) == (html, plain)


def test_a_mistake_in_a_title_stands_where_the_title_stands(markup: Markup) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        markup.inline("[a](javascript:x)", PLACE)

    assert [str(error) for error in caught.value.exceptions] == [
        "posts/x.md:2: error: the address `javascript:x` is not allowed here\n"
        "    2 | title: x\n"
        "hint: use http, https, mailto, tel or a path inside the site"
    ]
    assert isinstance(caught.value.exceptions[0], SiteError)


def test_the_config_of_code_and_math_is_checked() -> None:
    config = Config(code_style_light="xcod", code_style_dark="qqqq", macros={"R": "\\frac{a}{b", "S": "\\mathbb{S}"})

    said = [str(error) for error in Markup(config).check_config()]

    assert said[0].startswith("site/config.yaml: error: the macro `R`: ")
    assert said[1:] == [
        "site/config.yaml: error: no style of code is called `xcod`\nhint: did you mean `xcode`?",
        "site/config.yaml: error: no style of code is called `qqqq`\n"
        "hint: Pygments has `xcode`, `monokai`, `github-dark` and more",
    ]
    assert Markup(Config()).check_config() == []


def test_pages_of_random_pieces_never_raise(markup: Markup, convert: Convert) -> None:
    for seed in range(250):
        source = random.Random(seed)
        lines = [" ".join(source.choices(PIECES, k=source.randint(1, 3))) for _ in range(source.randint(1, 14))]
        document = convert("\n".join(lines), "<v>\n`$|")

        assert "\ufdd0" not in document.html + document.text + document.summary
