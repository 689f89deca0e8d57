"""What `run` returned: checked, made plain, rounded, and joined over seeds."""

from __future__ import annotations

import math
from typing import Any

import pytest

from experiments.runner.aggregate import aggregate
from experiments.runner.forms import check, rounded
from generator.errors import SiteError, flatten


class Array:
    """As numpy and torch have it."""

    def __init__(self, values: object) -> None:
        self.values = values

    def tolist(self) -> object:
        return self.values


def complaints(writes: dict[str, str], result: object) -> list[str]:
    with pytest.raises(ExceptionGroup) as caught:
        check("x.py", writes, result)
    return [str(error) for error in flatten(caught.value)]


def join(kind: str, *values: Any) -> Any:
    return aggregate("x.py", {"a": kind}, tuple(range(len(values))), [{"a": value} for value in values])["a"]


def test_a_result_becomes_plain_data_in_the_order_of_writes() -> None:
    result = {"b": ({"x": Array([1.0, 2.0])},), "a": Array(3)}

    plain, warnings = check("x.py", {"a": "scalar", "b": "series"}, result)

    assert (list(plain.items()), warnings) == ([("a", 3), ("b", [{"x": [1.0, 2.0]}])], [])


def test_a_number_that_is_not_finite_becomes_null_with_a_warning() -> None:
    plain, warnings = check("x.py", {"a": "series"}, {"a": [{"loss": math.nan}, {"loss": -math.inf}]})

    assert (plain, warnings) == (
        {"a": [{"loss": None}, {"loss": None}]},
        ["`a[0].loss` is nan, published as null", "`a[1].loss` is -inf, published as null"],
    )


def test_floats_are_rounded_to_six_digits_and_nothing_else_is() -> None:
    value = {"a": [1 / 3, 123456789.0, -0.0, 1.23456789e-12], "b": 123456789, "c": True, "d": "0.123456789"}

    assert repr(rounded(value)) == (
        "{'a': [0.333333, 123457000.0, 0.0, 1.23457e-12], 'b': 123456789, 'c': True, 'd': '0.123456789'}"
    )


def test_missing_and_surplus_artifacts_are_all_named() -> None:
    assert complaints({"best": "scalar", "curve": "series"}, {"bset": 1}) == [
        "x.py: error: `run` returned `bset`, which WRITES does not declare\nhint: did you mean `best`?",
        "x.py: error: `run` did not return `best`",
        "x.py: error: `run` did not return `curve`",
    ]


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("scalar", [1], "`a` is a scalar, and a list was returned"),
        ("scalar", {"x": {1, 2}}, "`a.x` is a `set`, which is not plain data"),
        ("scalar", {1: 2}, "`a` has the key 1; keys are text"),
        ("scalar", {"a\nb": 2}, "`a` has a key that is no name: 'a\\nb'"),
        ("scalar", "\ud800", "`a` is text with half a surrogate pair"),
        ("table", {"x": 1}, "`a` is a table, and a `dict` was returned instead of a list"),
        ("table", [1], "`a[0]` is an `int`; a row of a table is a mapping"),
        ("table", [{"x": 1}, {"y": 1}], "`a[1]` lacks the column `x`"),
        ("table", [{"x": 1}, {"x": 1, "y": 1}], "`a[1]` has a column that the first row lacks: `y`"),
        ("series", [1], "`a[0]` is an `int`; a point of a series is a mapping"),
        ("series", [{"x": 1}, {"x": "1"}], "`a[1]` holds no number"),
        ("samples", [3], "`a[0]` is an `int`; a sample is text or a mapping"),
        ("chat", {"log": []}, "`a` is a chat, and has no list `candidate_log`"),
        ("figure", "<p>", "`a` is a figure, and is not the text of an SVG"),
    ],
)
def test_each_kind_says_what_form_it_wants(kind: str, value: object, problem: str) -> None:
    assert complaints({"a": kind}, {"a": value}) == [f"x.py: error: {problem}"]


def test_a_result_that_is_no_mapping_is_explained() -> None:
    assert complaints({"a": "scalar"}, None) == [
        "x.py: error: `run` returned nothing\nhint: return `{name: plain data}` as in WRITES"
    ]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("scalar", 3),
        ("scalar", {"x": {"y": [1, None]}}),
        ("table", []),
        ("table", [{"x": 1}]),
        ("series", [{"step": 1}, {"step": 2, "loss": None}]),
        ("samples", ["a", {"prompt": "b"}]),
        ("chat", {"candidate_log": [], "parameters": {}}),
        ("figure", "\n<svg/>"),
    ],
)
def test_right_forms_pass(kind: str, value: object) -> None:
    assert check("x.py", {"a": kind}, {"a": value}) == ({"a": value}, [])


def test_a_scalar_over_seeds_is_mean_and_deviation() -> None:
    """Mean and deviation by hand: of 1 and 3, 2 and √2."""
    first = {"loss": 1.0, "rows": 5, "best": {"k": 1}, "method": "prox", "winner": "a"}
    second = {"loss": 3.0, "rows": 5, "best": {"k": 3}, "method": "prox", "winner": "b"}

    assert join("scalar", first, second) == {
        "loss": 2.0,
        "loss_std": math.sqrt(2),
        "rows": 5,
        "rows_std": 0.0,
        "best": {"k": 2.0, "k_std": math.sqrt(2)},
        "method": "prox",
        "winner": ["a", "b"],
        "n": 2,
        "seeds": [0, 1],
        "by_seed": {"loss": [1.0, 3.0], "rows": [5, 5]},
    }


def test_a_bare_number_over_seeds_gets_names() -> None:
    joined = join("scalar", 1.0, 3.0)

    assert joined == {"mean": 2.0, "std": math.sqrt(2), "n": 2, "seeds": [0, 1], "by_seed": [1.0, 3.0]}


def test_where_a_seed_has_null_there_is_no_mean() -> None:
    joined = join("scalar", {"loss": 1.0}, {"loss": None})

    assert joined == {"loss": None, "loss_std": None, "n": 2, "seeds": [0, 1], "by_seed": {"loss": [1.0, None]}}


def test_rows_are_matched_by_their_columns_without_floats() -> None:
    first = [{"feature": 7, "weight": 1.0}, {"feature": 3, "weight": 2.0}]
    second = [{"feature": 3, "weight": 4.0}, {"feature": 7, "weight": 1.0}]

    assert join("table", first, second) == [
        {"feature": 7, "weight": 1.0, "weight_std": 0.0, "n": 2, "by_seed": {"weight": [1.0, 1.0]}},
        {"feature": 3, "weight": 3.0, "weight_std": math.sqrt(2), "n": 2, "by_seed": {"weight": [2.0, 4.0]}},
    ]


def test_counts_that_differ_are_averaged_where_text_tells_the_rows_apart() -> None:
    first = [{"method": "prox", "zeros": 30}, {"method": "adam", "zeros": 0}]
    second = [{"method": "prox", "zeros": 28}, {"method": "adam", "zeros": 0}]

    assert join("table", first, second) == [
        {"method": "prox", "zeros": 29.0, "zeros_std": math.sqrt(2), "n": 2, "by_seed": {"zeros": [30, 28]}},
        {"method": "adam", "zeros": 0, "zeros_std": 0.0, "n": 2, "by_seed": {"zeros": [0, 0]}},
    ]


def test_points_are_matched_by_step_and_lists_go_element_by_element() -> None:
    first = [{"step": 1, "norms": [1.0, 0.0]}, {"step": 2, "norms": [3.0, 0.0]}]
    second = [{"step": 1, "norms": [3.0, 0.0]}, {"step": 2, "norms": [3.0, None]}]

    assert join("series", first, second) == [
        {"step": 1, "norms": [2.0, 0.0], "norms_std": [math.sqrt(2), 0.0], "n": 2},
        {"step": 2, "norms": [3.0, None], "norms_std": [0.0, None], "n": 2},
    ]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("table", [{"k": 1, "x": 1.0}], [{"k": 1, "x": 1.0}, {"k": 2, "x": 1.0}]),
        ("table", [{"k": 1, "x": 1.0}], [{"k": 2, "x": 1.0}]),
        ("table", [{"group": "real", "k": 1}, {"group": "real", "k": 2}], [{"group": "real", "k": 3}] * 2),
        ("series", [{"step": 1, "loss": 1.0}], [{"step": 1, "error": 1.0}]),
        ("samples", ["a"], ["b"]),
    ],
)
def test_what_does_not_match_is_kept_by_seed(kind: str, first: object, second: object) -> None:
    assert join(kind, first, second) == {"by_seed": [{"seed": 0, "value": first}, {"seed": 1, "value": second}]}


def test_points_with_keys_now_and_then_are_matched() -> None:
    points = [{"step": 1, "loss": 1.0}, {"step": 2, "loss": 1.0, "held": 2.0}]

    assert join("series", points, points)[1] == {
        "step": 2,
        "loss": 1.0,
        "loss_std": 0.0,
        "held": 2.0,
        "held_std": 0.0,
        "n": 2,
    }


def test_the_first_seeds_figure_is_kept() -> None:
    assert join("figure", "<svg>0", "<svg>1") == "<svg>0"


@pytest.mark.parametrize(("value", "key"), [({"n": 1}, "n"), ({"x": 1.0, "x_std": 2.0}, "x_std")])
def test_a_name_that_aggregation_needs_is_an_error(value: object, key: str) -> None:
    with pytest.raises(SiteError) as caught:
        join("scalar", value, value)

    assert str(caught.value) == (
        f"x.py: error: `a` has a `{key}`, which joining its seeds would write\n"
        "hint: rename it, or define `aggregate(results)` in the experiment"
    )
