"""Group LASSO on handwritten digits: which of the 64 pixels does a network need?

The setting of Scardapane et al. (2017): scikit-learn's `load_digits` (1,797 images of 8 x 8), inputs scaled to
0..1, a quarter held out, a 64-40-20-10 network with leaky ReLU, strength 10^-3.5, batches of 300. Their script
follows the gradient with Adam and counts zeros after rounding; here that stands beside proximal steps, which
need no rounding. Then one network walks a path of rising strengths, and pixels leave one by one.
Post: posts/2026-11-21-group-lasso. About 4 minutes a seed on one CPU core.

Shapes: N rows, I = 64 pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from experiments.group_lasso.network import (
    Recipe,
    accuracy,
    classification_loss,
    linears,
    make_network,
    train,
    warm_path,
)
from experiments.group_lasso.prox import Penalty, zero_columns

WRITES = {"methods": "table", "path": "series", "pixels": "table", "counts": "scalar"}
PRESETS = {"smoke": {"steps": 30, "settle": 10, "points": 3, "point_steps": 10, "refit_steps": 10}}
SIZES = (64, 40, 20, 10)
DEAD = (0, 32, 39)  # pixels that are 0 in every image


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    strength: float = 10**-3.5
    steps: int = 7500  # 1,500 passes over the data in batches of 300
    batch: int = 300
    settle: int = 500  # last steps on all rows
    step_size: float = 0.01  # prox, with momentum 0.9
    adam_step_size: float = 0.001
    points: int = 40  # strengths on the path
    first: float = 3e-4  # lowest strength of the path
    last: float = 0.1  # highest
    point_steps: int = 250
    point_step_size: float = 0.03
    decay: float = 0.003  # ridge on the later layers along the path, where only inputs are penalised
    refit_steps: int = 1500  # a fresh network, no penalty, on the pixels kept
    seed: int = 0


# data -----------------------------------------------------------------------
def make_rows(rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return training and held-out rows with pixels in 0..1: x, y, held x, held y."""
    from sklearn.datasets import load_digits

    data, labels = load_digits(return_X_y=True)
    x_NI, y_N = torch.as_tensor(data, dtype=torch.float32) / 16, torch.as_tensor(labels)
    order_N = torch.randperm(len(x_NI), generator=rng)
    cut = len(order_N) * 3 // 4
    kept_N, held_N = order_N[:cut], order_N[cut:]
    return x_NI[kept_N], y_N[kept_N], x_NI[held_N], y_N[held_N]


# method ---------------------------------------------------------------------
def recipes(c: Config) -> dict[str, Recipe]:
    """Return what is compared, by the name a table shows; every layer is penalised, as published."""

    def recipe(method: str, kind: str) -> Recipe:
        step_size = c.step_size if method == "prox" else c.adam_step_size
        settle = c.settle if method == "prox" else 0
        penalty = Penalty(kind, c.strength)
        return Recipe(method, penalty, c.steps, step_size, batch=c.batch, settle=settle, every_layer=True)

    return {
        "no penalty": recipe("prox", "none"),
        "ridge, Adam": recipe("subgradient", "ridge"),
        "LASSO, Adam": recipe("subgradient", "lasso"),
        "group LASSO, Adam": recipe("subgradient", "group"),
        "LASSO, proximal": recipe("prox", "lasso"),
        "group LASSO, proximal": recipe("prox", "group"),
        "sparse group LASSO, proximal": recipe("prox", "sparse_group"),
    }


def path_recipe(c: Config) -> Recipe:
    """Return how each point of the path is trained; `warm_path` sets the strength."""
    penalty = Penalty("group", 0.0)
    settle = c.point_steps // 4
    return Recipe("prox", penalty, c.point_steps, c.point_step_size, batch=c.batch, settle=settle, decay=c.decay)


def refit_recipe(c: Config) -> Recipe:
    """Return how a fresh network is trained on the pixels kept: the path's own weights are shrunken."""
    return Recipe("subgradient", Penalty("none", 0.0), c.refit_steps, 0.003, batch=c.batch, settle=0)


def leaving_strengths(path: list[tuple[float, Tensor]]) -> list[float | None]:
    """Return for each input the strength at which it leaves for good; None: it never does."""
    leaves: list[float | None] = [None] * len(path[0][1])
    for pixel in range(len(leaves)):
        for strength, live_I in reversed(path):
            if live_I[pixel]:
                break
            leaves[pixel] = strength
    return leaves


def method_row(
    name: str, network: nn.Sequential, held_x_NI: Tensor, held_y_N: Tensor
) -> dict[str, str | float | int | bool]:
    """Return a row of the methods table: accuracy and exact zeros, by layer."""
    zero_I, *zero_hidden = [zero_columns(layer.weight.detach()) for layer in linears(network)]
    weights = torch.cat([layer.weight.detach().flatten() for layer in linears(network)])
    return {
        "method": name,
        "accuracy": accuracy(network, held_x_NI, held_y_N),
        "zero_inputs": int(zero_I.sum()),
        "zero_hidden_1": int(zero_hidden[0].sum()),
        "zero_hidden_2": int(zero_hidden[1].sum()),
        "dead_pixels_gone": int(zero_I[list(DEAD)].sum()),
        "zero_weights": (weights == 0).float().mean().item(),
    }


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Compare the recipes from the same start, then walk the path."""
    rng = torch.Generator().manual_seed(c.seed)
    x_NI, y_N, held_x_NI, held_y_N = make_rows(rng)
    start = make_network(SIZES, rng, nn.LeakyReLU).state_dict()
    compared = recipes(c)
    total = len(compared) * c.steps + c.points * c.point_steps

    methods = []
    for number, (name, recipe) in enumerate(compared.items()):
        network = make_network(SIZES, rng, nn.LeakyReLU)
        network.load_state_dict(start)
        for step, loss in enumerate(train(network, (x_NI, y_N), classification_loss, recipe, rng)):
            if step % 100 == 0:
                log(number * c.steps + step, total=total, loss=loss)
        methods.append(method_row(name, network, held_x_NI, held_y_N))

    network = make_network(SIZES, rng, nn.LeakyReLU)
    network.load_state_dict(start)
    strengths = torch.logspace(math.log10(c.first), math.log10(c.last), c.points).tolist()
    path: list[dict[str, float]] = []
    walked: list[tuple[float, Tensor]] = []
    for strength, live_I in warm_path(network, (x_NI, y_N), classification_loss, path_recipe(c), strengths, rng):
        walked.append((strength, live_I))
        refitted = make_network(SIZES, rng, nn.LeakyReLU)
        for _ in train(refitted, (x_NI * live_I, y_N), classification_loss, refit_recipe(c), rng):
            pass
        path.append(
            {
                "point": len(path),
                "strength": strength,
                "kept": float(live_I.sum()),  # a count, but one that seeds average
                "accuracy": accuracy(network, held_x_NI, held_y_N),
                "refit_accuracy": accuracy(refitted, held_x_NI * live_I, held_y_N),
            }
        )
        log(len(compared) * c.steps + len(path) * c.point_steps, total=total, accuracy=path[-1]["accuracy"])

    leaves = leaving_strengths(walked)
    pixels = [{"row": i // 8, "column": i % 8, "dead": i in DEAD, "leaves_at": leaves[i]} for i in range(64)]
    counts = {"rows": len(x_NI), "held_out": len(held_x_NI), "dead_pixels": len(DEAD)}
    return {"methods": methods, "path": path, "pixels": pixels, "counts": counts}
