# ruff: noqa: E501 - a table of cases reads best with one case to a line
from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.data.emit import to_json, to_yaml
from generator.data.loaders import LOADERS, _unreadable, is_data_file, load, load_file
from generator.errors import SiteError, flatten


def refused(root: Path, path: str, limit: int = 64) -> str:
    with pytest.raises(SiteError) as caught:
        load_file(root, path, limit)
    return str(caught.value)


@pytest.mark.parametrize(
    ("path", "data", "value"),
    [
        ("x.yaml", b"a: 1", {"a": 1}),
        ("x.YML", b"a: 1", {"a": 1}),
        ("x.json", b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ("x.jsonl", b"1\n2", [1, 2]),
        ("x.csv", b"\xef\xbb\xbfa\n1", [{"a": 1}]),
        ("x.tsv", b"a\tb\n1\t2", [{"a": 1, "b": 2}]),
        ("x.toml", b"a = 1", {"a": 1}),
    ],
)
def test_the_ending_of_a_file_chooses_its_format(path: str, data: bytes, value: object):
    assert is_data_file(path)
    assert load(path, data).value == value


def test_other_endings_are_no_data():
    assert [is_data_file(path) for path in ("a.txt", "a.svg", "a.npz", "yaml", "a.yaml.bak")] == [False] * 5


def test_a_file_above_the_limit_is_refused_by_its_size_alone(tmp_path: Path):
    with (tmp_path / "big.json").open("wb") as file:
        file.truncate(3_000_000_000)  # sparse: reading it would fill the memory

    assert refused(tmp_path, "big.json") == (
        "big.json: error: the file has 3,000,000,000 bytes, the limit is 64 MB\n"
        "hint: raise `data_megabytes` in site/config.yaml, or publish less data"
    )


def test_a_file_that_is_gone_is_named(tmp_path: Path):
    assert refused(tmp_path, "x.json") == (
        "x.json: error: the file vanished while the site was read\nhint: build again"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "x.json")

    assert refused(tmp_path, "x.json") == (
        "x.json: error: this is not an ordinary file\nhint: put a data file in its place"
    )


def test_a_file_that_may_not_be_read_is_named():
    error = _unreadable(PermissionError(13, "Permission denied"), "x.json")  # made by hand: root may read everything

    assert str(error) == "x.json: error: permission denied\nhint: allow reading it: `chmod u+r x.json`"


def test_a_file_the_system_cannot_read_is_named(tmp_path: Path):
    assert (
        refused(tmp_path, "x" * 300 + ".json")
        == f"{'x' * 300}.json: error: the file cannot be read: file name too long"
    )


PIECES = st.sampled_from(
    [*"[]{}:\"'\n\t &*!-?|>%@\\,=#.x1", "- ", ": ", "a: ", "&a ", "*a", "<<: ", "\\u", "\\ud800", "1e999", "9" * 301, "0x", "nan", "2020-13-40", "---", '"""', "\u0085", "\ufeff", "\x00"]
)  # fmt: skip


def mistakes(path: str, data: bytes) -> list[SiteError]:
    """Return what is wrong with a file; anything but a SiteError is our own mistake, and gets through."""
    try:
        loaded = load(path, data)
    except (SiteError, ExceptionGroup) as error:
        return list(flatten(error))
    assert set(loaded.positions) == set(loaded.value_positions)
    return []


@given(st.sampled_from(sorted(LOADERS)), st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=1_000, deadline=None)
def test_whatever_a_file_holds_it_is_data_or_a_mistake_with_a_place(ending: str, text: str):
    assert all(mistake.place and mistake.place.line for mistake in mistakes(f"x{ending}", text.encode()))


@given(st.sampled_from(sorted(LOADERS)), st.binary(max_size=60))
def test_bytes_that_are_no_text_are_a_mistake_with_a_place(ending: str, data: bytes):
    assert all(mistake.place for mistake in mistakes(f"x{ending}", data))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.sampled_from(["no", "1e3", "0o7", "012", "~", "2020-01-02", "1:30", "<<", ".5"]),
    lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text(max_size=6), child, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_what_the_runner_writes_comes_back(value: object):
    assert load("x.yaml", to_yaml(value).encode()).value == value
    assert load("x.json", to_json(value).encode()).value == value
