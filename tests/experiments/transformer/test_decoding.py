"""What tells a text that was chosen well: worked out by hand."""

from __future__ import annotations

import math

import pytest

from experiments.transformer.decoding import METHODS, loops, measures, perplexity, variety
from experiments.transformer.generate import Reply


def test_perplexity_is_over_all_tokens_of_all_texts():
    assert perplexity([[math.log(0.5)], [math.log(0.25)] * 3]) == pytest.approx(2 ** (7 / 4))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abcabc", True),
        ("xyzabcdabcd", True),
        ("abab", False),  # the phrase is too short
        ("ababab", False),  # `ab` thrice, but no phrase of three twice
        ("abababab", True),  # `abab` twice
        ("abcabcd", False),  # it got out of the loop
        ("abcdef", False),
        ("", False),
    ],
)
def test_a_text_loops_if_its_end_repeats_a_phrase_of_three_or_more(text: str, expected: bool):
    assert loops([ord(character) for character in text]) is expected


def test_a_phrase_of_more_than_ninety_tokens_does_not_count():
    assert loops([*range(90)] * 2)
    assert not loops([*range(91)] * 2)


def test_variety_is_the_share_of_different_n_grams():
    assert variety([1, 2, 3, 4, 1, 2, 3, 4]) == 4 / 5
    assert variety([1, 1, 1, 1, 1]) == 1 / 2


def test_measures_are_means_over_texts():
    replies = [Reply((1, 2, 3, 1, 2, 3), (0.0,) * 6, False), Reply((1, 2, 3, 4, 5, 6), (-math.log(4),) * 6, False)]

    assert measures(replies) == {"perplexity": pytest.approx(2), "loops": 0.5, "distinct_4": 1.0}


def test_methods_are_named_after_what_they_set():
    told = {
        name: " ".join(
            f"{key} {value:g}"
            for key, value in (("temperature", one.temperature), ("top-k", one.top_k), ("nucleus", one.top_p))
            if value != {"temperature": 1, "top-k": 0, "nucleus": 1}[key]
        )
        for name, one in METHODS.items()
    }

    assert {**told, "greedy": "greedy", "pure sampling": "pure sampling"} == {name: name for name in METHODS}
