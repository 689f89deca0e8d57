"""Figures that others published about their own persona model, quoted so that ours can stand beside them.

"Talking to myself using GPT" (14 July 2021), https://tensor.blog/2021/07/14/jaegpt/: its table of weights (losses on
its validation set, one run each, and the ratios as printed there), the best row of its sweep and what was chosen
from it, and from its code's notebook the share of examples that fit a block. Nothing here is measured.
Post: posts/2026-11-21-talking-to-a-model-of-nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

WRITES = {"guess": "scalar", "weights": "table", "yields": "table", "best": "scalar", "chosen": "scalar"}
WEIGHTS = (  # of the choice, its loss and ratio, loss and ratio of the language
    (100.0, 1.819, 1.312, 7.814, 0.722),
    (10.0, 1.328, 0.958, 5.229, 0.483),
    (1.0, 1.063, 0.767, 4.503, 0.415),
    (0.1, 1.325, 0.956, 4.365, 0.403),
    (0.01, 1.386, 0.999, 4.361, 0.402),
)
YIELDS = {32: 0.4789, 64: 0.9060, 128: 0.9906, 256: 0.9978, 512: 0.9998, 1024: 0.9999}


@dataclass(frozen=True)
class Config:
    """There is nothing to set."""


def run(_: Config, log: Callable[..., None]) -> dict[str, object]:
    """Return the figures as they were printed."""
    log(1, 1, rows=len(WEIGHTS))
    names = ("mc_weight", "mc_loss", "mc_ratio", "lm_loss", "lm_ratio")
    best = {"lr": 5.1790419752351344e-5, "mc_weight": 0.04939376544791715, "epochs": 2, "batch_size": 8}
    return {
        "guess": {"lm": 10.8249, "mc": 1.3863},
        "weights": [dict(zip(names, row, strict=True)) for row in WEIGHTS],
        "yields": [{"block_size": block, "yield": share} for block, share in YIELDS.items()],
        "best": {**best, "mc_loss": 1.2804, "lm_loss": 4.3287},
        "chosen": {"lr": 5e-5, "mc_weight": 0.05, "epochs": 2, "batch_size": 8},
    }
