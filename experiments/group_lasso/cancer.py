"""Group LASSO on breast cancer data with 30 columns of pure noise added: who throws the noise out?

A one-hidden-layer network on scikit-learn's `load_breast_cancer` (569 rows, 30 columns, all real) beside 30
standard normal columns. The penalty sits on the first layer, one group per column; a small ridge sits on the
second, because without it the network evades the penalty: it shrinks the first layer and lets the second grow.
Scardapane et al. (2017), eq. 9; proximal steps as in Feng & Simon (2017), sec. 2.2.
Post: posts/2026-11-21-group-lasso. About 20 s a seed on one CPU core.

Shapes: N rows, I = 60 columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.group_lasso.network import (
    Recipe,
    accuracy,
    classification_loss,
    linears,
    make_network,
    train,
)
from experiments.group_lasso.prox import Penalty, zero_columns

WRITES = {"methods": "table", "curve": "series", "norms": "table", "counts": "scalar"}
PRESETS = {"smoke": {"steps": 40, "settle": 10}, "full": {"steps": 9000}}


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    noise: int = 30  # columns of standard normal noise
    hidden: int = 16
    held_out: float = 0.25  # share of rows kept for the accuracy
    steps: int = 3000  # on all rows each
    settle: int = 200
    step_size: float = 0.02  # prox, with momentum 0.9
    adam_step_size: float = 0.001  # subgradient
    decay: float = 0.01  # ridge on the second layer
    strengths: tuple[float, ...] = (0.01, 0.02, 0.03)
    chosen: float = 0.02  # the strength the other penalties and methods run at
    log_every: int = 50
    seed: int = 0


# data -----------------------------------------------------------------------
def make_rows(c: Config, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return standardised training and held-out rows: x, y, held x, held y."""
    from sklearn.datasets import load_breast_cancer

    data, labels = load_breast_cancer(return_X_y=True)
    x_NI = torch.as_tensor(data, dtype=torch.float32)
    x_NI = torch.cat([x_NI, torch.randn(len(x_NI), c.noise, generator=rng)], dim=1)
    y_N = torch.as_tensor(labels)
    order_N = torch.randperm(len(x_NI), generator=rng)
    cut = round(len(order_N) * (1 - c.held_out))
    kept_N, held_N = order_N[:cut], order_N[cut:]
    x_NI = (x_NI - x_NI[kept_N].mean(dim=0)) / x_NI[kept_N].std(dim=0)
    return x_NI[kept_N], y_N[kept_N], x_NI[held_N], y_N[held_N]


# method ---------------------------------------------------------------------
def recipes(c: Config) -> dict[str, Recipe]:
    """Return what is compared, by the name a table shows."""

    def recipe(method: str, kind: str, strength: float) -> Recipe:
        step_size = c.step_size if method == "prox" else c.adam_step_size
        return Recipe(method, Penalty(kind, strength), c.steps, step_size, settle=c.settle, decay=c.decay)

    return {
        "no penalty": recipe("prox", "none", 0.0),
        "ridge, proximal": recipe("prox", "ridge", c.chosen),
        "LASSO, proximal": recipe("prox", "lasso", c.chosen),
        **{f"group LASSO {strength:g}, proximal": recipe("prox", "group", strength) for strength in c.strengths},
        f"sparse group LASSO {c.chosen:g}, proximal": recipe("prox", "sparse_group", c.chosen),
        f"group LASSO {c.chosen:g}, Adam": recipe("subgradient", "group", c.chosen),
    }


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Train each recipe from the same weights on the same rows."""
    rng = torch.Generator().manual_seed(c.seed)
    x_NI, y_N, held_x_NI, held_y_N = make_rows(c, rng)
    real = x_NI.shape[1] - c.noise
    start = make_network([real + c.noise, c.hidden, 2], rng).state_dict()

    methods, curves, norms = [], {}, {}
    compared = recipes(c)
    for number, (name, recipe) in enumerate(compared.items()):
        network = make_network([real + c.noise, c.hidden, 2], rng)
        network.load_state_dict(start)
        losses = []
        for step, loss in enumerate(train(network, (x_NI, y_N), classification_loss, recipe, rng)):
            if step % c.log_every == 0:
                losses.append(loss)
                log(number * c.steps + step, total=len(compared) * c.steps, loss=loss)
        weight_OI = linears(network)[0].weight.detach()
        zero_I = zero_columns(weight_OI)
        curves[name], norms[name] = losses, weight_OI.norm(dim=0)
        methods.append(
            {
                "method": name,
                "accuracy": accuracy(network, held_x_NI, held_y_N),
                "zero_real": int(zero_I[:real].sum()),
                "zero_noise": int(zero_I[real:].sum()),
                "smallest_norm": weight_OI.norm(dim=0).min().item(),
            }
        )

    proximal, adam = norms[f"group LASSO {c.chosen:g}, proximal"], norms[f"group LASSO {c.chosen:g}, Adam"]
    return {
        "methods": methods,
        "curve": [
            {"step": i * c.log_every, **{name: losses[i] for name, losses in curves.items()}}
            for i in range(len(curves["no penalty"]))
        ],
        "norms": [
            {
                "column": i,
                "kind": "real" if i < real else "noise",
                "proximal": proximal[i].item(),
                "adam": adam[i].item(),
            }
            for i in range(real + c.noise)
        ],
        "counts": {"rows": len(x_NI), "held_out": len(held_x_NI), "real": real, "noise": c.noise},
    }
