"""Group LASSO on the linear problem, where every claim can be checked against its optimality conditions.

Minimise ‖Y - XW‖² / 2N + λ Σ_p ‖W_p‖₂ over W, one group per feature (row of W): Yuan & Lin (2006), eq. 2.1,
for several outputs; solved by FISTA (Beck & Teboulle, 2009, sec. 4), warm-started along falling strengths.
At the solution a kept row balances its gradient, X_pᵀ(XW - Y)/N = -λ W_p / ‖W_p‖, and a dropped row's gradient
is no longer than λ. The largest violation of either is published beside each point.
Post: posts/2026-11-21-group-lasso. About 2 s a seed on one CPU core.

Shapes: N rows, P features, M outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.group_lasso.prox import shrink_columns

WRITES = {"path": "series", "norms": "table", "best": "scalar"}
PRESETS = {"smoke": {"points": 5, "steps": 50}}


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    rows: int = 300
    features: int = 40
    outputs: int = 6
    active: int = 6  # features whose true weights are not zero
    noise: float = 1.0  # standard deviation of the noise on each output
    points: int = 30  # strengths, from the smallest that drops everything down to 1/300 of it
    steps: int = 400  # FISTA steps per point
    seed: int = 0


# data -----------------------------------------------------------------------
def make_weights(c: Config, rng: torch.Generator) -> Tensor:
    """Return true weights (P, M): the first `active` rows normal, the others zero."""
    w_PM = torch.zeros(c.features, c.outputs, dtype=torch.float64)
    w_PM[: c.active] = torch.randn(c.active, c.outputs, generator=rng, dtype=torch.float64)
    return w_PM


def make_rows(c: Config, true_PM: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return x (N, P) and y = x w + noise (N, M)."""
    x_NP = torch.randn(c.rows, c.features, generator=rng, dtype=torch.float64)
    noise_NM = c.noise * torch.randn(c.rows, c.outputs, generator=rng, dtype=torch.float64)
    return x_NP, x_NP @ true_PM + noise_NM


# method ---------------------------------------------------------------------
def smallest_empty_strength(x_NP: Tensor, y_NM: Tensor) -> float:
    """Return the smallest λ whose solution is all zero: the longest row of XᵀY/N."""
    return ((x_NP.T @ y_NM) / len(x_NP)).norm(dim=1).max().item()


def fit(x_NP: Tensor, y_NM: Tensor, strength: float, start_PM: Tensor, steps: int) -> Tensor:
    """Minimise the objective at one strength by FISTA, starting from `start_PM`."""
    step_size = len(x_NP) / torch.linalg.matrix_norm(x_NP, ord=2).item() ** 2  # 1 / Lipschitz constant
    w_PM, v_PM, t = start_PM, start_PM, 1.0
    for _ in range(steps):
        moved_PM = v_PM - step_size * gradient(x_NP, y_NM, v_PM)
        next_PM = shrink_columns(moved_PM.T, step_size * strength).T
        next_t = (1 + (1 + 4 * t * t) ** 0.5) / 2
        v_PM = next_PM + (t - 1) / next_t * (next_PM - w_PM)
        w_PM, t = next_PM, next_t
    return w_PM


def gradient(x_NP: Tensor, y_NM: Tensor, w_PM: Tensor) -> Tensor:
    """Return the gradient of ‖Y - XW‖² / 2N."""
    return x_NP.T @ (x_NP @ w_PM - y_NM) / len(x_NP)


def violation(x_NP: Tensor, y_NM: Tensor, w_PM: Tensor, strength: float) -> float:
    """Return the largest breach of the optimality conditions; 0 at the exact solution."""
    gradient_PM, norm_P = gradient(x_NP, y_NM, w_PM), w_PM.norm(dim=1)
    kept_P = norm_P > 0
    dropped = (gradient_PM[~kept_P].norm(dim=1) - strength).clamp_min(0)
    balance = gradient_PM[kept_P] + strength * w_PM[kept_P] / norm_P[kept_P, None]
    return max([0.0, *dropped.tolist(), *balance.norm(dim=1).tolist()])


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Walk the path on drawn rows; judge each point on as many held-out rows."""
    rng = torch.Generator().manual_seed(c.seed)
    true_PM = make_weights(c, rng)
    x_NP, y_NM = make_rows(c, true_PM, rng)
    held_x_NP, held_y_NM = make_rows(c, true_PM, rng)

    path: list[dict[str, float]] = []
    norms: list[Tensor] = []
    w_PM = torch.zeros_like(true_PM)
    strengths = smallest_empty_strength(x_NP, y_NM) * torch.logspace(0, -2.5, c.points, dtype=torch.float64)
    for strength in strengths.tolist():
        w_PM = fit(x_NP, y_NM, strength, w_PM, c.steps)  # warm start: the path is smooth
        kept_P = (w_PM != 0).any(dim=1)
        error = (held_x_NP @ w_PM - held_y_NM).square().mean().item()
        norms.append(w_PM.norm(dim=1))
        path.append(
            {
                "point": len(path),
                "strength": strength,
                "kept_true": float(kept_P[: c.active].sum()),  # a count, but one that seeds average
                "kept_noise": float(kept_P[c.active :].sum()),
                "held_out_error": error,
                "violation": violation(x_NP, y_NM, w_PM, strength),
            }
        )
        log(len(path), total=c.points, held_out_error=error)

    best = min(range(len(path)), key=lambda point: path[point]["held_out_error"])
    return {
        "path": path,
        "norms": [
            {
                "feature": p,
                "active": p < c.active,
                "true_norm": true_PM[p].norm().item(),
                "norm_at_best": norms[best][p].item(),
                "enters_at": next((path[i]["strength"] for i, norm_P in enumerate(norms) if norm_P[p] > 0), None),
            }
            for p in range(c.features)
        ],
        "best": path[best],
    }
