"""Seeds and threads: `0..4` as a list, and what is pinned before an experiment is imported.

Experiments make a generator from `config.seed` and hand it on. As a belt beside these braces, the global
generators of `random`, and of numpy and torch where they are loaded, are set to the seed before each run.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections.abc import Sequence

from generator.errors import SiteError

_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read `3`, `0..4` (both ends count), `0,2,5` or a mixture.

    Raises:
        SiteError: if it is none of these, or a seed comes twice.
    """
    seeds: list[int] = []
    for part in text.split(","):
        span = re.fullmatch(r"\s*(\d+)(?:\.\.(\d+))?\s*", part)
        if span is None or (span[2] and int(span[2]) < int(span[1])):
            raise SiteError(f"`seed={text}` is no list of seeds", None, "write `3`, `0..4` or `0,2,5`")
        seeds += range(int(span[1]), int(span[2] or span[1]) + 1)
    if len(set(seeds)) < len(seeds):
        raise SiteError(f"`seed={text}` names a seed twice")
    return tuple(seeds)


def shown(seeds: Sequence[int]) -> str:
    """Write seeds as shortly as they can be typed."""
    is_range = len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[-1] + 1))
    return f"{seeds[0]}..{seeds[-1]}" if is_range else ",".join(map(str, seeds))


def pin_threads(threads: int) -> None:
    """Fix the number of threads before numpy or torch are loaded: another number gives other bits."""
    os.environ.update(dict.fromkeys(_POOLS, str(threads)))
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def pin_torch(threads: int) -> None:
    """Fix torch's threads, and its algorithms on a GPU, if the experiment loaded it."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)
        if torch.cuda.is_available():  # on a CPU it changes no bit, and its import is slow
            torch.use_deterministic_algorithms(True, warn_only=True)


def belt(seed: int) -> None:
    """Set the global generators, for a library that uses them behind the experiment's back."""
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)
