"""One batch learnt by heart, to a loss under 0.01; and six bugs, each with the curve by which it is recognised.

The first thing to ask of a model is to learn a single batch. A sound script gets there in seconds; each of the
journal's mistakes (bugs.py) misses in a way of its own: a floor that can be computed, a plateau, or a loss that is too
good. Beside what the script sees stands what a sound judge says of the same weights on the same batch.
Post: posts/2026-11-21-what-a-broken-transformer-looks-like. About 15 s a seed on one CPU core.

Shapes: B sequences, T positions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from experiments.transformer import grammar
from experiments.transformer.batches import Batch, Drawn, windows
from experiments.transformer.bugs import HABITS, Moment, lowest_double_softmax, make_model, practise
from experiments.transformer.chapters import Chapters, Part
from experiments.transformer.model import Shape, parameter_count
from experiments.transformer.text import Characters

WRITES = {"seen": "series", "honest": "series", "bugs": "table", "summary": "scalar"}
SEEDS = (0, 1, 2)
PRESETS = {"smoke": {"steps": 10, "every": 5}}


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    characters: int = 50_000  # of the grammar's corpus, which the batches are cut from
    layers: int = 2
    heads: int = 2
    width: int = 64
    context: int = 32  # characters
    batch: int = 8  # windows
    steps: int = 160
    every: int = 5  # steps between looks
    goal: float = 0.01  # nats
    seed: int = 0


# data -----------------------------------------------------------------------
def unambiguous(loader: Drawn) -> Batch:
    """Draw windows until no two begin with the same id.

    Where two do and go on differently, nobody can tell which is meant: 2 ln 2 nats that no training takes away.
    """
    while len(set((batch := loader())[0][:, 0].tolist())) < len(batch[0]):
        pass
    return batch


# method ---------------------------------------------------------------------
def first_below(moments: list[Moment], goal: float) -> float | None:
    """Return the step at which the script first saw a loss below the goal; None: never."""
    return next((float(moment.step) for moment in moments if moment.seen < goal), None)


def bug_row(name: str, moments: list[Moment], c: Config, floor: float | None) -> dict[str, Any]:
    """Return what the curves of one script come down to."""
    return {
        "script": name,
        "seen_at_start": moments[0].seen,
        "seen": moments[-1].seen,
        "honest": moments[-1].honest,
        "lowest": min(moment.seen for moment in moments),
        "floor": floor,
        "below_goal_at": first_below(moments, c.goal),
        "differs_when_asked_again": abs(moments[-1].seen - moments[-1].again),
    }


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None], checkpoint: Any) -> dict[str, object]:
    """Train the sound script and each broken one from the same weights on the same batches."""
    text = "".join(dialogue.text for dialogue in grammar.dialogues(grammar.make_world(), c.characters))
    characters = Characters("".join(sorted(set(text))))
    stream_N = torch.tensor(characters.encode(text))
    loader = windows(stream_N, c.context, c.batch, torch.Generator().manual_seed(c.seed))
    batches = [unambiguous(loader) for _ in range(c.steps + 1)]
    shape = Shape(characters.size, c.context, c.layers, c.heads, c.width)
    chapters = Chapters(checkpoint)
    total = len(HABITS) * c.steps

    def practised(name: str, _: Part) -> list[tuple[int, float, float, float]]:
        before = list(HABITS).index(name) * c.steps
        torch.manual_seed(c.seed)  # of dropout, whatever was drawn by the scripts before
        model, moments = make_model(shape, HABITS[name], c.seed), []
        for moment in practise(model, HABITS[name], batches.__getitem__, c.steps, c.every):
            log(before + moment.step, total=total, **{name: moment.seen})
            moments.append((moment.step, moment.seen, moment.honest, moment.again))
        return moments

    found = {name: [Moment(*moment) for moment in chapters(name, partial(practised, name))] for name in HABITS}
    floors = {"softmax twice": lowest_double_softmax(characters.size)}
    steps = [moment.step for moment in found["sound"]]
    return {
        "seen": [{"step": step, **{name: found[name][i].seen for name in HABITS}} for i, step in enumerate(steps)],
        "honest": [{"step": step, **{name: found[name][i].honest for name in HABITS}} for i, step in enumerate(steps)],
        "bugs": [bug_row(name, moments, c, floors.get(name)) for name, moments in found.items()],
        "summary": {
            "vocabulary": characters.size,
            "parameters": parameter_count(shape),
            "ln_v": math.log(characters.size),
            "floor": lowest_double_softmax(characters.size),
            "goal": c.goal,
            "tokens": c.batch * c.context,
        },
    }
