"""Guarded literals: typed text, true value, holds or not; and what `--fix` writes instead."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.render.tags.literal import holds, mend, parse, truth

TABLE = [
    # plain: what the value rounds to at the precision typed; a digit cut off instead of rounded fails
    ("0.37", 0.3749, True),
    ("0.37", 0.379, False),
    ("0.999", 0.9998, False),
    ("1.000", 0.9998, True),
    ("0.415", 0.4156, False),
    ("0.416", 0.4156, True),
    ("2.68", 2.675, True),
    ("2.67", 2.675, False),
    ("-0.5", -0.52, True),
    ("−0.5", -0.52, True),
    ("29,192", 29192, True),
    ("29 192", 29192, True),
    ("50,927", 50257, False),
    ("3", 3.2, True),
    ("three", 3.2, True),
    ("three", 3.6, False),
    # about: one unit of the last digit typed
    ("~0.37", 0.3749, True),
    ("~0.37", 0.38, True),
    ("~0.37", 0.381, False),
    ("≈ 0.37", 0.362, True),
    ("about 3,000", 2600, True),
    ("about 3,000", 4100, False),
    # per cent of a share
    ("6.4%", 0.0640326, True),
    ("7%", 0.0640326, False),
    ("7 per cent", 0.0651, True),
    # thousands, millions, powers of ten
    ("17.7 million", 17_670_000, True),
    ("17.6 million", 17_670_000, False),
    ("12k", 12_345, True),
    ("12.4k", 12_345, False),
    ("1.5 billion", 1_542_000_000, True),
    ("7.5B", 7_504_000_000, True),
    ("5.2e-05", 5.18e-05, True),
    ("5.1e-05", 5.18e-05, False),
    ("5.2 × 10^-5", 5.18e-05, True),
    # units: times are seconds underneath, other words are only words
    ("under 3 hours", 10_700, True),
    ("under 3 hours", 10_800, False),
    ("2 minutes", 117, True),
    ("4.33 nats", 4.3287, True),
    ("120 ms", 0.1203, True),
    # comparisons
    ("over 20%", 0.2001, True),
    ("over 20%", 0.166, False),
    ("over 20%", 0.2, False),
    ("at least 20%", 0.2, True),
    ("at most 0.05", 0.051, False),
    ("less than 0.05", 0.049, True),
    ("just under three hours", 10_500, True),
    ("just under three hours", 7_000, False),
    ("almost 100%", 0.99, True),
    ("just over 4x", 4.1, True),
    # ranges
    ("between 3 and 4", 3.4, True),
    ("3–4", 4.4, True),
    ("3–4", 4.6, False),
]


@pytest.mark.parametrize(("typed", "true", "expected"), TABLE, ids=[f"{typed} of {true}" for typed, true, _ in TABLE])
def test_a_literal_holds_at_the_precision_it_was_typed(typed: str, true: float, expected: bool):
    literal = parse(typed)

    assert literal is not None
    assert holds(literal, true) is expected


@pytest.mark.parametrize("text", ["about half", "many", "", "~", "a lot of 3", "0.3.7", "over", "1,23", "e5", "%"])
def test_words_without_a_number_cannot_be_guarded(text: str):
    assert parse(text) is None


@pytest.mark.parametrize(
    ("typed", "true", "mended"),
    [
        ("0.37", 0.379, "0.38"),
        ("~0.37", 0.385, "~0.39"),
        ("17.6 million", 17_670_000, "17.7 million"),
        ("50,927", 50257, "50,257"),
        ("over 20%", 0.166, "over 16%"),
        ("over 20%", 0.2, "over 19%"),
        ("under 3 hours", 11_000, "under 4 hours"),
        ("just under three hours", 7_000, "just under two hours"),
        ("5.1e-05", 5.18e-05, "5.2e-05"),
        ("−0.5", -0.61, "−0.6"),
        ("7%", 0.0640326, "6%"),
    ],
)
def test_a_mended_literal_keeps_its_form_and_holds(typed: str, true: float, mended: str):
    literal = parse(typed)
    assert literal is not None
    again = parse(mend(literal, true))

    assert mend(literal, true) == mended
    assert again is not None
    assert holds(again, true)


def test_the_truth_is_told_in_the_unit_that_was_typed():
    typed = [("over 20%", 0.166), ("17.6 million", 17_670_000), ("3 h", 9000)]
    told = [truth(literal, true) for text, true in typed if (literal := parse(text))]

    assert told == ["16.6%", "17.67 million", "2.5 h"]


@pytest.mark.parametrize(
    ("typed", "true"),
    [("between 3 and 4", 5.0), ("3–4", 5.0), ("just under 3", 0.5), ("over 0.5", 1e300), ("under 0.5", -1e300)],
)
def test_what_no_other_number_mends_is_left_to_the_author(typed: str, true: float):
    literal = parse(typed)

    assert literal is not None
    assert mend(literal, true) in {"", typed.replace("0.5", f"{true:.1f}")}


@pytest.mark.parametrize("text", ["9" * 81, "1e99999", "2 × 10^99999", "1" + ",000" * 20, "over " * 20 + "3"])
def test_a_number_beyond_measure_is_no_literal(text: str):
    assert parse(text) is None


@given(
    st.sampled_from(
        ["{}", "~{}", "over {}", "under {}", "at least {}", "at most {}", "just over {}", "{}%", "{} million"]
    ),
    st.decimals(-1000, 1000, places=2, allow_nan=False),
    st.floats(-1e9, 1e9, allow_nan=False),
)
def test_a_literal_holds_as_typed_or_mended_or_cannot_be_mended(form: str, number: Decimal, true: float):
    literal = parse(form.format(number))
    assert literal is not None
    mended = parse(mend(literal, true))

    assert mended is None or holds(mended, true)
    assert mended is not None or form in {"just over {}"}
