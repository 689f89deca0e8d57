"""Whose export this is: told by the export, by the writer, or inferred from who is in every thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from experiments.persona.messages import DELETED, Thread, Told
from generator.errors import SiteError, did_you_mean

MOST_NAMES = 6  # told when the writer has to choose


class Presence:
    """Who was in how many threads, and how much they said: gathered while threads pass by."""

    def __init__(self) -> None:
        self.threads = 0
        self.present: Counter[str] = Counter()
        self.said: Counter[str] = Counter()

    def add(self, thread: Thread) -> None:
        """Count one thread; a name that is written in it twice counts once."""
        senders = thread.senders
        names = {name for name in (*thread.participants, *senders) if name and name != DELETED}
        self.threads += 1
        self.present.update(names)
        self.said.update({name: count for name, count in senders.items() if name != DELETED})


def find_owner(presence: Presence, told: Told, wanted: str) -> str:
    """Return the owner's name as the export writes it.

    Raises:
        SiteError: when nobody of the wanted name is there, or two people could be the owner; candidates are named.
    """
    known = [name for name, _ in _ranked(presence)]
    if wanted:
        if wanted in known:
            return wanted
        folded = {name.casefold(): name for name in known}
        if wanted.casefold() in folded:
            return folded[wanted.casefold()]
        near = did_you_mean(wanted, known)
        raise SiteError(f"nobody in this export is called `{wanted}`", None, near or _candidates(known))
    if told.account in known:
        return told.account
    ranked = _ranked(presence)
    if not ranked:
        raise SiteError("nobody says anything in this export", None, "is it the right file?")
    best = [name for name, key in ranked if key[0] == ranked[0][1][0]]
    is_sure = len(best) == 1 and (presence.threads > 1 or len(ranked) == 1)
    if not is_sure:
        raise SiteError("this export does not say whose it is", None, _candidates(known))
    return best[0]


def _ranked(presence: Presence) -> list[tuple[str, tuple[int, int]]]:
    """Sort names by the threads they are in, then by what they said, then by themselves."""
    keys = {name: (presence.present[name], presence.said[name]) for name in presence.present}
    return sorted(keys.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))


def _candidates(names: Iterable[str]) -> str:
    listed = list(names)[:MOST_NAMES]
    return "say `owner=` with one of " + ", ".join(f"`{name}`" for name in listed) if listed else "the export is empty"
