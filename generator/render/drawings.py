"""Drawings of earlier builds, by content: half a second each, and a page is rendered again for one changed word.

One file a drawing under `.labpress/charts/`. Its name is a digest of all that decides it (the plot, our code,
matplotlib's version), its first line a digest of the rest: a torn or foreign file is a miss.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

from generator.data.artifacts import atomic_write
from generator.render.tags import plot as plots
from generator.render.tags.chart import prefix_of
from generator.render.tags.plot import Plot

MOST = 1000  # files; the oldest go first


class Drawings:
    """Makes drawings, or remembers them. Nothing here is needed for a right build: delete it at any time."""

    def __init__(self, folder: Path, draw: Callable[[Plot, str], str] = plots.draw) -> None:
        self.folder, self._draw = folder, draw

    def __call__(self, plot: Plot) -> str:
        """Return the plot as an `<svg>` element."""
        file = self.folder / f"{_digest(repr(plot), *_makers())}.svg"
        with suppress(OSError, UnicodeDecodeError):
            digest, _, svg = file.read_bytes().decode().partition("\n")
            if digest == _digest(svg):
                return svg
        svg = self._draw(plot, prefix_of(plot)).encode("utf-8", "replace").decode()
        with suppress(OSError):  # a full disk only costs the time saved
            atomic_write(file, f"{_digest(svg)}\n{svg}".encode())
            self._make_room()
        return svg

    def _make_room(self) -> None:
        files = list(self.folder.glob("*.svg"))
        for file in sorted(files, key=lambda file: file.stat().st_mtime)[: max(0, len(files) - MOST)]:
            file.unlink(missing_ok=True)


@cache
def _makers() -> tuple[str, str]:
    """Return what else decides a drawing: our code and matplotlib's version, known without importing it."""
    return Path(plots.__file__).read_text(encoding="utf-8"), metadata.version("matplotlib")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
