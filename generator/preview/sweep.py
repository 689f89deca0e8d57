"""Sweeps: what stands in the source folders now, by name and stamp, and what differs from the sweep before.

The net under the system's events, which can be lost, and all there is where the system gives none.
"""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOMS = ("posts", "_drafts", "_data", "site", "experiments")
NOT_OURS = ("4913", "*.swp", "*.swo", "*.swx", "*~", "#*#", ".#*", ".tmp-*", "._site.*", "*.pyc", "*.tmp", "*.bak")
NEVER = frozenset({".git", ".hg", ".svn", "_site", ".labpress", "__pycache__", "node_modules", ".venv", ".DS_Store"})
IGNORED = re.compile("|".join(fnmatch.translate(pattern) for pattern in NOT_OURS))

NOTHING = (0, 0, 0, 0)  # a link that leads nowhere
UNSURE = (-1, 0, 0, 0)  # a file that may have changed again since it was looked at
Stamp = tuple[int, int, int, int]  # modified and changed in nanoseconds, size, number of the file


@dataclass(frozen=True)
class Sweep:
    """All files and folders of the sources, with what tells that they changed."""

    files: Mapping[str, Stamp] = field(default_factory=dict)  # by path relative to the root
    folders: Mapping[str, int] = field(default_factory=dict)  # their numbers: a folder made anew has another

    def differences(self, later: Sweep) -> set[str]:
        """Return the files that came, went or changed until a later sweep."""
        both = self.files.keys() & later.files.keys()
        return (self.files.keys() ^ later.files.keys()) | {
            path for path in both if self.files[path] != later.files[path]
        }


def is_ignored(path: str) -> bool:
    """Tell what editors, git and builds leave lying about: no change of it is a change of the site."""
    return any(part in NEVER or IGNORED.match(part) for part in path.split("/"))


def is_watched(path: str) -> bool:
    """Tell whether a path relative to the root belongs to the sources."""
    return path.partition("/")[0] in ROOMS and not is_ignored(path)


def sweep(root: Path) -> Sweep:
    """Look at every file of the sources; what cannot be read is not there."""
    files: dict[str, Stamp] = {}
    folders: dict[str, int] = {}
    for room in ROOMS:
        _walk(str(root), room, files, folders)
    return Sweep(files, folders)


def stamp(root: Path, path: str) -> Stamp | None:
    """Return what tells that a file changed; None when there is none."""
    file = root / path
    try:
        told = file.stat()
    except (OSError, ValueError):
        return NOTHING if file.is_symlink() else None
    if stat.S_ISDIR(told.st_mode):
        return None
    return told.st_mtime_ns, told.st_ctime_ns, told.st_size, told.st_ino


def _walk(
    root: str, folder: str, files: dict[str, Stamp], folders: dict[str, int], above: tuple[int, ...] = ()
) -> None:
    """Note everything below a folder; `above` are the numbers of those around it, so that a circle of links ends."""
    try:
        number = os.stat(f"{root}/{folder}").st_ino  # noqa: PTH116
        entries = [] if number in above else list(os.scandir(f"{root}/{folder}"))
    except OSError:
        return
    folders[folder] = number
    for entry in entries:
        if entry.name in NEVER or IGNORED.match(entry.name):
            continue
        path = f"{folder}/{entry.name}"
        try:
            told = entry.stat()
        except OSError:  # it went, or is a link to nothing
            files[path] = NOTHING
            continue
        if stat.S_ISDIR(told.st_mode):
            _walk(root, path, files, folders, (*above, number))
        else:
            files[path] = (told.st_mtime_ns, told.st_ctime_ns, told.st_size, told.st_ino)
