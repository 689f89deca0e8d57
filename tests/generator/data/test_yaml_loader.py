# ruff: noqa: E501 - a table of cases reads best with one case to a line
from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from generator.data.text import Text, decode
from generator.data.yaml_loader import load_yaml
from generator.errors import SiteError, flatten

ROOT = Path(__file__).parents[3]
KOREA = timezone(timedelta(hours=9))
NEWFOUNDLAND = timezone(-timedelta(hours=3, minutes=30))


def value(text: str) -> object:
    return load_yaml(Text("x.yaml", text)).value


def refused(text: str) -> str:
    """Return the messages a text gets, each as the author sees it."""
    with pytest.raises((SiteError, ExceptionGroup)) as caught:
        load_yaml(Text("x.yaml", text))
    return "\n\n".join(str(error) for error in flatten(caught.value))


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("1e-3", 0.001), ("5e-05", 5e-05), ("5.18e-05", 5.18e-05), ("1E5", 1e5), (".5", 0.5), ("5.", 5.0), ("-0.25", -0.25), ("1.10", 1.1),
        ("3", 3), ("-3", -3), ("+3", 3), ("010", 10), ("0x1F", 31), ("0o17", 15), ("9007199254740993", 9007199254740993),
        ("true", True), ("True", True), ("FALSE", False), ("~", None), ("null", None), ("", None),
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("off", "off"), ("y", "y"), ("12:30", "12:30"), ("1:30:30", "1:30:30"),
        ("1_000", "1_000"), ("007b", "007b"), ("1.2.3", "1.2.3"), ("2020-5-6", "2020-5-6"), ("tRUE", "tRUE"),
        ("2020-05-16", date(2020, 5, 16)),
        ("2020-05-16 10:00", datetime(2020, 5, 16, 10)),
        ("2020-05-16 10:00:00 +0900", datetime(2020, 5, 16, 10, tzinfo=KOREA)),
        ("2020-05-16T10:00:00+09:00", datetime(2020, 5, 16, 10, tzinfo=KOREA)),
        ("2020-05-16T10:00:00.25Z", datetime(2020, 5, 16, 10, 0, 0, 250_000, UTC)),
        ("2020-05-16 10:00:00 -03:30", datetime(2020, 5, 16, 10, tzinfo=NEWFOUNDLAND)),
        ("'12'", "12"), ('"no"', "no"), ("! 12", "12"), ("!!str 12", "12"), ("!!float 3", 3.0), ("!!int 3", 3), ("!!null ~", None), ("!!bool true", True),
    ],
)  # fmt: skip
def test_words_mean_what_yaml_1_2_says(word: str, meaning: object):
    found = value(f"key: {word}")

    assert found == {"key": meaning}
    assert type(found["key"]) is type(meaning)  # type: ignore[index]


def test_keys_are_text_as_written():
    text = "2020: a\nno: b\n1.10: c\n~: d\n'': e\n<: f"

    assert value(text) == {"2020": "a", "no": "b", "1.10": "c", "~": "d", "": "e", "<": "f"}


def test_dates_stay_text_when_asked():
    assert load_yaml(Text("x", "date: 2020-13-45 +0900"), dates=False).value == {"date": "2020-13-45 +0900"}


@pytest.mark.parametrize("text", ["", "\n", "# a comment\n", "---\n", "--- # nothing\n...\n"])
def test_an_empty_document_is_none(text: str):
    assert value(text) is None


def test_aliases_and_merges_are_written_out():
    text = """
base: &base {rows: 200, noise: 0.5}
more: &more {noise: 1.0, steps: 4}
own wins:
  noise: 2.0
  <<: *base
first wins:
  <<: [*base, *more]
list: [*base, &x text, *x]
"""

    assert value(text) == {
        "base": {"rows": 200, "noise": 0.5},
        "more": {"noise": 1.0, "steps": 4},
        "own wins": {"rows": 200, "noise": 2.0},
        "first wins": {"noise": 0.5, "steps": 4, "rows": 200},
        "list": [{"rows": 200, "noise": 0.5}, "text", "text"],
    }


def test_a_quoted_merge_sign_is_a_key():
    assert value("'<<': 3") == {"<<": 3}


def test_every_key_and_every_value_has_its_line_and_column():
    loaded = load_yaml(decode("x", "menu:\r\n  - title: 'é😀'  # \u2028\r\n    url: /\r\nn: 1\r\n".encode()))

    assert loaded.positions == {
        (): (1, 1), ("menu",): (1, 1), ("menu", 0): (2, 5), ("menu", 0, "title"): (2, 5), ("menu", 0, "url"): (3, 5), ("n",): (4, 1),
    }  # fmt: skip
    assert loaded.value_positions[("menu", 0, "title")] == (2, 12)


def test_a_key_that_came_in_through_an_alias_has_the_place_of_the_alias():
    loaded = load_yaml(Text("x", "a: &a {k: 1}\nb: *a"))

    assert (str(loaded.place(("b", "k"))), str(loaded.value_place(("b", "k")))) == ("x:2:1", "x:2:4")


DEEP = "lists and mappings are nested more than 100 levels deep"
MISTAKES = [
    ("title: Foo: bar", 1, 11, "this is not YAML: mapping values are not allowed in this context", "quote the value: `title: 'Foo: bar'`"),
    ("- title: It's: so", 1, 14, "this is not YAML: mapping values are not allowed in this context", "quote the value: `title: 'It''s: so'`"),
    ("a: foo\n  b: 1", 2, 4, "this is not YAML: mapping values are not allowed in this context", "check the indentation of this line and the one above"),
    ("a:\n\tb: 1", 2, 1, "this is not YAML: found character that cannot start any token", "indent with spaces: YAML takes no tabs"),
    ("a: @b", 1, 4, "this is not YAML: found character that cannot start any token", "quote the value: it starts with a character that has a meaning in YAML"),
    ("a: *bold* text", 1, 9, "this is not YAML: did not find expected alphabetic or numeric character", "quote the value: `*` and `&` have a meaning in YAML"),
    ('a: "\\paulg"', 1, 5, "this is not YAML: found unknown escape character", "use single quotes: in double quotes a `\\` starts an escape"),
    ("a: 'b\n\nc: d", 1, 4, "this is not YAML: found unexpected end of stream", "close the quote"),
    ("a: 'b'c", 1, 7, "this is not YAML: did not find expected key", "check the indentation and the quotes of this line and the one above"),
    ("- a\nb: 1", 2, 1, "this is not YAML: did not find expected '-' indicator", "check the indentation of this line and the one above"),
    ("a: [1, 2", 1, 9, "this is not YAML: did not find expected ',' or ']'", "close the bracket, or quote the value"),
    ("- 1\n-2", 2, 1, "this is not YAML: could not find expected ':'", "write `key: value`; text that goes on is indented more than its key"),
    ("a: 'b\n---\nc'", 1, 4, "this is not YAML: found unexpected document indicator", "close the quote"),
    ("%YAML 2.0\n---\na: 1", 1, 1, "this is not YAML: found incompatible YAML document", "remove the `%YAML` line"),
    ("a: {{ x }}", 1, 5, "a key is a list, a mapping or an alias", "quote the value: `{` starts a mapping"),
    ("? [a, b]\n: 1", 1, 3, "a key is a list, a mapping or an alias", "write the key as a word"),
    ("?\n: 1", 1, 2, "a key is missing before the `:`", 'an empty key is written `""`'),
    ("a: 1\na: 2", 2, 1, "duplicate key `a`", "keep one of them"),
    ("x: &x {a: 1}\ny: {<<: *x, <<: *x}", 2, 13, "duplicate key `<<`", "merge several with `<<: [*a, *b]`"),
    ("<<: 3", 1, 5, "`<<` merges a mapping, or a list of mappings", "write the alias of one: `<<: *name`"),
    ("a: &a [*a]", 1, 8, "`*a` stands inside its own value", ""),
    ("a: *b", 1, 4, "`*b` has no `&b` before it", "quote the value if it is text: `*` starts an alias"),
    ("a: 1\n---\nb: 2", 2, 1, "a second document starts here", "one file holds one document: remove the `---`"),
    ("a: 2020-13-45", 1, 4, "no calendar has the date `2020-13-45`", "quote it if it is text"),
    ("a: 2020-05-16 25:00", 1, 4, "no calendar has the date `2020-05-16 25:00`", "quote it if it is text"),
    ("a: 2020-05-16 10:00 +09:75", 1, 4, "no calendar has the date `2020-05-16 10:00 +09:75`", "quote it if it is text"),
    ("a: .nan", 1, 4, "`.nan` is not a number", "write `null` for a figure that is missing"),
    ("a: -.inf", 1, 4, "`-.inf` is not a number", "write `null` for a figure that is missing"),
    ("a: 1e999", 1, 4, "the number `1e999` is too large", "quote it if it is text"),
    ("a: !!python/name:os.system x", 1, 4, "the tag `!!python/name:os.system` is not allowed", "plain data only: text, numbers, true, false, null, dates, lists and mappings"),
    ("a: !!python/object/apply:os.system [ls]", 1, 4, "the tag `!!python/object/apply:os.system` is not allowed", "plain data only: text, numbers, true, false, null, dates, lists and mappings"),
    ("a: !!set {b}", 1, 4, "the tag `!!set` is not allowed", "plain data only: text, numbers, true, false, null, dates, lists and mappings"),
    ("a: !!int x", 1, 4, "`x` is not `!!int`", "remove the tag, or mend the value"),
    ("a: !!int true", 1, 4, "`true` is not `!!int`", "remove the tag, or mend the value"),
    ("a: \x07b", 1, 4, "the character U+0007 is not allowed in YAML", "remove it, or write it as an escape in double quotes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "what", "hint"), MISTAKES, ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_named_with_its_place_and_a_way_out(text: str, line: int, column: int, what: str, hint: str):
    shown = text.split("\n")[line - 1].replace("\t", " ").replace("\x07", " ")
    excerpt = f"{line:>5} | {shown}\n      | {' ' * (column - 1)}^"

    assert refused(text) == f"x.yaml:{line}:{column}: error: {what}\n{excerpt}" + (f"\nhint: {hint}" if hint else "")


def test_all_duplicate_keys_are_told_at_once():
    messages = refused("a: 1\nb: {c: 1, c: 2}\na: 3").split("\n\n")

    assert [message.split("\n")[0] for message in messages] == [
        "x.yaml:2:11: error: duplicate key `c`",
        "x.yaml:3:1: error: duplicate key `a`",
    ]


def bomb(line: str, first: str) -> str:
    return first + "".join(line.format(i=i, many=", ".join([f"*a{i - 1}"] * 9)) for i in range(1, 12))


ATTACKS = {
    "deep list": ("[" * 60_000, DEEP),
    "deep list on lines": ("[\n" * 60_000, DEEP),
    "deep dashes": ("- " * 60_000, DEEP),
    "deep mapping": ("{a: " * 60_000, DEEP),
    "deep keys": ("? " * 60_000, DEEP),
    "deep blocks": ("\n".join(" " * i + "a:" for i in range(2_000)), DEEP),
    "alias bomb": (bomb("a{i}: &a{i} [{many}]\n", "a0: &a0 [x]\n"), "aliases repeat more than 100,000 values"),
    "merge bomb": (bomb("a{i}: &a{i} {{<<: [{many}], k{i}: 1}}\n", "a0: &a0 {x: 1}\n"), "aliases repeat more than 100,000 values"),
    "long text repeated": ("a: &a " + "x" * 1_000_000 + "\nb: [" + "*a, " * 5_000 + "]", "aliases repeat more than 100,000 values"),
    "huge integer": ("a: " + "9" * 5_000, "the number `9999999999999999999…` has 5,000 digits"),
    "huge hex": ("a: 0x" + "f" * 5_000, "the number `fffffffffffffffffff…` has 5,000 digits"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_within_a_second(name: str):
    text, what = ATTACKS[name]
    started = time.process_time()

    first = refused(text).split("\n")[0]

    assert first.partition(": error: ")[2] == what
    assert time.process_time() - started < 5


def test_the_parser_of_60000_brackets_does_not_crash_the_process():
    code = "from generator.data.loaders import load\ntry: load('x.yaml', b'[' * 60_000)\nexcept Exception as e: print(type(e).__name__)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout) == (0, "SiteError\n")


def test_a_scalar_of_five_megabytes_is_text():
    assert value("a: " + "x" * 5_000_000) == {"a": "x" * 5_000_000}


def test_a_hundred_thousand_keys_load_in_five_seconds():
    code = """
import time
from pathlib import Path
from generator.data.text import Text
from generator.data.yaml_loader import load_yaml
text = "".join(f"key_{i}:\\n  a: 1e-3\\n  b: text {i}\\n" for i in range(33_334))
loaded = load_yaml(Text("x.yaml", text)).value
status = Path("/proc/self/status")  # `ru_maxrss` would begin at the size of the process that started this one
peak = status.read_text().split("VmHWM:")[1].split()[0] if status.exists() else 0
print(len(loaded), time.process_time(), peak)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    keys, seconds, kilobytes = run.stdout.split()

    assert keys == "33334"
    assert float(seconds) < 5
    assert int(kilobytes) < 600_000
