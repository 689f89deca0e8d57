"""Formulas in Markdown: what is one, what is money, where mistakes stand, and that nothing else touches them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from generator.config import Config
from generator.errors import Place
from generator.render.markup.markdown import Document, Markup
from generator.render.markup.tex import Formula, TexConverter
from generator.render.values import Expanded, Text, hide

MATH = re.compile(r"<math[ >].*?</math>", re.DOTALL)
ANSWER = Callable[..., Document]


def formulas(html: str) -> list[str]:
    """Return the TeX of every formula in HTML."""
    return re.findall(r'<math alttext="([^"]*)"', html)


def alone(tex: str) -> str:
    """Return the MathML of an inline formula."""
    return TexConverter({}).convert([Formula(tex)])[0].html


# what is a formula


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("a $x$ b", ["x"]),
        ("$x$", ["x"]),
        ("the $k$-th, $n$th and $k$NN", ["k", "n", "k"]),
        ("값$x$은 $y$의", ["x", "y"]),
        ("$a$$b$", ["a", "b"]),
        ("($x$)", ["x"]),
        (r"\(x\) and \[y\]", ["x", "y"]),
        ("$$x$$ in a sentence", ["x"]),
        (r"$\text{if $x$}$", [r"\text{if $x$}"]),
        (r"$5\%$ and $2x$", [r"5\%", "2x"]),
        (r"$\$5$", [r"\$5"]),
        ("$a\nb$", ["a\nb"]),
        ("$$\nx\n$$", ["x"]),
        ("$$x$$", ["x"]),
        ("$$ x\ny $$", ["x\ny"]),
        ("\\[\nx\n\\]", ["x"]),
        ("\\begin{align}\na &= b\n\\end{align}", ["\\begin{align}\na &amp;= b\n\\end{align}"]),
        ("where \\begin{cases}a\\end{cases} holds", ["\\begin{cases}a\\end{cases}"]),
        ("```math\nx\n```", ["x"]),
        ("~~~ math\nx\ny\n~~~", ["x\ny"]),
        ("text\n$$\nx\n$$\nmore", ["x"]),
        ("$$\na\n\n= b\n$$", ["a\n\n= b"]),
        (
            "$$\na\n+ b\n- c\n= d\n# e\n> f\n1. g\n***\n$$".replace("# e", r"\# e"),
            ["a\n+ b\n- c\n= d\n\\# e\n&gt; f\n1. g\n***"],
        ),
    ],
)
def test_this_is_a_formula(html: Callable[..., str], text: str, tex: list[str]) -> None:
    assert formulas(html(text)) == tex


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "$200, but not $200!",
        "From $5 to $10 too",
        "From $5 to $10, i.e. 5$",
        "it costs 5$ or 6$",
        "US$5 and US$6",
        "a $ b $ c",
        "one $ alone",
        "the end$",
        "$",
        "$$$",
        "$$$$",
        r"\$x\$",
        r"\\(x) and \\[y]",
        r"\(\) and \[ \]",
        r"\[x] is no link",
        "${HOME}/${USER}",
        "$HOME is not $PATH",
    ],
)
def test_this_is_text(html: Callable[..., str], text: str) -> None:
    assert formulas(html(text)) == []


def test_code_spans_win(html: Callable[..., str]) -> None:
    assert "<code>$x$</code>" in html("`$x$`")
    assert html("$a `b$ c` d") == "<p>$a <code>b$ c</code> d</p>\n"
    assert "<code>$HOME</code>" in html("costs $5: `$HOME`")


def test_displays_have_their_place_on_the_page(html: Callable[..., str]) -> None:
    written = html("before\n$$\nx\n$$\nafter \\[y\\] it")

    assert MATH.sub("M", written) == ('<p>before</p>\n<div class="equation">M</div>\n<p>after M it</p>\n')
    assert 'display="block"' in MATH.findall(written)[1]


def test_a_numbered_display_inside_a_paragraph_stays_in_it(html: Callable[..., str]) -> None:
    written = html("so $$x$$ {#eq:a} follows")

    assert MATH.sub("M", written) == (
        '<p>so <span class="equation" id="eq:a">M<span class="number">(1)</span></span> follows</p>\n'
    )


def test_formulas_stand_in_lists_and_quotes(html: Callable[..., str]) -> None:
    text = (
        "- $$\n  x\n  $$\n- \\[ y \\]\n\n> \\begin{gather}\n> z\n> \\end{gather}\n\n1. a\n\n   ```math\n   w\n   ```\n"
    )

    assert formulas(html(text)) == ["x", "y", "\\begin{gather}\nz\n\\end{gather}", "w"]


# nothing else touches a formula

HOSTILE = [
    "a_1 * b_2 * c_3",
    "a *b* c **d** _e_ __f__",
    r"x | y",
    r"\|x\|_2",
    "p(x|y) = |z|",
    "a < b > c",
    "<b>x</b>",
    "</td>",
    r"\{x\} \\ \& \_",
    "[x](y)",
    "![x](y)",
    "[^1]",
    "x^{[1]}",
    "~~x~~",
    r'x -- y --- z ... "q" \text{it' + "'" + "s}",
    "&amp; y".replace("&amp;", r"\&amp;"),
    "http://x.org",
    "!x",
    ":smile:",
    "x{#a}",
    "@eq:x",
    r"\ast a\ast",
    "(c) 1/2",
    "a\u00a0b",
]
CONTEXTS = {
    "prose": "before {} after",
    "heading": "## before {} after",
    "list": "- before {} after",
    "task": "- [ ] before {} after",
    "quote": "> before {} after",
    "emphasis": "*before {} after*",
    "strong": "**before {} after**",
    "link": "[before {} after](https://example.org/)",
    "cell": "| a | b |\n|---|---|\n| before {} after | c |",
    "head": "| a {} | b |\n|---|---|\n| d | c |",
    "alone in a cell": "| a | b |\n|---|---|\n| {} | {} |",
    "note": "text[^1]\n\n[^1]: before {} after",
    "definition": "term\n: before {} after",
    "admonition": "::: note\nbefore {} after\n:::",
}


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
@pytest.mark.parametrize("sign", ["${}$", r"\({}\)"])
@pytest.mark.parametrize("tex", HOSTILE)
def test_a_formula_is_the_same_everywhere(markup: Markup, tex: str, sign: str, context: str) -> None:
    text = context.replace("{}", sign.replace("{}", tex))
    document = markup.convert(Expanded(text, (), (Place("posts/x.md", 1),)))
    expected = alone(tex)

    assert document.errors == () or not expected
    assert set(MATH.findall(document.html)) == {expected} - {""}


def test_a_value_in_a_formula_is_data(convert: ANSWER) -> None:
    document = convert("$a = @0$ and $b = @1$", "0.95", r"} \href{javascript:alert(1)}{<script>")

    assert document.errors == ()
    assert "<mn>0.95</mn>" in document.html
    assert r"<mtext>} \href{javascript:alert(1)}{&lt;script&gt;</mtext>" in document.html


def test_titles_hold_formulas(markup: Markup) -> None:
    written, plain = markup.inline("On $x_1$", Place("posts/x.md", 2, 0, 'title: "On $x_1$"'))

    assert MATH.sub("M", written) == "On M"
    assert plain == "On x_1"


# numbers over the page


def test_numbers_labels_and_references_of_a_page(convert: ANSWER) -> None:
    document = convert(
        "See \\eqref{eq:b} and \\ref{a}.\n\n$$x$$ {#eq:a}\n\n- \\begin{align}\n  a &= b \\\\\n"
        "  c &= d \\label{eq:b}\n  \\end{align}\n\n$y = \\eqref{eq:a}$"
    )

    assert document.errors == ()
    assert [(label.id, label.kind, label.text) for label in document.labels if label.kind == "equation"] == [
        ("eq:a", "equation", "1"),
        ("eq:b", "equation", "3"),
    ]
    assert '<p>See <a href="#eq:b">(3)</a> and <a href="#eq:a">1</a>.</p>' in document.html
    assert '<mtext><a href="#eq:a">(1)</a></mtext>' in document.html
    assert {"eq:a", "eq:b"} <= document.ids


# mistakes and their places


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "a\n\nsee $x + \\foobar$ here",
            "posts/x.md:3:10: error: `\\foobar` is not a TeX command we know\n"
            "    3 | see $x + \\foobar$ here\n"
            "      |          ^\n"
            "hint: did you mean `\\bar`?",
        ),
        (
            "> $$\n> a\n>   + \\alhpa\n> $$",
            "posts/x.md:3:7: error: `\\alhpa` is not a TeX command we know\n"
            "    3 | >   + \\alhpa\n"
            "      |       ^\n"
            "hint: did you mean `\\alpha`?",
        ),
        (
            "1. one\n\n   ```math\n   a\n   {b\n   ```",
            "posts/x.md:5:4: error: `{` is never closed\n"
            "    5 |    {b\n"
            "      |    ^\n"
            "hint: write `}` where it ends, or `\\{` for a brace that shows",
        ),
        (
            "\\begin{align}\na &= b \\\\\nc &= \\alhpa\n\\end{align}",
            "posts/x.md:3:6: error: `\\alhpa` is not a TeX command we know\n"
            "    3 | c &= \\alhpa\n"
            "      |      ^\n"
            "hint: did you mean `\\alpha`?",
        ),
        (
            "text\n\n$$\nx = y\n\nThis is prose again.",
            "posts/x.md:3:1: error: `$$` is never closed\n"
            "    3 | $$\n"
            "      | ^\n"
            "hint: close the formula with `$$`, or write `\\$\\$` for two dollar signs",
        ),
        (
            "so $$ x is missing its end",
            "posts/x.md:1:4: error: `$$` is never closed\n"
            "    1 | so $$ x is missing its end\n"
            "      |    ^\n"
            "hint: close the formula with `$$`, or write `\\$\\$` for two dollar signs",
        ),
        (
            "\\[\nx = y\n\ntext",
            "posts/x.md:1:1: error: `\\[` is never closed\n"
            "    1 | \\[\n"
            "      | ^\n"
            "hint: close the formula with `\\]`; an empty line ends it too early",
        ),
        (
            "so \\[ x = y^2 is missing its end",
            "posts/x.md:1:4: error: `\\[` is never closed\n"
            "    1 | so \\[ x = y^2 is missing its end\n"
            "      |    ^\n"
            "hint: close the formula with `\\]`, or write `[` alone for a bracket",
        ),
        (
            "\\begin{align}\nx &= y\n\ntext",
            "posts/x.md:1:1: error: `\\begin{align}` is never closed\n"
            "    1 | \\begin{align}\n"
            "      | ^\n"
            "hint: write `\\end{align}` where it ends",
        ),
        (
            "so \\begin{align} x",
            "posts/x.md:1:4: error: `\\begin{align}` is never closed\n"
            "    1 | so \\begin{align} x\n"
            "      |    ^\n"
            "hint: write `\\end{align}` where it ends",
        ),
        (
            "\\begin{align}\nx\n\\end{align} and so on",
            "posts/x.md:3:12: error: text stands behind `\\end{align}`\n"
            "    3 | \\end{align} and so on\n"
            "      |            ^\n"
            "hint: begin a new line after it",
        ),
        (
            "```math\nx",
            "posts/x.md:1:1: error: ````math` is never closed\n"
            "    1 | ```math\n"
            "      | ^\n"
            "hint: write ````` where the formula ends",
        ),
        (
            "text \\eqref{eq:lss}\n\n$$x$$ {#eq:loss}",
            "posts/x.md:1:6: error: no formula of this page is labelled `eq:lss`\n"
            "    1 | text \\eqref{eq:lss}\n"
            "      |      ^\n"
            "hint: did you mean `eq:loss`?",
        ),
        (
            "$$x$$ {#eq:a}\n\n$$\ny \\label{eq:a}\n$$",
            "posts/x.md:4:3: error: the label `eq:a` is used twice\n"
            "    4 | y \\label{eq:a}\n"
            "      |   ^\n"
            "hint: the first is at posts/x.md:1:3",
        ),
        (
            "| a | b |\n|---|---|\n| $x$ | $|y| + \\alhpa$ |",
            "posts/x.md:3:16: error: `\\alhpa` is not a TeX command we know\n"
            "    3 | | $x$ | $|y| + \\alhpa$ |\n"
            "      |                ^\n"
            "hint: did you mean `\\alpha`?",
        ),
        (
            "# A $\\alhpa$",
            "posts/x.md:1:6: error: `\\alhpa` is not a TeX command we know\n"
            "    1 | # A $\\alhpa$\n"
            "      |      ^\n"
            "hint: did you mean `\\alpha`?",
        ),
        (
            "a[^1]\n\nb\n\n[^1]: note $\\alhpa$",
            "posts/x.md:5:13: error: `\\alhpa` is not a TeX command we know\n"
            "    5 | [^1]: note $\\alhpa$\n"
            "      |             ^\n"
            "hint: did you mean `\\alpha`?",
        ),
    ],
)
def test_a_mistake_stands_in_the_authors_line(complaints: Callable[..., list[str]], text: str, complaint: str) -> None:
    assert complaints(text) == [complaint]


def test_every_mistake_of_a_page_is_reported(convert: ANSWER) -> None:
    document = convert("$\\aa{$ and $\\bb$\n\n$$\n\\cc\n$$\n\n$x$ $\\bb$\n\n$$ x")

    assert [(error.place.line, error.place.column) for error in document.errors if error.place] == [
        (1, 5),
        (1, 13),
        (4, 1),
        (7, 6),
        (9, 1),
    ]


def test_a_mistake_behind_a_template_has_the_column_of_the_authors_line(markup: Markup) -> None:
    line = "The {{ data.best.strength }} is {{ x }} with $a = {{ y }} + \\alhpa$."
    expanded = Expanded(
        f"The {hide(0)} is {hide(1)} with $a = {hide(2)} + \\alhpa$.",
        (Text("0.5"), Text("a long value"), Text("7")),
        (Place("posts/x.md", 9, 0, line),),
    )

    errors = markup.convert(expanded).errors

    assert [error.place for error in errors] == [Place("posts/x.md", 9, line.index("\\alhpa") + 1, line)]


def test_macros_of_the_site_work_in_its_pages() -> None:
    markup = Markup(Config(macros={"R": r"\mathbb{R}"}))

    assert "<mi>ℝ</mi>" in markup.convert(Expanded(r"$x \in \R$", (), (Place("posts/x.md", 1),))).html


def test_definitions_leave_nothing_on_the_page(html: Callable[..., str]) -> None:
    written = html("$$\\newcommand{\\v}{\\mathbf{v}}$$\n\n$\\v$")

    assert formulas(written) == [r"\v"]
    assert "<mi>𝐯</mi>" in written
