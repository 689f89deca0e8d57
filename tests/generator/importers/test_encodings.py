"""Old encodings: every one is read, garbled words are mended where they surely are, and each change is told."""

from __future__ import annotations

import pytest

from generator.errors import SiteError
from generator.importers.encodings import decode_old


def told(path: str, data: bytes) -> list[str]:
    return [f"{place}: {what}" for place, what in decode_old(path, data).changes]


def test_utf8_with_and_without_a_mark_is_not_a_change():
    assert (decode_old("x.md", "é\r\n".encode()).text, decode_old("x.md", b"\xef\xbb\xbfx").changes) == ("é\r\n", ())


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_read_with_and_without_a_mark(codec: str):
    data = "---\ntitle: Tide\n---\nIt was high.\n".encode(codec)

    assert decode_old("x.md", data).text == "---\ntitle: Tide\n---\nIt was high.\n"
    assert [f"x.md:1: read as {codec[:6].upper()}" in one for one in told("x.md", data)] == [True]


def test_windows_text_is_read_and_its_first_odd_byte_named():
    data = "one\ncaf\u00e9 \u201cquoted\u201d\n".encode("cp1252")

    assert decode_old("x.md", data).text == "one\ncaf\u00e9 \u201cquoted\u201d\n"
    assert told("x.md", data) == ["x.md:2: read as Windows-1252, written as UTF-8 (byte 7 is `0xE9`)"]


def test_garbled_words_are_mended_and_shown_before_and_after():
    data = "fine\nthe people\u00e2\u20ac\u2122s caf\u00c3\u00a9\n".encode()

    assert decode_old("x.md", data).text == "fine\nthe people\u2019s caf\u00e9\n"
    assert told("x.md", data) == [
        "x.md:2: garbled words mended: `people\u00e2\u20ac\u2122s caf\u00c3\u00a9` \u2192 `people\u2019s caf\u00e9`"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\u201cCurly\u201d, \ufb01ne and \uff26ull-width &amp; caf\u00e9",
        "a lone \u00c3 and \u00e2 stay",
        "\ud55c\uad6d\uc5b4 \u65e5\u672c\u8a9e $\\alpha \u2264 \u03b2$",
        "`people\u00e2\u20ac\u2122s` in code",
        "```\npeople\u00e2\u20ac\u2122s\n```\n",
    ],
)
def test_what_is_not_surely_garbled_stays(text: str):
    assert text == decode_old("x.md", text.encode()).text


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(SiteError) as error:
        decode_old("x.md", b"one\ntwo\0" + b"z" * 100)

    assert str(error.value) == "x.md:2: error: byte 7 is a NUL\nhint: is it a text file? remove the character"


def test_a_mark_that_lies_is_refused():
    with pytest.raises(SiteError) as error:
        decode_old("x.md", b"\xff\xfea\x00\x00\xd8")

    assert str(error.value) == (
        "x.md: error: the file says it is UTF-16, and byte 4 is not\n"
        "hint: open it in the editor that wrote it, and save it as UTF-8"
    )
