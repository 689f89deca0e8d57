"""A sweep's store and its workers: any number of identical processes, on one machine or many, share one study.

The number of trials is fixed before anything runs: all of them wait in the store, and each worker takes the next,
so that none is run twice and none too many. Each trial's sampler is seeded by its number: a study that is killed
and taken up again proposes what it would have. A trial whose worker died without a word is found by its missing
heartbeat and run again, at most `RETRIES` times.
Stores: SQLite by default, PostgreSQL (`postgresql+psycopg://…`) for several machines, a journal file (`PATH.log`)
for a shared disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import Place, SiteError

HEARTBEAT = 10  # seconds; a worker silent for three of them is dead
RETRIES = 2
OPENINGS = 3  # attempts to open a store
FILLING = 5_264_731  # the number of PostgreSQL's lock; any will do that nobody else takes
START = 6  # trials drawn evenly before the sampler knows enough to choose
Draw = Callable[[Any], dict[str, Any]]  # of parameters, from a trial
Objective = Callable[[dict[str, Any], Any], dict[str, Any]]  # parameters and a pruning trial to metrics


@dataclass(frozen=True)
class Search:
    """What is searched, and how."""

    name: str
    store: str  # an Optuna storage URL, or the path of a journal that ends with `.log`
    trials: int
    sampler: str = "gp"  # "gp" | "tpe" | "random"
    prunes: bool = False
    seed: int = 0


def open_study(search: Search) -> Any:
    """Open or make the study, with all its trials waiting.

    Raises:
        SiteError: when the store is torn beyond repair, out of reach, or holds a study of other settings.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = _storage(search.store)
    pruner = optuna.pruners.SuccessiveHalvingPruner() if search.prunes else optuna.pruners.NopPruner()
    try:
        study = optuna.create_study(
            study_name=search.name,
            storage=storage,
            sampler=_sampler(search),
            pruner=pruner,
            direction="minimize",
            load_if_exists=True,
        )
    except Exception as error:
        raise _out_of_reach(search.store, error) from None
    asked = json.dumps([search.trials, search.sampler, search.seed, search.prunes])
    held = study.user_attrs.get("asked")
    if held is None:
        study.set_user_attr("asked", asked)
    elif held != asked:
        what = f"the study `{search.name}` of this store was begun with other settings"
        raise SiteError(what, None, "give it another name, or another store")
    with _alone_in(search.store, storage):
        _fill(study, search.trials)
    return study


def work(
    search: Search,
    draw: Draw,
    objective: Objective,
    tell: Callable[[int], None] = lambda _: None,
    *,
    waits: bool = False,
) -> int:
    """Take trials until none waits; return how many this worker ran.

    With `waits`, also until those of other workers have ended, or have been silent so long that they wait again.
    """
    import optuna

    study, done = open_study(search), 0

    def trial_of(trial: Any) -> float:
        if trial.number >= search.trials and "failed_trial" not in _attributes(study, trial.number):
            raise _SurplusError  # another worker took the last one meanwhile
        metrics = objective(draw(trial), trial)
        trial.set_user_attr("metrics", metrics)
        return float(metrics["lm_loss"])

    has_heartbeat = not search.store.endswith(".log")
    waiting, running = optuna.trial.TrialState.WAITING, optuna.trial.TrialState.RUNNING
    while True:
        with _quiet():
            if has_heartbeat:
                optuna.storages.fail_stale_trials(study)
            if study.get_trials(deepcopy=False, states=(waiting,)):
                study.optimize(trial_of, n_trials=1, catch=(ArithmeticError, RuntimeError, ValueError, _SurplusError))
                done += 1
                tell(done)
            elif waits and has_heartbeat and study.get_trials(deepcopy=False, states=(running,)):
                time.sleep(1)
            else:
                return done


def _attributes(study: Any, number: int) -> Any:
    """Return what the store notes of a trial; a retried one has `failed_trial`, the number it had first."""
    return study.get_trials(deepcopy=False)[number].system_attrs


class _SurplusError(Exception):
    """A trial that nobody asked for."""


def rows(search: Search) -> list[dict[str, Any]]:
    """Return a row for each trial in the order of their numbers, a retried one as it ended; no loss where it failed."""
    import optuna

    study = open_study(search)
    ended: dict[int, Any] = {}
    for trial in study.get_trials(deepcopy=False):
        first = trial.system_attrs.get("failed_trial", trial.number)
        if first < search.trials:
            ended[first] = trial
    complete = optuna.trial.TrialState.COMPLETE
    names = sorted({name for trial in ended.values() for name in trial.user_attrs.get("metrics", {})})
    return [
        {
            "trial": number,
            **{name: trial.params.get(name) for name in _parameters(ended.values())},
            **{name: trial.user_attrs.get("metrics", {}).get(name) for name in names},
            "state": "done" if trial.state == complete else trial.state.name.lower(),
        }
        for number, trial in sorted(ended.items())
    ]


def _parameters(trials: Any) -> list[str]:
    return list(dict.fromkeys(name for trial in trials for name in trial.params))


def _fill(study: Any, trials: int) -> None:
    """Put every trial that is not there yet into the store, waiting."""
    for _ in range(len(study.get_trials(deepcopy=False)), trials):
        study.enqueue_trial({})


@contextmanager
def _alone_in(store: str, storage: Any) -> Iterator[None]:
    """Keep other workers from filling the store at the same time: each would put all trials into it."""
    if store.startswith("postgresql"):
        from sqlalchemy import text

        with storage.engine.begin() as connection:  # the lock goes with the transaction, however that ends
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FILLING})
            yield
    elif store.startswith("sqlite:///") or store.endswith(".log"):
        with Path(store.removeprefix("sqlite:///") + ".filling").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    else:
        yield


def _sampler(search: Search) -> Any:
    """Return a sampler that is seeded by each trial's number, so that nothing of it has to outlive a process."""
    import optuna

    class Numbered(optuna.samplers.BaseSampler):
        def of(self, trial: Any, name: str = "") -> Any:
            """Each parameter that is drawn alone has a seed of its own, or all of a trial would get one number."""
            words = f"{search.seed}/{trial.number}/{name}"
            seed = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big")
            if search.sampler == "random" or trial.number < START:
                return optuna.samplers.RandomSampler(seed=seed)
            if search.sampler == "tpe":
                return optuna.samplers.TPESampler(seed=seed, n_startup_trials=0)
            return optuna.samplers.GPSampler(seed=seed, n_startup_trials=0)

        def infer_relative_search_space(self, study: Any, trial: Any) -> Any:
            return self.of(trial).infer_relative_search_space(study, trial)

        def sample_relative(self, study: Any, trial: Any, search_space: Any) -> Any:
            return self.of(trial).sample_relative(study, trial, search_space)

        def sample_independent(self, study: Any, trial: Any, param_name: str, param_distribution: Any) -> Any:
            return self.of(trial, param_name).sample_independent(study, trial, param_name, param_distribution)

    return Numbered()


def _storage(store: str) -> Any:
    import optuna
    from optuna.storages import journal

    if store.endswith(".log"):
        repair_journal(Path(store))
        return optuna.storages.JournalStorage(journal.JournalFileBackend(store))
    if store.startswith("sqlite:///"):
        check_sqlite(Path(store.removeprefix("sqlite:///")))
    for attempt in range(OPENINGS):
        try:
            with _quiet():
                return _database()(
                    store,
                    heartbeat_interval=HEARTBEAT,
                    grace_period=3 * HEARTBEAT,
                    heartbeat_stale_trial_callback=optuna.storages.RetryHeartbeatStaleTrialCallback(max_retry=RETRIES),
                )
        except Exception as error:  # of a database, or of two workers that made its tables at once
            if attempt + 1 == OPENINGS:
                raise _out_of_reach(store, error) from None
            time.sleep(1 + attempt)
    raise AssertionError("the last attempt returned or raised")


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out the word that heartbeats are experimental; they have been for years, and no other way is offered."""
    import optuna

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield


def _database() -> Any:
    """Return Optuna's storage, whose two workers cannot take one trial on SQLite either.

    Taking is a look and a change in one transaction, which locks the row on PostgreSQL. SQLite knows no such lock,
    and two processes were seen to take the same trial; a lock on a file beside it holds them apart.
    """
    import optuna

    class Database(optuna.storages.RDBStorage):
        def set_trial_state_values(self, trial_id: int, state: Any, values: Any = None) -> bool:
            if state != optuna.trial.TrialState.RUNNING or not self.url.startswith("sqlite:///"):
                return bool(super().set_trial_state_values(trial_id, state, values))
            with Path(self.url.removeprefix("sqlite:///") + ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if self.get_trial(trial_id).state != optuna.trial.TrialState.WAITING:
                    return False
                return bool(super().set_trial_state_values(trial_id, state, values))

    return Database


def repair_journal(path: Path) -> int:
    """Cut a half-written last record off a journal, which Optuna could never read again; return the bytes cut."""
    if not path.is_file():
        return 0
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    while whole:
        line = whole[:-1].rpartition(b"\n")[2]
        try:
            json.loads(line)
            break
        except ValueError:
            whole = whole[: len(whole) - len(line) - 1]
    if len(whole) < len(data):
        with path.open("r+b") as file:
            file.truncate(len(whole))
    return len(data) - len(whole)


def check_sqlite(path: Path) -> None:
    """Refuse a torn database.

    Raises:
        SiteError: with what to do.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or not path.stat().st_size:
        return
    try:
        with sqlite3.connect(path) as database:
            answer = database.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        hint = f"move it away (`mv {path.name} {path.name}.torn`) and run again: finished rows stay in `_data`"
        raise SiteError(f"this store is torn: {answer.splitlines()[0]}", Place(path.name), hint)


def _out_of_reach(store: str, error: Exception) -> SiteError:
    reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
    where = store.rpartition("@")[2] if "@" in store else store  # no password in a message
    return SiteError(f"the store `{where}` cannot be used: {reason}", None, "is the database up, and the URL right?")
