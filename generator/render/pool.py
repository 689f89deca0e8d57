"""Run a pure stage over many items, in several processes when it pays; order is kept."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from generator.errors import SiteError, flatten

In = TypeVar("In")
Out = TypeVar("Out")
Result = tuple[Out | None, list[SiteError]]  # one of the two is empty

WORTH_FORKING = 24  # items; below it a second process costs more than it brings

_stage: Callable[[object], object]  # set in the parent just before the fork, so that children inherit it


def attempt(stage: Callable[[In], Out], item: In) -> Result[Out]:
    """Run `stage` on one item; a writer's mistakes come back beside it, our own bugs are raised."""
    errors: list[SiteError] = []
    try:
        return stage(item), errors
    except* SiteError as group:
        errors.extend(flatten(group))
    return None, errors


def run(items: Sequence[In], stage: Callable[[In], Out], jobs: int = 0) -> list[Result[Out]]:
    """Apply `stage` to every item and return results in the order of `items`.

    `jobs` is the number of processes; 0 means one a core. Systems without `fork` work in this process.
    """
    workers = min(jobs or len(_cores()), len(items) // (WORTH_FORKING // 2) or 1)
    if workers < 2 or len(items) < WORTH_FORKING or "fork" not in multiprocessing.get_all_start_methods():
        return [attempt(stage, item) for item in items]
    global _stage
    _stage = stage  # type: ignore[assignment]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return list(pool.map(_in_child, items, chunksize=max(1, min(32, len(items) // (workers * 4)))))  # type: ignore[arg-type]


def _in_child(item: object) -> Result[object]:
    return attempt(_stage, item)


def _cores() -> set[int] | range:
    """Return the cores this process may use."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
