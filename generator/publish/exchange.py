"""Exchange of the output folder: one build at a time, and readers see the old site or the new one.

Beside the output `_site` stand, while a build writes, `._site.lock`, `._site.staging-<pid>` and, on
systems that cannot swap two folders in one step, `._site.previous-<pid>`. A build that is killed leaves
them; the next one cleans up.
"""

from __future__ import annotations

import errno
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: no lock; two builds at once are the author's own care
    fcntl = None  # type: ignore[assignment]

WAITING_THREADS = 8  # the disk sorts requests that come together; one by one they took ten times as long
AT_FDCWD, RENAME_EXCHANGE = -100, 2
CANNOT_EXCHANGE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM}  # file systems that do not know how


class CannotWrite(Exception):  # noqa: N818 - it says what it is
    """The disk, or what stands in the output folder, is in the way; nothing was changed."""

    exit_code = 73

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what, hint)
        self.what, self.hint = what, hint

    def __str__(self) -> str:
        return f"{self.what}\nhint: {self.hint}" if self.hint else self.what


class Locked(CannotWrite):
    """Another build is writing the same output."""

    exit_code = 75


@contextmanager
def lock(out: Path) -> Iterator[None]:
    """Keep other builds out of `out`; the system lets go when this process ends, however it ends.

    Raises:
        Locked: another build holds the lock; the message names its process.
    """
    if fcntl is None:
        yield
        return
    path = _beside(out, "lock")
    handle = _acquire(path, out)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        try:
            path.unlink(missing_ok=True)  # still locked: who opened it meanwhile sees that it is gone, and opens anew
        finally:
            os.close(handle)


def _acquire(path: Path, out: Path) -> int:
    """Open and lock the file at `path`; one that was deleted between the two does not count."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except BlockingIOError:
            pid = os.read(handle, 20).decode()
            holder = f"process {pid}" if pid else "just started"
            os.close(handle)
            raise Locked(f"another build ({holder}) is writing `{out}`", "wait until it is done") from None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def staging_folder(out: Path) -> Path:
    """Return where this process builds the new tree."""
    return _beside(out, f"staging-{os.getpid()}")


def clean_up(out: Path) -> None:
    """Remove what killed builds left beside `out`, and put the old site back where one had moved it away."""
    leftovers = sorted(out.parent.glob(f".{_escaped(out.name)}.*-*"))
    for leftover in leftovers:
        kind, _, pid = leftover.name.removeprefix(f".{out.name}.").partition("-")
        if kind not in {"staging", "previous"} or not pid.isdigit() or (fcntl is None and _is_alive(int(pid))):
            continue
        if kind == "previous" and not os.path.lexists(out):
            leftover.rename(out)
        else:
            remove_tree(leftover)


def put_in_place(staging: Path, out: Path) -> None:
    """Make the tree at `staging` the one at `out`; the old tree, if any, is then at `staging`."""
    if not out.exists():
        staging.rename(out)
    elif not _exchange(staging, out):
        previous = _beside(out, f"previous-{os.getpid()}")
        out.rename(previous)
        try:
            staging.rename(out)
        except BaseException:
            previous.rename(out)
            raise
        previous.rename(staging)
    sync(out.parent)


def remove_tree(tree: Path) -> None:
    """Delete a folder and all that is in it."""
    levels: defaultdict[int, list[Path]] = defaultdict(list)
    for folder, _, _ in os.walk(tree):
        levels[folder.count(os.sep)].append(Path(folder))
    for _, folders in sorted(levels.items(), reverse=True):
        _at_once(_remove_folder, folders)


def sync_all(paths: Iterable[Path]) -> None:
    """Wait until files, and the names in folders, are on the disk itself."""
    _at_once(sync, paths)


def sync(path: Path) -> None:
    """Wait until a file or the names in a folder are on the disk itself."""
    if os.name == "nt" and path.is_dir():
        return  # Windows cannot
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_folder(folder: Path) -> None:
    """Delete the files of a folder that has no folders left, and the folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            os.unlink(entry)  # noqa: PTH108 - an entry knows its path, a Path would be made for each
    folder.rmdir()


def _at_once(work: Callable[[Path], None], paths: Iterable[Path]) -> None:
    with ThreadPoolExecutor(WAITING_THREADS) as pool:
        list(pool.map(work, paths))


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; return False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in CANNOT_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _beside(out: Path, suffix: str) -> Path:
    return out.with_name(f".{out.name}.{suffix}")


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
