from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.data.keys import alike, full_name, keys_of, name_of


@pytest.mark.parametrize(
    ("keys", "name", "shown"),
    [
        (("group_lasso", "digits", "best"), "group_lasso.digits.best", "data.group_lasso.digits.best"),
        (("x", "rows", 3, "loss"), "x.rows[3].loss", "data.x.rows[3].loss"),
        (("sweep", 0, "Learning Rate"), 'sweep[0]["Learning Rate"]', 'data.sweep[0]["Learning Rate"]'),
        (("a.b", "c"), '["a.b"].c', 'data["a.b"].c'),
        (("my-data", "2020"), "my-data.2020", "data.my-data.2020"),
        ((), "", "data"),
    ],
)
def test_a_path_is_written_as_an_author_would(keys: tuple[str | int, ...], name: str, shown: str):
    assert (name_of(keys), full_name(keys), keys_of(name)) == (name, shown, keys)


@given(st.lists(st.text(st.characters(blacklist_categories=("Cs",))) | st.integers(0, 10**6)).map(tuple))
def test_every_path_comes_back_from_its_name(keys: tuple[str | int, ...]):
    assert keys_of(name_of(keys)) == keys


def test_what_is_no_name_is_refused():
    with pytest.raises(ValueError) as caught:
        keys_of("a..b")

    assert str(caught.value) == "`a..b` is not the name of a data key"


def test_dashes_and_spaces_are_underscores_after_a_dot():
    assert alike("my-data of 2020") == "my_data_of_2020"
