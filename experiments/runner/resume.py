"""Checkpoints that are whole, belong to the run that loads them, and lead to the same bytes as no interruption.

An experiment asks for `checkpoint` in the signature of its `run`, calls `state = checkpoint.load()` once at its start
(None: begin at the beginning) and `checkpoint.save(state)` now and then. The state must hold all that the rest
depends on: position, weights, optimiser, every random generator. The metrics file is cut back with it.
A state with tensors is written by torch and read with `weights_only=True`; any other as JSON, tuples and arrays kept.
"""

from __future__ import annotations

import base64
import io
import json
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.runner.log import METRICS, Log
from generator.data.artifacts import atomic_write, sha256
from generator.errors import SiteError

MANIFEST = "checkpoint.json"
BINDING = "binding.json"
RESULT = "result.json"
KEPT = 2  # the older one is for the day when the newer one is damaged


@dataclass(frozen=True)
class Entry:
    """One state on the disk, and how long the metrics were when it was saved."""

    file: str
    sha256: str
    metrics: int  # bytes
    seconds: float  # of work until then, over all sittings


class Checkpoint:
    """Loads and saves the state of one seed's run."""

    def __init__(self, folder: Path, log: Log) -> None:
        self.folder, self.log = folder, log
        self.entries = _entries(folder)
        self.worked = 0.0  # seconds of earlier sittings
        self.began = time.monotonic()
        self.is_proven = False  # that a state can be read back

    @property
    def seconds(self) -> float:
        """How long this run has worked, over all sittings whose work was kept."""
        return self.worked + time.monotonic() - self.began

    def load(self) -> Any:
        """Return the newest state that is whole, None to begin at the beginning."""
        while self.entries:
            newest = self.entries[0]
            content = _content(self.folder / newest.file)
            is_whole = content is not None and sha256(content) == newest.sha256
            if is_whole and _size(self.folder / METRICS) >= newest.metrics:
                self.log.restart(newest.metrics)
                self.worked = newest.seconds
                assert content is not None, "a whole state has content"
                return unpack(newest.file, content)
            other = f"going back to {self.entries[1].file}" if self.entries[1:] else "starting at the beginning"
            self.log.clear()
            sys.stderr.write(f"warning: {newest.file} of {self.folder.name} does not match its hash; {other}\n")
            self.entries = self.entries[1:]
        self.log.restart(0)
        return None

    def save(self, state: object) -> None:
        """Put a state on the disk, whole or not at all."""
        suffix, content = pack(state)
        if not self.is_proven:
            _prove(suffix, content)
            self.is_proven = True
        number = 1 + max((int(entry.file.split("-")[1].split(".")[0]) for entry in self.entries), default=0)
        file = f"checkpoint-{number}.{suffix}"
        atomic_write(self.folder / file, content)
        entry = Entry(file, sha256(content), self.log.settle(), self.seconds)
        old = self.entries[KEPT - 1 :]
        self.entries = [entry, *self.entries[: KEPT - 1]]
        _write_sealed(self.folder / MANIFEST, [asdict(kept) for kept in self.entries])
        for gone in old:
            (self.folder / gone.file).unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove every state; the run is done."""
        (self.folder / MANIFEST).unlink(missing_ok=True)
        for path in self.folder.glob("checkpoint-*"):
            path.unlink()
        self.entries = []


def _entries(folder: Path) -> list[Entry]:
    return [Entry(**plain) for plain in _read_sealed(folder / MANIFEST) or []]


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def pack(state: object) -> tuple[str, bytes]:
    """Write a state as bytes, with the suffix that tells how.

    Raises:
        SiteError: if it holds something that could not be read back safely.
    """
    if _holds_tensor(state):
        import torch

        stream = io.BytesIO()
        torch.save(state, stream)
        return "pt", stream.getvalue()
    return "json", json.dumps(_coded(state)).encode()


def unpack(file: str, content: bytes) -> Any:
    """Read a state back; no code in it is ever run."""
    if file.endswith(".pt"):
        import torch

        return torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
    return _decoded(json.loads(content))


def _prove(suffix: str, content: bytes) -> None:
    """Read a first state back at once, not after the crash."""
    try:
        unpack(f"state.{suffix}", content)
    except Exception as error:
        reason = str(error).strip().split("\n", 1)[0]
        hint = "hold tensors, numbers, text, lists, tuples and mappings of them; `.tolist()` for arrays beside tensors"
        raise SiteError(f"this checkpoint could not be loaded again: {reason}", None, hint) from error


def _holds_tensor(state: object) -> bool:
    if isinstance(state, Mapping):
        return any(_holds_tensor(item) for item in state.values())
    if isinstance(state, list | tuple):
        return any(_holds_tensor(item) for item in state)
    return type(state).__module__.partition(".")[0] == "torch"


def _coded(state: Any) -> Any:
    """Write what JSON lacks as one-key mappings: tuples, mappings, bytes, arrays."""
    if state is None or isinstance(state, bool | int | float | str):
        return state
    if isinstance(state, list):
        return [_coded(item) for item in state]
    if isinstance(state, tuple):
        return {"tuple": [_coded(item) for item in state]}
    if isinstance(state, Mapping):
        return {"dict": [[_coded(key), _coded(item)] for key, item in state.items()]}
    if isinstance(state, bytes):
        return {"bytes": base64.b64encode(state).decode()}
    if type(state).__module__ == "numpy" and state.dtype.kind in "biufc":
        shape, data = list(state.shape), base64.b64encode(state.tobytes()).decode()
        return {"array": [str(state.dtype), shape, data]}
    hint = "hold numbers, text, lists, tuples, mappings, arrays and tensors"
    raise SiteError(f"a checkpoint cannot hold a `{type(state).__name__}`", None, hint)


def _decoded(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_decoded(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    ((kind, inner),) = plain.items()
    if kind == "tuple":
        return tuple(_decoded(item) for item in inner)
    if kind == "dict":
        return {_decoded(key): _decoded(item) for key, item in inner}
    if kind == "bytes":
        return base64.b64decode(inner)
    import numpy

    return numpy.frombuffer(base64.b64decode(inner[2]), inner[0]).reshape(inner[1]).copy()


def bind(folder: Path, binding: Mapping[str, Any]) -> str:
    """Give a folder to a run; what another run left there goes. Return why it had to, empty if nothing did."""
    path = folder / BINDING
    try:
        old = json.loads(path.read_bytes())
    except (OSError, ValueError):
        old = None
    if old == binding:
        return ""
    had_work = (folder / MANIFEST).exists()  # half a run; a finished one was published
    shutil.rmtree(folder, ignore_errors=True)
    atomic_write(path, json.dumps(binding, indent=1).encode())
    return _difference(old or {}, binding) if had_work else ""


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Name the first thing in which two runs differ, with the part of it that does."""
    for key, now in new.items():
        was = old.get(key)
        if was == now:
            continue
        if isinstance(now, dict) and isinstance(was, dict):
            parts = sorted(part for part in {*was, *now} if was.get(part) != now.get(part))
            return f"{key} changed: {', '.join(parts)}"
        return f"{key} changed"
    return "its notes were damaged"


def load_result(folder: Path) -> dict[str, Any] | None:
    """Return what a finished run of this folder left, None if it is not finished or damaged."""
    content = _read_sealed(folder / RESULT)
    return content if isinstance(content, dict) else None


def save_result(folder: Path, content: Mapping[str, Any]) -> None:
    """Keep the outcome of a finished run."""
    _write_sealed(folder / RESULT, content)


def _write_sealed(path: Path, content: object) -> None:
    """Write plain data with a hash of itself: one flipped bit must not become a number in a post."""
    atomic_write(path, json.dumps({"sha256": _seal(content), "content": content}).encode())


def _read_sealed(path: Path) -> Any:
    try:
        held = json.loads(path.read_bytes())
        return held["content"] if held["sha256"] == _seal(held["content"]) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _seal(content: object) -> str:
    return sha256(json.dumps(content).encode())
