"""Counting models against a closed form, and every distribution against the sum it must have."""

from __future__ import annotations

import itertools
import math

import pytest

from experiments.transformer.ngram import count, loss


def test_a_bigram_is_the_formula_of_witten_and_bell_by_hand():
    """In `abab`, a and b come twice each; b always follows a, and a follows b once."""
    model = count("abab", 2, "abc")

    unigram_b = (2 + 2 * (1 / 3)) / (4 + 2)  # two kinds seen, four characters
    assert model.probability("b", "") == pytest.approx(unigram_b, rel=1e-12)
    assert model.probability("b", "a") == pytest.approx((2 + 1 * unigram_b) / (2 + 1), rel=1e-12)
    assert model.probability("c", "a") == pytest.approx((0 + 1 * (2 * (1 / 3)) / 6) / 3, rel=1e-12)


def test_the_loss_of_a_unigram_is_its_cross_entropy():
    model = count("aab", 1, "ab")
    p = {"a": (2 + 2 / 2) / 5, "b": (1 + 2 / 2) / 5}

    assert loss(model, "abb") == pytest.approx(-(math.log(p["a"]) + 2 * math.log(p["b"])) / 3, rel=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_every_distribution_sums_to_one_also_after_contexts_never_seen(order: int):
    alphabet = "abcd"
    model = count("abacabadabacaba", order, alphabet)  # d is rare, and nothing follows `cc`

    for length in range(order):
        for context in map("".join, itertools.product(alphabet, repeat=length)):
            assert math.fsum(model.probability(x, context) for x in alphabet) == pytest.approx(1, abs=1e-12)


def test_a_character_never_seen_still_has_a_probability():
    assert count("aaaa", 5, "ab").probability("b", "aaaa") > 0


def test_the_context_before_a_text_counts_for_its_first_characters():
    model = count("ab" * 50, 5, "ab")

    assert loss(model, "ab", before="abab") < loss(model, "ab")


def test_a_longer_context_helps_on_text_that_repeats():
    text = "the cat sat on the mat and the cat sat on the hat. " * 20
    losses = [loss(count(text[:800], order, "".join(sorted(set(text)))), text[800:], text[:800]) for order in (1, 2, 5)]

    assert losses == sorted(losses, reverse=True)


def test_a_character_outside_the_alphabet_is_named():
    with pytest.raises(ValueError) as refusal:
        count("abc", 2, "ab")

    assert str(refusal.value) == "the alphabet lacks 'c'"
