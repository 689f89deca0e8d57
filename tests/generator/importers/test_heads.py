"""Heads: a key is added or replaced in any dialect, and nothing else moves."""

from __future__ import annotations

import pytest

from generator.importers.heads import head_kind, read_head, with_keys, with_value


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\na: 1  # why\n---\nbody\n", "---\na: 1  # why\nslug: x\n---\nbody\n"),
        ("---\r\na: 1\r\n---\r\nbody\r\n", "---\r\na: 1\r\nslug: x\r\n---\r\nbody\r\n"),
        ("---\n---\nbody\n", "---\nslug: x\n---\nbody\n"),
        ("---\na: 1\n...\nbody\n", "---\na: 1\nslug: x\n...\nbody\n"),
        ("+++\na = 1\n[b]\nc = 2\n+++\nbody\n", '+++\nslug = "x"\na = 1\n[b]\nc = 2\n+++\nbody\n'),
        ('{"a": 1}\nbody\n', '{\n  "slug": "x","a": 1}\nbody\n'),
        ("{}\nbody\n", '{\n  "slug": "x"}\nbody\n'),
        ("Title: A\nDate: 2020-01-01\n\nbody\n", "Title: A\nDate: 2020-01-01\nslug: x\n\nbody\n"),
        ("Title: A", "Title: A\nslug: x\n"),
        ("body\n", "---\nslug: x\n---\nbody\n"),
    ],
)
def test_a_key_is_added(before: str, after: str):
    assert with_keys(before, {"slug": "x"}) == after
    assert read_head("", after).values["slug"] == "x"


def test_no_key_changes_nothing():
    assert with_keys("body", {}) == "body"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\nold:\n  - a\n  - b\n# kept\nz: 1\n---\nbody\n", "---\nold: [c, d]\n# kept\nz: 1\n---\nbody\n"),
        ("---\na: 1\nOld: a\n---\nbody\n", "---\na: 1\nOld: [c, d]\n---\nbody\n"),
        ("+++\nold = [\n'a',\n]\nz = 1\n[t]\nx = 1\n+++\nb\n", '+++\nold = ["c", "d"]\nz = 1\n[t]\nx = 1\n+++\nb\n'),
        ("+++\nz = 1\nold = 'a'\n[t]\nx = 1\n+++\nb\n", '+++\nz = 1\nold = ["c", "d"]\n[t]\nx = 1\n+++\nb\n'),
        ('{"old": "a", "z": 1}\nbody\n', '{\n  "old": [\n    "c",\n    "d"\n  ],\n  "z": 1\n}\nbody\n'),
        ("Title: A\nOld: a\n b\nZ: 1\n\nbody\n", "Title: A\nold: c, d\nZ: 1\n\nbody\n"),
    ],
)
def test_a_value_is_replaced(before: str, after: str):
    assert with_value(before, "old", ["c", "d"]) == after


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("---\n", "yaml"),
        ("+++\n", "toml"),
        ('{"a', "json"),
        ("{{ a }}", "none"),
        ("Title: x", "plain"),
        ("# T", "none"),
    ],
)
def test_a_head_is_known_by_its_first_line(text: str, kind: str):
    assert head_kind(text) == kind
