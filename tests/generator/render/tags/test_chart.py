"""From rows to a drawing: what becomes a curve, what is left out, what readers are told."""

from __future__ import annotations

import math
from typing import Any

import pytest

from generator.render.tags.chart import Request, data_table, draw_chart, prefix_of, smoothed
from generator.render.tags.plot import Curve, Plot


def plotted(rows: list[dict[str, object]], **request: Any) -> tuple[Plot, tuple[str, ...]]:
    """Return what would be drawn, and the remarks under it."""
    seen = []

    def drawings(plot: Plot) -> str:
        seen.append(plot)
        return '<svg viewBox="0 0 1 1"><g/></svg>'

    drawn = draw_chart(rows, Request(**request), "Title", drawings)
    return seen[0], drawn.remarks


def test_a_line_leaves_out_what_is_no_number_and_tells_how_much():
    rows: list[dict[str, object]] = [
        {"step": 0, "loss": 2.0},
        {"step": 1, "loss": None},
        {"step": 2, "loss": math.nan},
        {"step": "x", "loss": 1.0},
        {"step": 4, "loss": "1.0"},
        {"step": 5, "loss": True},
        {"step": 6, "loss": 10**400},
        {"step": 7, "loss": 1},
    ]
    plot, remarks = plotted(rows, kind="line", x="step", y=("loss",))

    assert plot.curves == (Curve("loss", (0.0, 7.0), (2.0, 1.0)),)
    assert (plot.x_name, plot.y_name) == ("step", "loss")
    assert remarks == ("6 missing values are not drawn",)


def test_a_band_comes_from_the_spread_beside_a_column():
    rows: list[dict[str, object]] = [{"x": n, "y": 2.0, "y_std": 0.5} for n in range(2)]

    assert plotted(rows, kind="line", x="x", y=("y",))[0].curves == (
        Curve("y", (0.0, 1.0), (2.0, 2.0), low=(1.5, 1.5), high=(2.5, 2.5)),
    )
    assert plotted([{**row, "y_std": 0.0} for row in rows], kind="line", x="x", y=("y",))[0].curves[0].low == ()


def test_smoothing_keeps_the_raw_values_faint_and_the_band_with_it():
    rows: list[dict[str, object]] = [{"x": n, "y": y, "y_std": 1.0} for n, y in enumerate([0.0, 4.0])]
    curve = plotted(rows, kind="line", x="x", y=("y",), smooth=0.5)[0].curves[0]

    assert curve.faint == (0.0, 4.0)
    assert curve.y == smoothed((0.0, 4.0), 0.5) == (0.0, pytest.approx(4 * 2 / 3))
    assert curve.low == (-1.0, pytest.approx(4 * 2 / 3 - 1))


def test_a_constant_is_its_own_moving_average():
    assert smoothed([3.0] * 5, 0.99) == pytest.approx((3.0,) * 5)
    assert smoothed([1.0, 2.0], 0) == (1.0, 2.0)


def test_a_logarithmic_axis_has_no_zero():
    rows: list[dict[str, object]] = [{"x": x, "y": y, "y_std": 5.0} for x, y in [(0, 1), (1, 0), (10, 2), (100, 4)]]
    plot, remarks = plotted(rows, kind="line", x="x", y=("y",), log="xy")

    assert plot.curves == (Curve("y", (10.0, 100.0), (2.0, 4.0), low=(0.2, 0.2), high=(7.0, 9.0)),)
    assert (plot.log_x, plot.log_y) == (True, True)
    assert remarks == ("2 missing values are not drawn (a logarithmic axis has no 0)",)


def test_each_value_of_the_grouping_column_is_a_curve():
    rows: list[dict[str, object]] = [{"x": n, "y": n, "run": "ab"[n % 2]} for n in range(4)]
    plot, _ = plotted(rows, kind="scatter", x="x", y=("y",), group="run")

    assert plot.curves == (Curve("a", (0.0, 2.0), (0.0, 2.0)), Curve("b", (1.0, 3.0), (1.0, 3.0)))


def test_bars_stand_over_names_in_the_order_of_the_rows():
    rows: list[dict[str, object]] = [{"m": "zeta", "acc": 0.5}, {"m": 3, "acc": None}, {"m": "alpha", "acc": 0.7}]
    plot, remarks = plotted(rows, kind="bar", x="m", y=("acc",), names={"acc": "accuracy"})

    assert (plot.ticks, plot.curves) == (("zeta", "3", "alpha"), (Curve("accuracy", (0.0, 2.0), (0.5, 0.7)),))
    assert (plot.x_name, plot.y_name, remarks) == ("", "accuracy", ("1 missing value is not drawn",))


def test_a_histogram_counts_one_column():
    plot, _ = plotted([{"y": 1}, {"y": 2.5}], kind="histogram", y=("y",), bins=5)

    assert plot == Plot("histogram", (Curve("y", (), (1.0, 2.5)),), x_name="y", y_name="count", bins=5)


def test_a_heat_map_is_a_grid_with_holes():
    rows: list[dict[str, object]] = [{"c": c, "r": r, "v": c * r} for r in (1, 0) for c in (0, 1)][:-1]
    plot, remarks = plotted([*rows, {"c": 2, "r": 0, "v": None}], kind="heatmap", x="c", y=("r",), value="v")

    assert (plot.ticks, plot.side_ticks) == (("0", "1", "2"), ("1", "0"))
    assert plot.cells == ((0.0, 1.0, None), (0.0, None, None))
    assert (plot.x_name, plot.y_name, plot.value_name) == ("c", "r", "v")
    assert remarks == ("1 missing value is not drawn",)


def test_failed_runs_of_a_sweep_are_told():
    rows: list[dict[str, object]] = [{"lr": 0.1, "loss": 1.0}, {"lr": 0.2, "loss": None}, {"lr": 0.3}]
    drawn = draw_chart(rows, Request("parallel", names={"loss": "the loss"}), "T", lambda plot: "")

    assert drawn.remarks == ("2 runs are grey and dashed: no the loss",)
    assert drawn.columns == ("lr", "loss")


@pytest.mark.parametrize(
    ("rows", "request_", "message"),
    [
        ([{"x": "a", "y": 1}], {"kind": "line", "x": "x", "y": ("y",)}, "no row has a number in `y` and `x`"),
        ([{"x": 1, "y": 0}], {"kind": "bar", "x": "x", "y": ("y",), "log": "y"}, "no row has a number above 0 in `y`"),
        (
            [{"x": 1, "y": None, "v": None}],
            {"kind": "heatmap", "x": "x", "y": ("y",), "value": "v"},
            "no row has a number in `v`",
        ),
        (
            [{"x": 1, "y": 2, "v": 3}] * 2,
            {"kind": "heatmap", "x": "x", "y": ("y",), "value": "v"},
            "two rows have y 2 and x 1: one cell, one value",
        ),
        (
            [{str(n): n for n in range(13)}],
            {"kind": "parallel"},
            "13 axes are too many to read: name at most 12 columns in `y`",
        ),
    ],
)
def test_what_cannot_be_drawn_says_why(rows: list[dict[str, object]], request_: dict[str, Any], message: str):
    with pytest.raises(ValueError) as caught:
        plotted(rows, **request_)

    assert str(caught.value) == message


def test_the_drawing_says_what_it_shows():
    drawn = draw_chart(
        [{"x": 1, "y": 4}, {"x": 2, "y": 0.5}],
        Request("line", "x", ("y",)),
        "A <title>",
        lambda plot: '<svg a="1"><g/></svg>',
    )

    prefix = drawn.prefix
    assert drawn.svg == (
        f'<svg a="1" role="img" aria-labelledby="{prefix}title {prefix}desc">'
        f'<title id="{prefix}title">A &lt;title&gt;</title>'
        f'<desc id="{prefix}desc">2 rows. x from 1.00 to 2.00, between 1.00 and 2.00; '
        "y from 4.00 to 0.500, between 0.500 and 4.00.</desc><g/></svg>"
    )


def test_other_drawings_have_other_ids():
    plots = [Plot("line", (Curve("a", (1.0,), (y,)),)) for y in (1.0, 2.0, 1.0)]

    first, second, again = map(prefix_of, plots)
    assert (first == again, first == second) == (True, False)


def test_the_data_table_shows_every_nth_row():
    table = data_table([{"a": n} for n in range(121)], ["a"], str.upper)

    assert table.startswith('<details class="chart-data"><summary>Data (41 of 121 rows)</summary><div class="table"')
    assert '<thead><tr><th scope="col">A</th></tr></thead><tbody><tr><td data-value="0" title="0">0</td></tr>' in table
    assert table.count("<tr>") == 1 + 41
