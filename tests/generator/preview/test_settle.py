from __future__ import annotations

import pytest

from generator.preview.settle import Settle


def test_a_saved_file_is_built_almost_at_once():
    settle = Settle()
    settle.note("a.md", 10.0, done=False)
    settle.note("a.md", 10.001, done=True)

    assert settle.due() == pytest.approx(10.016)


def test_a_file_that_is_still_open_waits_a_little_longer():
    settle = Settle()
    settle.note("a.md", 10.0, done=True)
    settle.note("b.md", 10.0, done=False)

    assert settle.due() == pytest.approx(10.05)


def test_a_storm_waits_until_it_is_quiet_but_not_for_ever():
    settle = Settle()
    for number in range(20):
        settle.note(f"{number}.md", 10 + number / 100, done=True)
    assert settle.due() == pytest.approx(10.29)

    for number in range(200):
        settle.note(f"{number}.md", 10.2 + number / 100, done=True)
    assert settle.due() == pytest.approx(11.0)


def test_a_file_that_is_rewritten_without_end_is_built_all_the_same():
    settle = Settle()
    for number in range(100):
        settle.note("a.yaml", 10 + number / 100, done=True)

    assert settle.due() == pytest.approx(10.3)


def test_folders_that_came_or_went_count_as_a_storm():
    settle = Settle()
    settle.loosen(10.0)

    assert settle.due() == pytest.approx(10.1)
    assert settle.take() == (set(), True)
    assert settle.due() is None


def test_after_a_build_there_is_as_long_a_rest():
    settle = Settle()
    settle.rest(10.0, 0.4)
    settle.note("a.md", 10.1, done=True)

    assert settle.due() == pytest.approx(10.4)


def test_a_file_that_changes_again_at_once_is_built_less_often():
    settle = Settle()
    settle.rest(10.0, 0.0, ["a.yaml"])
    settle.note("a.yaml", 10.1, done=True)
    assert settle.due() == pytest.approx(10.2)
    settle.note("a.yaml", 10.59, done=True)
    assert settle.due() == pytest.approx(10.6)

    settle.take()
    settle.note("b.md", 10.6, done=True)
    assert settle.due() == pytest.approx(10.615)


def test_what_is_taken_waits_no_more():
    settle = Settle()
    settle.note("a.md", 10.0, done=True)

    assert settle.take() == ({"a.md"}, False)
    assert settle.due() is None
