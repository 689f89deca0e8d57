"""A finished run's files into `_data`, all or none of them, whatever interrupts.

The complete new set is first made beside, in `.runs/<name>/publish/`. From then on it will be published: should the
process die between two of the renames, the next command of the runner finishes the work. Each file is replaced in
one step and the record comes last, so a reader who compares hashes never takes a mixture for a whole.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from generator.data.artifacts import (
    LOCK,
    PUBLISH,
    RECORD,
    RUNNING,
    RUNS,
    Record,
    atomic_write,
    data_folder,
    file_sha256,
    read_record,
    replace_all,
    run_folder,
    sync_folder,
)
from generator.errors import SiteError

try:
    import fcntl
except ImportError:  # Windows: nothing keeps two runs apart
    fcntl = None  # type: ignore[assignment]

EDITED = "edited"  # where files go that somebody had edited by hand, before they are replaced
TRIES = 6
_GONE = "gone.json"


class BusyError(Exception):
    """Another process holds the lock; says which, where that is known."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of a private folder; the kernel lets go however this process ends.

    Raises:
        BusyError: if another run is in there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # checkpoints may know private texts by heart
    if folder.parent.name == RUNS and not (folder.parent / ".gitignore").exists():
        atomic_write(folder.parent / ".gitignore", b"*\n")
    with (folder / LOCK).open("a+b") as lock:
        _take(lock, folder)
        (folder / RUNNING).unlink(missing_ok=True)
        _sweep(folder.rglob(".tmp-*"))
        yield


def _take(lock: IO[bytes], folder: Path) -> None:
    if fcntl is None:
        return
    for _ in range(TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)  # it may be somebody who only asks whether a run is alive
        else:
            return
    try:
        pid = f" (process {json.loads((folder / RUNNING).read_bytes())['pid']})"
    except (OSError, ValueError, KeyError):
        pid = ""
    raise BusyError(pid)


def _sweep(leftovers: Iterable[Path]) -> None:
    """Remove what a killed process had not finished writing."""
    for path in list(leftovers):
        path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Published:
    """What a publication did, for the one who waits at the terminal."""

    files: Mapping[str, str]  # file to "new", "changed", "same" or "removed"
    kept: tuple[str, ...] = ()  # copies of files that had been edited by hand


def publish(root: Path, record: Record, contents: Mapping[str, bytes]) -> Published:
    """Replace an experiment's artifacts by new ones, and its record after them."""
    target, aside = root / data_folder(record.name), root / run_folder(record.name) / PUBLISH
    old = _old_record(root, record.name)
    gone = sorted(made.file for made in old.artifacts.values() if made.file not in contents) if old else []
    kept = tuple(_keep_edited(root, old)) if old else ()
    told = {file: _change(target / file, content) for file, content in contents.items()}
    staged = aside.with_name("publish-unfinished")
    shutil.rmtree(staged, ignore_errors=True)
    whole = {**contents, _GONE: json.dumps(gone).encode(), RECORD: record.to_bytes()}
    replace_all({staged / file: content for file, content in whole.items()})
    shutil.rmtree(aside, ignore_errors=True)
    staged.rename(aside)
    sync_folder(aside.parent)
    finish(root, record.name)
    return Published(told | dict.fromkeys(gone, "removed"), kept)


def finish(root: Path, name: str) -> bool:
    """Carry out a publication that was prepared; doing it twice does no harm. Say whether there was one."""
    target, aside = root / data_folder(name), root / run_folder(name) / PUBLISH
    if not aside.is_dir():
        return False
    _sweep(target.glob(".tmp-*"))
    if (aside / RECORD).is_file():  # absent: it was done, and a removal was interrupted
        files = sorted(path.name for path in aside.iterdir() if path.name not in (RECORD, _GONE))
        replace_all({target / file: (aside / file).read_bytes() for file in (*files, RECORD)})
        for file in json.loads((aside / _GONE).read_bytes()):
            (target / file).unlink(missing_ok=True)
        (aside / RECORD).unlink()
    shutil.rmtree(aside)
    return True


def finish_all(root: Path) -> list[str]:
    """Finish whatever publications an earlier process left behind; return the experiments' names."""
    waiting = sorted(path.parent.name for path in (root / RUNS).glob(f"*/{PUBLISH}"))
    finished = []
    for name in waiting:
        try:
            with locked(root / run_folder(name)):
                finished += [name] if finish(root, name) else []
        except BusyError:
            continue
    return finished


def _old_record(root: Path, name: str) -> Record | None:
    try:
        return read_record(root, name)
    except SiteError:
        return None  # it is about to be replaced by a whole one


def _keep_edited(root: Path, old: Record) -> Iterator[str]:
    """Copy files edited by hand into the private folder: a run must not destroy somebody's work."""
    for made in old.artifacts.values():
        path = root / data_folder(old.name) / made.file
        if path.is_file() and file_sha256(path) != made.sha256:
            copy = root / run_folder(old.name) / EDITED / made.file
            replace_all({copy: path.read_bytes()})
            yield copy.relative_to(root).as_posix()


def _change(path: Path, content: bytes) -> str:
    if not path.is_file():
        return "new"
    return "same" if path.read_bytes() == content else "changed"
