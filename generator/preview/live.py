"""Runs that go on: how far each is, and its series so far, as data of the pages that read it.

A curve grows in the page when the experiment logs what its series will hold: an artifact of the kind `series` is shown
as the points logged so far when every column of it (but `n` and the `…_std` that joining seeds adds) is a name given to
`log(step, …)`, or `step` itself. A series that was never published takes all that is logged. With several seeds it
is the curve of the seed that runs. Anything else keeps its last content until the run has finished, with the badge.
A killed run has let go of its lock, and counts as ended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.data.artifacts import FAILED, KINDS, PARTIAL, RUNNING, RUNS, data_folder
from generator.data.declared import declared
from generator.data.ledger import Ledger
from generator.data.staleness import is_running
from generator.data.text import Loaded, Text
from generator.data.tree import Tree
from generator.errors import SiteError

Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Going:
    """A run that goes on."""

    name: str
    stamp: tuple[int, ...]  # of its files: it has moved when this is another one
    progress: Mapping[str, object] = field(default_factory=dict)
    points: tuple[Mapping[str, object], ...] = ()  # logged so far, thinned

    def told(self) -> dict[str, object]:
        """Return how far it is, for the page."""
        return {key: self.progress.get(key) for key in ("seed", "step", "total", "seconds_left")}


@dataclass(frozen=True)
class Moves:
    """What a look at the runs found."""

    moved: frozenset[str] = frozenset()  # begun, gone on or ended
    ended: tuple[str, ...] = ()
    states: bool = False  # one has begun, ended or failed: what is known about experiments has changed


class Runs:
    """The runs of one site."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.going: dict[str, Going] = {}
        self._failures: frozenset[tuple[str, int]] = frozenset()

    def look(self) -> Moves:
        """Look which runs go on, and how far they are."""
        before, folder = self.going, self.root / RUNS
        names = sorted(file.parent.name for file in folder.glob(f"*/{RUNNING}"))
        going = {}
        for name in names:
            if is_running(self.root, name):
                stamp = tuple(_stamp(folder / name / file) for file in (RUNNING, PARTIAL))
                last = before.get(name)
                going[name] = last if last and last.stamp == stamp else self._read(name, stamp)
        failures = frozenset((file.parent.name, _stamp(file)) for file in folder.glob(f"*/{FAILED}"))
        states = going.keys() != before.keys() or failures != self._failures
        moved = {name for name in {*going, *before} if going.get(name) is not before.get(name)}
        self.going, self._failures = going, failures
        return Moves(frozenset(moved), tuple(name for name in before if name not in going), states)

    def overlay(self, tree: Tree, ledger: Ledger) -> Tree:
        """Return the data with the series of living runs as far as they are."""
        contents: dict[str, Loaded] = {}
        for going in self.going.values():
            contents.update(_contents(going, tree, ledger))
        return tree.overlaid(contents) if contents else tree

    def _read(self, name: str, stamp: tuple[int, ...]) -> Going:
        folder = self.root / RUNS / name
        progress, partial = _json(folder / RUNNING), _json(folder / PARTIAL)
        points = partial.get("points") if partial.get("seed") == progress.get("seed") else None
        rows = tuple(point for point in points if isinstance(point, dict)) if isinstance(points, list) else ()
        return Going(name, stamp, progress, rows)


def _contents(going: Going, tree: Tree, ledger: Ledger) -> dict[str, Loaded]:
    """Return the series of one run that can be shown already, by the path of the data file."""
    try:
        writes = declared(tree.root, going.name).writes
    except SiteError:  # its file is broken: the status tells
        return {}
    known = {name for point in going.points for name in point}
    record = ledger.status(going.name).record
    contents = {}
    for name, kind in writes.items():
        if kind != "series" or not known:
            continue
        made = record.artifacts.get(name) if record else None
        path = f"{data_folder(going.name)}/{made.file if made else f'{name}.{KINDS[kind]}'}"
        columns = _columns(tree.value(f"{going.name}.{name}")) or known
        if columns <= known:
            rows: Rows = [{key: value for key, value in point.items() if key in columns} for point in going.points]
            contents[path] = Loaded(rows, Text(path, ""), dict)
    return contents


def _columns(value: object) -> set[str]:
    """Return the columns of a published series, without those that joining its seeds added."""
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    names = {str(name) for row in rows for name in row}
    return {
        name for name in names if name != "n" and not (name.endswith("_std") and name.removesuffix("_std") in names)
    }


def _json(path: Path) -> dict[str, object]:
    """Read one of the runner's notes; one that is absent or torn says nothing."""
    try:
        plain = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _stamp(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
