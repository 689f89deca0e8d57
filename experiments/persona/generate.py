"""Replies: one token after another, from a cache of keys and values, by rules that are kept with every reply.

Temperature, then top-k, then top-p (Holtzman et al. 2020: the smallest set of tokens whose mass reaches p, at least
one); no token that would repeat an n-gram; the end token stops. A reply depends on its generator and on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.persona.model import Past, Persona


@dataclass(frozen=True)
class Decoding:
    """How a reply is drawn."""

    temperature: float = 0.8  # 0: always the likeliest token
    top_k: int = 100  # 0: all
    top_p: float = 0.9
    no_repeat_ngram_size: int = 3  # 0: repeats are allowed
    max_length: int = 40  # tokens of a reply


@dataclass(frozen=True)
class Reply:
    """The tokens of a reply, without its end, and what the model thought of each, in nats."""

    ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    ended: bool  # by itself, not by its length


def filtered(logits_V: Tensor, decoding: Decoding) -> Tensor:
    """Return the logits with everything that may not be drawn at -inf; ties at the edge of top-k are kept."""
    logits_V = logits_V / (decoding.temperature or 1.0)
    if decoding.top_k:
        edge = logits_V.topk(min(decoding.top_k, logits_V.shape[-1])).values[..., -1:]
        logits_V = logits_V.masked_fill(logits_V < edge, -torch.inf)
    if decoding.top_p < 1:
        sorted_V, order_V = logits_V.sort(descending=True)
        mass_V = sorted_V.softmax(-1)
        sorted_V = sorted_V.masked_fill(mass_V.cumsum(-1) - mass_V >= decoding.top_p, -torch.inf)
        logits_V = torch.empty_like(logits_V).scatter(-1, order_V, sorted_V)
    return logits_V


@torch.inference_mode()
def reply(
    model: Persona,
    history: Sequence[int],
    speakers: Sequence[int],
    marks: tuple[int, int],
    decoding: Decoding,
    rng: torch.Generator,
    tell: Callable[[int], None] = lambda _: None,
) -> Reply:
    """Continue a history; `marks` are the owner's token and the end token; `tell` gets each token as it comes."""
    me, end = marks
    model.eval()
    room = model.shape.block_size - decoding.max_length
    ids, types = torch.tensor([history[-room:]]), torch.tensor([speakers[-room:]])
    said, log_probs = list(history[-room:]), list[float]()
    past, drawn = Past(), list[int]()
    while len(drawn) < decoding.max_length:
        logits_V = model.logits(model.hidden(ids, types, past=past)[0, -1])
        allowed_V = logits_V.clone()
        for banned in _repeats(said, decoding.no_repeat_ngram_size):
            allowed_V[banned] = -torch.inf
        if decoding.temperature:
            chances_V = filtered(allowed_V, decoding).softmax(-1)
            token = int(torch.multinomial(chances_V, 1, generator=rng))
        else:
            token = int(allowed_V.argmax())
        log_probs.append(logits_V.log_softmax(-1)[token].item())
        if token == end:
            return Reply(tuple(drawn), tuple(log_probs), ended=True)
        drawn.append(token)
        said.append(token)
        tell(token)
        ids, types = torch.tensor([[token]]), torch.tensor([[me]])
    return Reply(tuple(drawn), tuple(log_probs), ended=False)


def _repeats(ids: Sequence[int], size: int) -> set[int]:
    """Return the tokens that would complete an n-gram that is there already."""
    if not size or len(ids) + 1 < size:
        return set()
    start = tuple(ids[len(ids) - size + 1 :])
    return {ids[i + size - 1] for i in range(len(ids) - size + 1) if tuple(ids[i : i + size - 1]) == start}
