"""Records and artifacts on the disk: read back whole, replaced whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generator.data.artifacts import (
    Artifact,
    Record,
    atomic_write,
    data_folder,
    decode,
    encode,
    file_sha256,
    parse_record,
    read_record,
    replace_all,
    sha256,
)
from generator.data.tree import Tree, plain
from generator.errors import SiteError

RECORD = Record(
    name="group_lasso.path",
    command="python -m experiments run group_lasso.path noise=1.0",
    artifacts={"best": Artifact("scalar", "best.yaml", "ab" * 32)},
    config={"noise": 1.0, "seed": 0},
    overrides={"noise": 1.0},
    seeds=(0, 1),
    code={"experiments/group_lasso/path.py::run": "0123456789abcdef"},
    warnings=("`best.error` was nan and is null",),
    date="2026-01-02",
)


def test_a_record_reads_back_as_it_was() -> None:
    assert parse_record(RECORD.to_bytes()) == RECORD


def test_a_record_begins_with_its_version_and_ends_with_a_newline() -> None:
    written = RECORD.to_bytes().decode()

    assert (written.split("\n")[1], written[-2:]) == ('  "schema_version": 1,', "}\n")


def test_fields_of_a_later_version_are_ignored() -> None:
    plain = json.loads(RECORD.to_bytes()) | {"colour": "blue"}

    assert parse_record(json.dumps(plain).encode()) == RECORD


def test_the_digest_of_a_record_is_about_what_was_published() -> None:
    again = Record(RECORD.name, "another command", RECORD.artifacts, date="2027-01-01")
    other = Record(RECORD.name, RECORD.command, {"best": Artifact("scalar", "best.yaml", "cd" * 32)})

    assert (again.digest == RECORD.digest, other.digest == RECORD.digest) == (True, False)


def test_no_record_is_none(tmp_path: Path) -> None:
    assert read_record(tmp_path, "group_lasso.path") is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[]", "not a JSON object"),
        (b"{}", "`name` is missing"),
        (b'{"name": "a", "command": "b", "artifacts": []}', "`artifacts` is no mapping"),
        (b'{"name": "a", "command": "b", "artifacts": {}, "seeds": 3}', "`seeds` is no list"),
        (b'{"name": "a", "command": "b", "artifacts": {"x": {}}}', "artifact `x` lacks its kind, file or sha256"),
        (b'{"name"', "Expecting ':' delimiter: line 1 column 8 (char 7)"),
    ],
)
def test_what_is_no_record_is_an_error_with_its_path(tmp_path: Path, content: bytes, why: str) -> None:
    atomic_write(tmp_path / "_data/a/b/record.json", content)

    with pytest.raises(SiteError) as caught:
        read_record(tmp_path, "a.b")

    assert str(caught.value) == (
        f"_data/a/b/record.json: error: not a record of a run: {why}\n"
        "hint: restore it from git, or run `python -m experiments run a.b`"
    )


@pytest.mark.parametrize(
    ("kind", "file", "value"),
    [
        ("scalar", "best.yaml", {"accuracy": 0.5, "name": "å"}),
        ("table", "rows.yaml", [{"a": 1}, {"a": 2}]),
        ("series", "curve.json", [{"step": 1, "loss": 0.5}]),
        ("figure", "picture.svg", "<svg>å</svg>"),
    ],
)
def test_an_artifact_reads_back_as_it_was(kind: str, file: str, value: object) -> None:
    assert decode(file, encode(kind, value)) == value


def test_an_experiments_name_is_its_folder() -> None:
    assert data_folder("group_lasso.path") == "_data/group_lasso/path"


def test_the_hash_of_a_folder_is_about_names_and_contents(tmp_path: Path) -> None:
    for name in ("one", "two"):
        atomic_write(tmp_path / name / "inner" / "a.txt", b"a")
    atomic_write(tmp_path / "three" / "inner" / "b.txt", b"a")
    one, two, three = (file_sha256(tmp_path / name) for name in ("one", "two", "three"))

    assert (one == two, one == three, file_sha256(tmp_path / "one/inner/a.txt")) == (True, False, sha256(b"a"))


def test_a_failed_batch_leaves_everything_as_it_was(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a.txt", b"old")
    (tmp_path / "file").write_bytes(b"in the way")

    with pytest.raises(OSError, match="file"):
        replace_all({tmp_path / "a.txt": b"new", tmp_path / "file" / "b.txt": b"new"})

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.txt": b"old", "file": b"in the way"}


WRITER = """
import sys
from pathlib import Path
from generator.data.artifacts import atomic_write
path, number = Path(sys.argv[1]), 0
while True:
    number += 1
    atomic_write(path, (f"{number:06d} " * 3000).encode())
"""


def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for pause in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, path])
        while not path.exists():
            time.sleep(0.01)
        time.sleep(0.02 + 0.007 * pause)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        words = path.read_text().split()

        assert (len(words), len(set(words))) == (3000, 1)


def test_pages_read_the_values_that_were_published(tmp_path: Path) -> None:
    """The site reads YAML with a loader of its own, stricter than PyYAML's."""
    rows = [
        {"text": text, "x": 1e-05, "y": -3, "on": True, "none": None, "list": [0.1, 1e20]}
        for text in ("no", "1:30", "012", "~", "2020-01-01", "å b", "x: #1", "two\nlines", " ", "", "=", "<<", "a\tb")
    ]
    atomic_write(tmp_path / "_data/a/b/rows.yaml", encode("table", rows))
    atomic_write(tmp_path / "_data/a/b/curve.json", encode("series", rows))
    data = Tree(tmp_path).view().data["a"]["b"]

    assert (plain(data["rows"]), plain(data["curve"])) == (rows, rows)
