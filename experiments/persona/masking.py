"""Masking: what could lead to a person is replaced before anything is counted, stored or trained on.

Names come from the export itself, since its participants are the people who are talked about: each gets a stable
pseudonym. Links, e-mail addresses, numbers that could be a phone, a card or an account, and street addresses are
found by their shape. What has no shape (a nickname nobody is listed under, a secret in plain words) is not found:
that is what the gate before publishing and the exposure test are for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

SHORTEST_NAME = 3  # letters of a part of a name; shorter ones are words too often
TITLES = {"the", "and", "von", "van", "der", "den", "del", "los", "mac", "mrs", "dad", "mum", "mom"}
LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NUMBER = re.compile(r"(?<![\w.])\+?\(?\d(?:[\s().\-/]{0,2}\d){6,18}(?!\w)")
STREET = re.compile(
    r"\b\d{1,5}[a-z]?\s(?:[A-Z][\w'-]+\s){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl)\b\.?"
    r"|\b[A-ZÄÖÜ][\wäöüß-]+(?:straße|strasse|weg|allee|platz|gasse)\s\d{1,4}[a-z]?\b"
)
HANDLE = re.compile(r"(?<!\w)@\w{2,}")
SHAPES = ((LINK, "[link]"), (EMAIL, "[email]"), (STREET, "[address]"), (NUMBER, "[number]"), (HANDLE, "[handle]"))


@dataclass(frozen=True)
class Masker:
    """Replaces names and everything of a tell-tale shape."""

    pattern: re.Pattern[str] | None  # any name, longest first
    pseudonyms: dict[str, str]  # folded name or part of a name to pseudonym

    def __call__(self, text: str) -> str:
        """Return the text with all of it replaced; the same person is the same pseudonym everywhere."""
        for shape, mark in SHAPES:
            text = shape.sub(mark, text)
        if self.pattern is None:
            return text
        return self.pattern.sub(lambda match: self.pseudonyms[match[0].casefold()], text)


def masker(people: Iterable[str], owner: str, salt: str = "") -> Masker:
    """Make a masker for the people of an export; the owner is `Me`.

    A first or last name that two people share stands for whoever comes first by name: a reader cannot tell either.
    Common words that are names too (`Will`, `May`) are replaced only when written with a capital.
    """
    pseudonyms: dict[str, str] = {}
    for person in sorted(set(people) - {owner}):
        digest = hashlib.sha256(f"{salt}/{person}".encode()).hexdigest()
        for name in _names(person):
            pseudonyms.setdefault(name.casefold(), f"P{int(digest[:6], 16) % 9000 + 1000}")
    for name in _names(owner):
        pseudonyms[name.casefold()] = "Me"
    if not pseudonyms:
        return Masker(None, {})
    alternatives = sorted(pseudonyms, key=lambda name: (-len(name), name))
    written = "|".join(form for name in alternatives for form in _forms(name))
    return Masker(re.compile(rf"(?<!\w)(?:{written})(?!\w)"), pseudonyms)


def _names(person: str) -> list[str]:
    """Return a whole name and those parts of it that are long enough to be one."""
    parts = [part for part in re.split(r"[\s,.]+", person) if len(part) >= SHORTEST_NAME or not part.isascii()]
    return [person, *(part for part in parts if part.casefold() not in TITLES)] if person.strip() else []


def _forms(name: str) -> list[str]:
    """Return how a name may be written: whole names in any case, single ones with a capital or all of them."""
    if " " in name:
        return [f"(?i:{re.escape(name)})"]
    return list(dict.fromkeys([re.escape(name.title()), re.escape(name.capitalize()), re.escape(name.upper())]))
