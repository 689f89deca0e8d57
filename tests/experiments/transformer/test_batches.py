"""Loaders that can go on where they stopped, and the work that a batch really needs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from experiments.transformer.batches import IGNORED, Batch, Drawn, Loader, Passes, count_targets, share, windows, work
from generator.errors import SiteError


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def rows(count: int = 7) -> Batch:
    ids_RT = torch.arange(count * 3).view(count, 3)
    return ids_RT, ids_RT + 1


LOADERS: dict[str, Callable[[], Loader]] = {
    "windows": lambda: windows(torch.arange(100), 5, 4, seeded()),
    "drawn": lambda: Drawn(lambda g: (torch.randint(9, (2, 3), generator=g),) * 2, seeded()),
    "shuffled passes": lambda: Passes(rows(), 3, seeded()),
    "passes in order": lambda: Passes(rows(), 3, None),
}


@pytest.mark.parametrize("name", LOADERS)
def test_a_loader_goes_on_where_its_state_was_taken(name: str):
    whole, first, second = (LOADERS[name]() for _ in range(3))
    expected = [whole() for _ in range(9)]

    begun = [first() for _ in range(4)]
    second.restore(first.state())
    found = [*begun, *(second() for _ in range(5))]

    assert all(
        torch.equal(a, b) for old, new in zip(expected, found, strict=True) for a, b in zip(old, new, strict=True)
    )


def test_a_pass_takes_each_row_once_and_the_next_in_another_order():
    loader = Passes(rows(), 3, seeded())
    first, second = (torch.cat([loader()[0] for _ in range(3)])[:, 0].tolist() for _ in range(2))

    assert sorted(first) == sorted(second) == [0, 3, 6, 9, 12, 15, 18]
    assert first != second
    assert loader.passes == 2


def test_a_window_has_the_next_character_as_its_target():
    ids_BT, targets_BT = windows(torch.arange(50), 8, 1000, seeded())()

    assert torch.equal(targets_BT, ids_BT + 1)
    assert (ids_BT.min().item(), targets_BT.max().item()) == (0, 49)


X = IGNORED
PADDED = (
    torch.tensor([[5, 6, 7, 0, 0], [5, 6, 0, 0, 0], [5, 6, 7, 8, 0]]),
    torch.tensor([[X, 7, 9, X, X], [X, 9, X, X, X], [X, 7, 8, 9, X]]),
)


def test_nothing_is_computed_behind_the_last_target_nor_where_there_is_none():
    asked = work(PADDED)

    assert torch.equal(asked.ids, PADDED[0][:, :4])
    assert asked.at is not None
    assert asked.at.tolist() == [1, 2, 5, 9, 10, 11]
    assert asked.targets.tolist() == [7, 9, 9, 7, 8, 9]


def test_a_batch_full_of_targets_needs_no_places():
    asked = work(rows())

    assert asked.at is None
    assert torch.equal(asked.targets, rows()[1].flatten())


def test_where_sizes_cost_compilations_the_length_stays_and_targets_are_filled_up():
    asked = work(PADDED, is_static=True)

    assert asked.ids.shape == (3, 5)
    assert asked.at is not None
    assert len(asked.at) == len(asked.targets) == 64
    assert asked.targets.tolist() == [7, 9, 9, 7, 8, 9] + [X] * 58


def test_processes_take_different_rows_and_together_all():
    shares = [share(rows(), rank, 3) for rank in range(3)]

    assert sorted(torch.cat([ids for ids, _ in shares])[:, 0].tolist()) == rows()[0][:, 0].tolist()
    assert sum(map(count_targets, shares)) == count_targets(rows()) == 21


def test_a_batch_with_fewer_rows_than_processes_is_told():
    with pytest.raises(SiteError) as told:
        share(rows(2), 0, 3)

    assert str(told.value) == (
        "error: a batch of 2 cannot be shared among 3 processes\nhint: take larger batches or fewer processes"
    )
