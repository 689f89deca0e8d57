"""Who wrote a text decides how it prints: captured blocks, filters over them, Markdown, escaped text, lines."""

from __future__ import annotations

import pytest

from generator.config import Config
from generator.data.tree import Tree
from generator.read.page import parse
from generator.read.source import Source
from generator.render.expand import expand
from generator.render.jinja import BodyLanguage
from generator.render.values import PLACEHOLDER, plain

HEAD = "---\ntemplating: liquid\ndate: 2020-01-02\nhtml: <i>front</i>\n---\n"
DATA = "text: <b>data</b>\nlines: |\n  <one>\n  two\nmd: '**bold** <u>'\n"


@pytest.fixture
def hidden(tmp_path):
    """Return a function that runs a body; what is hidden from Markdown stands between « and »."""
    (tmp_path / "_data").mkdir()
    (tmp_path / "_data/x.yaml").write_text(DATA)
    (tmp_path / "site/includes").mkdir(parents=True)
    (tmp_path / "site/includes/two.html").write_text("{{ include.a }}\n{{ include.b }}\n")
    language = BodyLanguage(Config(), tmp_path)

    def run(body: str) -> list[tuple[int, str]]:
        page = parse(Source("posts/a.md", HEAD + body, ""), Config())
        expanded = expand(page, Tree(tmp_path).view(), language)
        lines = [
            PLACEHOLDER.sub(lambda found: f"«{plain(expanded.values[int(found[1])])}»", line)
            for line in expanded.text.split("\n")
        ]
        return [(place.line, line) for place, line in zip(expanded.places, lines, strict=True)]

    return run


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("{{ '<b>' }}{{ page.html }}{{ site.data.x.text }}", "«<b>»«<i>front</i>»«<b>data</b>»"),
        ("{% capture c %}<p>{{ site.data.x.text }}</p>{% endcapture %}{{ c }}", "<p>«<b>data</b>»</p>"),
        ("{% capture c %} <p> {% endcapture %}{{ c | strip | append: '<br>' }}", "<p><br>"),
        ("{% capture c %}<p>{% endcapture %}{{ c | append: site.data.x.text }}", "<p>«<b>data</b>»"),
        ("{% capture c %}<p>{% endcapture %}{{ site.data.x.text | append: c }}", "«<b>data</b>»<p>"),
        ("{% capture c %}<p>@{% endcapture %}{{ c | replace: '@', site.data.x.text }}", "<p>«<b>data</b>»"),
        ("{% capture c %}<a>,<b>{% endcapture %}{{ c | split: ',' | last }}", "<b>"),
        ("{% capture c %}<a>{% endcapture %}{{ c | truncate: 2, '' }}{{ c | size }}", "«<a»«3»"),
        ("{% capture c %}{{ site.data.x.text }}{% endcapture %}{{ c | truncate: 4, '' | markdownify }}", "«<»b>d"),
        ("{{ page.html | markdownify }}{{ site.data.x.md | markdownify }}", "<i>front</i>**bold** «<»u>"),
        ("<div>{{ page.html | markdownify }}</div>", "<div>\n\n<i>front</i>\n\n</div>"),
        ("{{ site.data.x.lines | newline_to_br }}", "«<one>»<br />\n«two»<br />\n"),
        ("{{ site.data.x.text | escape }}{{ site.data.x.text | escape | upcase }}", "«<b>data</b>»«<B>DATA</B>»"),
        ("{{ site.data.x.text | strip_html }}", "«data»"),
        ("{% include two.html a='<b>x</b>' b=site.data.x.text %}", "<b>x</b>\n«<b>data</b>»\n"),
        ("{{ site.data.x.text | split: '' | join: '' }}{{ site.data.x | jsonify | size }}", "«<b>data</b>»«65»"),
    ],
)
def test_only_what_the_author_wrote_is_markdown(hidden, body: str, printed: str):
    assert "\n".join(line for _, line in hidden(body)) == printed


def test_every_line_keeps_its_place(hidden):
    body = """one
{% for i in (1..2) %}
- {{ i }}
{% endfor %}
{% capture c %}
captured
{% endcapture %}
{{ c }} tail
{% comment %}
x
{% endcomment %}after
{% include two.html a="x" b=site.data.x.lines %}
{% tablerow i in (1..2) cols:1 %}
{{ i }}{% endtablerow %}
{%- if true -%}
last
{%- endif %}"""

    assert hidden(body) == [
        (6, "one"),
        (7, ""),
        (8, "- «1»"),
        (7, ""),
        (8, "- «2»"),
        (9, ""),
        (12, ""),
        (10, ""),
        (11, "captured"),
        (13, " tail"),
        (16, "after"),
        (1, "x"),
        (2, "«<one>\ntwo\n»"),
        (17, ""),
        (18, '<tr class="row1">'),
        (18, '<td class="col1">'),
        (19, "«1»</td></tr>"),
        (19, '<tr class="row2"><td class="col1">'),
        (19, "«2»</td></tr>"),
        (21, "last"),
    ]


def test_a_page_is_no_attribute_of_python(hidden):
    assert hidden("{{ page.source.path }}{{ page.meta }}") == [(6, "")]
