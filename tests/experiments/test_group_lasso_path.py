"""The linear problem: optimality conditions, and scikit-learn's solver of the same objective."""

from __future__ import annotations

import torch
from sklearn.linear_model import MultiTaskLasso

from experiments.group_lasso.path import (
    WRITES,
    Config,
    fit,
    gradient,
    make_rows,
    make_weights,
    run,
    smallest_empty_strength,
    violation,
)

SMALL = Config(points=6, steps=300)


def problem() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    true_PM = make_weights(SMALL, rng)
    return (true_PM, *make_rows(SMALL, true_PM, rng))


def test_the_solution_is_scikit_learns():
    true_PM, x_NP, y_NM = problem()
    ours = fit(x_NP, y_NM, 0.2, torch.zeros_like(true_PM), 400)
    theirs = MultiTaskLasso(alpha=0.2, fit_intercept=False, tol=1e-14, max_iter=100_000).fit(x_NP, y_NM).coef_.T

    assert (ours - torch.as_tensor(theirs)).abs().max().item() < 1e-12
    assert ((ours != 0).any(dim=1) == torch.as_tensor(theirs != 0).any(dim=1)).all()


def test_a_kept_feature_balances_its_gradient_and_a_dropped_one_lies_below_the_threshold():
    true_PM, x_NP, y_NM = problem()
    w_PM = fit(x_NP, y_NM, 0.2, torch.zeros_like(true_PM), 400)
    gradient_PM, kept_P = gradient(x_NP, y_NM, w_PM), (w_PM != 0).any(dim=1)

    assert 0 < kept_P.sum() < SMALL.features
    assert (gradient_PM[~kept_P].norm(dim=1) <= 0.2).all()
    torch.testing.assert_close(gradient_PM[kept_P], -0.2 * w_PM[kept_P] / w_PM[kept_P].norm(dim=1, keepdim=True))
    assert violation(x_NP, y_NM, w_PM, 0.2) < 1e-12


def test_a_wrong_solution_violates_the_conditions():
    true_PM, x_NP, y_NM = problem()

    assert violation(x_NP, y_NM, true_PM, 0.2) > 0.1


def test_at_the_smallest_empty_strength_nothing_is_kept_and_just_below_something_is():
    true_PM, x_NP, y_NM = problem()
    strength = smallest_empty_strength(x_NP, y_NM)

    assert fit(x_NP, y_NM, strength * 1.0001, torch.zeros_like(true_PM), 300).abs().max() == 0
    assert fit(x_NP, y_NM, strength * 0.99, torch.zeros_like(true_PM), 300).abs().max() > 0


def test_the_run_writes_what_it_declares_and_repeats_itself():
    first, second = (run(SMALL, lambda *_, **__: None) for _ in range(2))

    assert set(first) == set(WRITES)
    assert first == second
    assert max(point["violation"] for point in first["path"]) < 1e-9
