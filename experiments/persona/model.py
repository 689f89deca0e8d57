"""The persona model: GPT-2's decoder with two heads, one for the next token and one for the better reply.

Radford et al. (2019) for the decoder; Wolf et al. (2019, "TransferTransfo") for the second head, a linear unit on
the last token of context and candidate. Who speaks is marked as GPT-2's double-head model does it: the embedding of
a token that stands for the speaker is added to the embedding of each of their tokens.
The layout of the weights is GPT-2's (`hub.py` writes and reads it), the code is ours: it takes a mask and positions,
so that one row can hold a context once and all its candidates behind it (`batches.py`).

Shapes: B rows, T positions, V tokens, D width, H heads, K = D / H, L layers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint


@dataclass(frozen=True)
class Shape:
    """What fixes a model up to its weights."""

    vocab_size: int
    block_size: int = 128  # positions
    layers: int = 2
    heads: int = 4
    width: int = 128
    dropout: float = 0.1


class Past:
    """Keys and values of the positions read so far, one pair of (B, H, T, K) a layer."""

    def __init__(self) -> None:
        self.layers: list[tuple[Tensor, Tensor]] = []

    @property
    def length(self) -> int:
        """How many positions it holds."""
        return self.layers[0][0].shape[2] if self.layers else 0

    def extend(self, layer: int, k_BHTK: Tensor, v_BHTK: Tensor) -> tuple[Tensor, Tensor]:
        """Put the newest keys and values behind the old; return all."""
        if layer == len(self.layers):
            self.layers.append((k_BHTK, v_BHTK))
        else:
            k, v = self.layers[layer]
            self.layers[layer] = torch.cat((k, k_BHTK), 2), torch.cat((v, v_BHTK), 2)
        return self.layers[layer]


class Block(nn.Module):
    """Attention, then a feed-forward layer, each on what is normalised and added to what was there."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        D = shape.width
        self.heads, self.dropout = shape.heads, shape.dropout
        self.norm_1, self.norm_2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.attention, self.attention_out = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.wide, self.wide_out = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)

    def forward(self, x_BTD: Tensor, mask: Tensor | None = None, past: Past | None = None, layer: int = 0) -> Tensor:
        """Return the block's output; without a mask, each position sees itself and those before it."""
        B, T, D = x_BTD.shape
        parts = self.attention(self.norm_1(x_BTD)).view(B, T, 3, self.heads, D // self.heads)
        q_BHTK, k_BHTK, v_BHTK = parts.permute(2, 0, 3, 1, 4).unbind(0)
        if past is not None:
            k_BHTK, v_BHTK = past.extend(layer, k_BHTK, v_BHTK)
        dropout = self.dropout if self.training else 0.0
        is_causal = mask is None and T > 1
        mixed_BHTK = F.scaled_dot_product_attention(q_BHTK, k_BHTK, v_BHTK, mask, dropout, is_causal)
        mixed_BTD = self.attention_out(mixed_BHTK.transpose(1, 2).reshape(B, T, D))
        x_BTD = x_BTD + F.dropout(mixed_BTD, self.dropout, self.training)
        wide_BTF = F.gelu(self.wide(self.norm_2(x_BTD)), approximate="tanh")
        return x_BTD + F.dropout(self.wide_out(wide_BTF), self.dropout, self.training)


class Persona(nn.Module):
    """The decoder and its two heads; the head for the next token reads the token embeddings."""

    def __init__(self, shape: Shape, generator: torch.Generator) -> None:
        super().__init__()
        self.shape = shape
        self.tokens = nn.Embedding(shape.vocab_size, shape.width)
        self.positions = nn.Embedding(shape.block_size, shape.width)
        self.blocks = nn.ModuleList([Block(shape) for _ in range(shape.layers)])
        self.norm = nn.LayerNorm(shape.width)
        self.choice = nn.Linear(shape.width, 1)
        self.saves_memory = False  # compute a block's activations again on the way back instead of keeping them
        initialise(self, generator)

    def hidden(
        self,
        ids_BT: Tensor,
        types_BT: Tensor,
        positions_BT: Tensor | None = None,
        mask: Tensor | None = None,
        past: Past | None = None,
    ) -> Tensor:
        """Return what the heads read, (B, T, D). `types_BT` are tokens too: the speaker of each position."""
        if positions_BT is None:
            start = past.length if past else 0
            positions_BT = torch.arange(start, start + ids_BT.shape[1], device=ids_BT.device)
        x_BTD = self.tokens(ids_BT) + self.positions(positions_BT) + self.tokens(types_BT)
        x_BTD = F.dropout(x_BTD, self.shape.dropout, self.training)
        for layer, block in enumerate(self.blocks):
            if self.saves_memory and self.training:
                x_BTD = checkpoint(block, x_BTD, mask, use_reentrant=False)
            else:
                x_BTD = block(x_BTD, mask, past, layer)
        return self.norm(x_BTD)

    def logits(self, hidden_ND: Tensor) -> Tensor:
        """Return the scores of each token as the next, in nats: (…, V)."""
        return hidden_ND @ self.tokens.weight.T

    def scores(self, hidden_ND: Tensor) -> Tensor:
        """Return how good a reply is whose last token was read here: (…)."""
        return self.choice(hidden_ND).squeeze(-1)


@torch.no_grad()
def initialise(model: Persona, generator: torch.Generator) -> None:
    """Draw the weights as GPT-2 does: deviation 0.02, into the residual stream 0.02 / √(2L); biases 0, norms 1."""
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Linear | nn.Embedding):
            deviation = 0.02 / math.sqrt(2 * model.shape.layers) if name.endswith("_out") else 0.02
            layer.weight.normal_(0.0, deviation, generator=generator)
        if isinstance(layer, nn.Linear) and layer.bias is not None:
            layer.bias.zero_()


def parameter_count(shape: Shape) -> int:
    """Count the trained numbers in closed form: 12·L·D² + 13·L·D + (V + T + 2)·D + D + 1."""
    D, L = shape.width, shape.layers
    return L * (12 * D * D + 13 * D) + (shape.vocab_size + shape.block_size) * D + 2 * D + D + 1
