"""How much should choosing the reply weigh beside writing it? Five weights, both losses, three seeds.

The published table has w_mc = 100, 10, 1, 0.1, 0.01: a heavy weight wrecks the language loss, and the choice loss
is best in the middle. Each row here is a fine-tuning of the same base on the same examples.
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 4 minutes a seed on one CPU core.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from experiments.persona.device import find_place
from experiments.persona.loop import Plan, fit
from experiments.persona.models import Size, clone, set_up
from experiments.persona.prepare import Source

WRITES = {"rows": "table", "curve": "series", "guess": "scalar"}
PRESETS = {"smoke": {"conversations": 12, "epochs": 1.0, "base_strangers": 0, "vocab_size": 400, "weights": (1.0, 0.1)}}
PRIVATE = ("export", "owner")
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    export: str = ""
    owner: str = ""
    conversations: int = 80
    weights: tuple[float, ...] = (100.0, 10.0, 1.0, 0.1, 0.01)
    epochs: float = 2.0
    lr: float = 1e-3
    batch_size: int = 8
    vocab_size: int = 1024
    base_strangers: int = 30
    dropout: float = 0.1  # of our own base; several processes draw theirs apart, and with 0 follow one to rounding
    seed: int = 0


def run(c: Config, log: Callable[..., None], checkpoint: Any) -> dict[str, object]:
    """Fine-tune once a weight; finished weights are kept when a run is interrupted."""
    made = set_up(
        Source(c.export, c.owner, conversations=c.conversations),
        Size(vocab_size=c.vocab_size, base_strangers=c.base_strangers, dropout=c.dropout),
        c.seed,
    )
    guess_lm, guess_mc = math.log(len(made.tokens)), math.log(len(made.train[0].candidates))
    done: dict[str, Any] = find_place().told_by_leader(checkpoint.load) or {"rows": [], "curve": []}
    for weight in c.weights[len(done["rows"]) :]:
        plan = Plan(epochs=c.epochs, batch_size=c.batch_size, lr=c.lr, mc_weight=weight, evaluations=4, seed=c.seed)
        fitted = fit(clone(made.base), made.train, made.held, plan, log)
        held = fitted.history[-1]
        done["rows"].append(
            {
                "mc_weight": str(weight).removesuffix(".0"),
                "mc_loss": held["held_mc_loss"],
                "lm_loss": held["held_lm_loss"],
                "mc_ratio": held["held_mc_loss"] / guess_mc,
                "lm_ratio": held["held_lm_loss"] / guess_lm,
                "accuracy": held["held_accuracy"],
                "choice": held["held_choice"],
            }
        )
        done["curve"] += [
            {
                "mc_weight": str(weight).removesuffix(".0"),
                "step": row["step"],
                "lm_loss": row["lm_loss"],
                "mc_loss": row["mc_loss"],
            }
            for row in fitted.history
            if "lm_loss" in row and row["step"] % 20 == 0
        ]
        checkpoint.save(done)
    return {"rows": done["rows"], "curve": done["curve"], "guess": {"lm": guess_lm, "mc": guess_mc}}
