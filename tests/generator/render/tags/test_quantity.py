"""Numbers in prose: exact decimal rounding, true minus signs, sensible units."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.render.tags.quantity import (
    exact,
    fixed,
    show_duration,
    show_fixed,
    show_percent,
    show_si,
    show_significant,
)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (2.675, 2, "2.68"),
        (-2.5, 0, "−3"),
        (0.9998, 3, "1.000"),
        (1234567.891, 1, "1,234,567.9"),
        (-0.0001, 2, "0.00"),
        (5.18e-05, 7, "0.0000518"),
        (7, 2, "7.00"),
        (math.nan, 2, "not a number"),
        (-math.inf, 2, "−∞"),
    ],
)
def test_a_fixed_number_of_decimals_rounds_half_away_from_zero(value: float, decimals: int, shown: str):
    assert show_fixed(value, decimals) == shown


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (9.996, 3, "10.0"),
        (123456, 3, "123,000"),
        (0.00012345, 2, "0.00012"),
        (5.18e-07, 2, "5.2\u202f×\u202f10⁻⁷"),
        (1e22, 3, "1.00\u202f×\u202f10²²"),
        (0, 3, "0"),
    ],
)
def test_significant_digits_survive_a_carry(value: float, digits: int, shown: str):
    assert show_significant(value, digits) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (17_700_000, "", "17.7\u202fM"),
        (0.00012, "s", "120\u202fµs"),
        (0, "", "0"),
        (999.9, "B", "1.00\u202fkB"),
        (1500, "B", "1.50\u202fkB"),
    ],
)
def test_si_prefixes_are_chosen_by_size(value: float, unit: str, shown: str):
    assert show_si(value, 3, unit) == shown


def test_a_share_is_shown_as_per_cent():
    assert [show_percent(0.0640326, 1), show_percent(0.005, 0), show_percent(-0.2, 0)] == ["6.4%", "1%", "−20%"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (7384, "2\u202fh 3\u202fmin"),
        (2.34, "2.3\u202fs"),
        (59.99, "1\u202fmin"),
        (0, "0\u202fs"),
        (259200, "3\u202fd"),
        (-75, "−1\u202fmin 15\u202fs"),
    ],
)
def test_a_duration_names_its_two_largest_units(seconds: float, shown: str):
    assert show_duration(seconds) == shown


@given(st.floats(allow_nan=False, allow_infinity=False, width=64), st.integers(0, 12))
def test_rounding_is_never_off_by_more_than_half_a_unit(value: float, decimals: int):
    unit = Decimal(1).scaleb(-decimals)

    assert abs(fixed(exact(value), decimals) - exact(value)) <= unit / 2
    assert fixed(fixed(exact(value), decimals), decimals) == fixed(exact(value), decimals)


def test_what_is_huge_is_a_power_of_ten_everywhere():
    shown = [
        show_fixed(1e300, 2),
        show_percent(-1e300, 0),
        show_si(1e300, 2, "B"),
        show_duration(1e300),
        show_fixed(1e20, 0),
    ]

    assert [text.replace("\u202f", " ") for text in shown] == [
        "1.00000 × 10³⁰⁰",
        "−1.00000 × 10³⁰²%",
        "1.0 × 10³⁰⁰ B",
        "1.00 × 10³⁰⁰ s",
        "100,000,000,000,000,000,000",
    ]
    assert [show_fixed(math.inf, 2), show_percent(math.inf, 1), show_si(math.nan, 2), show_duration(-math.inf)] == [
        "∞",
        "∞",
        "not a number",
        "−∞",
    ]
