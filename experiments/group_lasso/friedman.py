"""Group LASSO where the truth is known: 5 of 50 columns matter, and the penalty keeps some of the other 45.

Friedman (1991): y = 10 sin(π x₀x₁) + 20 (x₂ - ½)² + 10 x₃ + 5 x₄ + noise, x uniform on 0..1, from scikit-learn's
`make_friedman1`. A one-hidden-layer network with the group penalty on its inputs walks a path of rising
strengths; at each, a fresh network without penalty is trained on the columns kept, because the penalised one is
shrunken and its error says little about the choice.
Post: posts/2026-11-21-group-lasso. About 40 s a seed on one CPU core.

Shapes: N rows, I columns.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from experiments.group_lasso.network import Recipe, make_network, regression_loss, train, warm_path
from experiments.group_lasso.prox import Penalty

WRITES = {"path": "series", "columns": "table", "counts": "scalar"}
PRESETS = {"smoke": {"points": 3, "steps": 20, "refit_steps": 20}}
TRUE = 5  # the first columns make y


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    rows: int = 600
    held_out: int = 1000
    columns: int = 50
    noise: float = 1.0  # standard deviation
    hidden: int = 16
    points: int = 16
    first: float = 0.003  # lowest strength; y is scaled to unit variance
    last: float = 0.1
    steps: int = 1500  # on all rows, per point
    step_size: float = 0.02
    decay: float = 0.003  # ridge on the second layer
    refit_steps: int = 1500
    seed: int = 0


# data -----------------------------------------------------------------------
def make_rows(c: Config) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return x, y, held x, held y; columns centred, y in units of its own standard deviation."""
    from sklearn.datasets import make_friedman1

    x, y = make_friedman1(c.rows + c.held_out, c.columns, noise=c.noise, random_state=c.seed)
    x_NI, y_N = torch.as_tensor(x, dtype=torch.float32) - 0.5, torch.as_tensor(y, dtype=torch.float32)
    x_NI = x_NI * 12**0.5  # unit variance
    y_N = (y_N - y_N[: c.rows].mean()) / y_N[: c.rows].std()
    return x_NI[: c.rows], y_N[: c.rows], x_NI[c.rows :], y_N[c.rows :]


# method ---------------------------------------------------------------------
def held_out_error(network: nn.Sequential, x_NI: Tensor, y_N: Tensor) -> float:
    """Return the share of y's variance that the network leaves unexplained."""
    with torch.no_grad():
        return ((network(x_NI).squeeze(1) - y_N).square().mean() / y_N.var()).item()


def refit(c: Config, rows: tuple[Tensor, Tensor], live_I: Tensor, rng: torch.Generator) -> nn.Sequential:
    """Train a fresh network, with no penalty but a small ridge, on the columns kept."""
    network = make_network([c.columns, c.hidden, 1], rng, nn.Tanh)
    recipe = Recipe("subgradient", Penalty("ridge", 1e-4), c.refit_steps, 0.01, decay=1e-4)
    for _ in train(network, (rows[0] * live_I, rows[1]), regression_loss, recipe, rng):
        pass
    return network


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Walk the path; judge each choice of columns by a refit."""
    rng = torch.Generator().manual_seed(c.seed)
    x_NI, y_N, held_x_NI, held_y_N = make_rows(c)
    network = make_network([c.columns, c.hidden, 1], rng, nn.Tanh)
    recipe = Recipe("prox", Penalty("group", 0.0), c.steps, c.step_size, decay=c.decay)
    strengths = torch.logspace(math.log10(c.first), math.log10(c.last), c.points).tolist()

    path: list[dict[str, float]] = []
    leaves: list[float | None] = [None] * c.columns
    for strength, live_I in warm_path(network, (x_NI, y_N), regression_loss, recipe, strengths, rng):
        refitted = refit(c, (x_NI, y_N), live_I, rng)
        path.append(
            {
                "point": len(path),
                "strength": strength,
                "kept_true": float(live_I[:TRUE].sum()),  # a count, but one that seeds average
                "kept_noise": float(live_I[TRUE:].sum()),
                "error": held_out_error(network, held_x_NI, held_y_N),
                "refit_error": held_out_error(refitted, held_x_NI * live_I, held_y_N),
            }
        )
        leaves = [None if live else leaves[i] or strength for i, live in enumerate(live_I.tolist())]
        log(len(path), total=c.points, error=path[-1]["error"])

    columns = [{"column": i, "true": i < TRUE, "leaves_at": leaves[i]} for i in range(c.columns)]
    counts = {"rows": c.rows, "held_out": c.held_out, "columns": c.columns, "true_columns": TRUE}
    return {"path": path, "columns": columns, "counts": counts}
