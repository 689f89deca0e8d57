"""The gate before publishing: what a model says is held against what was said to it in private.

A text does not pass when it repeats eight words in a row of a private message, names somebody who did not consent,
or holds something of a tell-tale shape: a phone number, an address, a link. Every such text is told with the reason,
and nothing is published. What passes is still no proof: a secret in other words than its own is not found here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.persona.examples import TRAIN, VALIDATION
from experiments.persona.masking import SHAPES, Masker, masker
from experiments.persona.private import Store
from generator.data.artifacts import atomic_write
from generator.errors import Place, SiteError, did_you_mean

WORDS = 8  # in a row: fewer are common speech
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SHOWN = 60  # characters of a text in a message
PEOPLE = "people.json"  # in the private folder, beside the examples


@dataclass(frozen=True)
class Gate:
    """What must not come out."""

    private: frozenset[int]  # hashes of eight words in a row of private messages
    names: Masker  # finds everybody who did not consent

    def check(self, texts: Sequence[str], what: str) -> None:
        """Let texts pass, or stop all of them; `what` says which they are, as "the reply".

        Raises:
            ExceptionGroup: of SiteError, one for each reason.
        """
        mistakes = [
            mistake for number, text in enumerate(texts, 1) for mistake in self._mistakes(text, f"{what} {number}")
        ]
        if mistakes:
            raise ExceptionGroup("what must not be published", mistakes)

    def _mistakes(self, text: str, what: str) -> Iterator[SiteError]:
        for shape, mark in SHAPES:
            if found := shape.search(text):
                yield SiteError(
                    f"{what} holds `{found[0]}`, which looks like {_KINDS[mark]}",
                    None,
                    f"in `{_short(text)}`; draw another",
                )
        if self.names.pattern and (name := self.names.pattern.search(text)):
            hint = f'ask them, then add `"{name[0]}": true` to the file that `consent=` names'
            yield SiteError(f"{what} names `{name[0]}`, who did not consent", None, hint)
        for words in _grams(text):
            if hash_of(words) in self.private:
                quoted = " ".join(words)
                hint = "draw another, train for fewer epochs, or leave this conversation out"
                yield SiteError(f"{what} repeats a private message: `{quoted}`", None, hint)
                return  # one run of words is enough to stop it


def make_gate(store: Store | None, owner: str, consent: Mapping[str, object]) -> Gate:
    """Make a gate from the examples that a model learned from and the people of the export.

    Without a store (the made-up export, whose every message is in the repository) no message is private.

    Raises:
        SiteError: when the consent map names somebody who is not in the export.
    """
    if store is None:
        return Gate(frozenset(), Masker(None, {}))
    people = json.loads((store.folder / PEOPLE).read_text(encoding="utf-8"))
    for name in consent:
        if name not in people:
            raise SiteError(f"nobody in the export is called `{name}`", None, did_you_mean(name, people))
    silent = [name for name in people if name != owner and consent.get(name) is not True]
    private = frozenset(hash_of(words) for text in _said(store) for words in _grams(text))
    return Gate(private, masker([*silent, owner], owner) if silent else Masker(None, {}))


def keep_people(store: Store, people: Iterable[str]) -> None:
    """Note beside the examples who is in the export, for the gate."""
    atomic_write(store.folder / PEOPLE, json.dumps(sorted(people), ensure_ascii=False).encode())


def read_consent(path: str) -> Mapping[str, object]:
    """Read the consent map, `{"Name": true}` as JSON; nobody consents without one.

    Raises:
        SiteError: when the file is absent or holds something else.
    """
    if not path:
        return {}
    file = Path(path).expanduser()
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise SiteError("there is no such consent map", Place(path)) from None
    except ValueError as error:
        raise SiteError(f"this is no JSON: {error}", Place(path)) from None
    if not isinstance(plain, dict) or not all(isinstance(value, bool) for value in plain.values()):
        raise SiteError("a consent map holds names, each `true` or `false`", Place(path))
    return plain


def hash_of(words: Sequence[str]) -> int:
    """Return the number of a run of words, the same in every process."""
    import hashlib

    return int.from_bytes(hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest(), "big")


def _grams(text: str) -> Iterator[tuple[str, ...]]:
    words = [word.casefold() for word in WORD.findall(text)]
    yield from (tuple(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1))


def _said(store: Store) -> Iterator[str]:
    for part in (TRAIN, VALIDATION):
        for example in store.read(part):
            yield from (turn.text for turn in example.history)
            yield example.reply
            yield from example.distractors


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


_KINDS = {
    "[link]": "a link",
    "[email]": "an e-mail address",
    "[address]": "a street address",
    "[number]": "a phone or account number",
    "[handle]": "somebody's handle",
}
