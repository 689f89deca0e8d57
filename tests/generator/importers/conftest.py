"""`moved("jekyll", "…")`: an old site in one string, imported, built, and asked where its old addresses lead."""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest

from generator.build import Options, assemble
from generator.importers.move_in import Moved, move_in
from generator.publish.output import Output

FILE = re.compile(r"^-- (.+) --\n", re.MULTILINE)
REDIRECT = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]+)">')
NOW = datetime(2030, 1, 1, tzinfo=UTC)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True)
class Removal:
    """An old site, the new one, and what the import said."""

    old: Path
    new: Path
    moved: Moved

    @property
    def report(self) -> str:
        return (self.new / "import-report.md").read_text(encoding="utf-8")

    @property
    def files(self) -> dict[str, bytes]:
        """Every file of the new site."""
        found = (path for path in self.new.rglob("*") if path.is_file())
        return {path.relative_to(self.new).as_posix(): path.read_bytes() for path in sorted(found)}

    @property
    def notes(self) -> list[str]:
        return [f"{note.kind}: {note.place}: {note.what}" for note in self.moved.haul.notes]

    @property
    def errors(self) -> list[str]:
        return [str(error) for error in self.moved.errors]

    def text(self, path: str) -> str:
        return (self.new / path).read_text(encoding="utf-8")

    def body(self, path: str) -> str:
        return self.text(path).partition("\n---\n")[2]

    def build(self, **changed: object) -> dict[str, Output]:
        """Build the new site in memory."""
        options = {"source": self.new, "output": self.new / "_site", "now": NOW, "jobs": 1, **changed}
        return {output.path: output for output in assemble(Options(**options)).outputs}

    def leads(self, addresses: list[str]) -> dict[str, str]:
        """Build, and say which file each old address leads to, through a redirect if need be."""
        outputs = self.build()
        return {address: _lead(outputs, address) for address in addresses}


def _lead(outputs: dict[str, Output], address: str) -> str:
    path = unquote(address).lstrip("/")
    names = [path, f"{path}index.html", f"{path}/index.html"]
    output = next((outputs[name] for name in names if name in outputs), None)
    if output is None:
        return "nothing"
    return output.because or "the builder"


@dataclass(frozen=True)
class Mover:
    """Writes an old site and imports it."""

    folder: Path

    def write(self, text: str) -> Path:
        root = self.folder / "old"
        _, *parts = FILE.split(textwrap.dedent(text).lstrip("\n"))
        for path, content in zip(parts[::2], parts[1::2], strict=True):
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(PIXEL if content == "(pixel)\n" else content.encode())
        root.mkdir(exist_ok=True)
        return root

    def again(self, system: str, source: Path | None = None) -> Removal:
        old, new = source or self.folder / "old", self.folder / "new"
        return Removal(old, new, move_in(system, old, new))

    def of_file(self, system: str, text: str) -> Removal:
        """Import one file."""
        old = self.folder / "old.xml"
        old.write_text(text, encoding="utf-8")
        return self.again(system, old)

    def __call__(self, system: str, text: str) -> Removal:
        self.write(text)
        return self.again(system)


@pytest.fixture
def moved(tmp_path: Path) -> Mover:
    """Return a mover: call it with a system and an old site in one string."""
    return Mover(tmp_path)


@pytest.fixture
def golden() -> Callable[[str], str]:
    """Return a reader of the reports that were looked at and kept."""
    folder = Path(__file__).parents[2] / "golden" / "import"
    return lambda system: (folder / f"{system}.md").read_text(encoding="utf-8")
