"""Watch: from changes on the disk to settled rebuilds, one at a time, none lost.

Events of the system start a rebuild at once; sweeps at a slow pace find what events missed, and at a quick
pace replace them where the system gives none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from generator.preview.builder import Builder
from generator.preview.observe import DONE, GONE, Events, unwatched
from generator.preview.settle import Settle
from generator.preview.sweep import UNSURE, Stamp, stamp, sweep

SWEEP_SECONDS, POLL_SECONDS, RUNS_SECONDS = 2.0, 0.4, 0.4
CALM_SECONDS = 0.15  # after a rebuild the machine belongs to the pages that fetch what changed
SWEEP_SHARE, POLL_SHARE = 50, 8  # a sweep takes at most one part in so many of the time
LEAP_SECONDS = 5.0  # a clock that jumped so far: the machine slept
MANY = 400  # files; with more, the whole site is looked at
GIT_LOCK = ".git/index.lock"
LONGEST_GIT = 30.0  # seconds that a checkout may hold a rebuild back
LONGEST_EMPTY = 0.5  # seconds that a file may stay empty between two writes of one save
MOST_OPEN = 8  # files looked at for that
LONGEST_REST = 2.0  # seconds between two rebuilds, however long the first took
TOO_MANY = "the system watches no more folders (`fs.inotify.max_user_watches`)"
RACY = 12_000_000  # nanoseconds; a file changed so shortly before it was looked at may change again unseen


class Watch:
    """The thread that waits for changes and rebuilds."""

    def __init__(self, root: Path, builder: Builder, say: Callable[[str], None]) -> None:
        """Look at what is there, before the first build reads it: no change from now on is missed."""
        self._root, self._builder, self._say = root.resolve(), builder, say
        self._news = threading.Condition()
        self._settle = Settle()
        self._seen = sweep(self._root)
        self._known: dict[str, Stamp] = dict(self._seen.files)
        self._polls = self._is_closed = False
        self._is_busy = True
        self._next_sweep = self._next_runs = 0.0
        self._calm = 0.0  # what can wait waits until then
        self._clocks = _clocks()
        self._events: Events | None = None
        self._thread = threading.Thread(target=self._run, name="preview watch", daemon=True)

    def start(self) -> None:
        """Watch, and rebuild from now on."""
        try:
            self._events = Events(self._root, self._note, self._loosen)
        except OSError:
            self._poll("the system allows no more watchers (`fs.inotify.max_user_instances`)")
        self._thread.start()

    def close(self) -> None:
        """Rebuild no more; a rebuild that goes on is not waited for."""
        with self._news:
            self._is_closed = True
            self._news.notify()
        if self._events:
            self._events.close()
        if self._thread.is_alive():
            self._thread.join(1)

    def _note(self, path: str, state: str) -> None:
        """Take an event; a file that is gone may come back at once, unless it was an editor's own."""
        done = state == DONE or (state == GONE and path not in self._known)
        with self._news:
            self._settle.note(path, time.monotonic(), done=done)
            self._news.notify()

    def _loosen(self) -> None:
        with self._news:
            self._settle.loosen(time.monotonic())
            self._news.notify()

    def _run(self) -> None:
        while not self._is_closed:
            try:
                self._wait()
                self._turn()
            except Exception as error:
                self._builder.bug(error)
                time.sleep(1)

    def _wait(self) -> None:
        """Wait until something is to be done; not at all while there is work that could wait."""
        with self._news:
            now, due = time.monotonic(), self._settle.due()
            times = [self._next_sweep, self._next_runs, *([] if due is None else [due])]
            seconds = min([*times, self._calm] if self._calm > now else times) - now
            if not self._is_busy and not self._is_closed and seconds > 0:
                self._news.wait(seconds)

    def _turn(self) -> None:
        """Do the most urgent thing there is."""
        before, self._clocks = self._clocks, _clocks()
        now = self._clocks[0]
        if _leapt(before, self._clocks):
            self._next_sweep = now
        if self._rebuilt():
            self._calm = time.monotonic() + CALM_SECONDS
            return
        if now >= self._next_sweep:
            self._next_sweep = time.monotonic() + self._sweep()
        if now >= self._next_runs:
            self._builder.look_at_runs()
            self._next_runs = now + RUNS_SECONDS
        self._is_busy = now >= self._calm and self._builder.work()

    def _rebuilt(self) -> bool:
        """Rebuild, when what changed has settled."""
        now = time.monotonic()
        with self._news:
            due = self._settle.due()
            if due is None or due > now:
                return False
            if self._is_held_back(now):
                self._settle.ready = now + 0.03
                return False
            paths, is_loose = self._settle.take()
        if is_loose:
            self._sync()
            paths |= self._differences()
        passing = {path for path in paths if path not in self._known}
        changed = sorted(path for path in paths if self._is_new(path))
        passing -= self._known.keys()  # came and went unseen: an editor's own files
        if changed:
            self._builder.rebuild(changed, passing, everything=len(changed) > MANY)
        with self._news:
            finished = time.monotonic()
            self._settle.rest(finished, min(finished - now, LONGEST_REST), changed)
        return bool(changed)

    def _is_new(self, path: str) -> bool:
        """Remember a file as it stands, before it is read; tell whether it is another than the one remembered."""
        before, now = self._known.pop(path, None), stamp(self._root, path)
        if now is None:
            return True
        is_racy = time.time_ns() - max(now[0], now[1]) < RACY
        self._known[path] = UNSURE if is_racy else now
        return before != now

    def _sweep(self) -> float:
        """Look for changes that no event told of; return the seconds until the next time."""
        started = time.monotonic()
        self._sync()
        found = self._differences()
        self._count()
        with self._news:
            for path in found:
                self._settle.note(path, time.monotonic(), done=False)
        cost = time.monotonic() - started
        return max(POLL_SECONDS, POLL_SHARE * cost) if self._polls else max(SWEEP_SECONDS, SWEEP_SHARE * cost)

    def _differences(self) -> set[str]:
        self._seen = sweep(self._root)
        now = self._seen.files
        return {path for path in now.keys() | self._known.keys() if now.get(path) != self._known.get(path)}

    def _is_held_back(self, now: float) -> bool:
        """Tell whether somebody is at work still: git, or an editor that has emptied a file to fill it again."""
        settle = self._settle
        if now - settle.first < LONGEST_GIT and self._is_git_at_work():
            return True
        is_open = [path for path, done in settle.done.items() if not done and path in self._known]
        sizes = [stamped[2] for path in is_open[:MOST_OPEN] if (stamped := stamp(self._root, path))]
        return 0 in sizes and now - settle.first < LONGEST_EMPTY

    def _is_git_at_work(self) -> bool:
        """Tell whether git is changing files just now; a lock that is older was left behind."""
        locks = (_modified(folder / GIT_LOCK) for folder in (self._root, *self._root.parents))
        return any(time.time() - modified < LONGEST_GIT for modified in locks)

    def _sync(self) -> None:
        if self._events and not self._polls:
            try:
                self._events.sync()
            except OSError:
                self._poll(TOO_MANY)

    def _count(self) -> None:
        """Poll when folders are not watched, and it is not because they were made this very moment."""
        if self._events is None or self._polls or not unwatched(self._root, self._seen.folders):
            return
        time.sleep(0.2)
        self._seen = sweep(self._root)
        if missing := unwatched(self._root, self._seen.folders):
            self._poll(f"{TOO_MANY}; {missing:,} of {len(self._seen.folders):,} folders are not watched")

    def _poll(self, why: str) -> None:
        """Go over to sweeps at a quick pace, and say so once."""
        if not self._polls:
            self._polls = True
            self._say(f"{why}; the preview looks for changes every {POLL_SECONDS} s instead")


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _clocks() -> tuple[float, float]:
    return time.monotonic(), time.time()


def _leapt(before: tuple[float, float], after: tuple[float, float]) -> bool:
    """Tell whether the machine slept, or this program was stopped: events of that time may be lost."""
    passed, by_the_wall = after[0] - before[0], after[1] - before[1]
    return passed > LEAP_SECONDS or abs(by_the_wall - passed) > LEAP_SECONDS
