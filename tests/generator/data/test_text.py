# ruff: noqa: E501 - a table of cases reads best with one case to a line
from __future__ import annotations

import pytest

from generator.data.text import DEEPEST, Text, decode, shorten, too_deep
from generator.errors import SiteError

UTF16_MARKED = "title: x".encode("utf-16")
UTF16_BARE = "title: x".encode("utf-16-le")


def test_text_knows_the_line_and_column_of_a_character_whatever_ends_its_lines():
    text = Text("_data/x.csv", "ab\ncd\r\nef\rgh")

    assert [text.spot(offset) for offset in (0, 1, 3, 7, 8, 10, 11)] == [
        (1, 1), (1, 2), (2, 1), (3, 1), (3, 2), (4, 1), (4, 2),
    ]  # fmt: skip


def test_a_place_shows_its_line():
    place = Text("x.yaml", "a: 1\nb: 2\nc: 3").place(8)

    assert (str(place), place.text) == ("x.yaml:2:4", "b: 2")


def test_a_part_of_a_file_counts_lines_from_where_it_starts():
    place = Text("posts/x.md", "title: x\ndate: y", first_line=2).place(9)

    assert (str(place), place.text) == ("posts/x.md:3:1", "date: y")


def test_a_byte_order_mark_is_not_part_of_the_text():
    assert decode("x.csv", b"\xef\xbb\xbfa,b").text == "a,b"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: 1\nb: caf\xe9!", "x:2:7: error: byte 11 (`0xE9`) is not UTF-8\n    2 | b: caf\\xe9!\n      |       ^\nhint: save the file as UTF-8"),
        (UTF16_MARKED, "x: error: the file is UTF-16, not UTF-8\nhint: save it as UTF-8"),
        (UTF16_BARE, "x:1:2: error: byte 1 is a NUL\n    1 | t i t l e :   x\n      |  ^\nhint: save it as UTF-8, not UTF-16"),
        ("a".encode("utf-32"), "x: error: the file is UTF-32, not UTF-8\nhint: save it as UTF-8"),
        (b"abcdef\0gh", "x:1:7: error: byte 6 is a NUL\n    1 | abcdef gh\n      |       ^\nhint: is it a text file, in UTF-8?"),
    ],
    ids=["latin-1", "utf-16", "utf-16 without mark", "utf-32", "nul"],
)  # fmt: skip
def test_bytes_that_are_not_utf8_are_named_with_their_offset(data: bytes, message: str):
    with pytest.raises(SiteError) as caught:
        decode("x", data)

    assert str(caught.value) == message


def test_a_value_in_a_message_is_one_short_line():
    assert [shorten("short"), shorten("two\nlines"), shorten("x" * 50, 5)] == ["short", "two lines", "xxxx…"]


def test_depth_is_measured_without_recursion():
    value: object = 1
    for _ in range(DEEPEST):
        value = [value]

    assert (too_deep(value), too_deep([value]), too_deep({"a": value})) == (False, True, True)
