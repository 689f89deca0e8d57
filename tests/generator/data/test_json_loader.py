# ruff: noqa: E501 - a table of cases reads best with one case to a line
from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.data.json_loader import load_json, load_json_lines
from generator.data.text import Text
from generator.errors import SiteError, flatten

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda child: st.lists(child, max_size=4) | st.dictionaries(st.text(max_size=5), child, max_size=4),
    max_leaves=20,
)


def refused(text: str, load=load_json) -> str:
    with pytest.raises((SiteError, ExceptionGroup)) as caught:
        load(Text("x.json", text))
    return "\n\n".join(str(error) for error in flatten(caught.value))


@given(JSON)
def test_what_python_writes_comes_back(value: object):
    assert load_json(Text("x", json.dumps(value))).value == value


@given(JSON, st.booleans())
def test_every_value_of_a_file_has_a_place_where_it_is_written(value: object, indented: bool):
    text = json.dumps(value, ensure_ascii=False, indent=1 if indented else None)
    for keys, (_, offset) in load_json(Text("x", text)).offsets.items():
        expected = value
        for key in keys:
            expected = expected[key]  # type: ignore[index]

        assert json.JSONDecoder().raw_decode(text, offset)[0] == expected


def test_every_key_and_every_value_has_its_line_and_column():
    loaded = load_json(Text("x", '{"a": {"b": [1, {"c": "é😀"}]},\n "d,:": 1e-3}'))

    assert loaded.positions == {
        (): (1, 1), ("a",): (1, 2), ("a", "b"): (1, 8), ("a", "b", 0): (1, 14), ("a", "b", 1): (1, 17), ("a", "b", 1, "c"): (1, 18), ("d,:",): (2, 2),
    }  # fmt: skip
    assert loaded.value_positions[("d,:",)] == (2, 9)
    assert str(loaded.place(("a", "b", 7))) == "x:1:8"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("-0", 0), ("1E2", 100.0), ("20e-1", 2.0), (" [] ", []), ('""', ""), ('"\\u0000"', "\0"), ('"\\ud83d\\ude00"', "😀"), ('"\ufdd0"', "\ufdd0"),
        ('"\\/\\b\\f"', "/\b\f"), ("[1,\n2\r\n]", [1, 2]), ('{"": 0}', {"": 0}), ("null", None), ("9" * 300, int("9" * 300)), ('"\x7f"', "\x7f"),
    ],
)  # fmt: skip
def test_json_of_every_form_is_read(text: str, value: object):
    found = load_json(Text("x", text)).value

    assert found == value
    assert type(found) is type(value)


MISTAKES = [
    ("", 1, 1, "the file is empty", "write `null`, `[]` or `{}`"),
    ('{"a": 1, "b": {}, "a": 2}', 1, 19, "duplicate key `a`", "keep one of them"),
    ('{"a": 1, "\\u0061": 2}', 1, 10, "duplicate key `a`", "keep one of them"),
    ('{"a": NaN}', 1, 7, "`NaN` is not JSON", "write `null` for a figure that is missing"),
    ("[-Infinity]", 1, 2, "`-Infinity` is not JSON", "write `null` for a figure that is missing"),
    ("[1e999]", 1, 2, "the number `1e999` is too large", "quote it if it is text"),
    ("[" + "9" * 5_000 + "]", 1, 2, "the number `9999999999999999999…` has 5,000 digits", "quote it if it is text"),
    ('["\\ud800"]', 1, 2, "`\\ud800` is half of a character", "write both halves, or the character"),
    ('["\\udc00\\ud800"]', 1, 2, "`\\udc00` is half of a character", "write both halves, or the character"),
    ('{"\\ud800": 1}', 1, 2, "`\\ud800` is half of a character", "write both halves, or the character"),
    ('{"a": 1,}', 1, 8, "a comma stands before the closing bracket", "remove the comma"),
    ("[1,\n 2, ]", 2, 3, "a comma stands before the closing bracket", "remove the comma"),
    ('["ab', 1, 2, "this text is not closed", 'close it with `"`'),
    ('["a\tb"]', 1, 4, "a line break or control character stands inside a text", "write a line break as `\\n`"),
    ('["\\q"]', 1, 3, "this is not an escape", "write a backslash as `\\\\`"),
    ('["\\u00g0"]', 1, 4, "this is not an escape", "write a backslash as `\\\\`"),
    ('{"a": 1} {"b": 2}', 1, 10, "expected the end of the file, found `{`", "one value a file; for one a line, name it `.jsonl`"),
    ("{a: 1}", 1, 2, "expected a key in double quotes, found `a`", ""),
    ("{'a': 1}", 1, 2, "expected a key in double quotes, found `'a'`", "use double quotes"),
    ("{1: 1}", 1, 2, "expected a key in double quotes, found `1`", ""),
    ("[1 2]", 1, 4, "expected a comma or a closing bracket, found `2`", "is a comma missing before it?"),
    ('{"a": 1\n "b": 2}', 2, 2, 'expected a comma or a closing bracket, found `"b"`', "is a comma missing before it?"),
    ("[01]", 1, 3, "expected a comma or a closing bracket, found `1`", "a number is written like `0.5`, `-3` or `1e-5`"),
    ("[1.]", 1, 3, "expected a comma or a closing bracket, found `.`", "a number is written like `0.5`, `-3` or `1e-5`"),
    ("[.5]", 1, 2, "expected a value, found `.5`", "a number is written like `0.5`, `-3` or `1e-5`"),
    ("[+1]", 1, 2, "expected a value, found `+1`", "a number is written like `0.5`, `-3` or `1e-5`"),
    ('{"a" 1}', 1, 6, "expected `:` after the key, found `1`", ""),
    ('{"a": ', 1, 7, "expected a value, the file ends", ""),
    ("[1, ", 1, 5, "expected a value, the file ends", ""),
    ("[1", 1, 3, "expected a comma or a closing bracket, the file ends", ""),
    ("[True]", 1, 2, "expected a value, found `True`", "write `true`, `false` or `null`"),
    ("// x\n1", 1, 1, "expected a value, found `//`", "JSON has no comments"),
    ("[1e999x]", 1, 7, "expected a comma or a closing bracket, found `x`", "is a comma missing before it?"),
    ("[,]", 1, 2, "expected a value, found `,`", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "what", "hint"), MISTAKES, ids=[case[0][:30] for case in MISTAKES])
def test_a_mistake_is_named_with_its_place_and_a_way_out(text: str, line: int, column: int, what: str, hint: str):
    shown = text.split("\n")[line - 1].replace("\t", " ")[:160].rstrip()
    excerpt = f"\n{line:>5} | {shown}\n      | {' ' * (column - 1)}^" if shown else ""

    assert refused(text) == f"x.json:{line}:{column}: error: {what}{excerpt}" + (f"\nhint: {hint}" if hint else "")


def test_all_doubtful_values_are_told_at_once():
    messages = refused('{"a": NaN,\n "b": 1, "b": Infinity}').split("\n\n")

    assert [message.split("\n")[0] for message in messages] == [
        "x.json:1:7: error: `NaN` is not JSON",
        "x.json:2:10: error: duplicate key `b`",
        "x.json:2:15: error: `Infinity` is not JSON",
    ]


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 101 + "]" * 101, '{"a":' * 5_000 + "1" + "}" * 5_000])
def test_depth_is_bounded(text: str):
    started = time.process_time()

    what = refused(text).split("\n")[0].partition(": error: ")[2]

    assert what == "lists and objects are nested more than 100 levels deep"
    assert time.process_time() - started < 5


def test_json_lines_are_a_list_of_the_values_of_each_line():
    loaded = load_json_lines(Text("x.jsonl", '{"step": 1}\r\n\n{"step": 2, "loss": [1e-3]}\n'))

    assert loaded.value == [{"step": 1}, {"step": 2, "loss": [0.001]}]
    assert (loaded.positions[(1,)], loaded.positions[(1, "loss", 0)]) == ((3, 1), (3, 22))


def test_an_empty_file_of_json_lines_is_an_empty_list():
    assert load_json_lines(Text("x.jsonl", "\n")).value == []


def test_mistakes_in_json_lines_are_told_for_each_line():
    messages = refused('{"a": 1}\n{"a": 2\n\n{"a": NaN}', load_json_lines).split("\n\n")

    assert messages == [
        'x.json:2:8: error: expected a comma or a closing bracket, the file ends\n    2 | {"a": 2\n      |        ^',
        'x.json:4:7: error: `NaN` is not JSON\n    4 | {"a": NaN}\n      |       ^\nhint: write `null` for a figure that is missing',
    ]
