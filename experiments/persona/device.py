"""Where a persona is trained: one code path for a CPU, one accelerator, several under torchrun, and a TPU.

Every process draws the same batch and takes its share of the rows, so one and many follow the same losses. On a
TPU (`torch_tpu`, device type "tpu") the same code runs with batches of one fixed shape (`Plan.length`, `slots`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
from torch import distributed

FAST_BF16 = ("cuda", "tpu")  # where bf16 and torch.compile pay; a CPU without bf16 units is slower with them


@dataclass(frozen=True)
class Place:
    """The device of this process, and how many train with it."""

    device: torch.device
    rank: int = 0
    size: int = 1

    def share(self, items: list[object]) -> list[object]:
        """Return this process's part of a batch: every `size`-th example."""
        return items[self.rank :: self.size]


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
