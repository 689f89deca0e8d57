"""Build the same blog here, with Pelican and with Jekyll, in turn, and print wall, CPU and peak memory.

Run: python -m benchmarks.peers [posts] [rounds]. A peer that is not installed is left out and said so
(`pip install pelican[markdown]`; Jekyll from your system's packages). Whole processes, children included;
the medians of the rounds; the cache is emptied before each cold round.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import corpus


@dataclass(frozen=True)
class Cost:
    """What one run of a command took."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, children included
    peak: float  # MB of the largest single process


def measure(command: list[str], folder: Path) -> Cost:
    """Run a command in `folder` and return its cost; its output is dropped, a failure stops the benchmark."""
    started = time.perf_counter()
    pid = os.posix_spawn(
        command[0],
        command,
        {**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1,)],
    )
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} in {folder} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def clear(*folders: Path) -> None:
    """Remove what a cold build must not find."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def contestants(root: Path, posts: int) -> dict[str, tuple[list[str], Path, Callable[[], None]]]:
    """Write the blog in each dialect and return name → (command, folder, what makes the next build cold)."""
    ours, jekyll, pelican = root / "ours", root / "jekyll", root / "pelican"
    corpus.write_ours(ours, posts)
    corpus.write_jekyll(jekyll, posts)
    corpus.write_pelican(pelican, posts)
    python, ruby = sys.executable, shutil.which("jekyll")
    snake = shutil.which("pelican") or str(Path(sys.executable).with_name("pelican"))
    found: dict[str, tuple[list[str], Path, Callable[[], None]]] = {}
    build = [python, "-m", "generator", "build", "--source", str(ours)]
    found["labpress"] = (build, ours, lambda: clear(ours / "_site", ours / ".labpress"))
    found["labpress, 1 process"] = ([*build, "--jobs", "1"], ours, lambda: clear(ours / "_site", ours / ".labpress"))
    found["labpress, nothing changed"] = (build, ours, lambda: None)
    if Path(snake).exists():
        make = [
            snake,
            str(pelican / "content"),
            "-s",
            str(pelican / "pelicanconf.py"),
            "-o",
            str(pelican / "output"),
            "-q",
        ]
        found["Pelican"] = (make, pelican, lambda: clear(pelican / "output", pelican / "cache"))
    if ruby:
        make = [ruby, "build", "-q", "-s", str(jekyll), "-d", str(jekyll / "_site"), "--disable-disk-cache"]
        found["Jekyll"] = (make, jekyll, lambda: clear(jekyll / "_site", jekyll / ".jekyll-cache"))
    return found


def main(posts: int, rounds: int) -> None:
    """Print a table of medians; the first round of each is a warm-up when there is more than one."""
    with tempfile.TemporaryDirectory() as folder:
        found = contestants(Path(folder), posts)
        costs: dict[str, list[Cost]] = {name: [] for name in found}
        for _ in range(rounds):
            for name, (command, where, make_cold) in found.items():
                make_cold()
                costs[name].append(measure(command, where))
                if name == "labpress, 1 process":
                    measure(found["labpress"][0], where)  # leaves a warm cache for the next line
    for missing in {"Pelican", "Jekyll"} - set(found):
        print(f"{missing} is not installed: left out")
    print(f"{posts} posts, medians of {rounds}\n{'':28}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}")
    for name, taken in costs.items():
        wall, cpu, peak = (statistics.median(getattr(cost, key) for cost in taken) for key in ("wall", "cpu", "peak"))
        print(f"{name:28}{wall:9.2f}{cpu:9.2f}{peak:9.0f}")


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], *["1000", "3"][len(sys.argv) - 1 :]]))
