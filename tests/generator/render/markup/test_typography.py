"""Quotes, dashes and ellipses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Html = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\"a\" 'b'", "“a” ‘b’"),
        ("it's the dogs' bone", "it’s the dogs’ bone"),
        ("\"He said 'no'\"", "“He said ‘no’”"),
        ("'\"a\"'", "‘“a”’"),
        ("in the '90s and '21", "in the ’90s and ’21"),
        ("'tis", "’tis"),
        ("5' 6\"", "5’ 6&quot;"),
        ('("a")—"b"', "(“a”)—“b”"),
        ('*"a"* "*b*"', "<em>“a”</em> “<em>b</em>”"),
        ('"a `b`" "`c`"', "“a <code>b</code>” “<code>c</code>”"),
        ('"*a" b*', "“<em>a&quot; b</em>"),
        ('"a quotation that goes on', "“a quotation that goes on"),
        ('"a\nb"', "“a\nb”"),
        ('\\"a\\" &quot;b&quot;', "&quot;a&quot; &quot;b&quot;"),
        ("a -- b, 1--2, c --- d, e---f", "a – b, 1–2, c — d, e—f"),
        ("run it with --flag -x", "run it with --flag -x"),
        ("---- a -----", "---- a -----"),
        ("a... b .. c....", "a… b .. c...."),
        ("\\-- \\...", "-- ..."),
        ("(c) (tm) +- 1/2 ?????", "(c) (tm) +- 1/2 ?????"),
        ('`"a" -- ...`', "<code>&quot;a&quot; -- ...</code>"),
        ("<https://a.b/c--d...'e'>", "<a href=\"https://a.b/c--d...'e'\">https://a.b/c--d...'e'</a>"),
        ('<b title="it\'s">"x"</b>', '<b title="it\'s">“x”</b>'),
    ],
)
def test_text_as_a_typographer_sets_it(html: Html, text: str, expected: str) -> None:
    assert html(text) == f"<p>{expected}</p>\n"


@pytest.mark.parametrize("text", ['# "a"', '| "a" |\n|---|', '- "a"', 'x\n: "a"', 'x[^1]\n\n[^1]: "a"'])
def test_everywhere_in_prose(html: Html, text: str) -> None:
    assert "“a”" in html(text)


def test_a_value_is_left_as_it_is(html: Html) -> None:
    assert html('"@0" -- "it\'s @0"', '"it\'s" -- ...') == (
        "<p>“&quot;it&#x27;s&quot; -- ...” – “it’s &quot;it&#x27;s&quot; -- ...”</p>\n"
    )
