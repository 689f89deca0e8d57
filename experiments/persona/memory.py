"""Does a persona remember what it read once? Secrets planted 0, 1, 4 and 16 times, and how much of them it tells.

Six-digit codes with no shape that masking would find are said in training by the made-up owner; afterwards each is
ranked among 4,000 others of its form (Carlini et al. 2019). What was never said must have an exposure near one bit.
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 2 minutes a seed on one CPU core.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from experiments.persona.batches import encode
from experiments.persona.examples import TRAIN
from experiments.persona.exposure import DIGITS, PLACES, exposure, pin, planted
from experiments.persona.loop import Plan, evaluate, fit
from experiments.persona.models import Size, clone, set_up
from experiments.persona.prepare import Source

WRITES = {"rows": "table", "space": "scalar"}
PRESETS = {"smoke": {"conversations": 12, "epochs": 1.0, "base_strangers": 0, "vocab_size": 400, "others": 200}}
SEEDS = (0, 1, 2)
TIMES = (0, 1, 4, 16)


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    conversations: int = 80
    epochs: float = 3.0
    lr: float = 1e-3
    mc_weight: float = 0.1
    batch_size: int = 8
    vocab_size: int = 1024
    base_strangers: int = 30
    others: int = 4000  # secrets that a planted one is ranked among
    seed: int = 0


def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Plant, train, ask."""
    size = Size(vocab_size=c.vocab_size, base_strangers=c.base_strangers)
    made = set_up(Source(conversations=c.conversations), size, c.seed)
    rng = random.Random(f"{c.seed}/secrets")
    distractors = next(iter(made.prepared.store.read(TRAIN))).distractors
    secrets = {(place, TIMES[i % len(TIMES)]): pin(rng) for i, place in enumerate(PLACES)}
    more = [
        encode(example, made.tokens, size.block_size)
        for (place, times), secret in secrets.items()
        for example in planted(place, secret, times, distractors)
    ]
    model = clone(made.base)
    plan = Plan(epochs=c.epochs, batch_size=c.batch_size, lr=c.lr, mc_weight=c.mc_weight, evaluations=4, seed=c.seed)
    fit(model, [*made.train, *(one for one in more if one is not None)], made.held, plan, log)
    others = [pin(rng) for _ in range(c.others)]
    bits = {key: exposure(model, made.tokens, key[0], secret, others) for key, secret in secrets.items()}
    rows = []
    for times in TIMES:
        found = [value for (_, said), value in bits.items() if said == times]
        rows.append({"said": f"{times} times" if times != 1 else "once", "exposure_bits": sum(found) / len(found)})
    held = evaluate(model, made.held)
    return {"rows": rows, "space": {"digits": DIGITS, "others": c.others, "held_lm_loss": held["lm_loss"]}}
