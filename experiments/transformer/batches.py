"""Batches and their loaders: ids with targets already shifted, drawn so that a run can go on where it stopped.

A batch is `(ids_BT, targets_BT)` on the CPU: `targets[:, t]` is the id after `ids[:, t]`, IGNORED where nothing is to
be learned (prompts, padding at the right). A loader is called for the next batch, and can tell and restore its state.

Shapes: B sequences, T positions, N positions with a target, R rows of a data set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from generator.errors import SiteError

IGNORED = -100  # torch's default `ignore_index`
BUCKET = 64  # targets are filled up to a multiple of this where every new size means compiling again

Batch = tuple[Tensor, Tensor]  # ids_BT, targets_BT


class Loader(Protocol):
    """Yields batches without end and remembers its place."""

    def __call__(self) -> Batch:
        """Return the next batch."""

    def state(self) -> dict[str, Any]:
        """Return all that the batches to come depend on."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""


class Drawn:
    """Batches made up on the spot: `draw(generator)` returns the next."""

    def __init__(self, draw: Callable[[torch.Generator], Batch], generator: torch.Generator) -> None:
        self.draw, self.generator = draw, generator

    def __call__(self) -> Batch:
        """Draw a batch."""
        return self.draw(self.generator)

    def state(self) -> dict[str, Any]:
        """Return the generator's state, which is the whole place."""
        return {"generator": self.generator.get_state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.generator.set_state(state["generator"])


class Passes:
    """Pass after pass over the rows of a data set, each in a new order; the last batch of a pass may be short."""

    def __init__(self, rows: Batch, batch: int, generator: torch.Generator | None) -> None:
        self.rows, self.batch, self.generator = rows, batch, generator  # no generator: always in the order given
        self.order_R = torch.empty(0, dtype=torch.long)
        self.passes = 0

    def __call__(self) -> Batch:
        """Return the next rows."""
        if not len(self.order_R):
            count = len(self.rows[0])
            is_shuffled = self.generator is not None
            self.order_R = torch.randperm(count, generator=self.generator) if is_shuffled else torch.arange(count)
            self.passes += 1
        taken, self.order_R = self.order_R[: self.batch], self.order_R[self.batch :]
        return self.rows[0][taken], self.rows[1][taken]

    def state(self) -> dict[str, Any]:
        """Return the rest of this pass, and what the next ones are drawn from."""
        generator = self.generator.get_state() if self.generator else None
        return {"order": self.order_R.clone(), "passes": self.passes, "generator": generator}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.order_R, self.passes = state["order"], state["passes"]
        if self.generator:
            self.generator.set_state(state["generator"])


def windows(stream_N: Tensor, length: int, batch: int, generator: torch.Generator) -> Drawn:
    """Draw windows from a long text: ids, and the same one place further as targets."""

    def draw(generator: torch.Generator) -> Batch:
        start_B = torch.randint(len(stream_N) - length, (batch,), generator=generator)
        window_BT = stream_N[start_B[:, None] + torch.arange(length + 1)]
        return window_BT[:, :-1], window_BT[:, 1:]

    return Drawn(draw, generator)


@dataclass(frozen=True)
class Work:
    """What a device is asked to compute for a batch: no position behind the last target, logits at targets only."""

    ids: Tensor  # (B, T)
    at: Tensor | None  # (N,): places of the targets among the B x T positions; None: all of them
    targets: Tensor  # (N,)

    def to(self, device: torch.device) -> Work:
        """Copy it to a device."""
        return Work(self.ids.to(device), None if self.at is None else self.at.to(device), self.targets.to(device))


def work(batch: Batch, *, is_static: bool = False) -> Work:
    """Find on the CPU, before anything is copied, what a batch needs computed.

    `is_static` keeps the length and fills targets up to a multiple of BUCKET: few sizes, so few compilations.
    """
    ids_BT, targets_BT = batch
    is_target_BT = targets_BT != IGNORED
    if not is_static:
        length = 1 + max(is_target_BT.any(0).nonzero().flatten().tolist(), default=0)
        ids_BT, targets_BT, is_target_BT = ids_BT[:, :length], targets_BT[:, :length], is_target_BT[:, :length]
    if is_target_BT.all():
        return Work(ids_BT, None, targets_BT.flatten())
    at_N = is_target_BT.flatten().nonzero().squeeze(1)
    targets_N = targets_BT.flatten()[at_N]
    if is_static and (missing := -len(at_N) % BUCKET):
        at_N = torch.cat([at_N, at_N.new_zeros(missing)])
        targets_N = torch.cat([targets_N, targets_N.new_full((missing,), IGNORED)])
    return Work(ids_BT, at_N, targets_N)


def count_targets(batch: Batch) -> int:
    """Count the ids that are to be learned."""
    return int((batch[1] != IGNORED).sum())


def share(batch: Batch, rank: int, size: int) -> Batch:
    """Return the rows that one of several processes takes."""
    if len(batch[0]) < size:
        what = f"a batch of {len(batch[0])} cannot be shared among {size} processes"
        raise SiteError(what, None, "take larger batches or fewer processes")
    return batch[0][rank::size], batch[1][rank::size]
