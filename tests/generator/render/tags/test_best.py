"""The best in bold: not inside rounding, not inside the noise of the seeds."""

from __future__ import annotations

import pytest

from generator.render.tags.best import Verdict, judge, parse_best


def verdict(values: list[object], shown: list[str] | None = None, stds: list[float] | None = None) -> Verdict:
    rows = [{"loss": value} | ({"loss_std": stds[n]} if stds else {}) for n, value in enumerate(values)]
    return judge(rows, "loss", True, shown or [str(value) for value in values], "LM loss")


def test_a_clear_winner_is_the_smallest_or_the_largest():
    rows = [{"a": 3.0}, {"a": 1.0}, {"a": 2.0}, {"a": None}]
    shown = ["3", "1", "2", "–"]

    assert judge(rows, "a", True, shown, "a") == Verdict("a", 1)
    assert judge(rows, "a", False, shown, "a") == Verdict("a", 0)


def test_two_that_look_the_same_have_no_winner():
    expected = Verdict("loss", None, "no winner in LM loss: the two best are equal at the precision shown")

    assert verdict([2.9512, 2.9508, 3.1], ["2.95", "2.95", "3.10"]) == expected


def test_a_lead_inside_one_standard_deviation_is_noise():
    expected = Verdict(
        "loss", None, "no winner in LM loss: the best leads by 0.010, within one standard deviation (0.030)"
    )

    assert verdict([2.95, 2.96, 3.1], stds=[0.001, 0.03, 0.0]) == expected


def test_a_noisy_third_denies_the_win_too():
    expected = Verdict(
        "loss", None, "no winner in LM loss: the best leads by 0.20, within one standard deviation (0.50)"
    )

    assert verdict([2.0, 2.1, 2.2], stds=[0.01, 0.01, 0.5]) == expected


def test_a_lead_of_more_than_the_noise_wins():
    assert verdict([2.0, 2.1], stds=[0.05, 0.09]) == Verdict("loss", 0)


@pytest.mark.parametrize("values", [[], [None, "x"], [1.0], [1.0, None], [float("nan"), 1.0, True]])
def test_one_number_alone_wins_nothing(values: list[object]):
    assert verdict(values) == Verdict("loss", None)


def test_the_wish_names_ends_and_columns():
    assert parse_best(" min lm loss,max acc , ", ["lm loss", "acc"]) == [("lm loss", True), ("acc", False)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("least loss", "`least loss` in `best` must be `min` or `max` and a column"),
        ("min", "`min` in `best` must be `min` or `max` and a column"),
        ("min los", "`los` in `best` is no column of this table: did you mean `loss`?"),
        ("min xyz", "`xyz` in `best` is no column of this table"),
    ],
)
def test_a_wish_that_cannot_be_read_says_so(text: str, message: str):
    with pytest.raises(ValueError) as caught:
        parse_best(text, ["loss"])

    assert str(caught.value) == message
