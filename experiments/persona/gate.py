"""The gate before publishing: what a model says is held against what was said to it in private.

A text does not pass when it repeats eight words in a row of a private message, names somebody who did not consent,
or holds something of a tell-tale shape: a phone number, an address, a link. Texts are compared as they read
(`plain.py`), and by their letters alone: where words are cut makes no difference. Every such text is told with the
reason, and nothing is published. What passes is still no proof: a secret in other words is not found here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.persona.examples import TRAIN, VALIDATION
from experiments.persona.masking import SHAPES, names, pattern_of
from experiments.persona.plain import plain
from experiments.persona.private import Store
from generator.data.artifacts import atomic_write
from generator.errors import Place, SiteError, did_you_mean

WORDS = 8  # in a row: fewer are common speech
MOST_WORDS = 64  # that eight may be cut into
WORD = re.compile(r"[^\W_]+")
SHOWN = 60  # characters of a text in a message
PEOPLE = "people.json"  # in the private folder, beside the examples


@dataclass(frozen=True)
class Gate:
    """What must not come out."""

    private: frozenset[int]  # hashes of the letters of eight words in a row of private messages
    names: Mapping[str, Sequence[str]]  # of everybody who did not consent: folded name, or part of it, to whole names
    pattern: re.Pattern[str] | None  # finds any of them

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

    def _mistakes(self, raw: str, what: str) -> Iterator[SiteError]:
        text = plain(raw)
        shown = text
        for shape, mark in SHAPES:
            if found := shape.search(shown):
                shown = shape.sub(" ", shown)  # the domain of an address is no link of its own
                yield SiteError(
                    f"{what} holds `{found[0]}`, which looks like {_KINDS[mark]}",
                    None,
                    f"in `{_short(raw)}`; draw another",
                )
        if self.pattern and (found := self.pattern.search(text)):
            told = ", ".join(f'`"{person}": true`' for person in self.names[plain(found[0]).casefold()])
            hint = f"ask them, then add {told} to the file that `consent=` names"
            yield SiteError(f"{what} names `{found[0]}`, who did not consent", None, hint)
        if words := self._repeated(text):
            hint = "draw another, train for fewer epochs, or leave this conversation out"
            yield SiteError(f"{what} repeats a private message: `{' '.join(words)}`", None, hint)

    def _repeated(self, text: str) -> Sequence[str]:
        """Return the first words whose letters are those of a private run of eight, however they are cut."""
        words = _words(text)
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + MOST_WORDS) + 1):
                if hash_of(words[start:end]) in self.private:
                    return words[start:end]
        return ()


def make_gate(store: Store | None, owner: str, consent: Mapping[str, object]) -> Gate:
    """Make a gate from the examples that a model learned from and the people of the export.

    Without a store (the made-up export, whose every message is in the repository) no message is private.

    Raises:
        SiteError: when the consent map names somebody who is not in the export.
    """
    if store is None:
        return Gate(frozenset(), {}, None)
    people = _people(store)
    check_consent(store, consent)
    silent: defaultdict[str, list[str]] = defaultdict(list)
    for person in people:
        if consent.get(person, person == owner) is not True:
            for name in {plain(name).casefold() for name in names(person)} - {""}:
                silent[name].append(person)
    private = frozenset(hash_of(words) for text in _said(store) for words in _grams(text))
    return Gate(private, dict(silent), pattern_of(silent) if silent else None)


def check_consent(store: Store | None, consent: Mapping[str, object]) -> None:
    """Raise SiteError for a name in a consent map that is not in the export: it was meant for somebody."""
    people = _people(store) if store else consent
    for name in consent:
        if name not in people:
            raise SiteError(f"nobody in the export is called `{name}`", None, did_you_mean(name, people))


def _people(store: Store) -> list[str]:
    people: list[str] = json.loads((store.folder / PEOPLE).read_text(encoding="utf-8"))
    return people


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
    """Return the number of the letters of some words, the same in every process."""
    return int.from_bytes(hashlib.blake2b("".join(words).encode(), digest_size=8).digest(), "big")


def _grams(text: str) -> Iterator[Sequence[str]]:
    words = _words(plain(text))
    yield from (words[i : i + WORDS] for i in range(len(words) - WORDS + 1))


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold().replace("'", ""))


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
