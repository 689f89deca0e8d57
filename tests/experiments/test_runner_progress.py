"""What a run shows while it goes on: a line at the terminal, metrics for a preview."""

from __future__ import annotations

import json
import os
import pty
import re
import termios
from itertools import pairwise
from typing import Any

import pytest

from experiments.runner.log import MOST_POINTS, Points, clock
from generator.data.staleness import status

STEPS = '''
"""Steps."""

import time
from dataclasses import dataclass

WRITES = {"best": "scalar"}


@dataclass(frozen=True)
class Config:
    seed: int = 0
    hold: bool = False


def run(config, log):
    for step in range(1, 1201):
        log(step, total=3000, loss=1 / step, phase="warm-up")
        if step > 1197:
            time.sleep(0.12)
    time.sleep(1.7 if config.hold else 0)
    log(1201, total=3000, loss=float("nan"))
    time.sleep(20 if config.hold else 0)
    return {"best": 1}
'''


def test_a_terminal_shows_one_line_with_the_time_left(lab: Any) -> None:
    lab.write("experiments/family/steps.py", STEPS)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 70))
    process = lab.start("run", "family.steps", "seed=0..1", stderr=theirs, stdout=-3)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    process.wait()
    lines = [line.removesuffix("\x1b[K") for line in shown.decode().split("\r")]

    pattern = r"family\.steps  seed 1/2  step 1,1\d\d/3,000  loss 0\.0008\d+  \d\d:\d\d left"
    assert [line for line in lines if re.fullmatch(pattern, line)]
    assert lines[-1] == ""
    assert b"\n" not in shown


def test_without_a_terminal_short_runs_print_no_progress(lab: Any) -> None:
    lab.write("experiments/family/steps.py", STEPS)

    assert lab("run", "family.steps").err == ""


def test_a_running_experiment_shares_its_metrics(lab: Any) -> None:
    lab.write("experiments/family/steps.py", STEPS)
    process = lab.start("run", "family.steps", "hold=true", stdout=-3)
    folder = lab.root / ".runs/family.steps"
    try:
        partial = {"points": [{"step": 0}]}
        while partial["points"][-1]["step"] < 1201:  # notes are renewed as the run goes on
            assert process.poll() is None
            if (folder / "partial/metrics.json").exists():
                partial = json.loads((folder / "partial/metrics.json").read_text())
        found = status(lab.root, "family.steps")
    finally:
        process.kill()
        process.wait()

    assert (partial["seed"], partial["points"][0], partial["points"][-1]) == (
        0,
        {"step": 1, "loss": 1.0, "phase": "warm-up"},
        {"step": 1201, "loss": None},
    )
    assert (found.state, found.progress["step"], found.progress["total"], found.progress["pid"]) == (
        "running",
        1201,
        3000,
        process.pid,
    )
    assert (status(lab.root, "family.steps").state, lab.published("family.steps")) == ("pending", {})


def test_a_metric_that_is_no_number_is_refused(lab: Any) -> None:
    lab.write("experiments/family/steps.py", STEPS.replace("loss=1 / step", "loss=[step]"))
    said = lab("run", "family.steps")

    assert said.err.splitlines()[-1] == "TypeError: the metric `loss` is a `list`; log numbers or text"


def test_a_long_series_is_thinned_evenly_and_keeps_its_ends() -> None:
    points = Points()
    for step in range(10_000):
        points.add({"step": step})
    steps = [point["step"] for point in points.all()]

    assert (steps[0], steps[-1], len(steps) <= MOST_POINTS + 1) == (0, 9999, True)
    assert {b - a for a, b in pairwise(steps[:-1])} == {points.stride}


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "00:00"), (41, "00:41"), (3723, "1:02:03")])
def test_a_duration_reads_as_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
