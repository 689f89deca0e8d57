"""Spoiled: what cannot be judged while a key of the config is broken, so that no mistake is told that only follows.

Everything else is judged as if the key was not there.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from generator.errors import SiteError

BODIES = frozenset(("templating", "markup", "macros", "data_megabytes"))  # they decide how a body is read
ADDRESSES = frozenset(("permalink",))
PARAMS = frozenset(("params", ""))  # a key that nobody knows may be one that belongs under `params`


def spoils_bodies(broken: AbstractSet[str]) -> bool:
    """Tell whether no body can be read as its author meant it."""
    return bool(BODIES & broken)


def spoils_addresses(broken: AbstractSet[str]) -> bool:
    """Tell whether posts may stand elsewhere, so that no link and no clash can be judged."""
    return bool(ADDRESSES & broken)


def not_following(errors: list[SiteError], broken: AbstractSet[str]) -> list[SiteError]:
    """Return the mistakes that are not about a parameter that may only be written in the wrong place."""
    return [error for error in errors if not (PARAMS & broken and "site.params" in error.what)]
