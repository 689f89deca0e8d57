"""A made-up town register as questions and answers: a corpus of any size, from a grammar whose entropy is known.

Nobody in it exists. Twenty people have a home, a trade, an animal and a favourite dish, drawn once. A dialogue is
about one of them: perhaps a greeting, two to four questions, perhaps thanks. Each question about a fact has three
wordings, and for some facts one or two of the wordings never occur in the corpus: those questions are held out.
Whoever answers them has understood that the wordings mean the same.

Every choice is uniform among its options and every text has one derivation, so that the choices made add up to the
text's own information in nats. No model that knows the grammar by heart can do better in the mean.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

PEOPLE = {  # name to pronoun and possessive
    **dict.fromkeys(
        "Alda Brisa Corla Dunva Elmira Fenja Galwen Hestra Ilvy Jorna".split(),
        ("She", "her"),
    ),
    **dict.fromkeys(
        "Kelmo Lorrik Mandos Nevin Orsel Pardo Quillan Rovek Sandrel Tibor".split(),
        ("He", "his"),
    ),
}
VALUES = {
    "home": "Ashmoor Birkfell Copperhill Dunmarsh Eldbrook Farrowdale Greywick Highmere".split(),
    "trade": "baker cooper dyer fletcher glazier miller saddler weaver".split(),
    "animal": "badger falcon goat hedgehog jackdaw lynx pony raven".split(),
    "dish": "barley soup|cabbage pie|fried trout|honey cake|lentil stew|mushroom broth|pear tart|rye bread".split("|"),
}
QUESTIONS = {
    "home": ("Where does {} live?", "In which town is {} at home?", "Do you know the town {} lives in?"),
    "trade": ("What does {} do for a living?", "Which trade does {} follow?", "Do you know what {} works as?"),
    "animal": ("Which animal does {} keep?", "What kind of animal lives with {}?", "Do you know the animal of {}?"),
    "dish": ("What does {} like to eat?", "What would you cook for {}?", "Do you know the favourite dish of {}?"),
}
FOLLOW_UPS = {"home": "And {} home?", "trade": "And {} trade?", "animal": "And {} animal?", "dish": "And {} dish?"}
ANSWERS = {"home": "{} lives in {}.", "trade": "{} is a {}.", "animal": "{} keeps a {}.", "dish": "{} likes {} best."}
OPENINGS = (
    "",
    "",
    "Q: Good morning.\nA: Good morning. Ask me anything.\n",
    "Q: Hello there.\nA: Hello. Who is it about?\n",
)
CLOSINGS = ("", "Q: Thank you.\nA: You are welcome.\n")
EXCHANGES = (2, 3, 4)  # questions in a dialogue
HELD_OUT = 0.3  # share of wordings, before each fact is given at least one


@dataclass(frozen=True)
class World:
    """What is true of whom, and which wordings the corpus leaves out."""

    facts: dict[tuple[str, str], str]  # (person, relation) to value
    taught: dict[tuple[str, str], tuple[str, ...]]  # (person, relation) to the wordings that occur


@dataclass(frozen=True)
class Question:
    """A question that can be checked."""

    prompt: str  # ends where the answer begins
    answer: str  # up to its line end


@dataclass(frozen=True)
class Dialogue:
    """A text, and the information in it."""

    text: str
    nats: float


def make_world(seed: int = 0) -> World:
    """Draw the facts, and leave out wordings by a hash, at least one kept for each fact."""
    rng = random.Random(seed)
    facts, taught = {}, {}
    for person in PEOPLE:
        for relation, values in VALUES.items():
            facts[person, relation] = values[int(rng.random() * len(values))]
            wordings = QUESTIONS[relation]
            kept = [wording for wording in wordings if _share(seed, person, wording) >= HELD_OUT]
            taught[person, relation] = tuple(kept or wordings[:1])
    return World(facts, taught)


def _share(seed: int, *words: str) -> float:
    """Turn words into a number from 0 to 1 that is the same on every machine."""
    return zlib.crc32("|".join([str(seed), *words]).encode()) / 2**32


def dialogues(world: World, characters: int, seed: int = 0) -> list[Dialogue]:
    """Tell dialogues until they have so many characters together."""
    rng = random.Random(seed + 1)  # `Random.random` is the one method whose numbers Python promises to keep
    told: list[Dialogue] = []
    length = 0
    while length < characters:
        told.append(_Teller(world, rng).tell())
        length += len(told[-1].text)
    return told


class _Teller:
    """Tells one dialogue and adds up what its choices cost."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world, self.rng, self.nats = world, rng, 0.0

    def choose(self, options: Sequence[T]) -> T:
        """Choose uniformly; equal options are one, with the sum of their probabilities."""
        chosen = options[int(self.rng.random() * len(options))]
        self.nats -= math.log(options.count(chosen) / len(options))
        return chosen

    def tell(self) -> Dialogue:
        """Write one dialogue, with the empty line that ends it."""
        lines = self.choose(OPENINGS)
        person = self.choose(list(PEOPLE))
        left = list(QUESTIONS)
        for place in range(self.choose(EXCHANGES)):
            relation = self.choose(left)
            left.remove(relation)
            lines += self.exchange(person, relation, follows=place > 0 and self.choose((False, True)))
        lines += self.choose(CLOSINGS)
        return Dialogue(lines + "\n", self.nats)

    def exchange(self, person: str, relation: str, *, follows: bool) -> str:
        """Ask for one fact, in full or as a follow-up, and answer."""
        pronoun, possessive = PEOPLE[person]
        value = self.world.facts[person, relation]
        if follows:
            return f"Q: {FOLLOW_UPS[relation].format(possessive)}\nA: {ANSWERS[relation].format(pronoun, value)}\n"
        wording = self.choose(self.world.taught[person, relation])
        return f"Q: {wording.format(person)}\nA: {ANSWERS[relation].format(person, value)}\n"


def questions(world: World, *, held_out: bool) -> list[Question]:
    """Return every question whose wording the corpus leaves out, or every one it may use."""
    return list(_questions(world, held_out))


def _questions(world: World, held_out: bool) -> Iterator[Question]:
    for (person, relation), value in world.facts.items():
        for wording in QUESTIONS[relation]:
            if (wording not in world.taught[person, relation]) == held_out:
                answer = f" {ANSWERS[relation].format(person, value)}\n"
                yield Question(f"\nQ: {wording.format(person)}\nA:", answer)
