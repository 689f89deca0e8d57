"""`new experiment`: a file that runs at once."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest


def test_a_new_experiment_runs_at_once(lab: Any) -> None:
    made = lab("new", "experiment", "toy.walk")
    said = lab("run", "toy.walk", "--preset", "smoke")

    assert made.out == (
        "wrote experiments/toy/walk.py\n"
        "run it: python -m experiments run toy.walk\n"
        "use it in a post: {{ data.toy.walk.best.distance }}\n"
    )
    assert (said.code, list(lab.published("toy.walk"))) == (0, ["best.yaml", "curve.json"])
    assert lab.data("toy/walk/best.yaml").keys() == {"distance"}


def test_a_new_experiment_keeps_to_the_style(lab: Any) -> None:
    lab("new", "experiment", "toy.walk")
    for command in (["check"], ["format", "--check"]):
        words = [sys.executable, "-m", "ruff", *command, "--config", "pyproject.toml", "--no-cache"]
        done = subprocess.run([*words, lab.root / "experiments"], capture_output=True, text=True)

        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "toy.my-walk",
            "`toy.my-walk` cannot name an experiment: `my-walk` is no module\n"
            "hint: as `family.name`: lower case letters, digits and underscores",
        ),
        (
            "toy.class",
            "`toy.class` cannot name an experiment: `class` is no module\n"
            "hint: as `family.name`: lower case letters, digits and underscores",
        ),
        ("runner.walk", "`runner` is the runner's own folder\nhint: choose another family"),
        ("family.first", "experiments/family/first.py is there already"),
        ("family", "experiments/family is a family of experiments\nhint: choose a name within it: `family.NAME`"),
        (
            "family.first.walk",
            "experiments/family/first.py is an experiment, and cannot be a family too\nhint: choose another family",
        ),
    ],
)
def test_a_name_that_cannot_be_is_explained(lab: Any, name: str, message: str) -> None:
    lab.write("experiments/family/first.py", "WRITES = {}\n")
    said = lab("new", "experiment", name)

    assert (said.code, said.err) == (2, f"error: {message}\n")
