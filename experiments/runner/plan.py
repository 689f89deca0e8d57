"""Which experiments a command means, with which settings, and in which order: inputs before those who read them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.runner.config import as_word
from experiments.runner.seeds import parse_seeds, shown
from generator.data.artifacts import Record
from generator.data.declared import declared, names
from generator.data.staleness import Status, status
from generator.errors import SiteError, did_you_mean, several


@dataclass(frozen=True)
class Request:
    """One experiment to run, as asked for."""

    name: str
    words: tuple[str, ...] = ()  # "lr=0.1", without the seed
    preset: str = "default"
    seeds: tuple[int, ...] = ()  # empty: those the experiment declares, or its Config's
    threads: int = 1
    force: bool = False  # also when fresh, and from the beginning
    into: str = ""  # a folder for the artifacts instead of `_data`

    @property
    def command(self) -> str:
        """Return the command line that asks for the same."""
        return shlex.join(["python", "-m", "experiments", *self.arguments])

    @property
    def arguments(self) -> list[str]:
        """Return the words after `python -m experiments`; those that change no result are left out."""
        seeds = [f"seed={shown(self.seeds)}"] if self.seeds else []
        preset = ["--preset", self.preset] if self.preset != "default" else []
        threads = ["--threads", str(self.threads)] if self.threads != 1 else []
        return ["run", self.name, *self.words, *seeds, *preset, *threads]


def request(name: str, words: Iterable[str], **options: object) -> Request:
    """Make a request from a command's words, one of which may be the seed.

    Raises:
        SiteError: if the seeds cannot be read, or are set twice.
    """
    seeds = [word.partition("=")[2] for word in words if word.startswith("seed=")]
    if len(seeds) > 1:
        raise SiteError("`seed` is set twice")
    others = tuple(word for word in words if not word.startswith("seed="))
    return Request(name, others, seeds=parse_seeds(seeds[0]) if seeds else (), **options)  # type: ignore[arg-type]


def again(record: Record) -> Request:
    """Ask for what a record says was asked for then."""
    words = tuple(as_word(key, value) for key, value in record.overrides.items() if key != "seed")
    seeds = record.seeds if "seed" in record.overrides else ()
    return Request(record.name, words, record.preset, seeds, record.threads)


def check_names(root: Path, asked: Sequence[str]) -> None:
    """Raise for every name that no experiment has, offering the nearest."""
    known = names(root)
    unknown = [
        SiteError(f"there is no experiment `{name}`", None, did_you_mean(name, known) or _offer(known))
        for name in asked
        if name not in known
    ]
    if unknown:
        raise several(unknown)


def _offer(known: Sequence[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in known[:8])
    return f"there are {listed}" if known else "`python -m experiments new experiment NAME` makes one"


def chosen(root: Path, *, only_stale: bool, force: bool) -> list[Request]:
    """Ask for every experiment that is not fresh, or for all, with the settings of their last run.

    `only_stale` leaves alone what was edited by hand.
    """
    found = [status(root, name) for name in names(root)]
    states = {"stale", "pending", "failed", *(() if only_stale else ("edited",))}
    return [replace(_as_before(one), force=force) for one in found if force or one.state in states]


def _as_before(found: Status) -> Request:
    return again(found.record) if found.record and found.record.preset != "smoke" else Request(found.name)


def with_inputs(root: Path, requests: Sequence[Request]) -> list[Request]:
    """Put before each request those for inputs that are missing or not fresh; what is asked for comes last.

    Raises:
        SiteError: if READS names no experiment, or experiments read each other in a circle.
    """
    asked = {one.name: one for one in requests}
    ordered: dict[str, Request] = {}
    for one in requests:
        _visit(root, one.name, asked, ordered, ())
    return list(ordered.values())


def _visit(
    root: Path, name: str, asked: Mapping[str, Request], ordered: dict[str, Request], above: tuple[str, ...]
) -> None:
    if name in above:
        circle = " reads ".join(f"`{one}`" for one in (*above[above.index(name) :], name))
        raise SiteError(f"experiments read each other in a circle: {circle}")
    if name in ordered:
        return
    found = declared(root, name)
    for key in found.reads.values():
        _visit(root, upstream(root, found.path, key), asked, ordered, (*above, name))
    if name in asked:
        ordered[name] = asked[name]
    elif (state := status(root, name)).state not in ("fresh", "edited"):
        ordered[name] = _as_before(state)


def upstream(root: Path, path: str, key: str) -> str:
    """Return the experiment that a value of READS means: its name, or a name and an artifact."""
    known = names(root)
    parent, _, artifact = key.rpartition(".")
    if key in known:
        return key
    if parent in known and artifact in declared(root, parent).writes:
        return parent
    offer = did_you_mean(key, known)
    raise SiteError(f"READS in {path} names `{key}`, which is no experiment and no artifact of one", None, offer)
