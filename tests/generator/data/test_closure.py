"""What counts as a change of an experiment's code, and which symbol is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.data.closure import closure
from generator.errors import SiteError

EXPERIMENT = '''
"""A claim."""
from experiments.family.prox import shrink
import numpy as np

WRITES = {"best": "scalar"}
LIMIT = 3
UNUSED = 4


class Config:
    steps: int = 10
    widths: tuple = tuple(range(3))


def run(config, log):
    return {"best": shrink(LIMIT)}


def aside():
    return UNUSED
'''
PROX = """
from . import norms


def shrink(x):
    return norms.size(x) * FACTOR


def other(x):
    return x


FACTOR = 2.0
"""
NORMS = """
POWER = 2


def size(x):
    return x**POWER


def unused(x):
    return x
"""


@pytest.fixture
def family(tmp_path: Path) -> Path:
    folder = tmp_path / "experiments" / "family"
    folder.mkdir(parents=True)
    (folder / "path.py").write_text(EXPERIMENT)
    (folder / "prox.py").write_text(PROX)
    (folder / "norms.py").write_text(NORMS)
    return tmp_path


def edit(root: Path, path: str, old: str, new: str) -> None:
    file = root / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def symbols(root: Path, name: str = "family.path") -> list[str]:
    return list(closure(root, name).symbols)


def changed(root: Path, path: str, old: str, new: str, name: str = "family.path") -> list[str]:
    """Return the symbols that an edit changes, adds or removes."""
    before = closure(root, name).symbols
    edit(root, path, old, new)
    after = closure(root, name).symbols
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def test_the_closure_holds_what_run_reaches_and_nothing_else(family: Path) -> None:
    assert symbols(family) == [
        "experiments/family/norms.py::POWER",
        "experiments/family/norms.py::size",
        "experiments/family/path.py::Config",
        "experiments/family/path.py::LIMIT",
        "experiments/family/path.py::WRITES",
        "experiments/family/path.py::run",
        "experiments/family/prox.py::FACTOR",
        "experiments/family/prox.py::shrink",
    ]


def test_the_closure_lists_its_files_and_foreign_libraries(family: Path) -> None:
    found = closure(family, "family.path")

    assert (list(found.sources), found.libraries) == (
        [
            "experiments/family/__init__.py",
            "experiments/family/norms.py",
            "experiments/family/path.py",
            "experiments/family/prox.py",
        ],
        ("numpy",),
    )


def test_a_constant_two_imports_away_is_named(family: Path) -> None:
    assert changed(family, "experiments/family/norms.py", "POWER = 2", "POWER = 3") == [
        "experiments/family/norms.py::POWER"
    ]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("path.py", '"""A claim."""', '"""Another claim."""'),
        ("path.py", "LIMIT = 3", "# three is enough\nLIMIT  =  3  # really"),
        ("path.py", "def run(config, log):", 'def run(config, log):\n    """Say what it does."""'),
        ("path.py", "def run(config, log):", "def run(config: Config, log: object) -> dict:"),
        ("path.py", "    return {", "\n\n    return {"),
        ("path.py", '{"best": shrink(LIMIT)}', '{\n        "best": shrink(\n            LIMIT,\n        ),\n    }'),
        ("path.py", "UNUSED = 4", "UNUSED = 5"),
        ("path.py", "steps: int = 10", "steps: int = 20"),
        ("norms.py", "def unused(x):\n    return x", "def unused(x):\n    return -x"),
        ("prox.py", "def other(x):\n    return x", "def other(x):\n    return -x"),
    ],
)
def test_comments_layout_docstrings_and_unreached_code_do_not_count(
    family: Path, path: str, old: str, new: str
) -> None:
    assert changed(family, f"experiments/family/{path}", old, new) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "symbol"),
    [
        ("path.py", "LIMIT = 3", "LIMIT = 3.0", "LIMIT"),
        ("path.py", "LIMIT = 3", "LIMIT = True", "LIMIT"),
        ("path.py", "tuple(range(3))", "tuple(range(4))", "Config"),
        ("path.py", "steps: int = 10", "steps: float = 10", "Config"),
        ("path.py", '{"best": shrink(LIMIT)}', '{"best": -shrink(LIMIT)}', "run"),
        ("path.py", "def run(config, log):", "def run(config, log, *, scale=1):", "run"),
        ("path.py", "def run(config, log):", "@staticmethod\ndef run(config, log):", "run"),
        ("path.py", '"scalar"', '"table"', "WRITES"),
        ("prox.py", "FACTOR = 2.0", "FACTOR = 2.0\nFACTOR *= 2", "FACTOR"),
    ],
)
def test_what_may_change_a_result_counts(family: Path, path: str, old: str, new: str, symbol: str) -> None:
    assert changed(family, f"experiments/family/{path}", old, new) == [f"experiments/family/{path}::{symbol}"]


def test_a_statement_that_binds_nothing_counts_for_every_importer(family: Path) -> None:
    found = changed(family, "experiments/family/norms.py", "POWER = 2", "import torch\ntorch.manual_seed(0)\nPOWER = 2")

    assert found == ["experiments/family/norms.py::<module>"]


def test_a_function_in_a_registry_counts_although_nobody_names_it(family: Path) -> None:
    write(
        family,
        "experiments/family/prox.py",
        "TABLE = {}\n"
        "def register(f):\n    TABLE[f.__name__] = f\n    return f\n"
        "@register\ndef ridge(x):\n    return x\n"
        "def shrink(x):\n    return TABLE['ridge'](x)\n",
    )

    assert changed(
        family, "experiments/family/prox.py", "def ridge(x):\n    return x", "def ridge(x):\n    return -x"
    ) == ["experiments/family/prox.py::<module>"]


def test_what_runs_only_as_a_script_does_not_count(family: Path) -> None:
    guard = '\nif __name__ == "__main__":\n    print(run(None, None))\n'

    assert changed(family, "experiments/family/path.py", "UNUSED = 4", f"UNUSED = 4{guard}") == []


def test_a_local_name_hides_the_modules_own(family: Path) -> None:
    write(
        family,
        "experiments/family/prox.py",
        "x = 1\ny = 2\nz = 3\n"
        "def shrink(x):\n"
        "    y = x\n"
        "    def inner(a):\n        return a + y\n"
        "    return [z for z in (inner(x),)]\n",
    )

    assert [one for one in symbols(family) if "prox" in one] == ["experiments/family/prox.py::shrink"]


def test_a_comprehensions_name_does_not_hide_the_modules_own(family: Path) -> None:
    write(family, "experiments/family/prox.py", "z = 3\ndef shrink(x):\n    return [z for z in x], z\n")

    assert "experiments/family/prox.py::z" in symbols(family)


@pytest.mark.parametrize(
    "imports",
    [
        "from experiments.family.prox import shrink",
        "from .prox import shrink",
        "from experiments.family.prox import shrink as cut\nshrink = cut",
        "from experiments.family import prox\nshrink = prox.shrink",
        "import experiments.family.prox\nshrink = experiments.family.prox.shrink",
        "import experiments.family.prox as p\nshrink = p.shrink",
        "from experiments.family.prox import *",
        "from experiments.family.again import shrink",
        "from experiments.family import shrink",
        "try:\n    from .prox import shrink\nexcept ImportError:\n    shrink = None",
    ],
)
def test_every_form_of_import_is_followed(family: Path, imports: str) -> None:
    write(family, "experiments/family/again.py", "from experiments.family.prox import shrink\n")
    write(family, "experiments/family/__init__.py", "from experiments.family.prox import shrink\n")
    edit(family, "experiments/family/path.py", "from experiments.family.prox import shrink", imports)

    assert changed(family, "experiments/family/norms.py", "POWER = 2", "POWER = 3") == [
        "experiments/family/norms.py::POWER"
    ]


def test_an_import_inside_a_function_is_followed(family: Path) -> None:
    edit(family, "experiments/family/path.py", "from experiments.family.prox import shrink\n", "")
    edit(
        family,
        "experiments/family/path.py",
        "    return {",
        "    from experiments.family.prox import shrink\n    return {",
    )

    assert "experiments/family/norms.py::POWER" in symbols(family)


def test_a_module_that_is_handed_around_counts_whole(family: Path) -> None:
    edit(family, "experiments/family/path.py", "prox import shrink", "prox import shrink, norms")
    edit(family, "experiments/family/path.py", "shrink(LIMIT)", "shrink(norms)")

    assert "experiments/family/norms.py::unused" in symbols(family)


def test_the_runner_is_no_part_of_a_closure(family: Path) -> None:
    write(family, "experiments/runner/log.py", "def note():\n    return 1\n")
    edit(
        family, "experiments/family/path.py", "import numpy as np", "from experiments.runner.log import note as shrink"
    )

    assert not [one for one in symbols(family) if "runner" in one]


def test_modules_that_import_each_other_end(family: Path) -> None:
    edit(family, "experiments/family/norms.py", "POWER = 2", "from experiments.family import prox\nPOWER = 2")

    assert len(symbols(family)) == 8


def test_a_file_that_is_not_python_is_named_with_its_line(family: Path) -> None:
    edit(family, "experiments/family/norms.py", "POWER = 2", "POWER = = 2")

    with pytest.raises(SiteError) as caught:
        closure(family, "family.path")

    assert str(caught.value) == (
        "experiments/family/norms.py:2:9: error: not Python: invalid syntax\n    2 | POWER = = 2\n      |         ^"
    )
