"""Reruns: experiments started from a page, each in a process group of its own, their output as messages."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from generator.data.declared import names
from generator.data.staleness import HIDDEN, Status, status
from generator.errors import did_you_mean
from generator.preview.hub import Message
from generator.preview.request import Refused

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
HOME, RUNNER = Path(__file__).parents[2], "experiments/__main__.py"
LONGEST_LINE = 2_000  # characters
MOST_LINES = 50  # a second; what comes faster is counted, not shown
SECONDS_TO_END = 1.0  # between asking a run to stop and stopping it


class Reruns:
    """The experiments that pages have started and that still run."""

    def __init__(self, root: Path, publish: Callable[[Message], None]) -> None:
        self._root, self._publish = root, publish
        self._lock = threading.Lock()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._is_closed = False

    def start(self, name: str) -> None:
        """Start an experiment with the settings of its published run, unless it runs already.

        Raises:
            Refused: 404 for a name no experiment has, 409 while it runs or where its settings are private and so in no
                record, 503 when it cannot be started.
        """
        known = names(self._root)
        if name not in known:
            hint = did_you_mean(name, known)
            raise Refused(404, f"there is no experiment of that name{'; ' + hint if hint else ''}")
        found = status(self._root, name)
        if found.record and HIDDEN in found.record.command:
            raise Refused(409, f"the settings of `{name}` are private: run it in a terminal, where you can give them")
        with self._lock:
            if self._is_closed or name in self._running:
                raise Refused(409, f"`{name}` is running already")
            try:
                process = _start(self._root, found)
            except OSError as error:
                raise Refused(503, f"it cannot be started: {(error.strerror or str(error)).lower()}") from None
            self._running[name] = process
        threading.Thread(target=self._follow, args=(name, process), name=f"rerun {name}", daemon=True).start()

    def close(self) -> None:
        """Stop every run, with everything it started."""
        with self._lock:
            self._is_closed = True
            processes = tuple(self._running.values())
        for process in processes:
            _signal(process, signal.SIGINT)
        deadline = time.monotonic() + SECONDS_TO_END
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            _signal(process, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)

    def _follow(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Pass a run's lines on, and say how it ended."""
        output = process.stdout
        assert output is not None, "its output is a pipe"
        with output:
            for line in _paced(_lines(output)):
                self._publish({"type": "rerun", "experiment": name, "line": line})
        code = process.wait()
        with self._lock:
            self._running.pop(name, None)
        self._publish({"type": "rerun", "experiment": name, "ended": code})


def _start(root: Path, found: Status) -> subprocess.Popen[bytes]:
    """Start the runner; no shell reads the words, and no signal of our terminal reaches it."""
    words = shlex.split(found.command)[3:]  # behind `python -m experiments`
    is_at_home = (root / RUNNER).is_file()
    return subprocess.Popen(
        [sys.executable, "-m", "experiments", *words, "--root", str(root)],
        cwd=root if is_at_home else HOME,  # the site's own folder `experiments` would hide the runner
        env={**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to a run and to what it started."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, number)
        else:
            process.terminate()


def _lines(output: IO[bytes]) -> Iterator[str]:
    """Yield lines without what only a terminal understands; a progress line is one line each time it is drawn."""
    rest = b""
    while part := os.read(output.fileno(), 1 << 14):
        *lines, rest = re.split(rb"[\r\n]+", (rest + part)[-(1 << 18) :])
        yield from (clean(line) for line in lines)
    yield clean(rest)


def clean(line: bytes) -> str:
    """Return a line of output as plain text of a bearable length."""
    return CONTROL.sub("", ESCAPES.sub("", line.decode("utf-8", "replace")))[:LONGEST_LINE]


def _paced(lines: Iterator[str]) -> Iterator[str]:
    """Leave out lines that come faster than anybody reads, and say how many."""
    started, shown, left_out = time.monotonic(), 0, 0
    for line in lines:
        now = time.monotonic()
        if now - started >= 1:
            if left_out:
                yield f"… {left_out:,} lines not shown"
            started, shown, left_out = now, 0, 0
        if not line:
            continue
        if shown >= MOST_LINES:
            left_out += 1
        else:
            shown += 1
            yield line
    if left_out:
        yield f"… {left_out:,} lines not shown"
