"""Two processes under torchrun learn what one does: every batch is shared out, and losses are of the whole of it.

The first of them alone reads and writes what is private; a trial of the sweep is launched, and launched again.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from experiments.persona import loop
from experiments.persona.batches import Encoded
from experiments.persona.loop import Plan, cut, fit
from experiments.persona.model import Persona, Shape
from experiments.persona.models import Setup
from experiments.persona.sweep import judge
from experiments.persona.tokens import train_tokens
from experiments.persona.trial import _listen, laid_out, main
from generator.errors import SiteError
from tests.experiments.torchrun import REPOSITORY, as_two_processes

END, ME, THEM = 0, 1, 2
SHAPE = Shape(vocab_size=50, block_size=64, layers=2, heads=2, width=16, dropout=0.0)
PLANS = {
    "plain": Plan(epochs=3, batch_size=8, lr=1e-2, log_every=1),
    "accumulated, one loss": Plan(epochs=1, batch_size=8, lr=1e-2, log_every=1, accumulate=2, mc_weight=0.0),
    "unequal shares": Plan(epochs=1, batch_size=3, lr=1e-2, log_every=1, accumulate=2),
}
SCRIPT = """
import json, os, sys
from pathlib import Path
from torch import distributed
sys.path.insert(0, sys.argv[1])
from test_processes import curves, resumed
found = curves() | {"resumed": resumed()}
rank = distributed.get_rank()
Path(sys.argv[2], f"{rank}.json").write_text(json.dumps(found))
sys.stdout.flush(); os._exit(0)  # taken apart one by one, the threads of gloo abort a process now and then
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


class Kept:
    """A checkpoint in memory, which only the first process saves to: it begins with what it is given."""

    def __init__(self, states: list[Any]) -> None:
        self.states = states

    def load(self) -> Any:
        return self.states[-1] if self.states else None

    def save(self, state: Any) -> None:
        stream = io.BytesIO()  # as a file, so that later steps do not change it
        torch.save(state, stream)
        stream.seek(0)
        self.states.append(torch.load(stream, weights_only=True))


def resumed() -> list[dict[str, float]]:
    """Train by the first plan, then again from its fourth step."""
    loop.SAVE_SECONDS = -1.0
    kept = Kept([])
    fit(Persona(SHAPE, torch.Generator().manual_seed(0)), examples(), examples()[:4], PLANS["plain"], checkpoint=kept)
    again = Kept(kept.states[3:4])
    model = Persona(SHAPE, torch.Generator().manual_seed(9))
    return fit(model, examples(), examples()[:4], PLANS["plain"], checkpoint=again).history


@pytest.mark.slow
def test_two_processes_follow_the_losses_of_one(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    as_two_processes(str(script), str(Path(__file__).parent), str(tmp_path))
    first, second = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2))
    alone = curves()

    assert second == first
    assert first.pop("resumed") == first["plain"]
    assert {name: len(rows) for name, rows in first.items()} == {
        "plain": 10,
        "accumulated, one loss": 4,
        "unequal shares": 9,
    }
    for name, rows in alone.items():
        assert [row.keys() for row in first[name]] == [row.keys() for row in rows]
        mine, theirs = ([list(row.values()) for row in found[name]] for found in (alone, first))
        for row, other in zip(mine, theirs, strict=True):
            torch.testing.assert_close(torch.tensor(other), torch.tensor(row), rtol=1e-4, atol=0)


def test_every_process_cuts_its_share_into_as_many_parts() -> None:
    """Whoever had one part more would wait for ever for the other's gradients."""
    batch = examples()
    for size in range(1, 14):
        for processes in range(1, min(size, 5) + 1):
            for parts in (1, 2, 3, 7):
                shares = cut(batch[:size], processes, parts)
                counts = {len(share) for share in shares}

                assert len(counts) == 1
                assert all(part for share in shares for part in share)
                assert [[one for part in share for one in part] for share in shares] == [
                    batch[rank:size:processes] for rank in range(processes)
                ]


def test_a_batch_smaller_than_its_processes_is_told() -> None:
    with pytest.raises(SiteError) as error:
        cut(examples()[:1], 2, 1)

    assert str(error.value) == (
        "error: a batch of 1 cannot be shared by 2 processes\nhint: take a larger `batch_size`, or fewer processes"
    )


# experiments ----------------------------------------------------------------
APART = """
import os, sys
os.environ["LABPRESS_PRIVATE"] = os.path.join(sys.argv.pop(1), os.environ.get("RANK", "0"))
from experiments.__main__ import main
sys.exit(main())
"""
DATA = ("losses", "curve", "opinions", "model")


def alone(*command: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, *command], cwd=REPOSITORY, env=environment, check=True, timeout=240)


@pytest.mark.slow
def test_two_processes_train_a_persona_and_one_of_them_writes(tmp_path: Path) -> None:
    """Each has a private folder of its own, as on machines that share no disk."""
    script = tmp_path / "run.py"
    script.write_text(APART)
    found, files = [], []
    for name, launch in (("one", alone), ("two", as_two_processes)):
        words = ["epochs=0.15", "dropout=0", "--preset", "smoke", "--into", str(tmp_path / name / "made")]
        launch(str(script), str(tmp_path / name / "private"), "run", "persona.train", *words)
        read = {one: yaml.safe_load(next((tmp_path / name / "made").glob(f"{one}.*")).read_text()) for one in DATA}
        for differs in ("tree_tokens", "sha256"):  # each pads its share; bytes differ as roundings do
            assert read["model"].pop(differs)
        found.append(read)
        private = tmp_path / name / "private"
        files.append({path.relative_to(private): path for path in private.rglob("*") if path.is_file()})
    one, two = found

    assert near(one, two)
    assert one["losses"][2]["lm_loss"] < one["losses"][1]["lm_loss"] - 0.01
    assert files[0].keys() == files[1].keys()
    assert {path.parts[0] for path in files[1]} == {"0"}
    for name, path in files[0].items():
        assert files[1][name].read_bytes() == path.read_bytes() or name.parts[2] == "smoke"


def near(a: object, b: object) -> bool:
    """Say whether two pieces of data are the same but for the rounding of sums."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(near(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(near, a, b))
    if isinstance(a, str) or a is None:
        return a == b
    return bool(a == pytest.approx(b, rel=1e-4, abs=1e-7))


def test_a_sweep_under_torchrun_is_told_how_it_is_done(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.persona import sweep

    monkeypatch.setenv("WORLD_SIZE", "2")
    for begin in (lambda: sweep.run(sweep.Config(), print), lambda: sweep.worker(sweep.Config())):
        with pytest.raises(SiteError) as error:
            begin()

        assert str(error.value) == (
            "error: a sweep starts the processes of its trials itself\nhint: without torchrun: `processes=2`"
        )


# a trial --------------------------------------------------------------------
class Trial:
    """Notes what is reported; prunes when it is told to."""

    def __init__(self, prunes: bool = False, kills: Path | None = None) -> None:
        self.reported: list[tuple[int, float]] = []
        self.prunes, self.kills = prunes, kills

    def report(self, value: float, step: int) -> None:
        self.reported.append((step, value))
        if self.kills:
            os.kill(min(ranks(self.kills)), signal.SIGKILL)
            self.kills = None

    def should_prune(self) -> bool:
        return self.prunes


def ranks(folder: Path) -> list[int]:
    """Find the processes that train in a folder, torchrun left out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if str(folder) in words and "torch.distributed.run" not in words:
            found.append(int(path.parent.name))
    return found


def test_a_worker_hears_its_trial_through_what_libraries_say(capfd: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[int, int, float]] = []

    def tell(step: int, total: int, held_lm_loss: float) -> None:
        told.append((step, total, held_lm_loss))

    lines = [
        "[Gloo] Rank 0 is connected to 1 peer ranks\n",
        'trial: {"step": 0, "total": 9, "held_lm_loss": 6.5}\n',
        'no end of line trial: {"step": 3, "total": 9, "held_lm_loss": 5.5}\n',
    ]

    assert _listen(lines, tell) == {}  # a process died
    assert told == [(0, 9, 6.5), (3, 9, 5.5)]
    assert _listen(['trial: {"held": {"held_lm_loss": 4.5}}\n'], tell) == {"held_lm_loss": 4.5}
    with pytest.raises(RuntimeError, match="ValueError: too large"):
        _listen(['trial: {"failed": "ValueError: too large"}\n'], tell)


def test_a_trial_tells_what_its_settings_are_to_blame_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LABPRESS_PRIVATE", str(tmp_path / "private"))
    with laid_out(small()) as folder:
        code = main(str(folder), json.dumps({"epochs": 1.0, "batch_size": 0}))

    assert code == 1
    assert capsys.readouterr().out == ('trial: {"failed": "ZeroDivisionError: integer division or modulo by zero"}\n')


def small() -> Setup:
    """Give a base and examples."""
    tokens = train_tokens(["do you like trains?", "i love trains"], 300)
    base = Persona(Shape(len(tokens), 64, 2, 2, 16, 0.0), torch.Generator().manual_seed(0))
    return Setup(tokens, tuple(examples()), tuple(examples()[:4]), base, None)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_trial_of_two_processes_is_a_trial_of_one_even_when_one_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import optuna

    monkeypatch.setenv("LABPRESS_PRIVATE", str(tmp_path / "private"))
    made = small()
    plan = Plan(epochs=3, batch_size=8, lr=1e-2, evaluations=4)
    one, two = Trial(), Trial()
    losses = judge(made, plan, one)
    with laid_out(made) as folder:
        two.kills = folder
        also = judge(made, plan, two, 2, folder)
        assert two.kills is None
        assert near([losses, [list(row) for row in one.reported]], [also, [list(row) for row in two.reported]])
        with pytest.raises(optuna.TrialPruned):
            judge(made, plan, Trial(prunes=True), 2, folder)
        assert ranks(folder) == []

    assert not folder.exists()
