"""A Bayesian sweep over learning rate, weight of the choice, epochs and batch size, in the manner of the published one.

A Gaussian process proposes, after six trials drawn evenly; the language loss on what was held out is lowered.
Failed and pruned trials stay in the table, without losses. `workers=` starts that many processes on one store;
`python -m experiments sweep persona store=…` starts one more, here or on another machine.
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 8 minutes on one CPU core.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from experiments.persona.loop import Plan, fit
from experiments.persona.models import Setup, Size, clone, set_up
from experiments.persona.prepare import Source
from experiments.persona.private import private_folder
from experiments.persona.search import Search, rows, work

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
    sampler: str = "gp"
    prunes: bool = False
    most_epochs: int = 3
    conversations: int = 80
    vocab_size: int = 1024
    base_strangers: int = 30
    seed: int = 0


def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Work through the study, alone or with other processes, and publish what it holds."""
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
    size = Size(vocab_size=c.vocab_size, base_strangers=c.base_strangers)
    made = set_up(Source(c.export, c.owner, conversations=c.conversations), size, c.seed)

    def draw(trial: Any) -> dict[str, Any]:
        return {
            "lr": trial.suggest_float("lr", 1e-4, 1e-2, log=True),
            "mc_weight": trial.suggest_float("mc_weight", 1e-3, 1e2, log=True),
            "epochs": trial.suggest_int("epochs", 1, c.most_epochs),
            "batch_size": trial.suggest_categorical("batch_size", (4, 8, 16)),
        }

    return work(search_of(c), draw, lambda parameters, trial: judge(made, parameters, trial, c.seed), tell, waits=waits)


def judge(made: Setup, parameters: dict[str, Any], trial: Any, seed: int) -> dict[str, Any]:
    """Fine-tune with one set of parameters; return both losses.

    Raises:
        optuna.TrialPruned: when the study sees that it will not win.
    """
    import optuna

    def told(step: int, total: int | None = None, **metrics: float) -> None:
        if "held_lm_loss" in metrics and total:
            trial.report(metrics["held_lm_loss"], step * 100 // total)
            if trial.should_prune():
                raise optuna.TrialPruned

    plan = Plan(**parameters, evaluations=EVALUATIONS, seed=seed)
    held = fit(clone(made.base), made.train, made.held, plan, told).history[-1]
    return {"mc_loss": held["held_mc_loss"], "lm_loss": held["held_lm_loss"], "choice": held["held_choice"]}


def _start(c: Config) -> subprocess.Popen[bytes]:
    """Start one more worker of the same study."""
    default = Config()
    words = [
        f"{name}={value}" for name, value in vars(c).items() if value != getattr(default, name) and name != "workers"
    ]
    return subprocess.Popen([sys.executable, "-m", "experiments", "sweep", "persona", *words])
