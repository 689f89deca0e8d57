"""`lab`: a small site of experiments in a temporary folder, and the runner's command line on it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

import experiments
from experiments.__main__ import main

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Lab:
    """A site's root with experiments in it."""

    root: Path
    read: Callable[[], tuple[str, str]]

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"))

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text
        (self.root / path).write_text(text.replace(old, new))

    def __call__(self, *words: str) -> Said:
        """Carry out a command in this process."""
        try:
            code = main([*words, "--root", str(self.root)])
        except SystemExit as stop:  # argparse
            code = int(str(stop.code))
        return Said(code, *self.read())

    def start(self, *words: str, **options: object) -> subprocess.Popen[str]:
        """Start a command as a process of its own."""
        command = [sys.executable, "-m", "experiments", *words, "--root", str(self.root)]
        return subprocess.Popen(command, cwd=REPOSITORY, text=True, **options)  # type: ignore[call-overload,no-any-return]

    def data(self, path: str) -> object:
        """Read a file of `_data`; JSON is YAML as well."""
        return yaml.safe_load((self.root / "_data" / path).read_text())

    def published(self, name: str = "family.walk") -> dict[str, bytes]:
        """Return the artifacts' bytes, the record left out."""
        folder = self.root / "_data" / name.replace(".", "/")
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.name != "record.json"}


@pytest.fixture
def lab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Lab]:
    home, modules = list(experiments.__path__), dict(sys.modules)
    yield Lab(tmp_path, lambda: tuple(capsys.readouterr()))  # type: ignore[arg-type,return-value]
    experiments.__path__[:] = home
    for name in [name for name in sys.modules if name.startswith("experiments.") and name not in modules]:
        del sys.modules[name]
    sys.modules.update({name: module for name, module in modules.items() if name.startswith("experiments.")})
