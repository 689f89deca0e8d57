"""Whether an experiment's artifacts can be believed: fresh, stale, pending, running, failed or edited, and why.

Judged from text and hashes alone: nothing of `experiments/` is imported, and no library of theirs is needed.
A record from another machine is judged the same; versions of libraries and hardware are told, not judged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from generator.data.artifacts import (
    FAILED,
    LOCK,
    PUBLISH,
    RECORD,
    RUNNING,
    Record,
    data_folder,
    file_sha256,
    read_record,
    run_folder,
)
from generator.data.closure import closure
from generator.data.declared import Declared, declared, names, source_path
from generator.errors import SiteError

try:
    import fcntl
except ImportError:  # Windows: a run that was killed looks as if it were still running
    fcntl = None  # type: ignore[assignment]

SMOKE = "smoke"  # the preset whose numbers are not for readers
HIDDEN = "(private)"  # stands in a record for what no reader may know


@dataclass(frozen=True)
class Status:
    """What is known about an experiment's artifacts without running anything."""

    name: str
    state: str  # "fresh", "stale", "pending", "running", "failed" or "edited"
    reasons: tuple[str, ...] = ()  # each understandable alone; a fresh one may have remarks
    record: Record | None = None  # of the artifacts in `_data`, which stay while a new run goes on or fails
    progress: Mapping[str, object] = field(default_factory=dict)  # of a living run: seed, step, total, …

    @property
    def command(self) -> str:
        """Return the command that makes the artifacts fresh: with the settings they had, where these may be told."""
        made = self.record.command if self.record and self.record.preset != SMOKE else ""
        return made if made and HIDDEN not in made else f"python -m experiments run {self.name}"


def status(root: Path, name: str) -> Status:
    """Judge one experiment."""
    return _status(root, name, frozenset())


def statuses(root: Path) -> tuple[Status, ...]:
    """Judge every experiment, sorted by name."""
    return tuple(status(root, name) for name in names(root))


def artifact_of(root: Path, key: str) -> tuple[str, str] | None:
    """Return the experiment and the artifact behind a data key, as `group_lasso.digits.best.accuracy`.

    None for data that no experiment makes. The artifact is empty where the key means the whole folder.
    """
    parts = re.sub(r"\[[^\]]*\]", "", key).split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        writes = _known_artifacts(root, name)
        if writes is not None:
            artifact = parts[length] if length < len(parts) else ""
            return (name, artifact) if artifact in {"", *writes} else None
    return None


def _known_artifacts(root: Path, name: str) -> set[str] | None:
    """Return the artifacts an experiment declares or has published, None where there is no experiment."""
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    found: set[str] | None = None
    if (root / source_path(name)).is_file():
        try:
            writes = declared(root, name).writes
        except SiteError:
            writes = {}
        found = set(writes) if writes else None
    if (root / data_folder(name) / RECORD).is_file():
        record = _record(root, name)[0]
        found = (found or set()) | {Path(RECORD).stem} | set(record.artifacts if record else ())
    return found


def _record(root: Path, name: str) -> tuple[Record | None, str]:
    """Read a record, or say why it cannot be read."""
    try:
        return read_record(root, name), ""
    except SiteError as error:
        return None, f"{error.place}: {error.what}"


def _status(root: Path, name: str, above: frozenset[str]) -> Status:
    """Judge an experiment; `above` are those whose input it is, so that a circle ends."""
    record, damage = _record(root, name)
    judged = Status(name, "fresh", record=record)
    if is_running(root, name):
        return replace(judged, state="running", progress=_read_json(root / run_folder(name) / RUNNING))
    failure = _read_json(root / run_folder(name) / FAILED).get("error")
    if record is None:
        if failure:
            return replace(judged, state="failed", reasons=(f"failed: {failure}",))
        return replace(judged, state="edited" if damage else "pending", reasons=(damage or "never run",))
    edited = tuple(_edits(root, record))
    if edited and (root / run_folder(name) / PUBLISH).is_dir():
        why = "its publication was interrupted: the next `python -m experiments` command finishes it"
        return replace(judged, state="running", reasons=(why,))
    stale = tuple(_changes(root, record, above | {name}))
    if edited:
        return replace(judged, state="edited", reasons=(*edited, *stale))
    if failure and stale:
        return replace(judged, state="failed", reasons=(f"failed: {failure}", *stale))
    if stale:
        return replace(judged, state="stale", reasons=stale)
    return replace(judged, reasons=(f"a later run failed: {failure}",) if failure else ())


def is_running(root: Path, name: str) -> bool:
    """Say whether a run is alive: its lock is let go by the kernel however it ends."""
    folder = root / run_folder(name)
    if not (folder / RUNNING).is_file():
        return False
    if fcntl is None:
        return True
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _read_json(path: Path) -> Mapping[str, object]:
    """Read one of the runner's private notes; one that is absent or torn says nothing."""
    try:
        plain = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _edits(root: Path, record: Record) -> Iterator[str]:
    for artifact in record.artifacts.values():
        path = root / data_folder(record.name) / artifact.file
        if not path.is_file():
            yield f"{artifact.file} is missing"
        elif file_sha256(path) != artifact.sha256:
            yield f"{artifact.file} was edited by hand"


def _changes(root: Path, record: Record, above: frozenset[str]) -> Iterator[str]:
    """Yield each change since the run: code, config, inputs, files."""
    try:
        yield from _code_changes(root, record)
        yield from _config_changes(record, declared(root, record.name))
    except SiteError as error:
        yield f"{error.place}: {error.what}" if error.place else f"{source_path(record.name)} is gone"
    yield from _input_changes(root, record, above)
    yield from _file_changes(root, record)


def _code_changes(root: Path, record: Record) -> Iterator[str]:
    if all(_digest(root / path) == digest for path, digest in record.sources.items()) and record.sources:
        return
    if not (root / source_path(record.name)).is_file():
        return
    now = closure(root, record.name).symbols
    yield from (f"{symbol} changed" for symbol, was in record.code.items() if now.get(symbol, was) != was)
    yield from (f"{symbol} is gone" for symbol in record.code if symbol not in now)
    yield from (f"{symbol} is new" for symbol in now if symbol not in record.code)


def _digest(path: Path) -> str:
    return file_sha256(path) if path.is_file() else ""


def _config_changes(record: Record, now: Declared) -> Iterator[str]:
    """Compare what the run was given with what the same command would be given today."""
    if record.preset == SMOKE:
        yield f"made with the preset `{SMOKE}`, which is for trying out"
    if record.preset not in now.presets and record.preset != "default":
        yield f"config: the preset `{record.preset}` is gone"
    preset = now.presets.get(record.preset, {})
    for key in now.fields:
        today = preset.get(key, now.defaults.get(key, record.config.get(key)))
        if key not in record.config:
            yield f"config: {key} is new ({_shown(today)})"
        elif key not in record.overrides and key != "seed" and _plain(today) != record.config[key]:
            source = f"the preset `{record.preset}` now says" if key in preset else "the default is now"
            yield f"config: {key} was {_shown(record.config[key])}, {source} {_shown(today)}"
    yield from (f"config: {key} is gone" for key in record.config if key not in now.fields)
    seed = preset.get("seed", now.defaults.get("seed"))
    seeds = now.seeds or ((seed,) if seed is not None else record.seeds)
    if "seed" not in record.overrides and seeds != record.seeds:
        yield f"config: the seeds were {_shown(record.seeds)}, without being asked they are now {_shown(seeds)}"


def _plain(value: object) -> object:
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _input_changes(root: Path, record: Record, above: frozenset[str]) -> Iterator[str]:
    for key, was in record.inputs.items():
        name, now = input_digest(root, key)
        if not now:
            yield f"input {key} is gone"
        elif now != was:
            yield f"input {key} changed"
        elif name not in above and (state := _status(root, name, above).state) != "fresh":
            yield f"input {key} is {state}"


def input_digest(root: Path, key: str) -> tuple[str, str]:
    """Return the experiment that a value of READS names, and the hash of what it published, empty if nothing."""
    record = _record(root, key)[0]
    if record:
        return key, record.digest
    name, _, artifact = key.rpartition(".")
    record = _record(root, name)[0] if name else None
    return name, record.artifacts[artifact].sha256 if record and artifact in record.artifacts else ""


def _file_changes(root: Path, record: Record) -> Iterator[str]:
    """Files outside the site are private to another machine, so that only their change is judged."""
    for text, was in record.files.items():
        path = root / Path(text).expanduser()
        if path.exists():
            if file_sha256(path) != was:
                yield f"file {text} changed"
        elif not text.startswith("~") and not Path(text).is_absolute():
            yield f"file {text} is gone"
