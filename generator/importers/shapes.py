"""Shapes: a setting as the list, mapping or count it should be; anything else counts as not given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_list(value: object) -> list[Any]:
    """Return a list as it is, a text as the only item of one, and of anything else none."""
    if isinstance(value, list | tuple):
        return [*value]
    return [value] if isinstance(value, str) and value else []


def as_mapping(value: object) -> Mapping[Any, Any]:
    """Return a mapping as it is, and of anything else an empty one."""
    return value if isinstance(value, dict) else {}


def as_count(value: object) -> int:
    """Return a whole number from 1 as it is, and of anything else 0; `true` is no number."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
