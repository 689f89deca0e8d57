"""Where the numbers are computed: the accelerator or the CPU, alone or as one of several processes.

`python -m …` runs one process; `torchrun --nproc-per-node N -m …` starts N, each with a device of its own.
Every process draws the same batches and takes its share of the rows, so one and many follow the same path.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import distributed

PAYS = ("cuda", "tpu")  # device types on which bf16 and torch.compile are faster; on a CPU both are slower


@dataclass(frozen=True)
class Team:
    """The processes that train one model together, as one of them sees it."""

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def told_by_leader(self, ask: Callable[[], Any]) -> Any:
        """Return what the leader's `ask` returns, on every process."""
        if self.size == 1:
            return ask()
        held = [ask() if self.leads else None]
        distributed.broadcast_object_list(held, src=0)
        return held[0]


def join() -> Team:
    """Find this process's device and, under torchrun, its comrades."""
    kind = torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Team(kind)
    device = kind
    if kind.type != "cpu":
        device = torch.device(kind.type, int(os.environ["LOCAL_RANK"]))
        torch.accelerator.set_device_index(device.index)
    if not distributed.is_initialized():
        distributed.init_process_group(distributed.get_default_backend_for_device(device))
    return Team(device, distributed.get_rank(), size)
