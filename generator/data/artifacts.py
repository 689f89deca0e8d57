"""The contract with experiments: kinds of artifacts, their files, and the record that is written last.

`_data/<family>/<name>/<artifact>.<suffix>` holds what a run published, `record.json` beside it says how it was
made, with a SHA-256 of every file: a record means that the artifacts are whole. Standard library only, because
the runner imports this module and the generator must judge records where nothing else is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from generator.data.emit import to_json, to_yaml
from generator.errors import Place, SiteError

SCHEMA_VERSION = 1
# What people read and diff is YAML, what only programs read is JSON.
KINDS: Mapping[str, str] = {
    "scalar": "yaml",
    "table": "yaml",
    "samples": "yaml",
    "series": "json",
    "chat": "json",
    "figure": "svg",
}
RECORD = "record.json"

# Private to this machine and never committed: metrics, checkpoints, half-made publications. In `.runs/<name>/`:
RUNS = ".runs"
LOCK = "lock"  # held by `flock` while a run is alive
RUNNING = "running.json"  # seed, step, total and newest metrics of a living run
PARTIAL = "partial/metrics.json"  # its metrics so far, at most some hundred points
FAILED = "failed.json"  # the last line of the error that ended the latest run
PUBLISH = "publish"  # a complete new set of artifacts on its way to `_data`


@dataclass(frozen=True)
class Artifact:
    """One published file."""

    kind: str
    file: str  # its name inside the experiment's folder of `_data`
    sha256: str


@dataclass(frozen=True)
class Record:
    """The birth certificate of an experiment's artifacts."""

    name: str
    command: str
    artifacts: Mapping[str, Artifact]
    schema_version: int = SCHEMA_VERSION
    status: str = "done"
    preset: str = "default"
    config: Mapping[str, object] = field(default_factory=dict)
    overrides: Mapping[str, object] = field(default_factory=dict)  # what the command set, `seed` among them
    seeds: tuple[int, ...] = ()  # empty: nothing random
    code: Mapping[str, str] = field(default_factory=dict)  # path::symbol to a hash of its syntax tree
    sources: Mapping[str, str] = field(default_factory=dict)  # the files those stand in, to their SHA-256
    inputs: Mapping[str, str] = field(default_factory=dict)  # experiments that were read, to `digest` of their records
    files: Mapping[str, str] = field(default_factory=dict)  # other files that were read, to their SHA-256
    git: Mapping[str, object] = field(default_factory=dict)  # commit, dirty
    packages: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    hardware: Mapping[str, object] = field(default_factory=dict)
    threads: int = 1
    date: str = ""  # UTC, the day only
    seconds: float = 0.0  # of work, over all seeds and sittings
    peak_memory_mb: int = 0
    warnings: tuple[str, ...] = ()
    accepted: tuple[Mapping[str, object], ...] = ()  # changes somebody vouched for, with their reasons

    @property
    def digest(self) -> str:
        """Identify what was published, whenever and wherever it was made."""
        lines = [f"{name} {artifact.kind} {artifact.sha256}\n" for name, artifact in sorted(self.artifacts.items())]
        return sha256("".join(lines).encode())

    def to_bytes(self) -> bytes:
        """Write the record as JSON, fields in the order of this class after `schema_version`."""
        plain = {"schema_version": self.schema_version, **asdict(self)}
        return (json.dumps(plain, indent=2, ensure_ascii=False) + "\n").encode()


def data_folder(name: str) -> str:
    """Return where an experiment publishes, relative to the site's root."""
    return f"_data/{name.replace('.', '/')}"


def run_folder(name: str) -> str:
    """Return where an experiment's private files are, relative to the site's root."""
    return f"{RUNS}/{name}"


def read_record(root: Path, name: str) -> Record | None:
    """Return what is known about an experiment's artifacts, None if it never finished.

    Raises:
        SiteError: if the file is there and is no record.
    """
    path = f"{data_folder(name)}/{RECORD}"
    try:
        content = (root / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return parse_record(content)
    except ValueError as error:
        hint = f"restore it from git, or run `python -m experiments run {name}`"
        raise SiteError(f"not a record of a run: {error}", Place(path), hint) from None


def parse_record(content: bytes) -> Record:
    """Read a record back; fields of later versions are ignored.

    Raises:
        ValueError: if it is not JSON, or fields are missing or of another type.
    """
    plain = json.loads(content)
    if not isinstance(plain, dict):
        raise ValueError("not a JSON object")
    if missing := [key for key in ("name", "command", "artifacts") if key not in plain]:
        raise ValueError(f"`{missing[0]}` is missing")
    known = {key.name: plain[key.name] for key in fields(Record) if key.name in plain}
    for key, kind in _SHAPES.items():
        if not isinstance(known.get(key, kind()), kind):
            raise ValueError(f"`{key}` is no {'list' if kind is list else 'mapping'}")
    known["artifacts"] = {name: _artifact(name, made) for name, made in plain["artifacts"].items()}
    for key in ("seeds", "warnings", "accepted"):
        known[key] = tuple(known.get(key, ()))
    return Record(**known)


_SHAPES: Mapping[str, type] = {
    **dict.fromkeys(("artifacts", "config", "overrides", "code", "sources", "inputs", "files"), dict),
    **dict.fromkeys(("seeds", "warnings", "accepted"), list),
}


def _artifact(name: str, plain: Any) -> Artifact:
    try:
        return Artifact(str(plain["kind"]), str(plain["file"]), str(plain["sha256"]))
    except (KeyError, TypeError):
        raise ValueError(f"artifact `{name}` lacks its kind, file or sha256") from None


def encode(kind: str, value: object) -> bytes:
    """Write one artifact's plain data as its file's bytes."""
    if kind == "figure":
        return str(value).encode()
    return (to_yaml(value) if KINDS[kind] == "yaml" else to_json(value)).encode()


def decode(file: str, content: bytes) -> object:
    """Read an artifact's bytes back as plain data; a figure stays text."""
    if file.endswith(".json"):
        return json.loads(content)
    if file.endswith(".yaml"):
        import yaml  # only those who read an input need it

        return yaml.load(content, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return content.decode()


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's sorted file names and contents."""
    if path.is_dir():
        inner = sorted(found for found in path.rglob("*") if found.is_file())
        lines = [f"{found.relative_to(path).as_posix()} {file_sha256(found)}\n" for found in inner]
        return sha256("".join(lines).encode())
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def atomic_write(path: Path, content: bytes) -> None:
    """Replace a file's content so that a reader or a crash finds the old or the new one, never a part."""
    replace_all({path: content})


def renew(path: Path, content: bytes) -> None:
    """Replace a note that somebody may be reading; unlike `atomic_write`, without waiting for the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".tmp-{path.name}-{os.getpid()}")
    aside.write_bytes(content)
    aside.replace(path)


def replace_all(contents: Mapping[Path, bytes]) -> None:
    """Write all files aside first, then put them in place in the order given.

    Nothing in place is touched before every new file is safe on the disk, so a full disk changes nothing.
    """
    asides: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            asides[path] = path.with_name(f".tmp-{path.name}-{os.getpid()}")
            _write_through(asides[path], content)
        for path in contents:
            asides.pop(path).replace(path)
    finally:
        for aside in asides.values():
            aside.unlink(missing_ok=True)
    for folder in {path.parent for path in contents}:
        sync_folder(folder)


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames and removals inside a folder survive a power cut, where the system can."""
    with suppress(OSError):  # Windows cannot open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
