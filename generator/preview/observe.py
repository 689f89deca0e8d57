"""Events of the file system, through watchdog: which files of the sources changed, and whether it can tell at all.

Where the system's limit of watched folders is reached, watchdog starts without a word and stays silent about
the rest; so the folders it really watches are counted.
"""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from generator.preview.sweep import ROOMS, is_watched

FOLDER_KINDS: list[type[FileSystemEvent]] = [DirCreatedEvent, DirDeletedEvent, DirMovedEvent]
KINDS = [*FOLDER_KINDS, FileClosedEvent, FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent]
OPEN, DONE, GONE = "open", "done", "gone"  # what an event tells of a file's writer
STATES = {"created": OPEN, "modified": OPEN, "closed": DONE, "moved": GONE, "deleted": GONE}
DESCRIPTORS = Path("/proc/self/fdinfo")
WATCH = re.compile(r"^inotify wd:\S+ ino:([0-9a-f]+)", re.MULTILINE)

Note = Callable[[str, str], None]  # a file's path, and one of the states above
Loosen = Callable[[], None]  # folders came or went


class _Ear(logging.Handler):
    """Hears of lost events, which watchdog only writes to its log; the rest of that log is its own affair."""

    def __init__(self, loosen: Loosen) -> None:
        super().__init__()
        self._loosen = loosen

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage():
            self._loosen()


class Events(FileSystemEventHandler):
    """The watched folders of one site."""

    def __init__(self, root: Path, note: Note, loosen: Loosen) -> None:
        self._root, self._note, self._loosen = root, note, loosen
        # Said when `mkdir -p` is quicker than the watching of each new folder, and harmless.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        self._ear = _Ear(loosen)
        logging.getLogger("watchdog").addHandler(self._ear)
        self._observer = Observer()
        self._watches: dict[str, tuple[int, ObservedWatch]] = {}  # room ("": the root) to its folder's number
        self._prefixes: dict[str, str] = {}  # real path of a room to its name
        self._observer.start()

    def sync(self) -> None:
        """Watch every room that is there now; one that was deleted and made again is another folder.

        Raises:
            OSError: the system's limit of watched folders is reached.
        """
        for room in ("", *ROOMS):
            real = os.path.realpath(self._root / room)
            number = _number(real)
            known, watch = self._watches.get(room, (0, None))
            if known == number:
                continue
            if watch:
                self._forget(room, watch)
            if number:
                self._prefixes[real] = room
                kinds = KINDS if room else FOLDER_KINDS
                try:
                    scheduled = self._observer.schedule(self, real, recursive=bool(room), event_filter=kinds)
                except FileNotFoundError:  # it went again
                    continue
                self._watches[room] = number, scheduled

    def close(self) -> None:
        """Watch nothing any more."""
        self._observer.stop()
        self._observer.join(2)
        logging.getLogger("watchdog").removeHandler(self._ear)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Pass on what concerns the sources."""
        for raw, state in ((event.src_path, STATES.get(event.event_type)), (event.dest_path, DONE)):
            path = self._relative(os.fsdecode(raw)) if raw and state else None
            if path is None or state is None or not is_watched(path):
                continue
            if not event.is_directory:
                self._note(path, state)
            elif event.event_type != "modified":
                self._loosen()

    def _relative(self, path: str) -> str | None:
        """Return a path as the site writes it, None for one outside of every room."""
        for real, room in self._prefixes.items():
            if path.startswith(real) and path[len(real) : len(real) + 1] in {"/", os.sep, ""}:
                rest = path[len(real) + 1 :].replace(os.sep, "/")
                if room or rest.partition("/")[0] in ROOMS:
                    return f"{room}/{rest}".strip("/")
        return None

    def _forget(self, room: str, watch: ObservedWatch) -> None:
        del self._watches[room]
        try:
            self._observer.unschedule(watch)
        except (KeyError, OSError):  # the folder went, and its watch with it
            return


def unwatched(root: Path, folders: Mapping[str, int]) -> int:
    """Count the folders of the sources that the system does not watch for us; 0 where that cannot be known."""
    watched: set[int] = set()
    try:
        for file in DESCRIPTORS.iterdir():
            watched.update(int(number, 16) for number in WATCH.findall(_text(file)))
    except OSError:
        return 0
    wanted = {*folders.values(), _number(str(root))}
    if _number(str(root)) in watched:
        return len(wanted - watched)
    return max(0, len(wanted) - len(watched))  # stacked file systems number their folders differently


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # a descriptor that was closed meanwhile
        return ""


def _number(path: str) -> int:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - asked for each folder
    except OSError:
        return 0
