"""Compiling tags: every mistake in their form, in our words, at its character."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.config import Config
from generator.data.tree import Tree
from generator.read.page import parse
from generator.read.source import Source
from generator.render.body.nesting import ELSEWHERE
from generator.render.expand import expand
from generator.render.jinja import BodyLanguage


@pytest.mark.parametrize(
    ("body", "mistakes"),
    [
        ("{{ a b }}", ["1:6 `b` stands where `}}` must be"]),
        ("{{ }}", ["1:4 a value is missing before `}}`"]),
        ("{{ 1 + }}", ["1:8 a value is missing before `}}`"]),
        ("{{ (1 }}", ["1:7 `}` stands where `)` must be"]),
        ("{{ 1) }}", ["1:5 `)` is not expected here"]),
        ("{{ a ? b }}", ["1:6 `?` has no meaning in a tag"]),
        ("{{ a. }}", ["1:7 a name must follow the dot"]),
        ("{% for x %}{% endfor %}", ["1:10 `%}` stands where `in` must be"]),
        ("{% if %}{% endif %}", ["1:7 a value is missing before `%}`"]),
        ("{% set 1 = 2 %}", ["1:8 only a name can be set"]),
        ("{{ f(a=1, 2) }}", ["1:5 a plain argument stands after a named one"]),
        ("{% macro m(a=1, b) %}{% endmacro %}", ["1:18 a parameter without a default stands after one with a default"]),
        ("{% call 5 %}{% endcall %}", ["1:4 `call` needs a macro or a tag: `{% call box() %}`"]),
        ("{{ 1 is odd is even }}", ["1:13 `is` may stand only once: join tests with `and`"]),
        ('{{ "\\x" }}', ["1:4 a `\\` in this text begins nothing known"]),
        (
            "{% for loop in [1] %}{% endfor %}",
            ["1:8 `loop` belongs to the loop itself: choose another name"],
        ),
        ('{% from "a" import _x %}', ["1:20 a name that begins with `_` cannot be imported"]),
        ("{% if x %}", ["1:1 `if` is never closed | write `{% endif %}` where it ends"]),
        (
            "{% for x in [1] %}\n{% if x %}\n{% endfor %}",
            ["2:1 `if` is not closed before `endfor` | write `{% endif %}` before it"],
        ),
        ("{% endfor %}", ["1:1 `endfor` closes nothing: there is no open `for` before it"]),
        ("{% else %}", ["1:1 `else` has no meaning without an open `if`"]),
        ("{% for x in y %}{% elif x %}{% endfor %}", ["1:17 `elif` has no meaning inside `for`"]),
        ("{% if 1 %}{% else %}{% else %}{% endif %}", ["1:21 `else` stands after the `else` of its `if`"]),
        ("{% break %}", ["1:1 `break` stands outside of any `for`"]),
        (
            "{% for x in y %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
            ["1:32 `break` stands outside of any `for`"],
        ),
        ("{% fro x in y %}", ["1:1 there is no tag named `fro` | did you mean `from`?"]),
        ("{% assign x = 1 %}", ["1:1 there is no tag named `assign` | write `{% set name = value %}`"]),
        ("{% endraw %}", ["1:1 there is no tag named `endraw` | there is no open `{% raw %}` before it"]),
        (
            "{% zzz %}",
            ["1:1 there is no tag named `zzz` | braces that are not a tag go between `{% raw %}` and `{% endraw %}`"],
        ),
        (
            "{% %}",
            [
                "1:1 a tag begins with its name: `{% for … %}`"
                " | braces that are not a tag go between `{% raw %}` and `{% endraw %}`"
            ],
        ),
        ("{% if 1 %}" * 16 + "{% endif %}" * 16, ["1:151 tags stand more than 15 deep inside each other here"]),
        ("{{ 1 }}" * 5001, ["1:35001 this file has more than 5,000 tags | loop over data instead"]),
        (
            "{{ 1" + " + 1" * 300 + " }}",
            ["1:1202 this is too long or too deep for one tag | do it in several steps with `{% set %}`"],
        ),
    ],
)
def test_a_mistake_in_a_tag_is_said_in_our_words(bench, body, mistakes):
    assert bench.mistakes(body) == mistakes


def test_every_tag_that_does_not_parse_is_reported(bench):
    assert bench.mistakes("{{ a b }}\n{% if %}\n{{ 1 + }}\n{% fro %}") == [
        "1:6 `b` stands where `}}` must be",
        "2:1 `if` is never closed | write `{% endif %}` where it ends",
        "2:7 a value is missing before `%}`",
        "3:8 a value is missing before `}}`",
        "4:1 there is no tag named `fro` | did you mean `from`?",
    ]


@pytest.mark.parametrize("name", sorted(ELSEWHERE.keys() - {"raw"}))
def test_a_tag_of_another_language_says_what_to_write(bench, name):
    assert bench.mistakes(f"{{% {name} x %}}")[0] == f"1:1 there is no tag named `{name}` | {ELSEWHERE[name]}"


def test_shapes_are_forgotten_when_there_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("generator.render.jinja.MOST_SHAPES", 2)
    language = BodyLanguage(Config(), tmp_path)
    for number in range(5):
        page = parse(Source("posts/2026-01-02-x.md", f"{{{{ {number} }}}}", ""), Config())
        assert expand(page, Tree(tmp_path).view(), language).values[0].text == str(number)

    assert len(language._shapes) == 2
