"""What is kept of a published e-text, and that another text is noticed."""

from __future__ import annotations

import hashlib

import pytest

from experiments.transformer.sources import PLATO, SOURCES, assemble_plato, dialogue

E_TEXT = (
    "The Project of an e-text\r\n\r\nINTRODUCTION.\r\n\r\nThe PERSONS OF THE DIALOGUE are two.\r\n\r\n"
    "PERSONS OF THE DIALOGUE: Socrates, Ion.\r\n\r\n\r\n\r\nSOCRATES: Welcome, Ion.\r\n\r\nION: Thank you.\r\n\r\n\r\n"
    "End of Project Gutenberg's Ion, by Plato\r\n\r\n*** END OF THIS E-TEXT ***\r\nlicence\r\n"
)
KEPT = "PERSONS OF THE DIALOGUE: Socrates, Ion.\n\nSOCRATES: Welcome, Ion.\n\nION: Thank you."


def test_a_dialogue_is_kept_from_its_persons_to_its_last_line():
    assert dialogue(E_TEXT) == KEPT


def test_dialogues_are_joined_under_their_titles():
    digest = hashlib.sha256(KEPT.encode()).hexdigest()[:16]
    catalogue = (("ION", "", "", digest), ("ION AGAIN", "", "", digest))

    assert assemble_plato([E_TEXT.encode()] * 2, catalogue) == f"ION\n\n{KEPT}\n\n\nION AGAIN\n\n{KEPT}\n".encode()


def test_another_text_is_named():
    with pytest.raises(ValueError) as refusal:
        assemble_plato([E_TEXT.encode()], (("LESSER HIPPIAS", "", "", "0" * 16),))

    assert str(refusal.value) == "Lesser Hippias is another text than the one that was expected"


def test_the_fourteen_addresses_name_their_commits():
    urls = SOURCES["plato"].urls

    assert len(urls) == len(set(urls)) == len(PLATO) == 14
    assert urls[2] == "https://raw.githubusercontent.com/GITenberg/Ion_1635/c47391b06393/1635.txt".replace(
        "c47391b06393", PLATO[2][2]
    )
