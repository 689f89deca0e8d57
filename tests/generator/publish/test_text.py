from __future__ import annotations

import time

import pytest

from generator.publish.text import cut, plain, replace_math, without_scripts, xml_text

MATH = '<math display="block" alttext="a &lt; b"><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>'
ANNOTATED = (
    '<math><semantics><mi>x</mi><annotation encoding="application/x-tex">x &amp; y</annotation></semantics></math>'
)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>one <em>t</em>wo</p><p>three</p>", "one two three"),
        ("a<br>b", "a b"),
        ("&lt;b&gt; &amp; c", "<b> & c"),
        (f"<p>when {MATH} holds</p>", "when a < b holds"),
        (f"<p>when {ANNOTATED} holds</p>", "when x & y holds"),
        ("<p>a<!-- not <p>this -->b<script>no()</script><style>p {}</style></p>", "ab"),
        ('<img alt=">" src="x">after', "after"),
        ("", ""),
    ],
)
def test_plain_text_is_what_a_reader_sees(html: str, expected: str):
    assert expected == plain(html)


def test_a_text_is_cut_after_a_whole_word():
    assert cut("one two, three", 12) == "one two…"


def test_a_short_text_stays_whole():
    assert cut("one two", 7) == "one two"


def test_a_text_without_spaces_is_cut_at_the_limit():
    assert cut("あああああ", 4) == "あああ…"


def test_no_cut_text_is_longer_than_the_limit():
    assert all(len(cut("word " * 50, limit)) <= limit for limit in range(2, 200))


def test_a_formula_without_its_tex_stays():
    assert replace_math("<math><mi>x</mi></math>", lambda tex: f"<code>{tex}</code>") == "<math><mi>x</mi></math>"


def test_the_tex_of_a_formula_stays_escaped():
    assert replace_math(MATH, lambda tex: f"<code>{tex}</code>") == "<code>a &lt; b</code>"


def test_scripts_comments_and_styles_are_removed_even_when_they_never_end():
    assert without_scripts("<p>a</p><!-- x --><SCRIPT a='>'>x</script ><b><style>p") == "<p>a</p><b>"


def test_only_characters_that_xml_knows_are_kept():
    assert xml_text("a\x00\tb\n\x0bc\ud800𝛽\ufffe\uffff\ue000\x1f") == "a\tb\nc𝛽\ue000"


@pytest.mark.parametrize("text", ["<math", "<math>", "<!--", "<script>", "<script", '<a "', "<a '", "<a", "<"])
def test_hostile_html_takes_linear_time(text: str):
    started = time.process_time()
    plain(text * (64_000 // len(text)))

    assert time.process_time() - started < 5
