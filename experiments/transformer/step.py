"""One more id for each row of a batch: the forward pass of model.py for one position, without its modules.

A single position is so little arithmetic that a pass through model.py spends most of its time between the products:
in calls of modules, masks and views. Here the weights are looked up once and the products follow one another. The
numbers are those of `Transformer.hidden`. Attention is torch's fused kernel, whatever `Shape.attention` says.

Shapes: see model.py; one query, so no T.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from experiments.transformer.model import Block, Cache, Past, Transformer, visible

Weights = tuple[Tensor, Tensor | None]  # a matrix or a scale, and what is added


@dataclass(frozen=True, slots=True)
class Layer:
    """What one block computes with."""

    past: Past
    norm_1: Weights
    queries_keys_values: Weights
    mix: Weights
    norm_2: Weights
    wide: Weights
    narrow: Weights


class Step:
    """A model that has read some ids into a cache, ready for the next."""

    def __init__(self, model: Transformer, cache: Cache) -> None:
        shape, padding_B = model.shape, cache.padding_B
        self.shape, self.cache, self.padding_B = shape, cache, padding_B
        self.tokens = model.tokens.weight
        self.places = model.positions.weight if shape.positions == "learned" else model.waves
        self.layers = [_layer(block, past) for block, past in zip(model.blocks, cache.layers, strict=True)]  # type: ignore[arg-type]
        self.norm = _weights(model.norm) if shape.norm == "pre" else None
        size = cache.layers[0].k_BHSK.shape[2]
        self.allowed_B11S = None if padding_B is None else visible(1, size, padding_B, padding_B.device)

    def __call__(self, ids_B: Tensor) -> Tensor:
        """Read one id for each row into the cache; return what the head would read: (B, D)."""
        at, is_pre = self.cache.length, self.shape.norm == "pre"
        allowed_B11S = None if self.allowed_B11S is None else self.allowed_B11S[..., : at + 1]
        x_BD = self.embed(ids_B, at)
        for layer in self.layers:
            if is_pre:
                x_BD = x_BD + self.attend(layer, _normed(x_BD, layer.norm_1), at, allowed_B11S)
                x_BD = x_BD + self.think(layer, _normed(x_BD, layer.norm_2))
            else:
                x_BD = _normed(x_BD + self.attend(layer, x_BD, at, allowed_B11S), layer.norm_1)
                x_BD = _normed(x_BD + self.think(layer, x_BD), layer.norm_2)
            layer.past.length = at + 1
        return x_BD if self.norm is None else _normed(x_BD, self.norm)

    def embed(self, ids_B: Tensor, at: int) -> Tensor:
        """Look up ids and their place, which is counted from the first real id of a row."""
        place_D = self.places[at] if self.padding_B is None else self.places[at - self.padding_B]
        x_BD = F.embedding(ids_B, self.tokens)
        return (x_BD if self.shape.positions == "learned" else x_BD * math.sqrt(self.shape.width)) + place_D

    def attend(self, layer: Layer, x_BD: Tensor, at: int, allowed_B11S: Tensor | None) -> Tensor:
        """Write the newest key and value behind the old, and read all."""
        past, (batch, width), heads = layer.past, x_BD.shape, self.shape.heads
        q_BHK, k_BHK, v_BHK = F.linear(x_BD, *layer.queries_keys_values).view(batch, 3, heads, width // heads).unbind(1)
        past.k_BHSK[:, :, at] = k_BHK
        past.v_BHSK[:, :, at] = v_BHK
        seen = past.k_BHSK[:, :, : at + 1], past.v_BHSK[:, :, : at + 1]
        mixed_BH1K = F.scaled_dot_product_attention(q_BHK[:, :, None], *seen, allowed_B11S)
        return F.linear(mixed_BH1K.reshape(batch, width), *layer.mix)

    def think(self, layer: Layer, x_BD: Tensor) -> Tensor:
        """Widen, bend, narrow."""
        wide = F.linear(x_BD, *layer.wide)
        wide = F.relu(wide) if self.shape.activation == "relu" else F.gelu(wide, approximate="tanh")
        return F.linear(wide, *layer.narrow)


def _layer(block: Block, past: Past) -> Layer:
    attention, feed_forward = block.attention, block.feed_forward
    ordered = (
        block.norm_1,
        attention.queries_keys_values,
        attention.out,
        block.norm_2,
        feed_forward.wide,
        feed_forward.out,
    )
    return Layer(past, *map(_weights, ordered))


def _weights(layer: torch.nn.Module) -> Weights:
    return layer.weight, layer.bias  # type: ignore[return-value]


def _normed(x_BD: Tensor, weights: Weights) -> Tensor:
    return F.layer_norm(x_BD, x_BD.shape[-1:], *weights)
