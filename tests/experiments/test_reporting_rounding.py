"""Rounding habits against what arithmetic says they must give."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest

from experiments.reporting.rounding import WRITES, Config, at, run


def result() -> dict:
    return run(Config(draws=4000), lambda *_, **__: None)


def test_half_is_rounded_away_from_zero_and_cutting_drops_the_rest():
    assert [at(Decimal(text), 2, ROUND_HALF_UP) for text in ("2.675", "-2.675", "0.004")] == [
        Decimal("2.68"),
        Decimal("-2.68"),
        Decimal("0.00"),
    ]
    assert at(Decimal("0.9998"), 3, ROUND_DOWN) == Decimal("0.999")


def test_cutting_off_is_wrong_half_of_the_time_at_any_number_of_decimals():
    assert [row["cut_off"] for row in result()["digits"]] == pytest.approx([0.5] * 4, abs=0.03)


def test_rounded_cells_do_more_harm_the_more_decimals_are_asked_of_them():
    shares = [row["from_rounded_cells"] for row in result()["digits"]]

    assert shares == sorted(shares)
    assert shares[0] < 0.02


def test_the_cost_of_guessing_is_the_logarithm_of_the_choices():
    guesses = result()["guesses"]

    assert guesses["token_nats"] == pytest.approx(10.82490511970208)
    assert guesses["choice_nats"] == pytest.approx(1.3862943611198906)
    assert guesses["half_choice_share"] == pytest.approx(0.0640, abs=5e-5)


def test_the_run_writes_what_it_declares_and_repeats_itself():
    assert set(result()) == set(WRITES)
    assert result() == result()
