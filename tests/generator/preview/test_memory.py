"""A preview that runs all day holds the site as it is, not all it has been."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.preview.memory import give_back
from generator.preview.session import Session

SITE = """
    -- posts/2026-01-01-a.md --
    ---
    title: A
    tags: [one]
    ---
    The value is {{ data.own.value }}, and `toy` gives {{ data.toy.best }}.

    ```python
    print(1)
    ```
    -- posts/2026-01-02-b.md --
    ---
    title: B
    tags: [one, two]
    ---
    See [A](2026-01-01-a.md).
    -- _data/own.yaml --
    value: 1
    -- experiments/toy.py --
    '''A toy.'''

    WRITES = {"best": "scalar"}


    class Config:
        pass
"""
WARM, WINDOWS = 20, 4
SLACK = 200  # bytes an edit: a page that stayed would be thousands


@pytest.fixture
def session(site) -> Session:
    site.write(SITE)
    session = Session(site.options())
    session.refresh(None)
    return session


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def held() -> tuple[int, int, int]:
    """Return how many objects there are, in how many blocks, and their bytes."""
    gc.collect()
    return len(gc.get_objects()), sys.getallocatedblocks(), tracemalloc.get_traced_memory()[0]


def growth(session: Session, file: Path, edits: int, text: Callable[[int], str]) -> list[int]:
    """Save a file again and again, and return by how much each of these numbers grew in every window of edits.

    What stays behind grows in every window; a cache that fills, or a table that doubles, does not.
    """
    grown, before, path = [], (0, 0, 0), f"{file.parent.name}/{file.name}"
    for number in range(WARM + WINDOWS * edits):
        file.write_text(text(number))
        session.refresh([path])
        for asked in ("index.html", "2026/01/01/a/index.html"):
            assert session.get(asked)
        if number % 10 == 9:  # the author pauses
            session.finish()
            session.diff()
            session.facts("/2026/01/01/a/")
        if number >= WARM - 1 and (number + 1 - WARM) % edits == 0:
            now = held()
            grown.append([late - early for late, early in zip(now, before, strict=True)])
            before = now
    return [min(window) for window in zip(*grown[1:], strict=True)]


def test_a_post_edited_back_and_forth_leaves_nothing_behind(session: Session, site, traced):
    file, edits = site.root / "posts/2026-01-01-a.md", 50
    text = file.read_text()
    objects, blocks, size = growth(session, file, edits, lambda n: f"{text}\nEdit {n % 2}.\n")

    assert [objects < edits, blocks < 2 * edits, size < SLACK * edits] == [True] * 3, (objects, blocks, size)


def test_texts_of_an_experiment_that_were_saved_over_leave_no_trees_behind(session: Session, site):
    file, edits = site.root / "experiments/toy.py", 10
    text = file.read_text() + "".join(f"\n\ndef part_{n}(x):\n    return x + {n}\n" for n in range(30))
    objects, blocks, _ = growth(session, file, edits, lambda n: f"{text}\n\nNUMBER = {n}\n")

    assert [objects < edits, blocks < 10 * edits] == [True] * 2, (objects, blocks)


def test_giving_back_can_be_asked_for_at_any_time():
    give_back()
    give_back()
