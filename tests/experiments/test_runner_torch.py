"""Training that is killed and resumed ends with the bits of training that was not."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import Any

import pytest

pytest.importorskip("torch")

TRAIN = '''
"""A small network with dropout and Adam, whose state is all in its checkpoint."""

import hashlib
import time
from dataclasses import dataclass

import torch
from torch import nn

WRITES = {"curve": "series", "end": "scalar"}


@dataclass(frozen=True)
class Config:
    steps: int = 120
    seed: int = 0


def run(config, log, checkpoint):
    torch.manual_seed(config.seed)
    rng = torch.Generator().manual_seed(config.seed)
    network = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 1))
    adam = torch.optim.Adam(network.parameters(), lr=0.01)
    start, curve = 0, []
    if (state := checkpoint.load()) is not None:
        network.load_state_dict(state["network"])
        adam.load_state_dict(state["adam"])
        rng.set_state(state["rows"])
        torch.set_rng_state(state["dropout"])
        start, curve = state["step"], state["curve"]
    for step in range(start + 1, config.steps + 1):
        x = torch.randn(16, 8, generator=rng)
        loss = (network(x) - x.sum(1, keepdim=True)).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        curve.append({"step": step, "loss": loss.item()})
        log(step, total=config.steps, loss=loss)
        time.sleep(0.005)
        if step % 7 == 0:
            checkpoint.save({
                "network": network.state_dict(), "adam": adam.state_dict(), "step": step, "curve": curve,
                "rows": rng.get_state(), "dropout": torch.get_rng_state(),
            })
    weights = b"".join(part.detach().numpy().tobytes() for part in network.parameters())
    return {"curve": curve, "end": {"weights": hashlib.sha256(weights).hexdigest()}}
'''


@pytest.mark.slow
def test_killed_training_ends_with_the_same_weights(lab: Any) -> None:
    lab.write("experiments/family/train.py", TRAIN)
    lab.start("run", "family.train", stdout=-3).wait()
    metrics = lab.root / ".runs/family.train/0/metrics.jsonl"
    expected = lab.published("family.train"), metrics.read_bytes()
    lab("clean", "family.train")
    rng, killed, notes = random.Random(0), 0, lab.root / ".runs/family.train/0/checkpoint.json"
    lab.root.joinpath("_data/family/train/record.json").unlink()
    while killed < 4:
        process = lab.start("run", "family.train", stdout=-3)
        before = notes.read_bytes() if notes.exists() else b""
        while process.poll() is None and (notes.read_bytes() if notes.exists() else b"") == before:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.08))
        if process.poll() is not None:
            break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        killed += 1
    finished = lab.start("run", "family.train", stdout=-3).wait()

    assert (killed, finished) == (4, 0)
    assert (lab.published("family.train"), metrics.read_bytes()) == expected
