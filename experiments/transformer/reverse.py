"""A transformer of 86 thousand parameters reverses six digits it has never seen, each time, after some hundred steps.

The first task of the research journal, with minGPT's sorting demo and its adder beside it: `task=sort`, `task=add`.
Training sequences are drawn afresh in each step; a quarter of all prompts never is (tasks.py), and exact match asks
for every digit of the answer on held-out prompts only. minGPT's published figure for sorting, 5,000 of 5,000 on
either side of the split, is from its demo.ipynb (karpathy/minGPT, 37baab7), with the same shape and batches.
Post: posts/2026-11-21-a-transformer-line-by-line. About 2 minutes a seed on one CPU core.

Shapes: B sequences, T positions, L layers, H heads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor

from experiments.transformer.chapters import Chapters, Part
from experiments.transformer.model import Shape, Transformer, parameter_count
from experiments.transformer.tasks import Task, draw, exact_match, loader, shift
from experiments.transformer.train import Data, Plan, fit

WRITES = {"curve": "series", "tasks": "table", "attention": "samples", "example": "scalar", "summary": "scalar"}
SEEDS = (0, 1, 2)
PRESETS = {"smoke": {"steps": 20, "watched": 20, "judged": 40, "watch_every": 10, "others": ()}}
LENGTHS = {"reverse": 6, "sort": 6, "add": 2}
SYMBOLS = {"reverse": 10, "sort": 3, "add": 10}


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    task: Literal["reverse", "sort", "add"] = "reverse"  # whose curve and attention maps are published
    others: tuple[str, ...] = ("sort", "add")  # rows of the table besides
    layers: int = 3
    heads: int = 3
    width: int = 48
    steps: int = 800
    add_steps: int = 2500  # carrying takes longer to learn
    batch: int = 64
    lr: float = 1e-3
    warmup: int = 20  # steps
    watch_every: int = 25  # steps
    watched: int = 1000  # held-out sequences judged on the way
    judged: int = 5000  # sequences of each side judged in the end
    seed: int = 0


# method ---------------------------------------------------------------------
def make_task(name: str) -> Task:
    """Return the task of a name at the size it is published with."""
    return Task(name, LENGTHS[name], SYMBOLS[name])


def make_model(c: Config, task: Task) -> Transformer:
    """Build the model; the seed draws its weights."""
    shape = Shape(task.symbols, task.context, c.layers, c.heads, c.width)
    return Transformer(shape, torch.Generator().manual_seed(c.seed))


def train(c: Config, task: Task, log: Callable[..., None], part: Part) -> dict[str, Any]:
    """Learn one task; return its curve, its row of the table, and its weights."""
    rng = torch.Generator().manual_seed(c.seed)
    watched_BS = draw(task, c.watched, rng, held_out=True)

    def watch(model: Transformer) -> dict[str, float]:
        return {"exact_match": exact_match(model, task, watched_BS).float().mean().item()}

    steps = c.add_steps if task.name == "add" else c.steps
    model = make_model(c, task)
    data = Data(loader(task, c.batch, rng), [shift(task, watched_BS)], watch)
    plan = Plan(steps, c.lr, c.warmup, evaluate_every=c.watch_every, seed=c.seed)
    history = [row for row in fit(model, data, plan, log, part).history if "exact_match" in row]
    curve = [{"step": row["step"], "held_loss": row["held_loss"], "exact_match": row["exact_match"]} for row in history]
    right = {
        side: int(exact_match(model, task, draw(task, c.judged, rng, held_out=held_out)).sum())
        for side, held_out in (("seen_right", False), ("held_out_right", True))
    }
    row = {
        "task": task.name,
        "digits": task.length,
        "symbols": task.symbols,
        "parameters": parameter_count(model.shape),
        "steps": steps,
        "solved_at": first_solved(curve),
        "judged": c.judged,
        **{side: float(count) for side, count in right.items()},  # counts, but ones that seeds average
    }
    return {"curve": curve, "row": row, "weights": model.state_dict()}


def first_solved(curve: list[dict[str, float]]) -> float | None:
    """Return the step from which on every sequence that was watched is answered right; None: not yet."""
    solved = None
    for row in reversed(curve):
        if row["exact_match"] < 1:
            break
        solved = float(row["step"])
    return solved


def attention_rows(model: Transformer, x_1T: Tensor) -> list[dict[str, Any]]:
    """Return who reads whom on one example: a row for each position and each it may read, a column for each head."""
    maps_LHTT = model.attention_maps(x_1T)[:, 0]
    layers, heads, length, _ = maps_LHTT.shape
    return [
        {
            "reads": query + 1,
            "from": key + 1,
            **{
                f"layer {layer + 1} head {head + 1}": round(maps_LHTT[layer, head, query, key].item(), 3)
                for layer in range(layers)
                for head in range(heads)
            },
        }
        for query in range(length)
        for key in range(query + 1)
    ]


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None], checkpoint: Any) -> dict[str, object]:
    """Train the task and the others; look into the trained model on one example."""
    chapters = Chapters(checkpoint)
    made = {
        name: chapters(name, partial(train, c, make_task(name), log)) for name in dict.fromkeys((c.task, *c.others))
    }
    task, mine = make_task(c.task), made[c.task]
    model = make_model(c, task)
    model.load_state_dict(mine["weights"])
    sequence_1S = draw(task, 1, torch.Generator().manual_seed(0), held_out=True)  # the same for all seeds
    x_1T, _ = shift(task, sequence_1S)
    return {
        "curve": mine["curve"],
        "tasks": [made[name]["row"] for name in made],
        "attention": attention_rows(model, x_1T),
        "example": {"read": " ".join(map(str, x_1T[0].tolist())), "prompt": task.prompt, "answer": task.answer},
        "summary": {**mine["row"], "exact_match": mine["curve"][-1]["exact_match"], "watched": c.watched},
    }
