"""`render` and `liquid`: a rendered file stands alone; a block stays in the tag it began in."""

from __future__ import annotations

import pytest

from tests.generator.render.liquid.conftest import Bench

PLACE = "posts/a.md:6"


@pytest.mark.parametrize(
    ("file", "body", "printed"),
    [
        ("{% increment k %}", "{% increment k %}{% render 'x' %}{% increment k %}", "001"),
        ("{% cycle 1, 2 %}", "{% cycle 1, 2 %}{% render 'x' %}{% cycle 1, 2 %}", "112"),
        ("{% ifchanged %}q{% endifchanged %}", "{% ifchanged %}q{% endifchanged %}{% render 'x' %}", "qq"),
        ("{% assign y = 2 %}{{ y }}", "{% render 'x', y: 1 %}{% if y %}seen{% endif %}", "2"),
        ("{{ x }}{{ forloop.index }}/{{ forloop.length }} ", "{% render 'x' for l %}", "a1/2 b2/2 "),
        ("{{ y[0] }}{{ y[1] }}{{ forloop.last }}", "{% render 'x' for m as y %}", "k1true"),
        ("{% if forloop %}loop{% endif %}{{ x }}", "{% for l in (1..2) %}{% render 'x' with l %}{% endfor %}", "12"),
        ("{{ x }}{% if forloop %}loop{% endif %}", "{% render 'x' for n %}", "3"),
        (
            "{% for i in y offset:continue %}{{ i }}{% endfor %}",
            "{% for i in l limit:1 %}{{ i }}{% endfor %}{% render 'x', y: l %}",
            "aab",
        ),
        ("{% if forloop.parentloop %}parent{% endif %}", "{% for i in l %}{% render 'x' for l %}{% endfor %}", ""),
    ],
)
def test_a_rendered_file_neither_sees_nor_changes_what_runs_around_it(bench: Bench, file: str, body: str, printed: str):
    bench.write("site/includes/x", file)
    ran = bench.run(body, {"l": ["a", "b"], "m": {"k": 1}, "n": 3})

    assert (ran.text, ran.messages) == (printed, ())


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "{% if true %}x{% liquid endif %}",
            f"{PLACE}:25: error: `endif` and its `if` do not stand in the same `liquid`\n"
            "    6 | {% if true %}x{% liquid endif %}\n      |                         ^\n"
            "hint: begin and end a block in one `{% liquid %}`",
        ),
        (
            "{% liquid if true %}x{% endif %}",
            f"{PLACE}:22: error: `endif` and its `if` do not stand in the same `liquid`\n"
            "    6 | {% liquid if true %}x{% endif %}\n      |                      ^\n"
            "hint: begin and end a block in one `{% liquid %}`",
        ),
        (
            "{% if true %}x{% liquid else %}{% endif %}",
            f"{PLACE}:25: error: `else` and its `if` do not stand in the same `liquid`\n"
            "    6 | {% if true %}x{% liquid else %}{% endif %}\n      |                         ^\n"
            "hint: begin and end a block in one `{% liquid %}`",
        ),
        (
            "{% liquid comment %}x",
            f"{PLACE}:1: error: `comment` is never closed\n"
            "    6 | {% liquid comment %}x\n      | ^\nhint: write `endcomment` on a line below",
        ),
        (
            "{% # one\n  two %}x",
            "posts/a.md:7:3: error: this line of a comment has no `#`\n"
            "    7 |   two %}x\n      |   ^\nhint: begin it with `#`, or write `{% comment %}…{% endcomment %}`",
        ),
    ],
)
def test_a_block_and_a_comment_end_where_they_may(bench: Bench, body: str, told: str):
    assert bench.run(body).messages == (told,)


def test_liquid_in_liquid_is_liquid(prints):
    assert prints("{% liquid liquid liquid echo 'a' %}{% liquid\n  liquid\n  liquid echo 'b' %}") == "ab"


def test_where_without_a_value_keeps_what_is_true(prints):
    items = [{"a": "x"}, {"a": False}, {"a": None}, {}, {"a": 0}]

    assert prints("{% assign l = i | where: 'a' %}{{ l | map: 'a' | join: ',' }}", i=items) == "x,0"
    assert prints("{{ i | where: nil | size }}", i=items) == "0"
