"""Memory: what a rebuild has freed goes back to the system, which C libraries put off for as long as they live."""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable


def give_back() -> None:
    """Return freed memory to the system; where its C library cannot be asked to, nothing happens."""
    if trim := _trim():
        trim(0)


@functools.cache
def _trim() -> Callable[[int], int] | None:
    """Return glibc's `malloc_trim`: without it, 50 MB of old editions stayed with a site of a hundred posts."""
    if not sys.platform.startswith("linux"):
        return None
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
