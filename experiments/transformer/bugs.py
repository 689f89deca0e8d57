"""Six mistakes that a training script of one's own can make, each planted on purpose beside a sound one.

They are those of the research journal: softmax before the cross-entropy, a reshuffled loader in the one-batch test,
a learning rate of 0.1, attention that sees the future, labels that are not shifted, dropout left on in evaluation.
A script has a view of its own progress, `seen`, and there is what a sound judge would say of its model, `honest`.

Shapes: B sequences, T positions, V ids.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from experiments.transformer.batches import Batch
from experiments.transformer.model import Cache, Shape, Transformer


@dataclass(frozen=True)
class Habits:
    """How somebody trains."""

    lr: float = 3e-3
    dropout: float = 0.0
    normalises_twice: bool = False  # softmax, then a cross-entropy that takes softmax again
    reshuffles: bool = False  # another batch in each step, where one and the same was meant
    sees_future: bool = False
    is_shifted: bool = True  # the target is the next id, not the one that was read
    judges_as_trained: bool = False  # no `model.eval()`


HABITS = {
    "sound": Habits(),
    "softmax twice": Habits(normalises_twice=True),
    "reshuffled": Habits(reshuffles=True),
    "rate 0.1": Habits(lr=0.1),
    "sees the future": Habits(sees_future=True),
    "not shifted": Habits(is_shifted=False),
    "dropout": Habits(dropout=0.2),
    "dropout in evaluation": Habits(dropout=0.2, judges_as_trained=True),
}
BUGS = tuple(name for name in HABITS if name not in ("sound", "dropout"))  # the rest is what they are held beside


class Clairvoyant(Transformer):
    """A transformer whose mask was forgotten: each position reads all others."""

    def hidden(self, ids_BT: Tensor, cache: Cache | None = None) -> Tensor:
        """Return what the head would read."""
        assert cache is None, "the future has not been generated yet"
        x_BTD = self.embed(ids_BT)
        everything_TT = torch.ones(ids_BT.shape[1], ids_BT.shape[1], dtype=torch.bool)
        for block in self.blocks:
            x_BTD = block(x_BTD, everything_TT)
        return self.norm(x_BTD)


def lowest_double_softmax(vocabulary: int) -> float:
    """Return the least cross-entropy of probabilities taken for logits: ln(1 + (V - 1) / e).

    The best they can do is 1 for the right id and 0 for the others; softmax then makes e / (e + V - 1) of it.
    """
    return math.log(1 + (vocabulary - 1) / math.e)


def make_model(shape: Shape, habits: Habits, seed: int) -> Transformer:
    """Build the model as somebody with these habits would; the same seed draws the same weights."""
    made = Shape(**{**vars(shape), "dropout": habits.dropout})
    return (Clairvoyant if habits.sees_future else Transformer)(made, torch.Generator().manual_seed(seed))


def seen_loss(model: Transformer, batch: Batch, habits: Habits) -> Tensor:
    """Return the loss that the script minimises and prints, in what it takes for nats."""
    ids_BT, next_BT = batch
    logits_BTV = model(ids_BT)
    if habits.normalises_twice:
        logits_BTV = logits_BTV.softmax(dim=-1)
    return F.cross_entropy(logits_BTV.flatten(0, 1), (next_BT if habits.is_shifted else ids_BT).flatten())


@torch.no_grad()
def honest_loss(model: Transformer, batch: Batch) -> float:
    """Return the mean -ln p of the next id, the future hidden, dropout off."""
    model.eval()
    ids_BT, next_BT = batch
    total = F.cross_entropy(Transformer.forward(_blindfolded(model), ids_BT).flatten(0, 1), next_BT.flatten())
    return total.item()


def _blindfolded(model: Transformer) -> Transformer:
    """Return a sound model with the same weights."""
    if type(model) is Transformer:
        return model
    sound = Transformer(model.shape, torch.Generator())
    sound.load_state_dict(model.state_dict())
    return sound.eval()


@dataclass(frozen=True)
class Moment:
    """What is known at a step, before its update."""

    step: int
    seen: float  # as the script judges its model on its batch
    honest: float  # a sound judge, on the batch that was to be learnt by heart
    again: float  # `seen`, asked a second time


def practise(
    model: Transformer, habits: Habits, batches: Callable[[int], Batch], steps: int, every: int
) -> Iterator[Moment]:
    """Try to learn the one batch `batches(0)` by heart; yield what is known now and then, and in the end."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=habits.lr, betas=(0.9, 0.95), weight_decay=0.0)
    for step in range(steps + 1):
        batch = batches(step if habits.reshuffles else 0)
        if step % every == 0 or step == steps:
            yield _moment(model, habits, batch, batches(0), step)
        if step < steps:
            model.train()
            optimiser.zero_grad()
            seen_loss(model, batch, habits).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()


@torch.no_grad()
def _moment(model: Transformer, habits: Habits, batch: Batch, the_one: Batch, step: int) -> Moment:
    model.train(habits.judges_as_trained)
    with torch.random.fork_rng(devices=()):  # a look must not change what is drawn in training
        seen, again = (seen_loss(model, batch, habits).item() for _ in range(2))
    return Moment(step, seen, honest_loss(model, the_one), again)
