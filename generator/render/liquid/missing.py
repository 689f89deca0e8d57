"""Missing values: what stands for a name that is not there, until something uses it.

Jekyll takes such a name for nil. Asking whether it is there (`if`, `==`, `default`) is no mistake; printing it,
looping over it and putting it through a filter is told, once for each name and place.
"""

from __future__ import annotations

from collections.abc import Callable


class Missing:
    """The value of a name that nothing has."""

    def __init__(self, name: str, what: str, hint: str | Callable[[], str], tell: Callable[[Missing], None]) -> None:
        self.name, self.what, self.hint = name, what, hint
        self._tell = tell

    def tell(self) -> None:
        """Report it, where the name stands."""
        self._tell(self)

    def __bool__(self) -> bool:
        return False
