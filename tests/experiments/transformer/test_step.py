"""One position at a time gives what the whole pass gives, for every kind of model."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch

from experiments.transformer.model import Cache, Shape, Transformer
from experiments.transformer.step import Step

KINDS = [
    {"norm": norm, "activation": activation, "positions": positions, "bias": bias, "tied": bias}
    for norm, activation, positions, bias in itertools.product(
        ("pre", "post"), ("gelu", "relu"), ("learned", "sinusoidal"), (True, False)
    )
]


def make(**changes: Any) -> Transformer:
    """A model whose scales and biases are drawn too: at the start they are ones and zeros."""
    made = Transformer(Shape(31, 16, layers=3, heads=2, width=16, **changes), torch.Generator().manual_seed(0)).double()
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=rng, dtype=torch.float64) * 0.3)
    return made.eval()


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind.values())))
@torch.no_grad()
def test_a_step_gives_what_the_model_gives(kind: dict[str, Any], padded: bool):
    model = make(**kind)
    ids_BT = torch.randint(31, (3, 16), generator=torch.Generator().manual_seed(2))
    padding_B = torch.tensor([0, 4, 2]) if padded else None
    caches = [Cache(model, 3, padding_B=padding_B) for _ in range(2)]
    for cache in caches:
        model.hidden(ids_BT[:, :5], cache)

    step = Step(model, caches[1])
    for place in range(5, 16):
        expected = model.hidden(ids_BT[:, place : place + 1], caches[0])[:, 0]
        torch.testing.assert_close(step(ids_BT[:, place]), expected, rtol=1e-12, atol=1e-12)

    for one, other in zip(*(cache.layers for cache in caches), strict=True):
        assert one.length == other.length == 16
        torch.testing.assert_close(other.k_BHSK, one.k_BHSK, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(other.v_BHSK, one.v_BHSK, rtol=1e-12, atol=1e-12)


@torch.no_grad()
def test_a_step_and_the_model_take_turns_on_one_cache():
    model = make()
    ids_BT = torch.randint(31, (2, 9), generator=torch.Generator().manual_seed(2))
    cache = Cache(model, 2)
    step = Step(model, cache)

    found = [step(ids_BT[:, 0]), model.hidden(ids_BT[:, 1:4], cache)[:, -1], step(ids_BT[:, 4])]

    torch.testing.assert_close(torch.stack(found, 1), model.hidden(ids_BT)[:, [0, 3, 4]], rtol=1e-12, atol=1e-12)
