"""Splitting a body: what is a tag, what is text, and where lines vanish."""

from __future__ import annotations

import pytest

from generator.data.text import Text
from generator.errors import SiteError
from generator.render.scan import Scanned, has_tags, scan


def split(text: str) -> Scanned:
    return scan(Text("posts/x.md", text, 1))


def pieces(text: str) -> list[str]:
    """Return the author's text, with `@` for each tag between."""
    scanned = split(text)
    return ["".join(segment.text for segment in piece) for piece in scanned.pieces]


def insides(text: str) -> list[str]:
    return [tag.inside for tag in split(text).tags]


def mistake(text: str) -> str:
    with pytest.raises(SiteError) as caught:
        split(text)
    return str(caught.value)


def test_text_and_tags_alternate():
    assert pieces("a {{ x }} b {{ y }}") == ["a ", " b ", ""]
    assert insides("a {{ x }} b {{ y }}") == [" x ", " y "]


def test_a_tag_knows_where_it_stands():
    print_tag, block_tag = split("a {{- x }}{% if y %}").tags

    assert (print_tag.start, print_tag.inside_start, print_tag.kind, print_tag.name) == (2, 5, "print", "")
    assert (block_tag.start, block_tag.inside_start, block_tag.kind, block_tag.name) == (10, 12, "block", "if")


def test_delimiters_in_quotes_do_not_close_a_tag():
    assert insides("{{ \"}}\" }}{% '%}' %}") == [' "}}" ', " '%}' "]


def test_an_escaped_quote_does_not_close_its_text():
    assert insides('{{ "a\\"}}" }}') == [' "a\\"}}" ']


def test_braces_of_a_mapping_do_not_close_a_tag():
    assert insides('{{ {"a": {"b": 1}} }}') == [' {"a": {"b": 1}} ']
    assert insides("{{ {'a':{}}.a }}") == [" {'a':{}}.a "]


def test_a_hash_after_a_brace_is_an_attribute_unless_space_follows():
    text = "## Title {#id .class}\n[x](y){#z}"

    assert not has_tags(text)
    assert [text] == pieces(text)


def test_a_comment_leaves_no_trace():
    assert pieces("a {# not {{ this }} #} b") == ["a  b"]
    assert pieces("a {#- eats the space #}b") == ["ab"]


def test_raw_is_text():
    assert pieces("a {% raw %}{{ x }} {% if %}{% endraw %} b") == ["a {{ x }} {% if %} b"]


def test_the_lines_of_a_raw_block_vanish_and_its_inside_stays():
    assert pieces("a\n{% raw %}\n  {{ x }}\n{% endraw %}\nb") == ["a\n  {{ x }}\nb"]


def test_a_line_of_block_tags_only_vanishes_with_its_line_break():
    assert pieces("a\n  {% if x %}  \nb\n{% endif %}\nc") == ["a\n", "b\n", "c"]


def test_a_line_of_several_block_tags_and_comments_vanishes():
    assert pieces("a\n{% if x %} {# why #} {% endif %}\nb") == ["a\n", "", "b"]


def test_a_tag_over_several_lines_vanishes_as_one():
    assert pieces("a\n{% set x = [\n  1,\n] %}\nb") == ["a\n", "b"]


def test_the_last_line_vanishes_without_a_line_break():
    assert pieces("a\n{% endif %}") == ["a\n", ""]


def test_a_line_with_other_text_stays():
    assert pieces("- {% if x %}a{% endif %}\n") == ["- ", "a", "\n"]


def test_a_line_with_a_printed_value_stays():
    assert pieces("a\n{% if x %}{{ y }}{% endif %}\nb") == ["a\n", "", "", "\nb"]


@pytest.mark.parametrize("tag", ["include 'x'", "endcall", "endfilter", "print x"])
def test_a_tag_that_prints_keeps_its_line(tag: str):
    assert pieces(f"a\n{{% {tag} %}}\nb") == ["a\n", "\nb"]


def test_a_plus_keeps_the_line():
    assert pieces("a\n{%+ if x %}\nb") == ["a\n", "\nb"]
    assert pieces("a\n{% if x +%}\nb") == ["a\n", "\nb"]


def test_a_line_whose_tag_has_a_sign_is_left_to_the_sign():
    assert pieces("- a\n{%- for x in y %}\n- {{ x }}\n{%- endfor %}\n- b") == ["- a", "\n- ", "", "\n- b"]


def test_a_minus_eats_white_space_over_lines():
    assert pieces("a \n\n {%- if x -%} \n\n b") == ["a", "b"]
    assert pieces("a \n{{- x -}}\n b") == ["a", "b"]


def test_a_minus_belongs_to_the_value_when_space_is_before_it():
    assert insides("{{ -x }}") == [" -x "]


def test_segments_know_where_they_start():
    assert tuple(split("a\n{# xxx #}\nb {{ x }}").pieces[0]) == ((0, "a\n"), (12, "b "))


def test_an_open_tag_is_placed_at_its_brace():
    assert mistake("one\ntwo {{ x") == (
        "posts/x.md:2:5: error: `{{` is never closed\n"
        "    2 | two {{ x\n"
        "      |     ^\n"
        "hint: close it with `}}`; braces that are not a tag go between `{% raw %}` and `{% endraw %}`"
    )


def test_an_open_block_tag_is_placed_at_its_brace():
    assert mistake("\\frac{%x}") == (
        "posts/x.md:1:6: error: `{%` is never closed\n"
        "    1 | \\frac{%x}\n"
        "      |      ^\n"
        "hint: close it with `%}`; braces that are not a tag go between `{% raw %}` and `{% endraw %}`"
    )


def test_an_open_text_is_placed_at_its_quote():
    assert mistake("{{ it's }}\n\nit's later }}") == (
        "posts/x.md:1:6: error: `'` opens a text that is never closed\n"
        "    1 | {{ it's }}\n"
        "      |      ^\n"
        "hint: close it with `'`"
    )


def test_an_open_comment_is_placed_at_its_brace():
    assert mistake("a {# b") == (
        "posts/x.md:1:3: error: `{#` opens a comment that is never closed\n"
        "    1 | a {# b\n"
        "      |   ^\n"
        "hint: close it with `#}`"
    )


def test_an_open_raw_block_is_placed_at_its_brace():
    assert mistake("a\n{% raw %} {{ x }}") == (
        "posts/x.md:2:1: error: `raw` is never closed\n"
        "    2 | {% raw %} {{ x }}\n"
        "      | ^\n"
        "hint: write `{% endraw %}` where the literal text ends"
    )
