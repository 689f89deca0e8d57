"""Parallel coordinates: axes, shades from best to worst, failed runs grey."""

from __future__ import annotations

import re

import pytest

from generator.render.tags.parallel import Axis, draw, make_axis


@pytest.mark.parametrize(
    ("values", "axis"),
    [
        ([1e-5, 1e-3, None], Axis("a", 1e-5, 1e-3, log=True)),
        ([1, 20], Axis("a", 1, 20)),
        ([1, 21], Axis("a", 1, 21, log=True)),
        ([0, 100], Axis("a", 0, 100)),
        ([-1, 100], Axis("a", -1, 100)),
        (["sgd", "adam", "sgd", None], Axis("a", words=("adam", "sgd"))),
        ([True, False], Axis("a", words=("no", "yes"))),
        ([None], Axis("a")),
        ([3, "x"], Axis("a", 3, 3)),
    ],
)
def test_an_axis_is_chosen_from_its_values(values: list[object], axis: Axis):
    assert make_axis("a", values) == axis


@pytest.mark.parametrize(
    ("axis", "value", "height"),
    [
        (Axis("a", 1e-4, 1e-2, log=True), 1e-3, 0.5),
        (Axis("a", 0, 10), 2.5, 0.25),
        (Axis("a", 3, 3), 3, 0.5),
        (Axis("a", -1.7e308, 1.7e308), 0.0, 0.5),
        (Axis("a", words=("x", "y", "z")), "y", 0.5),
        (Axis("a", words=("x",)), "x", 0.0),
        (Axis("a", words=("x",)), None, None),
        (Axis("a", 0, 1), None, None),
        (Axis("a", 0, 1), "0.5", None),
    ],
)
def test_a_value_has_a_height(axis: Axis, value: object, height: float | None):
    assert axis.position(value) == (pytest.approx(height) if height is not None else None)


def test_the_best_run_is_drawn_last_and_failed_ones_first_and_grey():
    rows = [{"lr": 0.1, "loss": 1.0}, {"lr": 0.2, "loss": None}, {"lr": 0.3, "loss": 3.0}, {"lr": 0.2, "loss": 2.0}]
    svg = draw(rows, ["lr", "loss"], True, str)
    lines = re.findall(r'<path d="([^"]*)" fill="none" (.*?) stroke-width.*?<title>(.*?)</title>', svg)

    assert lines == [
        ("M52.0 159.0", 'stroke="var(--muted)" stroke-dasharray="3 3"', "failed: lr 0.2000, loss –"),
        ("M52.0 44.0 L628.0 44.0", 'stroke="var(--shade-7)"', "lr 0.3000, loss 3.000"),
        ("M52.0 159.0 L628.0 159.0", 'stroke="var(--shade-4)"', "lr 0.2000, loss 2.000"),
        ("M52.0 274.0 L628.0 274.0", 'stroke="var(--shade-1)"', "lr 0.1000, loss 1.000"),
    ]


def test_where_the_largest_is_best_the_shades_turn_round():
    rows = [{"acc": 0.5}, {"acc": 0.9}]

    assert re.findall(r"--shade-\d", draw(rows, ["acc"], False, str)) == ["--shade-7", "--shade-1"]


def test_axes_are_named_with_ends_and_scale():
    rows = [{"lr": 1e-5, "batch": 8, "opt": "sgd"}, {"lr": 1e-2, "batch": 32, "opt": "<adam>"}]
    svg = draw(rows, ["opt", "batch", "lr"], True, lambda column: column.upper())

    assert re.findall(r"<text[^>]*>([^<]*)</text>", svg) == [
        *("OPT", "&lt;adam&gt;", "sgd"),
        *("BATCH", "8", "32"),
        *("LR", "log scale", "0.0000100", "0.0100"),
    ]


def test_an_axis_of_many_words_writes_some_of_them():
    svg = draw([{"name": f"run {n:04}", "loss": n} for n in range(5000)], ["name", "loss"], True, str)

    assert len(re.findall("<text", svg)) == 1 + 10 + 1 + 2
