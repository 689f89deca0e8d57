"""Metrics of a run: each step to a file, the newest to the terminal, a thinned series to whoever watches.

`log(step, total=None, **metrics)` is what an experiment calls. Steps may start again, as in a run of several fits.
Everything goes to the run's private folder: `<seed>/metrics.jsonl` is complete, `partial/metrics.json` and
`running.json` are renewed twice a second for a preview. `_data` is not touched before the run is done.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from generator.data.artifacts import PARTIAL, RUNNING, renew

METRICS = "metrics.jsonl"
SHARE_EVERY = 0.4  # seconds between partial series: a page that shows them moves at least once a second
PRINT_EVERY = 5.0  # seconds between lines where the output is no terminal
REDRAW_EVERY = 0.1  # seconds between redrawings of the one line of a terminal
MOST_POINTS = 512  # of a partial series; then every other one is dropped


@dataclass(frozen=True)
class Heading:
    """Which run a progress line is about."""

    name: str
    seed: int | None
    place: int = 1  # among the seeds, from 1
    seeds: int = 1

    def __str__(self) -> str:
        return f"{self.name}  seed {self.place}/{self.seeds}" if self.seeds > 1 else self.name


@dataclass
class _Shown:
    """What was last told to whom, in seconds of the monotonic clock."""

    shared: float
    printed: float
    since: float  # when the steps began that the time left is reckoned from
    first: int | None = None  # the step at that time
    last: int | None = None


class Log:
    """Takes the metrics of one seed's run."""

    def __init__(self, work: Path, folder: Path, heading: Heading) -> None:
        self.work, self.heading = work, heading
        self.path = folder / METRICS
        self.points = Points()
        self.newest: dict[str, Any] = {"step": None}
        now = time.monotonic()
        self.shown = _Shown(shared=now, printed=now, since=now)
        self._stream: BinaryIO | None = None
        self.share()

    def __call__(self, step: int, total: int | None = None, **metrics: object) -> None:
        """Note the metrics of one step: numbers, or short text."""
        point = {"step": int(step), **{name: _number(name, value) for name, value in metrics.items()}}
        stream = self._stream or self.restart(0)
        stream.write((json.dumps(point, ensure_ascii=False) + "\n").encode())
        self.points.add(point)
        self.newest = {"step": int(step), "total": total, **point}
        self._tell(int(step))

    def restart(self, offset: int) -> BinaryIO:
        """Go on after the first `offset` bytes of the file; what follows was lost with the run that wrote it."""
        self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()
        stream = self._stream = self.path.open("r+b")
        self.points = Points()
        for line in stream.read(offset).splitlines():
            self.points.add(json.loads(line))
        stream.truncate(offset)
        stream.seek(offset)
        return stream

    def settle(self) -> int:
        """Put what was noted on the disk for good; return how many bytes that is."""
        stream = self._stream or self.restart(0)
        stream.flush()
        os.fsync(stream.fileno())
        return stream.tell()

    def close(self) -> None:
        """Let go of the file and end the line on the terminal."""
        if self._stream:
            self._stream.close()
            self._stream = None

    def clear(self) -> None:
        """Wipe the progress line off the terminal."""
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def share(self) -> None:
        """Renew what others may look at while the run goes on."""
        heading = {"pid": os.getpid(), "name": self.heading.name, "seed": self.heading.seed}
        place = {"place": self.heading.place, "seeds": self.heading.seeds}
        left = {"seconds_left": self.seconds_left(time.monotonic())}
        renew(self.work / RUNNING, json.dumps({**heading, **place, **left, **self.newest}).encode())
        if self.points.kept:
            partial = {"seed": self.heading.seed, "points": self.points.all()}
            renew(self.work / PARTIAL, json.dumps(_finite(partial)).encode())

    def _tell(self, step: int) -> None:
        """Renew the partial series and the progress line where it is time."""
        now, shown = time.monotonic(), self.shown
        if shown.first is None or shown.last is None or step < shown.last:
            shown.first, shown.since = step, now
        shown.last = step
        if now - shown.shared >= SHARE_EVERY:
            shown.shared = now
            if self._stream:
                self._stream.flush()
            self.share()
        is_terminal = sys.stderr.isatty()
        if now - shown.printed >= (REDRAW_EVERY if is_terminal else PRINT_EVERY):
            shown.printed = now
            if is_terminal:
                columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80
                sys.stderr.write(f"\r{self.line(now, columns - 1)}\x1b[K")
            else:
                sys.stderr.write(f"{self.line(now)}\n")
            sys.stderr.flush()

    def line(self, now: float, width: int = 1000) -> str:
        """Describe the run as it is: place, newest metrics, time left. Metrics that do not fit are left out."""
        step, total = self.newest["step"], self.newest.get("total")
        place = [str(self.heading), f"step {step:,}/{total:,}" if total else f"step {step:,}"]
        metrics = [f"{key} {_short(value)}" for key, value in self.newest.items() if key not in ("step", "total")]
        seconds = self.seconds_left(now)
        left = [] if seconds is None else [f"{clock(seconds)} left"]
        while metrics and len("  ".join([*place, *metrics, *left])) > width:
            metrics.pop()
        return "  ".join([*place, *metrics, *left])[:width]

    def seconds_left(self, now: float) -> float | None:
        """Reckon the time this seed still takes from the pace of its steps, None while there is nothing to go by."""
        step, total = self.newest["step"], self.newest.get("total")
        done = (step or 0) - (self.shown.first or 0)
        return round((now - self.shown.since) / done * max(total - step, 0), 1) if total and done > 0 else None


@dataclass
class Points:
    """A series thinned to a few hundred points as it grows, evenly; its newest point is always among them."""

    kept: list[Mapping[str, Any]] = field(default_factory=list)
    stride: int = 1
    count: int = 0
    newest: Mapping[str, Any] | None = None

    def add(self, point: Mapping[str, Any]) -> None:
        """Take one more point."""
        if self.count % self.stride == 0:
            self.kept.append(point)
        self.count, self.newest = self.count + 1, point
        if len(self.kept) > MOST_POINTS:
            self.kept, self.stride = self.kept[::2], self.stride * 2

    def all(self) -> list[Mapping[str, Any]]:
        """Return the points kept, and the newest."""
        ends = self.kept and self.kept[-1] is self.newest
        return list(self.kept) if ends or self.newest is None else [*self.kept, self.newest]


def say(text: str) -> None:
    """Tell the one at the terminal something, on a line of its own."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def clock(seconds: float) -> str:
    """Write a duration as people read it: `00:41`, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def _number(name: str, value: Any) -> float | int | str | None:
    """Return a metric as plain data; a tensor of one number is one."""
    if value is None or isinstance(value, bool | int | str):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"the metric `{name}` is a `{type(value).__name__}`; log numbers or text") from None


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _finite(value: Any) -> Any:
    """Write nan and infinities as null, which JavaScript can read."""
    if isinstance(value, float) and value - value != 0:
        return None
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return value
