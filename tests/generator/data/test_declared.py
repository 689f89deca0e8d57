"""An experiment's declarations, read as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.data.declared import Declared, declared, names
from generator.errors import SiteError

FULL = '''"""Group LASSO: whole groups reach zero.

More words.
"""
from dataclasses import dataclass, field
from pathlib import Path
import torch_that_is_not_installed

WRITES: dict[str, str] = {"curve": "series", "best": "scalar"}
READS = {"model": "family.train"}
FILES = ["_data/hand.csv"]
PRESETS = {"smoke": {"steps": 2}}
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Config:
    steps: int = 10
    rates: tuple[float, ...] = (0.1, -0.2)
    source: Path = Path("files/a.csv")
    size: int = field(default=3)
    made: int = 2 * steps
    needed: int
'''


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_everything_that_is_declared_is_read_without_importing(tmp_path: Path) -> None:
    write(tmp_path, "experiments/family/path.py", FULL)

    assert declared(tmp_path, "family.path") == Declared(
        name="family.path",
        path="experiments/family/path.py",
        claim="Group LASSO: whole groups reach zero.",
        writes={"curve": "series", "best": "scalar"},
        reads={"model": "family.train"},
        files=("_data/hand.csv",),
        presets={"smoke": {"steps": 2}},
        seeds=(0, 1, 2),
        fields=("steps", "rates", "source", "size", "made", "needed"),
        defaults={"steps": 10, "rates": (0.1, -0.2), "source": "files/a.csv", "size": 3},
    )


def test_files_that_declare_artifacts_are_experiments(tmp_path: Path) -> None:
    for path in ("family/b.py", "family/a.py", "alone.py", "deep/er/c.py", "runner/no.py", "family/.hidden.py"):
        write(tmp_path, f"experiments/{path}", "WRITES = {}\n")
    write(tmp_path, "experiments/family/prox.py", "# WRITES = {}\n")

    assert names(tmp_path) == ("alone", "deep.er.c", "family.a", "family.b")


def test_no_folder_of_experiments_is_none(tmp_path: Path) -> None:
    assert names(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'WRITES = dict(a="scalar")',
            "x/a.py:1: error: `WRITES` is not a literal\n"
            "hint: it is read without running the file: write the values out",
        ),
        ("WRITES = [1]", "x/a.py:1: error: `WRITES` is not a mapping of artifact names to kinds"),
        ("\nREADS = {'a': 1}", "x/a.py:2: error: `READS` is not a mapping of names to experiments"),
        ("FILES = 'a.csv'", "x/a.py:1: error: `FILES` is not a list of paths"),
        ("PRESETS = {'smoke': 1}", "x/a.py:1: error: `PRESETS` is not a mapping of names to mappings"),
        ("SEEDS = 3", "x/a.py:1: error: `SEEDS` is not a list of whole numbers"),
        (
            "WRITES = {'record': 'scalar'}",
            "x/a.py: error: `record` cannot name an artifact\n"
            "hint: use letters, digits and underscores, and not `record`",
        ),
        (
            "WRITES = {'a.b': 'scalar'}",
            "x/a.py: error: `a.b` cannot name an artifact\nhint: use letters, digits and underscores, and not `record`",
        ),
        (
            "WRITES = {'a': 'tabel'}",
            "x/a.py: error: `a` has the unknown kind `tabel`\nhint: did you mean `table`?",
        ),
        (
            "WRITES = {'a': 'movie'}",
            "x/a.py: error: `a` has the unknown kind `movie`\n"
            "hint: the kinds are `scalar`, `table`, `samples`, `series`, `chat`, `figure`",
        ),
        (
            "WRITES = {",
            "x/a.py:1:10: error: not Python: '{' was never closed\n    1 | WRITES = {\n      |          ^",
        ),
        ("WRITES = {}\0", "x/a.py: error: not Python: it holds a NUL byte"),
    ],
)
def test_a_declaration_of_the_wrong_form_is_named(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, "experiments/x/a.py", text)

    with pytest.raises(SiteError) as caught:
        declared(tmp_path, "x.a")

    assert str(caught.value) == f"experiments/{message}"


def test_an_unknown_experiment_is_offered_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, "experiments/family/path.py", "WRITES = {}")

    with pytest.raises(SiteError) as caught:
        declared(tmp_path, "family.pth")

    assert str(caught.value) == "error: there is no experiment `family.pth`\nhint: did you mean `family.path`?"
