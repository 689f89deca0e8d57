"""The seam: values leave as placeholders wherever they stand, and every line keeps its place."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.config import Config
from generator.data.tree import Tree
from generator.errors import Place
from generator.read.page import Page, parse
from generator.read.source import Source
from generator.render.expand import expand
from generator.render.jinja import BodyLanguage
from generator.render.markup.markdown import Markup
from generator.render.values import Block, Expanded, Inline, Text

SWEEP = "Name,LR,Loss\nrun,0.000051790419752351344,1.2804\nrun,2,\n"
CHAT = '{"log": ["hi <b>*x*</b>", "a|b"], "best": 0.5, "none": null, "text": "# no | `heading`"}'

LINES = {  # kinds of line; `@` is the number of the line
    "text": "w@ and {{ 1 }}",
    "value": "{{ 1 }} w@",
    "blank": "",
    "indented": "  w@",
    "inline if": "{% if true %}w@{% else %}no{% endif %} {{ 'x' if false }}",
    "untaken": "{% if false %}no{% endif %}w@",
    "comment": "{# a comment\nover lines #}",
    "comment in text": "w@ {# aside #} more",
    "raw": "{% raw %}\n{{ literal }}\n{% endraw %}",
    "long tag": "{% set x = [\n  1,\n] %}",
    "loop": "{% for x in [1, 2] %}",
    "empty loop": "{% for x in [] %}",
    "branch": "{% if true %}",
    "call": "{% set captured %}",
    "close": "w@",
}
CLOSERS = {
    "loop": "{% endfor %}",
    "empty loop": "{% endfor %}",
    "branch": "{% endif %}",
    "call": "{% endset %}",
}


@pytest.fixture(scope="module")
def language(tmp_path_factory):
    return BodyLanguage(Config(), tmp_path_factory.mktemp("site"))


@pytest.fixture
def chat(bench):
    bench.write("_data/chat.json", CHAT)
    bench.write("_data/sweep.csv", SWEEP)
    return bench


def test_a_body_without_tags_goes_through_as_it_is(bench):
    assert bench.expand("# Title {#id}\n\n$x_{1}$\n", "title: T") == Expanded(
        "# Title {#id}\n\n$x_{1}$\n",
        (),
        (
            Place("posts/2026-01-02-x.md", 4, 0, "# Title {#id}"),
            Place("posts/2026-01-02-x.md", 5, 0, ""),
            Place("posts/2026-01-02-x.md", 6, 0, "$x_{1}$"),
            Place("posts/2026-01-02-x.md", 7, 0, ""),
        ),
    )


def test_templating_none_leaves_tags_alone(bench):
    assert bench("{{ x }} {% if %}", "templating: none") == "{{ x }} {% if %}"


def test_a_value_leaves_as_a_placeholder(chat):
    expanded = chat.expand("a {{ data.chat.log[0] }} b")

    assert expanded == Expanded(
        "a \ufdd00\ufdd1 b",
        (Text("hi <b>*x*</b>"),),
        (Place("posts/2026-01-02-x.md", 1, 0, "a {{ data.chat.log[0] }} b"),),
        ("chat.log[0]",),
    )


def test_reads_name_every_key_in_order(chat):
    assert chat.expand("{{ data.chat.text }}{{ data.chat.best }}").reads == ("chat.best", "chat.text")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# Best {{ data.chat.text }}\n", "# Best «# no | `heading`»\n"),
        ("- {{ data.chat.log[0] }}\n  - {{ data.chat.best }}\n", "- «hi <b>*x*</b>»\n  - «0.5»\n"),
        ("| {{ data.chat.log[1] }} | b |\n|---|---|\n", "| «a|b» | b |\n|---|---|\n"),
        ("```\n{{ data.chat.text }}\n```\n", "```\n«# no | `heading`»\n```\n"),
        ("`{{ data.chat.text }}`", "`«# no | `heading`»`"),
        ("$x = {{ data.chat.best }}$", "$x = «0.5»$"),
        ("$$\\frac{ {{ data.chat.best }} }{2}$$", "$$\\frac{ «0.5» }{2}$$"),
        ('<a title="{{ data.chat.text }}">', '<a title="«# no | `heading`»">'),
        ("[x](/{{ data.chat.best }}/)", "[x](/«0.5»/)"),
    ],
    ids=["heading", "list", "table", "fence", "code", "math", "display", "attribute", "link"],
)
def test_a_value_is_a_placeholder_wherever_it_stands(chat, body, expected):
    assert expected == chat(body)


def test_a_loop_makes_table_rows_that_point_to_its_line(chat):
    row = "| {{ row.LR | round(7) }} | {{ row.Loss | default('–', true) }} |"
    body = f"| lr | loss |\n|---|---|\n{{% for row in data.sweep %}}\n{row}\n{{% endfor %}}\nend"

    assert chat.lines(body) == [
        (1, "| lr | loss |"),
        (2, "|---|---|"),
        (4, "| «5.18e-05» | «1.2804» |"),
        (4, "| «2» | «–» |"),
        (6, "end"),
    ]


def test_a_chat_log_loops_inside_a_fence(bench):
    bench.write("_data/log.json", '["hi", "```\\n# not a heading", "bye"]')
    body = (
        "```\n{% for line in data.log %}\n{% if loop.index is odd %}\n>>> {{ line }}\n{% else %}\n"
        "GPT: {{ line }}\n\n{% endif %}\n{% endfor %}\n```\n"
    )

    expanded = bench.expand(body)

    assert expanded.text == "```\n>>> \ufdd00\ufdd1\nGPT: \ufdd01\ufdd1\n\n>>> \ufdd02\ufdd1\n```\n"
    assert [place.line for place in expanded.places] == [1, 4, 6, 7, 4, 10, 11]


def test_a_line_that_begins_with_a_value_in_a_loop_points_to_its_line(bench):
    assert bench.lines("top\n{% for x in [1, 2] %}\n{{ x }}\n{% endfor %}\n\nend") == [
        (1, "top"),
        (3, "«1»"),
        (3, "«2»"),
        (5, ""),
        (6, "end"),
    ]


def test_lines_after_comments_raw_blocks_and_long_tags_are_true(bench):
    body = "a\n{# one\ntwo #}\nb\n{% raw %}\n{{ c }}\n{% endraw %}\n{% set x = [\n1] %}\n{{ x[0] }} d\ne {# f #} g"

    assert bench.lines(body) == [
        (1, "a"),
        (4, "b"),
        (6, "{{ c }}"),
        (10, "«1» d"),
        (11, "e  g"),
    ]


def test_white_space_control_joins_lines_that_point_to_where_they_begin(bench):
    assert bench.lines("a\n\n{%- if true -%}\n\nb\n{%- endif %}\nc") == [(1, "ab"), (7, "c")]


def test_an_untaken_branch_leaves_no_line(bench):
    assert bench.lines("{% if false %}\na\n{% else %}\nb\n{% endif %}\nc") == [(4, "b"), (6, "c")]


def test_lines_of_a_macro_point_into_the_macro(bench):
    body = "{% macro box(x) %}\n<div>\n{{ x }}\n</div>\n{% endmacro %}\na\n\n{{ box(1) }}\nb"

    assert bench.lines(body) == [(6, "a"), (7, ""), (2, "<div>"), (3, "«1»"), (4, "</div>"), (5, ""), (9, "b")]


def test_lines_of_a_set_block_point_into_the_block(bench):
    assert bench.lines("{% set x %}\na\nb\n{% endset %}\nc\n{{ x }}\nd") == [
        (5, "c"),
        (2, "a"),
        (3, "b"),
        (4, ""),
        (7, "d"),
    ]


def test_line_breaks_of_a_safe_value_belong_to_its_line(bench):
    assert bench.lines("a\n{{ page.html | safe }} c\nd", "html: |-\n  <p>\n  b") == [
        (6, "a"),
        (7, "<p>"),
        (7, "b c"),
        (8, "d"),
    ]


@given(st.lists(st.sampled_from(sorted(LINES)), max_size=30))
def test_every_line_points_to_the_line_its_words_stand_in(language, kinds):
    """Whatever tags stand around it: each word names the line it was written in."""
    body, closers = [], []
    for kind in kinds:
        body += LINES[kind].replace("@", str(len(body) + 1)).split("\n")
        if kind in CLOSERS:
            closers.append(CLOSERS[kind])
        elif kind == "close" and closers:
            body[-1] = closers.pop()
    expanded = expand(_post("\n".join([*body, *reversed(closers)])), Tree(language.root).view(), language)
    written = [re.search(r"w(\d+)", line) for line in expanded.text.split("\n")]
    told = [place.line for place, word in zip(expanded.places, written, strict=True) if word]

    assert told == [int(word[1]) for word in written if word]


def test_no_mark_is_left_in_text_or_values(bench):
    expanded = bench.expand(
        "{% set x %}\na\n{{ 1 }}\n{% endset %}\n{{ x }}{{ x | length }}{{ x ~ 'y' }}{{ x | tojson }}"
    )
    left = [char for char in expanded.text if "\ufdd2" <= char <= "\ufdef"]

    assert left == []
    assert [Text("1"), Text("4"), Text("y")] == list(expanded.values[:3])
    assert Inline('"a\\n1\\n"', '"a\\n1\\n"') == expanded.values[3]


def test_a_captured_text_is_markdown_when_printed_and_plain_when_compared(bench):
    body = "{% set x %}**{{ page.title }}**{% endset %}{{ x }} {{ x == '**T**' }} {{ x | upper }} {{ x | length }}"

    assert bench(body, "title: T") == "**«T»** «true» **«T»** «5»"


def test_a_joined_capture_stays_markdown_and_data_in_it_stays_text(chat):
    assert chat("{% set x %}*a*{% endset %}{{ x ~ data.chat.log[0] ~ 1 }}") == "*a*«hi <b>*x*</b>»«1»"


def test_data_that_looks_like_a_placeholder_is_disarmed(bench):
    bench.write("_data/evil.json", '{"x": "\\ufdd00\\ufdd1 \\u0000"}')

    assert bench.expand("{{ data.evil.x }}").values == (Text("\ufffd0\ufffd \ufffd"),)


def test_the_authors_own_text_cannot_forge_a_placeholder(bench):
    assert bench('{{ "\\ufdd09\\ufdd1" | safe }}') == "\ufffd9\ufffd"


def test_tags_give_blocks_and_inlines(bench):
    bench.language.tags["box"] = lambda value, title="": Block(f"<div>{value}</div>", title)
    bench.language.tags["pill"] = lambda value: Inline(f"<b>{value}</b>", value)
    expanded = bench.expand('{{ box(1, title="t") }}\n\na {{ pill("x") }}')

    assert expanded.text == "\ufdd00\ufdd1\n\na \ufdd01\ufdd1"
    assert expanded.values == (Block("<div>1</div>", "t"), Inline("<b>x</b>", "x"))


def test_markdown_from_data_brings_no_html(bench):
    bench.write("_data/a.json", '{"x": "*hi* <b> `a<b` [l](u)"}')

    assert bench("{{ data.a.x | markdown }}") == "*hi* «<»b> `a«<»b` [l](u)"


@pytest.mark.parametrize("around", ['<a title="{}">', "<div\n{}>", "<script>\n{}</script>", "<!-- {} -->"])
def test_markdown_from_data_is_refused_inside_html(bench, around):
    bench.write("_data/a.json", '{"x": "y"}')
    line = around.count("\n") + 1

    assert bench.mistakes(around.format("{{ data.a.x | markdown }}")) == [
        f"{line} Markdown from data cannot stand inside an HTML tag or a script | print the value without `| markdown`"
    ]


def test_markdown_from_data_may_follow_html_and_code_that_names_it(bench):
    bench.write("_data/a.json", '{"x": "y"}')

    assert bench("<div>{{ data.a.x | markdown }}</div> `<script>` a < b {{ data.a.x | markdown }}") == (
        "<div>y</div> `<script>` a < b y"
    )


def test_a_placeholder_survives_markdown_in_a_real_page(chat):
    body = "| a |\n|---|\n| {{ data.chat.log[1] }} |\n\n```\n{{ data.chat.text }}\n```\n\n{{ data.chat.log[0] }}\n"
    document = Markup(Config()).convert(chat.expand(body))

    assert document.errors == ()
    assert "<td>a|b</td>" in document.html
    assert "# no | `heading`" in document.html
    assert "<p>hi &lt;b&gt;*x*&lt;/b&gt;</p>" in document.html


def test_a_thousand_bodies_of_one_shape_cost_one_compilation(bench):
    pages = [
        _post(f"Post {number}\n\n{{% for x in [1, 2] %}}\n- {number} {{{{ x }}}}\n{{% endfor %}}\n")
        for number in range(1000)
    ]
    view = Tree(bench.root).view()
    start = time.process_time()
    last = [expand(page, view, bench.language) for page in pages][-1]
    spent = time.process_time() - start

    assert last.text == "Post 999\n\n- 999 \ufdd00\ufdd1\n- 999 \ufdd01\ufdd1\n"
    assert len(bench.language._shapes) == 1
    assert spent < 1


def _post(body: str) -> Page:
    return parse(Source("posts/2026-01-02-x.md", body, ""), Config())
