"""`--check`: does an experiment give the same bytes twice? If not, at which step do its metrics part?

Both runs are processes of their own with different hash seeds, begin at the beginning, and publish nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from experiments.runner.log import METRICS, say
from experiments.runner.plan import Request
from experiments.runner.run import DONE, FAILURE, STOPPED
from generator.data.artifacts import read_record, run_folder
from generator.data.declared import declared

CHECK = "check"


def check_twice(root: Path, request: Request) -> int:
    """Run an experiment twice and compare; return the exit code."""
    folder = root / run_folder(request.name) / CHECK
    shutil.rmtree(folder, ignore_errors=True)
    if not request.seeds and len(seeds := declared(root, request.name).seeds) > 1:
        request = replace(request, seeds=seeds[:1])  # one is enough to tell
    sides = folder / "first", folder / "second"
    for number, side in enumerate(sides):
        code = spawn(root, replace(request, into=str(side)), {"PYTHONHASHSEED": str(number)})
        if code:
            return code
    differing = _differing(*sides)
    if differing:
        sys.stderr.write(f"error: two runs of `{request.name}` differ in {', '.join(differing)}\n{_parting(*sides)}\n")
        return FAILURE
    say(f"{request.name}: two runs gave the same bytes{_published(root, request, sides[0])}")
    shutil.rmtree(folder)
    return DONE


def spawn(root: Path, request: Request, environment: dict[str, str] | None = None) -> int:
    """Run a request in a process of its own, so that no state of another run leaks into it."""
    words = [*request.arguments, "--root", str(root), "--alone"]
    words += ["--force"] if request.force else []
    words += ["--into", request.into] if request.into else []
    child = subprocess.Popen([sys.executable, "-m", "experiments", *words], env={**os.environ, **(environment or {})})
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the child got it too, and says how to go on
        return code if code >= 0 else STOPPED if code == -signal.SIGINT else FAILURE


def _differing(first: Path, second: Path) -> list[str]:
    files = sorted(path.name for path in first.iterdir() if path.is_file())
    return [file for file in files if (first / file).read_bytes() != (second / file).read_bytes()]


def _parting(first: Path, second: Path) -> str:
    """Name the first logged step whose metrics differ."""
    for path in sorted(first.glob(f"work/*/{METRICS}")):
        other = second / path.relative_to(first)
        pairs = zip_longest(path.read_text().splitlines(), other.read_text().splitlines(), fillvalue="{}")
        for one, two in pairs:
            if one != two:
                where = _difference(json.loads(one), json.loads(two))
                return f"the first difference is at seed {path.parent.name}, {where}"
    return "the logged metrics are the same: the difference arises after the last of them"


def _difference(one: dict[str, object], two: dict[str, object]) -> str:
    step = one.get("step", two.get("step"))
    parts = [
        f"{key} {one.get(key, 'absent')} and {two.get(key, 'absent')}"
        for key in {**one, **two}
        if one.get(key) != two.get(key)
    ]
    return f"step {step}: {', '.join(parts)}"


def _published(root: Path, request: Request, side: Path) -> str:
    """Say whether what is published has these bytes, where it was made by the same command."""
    record = read_record(root, request.name)
    if record is None or record.command != request.command:
        return ""
    same = all(
        (side / made.file).read_bytes() == _bytes(root, request.name, made.file) for made in record.artifacts.values()
    )
    return ", those that are published" if same else "; the published ones are others: another machine, or a stale run"


def _bytes(root: Path, name: str, file: str) -> bytes:
    path = root / "_data" / name.replace(".", "/") / file
    return path.read_bytes() if path.is_file() else b""
