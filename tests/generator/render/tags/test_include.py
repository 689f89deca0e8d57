"""Includes: other files' text in a body, from one folder only, with their own lines."""

from __future__ import annotations

import pytest

INCLUDES = "includes are files in `site/includes`"
INSIDE = "name a file in `site/includes`, without `..` or a leading `/`"


@pytest.fixture
def includes(bench):
    bench.write("site/includes/note.md", "**Note**\n{{ x | default('none') }}\n")
    bench.write("site/includes/sub/box.md", "box {{ page.title }} {{ data.d.n }}")
    bench.write(
        "site/includes/macros.md", "{% macro cell(x) %}| {{ x }} |{% endmacro %}\n{% set hue = 'red' %}\ndropped"
    )
    bench.write("_data/d.json", '{"n": 3}')
    return bench


def places(bench, body: str) -> list[str]:
    return [f"{place.path.split('/')[-1]}:{place.line} {place.text}" for place in bench.expand(body).places]


def test_an_include_stands_where_its_tag_stands(includes):
    assert includes('a\n{% include "note.md" %}\nb') == "a\n**Note**\n«none»\nb"
    assert includes('a {% include "sub/box.md" %} b', "title: T") == "a box «T» «3» b"


def test_an_include_sees_the_names_around_it(includes):
    assert includes('{% set x = 1 %}{% include "note.md" %}') == "**Note**\n«1»"
    assert includes('{% for x in [1, 2] %}{% include "note.md" %}\n{% endfor %}') == "**Note**\n«1»\n**Note**\n«2»\n"


def test_an_include_without_context_sees_only_what_every_file_sees(includes):
    assert includes('{% set x = 1 %}{% include "note.md" without context %}') == "**Note**\n«none»"


def test_lines_of_an_include_point_into_it(includes):
    assert places(includes, 'a\n{% include "note.md" %}\nb') == [
        "2026-01-02-x.md:1 a",
        "note.md:1 **Note**",
        "note.md:2 {{ x | default('none') }}",
        "2026-01-02-x.md:3 b",
    ]


def test_macros_and_names_are_imported(includes):
    assert includes('{% import "macros.md" as m %}{{ m.cell(1) }} {{ m.hue }}') == "| «1» | «red»"
    assert includes('{% from "macros.md" import cell as c, hue %}{{ c(data.d.n) }} {{ hue }}') == "| «3» | «red»"


def test_lines_of_an_imported_macro_point_into_its_file(includes):
    assert places(includes, '\n{% import "macros.md" as m %}\n{{ m.cell(1) }}\nx') == [
        "2026-01-02-x.md:1 ",
        "macros.md:1 {% macro cell(x) %}| {{ x }} |{% endmacro %}",
        "2026-01-02-x.md:4 x",
    ]


def test_a_mistake_in_an_include_is_placed_in_it(includes):
    includes.write("site/includes/bad.md", "ok\n{{ nope }} {{ 1 | rond }}")

    assert includes.mistakes('{% include "bad.md" %}\n{{ y | default("") }}{{ 1 / 0 }}') == [
        "2:25 this divides by zero",
        "site/includes/bad.md:2:4 `nope` is not defined | to show the braces themselves write `{% raw %}…{% endraw %}`",
        "site/includes/bad.md:2:19 there is no filter named `rond` | did you mean `round`?",
    ]


def test_a_tag_left_open_in_an_include_is_placed_in_it(includes):
    includes.write("site/includes/open.md", "ok\n{% if x %}")
    includes.write("site/includes/brace.md", "ok {{ x")

    assert includes.mistakes('{% include "open.md" %}{% include "brace.md" %}') == [
        "site/includes/brace.md:1:4 `{{` is never closed"
        " | close it with `}}`; braces that are not a tag go between `{% raw %}` and `{% endraw %}`",
        "site/includes/open.md:2:1 `if` is never closed | write `{% endif %}` where it ends",
    ]


def test_a_macro_called_without_its_argument_is_placed_at_the_call(includes):
    assert includes.mistakes('{% import "macros.md" as m %}\n{{ m.cell() }} {{ m.cel(1) }}') == [
        "2:4 this call gives the macro no `x`",
        "2:19 `m.cel` does not exist: a module has no `cel` | did you mean `cell`?",
    ]
    assert includes.mistakes('{% from "macros.md" import cel %}{{ cel(1) }}') == [
        "1:37 the imported file defines no `cel`",
    ]


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ('"nite.md"', "there is no include named `nite.md` | did you mean `note.md`?"),
        ('"other.txt"', "there is no include named `other.txt` | create `site/includes/other.txt`"),
        ('"/etc/passwd"', f"`/etc/passwd` leads out of `site/includes` | {INSIDE}"),
        ('"../config.yaml"', f"`../config.yaml` leads out of `site/includes` | {INSIDE}"),
        ('"sub/../../x"', f"`sub/../../x` leads out of `site/includes` | {INSIDE}"),
        ('"..\\\\x"', f"`..\\x` leads out of `site/includes` | {INSIDE}"),
        ('"C:x"', f"`C:x` leads out of `site/includes` | {INSIDE}"),
        ('"a\\0b"', f"`a b` cannot be the name of an include | {INCLUDES}"),
        ('""', f"`` cannot be the name of an include | {INCLUDES}"),
        ('"a" * 300', f"`{'a' * 60}` cannot be the name of an include | {INCLUDES}"),
        ('"sub"', "there is no include named `sub` | create `site/includes/sub`"),
        ("5", 'the name of an include is a text | write `{% include "name.md" %}`'),
        ("note.md", "`note` is not defined | put the name of the file in quotes"),
    ],
)
def test_a_name_that_is_no_include_is_refused_at_its_tag(includes, name, mistake):
    assert includes.mistakes(f"a\n{{% include {name} %}}") == [f"2:12 {mistake}"]
    assert includes.mistakes(f"a\n{{% import {name} as m %}}") == [f"2:11 {mistake}"]


def test_an_include_that_may_be_missing_prints_nothing(includes):
    assert includes('a{% include "nope.md" ignore missing %}b') == "ab"


def test_a_link_out_of_the_site_is_refused_at_the_tag(includes, tmp_path_factory):
    secret = tmp_path_factory.mktemp("outside") / "secret.md"
    secret.write_text("secret")
    (includes.root / "site/includes/link.md").symlink_to(secret)

    assert includes.mistakes('{% include "link.md" %}') == [
        f"1:12 `site/includes/link.md`: `site/includes/link.md` is a link to `{secret}`, outside the site"
        " | copy what it leads to into the site"
    ]


def test_an_include_that_is_not_utf8_is_reported_in_it(includes):
    (includes.root / "site/includes/latin.md").write_bytes(b"ok\ncaf\xe9")
    (mistake,) = includes.mistakes('{% include "latin.md" %}')

    assert mistake.startswith("site/includes/latin.md:2:4 byte 6 (`0xE9`) is not UTF-8")


def test_an_include_that_includes_itself_is_caught(includes):
    includes.write("site/includes/loop.md", "x\n{% include 'loop.md' %}{% include 'loop.md' %}")

    assert includes.mistakes('{% include "loop.md" %}') == [
        "site/includes/loop.md:2:12 includes stand more than 15 deep inside each other: does one include itself?"
    ]


def test_an_include_may_include_another_of_the_same_name_by_a_variable(includes):
    includes.write("site/includes/tree.md", "{{ n }}{% if n %}{% set n = n - 1 %}{% include 'tree.md' %}{% endif %}")

    assert includes('{% set n = 2 %}{% include "tree.md" %}') == "«2»«1»«0»"


def test_the_authors_literal_stays_his_own_across_files(includes):
    includes.write("site/includes/html.md", "{% macro html(x) %}{{ x | safe }}{% endmacro %}")

    assert includes('{% from "html.md" import html %}{{ html("<b>") }}') == "<b>"
