"""The made-up corpus: the same on every machine, true to its world, and silent about what is held out."""

from __future__ import annotations

import hashlib
import math
from collections import Counter

import pytest

from experiments.transformer.grammar import (
    ANSWERS,
    CLOSINGS,
    EXCHANGES,
    OPENINGS,
    PEOPLE,
    QUESTIONS,
    dialogues,
    make_world,
    questions,
)


@pytest.fixture(scope="module")
def world():
    return make_world()


@pytest.fixture(scope="module")
def text(world):
    return "".join(dialogue.text for dialogue in dialogues(world, 200_000))


def test_a_seed_gives_the_same_text_and_another_seed_another(world, text):
    assert text == "".join(dialogue.text for dialogue in dialogues(make_world(), 200_000))
    assert text != "".join(dialogue.text for dialogue in dialogues(world, 100_000, seed=1))
    assert make_world(1).facts != world.facts


def test_the_text_is_the_one_every_machine_makes(text):
    """`Random.random` and crc32 are fixed by Python and by a standard: this hash may change with the grammar only."""
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "a8dd6c672ab7f333"


def test_no_held_out_wording_occurs_and_every_other_one_does(world, text):
    absent = [question for question in questions(world, held_out=True) if question.prompt in text]
    present = [question for question in questions(world, held_out=False) if question.prompt in "\n" + text]

    assert absent == []
    assert len(present) == len(questions(world, held_out=False))


def test_every_question_is_on_one_side(world):
    prompts = [question.prompt for side in (True, False) for question in questions(world, held_out=side)]

    assert len(prompts) == len(set(prompts)) == len(PEOPLE) * len(QUESTIONS) * 3


def test_each_fact_is_taught_in_at_least_one_wording(world):
    assert min(len(kept) for kept in world.taught.values()) == 1


def test_every_full_answer_in_the_text_is_true(world, text):
    said = {line.removeprefix("A: ") for line in text.splitlines() if line.startswith("A: ")}
    true = {ANSWERS[relation].format(person, value) for (person, relation), value in world.facts.items()}
    pronouns = {ANSWERS[relation].format(PEOPLE[person][0], value) for (person, relation), value in world.facts.items()}
    small_talk = {line.removeprefix("A: ") for part in (*OPENINGS, *CLOSINGS) for line in part.splitlines()}

    assert said <= true | pronouns | small_talk
    assert true <= said


def test_the_information_in_a_dialogue_is_that_of_the_choices_made(world):
    """Counted again from the text alone, for the dialogues whose questions are all asked in full."""
    full = [
        dialogue
        for dialogue in dialogues(world, 20_000)
        if "Q: And " not in dialogue.text  # no follow-up
    ]
    assert len(full) > 10
    for dialogue in full:
        nats = math.log(2 if not dialogue.text.startswith(("Q: Good", "Q: Hello")) else 4)
        nats += math.log(len(PEOPLE)) + math.log(len(EXCHANGES)) + math.log(2)  # who, how many, thanks or not
        asked = _asked(world, dialogue.text)
        for place, (person, relation) in enumerate(asked):
            nats += math.log(len(QUESTIONS) - place) + math.log(len(world.taught[person, relation]))
            nats += math.log(2) * (place > 0)  # not as a follow-up

        assert dialogue.nats == pytest.approx(nats, rel=1e-12)


def _asked(world, text: str) -> list[tuple[str, str]]:
    by_question = {
        f"Q: {wording.format(person)}": (person, relation)
        for person in PEOPLE
        for relation, wordings in QUESTIONS.items()
        for wording in wordings
    }
    return [by_question[line] for line in text.splitlines() if line in by_question]


def test_people_are_asked_about_equally_often(world):
    """A chi-square of 19 degrees of freedom stays below 43.8 in 999 of 1,000 draws."""
    told = dialogues(world, 200_000)
    counts = Counter(person for dialogue in told for person in PEOPLE if person in dialogue.text)
    expected = len(told) / len(PEOPLE)

    assert sum(counts.values()) == len(told)  # nobody else is in a dialogue
    assert sum((counts[person] - expected) ** 2 / expected for person in PEOPLE) < 43.8
