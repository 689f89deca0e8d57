"""GPT-2's names for our weights: a model of ours as transformers' `GPT2LMHeadModel` knows it, and back.

GPT-2 keeps the matrices of a block the other way round (its `Conv1D` is x·W, torch's `Linear` is x·Wᵀ).
What cannot be written so: norms after the branches, ReLU, sinusoidal positions, no biases.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from experiments.transformer.model import Shape
from generator.errors import SiteError

BLOCK = {  # ours to theirs, within a block; matrices are transposed
    "norm_1": "ln_1",
    "attention.queries_keys_values": "attn.c_attn",
    "attention.out": "attn.c_proj",
    "norm_2": "ln_2",
    "feed_forward.wide": "mlp.c_fc",
    "feed_forward.out": "mlp.c_proj",
}


def gpt2_settings(shape: Shape) -> dict[str, object]:
    """Return what `GPT2Config` must be given for this shape.

    Raises:
        SiteError: if GPT-2 has no such model.
    """
    ours = {"norm": shape.norm, "activation": shape.activation, "positions": shape.positions, "bias": shape.bias}
    wanted = {"norm": "pre", "activation": "gelu", "positions": "learned", "bias": True}
    if other := [f"`{name}={ours[name]}`" for name in ours if ours[name] != wanted[name]]:
        raise SiteError(f"GPT-2 has no {' and no '.join(other)}")
    return {
        "vocab_size": shape.vocab_size,
        "n_positions": shape.block_size,
        "n_layer": shape.layers,
        "n_head": shape.heads,
        "n_embd": shape.width,
        "n_inner": shape.expansion * shape.width,
        "activation_function": "gelu_new",
        "resid_pdrop": shape.dropout,
        "embd_pdrop": shape.dropout,
        "attn_pdrop": shape.dropout,
        "tie_word_embeddings": shape.tied,
    }


def to_gpt2(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename a state dict of ours; `load_state_dict` of a `GPT2LMHeadModel` takes it."""
    theirs = {_their_name(name): _turned(name, value) for name, value in weights.items()}
    theirs.setdefault("lm_head.weight", weights["tokens.weight"])
    return theirs


def from_gpt2(weights: Mapping[str, Tensor], shape: Shape) -> dict[str, Tensor]:
    """Rename a state dict of a `GPT2LMHeadModel`; `load_state_dict` of a `Transformer` of this shape takes it."""
    return {name: _turned(name, weights[_their_name(name)]) for name in _names(shape)}


def _turned(name: str, value: Tensor) -> Tensor:
    return value.T.contiguous() if name.startswith("blocks.") and value.dim() == 2 else value


def _names(shape: Shape) -> list[str]:
    ends = ("weight", "bias")
    blocks = [f"blocks.{i}.{part}.{end}" for i in range(shape.layers) for part in BLOCK for end in ends]
    head = [] if shape.tied else ["head.weight"]
    return ["tokens.weight", "positions.weight", *blocks, "norm.weight", "norm.bias", *head]


def _their_name(name: str) -> str:
    part, _, end = name.rpartition(".")
    if part.startswith("blocks."):
        _, number, inner = part.split(".", 2)
        return f"transformer.h.{number}.{BLOCK[inner]}.{end}"
    outer = {"tokens": "transformer.wte", "positions": "transformer.wpe", "norm": "transformer.ln_f", "head": "lm_head"}
    return f"{outer[part]}.{end}"
