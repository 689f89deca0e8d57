"""Liquid's golden cases: all 903 print what they should, but for those below, each group with its reason.

The cases are those of golden-liquid as the wheel of python-liquid 1.13.0 brings them. They are written for plain
Liquid 5; where Jekyll prints something else, so do we. `make test` puts them into the virtual environment, aside from
the python-liquid that is used; they are read file by file, and are not part of this project.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.generator.render.liquid.conftest import Bench

WHEEL = "python-liquid==1.13.0"
INSTALLED = Path(sys.prefix) / "golden"
RUBY = Path(__file__).parent / "ruby"
STORED = json.loads((RUBY / "golden_output.json").read_text())


def several(file: str, *numbers: int) -> list[str]:
    return [f"{file}/{number}" for number in numbers]


AS_JEKYLL = {
    "Jekyll has an `include` of its own: a file's name, then `key=value`; commas, `with` and `for` are refused": [
        *several("include_tag", *range(1, 10), 19, 20)
    ],
    "`now` and `today` are no names in Jekyll, and a build reads no clock": [
        *several("echo_tag", 14, 15),
        *several("output_statement", 16, 17),
    ],
    "Ruby alone, without Rails, calls nothing blank": several("if_tag", 15),
    "`template` is a name that only python-liquid knows": several("render_tag", 8, 9, 10, 11),
    "Jekyll's `sort` puts an item without the key first, and refuses nil": several("sort_filter", 2, 6),
    "Jekyll's `where` given nil looks for nil; without a key it returns the list": several("where_filter", 8, 9, 11),
    "`tablerowloop.col_last` is false without `cols` in Ruby's Liquid": several("tablerow_tag", 7),
    "`break` does not leave a `tablerow` in Ruby's Liquid 5.4": several("tablerow_tag", 12, 14),
}
ONLY_HERE = {
    "`template` again, in files whose names are in quotes, which Jekyll refuses": several(
        "include_tag", *range(10, 14)
    ),
}
REASONS = {case: reason for reason, cases in (AS_JEKYLL | ONLY_HERE).items() for case in cases}


def load(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    """Return every case by its file and number; the library itself, which is another version, is not touched."""
    folder = INSTALLED / "liquid/golden"
    if not folder.is_dir():
        how = f"{sys.executable} -m pip install --no-deps --target {INSTALLED} {WHEEL}"
        pytest.fail(f"the golden cases are not installed here; this installs them:\n    {how}", pytrace=False)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("liquid.golden", "liquid.golden.case"):  # what the files import; gone again afterwards
            patch.setitem(sys.modules, name, ModuleType(name))
        load("liquid.golden.case", folder / "case.py")
        files = [file for file in sorted(folder.glob("*.py")) if file.stem not in {"case", "__init__"}]
        for file in files:
            patch.setitem(sys.modules, f"golden_{file.stem}", ModuleType(file.stem))
        loaded = {file.stem: load(f"golden_{file.stem}", file).cases for file in files}
    return {f"{stem}/{number}": case for stem, list_ in loaded.items() for number, case in enumerate(list_)}


@pytest.fixture(scope="module")
def printed(cases: dict[str, Any]) -> dict[str, str | None]:
    """Return what each case prints here; None where it is an error."""
    found: dict[str, str | None] = {}
    for name, case in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder))
            for path, text in case.partials.items():
                bench.write(f"site/includes/{path}", text)
            ran = bench.run(case.template, case.globals)
        found[name] = None if any(": error:" in message for message in ran.messages) else ran.text
    return found


def test_every_case_prints_what_it_should_but_those_with_a_reason(
    cases: dict[str, Any], printed: dict[str, str | None]
):
    """One that begins to pass must leave the table."""
    wanted = {name: None if case.error else case.expect for name, case in cases.items()}
    failed = {name for name in cases if printed[name] != wanted[name]}

    assert {name: (printed[name], wanted[name]) for name in failed - {*REASONS}} == {}
    assert {*REASONS} - failed == set()
    assert (len(cases) - len(failed), len(cases)) == (871, 903)


def test_the_others_print_what_jekyll_prints(printed: dict[str, str | None]):
    same = {name: STORED[name] for cases in AS_JEKYLL.values() for name in cases}

    assert {name: printed[name] for name in same} == same
    assert {name: STORED[name] for cases in ONLY_HERE.values() for name in cases} == dict.fromkeys(
        several("include_tag", *range(10, 14))
    )


def test_the_stored_output_is_what_jekyll_prints_today(cases: dict[str, Any], tmp_path: Path):
    """Where Ruby and Jekyll are installed, the stored output is made again."""
    if shutil.which("ruby") is None or shutil.which("jekyll") is None:
        return
    chosen = {
        name: {"template": cases[name].template, "globals": cases[name].globals, "partials": cases[name].partials}
        for name in REASONS
    }
    (tmp_path / "cases.json").write_text(json.dumps(chosen))
    command = ["ruby", str(RUBY / "golden.rb"), str(tmp_path / "cases.json")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC"})

    assert json.loads(ran.stdout) == STORED


def test_the_guide_gives_these_figures():
    guide = (Path(__file__).parents[4] / "site/pages/guide/old-posts.md").read_text()

    assert f"{903 - len(REASONS)} of the 903 golden cases of Liquid pass. The other {len(REASONS)} ask" in guide
