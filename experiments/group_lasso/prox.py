"""Penalties on a weight matrix, and the proximal step that lands on exact zeros.

Ridge, LASSO (Tibshirani, 1996), group LASSO (Yuan & Lin, 2006, eq. 2.1) and sparse group LASSO
(Simon et al., 2013, eq. 3) on the columns of a layer: one group is all weights that leave one input,
with weight √d for d outgoing weights (Scardapane et al., 2017, eq. 6 and 9).

Shapes: O outputs (rows), I inputs (columns).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

KINDS = ("none", "ridge", "lasso", "group", "sparse_group")
TINY = 1e-12  # keeps 0/0 out of the shrinkage factor


@dataclass(frozen=True)
class Penalty:
    """What is added to the mean loss, per layer."""

    kind: str  # one of KINDS
    strength: float

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown penalty {self.kind!r}; known: {', '.join(KINDS)}")


def soft_threshold(w: Tensor, threshold: float) -> Tensor:
    """Move every entry towards 0 by `threshold`; what crosses 0 becomes exactly 0."""
    return w.sign() * (w.abs() - threshold).clamp_min(0)


def shrink_columns(w_OI: Tensor, threshold: float) -> Tensor:
    """Lower each column's norm by `threshold`; a column with a smaller norm becomes exactly 0.

    The proximal operator of threshold · Σ_i ‖w_i‖₂ (Yuan & Lin, 2006, eq. 2.4).
    """
    norm_1I = w_OI.norm(dim=0, keepdim=True)
    return (1 - threshold / norm_1I.clamp_min(TINY)).clamp_min(0) * w_OI


def value(w_OI: Tensor, penalty: Penalty) -> Tensor:
    """Return the penalty of one layer, a scalar; its gradient is what subgradient methods follow."""
    root = w_OI.shape[0] ** 0.5
    lasso, group = w_OI.abs().sum(), root * _norms(w_OI).sum()
    terms = {
        "none": w_OI.new_zeros(()),
        "ridge": w_OI.square().sum(),
        "lasso": lasso,
        "group": group,
        "sparse_group": lasso + group,
    }
    return penalty.strength * terms[penalty.kind]


def step(w_OI: Tensor, penalty: Penalty, step_size: float) -> Tensor:
    """Return prox of step_size · penalty at `w_OI`: exact zeros for all kinds but ridge.

    For sparse group LASSO the two shrinkages compose, entries first (Simon et al., 2013, eq. 12).
    """
    threshold = step_size * penalty.strength
    if penalty.kind == "ridge":
        return w_OI / (1 + 2 * threshold)
    if penalty.kind in {"lasso", "sparse_group"}:
        w_OI = soft_threshold(w_OI, threshold)
    if penalty.kind in {"group", "sparse_group"}:
        w_OI = shrink_columns(w_OI, threshold * w_OI.shape[0] ** 0.5)
    return w_OI


def zero_columns(w_OI: Tensor) -> Tensor:
    """Tell for each input whether all its weights are exactly 0; no tolerance."""
    return (w_OI == 0).all(dim=0)


def _norms(w_OI: Tensor) -> Tensor:
    """Return column norms whose gradient at a zero column is 0, a valid subgradient, instead of NaN."""
    squares_I = w_OI.square().sum(dim=0)
    live_I = squares_I > 0
    return torch.where(live_I, squares_I, torch.ones_like(squares_I)).sqrt() * live_I
