"""One trial of the sweep as several processes under `torchrun`: its worker launches them, listens and may stop them.

Examples and base lie in a private folder while the worker lives, since its processes share no memory. The first of
them tells losses as lines of JSON. What the settings are to blame for is told and fails the trial; a process that
dies without a word makes the worker launch the trial again, `RETRIES` times.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import torch

import experiments
from experiments.persona import hub
from experiments.persona.batches import Encoded
from experiments.persona.device import find_place
from experiments.persona.loop import Plan, fit
from experiments.persona.models import Setup
from experiments.persona.private import private_folder
from experiments.persona.search import RETRIES
from generator.data.artifacts import atomic_write
from generator.errors import SiteError

EXAMPLES = "examples.json"
GRACE = 30  # seconds that torchrun has to end, or to stop its processes
MARK = "trial: "  # before every line that is ours
ENTRY = """
import json, sys, experiments
experiments.__path__[:] = json.loads(sys.argv[1])
from experiments.persona.trial import main
sys.exit(main(sys.argv[2], sys.argv[3]))
"""
TO_BLAME = (ArithmeticError, ValueError, torch.OutOfMemoryError)  # errors of the settings, the same at each attempt
Told = Callable[..., None]


@contextmanager
def laid_out(made: Setup) -> Iterator[Path]:
    """Give a private folder with what every trial starts from; it goes when the worker does."""
    with tempfile.TemporaryDirectory(prefix="trials-", dir=private_folder()) as name:
        folder = Path(name)
        hub.save(made.base, made.tokens, folder)
        parts = [[astuple(one) for one in part] for part in (made.train, made.held)]
        atomic_write(folder / EXAMPLES, json.dumps(parts).encode())
        yield folder


def launch(folder: Path, plan: Plan, processes: int, told: Told) -> dict[str, float]:
    """Train by several processes of this machine; return what was held out's last losses.

    Raises:
        RuntimeError: when the settings are to blame, or processes died at every attempt.
    """
    seen: set[int] = set()

    def tell_once(step: int, total: int, **metrics: float) -> None:
        if step not in seen:  # a trial launched again comes by the same steps
            seen.add(step)
            told(step, total, **metrics)

    for _ in range(1 + RETRIES):
        if held := _attempt(folder, plan, processes, tell_once):
            return held
    raise RuntimeError(f"processes of this trial died {1 + RETRIES} times")


def _attempt(folder: Path, plan: Plan, processes: int, told: Told) -> dict[str, float]:
    """Launch once; return nothing when a process died."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1"]
    command += ["--nproc-per-node", str(processes), "--no-python", sys.executable, "-c", ENTRY]
    words = [json.dumps(list(experiments.__path__)), str(folder), json.dumps(asdict(plan))]
    with subprocess.Popen([*command, *words], stdout=subprocess.PIPE, text=True) as launched:
        assert launched.stdout is not None
        try:
            return _listen(launched.stdout, told)
        except BaseException:  # pruned, the settings to blame, or Ctrl-C
            launched.terminate()
            raise
        finally:
            _end(launched)


def _listen(lines: Iterable[str], told: Told) -> dict[str, float]:
    """Hand on what the first process tells, up to the last losses; libraries may write lines of their own."""
    for line in lines:
        _, is_ours, text = line.partition(MARK)
        found = json.loads(text) if is_ours else {}
        if "failed" in found:
            raise RuntimeError(found["failed"])
        if "held" in found:
            return dict(found["held"])
        if found:
            told(found["step"], found["total"], held_lm_loss=found["held_lm_loss"])
    return {}


def _end(launched: subprocess.Popen[str]) -> None:
    """Wait for torchrun to end with its processes, and kill it when it does not."""
    try:
        launched.wait(GRACE)
    except subprocess.TimeoutExpired:
        launched.kill()


def read(folder: Path) -> tuple[Sequence[Encoded], ...]:
    """Return the examples that `laid_out` wrote: to train on, and to validate on."""
    parts = json.loads((folder / EXAMPLES).read_bytes())
    return tuple([_example(*fields) for fields in part] for part in parts)


def _example(history: list[int], speakers: list[int], candidates: list[list[int]], gold: int, me: int) -> Encoded:
    return Encoded(tuple(history), tuple(speakers), tuple(map(tuple, candidates)), gold, me)


def main(name: str, words: str) -> int:
    """Be one of the processes: read a folder and a plan, train, tell."""
    folder, plan = Path(name), Plan(**json.loads(words))
    base, _ = hub.load(folder)
    train, held = read(folder)
    leads = find_place().leads

    def tell(step: int, total: int, **metrics: float) -> None:
        if leads and "held_lm_loss" in metrics:
            _say({"step": step, "total": total, "held_lm_loss": metrics["held_lm_loss"]})

    try:
        last = fit(base, train, held, plan, tell).history[-1]
    except (*TO_BLAME, SiteError) as error:
        _say({"failed": f"{type(error).__name__}: {error}"})
        return 1
    if leads:
        _say({"held": {name: value for name, value in last.items() if name.startswith("held_")}})
    return 0


def _say(line: Mapping[str, Any]) -> None:
    sys.stdout.write(f"{MARK}{json.dumps(line)}\n")
    sys.stdout.flush()
