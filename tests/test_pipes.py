"""A reader that has seen enough, as `| head` has, is no reason for a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "words",
    [["experiments", "list"], ["experiments", "status", "group_lasso.cancer"], ["generator", "check", "--numbers"]],
)
def test_a_reader_that_leaves_early_ends_a_command_quietly(words: list[str]):
    command = [sys.executable, "-u", "-m", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        told = run.stderr.read()

    assert "Traceback" not in told
    assert run.returncode == 0
