"""Leaves: text and numbers that remember which data key they came from.

They behave as plain `str`, `int` and `float` in every way; pickled, copied or computed with, they are
plain. True, false, null and dates stay plain from the start.
"""

from __future__ import annotations

from generator.data.keys import name_of
from generator.data.text import KeyPath


class TextLeaf(str):
    """A text from a data file."""

    _keys: KeyPath

    @property
    def path(self) -> str:
        """The name of the key this text came from, without `data.`."""
        return name_of(self._keys)

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


class IntLeaf(int):
    """A whole number from a data file."""

    _keys: KeyPath

    @property
    def path(self) -> str:
        """The name of the key this number came from, without `data.`."""
        return name_of(self._keys)

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        return int, (int(self),)


class FloatLeaf(float):
    """A number from a data file."""

    _keys: KeyPath

    @property
    def path(self) -> str:
        """The name of the key this number came from, without `data.`."""
        return name_of(self._keys)

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return float, (float(self),)


def leaf(value: object, keys: KeyPath) -> object:
    """Return a text or a number with its key; anything else as it is."""
    made: TextLeaf | IntLeaf | FloatLeaf
    if isinstance(value, str):
        made = TextLeaf(value)
    elif isinstance(value, bool):
        return value
    elif isinstance(value, int):
        made = IntLeaf(value)
    elif isinstance(value, float):
        made = FloatLeaf(value)
    else:
        return value
    made._keys = keys
    return made
