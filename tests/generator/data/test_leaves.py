from __future__ import annotations

import copy
import json
import pickle
from datetime import date

import pytest

from generator.data.leaves import leaf

LEAVES = [("best", ("a", "b")), (3, ("a", 0)), (0.25, ("x", "rows", 3, "loss"))]


@pytest.mark.parametrize(("value", "keys"), LEAVES)
def test_a_leaf_knows_its_key_and_is_otherwise_plain(value: object, keys: tuple[str | int, ...]):
    made = leaf(value, keys)

    assert made == value
    assert isinstance(made, type(value))
    assert (str(made), repr(made), hash(made)) == (str(value), repr(value), hash(value))
    assert json.dumps({"x": made}) == json.dumps({"x": value})
    assert sorted([made, value]) == [value, value]  # type: ignore[type-var]
    assert f"{made}" == f"{value}"


@pytest.mark.parametrize(("value", "keys"), LEAVES)
def test_a_copy_of_a_leaf_is_plain(value: object, keys: tuple[str | int, ...]):
    made = leaf(value, keys)

    copies = [pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy([made])[0]]
    assert [type(copied) for copied in copies] == [type(value)] * 3
    assert copies == [value] * 3


def test_the_name_of_a_leaf_is_its_path():
    names = [leaf(value, keys).path for value, keys in LEAVES]  # type: ignore[attr-defined]

    assert names == ["a.b", "a[0]", "x.rows[3].loss"]


def test_arithmetic_with_leaves_is_plain():
    three, quarter = leaf(3, ("a",)), leaf(0.25, ("b",))

    results = [three + 1, quarter * 4, three * quarter, round(quarter, 1), -three, leaf("a", ("c",)) + "b"]  # type: ignore[operator]
    assert [(result, type(result)) for result in results] == [
        (4, int), (1.0, float), (0.75, float), (0.2, float), (-3, int), ("ab", str),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [True, False, None, date(2020, 1, 2)])
def test_words_and_dates_stay_plain(value: object):
    assert leaf(value, ("a",)) is value
