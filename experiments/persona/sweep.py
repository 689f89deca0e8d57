"""A Bayesian sweep over learning rate, weight of the choice, epochs and batch size, in the manner of the published one.

A Gaussian process proposes, after six trials drawn evenly; the language loss on what was held out is lowered.
Failed and pruned trials stay in the table, without losses. `workers=` starts that many processes on one store;
`python -m experiments sweep persona store=…` starts one more, here or on another machine. With `processes=` each
trial is trained by that many, which its worker launches through `torchrun`.
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 8 minutes on one CPU core.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.persona.loop import Plan, fit
from experiments.persona.models import Setup, Size, clone, set_up
from experiments.persona.prepare import Source
from experiments.persona.private import private_folder
from experiments.persona.search import Search, rows, work
from experiments.persona.trial import laid_out, launch
from generator.errors import SiteError

WRITES = {"rows": "table", "best": "scalar"}
PRESETS = {
    "smoke": {
        "conversations": 12,
        "base_strangers": 0,
        "vocab_size": 400,
        "trials": 3,
        "most_epochs": 1,
        "study": "smoke",
    }
}
PRIVATE = ("export", "owner", "store")
EVALUATIONS = 4


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    export: str = ""
    owner: str = ""
    store: str = ""  # an Optuna storage; empty: SQLite in the private folder
    study: str = "persona"
    trials: int = 12
    workers: int = 1
    processes: int = 1  # that train one trial together, under torchrun
    sampler: str = "gp"
    prunes: bool = False
    most_epochs: int = 3
    conversations: int = 80
    vocab_size: int = 1024
    base_strangers: int = 30
    dropout: float = 0.1  # of our own base; several processes draw theirs apart, and with 0 follow one to rounding
    seed: int = 0


def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Work through the study, alone or with other processes, and publish what it holds.

    Raises:
        SiteError: under `torchrun`, which the sweep itself starts for each trial.
    """
    _check_alone()
    search = search_of(c)
    others = [_start(c) for _ in range(c.workers - 1)]
    try:
        worker(c, lambda done: log(done, c.trials), waits=True)
    finally:
        codes = [other.wait() for other in others]
    found = rows(search)
    ended = [row for row in found if row["state"] == "done"]
    best = min(ended, key=lambda row: row["lm_loss"]) if ended else {}
    counts = {f"trials_{state}": sum(row["state"] == state for row in found) for state in ("done", "pruned", "fail")}
    return {"rows": found, "best": {**best, **counts, "workers_failed": sum(code != 0 for code in codes)}}


def search_of(c: Config) -> Search:
    """Return the study that a config means."""
    store = c.store or f"sqlite:///{private_folder() / 'sweep.sqlite'}"
    return Search(f"{c.study}-{c.conversations}-{c.seed}-{c.trials}", store, c.trials, c.sampler, c.prunes, c.seed)


def worker(c: Config, tell: Callable[[int], None] = lambda _: None, *, waits: bool = False) -> int:
    """Take trials until none waits; return how many this process ran."""
    _check_alone()
    size = Size(vocab_size=c.vocab_size, base_strangers=c.base_strangers, dropout=c.dropout)
    made = set_up(Source(c.export, c.owner, conversations=c.conversations), size, c.seed)

    def draw(trial: Any) -> dict[str, Any]:
        return {
            "lr": trial.suggest_float("lr", 1e-4, 1e-2, log=True),
            "mc_weight": trial.suggest_float("mc_weight", 1e-3, 1e2, log=True),
            "epochs": trial.suggest_int("epochs", 1, c.most_epochs),
            "batch_size": trial.suggest_categorical("batch_size", (4, 8, 16)),
        }

    with laid_out(made) if c.processes > 1 else nullcontext() as folder:

        def objective(parameters: dict[str, Any], trial: Any) -> dict[str, Any]:
            return judge(made, Plan(**parameters, evaluations=EVALUATIONS, seed=c.seed), trial, c.processes, folder)

        return work(search_of(c), draw, objective, tell, waits=waits)


def judge(made: Setup, plan: Plan, trial: Any, processes: int = 1, folder: Path | None = None) -> dict[str, Any]:
    """Fine-tune by one plan, here or by processes that find what they need in `folder`; return both losses.

    Raises:
        optuna.TrialPruned: when the study sees that it will not win.
    """
    import optuna

    def told(step: int, total: int | None = None, **metrics: float) -> None:
        if "held_lm_loss" in metrics and total:
            trial.report(metrics["held_lm_loss"], step * 100 // total)
            if trial.should_prune():
                raise optuna.TrialPruned

    if folder is None:
        held = fit(clone(made.base), made.train, made.held, plan, told).history[-1]
    else:
        held = launch(folder, plan, processes, told)
    return {"mc_loss": held["held_mc_loss"], "lm_loss": held["held_lm_loss"], "choice": held["held_choice"]}


def _check_alone() -> None:
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise SiteError("a sweep starts the processes of its trials itself", None, "without torchrun: `processes=2`")


def _start(c: Config) -> subprocess.Popen[bytes]:
    """Start one more worker of the same study."""
    default = Config()
    words = [
        f"{name}={value}" for name, value in vars(c).items() if value != getattr(default, name) and name != "workers"
    ]
    root = Path(__file__).parents[2]
    return subprocess.Popen([sys.executable, "-m", "experiments", "sweep", "persona", *words, "--root", str(root)])
