"""Exact zeros in networks: what the proximal way reaches and the subgradient way does not."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest
import torch
from torch import nn

from experiments.group_lasso import cancer, digits, friedman
from experiments.group_lasso.network import (
    Recipe,
    classification_loss,
    linears,
    make_network,
    regression_loss,
    train,
    warm_path,
)
from experiments.group_lasso.prox import Penalty, zero_columns


def rows(count: int = 200, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Return rows of four columns of which two decide the label; the fourth is constant zero."""
    x_NI = torch.randn(count, 4, generator=torch.Generator().manual_seed(seed))
    x_NI[:, 3] = 0
    return x_NI, (x_NI[:, 0] + x_NI[:, 1] > 0).long()


def trained(recipe: Recipe) -> nn.Sequential:
    rng = torch.Generator().manual_seed(1)
    network = make_network([4, 8, 2], rng)
    for _ in train(network, rows(), classification_loss, recipe, rng):
        pass
    return network


def test_proximal_steps_drop_the_columns_that_say_nothing():
    network = trained(Recipe("prox", Penalty("group", 0.05), 1500, 0.02, decay=0.01))

    assert zero_columns(linears(network)[0].weight).tolist() == [False, False, True, True]


def test_subgradient_steps_reach_no_exact_zero():
    network = trained(Recipe("subgradient", Penalty("group", 0.05), 1500, 0.001, decay=0.01))

    assert zero_columns(linears(network)[0].weight).tolist() == [False] * 4


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_momentum_does_not_change_the_problem_that_is_solved(momentum: float):
    """On least squares both land where the gradient of a kept column balances the penalty's pull."""
    rng = torch.Generator().manual_seed(0)
    x_NI = torch.randn(300, 6, generator=rng)
    y_N = x_NI[:, 0] * 2 - x_NI[:, 1]
    network = make_network([6, 1], rng)
    recipe = Recipe("prox", Penalty("group", 0.3), 3000, 0.1 * (1 - momentum), momentum)
    for _ in train(network, (x_NI, y_N), regression_loss, recipe, rng):
        pass
    layer = linears(network)[0]
    gradient_1I = torch.autograd.grad(regression_loss(network(x_NI), y_N), layer.weight)[0]

    assert zero_columns(layer.weight).tolist() == [False, False, True, True, True, True]
    torch.testing.assert_close(gradient_1I[0, :2], -0.3 * layer.weight[0, :2].sign(), atol=1e-4, rtol=0)
    assert (gradient_1I[0, 2:].abs() <= 0.3).all()


def test_a_column_that_is_zero_can_be_cut_out_without_changing_the_output():
    network = trained(Recipe("prox", Penalty("group", 0.05), 1500, 0.02, decay=0.01))
    first, last = linears(network)
    live_I = ~zero_columns(first.weight)
    pruned = nn.Linear(int(live_I.sum()), first.out_features)
    pruned.weight.data, pruned.bias.data = first.weight.data[:, live_I], first.bias.data
    x_NI, _ = rows(50, seed=7)

    torch.testing.assert_close(last(pruned(x_NI[:, live_I]).relu()), network(x_NI))


def test_hidden_units_are_dropped_when_every_layer_is_penalised():
    rng = torch.Generator().manual_seed(1)
    network = make_network([4, 16, 2], rng)
    recipe = Recipe("prox", Penalty("group", 0.02), 2000, 0.02, every_layer=True)
    for _ in train(network, rows(), classification_loss, recipe, rng):
        pass

    assert zero_columns(linears(network)[1].weight).sum() > 0


def test_a_rising_path_keeps_fewer_and_fewer_inputs():
    rng = torch.Generator().manual_seed(1)
    network = make_network([4, 8, 2], rng)
    recipe = Recipe("prox", Penalty("group", 0.0), 600, 0.02, decay=0.01)
    kept = [
        int(live_I.sum())
        for _, live_I in warm_path(network, rows(), classification_loss, recipe, [0.001, 0.05, 5.0], rng)
    ]

    assert kept == sorted(kept, reverse=True)
    assert kept[-1] == 0


def test_batches_pass_over_all_rows_and_settle_on_the_whole():
    from experiments.group_lasso.network import _batches

    x_NI = torch.arange(10.0)[:, None]
    recipe = Recipe("prox", Penalty("none", 0.0), steps=6, step_size=0.1, batch=5, settle=2)
    seen = [x[:, 0].tolist() for x, _ in _batches((x_NI, x_NI[:, 0]), recipe, torch.Generator().manual_seed(0))]

    assert sorted(seen[0] + seen[1]) == list(range(10))
    assert [len(batch) for batch in seen] == [5, 5, 5, 5, 10, 10]


def test_a_pixel_leaves_at_the_strength_after_which_it_never_returns():
    masks = [[True, True], [False, True], [True, True], [False, True]]
    path = [(float(i), torch.tensor(mask)) for i, mask in enumerate(masks)]

    assert digits.leaving_strengths(path) == [3.0, None]


@pytest.mark.parametrize("name", ["cancer", "digits", "friedman"])
def test_a_smoke_run_writes_what_it_declares_and_repeats_itself(name: str):
    module = importlib.import_module(f"experiments.group_lasso.{name}")
    config = replace(module.Config(), **module.PRESETS["smoke"])
    first, second = (module.run(config, lambda *_, **__: None) for _ in range(2))

    assert set(first) == set(module.WRITES)
    assert first == second


def test_the_three_dead_pixels_of_the_digits_are_where_we_say():
    x_NI, _, held_x_NI, _ = digits.make_rows(torch.Generator().manual_seed(0))
    silent = (torch.cat([x_NI, held_x_NI]) == 0).all(dim=0).nonzero().flatten().tolist()

    assert silent == list(digits.DEAD)


def test_the_noise_columns_of_the_cancer_data_are_noise():
    x_NI, _, held_x_NI, _ = cancer.make_rows(cancer.Config(), torch.Generator().manual_seed(0))

    assert x_NI.shape == (427, 60)
    assert held_x_NI.shape == (142, 60)
    assert x_NI.mean(dim=0).abs().max() < 1e-5


def test_friedmans_rows_follow_his_formula():
    from sklearn.datasets import make_friedman1

    x, y = make_friedman1(5, 50, noise=0.0, random_state=0)
    by_hand = 10 * torch.sin(torch.pi * torch.tensor(x[:, 0] * x[:, 1])) + 20 * torch.tensor((x[:, 2] - 0.5) ** 2)

    torch.testing.assert_close(by_hand + torch.tensor(10 * x[:, 3] + 5 * x[:, 4]), torch.tensor(y))
    assert friedman.make_rows(friedman.Config())[0].shape == (600, 50)
