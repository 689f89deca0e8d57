"""Several processes under torchrun: one leads, decides and writes; the others run what it runs, and write nothing.

`torchrun --nproc-per-node 2 -m experiments run NAME` gives each process the same experiment and seed, so that its
training can exchange gradients. Torch is imported only where there is more than one process.
"""

from __future__ import annotations

import inspect
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from experiments.runner.job import prepare
from experiments.runner.plan import Request
from experiments.runner.seeds import belt

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import Store


def size() -> int:
    """Count the processes."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def follows() -> bool:
    """Say whether this process is one that another leads."""
    return size() > 1 and os.environ.get("RANK", "0") != "0"


def announce(request: Request, seed: int | None) -> None:
    """Have the others run what this process is about to run."""
    if size() > 1:
        _told((request, seed))


def dismiss() -> None:
    """Let the others go. Not after a failure: they wait for this process elsewhere, and torchrun ends them."""
    if size() > 1:
        _told(None)
        _leave()


def follow(root: Path) -> int:
    """Run what the leader announces until it lets go."""
    while order := _told(None):
        request, seed = order
        job = prepare(root, request)
        extras = {"checkpoint": _NoDisk(), "inputs": job.inputs}
        belt(seed or 0)
        job.run(
            job.config_of(seed),
            lambda *_, **__: None,
            **{name: extras[name] for name in list(inspect.signature(job.run).parameters)[2:]},
        )
    _leave()


@dataclass(frozen=True)
class _NoDisk:
    """A checkpoint that keeps nothing: the leader has the state, and shares it."""

    def load(self) -> None:
        """Return nothing."""

    def save(self, state: object) -> None:
        """Forget it."""


def _leave() -> NoReturn:
    """End this process, the leader last: whoever still reads what it sent would find the line closed.

    At once, for all is written: taken apart one by one, the threads of gloo abort a process now and then.
    """
    store, rank = _meeting(), int(os.environ["RANK"])
    if rank:
        store.set(f"left {rank}", "")
    else:
        store.wait([f"left {other}" for other in range(1, size())])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _told(order: Any) -> Any:
    """Exchange an order: the leader's comes back on every process."""
    from torch import distributed

    if not distributed.is_initialized():
        distributed.init_process_group(_backend(), store=_meeting(), rank=int(os.environ["RANK"]), world_size=size())
    held = [order]
    distributed.broadcast_object_list(held, src=0)
    return held[0]


@cache
def _meeting() -> Store:
    """Connect to the store by which `torchrun` brings its processes together."""
    from torch.distributed.rendezvous import rendezvous

    store: Store = next(rendezvous("env://"))[0]
    return store


def _backend() -> str:
    """Choose gloo for what is said between CPUs, and beside it what an accelerator has of its own."""
    import torch
    from torch import distributed

    kind = torch.accelerator.current_accelerator(check_available=True)
    return f"cpu:gloo,{kind.type}:{distributed.get_default_backend_for_device(kind)}" if kind else "gloo"
