"""Emphasis beside Chinese, Japanese and Korean text."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**한국어(Korean)**는", "<strong>한국어(Korean)</strong>는"),
        ("**「太字」**です", "<strong>「太字」</strong>です"),
        ("これは**「太字」**です", "これは<strong>「太字」</strong>です"),
        ("**中文。**后", "<strong>中文。</strong>后"),
        ("*한국어(Korean)*는 *b*", "<em>한국어(Korean)</em>는 <em>b</em>"),
        ("~~한국어(Korean)~~는", "<s>한국어(Korean)</s>는"),
        ("**값: @0**는", "<strong>값: x.</strong>는"),
        ('a**"b"**c', "a**“b”**c"),
        ("**a(b)**c", "**a(b)**c"),
        ("** 한 **", "** 한 **"),
    ],
)
def test_words_without_spaces_around_them(html: Callable[..., str], text: str, expected: str) -> None:
    assert html(text, "x.") == f"<p>{expected}</p>\n"
