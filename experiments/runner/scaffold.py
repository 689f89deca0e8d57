"""`new experiment NAME`: a file that runs at once, to be changed line by line."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from pathlib import Path

from experiments.runner.log import say
from experiments.runner.run import DONE
from generator.data.artifacts import atomic_write
from generator.data.declared import RUNNER, source_path
from generator.errors import SiteError

TEMPLATE = '''"""What this experiment shows, in one sentence.

Where the method comes from (author, year, equation). Post: posts/….md. A blink on one core.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

WRITES = {{"curve": "series", "best": "scalar"}}
PRESETS = {{"smoke": {{"steps": 10}}}}


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    steps: int = 200
    width: float = 1.0  # of a step
    seed: int = 0


# method ---------------------------------------------------------------------


def step(position: float, rng: random.Random, c: Config) -> float:
    """Take one step of a random walk."""
    return position + rng.gauss(0, c.width)


# experiment -----------------------------------------------------------------


def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Walk, and note how far it got."""
    rng = random.Random(c.seed)
    position, curve = 0.0, []
    for number in range(1, c.steps + 1):
        position = step(position, rng, c)
        curve.append({{"step": number, "distance": abs(position)}})
        log(number, total=c.steps, distance=abs(position))
    return {{"curve": curve, "best": {{"distance": max(point["distance"] for point in curve)}}}}


# test: tests/experiments/test_{stem}.py, against a closed form:
#     def test_the_mean_square_distance_grows_by_the_square_of_the_width():
#         c = Config(steps=100, width=2.0)
#         ends = [run(replace(c, seed=seed), print)["curve"][-1]["distance"] for seed in range(1000)]
#
#         assert sum(end**2 for end in ends) / 1000 == pytest.approx(400, rel=0.2)
'''


def new_experiment(root: Path, name: str) -> int:
    """Write a small experiment under a new name.

    Raises:
        SiteError: if the name cannot be one, or is taken.
    """
    parts = name.split(".")
    wrong = [part for part in parts if not part.isidentifier() or keyword.iskeyword(part) or part != part.lower()]
    if wrong:
        hint = "as `family.name`: lower case letters, digits and underscores"
        raise SiteError(f"`{name}` cannot name an experiment: `{wrong[0]}` is no module", None, hint)
    if parts[0] == RUNNER:
        raise SiteError(f"`{RUNNER}` is the runner's own folder", None, "choose another family")
    path = source_path(name)
    if (root / path).exists():
        raise SiteError(f"{path} is there already")
    _check_neighbours(root, parts)
    atomic_write(root / path, TEMPLATE.format(stem=parts[-1]).encode())
    say(f"wrote {path}\nrun it: python -m experiments run {name}")
    say(f"use it in a post: {{{{ data.{name}.best.distance }}}}")
    return DONE


def _check_neighbours(root: Path, parts: Sequence[str]) -> None:
    """Raise where a file and a folder of one name would stand side by side: Python imports only one of the two."""
    experiments = root / "experiments"
    if experiments.joinpath(*parts).is_dir():
        hint = f"choose a name within it: `{'.'.join(parts)}.NAME`"
        raise SiteError(f"experiments/{'/'.join(parts)} is a family of experiments", None, hint)
    for depth in range(1, len(parts)):
        file = source_path(".".join(parts[:depth]))
        if (root / file).exists():
            raise SiteError(f"{file} is an experiment, and cannot be a family too", None, "choose another family")
