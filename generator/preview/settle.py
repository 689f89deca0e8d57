"""Settling: when changes that come one by one have become one change to build.

A lone save is built almost at once; a storm waits until it is quiet, but not for ever; and the builder gets
no busier than half the time, however often a file is rewritten.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

QUIET_WHEN_DONE = 0.015  # seconds without news, when every file is known to be closed
QUIET_WHEN_OPEN = 0.05  # … when somebody may be writing still
QUIET_IN_STORM = 0.1
LONGEST, LONGEST_IN_STORM = 0.3, 1.0  # seconds from the first change to the build, quiet or not
AGAIN = 0.5  # seconds after a build; a file that changes again so soon is being rewritten, not saved
FEW = 8  # files; more are a storm


@dataclass
class Settle:
    """The changes that wait to be built."""

    done: dict[str, bool] = field(default_factory=dict)  # path to whether its writer is known to have finished
    is_loose: bool = False  # something changed, and only a sweep can say what
    first: float = 0.0
    last: float = 0.0
    ready: float = 0.0  # not before this moment
    built: tuple[frozenset[str], float] = (frozenset(), 0.0)  # the last build: of which files, and when it was done

    def note(self, path: str, now: float, *, done: bool) -> None:
        """Add a change of a file."""
        self._time(now)
        self.done[path] = done

    def loosen(self, now: float) -> None:
        """Add a change of which nobody knows the files."""
        self._time(now)
        self.is_loose = True

    def due(self) -> float | None:
        """Return the moment to build, None when nothing waits."""
        if not self._waits:
            return None
        quiet, longest = self._patience()
        return max(self.ready, min(self.last + quiet, self.first + longest))

    def take(self) -> tuple[set[str], bool]:
        """Return what waits, and whether a sweep is needed; nothing waits then."""
        taken = set(self.done), self.is_loose
        self.done, self.is_loose = {}, False
        return taken

    def rest(self, now: float, seconds: float, paths: Collection[str] = ()) -> None:
        """Let as much time pass as the build took; `paths` are the files it took in."""
        self.ready = now + seconds
        self.built = frozenset(paths), now

    @property
    def _waits(self) -> bool:
        return bool(self.done) or self.is_loose

    def _patience(self) -> tuple[float, float]:
        if len(self.done) > FEW or self.is_loose:
            return QUIET_IN_STORM, LONGEST_IN_STORM
        paths, when = self.built
        if self.first < when + AGAIN and not paths.isdisjoint(self.done):
            return QUIET_IN_STORM, AGAIN
        return (QUIET_WHEN_DONE if all(self.done.values()) else QUIET_WHEN_OPEN), LONGEST

    def _time(self, now: float) -> None:
        if not self._waits:
            self.first = now
        self.last = now
