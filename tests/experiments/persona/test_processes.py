"""Two processes under torchrun learn what one does: every batch is shared out, and losses are of the whole of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from experiments.persona.batches import Encoded
from experiments.persona.loop import Plan, fit
from experiments.persona.model import Persona, Shape
from tests.experiments.torchrun import as_two_processes

END, ME, THEM = 0, 1, 2
SHAPE = Shape(vocab_size=50, block_size=64, layers=2, heads=2, width=16, dropout=0.0)
PLANS = {
    "plain": Plan(epochs=3, batch_size=8, lr=1e-2, log_every=1),
    "accumulated, one loss": Plan(epochs=1, batch_size=8, lr=1e-2, log_every=1, accumulate=2, mc_weight=0.0),
}
SCRIPT = """
import json, sys
from pathlib import Path
from torch import distributed
sys.path.insert(0, sys.argv[1])
from test_processes import curves
found = curves()
rank = distributed.get_rank()
Path(sys.argv[2], f"{rank}.json").write_text(json.dumps(found))
distributed.destroy_process_group()
"""


def examples() -> list[Encoded]:
    """Texts of unequal lengths, so that the two processes hold unequal numbers of targets."""
    draw = torch.Generator().manual_seed(2)

    def words(most: int) -> tuple[int, ...]:
        size = int(torch.randint(1, most, (1,), generator=draw))
        return (*torch.randint(3, 50, (size,), generator=draw).tolist(), END)

    made = []
    for i in range(24):
        history = words(9)
        made.append(Encoded(history, (THEM,) * len(history), tuple(words(12) for _ in range(4)), i % 4, ME))
    return made


def curves() -> dict[str, list[dict[str, float]]]:
    """Train by each plan; return every row that was logged."""
    return {
        name: fit(Persona(SHAPE, torch.Generator().manual_seed(0)), examples(), examples()[:4], plan).history
        for name, plan in PLANS.items()
    }


@pytest.mark.slow
def test_two_processes_follow_the_losses_of_one(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    as_two_processes(str(script), str(Path(__file__).parent), str(tmp_path))
    first, second = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2))
    alone = curves()

    assert second == first
    assert {name: len(rows) for name, rows in first.items()} == {"plain": 10, "accumulated, one loss": 4}
    for name, rows in alone.items():
        assert [row.keys() for row in first[name]] == [row.keys() for row in rows]
        mine, theirs = ([list(row.values()) for row in found[name]] for found in (alone, first))
        for row, other in zip(mine, theirs, strict=True):
            torch.testing.assert_close(torch.tensor(other), torch.tensor(row), rtol=1e-4, atol=0)
