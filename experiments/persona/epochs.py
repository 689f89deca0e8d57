"""How long to train a persona: both losses on what it learns from, and on what was held out, epoch by epoch.

Fine-tunes the base on the owner's replies and evaluates both losses along the way, beside the losses of guessing at
random: ln V for the next token, ln 4 for the reply.
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 2 minutes a seed on one CPU core.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from experiments.persona.loop import Plan, fit
from experiments.persona.models import Size, clone, set_up
from experiments.persona.prepare import Source

WRITES = {"curve": "series", "train": "series", "best": "scalar"}
PRESETS = {"smoke": {"conversations": 12, "epochs": 1.0, "base_strangers": 0, "vocab_size": 400}}
PRIVATE = ("export", "owner")
SEEDS = (0, 1, 2)
EVALUATIONS = 16


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    export: str = ""
    owner: str = ""
    conversations: int = 80
    epochs: float = 5.0
    lr: float = 1e-3
    mc_weight: float = 0.1
    batch_size: int = 8
    vocab_size: int = 1024
    base_strangers: int = 30
    dropout: float = 0.1  # of our own base; several processes draw theirs apart, and with 0 follow one to rounding
    seed: int = 0


def run(c: Config, log: Callable[..., None], checkpoint: Any) -> dict[str, object]:
    """Train long, and look at both losses."""
    made = set_up(
        Source(c.export, c.owner, conversations=c.conversations),
        Size(vocab_size=c.vocab_size, base_strangers=c.base_strangers, dropout=c.dropout),
        c.seed,
    )
    plan = Plan(
        epochs=c.epochs, batch_size=c.batch_size, lr=c.lr, mc_weight=c.mc_weight, evaluations=EVALUATIONS, seed=c.seed
    )
    model = clone(made.base)
    fitted = fit(model, made.train, made.held, plan, log, checkpoint)
    steps_an_epoch = max(1, len(made.train) // c.batch_size)
    judged = [row for row in fitted.history if "held_lm_loss" in row]
    learnt = [row for row in fitted.history if "lm_loss" in row]
    best = min(judged, key=lambda row: row["held_lm_loss"])
    return {
        "curve": [
            {
                "step": row["step"],
                "epoch": row["step"] / steps_an_epoch,
                **{name: row[name] for name in row if name.startswith("held_")},
            }
            for row in judged
        ],
        "train": [
            {
                "step": row["step"],
                "epoch": row["step"] / steps_an_epoch,
                "lm_loss": row["lm_loss"],
                "mc_loss": row["mc_loss"],
            }
            for row in learnt
        ],
        "best": {
            "epoch": best["step"] / steps_an_epoch,
            "held_lm_loss": best["held_lm_loss"],
            "last_lm_loss": judged[-1]["held_lm_loss"],
            "held_mc_loss": best["held_mc_loss"],
            "train_lm_loss": sum(row["lm_loss"] for row in learnt[-10:]) / len(learnt[-10:]),
            "examples": len(made.train),
            "parameters": sum(one.numel() for one in model.parameters()),
            "guess_lm": math.log(len(made.tokens)),
            "guess_mc": math.log(len(made.train[0].candidates)),
        },
    }
