"""Where a persona is trained: one code path for a CPU, one accelerator, several under torchrun, and a TPU.

Every process draws the same batch and takes its share of the rows, so one and many follow the same losses. On a
TPU (`torch_tpu`, device type "tpu") the same code runs with batches of one fixed shape (`Plan.length`, `slots`).
Private files are the first process's: it reads the export, makes what training starts from, and tells the others.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import distributed

FAST_BF16 = ("cuda", "tpu")  # where bf16 and torch.compile pay; a CPU without bf16 units is slower with them


@dataclass(frozen=True)
class Place:
    """The device of this process, and how many train with it."""

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def told_by_leader(self, ask: Callable[[], Any]) -> Any:
        """Return what the first process's `ask` returns, on every process; the others do nothing but wait for it."""
        if self.size == 1:
            return ask()
        held = [ask() if self.leads else None]
        distributed.broadcast_object_list(held, src=0)
        return held[0]


def alone() -> Place:
    """Find the device for what one process does while the others wait."""
    return Place(torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu"))


def find_place() -> Place:
    """Find the device, and join the other processes that `torchrun` started."""
    best = torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Place(best)
    if best.type != "cpu":
        best = torch.device(best.type, int(os.environ["LOCAL_RANK"]))
        torch.accelerator.set_device_index(best.index)
    if not distributed.is_initialized():
        distributed.init_process_group(distributed.get_default_backend_for_device(best))
    return Place(best, distributed.get_rank(), size)
