"""The proximal step against closed forms, another package, and a brute-force minimiser."""

from __future__ import annotations

import math

import pytest
import torch

from experiments.group_lasso.prox import Penalty, shrink_columns, soft_threshold, step, value, zero_columns


def matrix(rows: int = 4, columns: int = 6, seed: int = 0) -> torch.Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_a_column_of_three_and_four_shrinks_by_half_its_norm():
    assert shrink_columns(torch.tensor([[3.0], [4.0]]), 2.5).flatten().tolist() == [1.5, 2.0]


def test_a_column_no_longer_than_the_threshold_is_exactly_zero():
    assert shrink_columns(torch.tensor([[3.0], [4.0]]), 5.0).flatten().tolist() == [0.0, 0.0]
    assert zero_columns(shrink_columns(torch.tensor([[3.0, 3.1], [4.0, 4.1]]), 5.0)).tolist() == [True, False]


def test_soft_threshold_moves_every_entry_towards_zero():
    assert soft_threshold(torch.tensor([-3.0, -1.0, 0.5, 2.0]), 1.0).tolist() == [-2.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("kind", ["ridge", "lasso", "group", "sparse_group"])
def test_no_nearby_point_has_a_lower_proximal_objective(kind: str):
    """prox(v) minimises ½‖w - v‖² + t · penalty(w): every random move away costs."""
    v, penalty, t = matrix(), Penalty(kind, 0.3), 0.7

    def objective(w: torch.Tensor) -> float:
        return (0.5 * (w - v).square().sum() + t * value(w, penalty)).item()

    best = step(v, penalty, t)
    rng = torch.Generator().manual_seed(1)
    moves = [
        scale * torch.randn(best.shape, generator=rng, dtype=torch.float64)
        for scale in (1e-1, 1e-3)
        for _ in range(200)
    ]
    moves += [-best * share for share in (1e-3, 1e-1, 1.0)]

    assert all(objective(best + move) >= objective(best) for move in moves)


def test_the_step_never_moves_two_points_apart():
    for kind in ["lasso", "group", "sparse_group"]:
        a, b = matrix(seed=2), matrix(seed=3)

        assert (step(a, Penalty(kind, 0.5), 0.4) - step(b, Penalty(kind, 0.5), 0.4)).norm() <= (a - b).norm()


def test_the_group_step_is_lassonets_when_its_hierarchy_is_off():
    """LassoNet's prox at M = 0 shrinks the skip weights as a group and drops the rest (Lemhadri et al., 2021)."""
    lassonet = pytest.importorskip("lassonet.prox")
    skip_OI = matrix(3, 5).float()
    theirs, hidden = lassonet.prox(skip_OI, matrix(2, 5, seed=4).float(), lambda_=0.8, lambda_bar=0, M=0)

    torch.testing.assert_close(shrink_columns(skip_OI, 0.8), theirs)
    assert hidden.abs().max() == 0


def test_the_gradient_of_a_zero_column_is_zero_not_nan():
    w = torch.zeros(3, 2, requires_grad=True)
    value(w, Penalty("group", 1.0)).backward()

    assert w.grad is not None
    assert w.grad.tolist() == [[0.0, 0.0]] * 3


def test_the_group_penalty_weighs_each_column_by_the_root_of_its_size():
    assert value(torch.tensor([[3.0, 0.0], [4.0, 0.0]]), Penalty("group", 2.0)).item() == pytest.approx(
        2 * math.sqrt(2) * 5
    )


def test_an_unknown_penalty_names_the_known_ones():
    with pytest.raises(ValueError) as caught:
        Penalty("grupo", 1.0)

    assert str(caught.value) == "unknown penalty 'grupo'; known: none, ridge, lasso, group, sparse_group"
