"""Masking: what could lead to a person is replaced before anything is counted, stored or trained on.

Names come from the export itself, since its participants are the people who are talked about: each gets a stable
pseudonym. Links, e-mail addresses, numbers that could be a phone, a card or an account, and street addresses are
found by their shape. What has no shape (a nickname nobody is listed under, a secret in plain words) is not found:
that is what the gate before publishing and the exposure test are for.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from experiments.persona.plain import plain

SHORTEST_NAME = 3  # letters of a part of a name; shorter ones are words too often
TITLES = {"the", "and", "von", "van", "der", "den", "del", "los", "mac", "mrs", "dad", "mum", "mom"}
LINK = re.compile(
    r"\b(?:https?://|www\.)\S+|\b(?:t\.me|wa\.me|bit\.ly|goo\.gl|youtu\.be)/\S+"
    r"|(?<![\w.-])(?:[\w-]+\.)+(?:com|org|net|edu|gov|info|io|app|dev|de|fr|uk|nl|ru|pl|kr|jp)\b(?:/\S*)?",
    re.IGNORECASE,
)
AT, DOT = (rf"\s*[\[({{]\s*{word}\s*[\])}}]\s*|\s{word}\s" for word in ("at", "dot"))
EMAIL = re.compile(  # begins where a word does, or a long one would be gone over from each of its letters
    rf"(?<![\w.+-])[\w.+-]+(?:@[\w-]+(?:\.[\w-]+)+|(?:{AT})[\w-]+(?:(?:{DOT})[\w-]+)+)", re.IGNORECASE
)
_BETWEEN = r"(?:\s{0,3}|[\s().\-/‐-―·•_*|]{0,2})"  # two digits
NUMBER = re.compile(rf"(?<![\w.])\+?\(?\d(?:{_BETWEEN}\d){{6,18}}(?!\w)")
_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|\d)"
SPOKEN = re.compile(rf"\b{_DIGIT}(?:[\s,.\-–]{{1,3}}(?:(?:double|triple)\s)?{_DIGIT}){{6,}}\b", re.IGNORECASE)
STREET = re.compile(
    r"\b\d{1,5}[a-z]?\s(?:[A-Z][\w'-]+\s){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl)\b\.?"
    r"|(?<![\w-])[A-ZÄÖÜ][\wäöüß-]+(?:straße|strasse|weg|allee|platz|gasse)\s\d{1,4}[a-z]?\b"
)
HANDLE = re.compile(r"(?<!\w)@\w{2,}")
SHAPES = (
    (EMAIL, "[email]"),
    (LINK, "[link]"),
    (STREET, "[address]"),
    (NUMBER, "[number]"),
    (SPOKEN, "[number]"),
    (HANDLE, "[handle]"),
)
# Names that are words as well: those are names only when written as one.
WORDS = frozenset(
    """
    abide ace acre all amber and angel any apple april art ash ask august autumn ave ball bank bay bean bear bell
    berry best big bill bird bishop black blue bond book booth boy brook brown buck bud bull bunny burn bush but
    butcher can candy car case cash cat chance chase cherry chip church clay cliff cook cool cooper cross crystal
    dash date dawn day dean dear dollar dot dusty earl early east easy eve faith fall farmer fern field finch fish
    fisher flint flower forest fox frank free fun gale game gene gill ginger gold good goose grace grant gray
    green grey gunner guy hall happy harmony haven hazel heather herb hill holly home honey honor hope house hunt
    hunter iris ivy jack jade jasmine jay jewel job john jolly joy judge june just kay key king kit knight lake
    lamb lance land lane lark laurel law leaf lee legend liberty light lily linden little long love low luck lucky
    major mark market marsh mason max may melody mercy merry mike mile miles mill miller mint miss money moon
    moore moss navy nick noble north oak ocean olive opal page park parker peace pearl penny pepper phoenix pierce
    pip piper pope poppy port potter prince queen rain ray red rich river rob robin rock rocky rod roman root rose
    ruby rush rusty sage sandy scarlet sea sharp sharpe shepherd short sierra silver skip sky small smith snow
    song south spike star sterling still stone storm story sue sugar summer sun sunny swift temple thorn town true
    turner victor victory viola violet wade wall warren water waters way web wells west wheeler white wild will
    willow win winter wolf wood woods wren young your zest
    """.split()
)


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
        return self.pattern.sub(self._pseudonym, text)

    def _pseudonym(self, match: re.Match[str]) -> str:
        """Look a name up; a pattern in any case takes letters for one that are two when folded, as `i` and `ı`."""
        name = match[0]
        return self.pseudonyms.get(name.casefold()) or self.pseudonyms[plain(name).casefold()]


def masker(people: Iterable[str], owner: str, salt: str = "") -> Masker:
    """Make a masker for the people of an export; the owner is `Me`.

    A first or last name that two people share stands for whoever comes first by name: a reader cannot tell either.
    A name is found in any case, without its accents too. One that is a common word as well (`Will`, `May`) is found
    only when written with a capital.
    """
    pseudonyms: dict[str, str] = {}
    for person in sorted(set(people) - {owner}):
        digest = hashlib.sha256(f"{salt}/{person}".encode()).hexdigest()
        for name in names(person):
            pseudonyms.setdefault(name.casefold(), f"P{int(digest[:6], 16) % 9000 + 1000}")
    for name in names(owner):
        pseudonyms[name.casefold()] = "Me"
    if not pseudonyms:
        return Masker(None, {})
    return Masker(pattern_of(pseudonyms), pseudonyms)


def pattern_of(found: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of names, the longest first; sorted by how they begin, so that thousands are found fast."""
    by_start: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(found, key=lambda name: (-len(name), name)):
        by_start[name[:2]] += forms(name)
    written = "|".join(f"(?=(?i:{re.escape(start)}))(?:{'|'.join(some)})" for start, some in by_start.items())
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)")


def names(person: str) -> list[str]:
    """Return a whole name and those parts of it that are long enough to be one, with their accents and without."""
    parts = [part for part in re.split(r"[\s,.]+", person) if len(part) >= SHORTEST_NAME or not part.isascii()]
    whole = [person, *(part for part in parts if part.casefold() not in TITLES)] if person.strip() else []
    return list(dict.fromkeys([*whole, *map(plain, whole)]))


def forms(name: str) -> list[str]:
    """Return patterns of how a name may be written: in any case, unless it could be a word as well."""
    if name.casefold() not in WORDS:
        return [f"(?i:{re.escape(name)})"]
    return list(dict.fromkeys([re.escape(name.title()), re.escape(name.capitalize()), re.escape(name.upper())]))
