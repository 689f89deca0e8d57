"""A page or the site as a mapping for Liquid: values are made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.errors import did_you_mean

NOT_PLAIN = ("next", "previous", "content", "excerpt")  # not in JSON, nor where a whole page is printed


class Record(Mapping[str, object]):
    """A mapping whose values are made when they are asked for."""

    def __init__(self, values: Mapping[str, object], hints: Mapping[str, str], otherwise: str) -> None:
        self._values, self._hints, self._otherwise = values, hints, otherwise

    def hint_for(self, key: str) -> str:
        """Say what may have been meant by a key that is not there."""
        return self._hints.get(key) or did_you_mean(key, self._values) or self._otherwise.format(key)

    def __getitem__(self, key: str) -> object:
        value = self._values[key]
        return value() if callable(value) else value

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def plain_keys(self) -> list[str]:
        """List the keys that do not lead on to other pages."""
        return [key for key in self._values if key not in NOT_PLAIN]
