# ruff: noqa: E501 - a table of cases reads best with one case to a line
from __future__ import annotations

import time
from datetime import date

import pytest

from generator.data.text import Text, decode
from generator.data.toml_loader import load_toml
from generator.errors import SiteError, flatten


def refused(text: str) -> str:
    with pytest.raises((SiteError, ExceptionGroup)) as caught:
        load_toml(Text("x.toml", text))
    return "\n\n".join(str(error) for error in flatten(caught.value))


SAMPLE = """\
title = "a = [b]"  # not a [table]
day = 2020-01-02
[run]
grid = [1,  # [
  2]
best."my key" = {loss = 1e-3}
text = \"\"\"
[not] = 1
\"\"\"
[[fold]]
n = 1
[[fold]]
n = 2
[fold.inner]
z = 3
"""


def test_toml_is_read_and_every_key_has_its_place():
    loaded = load_toml(Text("x.toml", SAMPLE))

    assert loaded.value == {
        "title": "a = [b]",
        "day": date(2020, 1, 2),
        "run": {"grid": [1, 2], "best": {"my key": {"loss": 0.001}}, "text": "[not] = 1\n"},
        "fold": [{"n": 1}, {"n": 2, "inner": {"z": 3}}],
    }
    assert loaded.positions == {
        (): (1, 1), ("title",): (1, 1), ("day",): (2, 1), ("run",): (3, 1), ("run", "grid"): (4, 1), ("run", "best", "my key"): (6, 1), ("run", "text"): (7, 1),
        ("fold", 0): (10, 1), ("fold", 0, "n"): (11, 1), ("fold", 1): (12, 1), ("fold", 1, "n"): (13, 1), ("fold", 1, "inner"): (14, 1), ("fold", 1, "inner", "z"): (15, 1),
    }  # fmt: skip
    assert loaded.value_positions[("run", "grid")] == (4, 8)
    assert str(loaded.place(("run", "best", "my key", "loss"))) == "x.toml:6:1"


def test_an_empty_file_is_an_empty_mapping():
    assert load_toml(decode("x.toml", b"\xef\xbb\xbf# nothing\r\n")).value == {}


MISTAKES = [
    ("a = x", 1, 5, "this is not TOML: invalid value", "put text in quotes"),
    ("b = 1\na", 2, 2, "this is not TOML: expected '=' after a key in a key/value pair", "write `key = value`"),
    (
        "a = 1\na = 2",
        2,
        6,
        "this is not TOML: cannot overwrite a value",
        "a key or a table stands twice: keep one of them",
    ),
    (
        "[a]\n[b]\n[a]",
        3,
        3,
        "this is not TOML: cannot declare ('a',) twice",
        "a key or a table stands twice: keep one of them",
    ),
    ('a = """\nfoo', 2, 4, "this is not TOML: unterminated string", ""),
    ("a = 1\n[t]\nb = [0, nan]", 3, 5, "`nan` is not a number", "leave the key out for a figure that is missing"),
    ("a = -inf", 1, 5, "`-inf` is not a number", "leave the key out for a figure that is missing"),
    ("a = " + "9" * 5_000, 1, 5, "this number has more than 300 digits", "quote it if it is text"),
    ("a = 0x" + "f" * 5_000, 1, 5, "this number has more than 300 digits", "quote it if it is text"),
    ("a = " + "9" * 400, 1, 5, "this number has more than 300 digits", "quote it if it is text"),
    ("a = " + "[" * 5_000, 1, 105, "lists and tables are nested more than 100 levels deep", ""),
    (".".join(["a"] * 60_000) + " = 1", 1, 202, "lists and tables are nested more than 100 levels deep", ""),
    (
        "[" + ".".join(["a"] * 60) + "]\n" + ".".join(["a"] * 60) + " = 1",
        1,
        1,
        "lists and tables are nested more than 100 levels deep",
        "",
    ),
]


@pytest.mark.parametrize(("text", "line", "column", "what", "hint"), MISTAKES, ids=[case[0][:30] for case in MISTAKES])
def test_a_mistake_is_named_with_its_place_and_a_way_out(text: str, line: int, column: int, what: str, hint: str):
    started = time.process_time()

    head, *excerpt = refused(text).split("\n")

    assert head == f"x.toml:{line}:{column}: error: {what}"
    assert [part for part in excerpt if part.startswith("hint")] == ([f"hint: {hint}"] if hint else [])
    assert time.process_time() - started < 5


def test_a_message_is_whole():
    assert (
        refused("a = x")
        == "x.toml:1:5: error: this is not TOML: invalid value\n    1 | a = x\n      |     ^\nhint: put text in quotes"
    )


@pytest.mark.parametrize(
    "text",
    ['a = "' + "x." * 500 + '"', "# " + "[" * 500, "a = '''" + "[\n" * 500 + "'''", "a = [" + "0.5, " * 500 + "]"],
)
def test_dots_and_brackets_in_text_are_not_depth(text: str):
    assert load_toml(Text("x", text)).value is not None
