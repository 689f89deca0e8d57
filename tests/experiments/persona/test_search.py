"""A study on disk: its trials are counted, killed workers' trials run again, torn stores are mended or refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from experiments.persona import search as search_module
from experiments.persona.search import Search, open_study, repair_journal, rows, work
from generator.errors import SiteError

ROOT = Path(__file__).parents[3]
WORKER = """
import sys, time
from experiments.persona import search
search.HEARTBEAT = 1
study = search.Search("s", sys.argv[1], int(sys.argv[2]))
def objective(parameters, trial):
    print(trial.number, flush=True)
    time.sleep(float(sys.argv[3]))
    return {"lm_loss": (parameters["x"] - 0.3) ** 2}
search.work(study, lambda trial: {"x": trial.suggest_float("x", 0, 1)}, objective)
"""

OPENER = """
import sys, optuna, sqlalchemy
from experiments.persona.search import Search, open_study
sys.stdin.read()
open_study(Search("s", sys.argv[1], 40))
"""


def draw(trial) -> dict[str, float]:
    return {"x": trial.suggest_float("x", 0, 1)}


def bowl(parameters: dict, _trial) -> dict[str, float]:
    return {"lm_loss": (parameters["x"] - 0.3) ** 2}


def start(store: str, trials: int, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(WORKER), store, str(trials), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("store", ["sqlite:///{}/s.sqlite", "{}/s.log"])
def test_a_study_runs_its_trials_and_no_more(tmp_path: Path, store: str) -> None:
    search = Search("s", store.format(tmp_path), 8, sampler="tpe")

    assert work(search, draw, bowl) == 8
    assert work(search, draw, bowl) == 0
    assert [row["trial"] for row in rows(search)] == list(range(8))
    assert {row["state"] for row in rows(search)} == {"done"}


def test_a_study_taken_up_again_proposes_what_it_would_have(tmp_path: Path) -> None:
    def stops(parameters: dict, trial) -> dict[str, float]:
        if trial.number == 4:
            raise KeyboardInterrupt
        return bowl(parameters, trial)

    whole, halved = (Search("s", f"{tmp_path}/{name}.log", 8) for name in "ab")
    work(whole, draw, bowl)
    with pytest.raises(KeyboardInterrupt):
        work(halved, draw, stops)
    work(halved, draw, bowl)
    kept = [row for row in rows(halved) if row["trial"] < 4]

    assert kept == rows(whole)[:4]


@pytest.mark.parametrize("sampler", ["random", "tpe", "gp"])
def test_parameters_of_a_trial_are_drawn_apart(tmp_path: Path, sampler: str) -> None:
    search = Search("s", f"{tmp_path}/s.log", 8, sampler=sampler)

    def two(trial) -> dict[str, float]:
        return {"x": trial.suggest_float("x", 0, 1), "y": trial.suggest_float("y", 0, 1)}

    work(search, two, bowl)

    assert all(abs(row["x"] - row["y"]) > 1e-6 for row in rows(search))
    assert len({row["x"] for row in rows(search)}) == 8


@pytest.mark.parametrize("store", ["sqlite:///{}/s.sqlite", "{}/s.log"])
def test_workers_that_open_a_store_at_once_fill_it_once(tmp_path: Path, store: str) -> None:
    place = store.format(tmp_path)
    workers = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(OPENER), place], cwd=ROOT, stdin=subprocess.PIPE)
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.close()  # all have imported what they need, and wait for this
    codes = [worker.wait() for worker in workers]

    assert codes == [0, 0, 0]
    assert len(open_study(Search("s", place, 40)).get_trials()) == 40


def test_a_trial_that_fails_stays_as_a_row_without_a_loss(tmp_path: Path) -> None:
    search = Search("s", f"sqlite:///{tmp_path}/s.sqlite", 3, sampler="random")

    def fails(parameters: dict, trial) -> dict[str, float]:
        return {"lm_loss": 1 / 0} if trial.number == 1 else bowl(parameters, trial)

    work(search, draw, fails)
    found = rows(search)

    assert [row["state"] for row in found] == ["done", "fail", "done"]
    assert found[1]["lm_loss"] is None
    assert found[1]["x"] is not None


@pytest.mark.slow
def test_two_workers_share_a_study_and_a_killed_one_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = f"sqlite:///{tmp_path}/s.sqlite"
    search = Search("s", store, 8)
    first, second = start(store, 8, 0.4), start(store, 8, 0.4)
    assert first.stdout is not None
    begun = [first.stdout.readline().strip()]
    first.send_signal(signal.SIGKILL)
    out = [*begun, *first.communicate()[0].split(), *second.communicate()[0].split()]
    monkeypatch.setattr(search_module, "HEARTBEAT", 1)
    work(search, draw, bowl, waits=True)  # finds the silent one after three heartbeats

    assert [row["state"] for row in rows(search)] == ["done"] * 8
    assert all(out.count(str(number)) <= 1 for number in range(8))


def test_a_journal_torn_at_any_byte_opens_again(tmp_path: Path) -> None:
    whole = tmp_path / "whole.log"
    work(Search("s", str(whole), 3, sampler="random"), draw, bowl)
    data = whole.read_bytes()
    last = data.rindex(b"\n", 0, len(data) - 1) + 1
    torn = tmp_path / "torn.log"
    for end in range(last, len(data)):
        torn.write_bytes(data[:end])
        assert repair_journal(torn) == end - last
        assert torn.read_bytes() == data[:last]
    torn.write_bytes(data + b'{"half": ')
    open_study(Search("s", str(torn), 3, sampler="random"))

    assert all(json.loads(line) for line in torn.read_bytes().splitlines())


def test_a_torn_database_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    work(Search("s", f"sqlite:///{path}", 2, sampler="random"), draw, bowl)
    path.write_bytes(b"garbage" + path.read_bytes()[7:])

    with pytest.raises(SiteError) as error:
        open_study(Search("s", f"sqlite:///{path}", 2, sampler="random"))

    assert str(error.value) == (
        "s.sqlite: error: this store is torn: file is not a database\n"
        "hint: move it away (`mv s.sqlite s.sqlite.torn`) and run again: finished rows stay in `_data`"
    )


def test_a_study_of_other_settings_is_refused(tmp_path: Path) -> None:
    store = f"{tmp_path}/s.log"
    open_study(Search("s", store, 2))

    with pytest.raises(SiteError, match="the study `s` of this store was begun with other settings"):
        open_study(Search("s", store, 3))


def test_a_database_out_of_reach_is_told_without_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "OPENINGS", 1)

    with pytest.raises(SiteError) as error:
        open_study(Search("s", "nosuch+driver://ann:secret@db.example/x", 2))

    assert "secret" not in str(error.value)
    assert str(error.value).startswith("error: the store `db.example/x` cannot be used: ")
