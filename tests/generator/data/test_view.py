from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest

from generator.data.view import Branch, MissingKey, Rows, View, plain

DATA = {
    "x": {
        "best": {"accuracy": 0.97, "epoch": 3, "kind": "lasso", "done": True, "missing": None, "day": date(2020, 1, 2)},
        "rows": [{"step": 0, "loss": 1.5}, {"step": 1, "loss": 0.5}, {"step": 2, "loss": 0.25}],
        "empty": [],
        "items": "a key named as a method",
        "my-data": {"Learning Rate": 1e-3},
    },
    "other": 1,
}


def open_view() -> View:
    return View(DATA, lambda keys, around: f"looked in {type(around).__name__}")


def reads(page: Callable[[Branch], object]) -> set[str]:
    """Return what a page that does this is noted to have read."""
    view = open_view()
    page(view.data)
    return view.reads


def test_keys_are_attributes_and_items():
    data = open_view().data

    assert (data.x.best.accuracy, data["x"]["best"]["accuracy"]) == (0.97, 0.97)


def test_leaves_know_their_path():
    data = open_view().data

    leaves = [data.x.best.accuracy, data.x.rows[-1].loss, data.x.my_data["Learning Rate"], data.x.rows[1:][0].step]
    assert [leaf.path for leaf in leaves] == [
        "x.best.accuracy",
        "x.rows[2].loss",
        'x.my-data["Learning Rate"]',
        "x.rows[1].step",
    ]


def test_a_branch_is_a_mapping_in_the_order_of_the_file():
    best = open_view().data.x.best

    assert list(best) == ["accuracy", "epoch", "kind", "done", "missing", "day"]
    assert list(best.keys()) == list(best)
    assert dict(best.items()) == DATA["x"]["best"]  # type: ignore[index]
    assert list(best.values())[:3] == [0.97, 3, "lasso"]
    assert best.pairs[:2] == [("accuracy", 0.97), ("epoch", 3)]
    assert (best.get("epoch"), best.get("nothing"), best.get("nothing", 7)) == (3, None, 7)
    assert ("epoch" in best, "nothing" in best, len(best), bool(best)) == (True, False, 6, True)
    assert best == DATA["x"]["best"]  # type: ignore[index]
    assert best != {}
    assert str(best) == str(DATA["x"]["best"])  # type: ignore[index]
    assert isinstance(best, Mapping)


def test_a_key_named_as_a_method_is_found_by_item_and_by_lookup():
    x = open_view().data.x

    assert (x["items"], x.lookup("items")) == ("a key named as a method",) * 2


def test_underscores_find_keys_with_dashes_and_spaces():
    x = open_view().data.x

    assert (x.my_data.Learning_Rate, x["my-data"]["Learning Rate"]) == (0.001, 0.001)


def test_rows_are_a_sequence():
    rows = open_view().data.x.rows

    assert isinstance(rows, Sequence)
    assert (len(rows), len(rows[1:]), bool(rows), bool(open_view().data.x.empty)) == (3, 2, True, False)
    assert rows[0] == rows[-3] == {"step": 0, "loss": 1.5}
    assert [row.step for row in rows] == [0, 1, 2]
    assert [row.step for row in reversed(rows)] == [2, 1, 0]
    assert isinstance(rows[1:], Rows)
    assert [row.step for row in rows[::-2]] == [2, 0]
    assert rows[1:][-1] == rows[1:][1:][0] == {"step": 2, "loss": 0.25}
    assert rows == DATA["x"]["rows"]  # type: ignore[index]
    assert rows[:1] != rows
    assert rows + [9] == [*DATA["x"]["rows"], 9]  # type: ignore[index]  # noqa: RUF005
    assert [9] + rows[:1] == [9, {"step": 0, "loss": 1.5}]  # noqa: RUF005
    assert str(rows[:1]) == "[{'step': 0, 'loss': 1.5}]"
    assert sum(row.loss for row in rows) == 2.25
    assert {"step": 1, "loss": 0.5} in rows


def test_plain_data_can_be_written_as_json():
    data = open_view().data

    assert json.dumps(plain(data.x.rows)) == json.dumps(DATA["x"]["rows"])  # type: ignore[index]
    assert {type(value) for value in plain(data.x.best).values()} == {float, int, str, bool, type(None), date}  # type: ignore[attr-defined]


PAGES: dict[str, tuple[Callable[[Branch], object], set[str]]] = {
    "nothing": (lambda data: None, set()),
    "a leaf": (lambda data: data.x.best.accuracy, {"x.best.accuracy"}),
    "two leaves": (lambda data: (data.x.best.epoch, data.other), {"x.best.epoch", "other"}),
    "a leaf that is null": (lambda data: data.x.best.missing, {"x.best.missing"}),
    "a cell of a row": (lambda data: data.x.rows[1].loss, {"x.rows[1].loss"}),
    "the last row needs the length": (lambda data: data.x.rows[-1].loss, {"x.rows"}),
    "a loop": (lambda data: [row.loss for row in data.x.rows], {"x.rows"}),
    "a loop and a leaf in it": (lambda data: (data.x.rows[0].loss, [row.loss for row in data.x.rows]), {"x.rows"}),
    "a length": (lambda data: len(data.x.rows), {"x.rows"}),
    "a slice": (lambda data: data.x.rows[1:], {"x.rows"}),
    "the keys": (lambda data: list(data.x.best), {"x.best"}),
    "printing": (lambda data: str(data.x.best), {"x.best"}),
    "comparing": (lambda data: data.x.best == {}, {"x.best"}),
    "asking whether there is any": (lambda data: bool(data.x.empty), {"x.empty"}),
    "passing through only": (lambda data: data.x.best, {"x.best"}),
    "passing on to a leaf": (lambda data: (data.x.best, data.x.best.epoch), {"x.best.epoch"}),
    "everything": (lambda data: [data.other, plain(data)], {""}),
    "asking for a key": (lambda data: "epoch" in data.x.best, {"x.best.epoch"}),
    "asking for a missing key": (lambda data: "nothing" in data.x.best, {"x.best.nothing"}),
    "a default": (lambda data: data.x.best.get("nothing", 1), {"x.best.nothing"}),
    "a key by another spelling": (
        lambda data: data.x.my_data["Learning Rate"],
        {"x.my_data", 'x.my-data["Learning Rate"]'},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_noted_to_read(name: str):
    page, expected = PAGES[name]

    assert reads(page) == expected


@pytest.mark.parametrize(
    ("page", "name", "key"),
    [
        (lambda data: data.x.bset, "data.x.bset", "bset"),
        (lambda data: data["x"]["best"]["a b"], 'data.x.best["a b"]', "a b"),
        (lambda data: data.x.rows[3], "data.x.rows[3]", "3"),
        (lambda data: data.x.empty[-1], "data.x.empty[-1]", "-1"),
        (lambda data: data.x.rows.lookup("loss"), "data.x.rows.loss", "loss"),
    ],
)
def test_a_missing_key_is_named_and_noted(page: Callable[[Branch], object], name: str, key: str):
    view = open_view()

    with pytest.raises(MissingKey) as caught:
        page(view.data)

    error = caught.value
    assert (str(error), error.full_name, error.key) == (f"`{name}` does not exist", name, key)
    assert error.hint == ("looked in list" if "rows" in name or "empty" in name else "looked in dict")
    assert view.reads in ({name.removeprefix("data.")}, {"x.empty"})


def test_probing_for_an_attribute_is_no_error():
    data = open_view().data

    assert (hasattr(data, "nothing"), hasattr(data, "__html__"), getattr(data.x, "nothing", 1)) == (False, False, 1)


def test_what_python_asks_of_every_object_is_no_read():
    assert reads(lambda data: (hasattr(data, "__html__"), callable(data), hasattr(data, "_private"))) == set()


def test_branches_and_rows_cannot_be_hashed():
    for value in (open_view().data, open_view().data.x.rows):
        with pytest.raises(TypeError):
            hash(value)
