"""The transformer: a decoder-only language model, written out to be read line by line.

Ids go in, logits of the next id come out. What each line computes is cited: Vaswani et al. (2017, "Attention is
all you need"), Radford et al. (2019, GPT-2), Press and Wolf (2017, tied weights), Ba et al. (2016, LayerNorm),
Hendrycks and Gimpel (2016, GELU).

Shapes: B sequences, T positions (queries), S positions that can be seen (keys, values), V ids in the vocabulary,
D width, H heads, K = D / H width of a head, L layers. `x_BTD` has B x T x D numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from generator.errors import SiteError, did_you_mean

WORDS = {
    "norm": ("pre", "post"),
    "activation": ("gelu", "relu"),
    "positions": ("learned", "sinusoidal"),
    "attention": ("fast", "plain"),
}


@dataclass(frozen=True)
class Shape:
    """What fixes a model up to its weights."""

    vocab_size: int  # V
    block_size: int  # most positions it can read
    layers: int = 2  # L
    heads: int = 2  # H; 1 is Vaswani's single-head attention
    width: int = 64  # D
    expansion: int = 4  # the feed-forward layer is this many times wider
    norm: str = "pre"  # "pre" as GPT-2, "post" as Vaswani et al.
    activation: str = "gelu"  # "gelu" in its tanh form as GPT-2, "relu" as Vaswani et al.
    positions: str = "learned"  # "learned" as GPT-2, "sinusoidal" as Vaswani et al.
    dropout: float = 0.0  # of embeddings, attention weights and residual branches, as GPT-2
    tied: bool = True  # the head reads the token embeddings (Press and Wolf 2017)
    bias: bool = True  # in linear layers and norms
    attention: str = "fast"  # "fast": torch's fused kernel; "plain": `attend` below. Same numbers

    def __post_init__(self) -> None:
        for name, known in WORDS.items():
            value = getattr(self, name)
            if value not in known:
                listed = " and ".join(f"`{one}`" for one in known)
                raise SiteError(
                    f"`{name}={value}` is not known", None, did_you_mean(value, known) or f"there are {listed}"
                )
        if self.width % self.heads:
            hint = f"take a width that {self.heads} divides, as {math.ceil(self.width / self.heads) * self.heads}"
            raise SiteError(f"`width={self.width}` cannot be shared among {self.heads} heads", None, hint)


def parameter_count(shape: Shape) -> int:
    """Count the trained numbers of a shape in closed form: 12·L·D² + V·D and lower terms for GPT-2."""
    D, E, b = shape.width, shape.expansion, int(shape.bias)
    attention = 4 * D * D + b * 4 * D
    feed_forward = 2 * E * D * D + b * (E * D + D)
    norm = D + b * D
    block = attention + feed_forward + 2 * norm
    tables = shape.vocab_size * D * (1 if shape.tied else 2)
    tables += shape.block_size * D if shape.positions == "learned" else 0
    return shape.layers * block + tables + (norm if shape.norm == "pre" else 0)


# attention ------------------------------------------------------------------
def visible(queries: int, keys: int, padding_B: Tensor | None, device: torch.device) -> Tensor:
    """Say which keys each query sees: those up to its own place, and no padding at the left. True: seen, (…, T, S).

    The queries are the last of the keys. A padding position sees itself, so that no row of weights is empty.
    """
    key_S = torch.arange(keys, device=device)
    query_T1 = key_S[keys - queries :, None]
    allowed_TS = key_S <= query_T1
    if padding_B is None:
        return allowed_TS
    return allowed_TS & (key_S >= padding_B[:, None, None, None]) | (key_S == query_T1)  # B, 1, T, S


def attend(
    q_BHTK: Tensor, k_BHSK: Tensor, v_BHSK: Tensor, allowed_TS: Tensor, dropout: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Mix what each position sees: softmax(q·kᵀ / √K) v. Return the mixture, and the weights before dropout.

    Vaswani et al. (2017), eq. 1. Scores are in nats; a key that may not be seen gets -inf, so its weight is exactly 0.
    """
    scores_BHTS = q_BHTK @ k_BHSK.transpose(-2, -1) / math.sqrt(q_BHTK.shape[-1])
    scores_BHTS = scores_BHTS.masked_fill(~allowed_TS, -torch.inf)
    weights_BHTS = scores_BHTS.softmax(dim=-1)
    return F.dropout(weights_BHTS, dropout) @ v_BHSK, weights_BHTS


class Past:
    """Keys and values that one layer computed for earlier positions, in buffers that never move."""

    def __init__(self, k_BHSK: Tensor, v_BHSK: Tensor) -> None:
        self.k_BHSK, self.v_BHSK, self.length = k_BHSK, v_BHSK, 0

    def extend(self, k_BHTK: Tensor, v_BHTK: Tensor) -> tuple[Tensor, Tensor]:
        """Write the newest keys and values behind the old; return all."""
        end = self.length + k_BHTK.shape[2]
        self.k_BHSK[:, :, self.length : end] = k_BHTK
        self.v_BHSK[:, :, self.length : end] = v_BHTK
        self.length = end
        return self.k_BHSK[:, :, :end], self.v_BHSK[:, :, :end]


class Cache:
    """What a model remembers of the ids it has read, so that the next id costs one position and not all."""

    def __init__(self, model: Transformer, batch: int, size: int = 0, padding_B: Tensor | None = None) -> None:
        shape, like = model.shape, model.tokens.weight
        sizes = batch, shape.heads, size or shape.block_size, shape.width // shape.heads
        self.layers = [Past(like.new_empty(sizes), like.new_empty(sizes)) for _ in range(shape.layers)]
        self.padding_B = padding_B  # ids at the left of each sequence that are not part of it

    @property
    def length(self) -> int:
        """How many positions it holds."""
        return self.layers[0].length


class Attention(nn.Module):
    """Several attentions side by side, each on its own K of the D numbers: Vaswani et al. (2017), section 3.2.2."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.dropout, self.is_fast = shape.heads, shape.dropout, shape.attention == "fast"
        self.queries_keys_values = nn.Linear(shape.width, 3 * shape.width, shape.bias)
        self.out = nn.Linear(shape.width, shape.width, shape.bias)

    def project(self, x_BTD: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the queries, keys and values of each head."""
        B, T, D = x_BTD.shape
        each_3BHTK = self.queries_keys_values(x_BTD).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)
        q_BHTK, k_BHTK, v_BHTK = each_3BHTK.unbind(0)
        return q_BHTK, k_BHTK, v_BHTK

    def forward(self, x_BTD: Tensor, allowed_TS: Tensor | None, past: Past | None) -> Tensor:
        """Let each position read those it may see; no mask means all up to its own."""
        q_BHTK, k_BHSK, v_BHSK = self.project(x_BTD)
        if past is not None:
            k_BHSK, v_BHSK = past.extend(k_BHSK, v_BHSK)
        dropout = self.dropout if self.training else 0.0
        if self.is_fast:
            is_causal = allowed_TS is None and x_BTD.shape[1] > 1  # the newest position alone sees all
            mixed_BHTK = F.scaled_dot_product_attention(q_BHTK, k_BHSK, v_BHSK, allowed_TS, dropout, is_causal)
        else:
            assert allowed_TS is not None, "the written-out attention is given its mask"
            mixed_BHTK, _ = attend(q_BHTK, k_BHSK, v_BHSK, allowed_TS, dropout)
        return self.out(mixed_BHTK.transpose(1, 2).reshape(x_BTD.shape))  # heads side by side again


class FeedForward(nn.Module):
    """The same small network at each position: Vaswani et al. (2017), eq. 2."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.is_relu = shape.activation == "relu"
        self.wide = nn.Linear(shape.width, shape.expansion * shape.width, shape.bias)
        self.out = nn.Linear(shape.expansion * shape.width, shape.width, shape.bias)

    def forward(self, x_BTD: Tensor) -> Tensor:
        """Widen, bend, narrow."""
        wide = self.wide(x_BTD)
        return self.out(F.relu(wide) if self.is_relu else F.gelu(wide, approximate="tanh"))


class Block(nn.Module):
    """One layer: positions read each other, then each thinks for itself; both add to what was there."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.is_pre = shape.norm == "pre"
        self.attention, self.feed_forward = Attention(shape), FeedForward(shape)
        self.norm_1, self.norm_2 = (nn.LayerNorm(shape.width, bias=shape.bias) for _ in range(2))
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, x_BTD: Tensor, allowed_TS: Tensor | None = None, past: Past | None = None) -> Tensor:
        """Normalise before each branch (Radford et al. 2019, section 2.3) or after it (Vaswani et al. 2017, 3.1)."""
        if self.is_pre:
            x_BTD = x_BTD + self.dropout(self.attention(self.norm_1(x_BTD), allowed_TS, past))
            return x_BTD + self.dropout(self.feed_forward(self.norm_2(x_BTD)))
        x_BTD = self.norm_1(x_BTD + self.dropout(self.attention(x_BTD, allowed_TS, past)))
        return self.norm_2(x_BTD + self.dropout(self.feed_forward(x_BTD)))


# model ----------------------------------------------------------------------
class Transformer(nn.Module):
    """Embeddings, a stack of blocks, and a head that scores each id as the next."""

    waves: Tensor  # (T, D), where positions are not learned

    def __init__(self, shape: Shape, generator: torch.Generator) -> None:
        super().__init__()
        self.shape = shape
        with torch.random.fork_rng(devices=()):  # torch draws weights as it builds; ours replace them
            self.tokens = nn.Embedding(shape.vocab_size, shape.width)
            if shape.positions == "learned":
                self.positions = nn.Embedding(shape.block_size, shape.width)
            else:
                self.register_buffer("waves", sinusoids(shape.block_size, shape.width), persistent=False)
            self.dropout = nn.Dropout(shape.dropout)
            self.blocks = nn.ModuleList([Block(shape) for _ in range(shape.layers)])
            self.norm = nn.LayerNorm(shape.width, bias=shape.bias) if shape.norm == "pre" else nn.Identity()
            self.head = None if shape.tied else nn.Linear(shape.width, shape.vocab_size, bias=False)
        initialise(self, generator)

    @property
    def head_weight(self) -> Tensor:
        """What scores each id, (V, D). Tied: the embeddings themselves, read twice, no `.to()` can untie them."""
        return self.tokens.weight if self.head is None else self.head.weight

    def forward(self, ids_BT: Tensor, cache: Cache | None = None) -> Tensor:
        """Return the logits of the id after each position, in nats: (B, T, V). With a cache, of the new ids only."""
        return self.hidden(ids_BT, cache) @ self.head_weight.T

    def hidden(self, ids_BT: Tensor, cache: Cache | None = None) -> Tensor:
        """Return what the head would read, for callers that need few of the logits: (B, T, D)."""
        T, past, padding_B = ids_BT.shape[1], cache.length if cache else 0, cache.padding_B if cache else None
        is_plain_order = T in (1, past + T) and padding_B is None  # then the fused kernel needs no mask
        allowed_TS = None
        if self.shape.attention == "plain" or not is_plain_order:
            allowed_TS = visible(T, past + T, padding_B, ids_BT.device)
        x_BTD = self.embed(ids_BT, past, padding_B)
        for i, block in enumerate(self.blocks):
            x_BTD = block(x_BTD, allowed_TS, cache.layers[i] if cache else None)
        return self.norm(x_BTD)

    def embed(self, ids_BT: Tensor, past: int = 0, padding_B: Tensor | None = None) -> Tensor:
        """Look up each id and add its position. Waves of size 1 ask for ids scaled by √D (Vaswani 2017, 3.4)."""
        end = past + ids_BT.shape[1]
        if padding_B is None and end > self.shape.block_size:
            raise ValueError(f"{end} positions do not fit into a block of {self.shape.block_size}")
        position_T = torch.arange(past, end, device=ids_BT.device)
        if padding_B is not None:
            position_T = (position_T - padding_B[:, None]).clamp_min(0)  # B, T: counted from the first real id
        if self.shape.positions == "learned":
            return self.dropout(self.tokens(ids_BT) + self.positions(position_T))
        return self.dropout(self.tokens(ids_BT) * math.sqrt(self.shape.width) + self.waves[position_T])

    @torch.no_grad()
    def attention_maps(self, ids_BT: Tensor) -> Tensor:
        """Return how much each position reads from each other, in each layer and head: (L, B, H, T, T)."""
        allowed_TT = visible(ids_BT.shape[1], ids_BT.shape[1], None, ids_BT.device)
        x_BTD, maps = self.embed(ids_BT), []
        for block in self.blocks:
            assert isinstance(block, Block), "the stack is made of blocks"
            q_BHTK, k_BHTK, v_BHTK = block.attention.project(block.norm_1(x_BTD) if block.is_pre else x_BTD)
            maps.append(attend(q_BHTK, k_BHTK, v_BHTK, allowed_TT)[1])
            x_BTD = block(x_BTD, allowed_TT)
        return torch.stack(maps)


# weights --------------------------------------------------------------------
@torch.no_grad()
def initialise(model: Transformer, generator: torch.Generator) -> None:
    """Draw all weights from one generator, as GPT-2: normal, deviation 0.02; biases 0, norms 1.

    Projections into the residual stream get 0.02 / √(2L): 2L branches add up there (Radford et al. 2019, section 2.3).
    """
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Linear | nn.Embedding):
            deviation = 0.02 / math.sqrt(2 * model.shape.layers) if name.endswith(".out") else 0.02
            layer.weight.normal_(0.0, deviation, generator=generator)
        if isinstance(layer, nn.Linear) and layer.bias is not None:
            layer.bias.zero_()


def sinusoids(positions: int, width: int) -> Tensor:
    """Return Vaswani et al. (2017), section 3.5: sines in even columns, cosines in odd, of slower and slower waves."""
    position_T1 = torch.arange(positions, dtype=torch.float64)[:, None]
    speed_D = 10_000.0 ** (-2 * (torch.arange(width) // 2).double() / width)
    angle_TD = position_T1 * speed_D
    even_D = torch.arange(width) % 2 == 0
    return torch.where(even_D, angle_TD.sin(), angle_TD.cos()).float()
