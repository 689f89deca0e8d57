"""The commands around a run: list, status, why, accept, clean, new, --all, --check."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from generator.data.artifacts import read_record
from generator.data.staleness import status

FIRST = '''
"""The first of two."""

from dataclasses import dataclass

WRITES = {"rows": "table", "best": "scalar"}
PRESETS = {"smoke": {"size": 1}, "full": {"size": 5}}
FACTOR = 2


@dataclass(frozen=True)
class Config:
    size: int = 3


def run(config, log):
    rows = [{"x": x, "y": float(x * FACTOR)} for x in range(config.size)]
    return {"rows": rows, "best": {"y": rows[-1]["y"]}}
'''
SECOND = '''
"""The second reads the first."""

from dataclasses import dataclass

READS = {"all": "family.first", "rows": "family.first.rows"}
WRITES = {"sum": "scalar"}


@dataclass(frozen=True)
class Config:
    pass


def run(config, log, inputs):
    assert inputs["all"]["rows"] == inputs["rows"]
    return {"sum": {"y": sum(row["y"] for row in inputs["rows"]), "best": inputs["all"]["best"]["y"]}}
'''


@pytest.fixture
def two(lab: Any) -> Any:
    lab.write("experiments/family/first.py", FIRST)
    lab.write("experiments/family/second.py", SECOND)
    return lab


def run(lab: Any, *words: str) -> tuple[int, str, str]:
    """Carry out a command in its own process, with those it starts."""
    process = lab.start(*words, stdout=-1, stderr=-1)
    out, err = process.communicate()
    return process.returncode, out, err


def test_the_list_tells_state_duration_claim_and_artifacts(two: Any) -> None:
    two("run", "family.first")
    two.write("experiments/family/wrong.py", "WRITES = 3\n")
    seconds = read_record(two.root, "family.first").seconds  # type: ignore[union-attr]

    assert two("list").out == (
        f"family.first   fresh    {seconds:.1f} s  The first of two.                                       rows, best\n"
        "family.second  pending         The second reads the first.                             sum\n"
        "family.wrong   pending         (`WRITES` is not a mapping of artifact names to kinds)\n"
    )


def test_an_empty_list_says_how_to_begin(lab: Any) -> None:
    assert lab("list").out == "no experiments yet; `python -m experiments new experiment NAME` makes one\n"


def test_the_list_loads_nothing_heavy(two: Any) -> None:
    code = (
        "import sys; from experiments.__main__ import main; main(['list', '--root', sys.argv[1]]);"
        "print(sorted({'torch', 'numpy', 'yaml', 'sklearn', 'jinja2'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code, two.root], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_status_tells_how_artifacts_were_made(two: Any) -> None:
    two("run", "family.first", "size=4")
    made = read_record(two.root, "family.first")
    assert made is not None

    assert two("status", "family.first").out == (
        "family.first: fresh\n"
        "  made by: python -m experiments run family.first size=4\n"
        f"  on {made.date} in {made.seconds:.1f} s, {made.peak_memory_mb} MB, at no git\n"
        '  config: {"size": 4}\n'
        "  rows (table): _data/family/first/rows.yaml\n"
        "  best (scalar): _data/family/first/best.yaml\n"
    )


def test_status_of_all_says_what_to_do(two: Any) -> None:
    two("run", "family.first")
    two.edit("experiments/family/first.py", "FACTOR = 2", "FACTOR = 3")

    assert two("status").out == (
        "family.first: stale\n"
        "  experiments/family/first.py::FACTOR changed\n"
        "  run it: python -m experiments run family.first\n"
        "family.second: pending\n"
        "  never run\n"
        "  run it: python -m experiments run family.second\n"
    )


def test_the_commit_is_in_the_record(two: Any) -> None:
    def git(*words: str) -> str:
        settings = ["-c", "user.name=a", "-c", "user.email=a@b"]
        return subprocess.run(
            ["git", *settings, *words], cwd=two.root, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "x")
    two("run", "family.first")
    clean = read_record(two.root, "family.first").git  # type: ignore[union-attr]
    two.edit("experiments/family/first.py", "FACTOR = 2", "FACTOR = 3")
    two("run", "family.first")
    dirty = read_record(two.root, "family.first").git  # type: ignore[union-attr]

    assert (clean, dirty) == (
        {"commit": git("rev-parse", "HEAD"), "dirty": False},
        {"commit": git("rev-parse", "HEAD"), "dirty": True},
    )


def test_accepting_a_change_keeps_the_reason(two: Any) -> None:
    two("run", "family.first")
    before = read_record(two.root, "family.first")
    two.edit("experiments/family/first.py", "x * FACTOR", "FACTOR * x")
    two.edit("experiments/family/first.py", "size: int = 3", "size: int = 4")
    two.write("_data/family/first/best.yaml", "y: 4.0  # as before\n")
    said = two("accept", "family.first", "--reason", "the same sum")
    after = read_record(two.root, "family.first")
    assert before is not None
    assert after is not None

    symbol = "experiments/family/first.py::run"
    assert said.out == "family.first: accepted 3 changes\n"
    assert status(two.root, "family.first").state == "fresh"
    assert (after.config, after.overrides) == ({"size": 3}, {"size": 3})
    assert after.accepted == (
        {
            "date": after.date,
            "reason": "the same sum",
            "changes": [
                "best.yaml was edited by hand",
                f"{symbol} changed",
                "config: size was 3, the default is now 4",
            ],
            "was": {symbol: before.code[symbol], "best.yaml": before.artifacts["best"].sha256},
        },
    )


@pytest.mark.parametrize(
    ("prepare", "code", "message"),
    [
        (
            [],
            2,
            "error: `family.first` is pending: there is nothing to accept\n"
            "hint: run it: `python -m experiments run family.first`\n",
        ),
        (["run", "family.first"], 0, "family.first is fresh; there is nothing to accept\n"),
    ],
)
def test_there_may_be_nothing_to_accept(two: Any, prepare: list[str], code: int, message: str) -> None:
    if prepare:
        two(*prepare)
    said = two("accept", "family.first", "--reason", "x")

    assert (said.code, said.out + said.err) == (code, message)


def test_cleaning_keeps_what_is_published(two: Any) -> None:
    two("run", "family.first")
    published = two.published("family.first")
    said = two("clean")

    assert re.sub(r"\d", "0", said.out) == "removed .runs/family.first (0.0 MB)\n"
    assert (two.published("family.first"), [path.name for path in (two.root / ".runs").iterdir()]) == (
        published,
        [".gitignore"],
    )
    assert two("clean", "family.first").out == "family.first left nothing in .runs\n"


def test_leftovers_of_an_experiment_that_is_gone_can_be_removed(two: Any) -> None:
    two("run", "family.first")
    (two.root / "experiments/family/first.py").unlink()

    assert two("clean", "family.first").out.startswith("removed .runs/family.first")
    assert (
        two("clean", "family.frist").err
        == "error: there is no experiment `family.frist`\nhint: did you mean `family.second`?\n"
    )


def test_private_files_are_for_their_owner_and_not_for_git(two: Any) -> None:
    two("run", "family.first")

    assert (two.root / ".runs/family.first").stat().st_mode & 0o777 == 0o700
    assert (two.root / ".runs/.gitignore").read_text() == "*\n"


def test_inputs_are_run_first(two: Any) -> None:
    code, out, err = run(two, "run", "family.second")

    assert (code, err, re.sub(r"[\d.]+ s", "0 s", out)) == (
        0,
        "",
        "family.first is done in 0 s\n"
        "  new      _data/family/first/rows.yaml\n"
        "  new      _data/family/first/best.yaml\n"
        "family.second is done in 0 s\n"
        "  new      _data/family/second/sum.yaml\n",
    )
    assert two.data("family/second/sum.yaml") == {"y": 6.0, "best": 4.0}


def test_a_changed_input_makes_its_readers_stale(two: Any) -> None:
    run(two, "run", "family.second")
    two.edit("experiments/family/first.py", "FACTOR = 2", "FACTOR = 3")
    before = two("why", "family.second").out
    two("run", "family.first")
    after = two("why", "family.second").out
    again = run(two, "run", "--stale")

    assert (before, after) == (
        "input family.first is stale\ninput family.first.rows is stale\n",
        "input family.first changed\ninput family.first.rows changed\n",
    )
    assert (again[0], two.data("family/second/sum.yaml")) == (0, {"y": 9.0, "best": 6.0})
    assert two("run", "--stale").out == "nothing to run: every experiment is fresh\n"


def test_all_runs_with_the_settings_of_the_last_run(two: Any) -> None:
    two("run", "family.first", "size=7", "--preset", "full")
    two.edit("experiments/family/first.py", "FACTOR = 2", "FACTOR = 3")
    run(two, "run", "--all")
    made = read_record(two.root, "family.first")
    assert made is not None

    assert (made.config, made.command) == (
        {"size": 7},
        "python -m experiments run family.first size=7 --preset full",
    )
    assert status(two.root, "family.second").state == "fresh"


def test_what_reads_a_failed_experiment_is_left_out(two: Any) -> None:
    two.edit("experiments/family/first.py", "x * FACTOR", "x / 0")
    code, out, err = run(two, "run", "--all")

    assert (code, out, err.splitlines()[-1]) == (
        1,
        "family.second is left out: its input family.first failed\n",
        "ZeroDivisionError: division by zero",
    )


def test_an_input_edited_by_hand_is_not_built_upon(two: Any) -> None:
    two("run", "family.first")
    two.write("_data/family/first/best.yaml", "y: 9\n")
    said = two("run", "family.second")

    assert (said.code, said.err) == (
        2,
        "error: the input `family.first` of `family.second` is not as it was made: best.yaml was edited by hand\n"
        "hint: `python -m experiments accept family.first` vouches for it, `run family.first` makes it again\n",
    )


@pytest.mark.parametrize(
    ("reads", "message"),
    [
        (
            "family.frist",
            "READS in experiments/family/second.py names `family.frist`, "
            "which is no experiment and no artifact of one\n"
            "hint: did you mean `family.first`?",
        ),
        ("family.second", "experiments read each other in a circle: `family.second` reads `family.second`"),
    ],
)
def test_reads_that_lead_nowhere_are_told(two: Any, reads: str, message: str) -> None:
    two.edit("experiments/family/second.py", '"family.first"', f'"{reads}"')
    said = two("run", "family.second")

    assert (said.code, said.err) == (2, f"error: {message}\n")


def test_check_finds_two_equal_runs(two: Any) -> None:
    two("run", "family.first")
    code, out, err = run(two, "run", "family.first", "--check")

    assert (code, err, out.splitlines()[-1]) == (
        0,
        "",
        "family.first: two runs gave the same bytes, those that are published",
    )
    assert not (two.root / ".runs/family.first/check").exists()


def test_check_names_the_first_step_that_differs(two: Any) -> None:
    """The order of a set of text differs between processes."""
    two.edit(
        "experiments/family/first.py",
        "    rows = [",
        "    log(1, loss=0.5)\n"
        "    for step, name in enumerate({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}, 2):\n"
        "        log(step, letter=name)\n"
        "    config = Config(size=ord(name) - 90)\n"
        "    rows = [",
    )
    code, _, err = run(two, "run", "family.first", "--check")

    assert code == 1
    assert re.sub(r"step \d: letter \w and \w", "step N: letter A and B", err) == (
        "error: two runs of `family.first` differ in best.yaml, rows.yaml\n"
        "the first difference is at seed 0, step N: letter A and B\n"
    )
    assert two.published("family.first") == {}


@pytest.mark.parametrize("words", [["run", "family.first", "--frobnicate"], ["list", "extra"], ["lsit"]])
def test_an_unknown_word_exits_with_2(two: Any, words: list[str]) -> None:
    assert two(*words).code == 2


def test_names_and_values_may_stand_after_options(two: Any) -> None:
    assert two("run", "--preset", "full", "family.first", "--force", "size=6").code == 0
    assert len(two.data("family/first/rows.yaml")) == 6


@pytest.mark.slow
def test_threads_are_pinned_for_torch(lab: Any) -> None:
    pytest.importorskip("torch")
    lab.write(
        "experiments/family/threads.py",
        '''
        """How many threads."""

        from dataclasses import dataclass

        import torch

        WRITES = {"threads": "scalar"}


        @dataclass(frozen=True)
        class Config:
            seed: int = 0


        def run(config, log):
            return {"threads": {"torch": torch.get_num_threads(), "drawn": torch.rand(1).item()}}
        ''',
    )
    results = []
    for threads in ("1", "2"):
        run(lab, "run", "family.threads", "--threads", threads)
        results.append((lab.data("family/threads/threads.yaml"), read_record(lab.root, "family.threads")))

    assert [made["torch"] for made, _ in results] == [1, 2]
    assert results[0][0]["drawn"] == results[1][0]["drawn"]
    assert list(results[1][1].packages) == ["torch"]  # type: ignore[union-attr]
    assert results[1][1].hardware.keys() >= {"cpu", "cores", "cpu_capability"}  # type: ignore[union-attr]
