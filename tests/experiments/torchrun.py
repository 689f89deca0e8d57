"""A command under torchrun, as two processes of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
# What torch says when the network or its own threads, not the program, gave way: worth a second try.
SHAKY = (
    "(SIGABRT)",
    "DistNetworkError",
    "DistStoreError",
    "RendezvousConnectionError",
    "gloo/transport",
    "connectFullMesh",
)


def as_two_processes(*command: str) -> None:
    """Run a Python command as two processes, and fail with what they said."""
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    # By the number: a machine need not know its own name.
    launch += ["--local-addr", "127.0.0.1"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY), "PYTHONFAULTHANDLER": "1"}
    for last in (False, True):
        done = subprocess.run(
            [*launch, *command],
            cwd=REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        if done.returncode == 0:
            return
        if last or not any(word in done.stderr for word in SHAKY):
            pytest.fail(done.stdout + done.stderr)
