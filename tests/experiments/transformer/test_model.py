"""The model against transformers, torch's own encoder layer, and the properties its equations promise."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from experiments.transformer.gpt2 import from_gpt2, gpt2_settings, to_gpt2
from experiments.transformer.model import Cache, Shape, Transformer, attend, parameter_count, sinusoids, visible
from generator.errors import SiteError

SMALL = Shape(vocab_size=29, block_size=16, layers=3, heads=4, width=32)
POST = replace(SMALL, norm="post", activation="relu", positions="sinusoidal", tied=False)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(shape: Shape = SMALL, seed: int = 0) -> Transformer:
    """A model in float64, its weights ten times larger than at the start: a difference would be seen."""
    model = Transformer(shape, seeded(seed)).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=seeded(7), dtype=torch.float64), alpha=0.2)
    return model


def some_ids(shape: Shape = SMALL, batch: int = 3, length: int = 16) -> Tensor:
    return torch.randint(shape.vocab_size, (batch, length), generator=seeded(1))


def largest_difference(a: Tensor, b: Tensor) -> float:
    return (a - b).abs().max().item()


# against other libraries ----------------------------------------------------
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("heads", [1, 4])
def test_logits_are_those_of_gpt2_with_the_same_weights(tied: bool, heads: int):
    from transformers import GPT2Config, GPT2LMHeadModel

    shape = replace(SMALL, tied=tied, heads=heads)
    config = GPT2Config(**gpt2_settings(shape), bos_token_id=0, eos_token_id=0)
    theirs = GPT2LMHeadModel(config).double().eval()
    ours = make(shape)
    theirs.load_state_dict(to_gpt2(ours.state_dict()))
    ids_BT = some_ids()

    assert largest_difference(ours(ids_BT), theirs(ids_BT).logits) < 1e-13


def test_weights_go_to_gpt2_and_back():
    shape = replace(SMALL, tied=False)
    weights = make(shape).state_dict()

    back = from_gpt2(to_gpt2(weights), shape)

    assert list(weights) == [name for name in weights if torch.equal(weights[name], back[name])]
    assert set(weights) == set(back)


def test_what_gpt2_has_not_is_told():
    with pytest.raises(SiteError) as told:
        gpt2_settings(POST)

    assert str(told.value) == "error: GPT-2 has no `norm=post` and no `activation=relu` and no `positions=sinusoidal`"


def test_a_post_norm_block_is_torchs_encoder_layer_with_a_causal_mask():
    block = make(POST).blocks[0]
    layer = nn.TransformerEncoderLayer(
        POST.width, POST.heads, 4 * POST.width, dropout=0.0, activation="relu", batch_first=True, dtype=torch.float64
    ).eval()
    ours = block.state_dict()
    names = {
        "self_attn.in_proj_": "attention.queries_keys_values.",
        "self_attn.out_proj.": "attention.out.",
        "linear1.": "feed_forward.wide.",
        "linear2.": "feed_forward.out.",
        "norm1.": "norm_1.",
        "norm2.": "norm_2.",
    }
    layer.load_state_dict({t + end: ours[o + end] for t, o in names.items() for end in ("weight", "bias")})
    x_BTD = torch.randn(3, 16, POST.width, generator=seeded(), dtype=torch.float64)
    mask = nn.Transformer.generate_square_subsequent_mask(16, dtype=torch.float64)

    assert largest_difference(block(x_BTD), layer(x_BTD, src_mask=mask, is_causal=True)) < 1e-13


# attention ------------------------------------------------------------------
SHAPES = [SMALL, POST, replace(SMALL, heads=1, bias=False), replace(POST, positions="learned", activation="gelu")]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_written_out_attention_and_the_fused_one_agree(shape: Shape):
    fast, plain = make(shape), make(replace(shape, attention="plain"))
    ids_BT = some_ids()

    assert largest_difference(fast(ids_BT), plain(ids_BT)) < 1e-13


@pytest.mark.parametrize("shape", SHAPES)
def test_each_row_of_attention_sums_to_one_and_the_future_weighs_exactly_nothing(shape: Shape):
    maps_LBHTT = make(shape).attention_maps(some_ids())
    future_TT = torch.ones(16, 16, dtype=torch.bool).triu(1)

    assert maps_LBHTT.shape == (3, 3, shape.heads, 16, 16)
    assert largest_difference(maps_LBHTT.sum(-1), torch.ones(())) < 1e-14
    assert (maps_LBHTT[..., future_TT] == 0).all()
    assert (maps_LBHTT[..., ~future_TT] > 0).all()


def test_attention_is_the_formula_of_the_paper_computed_by_hand():
    """Two positions, one head of width 1: the second row mixes by the logistic function of the score's difference."""
    q, k, v = (torch.tensor(values, dtype=torch.float64).view(1, 1, 2, 1) for values in ([1, 2], [3, 5], [10, 20]))

    mixed, weights = attend(q, k, v, visible(2, 2, None, q.device))

    second = 1 / (1 + math.exp(2 * 3 - 2 * 5))  # weight of the second position
    assert weights.flatten().tolist() == pytest.approx([1, 0, 1 - second, second], abs=1e-15)
    assert mixed.flatten().tolist() == pytest.approx([10, 10 + 10 * second], abs=1e-13)


@pytest.mark.parametrize("attention", ["fast", "plain"])
@pytest.mark.parametrize("shape", SHAPES)
def test_changing_an_id_changes_no_logit_before_it(shape: Shape, attention: str):
    model = make(replace(shape, attention=attention))
    ids_BT = some_ids()
    before = model(ids_BT)

    for t in range(16):
        changed_BT = ids_BT.clone()
        changed_BT[:, t] = (changed_BT[:, t] + 1) % shape.vocab_size
        after = model(changed_BT)
        assert torch.equal(before[:, :t], after[:, :t])
        assert (before[:, t] != after[:, t]).any(-1).all()


# cache ----------------------------------------------------------------------
@pytest.mark.parametrize("attention", ["fast", "plain"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("parts", [[16], [1] * 16, [5, 1, 3, 1, 6]])
def test_reading_with_a_cache_gives_the_logits_of_reading_at_once(shape: Shape, attention: str, parts: list[int]):
    model = make(replace(shape, attention=attention))
    ids_BT = some_ids()
    cache = Cache(model, batch=3)

    found = torch.cat([model(part, cache) for part in ids_BT.split(parts, dim=1)], dim=1)

    assert cache.length == 16
    assert largest_difference(found, model(ids_BT)) < 1e-13


@pytest.mark.parametrize("shape", SHAPES)
def test_padding_at_the_left_changes_nothing_of_what_follows(shape: Shape):
    model = make(shape)
    ids_BT = some_ids()
    padding_B = torch.tensor([0, 4, 9])
    cache = Cache(model, batch=3, padding_B=padding_B)

    found = torch.cat([model(ids_BT[:, :12], cache), model(ids_BT[:, 12:], cache)], dim=1)

    for b, padding in enumerate(padding_B.tolist()):
        alone = model(ids_BT[b : b + 1, padding:])
        assert largest_difference(found[b, padding:], alone[0]) < 1e-13


def test_more_positions_than_the_block_are_told():
    with pytest.raises(ValueError) as told:
        make()(torch.zeros(1, 17, dtype=torch.long))

    assert str(told.value) == "17 positions do not fit into a block of 16"


# weights --------------------------------------------------------------------
@pytest.mark.parametrize(
    "changes",
    [
        dict(zip(("norm", "positions", "tied", "bias"), values, strict=True))
        for values in itertools.product(["pre", "post"], ["learned", "sinusoidal"], [True, False], [True, False])
    ],
)
def test_the_closed_formula_counts_every_parameter(changes: dict[str, object]):
    shape = replace(SMALL, **changes)
    model = Transformer(shape, seeded())

    assert parameter_count(shape) == sum(parameter.numel() for parameter in model.parameters())


def test_the_smallest_gpt2_has_the_published_number_of_parameters():
    assert parameter_count(Shape(50257, 1024, layers=12, heads=12, width=768)) == 124_439_808


def test_the_same_seed_gives_the_same_weights_and_touches_no_global_generator():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one, same, other = Transformer(SMALL, seeded(5)), Transformer(SMALL, seeded(5)), Transformer(SMALL, seeded(6))

    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert not torch.equal(one.tokens.weight, other.tokens.weight)


def test_weights_start_as_gpt2_does():
    """Normal with deviation 0.02, and 0.02 / √(2L) into the residual stream; biases 0, norms 1."""
    model = Transformer(Shape(500, 200, layers=8, heads=4, width=128), seeded())
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            assert (parameter == 0).all()
        elif "norm" in name:
            assert (parameter == 1).all()
        else:
            expected = 0.02 / 4 if name.endswith("out.weight") else 0.02
            assert parameter.std().item() == pytest.approx(expected, rel=0.03)


def test_a_tied_head_stays_tied_wherever_the_model_goes():
    for target in (torch.float64, "meta", "cpu"):
        model = Transformer(SMALL, seeded())
        model.to_empty(device="cpu") if target == "cpu" else model.to(target)

        assert model.head_weight is model.tokens.weight
        assert "head.weight" not in model.state_dict()


def test_sinusoids_are_those_of_the_paper():
    waves_TD = sinusoids(50, 8)

    for position, i in itertools.product((0, 1, 7, 49), range(4)):
        angle = position / 10_000 ** (2 * i / 8)
        assert waves_TD[position, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-6)
        assert waves_TD[position, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


def test_dropout_is_off_in_evaluation_and_on_in_training():
    for attention in ("fast", "plain"):
        model = make(replace(SMALL, dropout=0.5, attention=attention))
        ids_BT = some_ids()
        none = make(replace(SMALL, attention=attention))

        assert torch.equal(model(ids_BT), model(ids_BT))
        assert torch.equal(model(ids_BT), none(ids_BT))
        model.train()
        assert not torch.equal(model(ids_BT), model(ids_BT))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"heads": 5}, "error: `width=32` cannot be shared among 5 heads\nhint: take a width that 5 divides, as 35"),
        ({"norm": "pre-norm"}, "error: `norm=pre-norm` is not known\nhint: there are `pre` and `post`"),
        ({"activation": "gelu_new"}, "error: `activation=gelu_new` is not known\nhint: did you mean `gelu`?"),
    ],
)
def test_a_shape_that_cannot_be_is_told(changes: dict[str, object], message: str):
    with pytest.raises(SiteError) as told:
        replace(SMALL, **changes)

    assert str(told.value) == message
