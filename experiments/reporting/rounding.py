"""Copying a ratio by hand: how often is its last digit wrong?

Two losses are drawn, their ratio is wanted at a few decimals. Three ways people get there: round the exact ratio
(right by definition), cut it off after the last decimal, or divide two numbers that a table has already rounded.
Post: posts/2026-11-20-how-a-number-goes-wrong. About 2 s on one CPU core; exact decimal arithmetic, no torch.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

WRITES = {"digits": "table", "guesses": "scalar"}
PRESETS = {"smoke": {"draws": 200}}
VOCABULARY, CANDIDATES = 50_257, 4  # GPT-2's tokens; replies to choose from


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    draws: int = 20_000
    low: float = 0.3  # nats; the losses are uniform between low and high
    high: float = 11.0
    cell_decimals: int = 3  # decimals in the table that the ratio is computed from
    seed: int = 0


# method ---------------------------------------------------------------------
def at(number: Decimal, decimals: int, rounding: str) -> Decimal:
    """Return `number` at so many decimals; ROUND_HALF_UP is half away from zero."""
    return number.quantize(Decimal(1).scaleb(-decimals), rounding)


def wrong_shares(c: Config, decimals: int, rng: random.Random) -> dict[str, float]:
    """Return how often each habit misses the rounded exact ratio, and by how much at worst."""
    cut_wrong, cells_wrong, worst = 0, 0, Decimal(0)
    for _ in range(c.draws):
        above, below = (Decimal(repr(rng.uniform(c.low, c.high))) for _ in range(2))
        right = at(above / below, decimals, ROUND_HALF_UP)
        cut_wrong += at(above / below, decimals, ROUND_DOWN) != right
        cells = [at(loss, c.cell_decimals, ROUND_HALF_UP) for loss in (above, below)]
        from_cells = at(cells[0] / cells[1], decimals, ROUND_HALF_UP)
        cells_wrong += from_cells != right
        worst = max(worst, abs(from_cells - right))
    return {
        "decimals": decimals,
        "cut_off": cut_wrong / c.draws,
        "from_rounded_cells": cells_wrong / c.draws,
        "worst_miss": float(worst),
    }


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Count the wrong last digits at one to four decimals; and what guessing costs."""
    rng = random.Random(c.seed)
    digits = []
    for decimals in range(1, 5):
        digits.append(wrong_shares(c, decimals, rng))
        log(decimals, total=4, cut_off=digits[-1]["cut_off"])
    token, choice = math.log(VOCABULARY), math.log(CANDIDATES)
    guesses = {
        "vocabulary": VOCABULARY,
        "token_nats": token,
        "choice_nats": choice,
        "ratio": token / choice,
        "half_choice_share": 0.5 * choice / token,
    }
    return {"digits": digits, "guesses": guesses}
