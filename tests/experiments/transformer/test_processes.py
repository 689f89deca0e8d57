"""The same training by several processes, and by one that is killed again and again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from experiments.__main__ import main
from tests.experiments.torchrun import REPOSITORY, as_two_processes

# Rows have different numbers of targets, batches are accumulated, and there is an early best: all that is shared.
PAIR = """
    from dataclasses import dataclass
    import torch
    from experiments.small.batches import IGNORED, Drawn
    from experiments.small.chapters import Chapters
    from experiments.small.model import Shape, Transformer
    from experiments.small.train import Data, Plan, fit

    WRITES = {"curve": "table", "best": "scalar"}

    @dataclass(frozen=True)
    class Config:
        seed: int = 0

    def draw(rng):
        ids = torch.randint(10, (6, 9), generator=rng)
        return ids, ids.masked_fill(torch.rand(6, 9, generator=rng) < 0.4, IGNORED)

    def run(c, log, checkpoint):
        rng = torch.Generator().manual_seed(c.seed)
        data = Data(Drawn(draw, rng), [draw(torch.Generator().manual_seed(2))])
        plan = Plan(12, lr=0.01, accumulate=2, evaluate_every=4, log_every=1, keep_best=True, save_every=5)
        def do(part):
            found = fit(Transformer(Shape(10, 9, width=16), rng), data, plan, log, part)
            return {"history": found.history[:-1], "best": found.best, "tokens": found.tokens}
        found = Chapters(checkpoint)("one", do)
        curve = [{name: row[name] for name in ("step", "loss", "gradient_norm", "lr")} for row in found["history"]]
        return {"curve": curve, "best": {**found["best"], "tokens": found["tokens"]}}
    """


@pytest.mark.slow
def test_two_processes_follow_the_path_of_one(tmp_path: Path):
    """Launched by torchrun through the runner: one of the two decides and writes."""
    found = []
    for name, launch in (("one", alone), ("two", as_two_processes)):
        root = write(tmp_path / name, "pair", PAIR)
        launch("-m", "experiments", "run", "small.pair", "--seed", "0,1", "--root", str(root))
        found.append(
            [yaml.safe_load((root / f"_data/small/pair/{name}.yaml").read_text()) for name in ("curve", "best")]
        )
    (one, best), (two, also_best) = found

    assert near([one, best], [two, also_best])
    assert [row["step"] for row in one] == list(range(12))
    assert one[-1]["loss"] < one[0]["loss"] - 0.01


def alone(*command: str) -> None:
    subprocess.run([sys.executable, *command], cwd=REPOSITORY, check=True, capture_output=True, timeout=120)


def near(a: object, b: object) -> bool:
    """Say whether two pieces of data are the same but for the rounding of sums."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(near(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(near, a, b))
    return bool(a == pytest.approx(b, rel=1e-4, abs=1e-7))


EXPERIMENT = '''
    """A short training, saved at every step."""
    from dataclasses import dataclass
    import torch
    from experiments.small.model import Shape, Transformer
    from experiments.small.chapters import Chapters
    from experiments.small.batches import windows
    from experiments.small.train import Data, Plan, fit

    WRITES = {"curves": "table", "weights": "scalar"}

    @dataclass(frozen=True)
    class Config:
        steps: int = 20
        precision: str = "float32"
        seed: int = 0

    def run(c, log, checkpoint):
        chapters = Chapters(checkpoint)
        def part(rate):
            def do(own):
                rng = torch.Generator().manual_seed(c.seed)
                model = Transformer(Shape(10, 16, layers=1, width=16, dropout=rate), rng)
                data = Data(windows(torch.arange(99) % 10, 16, 4, rng), [(torch.arange(10)[None],) * 2])
                plan = Plan(c.steps, evaluate_every=5, save_every=1, log_every=1, precision=c.precision, seed=c.seed)
                history = fit(model, data, plan, log, own).history
                total = sum(value.double().abs().sum().item() for value in model.state_dict().values())
                return {"history": history, "total": total}
            return do
        found = {str(rate): chapters(str(rate), part(rate)) for rate in (0.0, 0.3)}
        curves = [
            {"rate": rate, "step": row["step"], "held_loss": row["held_loss"]}
            for rate, one in found.items() for row in one["history"] if "held_loss" in row
        ]
        return {"curves": curves, "weights": {f"at_{rate}": one["total"] for rate, one in found.items()}}
    '''


# Imports torch once; each attempt is a child of its own, killed some time after it saved a state.
KILLER = """
    import os, random, signal, sys, time
    from pathlib import Path
    import torch
    import torch._dynamo  # an optimiser loads it, which takes a second
    from experiments.__main__ import main

    torch.set_num_threads(1)

    def start(root):
        if child := os.fork():
            return child
        sys.stdout = sys.stderr = open(os.devnull, "w")
        code = 99
        try:
            code = main(["run", "small.walk", "precision=" + sys.argv[3], "--root", root])
        finally:
            os._exit(code)

    whole, killed = sys.argv[1:3]
    draw, kills = random.Random(0), 0
    code = os.waitstatus_to_exitcode(os.waitpid(start(whole), 0)[1])
    for _ in range(4):
        manifest = Path(killed, ".runs/small.walk/0/checkpoint.json")
        before = manifest.stat().st_mtime_ns if manifest.exists() else 0
        child = start(killed)
        while not (manifest.exists() and manifest.stat().st_mtime_ns > before):
            time.sleep(0.005)
        time.sleep(draw.uniform(0.0, 0.1))
        os.kill(child, signal.SIGKILL)
        kills += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    print(code, kills, os.waitstatus_to_exitcode(os.waitpid(start(killed), 0)[1]))
    """


def write(root: Path, name: str, experiment: str) -> Path:
    """Copy the family under another name into a site of its own, with a small experiment."""
    folder = root / "experiments" / "small"
    folder.mkdir(parents=True)
    for module in ("model", "train", "batches", "device", "chapters"):
        text = (REPOSITORY / f"experiments/transformer/{module}.py").read_text()
        (folder / f"{module}.py").write_text(text.replace("experiments.transformer", "experiments.small"))
    (folder / f"{name}.py").write_text(dedent(experiment))
    return root


def artifacts(root: Path) -> dict[str, bytes]:
    folder = root / "_data/small/walk"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.name != "record.json"}


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_run_killed_at_random_moments_ends_in_the_same_bytes(tmp_path: Path, precision: str):
    whole, killed = (write(tmp_path / name, "walk", EXPERIMENT) for name in ("whole", "killed"))
    command = [sys.executable, "-W", "ignore", "-c", dedent(KILLER), str(whole), str(killed), precision]

    said = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True, timeout=120).stdout

    assert said.split() == ["0", "4", "0"]
    assert artifacts(killed) == artifacts(whole)
    assert list(artifacts(whole)) == ["curves.yaml", "weights.yaml"]


def test_several_processes_are_told_to_take_one_experiment_at_a_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("WORLD_SIZE", "2")

    assert main(["run", "transformer.reverse", "transformer.overfit"]) == 2
    assert capsys.readouterr().err == (
        "error: several processes run one experiment at a time\n"
        "hint: run first, without torchrun, what it reads; then name one experiment\n"
    )
