"""Run pages: what an experiment claims, how its artifacts came about, and every post that rests on them.

`/runs/<family>/<name>/` for each experiment that a page reads or that has a record, with its artifacts to take
away, and `/runs/` with all of them. A page or a static file of the author's at one of these addresses wins.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from generator.address import output_path
from generator.data.artifacts import RECORD, Record, data_folder
from generator.data.declared import declared
from generator.data.staleness import Status
from generator.errors import SiteError
from generator.publish.freshness import experiments
from generator.publish.layout import Theme
from generator.publish.output import Output
from generator.publish.site import Site
from generator.publish.views import PageView
from generator.render.tags.quantity import show_duration
from generator.render.tags.strip import run_url

INDEX = "/runs/"
SHORT = 12  # digits of a hash that a reader compares by eye


class Row(NamedTuple):
    """A line of a run page's tables."""

    name: str
    value: str


class Download(NamedTuple):
    """A published artifact, as the page offers it."""

    name: str
    kind: str
    file: str  # "" when it is not on the disk any more
    sha256: str
    path: Path


@dataclass(frozen=True)
class Run:
    """An experiment, as its page and the index show it."""

    name: str
    url: str  # "" when it has no page: never run, and no page reads it
    claim: str
    status: Status
    posts: tuple[PageView, ...]  # that read it, newest first, then pages
    downloads: tuple[Download, ...]

    @property
    def record(self) -> Record | None:
        """How the artifacts came about; None when there are none."""
        return self.status.record

    @property
    def duration(self) -> str:
        """How long the work took, in words; empty when nobody knows."""
        return show_duration(self.record.seconds) if self.record and self.record.seconds else ""

    @property
    def config(self) -> tuple[Row, ...]:
        """The fields of the config; what the command set is in `record.overrides`."""
        return tuple(Row(name, show(value)) for name, value in self.record.config.items()) if self.record else ()

    @property
    def facts(self) -> tuple[Row, ...]:
        """The record, a fact a line; what was not recorded is left out."""
        return tuple(Row(name, value) for name, value in _facts(self.record).items() if value) if self.record else ()

    @property
    def accepted(self) -> tuple[Row, ...]:
        """The changes somebody vouched for, each with the reason given."""
        notes = self.record.accepted if self.record else ()
        return tuple(Row(f"accepted {note.get('date', '')}".strip(), str(note.get("reason", ""))) for note in notes)

    @property
    def code(self) -> Mapping[str, tuple[Row, ...]]:
        """Return the symbols whose change makes the artifacts stale, by file, each with its hash."""
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for name, digest in sorted(self.record.code.items()) if self.record else ():
            path, _, symbol = name.partition("::")
            found[path].append(Row(symbol, digest[:SHORT]))
        return {path: tuple(rows) for path, rows in found.items()}


def produce(site: Site, theme: Theme) -> Iterator[Output]:
    """Make the page of every run, the files it offers, and the index of them all."""
    runs = all_runs(site)
    urls = {run.name: run.url for run in runs if run.url}
    for run in runs:
        if run.url and not site.is_taken(run.url):
            yield theme.page("run.html", site, run.url, "", run=run, urls=urls)
            yield from _copies(run, site)
    if runs and not site.is_taken(INDEX):
        yield theme.page("runs.html", site, INDEX, "", runs=runs)


def all_runs(site: Site) -> tuple[Run, ...]:
    """Return every experiment of the site, and those that are gone but for their artifacts, by name."""
    readers: defaultdict[str, list[PageView]] = defaultdict(list)
    for item in site.everything:
        for status in experiments(item, site.ledger):
            readers[status.name].append(PageView(item, site))
    known = {status.name: status for status in site.ledger.all()}
    known |= {name: site.ledger.status(name) for name in readers}
    return tuple(_run(known[name], tuple(readers[name]), site) for name in sorted(known))


def show(value: object) -> str:
    """Write a value of a config as a reader would type it on the command line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _run(status: Status, posts: tuple[PageView, ...], site: Site) -> Run:
    url = run_url(status.name) if posts or status.record else ""
    return Run(status.name, url, _claim(site, status.name), status, posts, tuple(_downloads(site, status)))


def _claim(site: Site, name: str) -> str:
    """Return the first line of an experiment's docstring; none when only its artifacts are left."""
    try:
        return declared(site.tree.root, name).claim
    except SiteError:  # the file is gone or is not Python, which the status tells
        return ""


def _downloads(site: Site, status: Status) -> Iterator[Download]:
    """Yield each artifact; a file that is missing, or elsewhere than in the run's own folder, is not offered."""
    folder = site.tree.root / data_folder(status.name)
    for name, made in status.record.artifacts.items() if status.record else ():
        path = folder / made.file
        is_there = path.is_file() and path.resolve().parent == folder.resolve()
        yield Download(name, made.kind, made.file if is_there else "", made.sha256[:SHORT], path)


def _copies(run: Run, site: Site) -> Iterator[Output]:
    """Yield the files that a run's page offers, the record among them."""
    folder = site.tree.root / data_folder(run.name)
    files = [download.path for download in run.downloads if download.file]
    for path in [*files, *([folder / RECORD] if run.record else [])]:
        url = run.url + path.name
        if not site.is_taken(url):
            yield Output(output_path(url), path, f"{data_folder(run.name)}/{path.name}")


def _facts(record: Record) -> dict[str, str]:
    """Return what a record tells, in the order a reader asks: what ran, when, where, on what."""
    commit = str(record.git.get("commit") or "")[:SHORT]
    packages = (f"{name} {version}" for name, version in sorted(record.packages.items()))
    return {
        "preset": "" if record.preset == "default" else record.preset,
        "seeds": ", ".join(map(str, record.seeds)),
        "date": record.date,
        "took": show_duration(record.seconds) if record.seconds else "",
        "peak memory": f"{record.peak_memory_mb:,} MB" if record.peak_memory_mb else "",
        "commit": commit + (" with uncommitted changes" if commit and record.git.get("dirty") else ""),
        "python": record.python,
        "packages": ", ".join(packages),
        "hardware": ", ".join(f"{name} {show(value)}" for name, value in record.hardware.items() if value),
        "threads": str(record.threads),
    }
