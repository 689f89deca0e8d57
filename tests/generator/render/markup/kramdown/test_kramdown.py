"""What kramdown's own output cannot tell: values, places, warnings, math, and time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import Place
from generator.render.markup.markdown import Document, Markup
from generator.render.values import LINK_CLOSE, LINK_OPEN, RESERVED, Expanded, Text, hide
from tests.generator.render.markup.test_pathological import REPEATED, SECONDS, SIZE, seconds

Html = Callable[..., str]
Complaints = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a | @0\nb | c", "<td>x | y</td>"),
        ("* @0", "<li>x | y</li>"),
        ("term\n: @0", "<dd>x | y</dd>"),
        ("~~~\n@0\n~~~", "x | y\n</code>"),
        ('<div markdown="1">\n@0\n</div>', "<p>x | y</p>"),
        ("<div>\n@0\n</div>", "<div>\nx | y\n</div>"),
        ("@0\n{: .a}", '<p class="a">x | y</p>'),
        ("[a](/b){: title='@0'}", 'title="x | y"'),
    ],
)
def test_a_value_is_text_in_every_block(html: Html, text: str, expected: str):
    assert expected in html(text, "x | y")


@pytest.mark.parametrize("value", ["*", "| a", "^", "{: .x}", "* a\n* b", "</div>", "$$", "*[A]: b", "<!--"])
def test_no_value_opens_or_ends_anything(html: Html, value: str):
    assert html("> @0\n> b\n\n* @0\n\n<div markdown='1'>\n@0\n</div>", value) == html(
        "> @0\n> b\n\n* @0\n\n<div markdown='1'>\n@0\n</div>", "PLAIN"
    ).replace("PLAIN", value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "A word{: .x} here",
            "posts/x.md:1:7: warning: these attributes stand behind plain text\n"
            "    1 | A word{: .x} here\n"
            "      |       ^\n"
            "hint: put them right behind a link, an image, code or emphasis",
        ),
        (
            "text\n\n{::options hard_wrap='true' footnote='2' toc_level='1' /}",
            "posts/x.md:3: warning: no option is called `footnote`\n"
            "    3 | {::options hard_wrap='true' footnote='2' toc_level='1' /}\n"
            "hint: did you mean `footnote_nr`?\n"
            "posts/x.md:3: warning: no option is called `toc_level`\n"
            "    3 | {::options hard_wrap='true' footnote='2' toc_level='1' /}\n"
            "hint: did you mean `toc_levels`?\n"
            "posts/x.md:3: warning: the option `hard_wrap` has no effect here\n"
            "    3 | {::options hard_wrap='true' footnote='2' toc_level='1' /}",
        ),
        (
            "{::comment}\nnever closed",
            "posts/x.md:1: warning: `{::comment}` is never closed\n"
            "    1 | {::comment}\n"
            "hint: write `{:/comment}` on a line of its own",
        ),
        (
            "a\n\n{:/comment}",
            "posts/x.md:3: warning: `{:/comment}` closes nothing\n    3 | {:/comment}\nhint: take it out",
        ),
        (
            "{::coment /}",
            "posts/x.md:1: warning: `{::coment}` is not known\n    1 | {::coment /}\nhint: did you mean `comment`?",
        ),
        (
            "a {::foo}b{:/} c",
            "posts/x.md:1: warning: `{::foo}` is not known\n    1 | a {::foo}b{:/} c\nhint: it is ignored",
        ),
        (
            "a\n{: nowhere}",
            "posts/x.md:2: warning: no attributes are called `nowhere`\n"
            "    2 | {: nowhere}\n"
            "hint: add a line `{:nowhere: .class}`",
        ),
        (
            "* a\n{:footnotes}",
            "posts/x.md:2: warning: `footnotes` has no effect here\n"
            "    2 | {:footnotes}\n"
            "hint: the notes stand at the end of the page",
        ),
        (
            "a\n{: <b>}",
            "posts/x.md:2: warning: cannot read the attributes `{: <b>}`\n"
            "    2 | {: <b>}\n"
            'hint: such as `{: #id .class key="value"}`',
        ),
        (
            "<div>\n*a*",
            "posts/x.md:1: warning: `<div>` is never closed\n    1 | <div>\nhint: write `</div>` where it ends",
        ),
        (
            "<p>a</p>\n{: .b}",
            "posts/x.md:2: warning: these attributes belong to no block\n"
            "    2 | {: .b}\n"
            "hint: put them on the line right below a block, or write them into the HTML tag itself",
        ),
    ],
)
def test_what_has_no_effect_is_told_with_its_place(complaints: Complaints, text: str, said: str):
    assert "\n".join(complaints(text)) == said


def test_a_mistake_deep_in_a_list_has_its_own_line(complaints: Complaints):
    text = "* a\n\n  1. b\n\n     <div markdown='1'>\n     text [x](javascript:y)\n     </div>"

    assert [message.split(": error: ")[0] for message in complaints(text)] == ["posts/x.md:6:15"]


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("$x$ in a line", [False]),
        ("$$x$$ in a line", [False]),
        ("a\n$$x$$\nb", [False]),
        ("$$x$$", [True]),
        ("$$\nx\n$$", [True]),
        ("* $$x$$\n* a $$x$$", [True, False]),
        ("a \\\\(x\\\\) and \\\\[y\\\\] b", [False, True]),
        ("\\\\[\nx\n\\\\]", [True]),
        ("\\begin{align}\nx &= y\n\\end{align}", [True]),
        ("| $$a|b$$ | c |", [False]),
        ("\\(x\\) is no formula, nor is \\[y\\]", []),
        ("costs $5 and $10", []),
        ("$$ never closed", []),
    ],
)
def test_formulas_are_found_where_mathjax_finds_them_in_kramdowns_output(html: Html, text: str, display: list[bool]):
    formulas = html(text).split("<math ")[1:]

    assert [' display="block"' in formula.partition(">")[0] for formula in formulas] == display


def test_the_summary_ends_at_more(convert: Callable[..., Document]):
    document = convert("First *part*.\n\n<!--more-->\n\nThe rest.")

    assert (document.summary, document.html) == (
        "<p>First <em>part</em>.</p>",
        "<p>First <em>part</em>.</p>\n<p>The rest.</p>\n",
    )


def test_the_contents_leave_out_levels_that_are_not_asked_for(html: Html):
    text = '{::options toc_levels="2..3" /}\n\n* x\n{:toc #here}\n\n# A\n\n## B\n\n#### C\n\n### D\n\n## E'

    assert html(text).partition("<h1")[0] == (
        '<ul id="here"><li><a href="#b">B</a><ul><li><a href="#d">D</a></li></ul></li>'
        '<li><a href="#e">E</a></li></ul>\n'
    )


def test_a_task_in_a_list_has_a_box(html: Html):
    assert html("* [x] done\n* [ ] *later*") == (
        '<ul class="tasks">\n'
        '<li class="task"><input type="checkbox" disabled aria-label="done" checked> done</li>\n'
        '<li class="task"><input type="checkbox" disabled aria-label="to do"> <em>later</em></li>\n'
        "</ul>\n"
    )


PIECES = (
    "* |1. |  |    |\n|\n\n|a|b|---|===|: |> |{: .x}|{:toc}|{:n: .y}|{: n}|^|$$|$|```|~~~|<div>|</div>|"
    "<div markdown='1'>|<b>|</b>|<p>|<td markdown='span'>|</td>|[^1]|[^1]: |[a](b)|[a] [b]|[b]: c|![x](y z)|"
    "*|**|_|`|# |#|{#id}|\\|\\\\|*[a]: c|{::comment}|{:/comment}|{::options x='1' /}|{::nomarkdown}|{:/}|"
    "\"|'|--|...|<<|<!--|-->|<!--more-->|@0|- [x] |\t|<br>|<hr>|&amp;|<code>|</code>"
).split("|")


@settings(max_examples=200)
@given(pieces=st.lists(st.sampled_from([*PIECES, "| ", "|"]), max_size=25))
def test_no_text_breaks_the_reading(markup: Markup, pieces: list[str]):
    text = "".join(pieces).replace("@0", hide(0))
    places = tuple(Place("posts/x.md", number, 0, line) for number, line in enumerate(text.split("\n"), 1))

    document = markup.convert(Expanded(text, (Text("<i>v</i>"),), places), "kramdown")

    assert "<i>" not in document.html
    assert RESERVED.search(document.html.replace(LINK_OPEN, "").replace(LINK_CLOSE, "")) is None


HARD = {
    **{
        name: REPEATED[name] for name in ("lists", "pipes", "tags in lines", "tags and empty lines", "strong", "quotes")
    },
    "abbreviations": "*[a]: b\na ",
    "attributes": "{: .a}\n",
    "attributes of blocks": "a\n{: .a}\n\n",
    "named attributes": "{:a: .b}\n",
    "attributes of words": "*a*{:",
    "open attributes": "{:",
    "options": "{::options a='b' /}\n",
    "comments": "{::comment}\n",
    "comments in lines": "{::comment} ",
    "ends of blocks": "^\n",
    "rows": "a | b\n",
    "rows that end in text": "| a\nb\n",
    "code in rows": "| `a",
    "runs of code in a row": "a | " + "".join("`" * length + "x" for length in range(1, 360)),
    "definitions": "a\n: b\n\n",
    "definitions alone": ": a\n",
    "numbers": "1. a\n",
    "indented bullets": "  * a\n",
    "loose items": "* a\n\n      b\n",
    "lazy items": "* a\nb\n",
    "definitions in items": "* a\n  : b\n",
    "elements": "<div>\n\n",
    "elements of Markdown": "<div markdown='1'>\n",
    "two elements of Markdown": "<div markdown='1'><p>\n",
    "rules": "<hr>\n",
    "code of HTML": "a <code>",
    "formulas": "$$ a\n\n",
    "formulas in lines": "$$a ",
    "brackets": "\\\\[ ",
    "brackets in HTML": "<p>\\\\[ ![a](b </p>",
    "guillemets": "<<",
    "marks of quotations": "'\"",
    "spaced references": "[a] [",
    "spaced addresses": "[a](b c ",
    "spaced pictures": "![a](b ",
    "emphasis": "*a _b ",
    "fences": "~~~a\n\n```\n",
    "tabs": "\t* a\n",
    "underlines": "a\n-\n\n",
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_a_page_made_to_be_slow_is_not(convert: Callable[..., Document], text: str):
    took = seconds(convert, (text * SIZE)[:SIZE])

    assert took < SECONDS or seconds(convert, (text * SIZE)[:SIZE]) < SECONDS  # a busy machine gets a second try
