"""A small network trained two ways: proximal steps, and the subgradient descent people usually do.

The proximal way is heavy-ball gradient descent on the smooth loss, followed by the prox of the penalty.
Momentum μ lets a constant push travel 1 / (1 - μ) times further, so the threshold is
step_size / (1 - μ): with the bare step size another, weaker penalty would be solved.

Shapes: N rows, I inputs, O outputs, C classes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.group_lasso import prox
from experiments.group_lasso.prox import Penalty

Loss = Callable[[Tensor, Tensor], Tensor]  # predictions, targets → mean loss, a scalar
Log = Callable[..., None]


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    method: str  # "prox" | "subgradient"
    penalty: Penalty
    steps: int
    step_size: float
    momentum: float = 0.9  # prox only
    batch: int = 0  # rows per step; 0: all of them
    settle: int = 200  # last steps on all rows: mini-batch noise lets features come and go
    every_layer: bool = False  # penalise hidden layers too, not only the inputs'
    decay: float = 0.0  # ridge on the layers that are not penalised


def make_network(sizes: Sequence[int], rng: torch.Generator, activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """Build a fully connected network with Glorot normal weights and zero biases, drawn from `rng`."""
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        linear = nn.utils.skip_init(nn.Linear, inputs, outputs)
        nn.init.xavier_normal_(linear.weight, generator=rng)
        nn.init.zeros_(linear.bias)
        layers += [linear, activation()]
    return nn.Sequential(*layers[:-1])


def linears(network: nn.Sequential) -> list[nn.Linear]:
    """Return the layers that hold weights, from the input on."""
    return [layer for layer in network if isinstance(layer, nn.Linear)]


def train(
    network: nn.Sequential, rows: tuple[Tensor, Tensor], loss: Loss, recipe: Recipe, rng: torch.Generator
) -> Iterator[float]:
    """Train in place by the recipe; yield the penalised loss of each step, before it."""
    first, *rest = linears(network)
    penalised, decayed = ([first, *rest], []) if recipe.every_layer else ([first], rest)
    ridge = Penalty("ridge", recipe.decay)

    def smooth(x_NI: Tensor, y_N: Tensor) -> Tensor:
        return sum((prox.value(layer.weight, ridge) for layer in decayed), start=loss(network(x_NI), y_N))

    move = _prox_steps if recipe.method == "prox" else _subgradient_steps
    return move(network, penalised, _batches(rows, recipe, rng), smooth, recipe)


def warm_path(
    network: nn.Sequential,
    rows: tuple[Tensor, Tensor],
    loss: Loss,
    recipe: Recipe,
    strengths: Sequence[float],
    rng: torch.Generator,
) -> Iterator[tuple[float, Tensor]]:
    """Train at each strength in turn, each from where the last ended; yield (strength, live inputs I).

    Rising strengths drop inputs one after the other; an input's rank is the strength at which it leaves.
    """
    for strength in strengths:
        at_strength = replace(recipe, penalty=replace(recipe.penalty, strength=strength))
        for _ in train(network, rows, loss, at_strength, rng):
            pass
        yield strength, ~prox.zero_columns(linears(network)[0].weight)


def accuracy(network: nn.Sequential, x_NI: Tensor, y_N: Tensor) -> float:
    """Return the share of rows whose largest logit is the label's."""
    with torch.no_grad():
        return (network(x_NI).argmax(dim=1) == y_N).float().mean().item()


def classification_loss(logits_NC: Tensor, y_N: Tensor) -> Tensor:
    """Return the mean cross-entropy in nats."""
    return F.cross_entropy(logits_NC, y_N)


def regression_loss(prediction_N1: Tensor, y_N: Tensor) -> Tensor:
    """Return half the mean squared error, as the linear problem's textbooks do."""
    return 0.5 * F.mse_loss(prediction_N1.squeeze(1), y_N)


def _batches(rows: tuple[Tensor, Tensor], recipe: Recipe, rng: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield one batch a step: shuffled passes, then whole-data steps to settle."""
    x_NI, y_N = rows
    whole = not recipe.batch or recipe.batch >= len(x_NI)
    order_N = torch.empty(0, dtype=torch.long)
    for step in range(recipe.steps):
        if whole or step >= recipe.steps - recipe.settle:
            yield x_NI, y_N
            continue
        if len(order_N) < recipe.batch:
            order_N = torch.cat([order_N, torch.randperm(len(x_NI), generator=rng)])
        picked, order_N = order_N[: recipe.batch], order_N[recipe.batch :]
        yield x_NI[picked], y_N[picked]


def _prox_steps(
    network: nn.Sequential,
    penalised: list[nn.Linear],
    batches: Iterator[tuple[Tensor, Tensor]],
    smooth: Loss,
    recipe: Recipe,
) -> Iterator[float]:
    """Take a gradient step on the smooth loss alone, then the prox of the penalty."""
    optimiser = torch.optim.SGD(network.parameters(), lr=recipe.step_size, momentum=recipe.momentum)
    reach = recipe.step_size / (1 - recipe.momentum)
    for x_NI, y_N in batches:
        optimiser.zero_grad()
        total = smooth(x_NI, y_N)
        total.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            total = total + sum(prox.value(layer.weight, recipe.penalty) for layer in penalised)
            optimiser.step()
            for layer in penalised:
                layer.weight.copy_(prox.step(layer.weight, recipe.penalty, reach))
        yield total.item()


def _subgradient_steps(
    network: nn.Sequential,
    penalised: list[nn.Linear],
    batches: Iterator[tuple[Tensor, Tensor]],
    smooth: Loss,
    recipe: Recipe,
) -> Iterator[float]:
    """Add the penalty to the loss and let Adam follow the gradient of both, kink or no kink."""
    optimiser = torch.optim.Adam(network.parameters(), lr=recipe.step_size)
    for x_NI, y_N in batches:
        optimiser.zero_grad()
        total = sum((prox.value(layer.weight, recipe.penalty) for layer in penalised), start=smooth(x_NI, y_N))
        total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        yield total.item()
