"""Batches as trees: a context once, all candidates behind it, each blind to the others.

The original lays out every candidate as a row of its own, padded to the block, and computes logits everywhere. A
tree holds the same in one row: candidates continue the context's positions, a mask lets them see the context and
themselves, and logits are made only where the true reply is predicted. Losses are equal (`tests`), tokens are not.

Shapes: B examples, T positions of a tree, N candidates, S places of the true reply that are predicted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from experiments.persona.examples import Example
from experiments.persona.tokens import Tokens

IGNORED = -100
STEP = 16  # tree lengths are rounded up to a multiple


@dataclass(frozen=True)
class Encoded:
    """One example as numbers."""

    history: tuple[int, ...]
    speakers: tuple[int, ...]  # one for each token of the history
    candidates: tuple[tuple[int, ...], ...]  # each ends with the end token
    gold: int  # which of them was said
    me: int  # the token that stands for the owner

    @property
    def width(self) -> int:
        """Return the length of its longest row in the original's layout."""
        return len(self.history) + max(map(len, self.candidates))


def encode(
    example: Example, tokens: Tokens, block_size: int, *, drops: bool = False, ends: bool = True
) -> Encoded | None:
    """Return an example as numbers, the true reply at a place drawn from its own seed.

    A context that is too long loses its oldest tokens; with `drops` the whole example goes instead, as in the
    original, and None is returned. `ends=False` leaves out the end of replies, as the original did.
    """
    tail = [tokens.end] if ends else []
    replies = [(*tokens.encode(text)[: block_size - 2], *tail) for text in (*example.distractors, example.reply)]
    order = list(range(len(replies)))
    random.Random(f"{example.time_ms}/{example.reply}").shuffle(order)
    history, speakers = list[int](), list[int]()
    for turn in example.history:
        ids = [*tokens.encode(turn.text), tokens.end]
        history += ids
        speakers += [tokens.me if turn.is_owner else tokens.them] * len(ids)
    room = block_size - max(map(len, replies))
    if len(history) > room:
        if drops:
            return None
        history, speakers = history[-room:], speakers[-room:]
    return Encoded(
        tuple(history), tuple(speakers), tuple(replies[i] for i in order), order.index(len(replies) - 1), tokens.me
    )


@dataclass(frozen=True)
class Tree:
    """A batch in the layout of this project."""

    ids: Tensor  # (B, T)
    types: Tensor  # (B, T)
    positions: Tensor  # (B, T)
    mask: Tensor  # (B, 1, T, T), True: seen
    last: Tensor  # (B, N): where each candidate ends
    source: Tensor  # (B, S): from where the true reply's tokens are predicted
    target: Tensor  # (B, S): those tokens, IGNORED where there is none
    gold: Tensor  # (B,)

    @property
    def examples(self) -> int:
        """How many examples it holds."""
        return self.ids.shape[0]

    @property
    def targets(self) -> int:
        """How many tokens of true replies it predicts."""
        return int((self.target != IGNORED).sum())

    def to(self, device: torch.device) -> Tree:
        """Return the batch on a device."""
        return Tree(*(getattr(self, one.name).to(device, non_blocking=True) for one in fields(self)))


def tree_length(batch: Sequence[Encoded]) -> int:
    """Return how long the longest row of a batch of trees is."""
    rows = [len(one.history) + sum(map(len, one.candidates)) for one in batch]
    return -(-max(rows) // STEP) * STEP


def make_tree(batch: Sequence[Encoded], length: int = 0, slots: int = 0) -> Tree:
    """Lay out examples as trees; `length` and `slots` fix T and S, for devices that want one shape."""
    length = length or tree_length(batch)
    slots = slots or -(-max(len(one.candidates[one.gold]) for one in batch) // STEP) * STEP
    B, N = len(batch), len(batch[0].candidates)
    ids, types, positions = (torch.zeros(B, length, dtype=torch.long) for _ in range(3))
    segment = torch.full((B, length), -1)  # -1: padding, which sees itself; 0: context; 1..N: candidates
    last, source = torch.zeros(B, N, dtype=torch.long), torch.zeros(B, slots, dtype=torch.long)
    target = torch.full((B, slots), IGNORED)
    for i, one in enumerate(batch):
        H = end = len(one.history)
        ids[i, :H], types[i, :H] = torch.tensor(one.history), torch.tensor(one.speakers)
        positions[i, :H], segment[i, :H] = torch.arange(H), 0
        for j, candidate in enumerate(one.candidates):
            start, end = end, end + len(candidate)
            ids[i, start:end], types[i, start:end] = torch.tensor(candidate), one.me
            positions[i, start:end], segment[i, start:end] = torch.arange(H, H + len(candidate)), j + 1
            last[i, j] = end - 1
            if j == one.gold:  # predicted from the last token of the context, then from the reply itself
                source[i, : len(candidate)] = torch.tensor([H - 1, *range(start, end - 1)])
                target[i, : len(candidate)] = torch.tensor(candidate)
    past = torch.ones(length, length, dtype=torch.bool).tril()
    mask = ((segment[:, :, None] == segment[:, None, :]) | (segment[:, None, :] == 0)) & past
    return Tree(ids, types, positions, mask[:, None], last, source, target, torch.tensor([one.gold for one in batch]))


@dataclass(frozen=True)
class Rows:
    """A batch in the original's layout: every candidate a row, padded at the right with the end token."""

    ids: Tensor  # (B, N, T)
    types: Tensor  # (B, N, T)
    labels: Tensor  # (B, N, T): the true reply's own tokens, IGNORED elsewhere
    last: Tensor  # (B, N)
    gold: Tensor  # (B,)


def make_rows(batch: Sequence[Encoded], length: int, end: int) -> Rows:
    """Lay out the same examples as `GPT2DoubleHeadsModel` takes them."""
    B, N = len(batch), len(batch[0].candidates)
    ids, types = torch.full((B, N, length), end), torch.full((B, N, length), end)
    labels, last = torch.full((B, N, length), IGNORED), torch.zeros(B, N, dtype=torch.long)
    for i, one in enumerate(batch):
        H = len(one.history)
        for j, candidate in enumerate(one.candidates):
            stop = H + len(candidate)
            ids[i, j, :stop] = torch.tensor([*one.history, *candidate])
            types[i, j, :stop] = torch.tensor([*one.speakers, *[one.me] * len(candidate)])
            last[i, j] = stop - 1
            if j == one.gold:
                labels[i, j, H:stop] = torch.tensor(candidate)
    return Rows(ids, types, labels, last, torch.tensor([one.gold for one in batch]))


class Loader:
    """Batches for ever, in an order drawn anew each epoch; where it stands can be kept and taken up again."""

    def __init__(self, examples: Sequence[Encoded], batch_size: int, seed: int) -> None:
        self.examples, self.batch_size, self.seed = examples, batch_size, seed
        self.batches_an_epoch = max(1, len(examples) // batch_size)
        self.taken = 0
        self._order: tuple[int, list[int]] = (-1, [])

    def __call__(self) -> list[Encoded]:
        """Return the next batch; the examples that do not fill one at an epoch's end wait for the next order."""
        epoch, place = divmod(self.taken, self.batches_an_epoch)
        if self._order[0] != epoch:
            order = list(range(len(self.examples)))
            random.Random(f"{self.seed}/{epoch}").shuffle(order)
            self._order = epoch, order
        self.taken += 1
        start = place * self.batch_size
        return [self.examples[i] for i in self._order[1][start : start + self.batch_size]]


def in_order(examples: Sequence[Encoded], batch_size: int) -> Iterator[Sequence[Encoded]]:
    """Yield all examples once, those of like length together: for evaluation, where the order is nobody's matter."""
    ordered = sorted(examples, key=lambda one: (one.width, one.history, one.candidates))
    for start in range(0, len(ordered), batch_size):
        yield ordered[start : start + batch_size]
