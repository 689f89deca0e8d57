"""Dropout from 0 to 1 on a text that is too short: with none a model learns it by heart, with all it learns nothing.

Srivastava et al. (2014), in GPT-2's three places: embeddings, attention weights, residual branches. The text is a
handful of dialogues of our grammar, read over and over; validation is further dialogues of the same grammar, so that
its loss cannot fall below the grammar's own entropy. Early stopping keeps the weights of the best evaluation and gives
up after `patience` worse ones; the curves go on to the end, to show what it saves one from.
Post: posts/2026-11-21-what-a-broken-transformer-looks-like. About 1 minute a seed on one CPU core.

Shapes: see model.py and language.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from experiments.transformer import grammar
from experiments.transformer.chapters import Chapters, Part
from experiments.transformer.language import Corpus, Study, learn, make_corpus, make_lesson
from experiments.transformer.model import Shape, Transformer, parameter_count
from experiments.transformer.train import Plan

WRITES = {"train": "series", "validation": "series", "rates": "table", "counts": "scalar"}
SEEDS = (0, 1, 2)
PRESETS = {"smoke": {"steps": 4, "evaluate_every": 2, "rates": (0.0, 1.0), "judged_tokens": 300}}


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    rates: tuple[float, ...] = (0.0, 0.1, 0.2, 0.5, 1.0)
    characters: int = 200_000  # of the grammar's corpus, of which the end is for validation
    held_out: float = 0.03  # share of it
    train_characters: int = 1500  # all that is learned from
    layers: int = 2
    heads: int = 4
    width: int = 64
    context: int = 64  # characters
    batch: int = 8  # windows
    steps: int = 480
    lr: float = 3e-3
    evaluate_every: int = 40  # steps
    judged_tokens: int = 0  # of each stretch; 0: all
    patience: int = 3  # evaluations
    seed: int = 0


# method ---------------------------------------------------------------------
def stop(curve: Sequence[dict[str, float]], column: str, patience: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return the row whose weights early stopping keeps, and the one at which it gives up (the last, if never)."""
    best, waited = curve[0], 0
    for row in curve[1:]:
        best, waited = (row, 0) if row[column] < best[column] else (best, waited + 1)
        if waited == patience:
            return best, row
    return best, curve[-1]


def study(c: Config, corpus: Corpus, rate: float, log: Callable[..., None], part: Part) -> list[dict[str, float]]:
    """Train with one rate; return the curve, with the columns `<rate>_train` and `<rate>_validation`."""
    lesson = make_lesson(corpus, "characters", 0)
    shape = Shape(lesson.tokenizer.size, c.context, c.layers, c.heads, c.width, dropout=rate)
    model = Transformer(shape, torch.Generator().manual_seed(c.seed))
    plan = Plan(c.steps, c.lr, warmup=20, final=1.0, evaluate_every=c.evaluate_every, seed=c.seed)
    return learn(model, lesson, Study(f"{rate:g}", plan, c.batch, c.judged_tokens), log, part).curve


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None], checkpoint: Any) -> dict[str, object]:
    """Train the same model on the same windows at each rate."""
    told = grammar.dialogues(grammar.make_world(), c.characters)
    corpus = make_corpus("".join(dialogue.text for dialogue in told), c.held_out, c.train_characters)
    chapters = Chapters(checkpoint)
    curves = {f"{rate:g}": chapters(f"{rate:g}", partial(study, c, corpus, rate, log)) for rate in c.rates}
    rows = []
    for rate, curve in curves.items():
        best, given_up = stop(curve, f"{rate}_validation", c.patience)
        rows.append(
            {
                "rate": rate,
                "train": curve[-1][f"{rate}_train"],
                "validation": curve[-1][f"{rate}_validation"],
                "best_validation": best[f"{rate}_validation"],
                "train_at_best": best[f"{rate}_train"],
                "best_step": float(best["step"]),
                "given_up_at": float(given_up["step"]),
            }
        )
    steps = [row["step"] for row in next(iter(curves.values()))]
    shape = Shape(len(corpus.alphabet), c.context, c.layers, c.heads, c.width)
    return {
        part: [
            {"step": step, **{rate: curve[i][f"{rate}_{part}"] for rate, curve in curves.items()}}
            for i, step in enumerate(steps)
        ]
        for part in ("train", "validation")
    } | {
        "rates": rows,
        "counts": {
            "train_characters": len(corpus.train),
            "validation_characters": len(corpus.validation),
            "alphabet": len(corpus.alphabet),
            "parameters": parameter_count(shape),
            "grammar_nats": sum(dialogue.nats for dialogue in told) / sum(len(dialogue.text) for dialogue in told),
        },
    }
