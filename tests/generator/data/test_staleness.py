"""Each way in which artifacts can stop being believable, with its reason read whole."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.runner.run import HIDDEN as WRITTEN_FOR_PRIVATE
from generator.data.artifacts import Artifact, Record, atomic_write, data_folder, encode, file_sha256, sha256
from generator.data.closure import closure
from generator.data.staleness import HIDDEN, Status, artifact_of, status, statuses

PATH = '''"""A path.\n"""
from experiments.family.prox import shrink

WRITES = {"best": "scalar"}
PRESETS = {"full": {"steps": 100}}


class Config:
    lr: float = 0.1
    steps: int = 10
    seed: int = 0


def run(config, log):
    return {"best": {"loss": shrink(config.lr)}}
'''
PROX = """
FACTOR = 2


def shrink(x):
    return x * FACTOR
"""
AFTER = '''"""What follows."""
READS = {"path": "family.path"}
WRITES = {"sum": "scalar"}


class Config:
    pass


def run(config, log, inputs):
    return {"sum": 1}
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "experiments/family/path.py", PATH)
    write(tmp_path, "experiments/family/prox.py", PROX)
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    atomic_write(root / path, text.encode())


def edit(root: Path, path: str, old: str, new: str) -> None:
    file = root / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def publish(root: Path, name: str = "family.path", artifact: str = "best", **fields: object) -> Record:
    """Leave behind what a run leaves."""
    content = encode("scalar", {"loss": 0.2})
    atomic_write(root / data_folder(name) / f"{artifact}.yaml", content)
    code = closure(root, name)
    made = Artifact("scalar", f"{artifact}.yaml", sha256(content))
    usual: dict[str, object] = {"config": {"lr": 0.1, "steps": 10, "seed": 0}, "seeds": (0,)}
    fields = fields if name == "family.after" else usual | fields
    record = Record(name, "…", {artifact: made}, code=code.symbols, sources=code.sources, **fields)  # type: ignore[arg-type]
    atomic_write(root / data_folder(name) / "record.json", record.to_bytes())
    return record


def judge(root: Path, name: str = "family.path") -> tuple[str, tuple[str, ...]]:
    found = status(root, name)
    return found.state, found.reasons


def test_an_experiment_that_never_ran_is_pending(root: Path) -> None:
    found = status(root, "family.path")

    assert (found.state, found.reasons, found.command) == (
        "pending",
        ("never run",),
        "python -m experiments run family.path",
    )


def test_what_was_just_published_is_fresh(root: Path) -> None:
    record = publish(root)

    assert (judge(root), status(root, "family.path").record) == (("fresh", ()), record)


def test_a_comment_makes_nothing_stale(root: Path) -> None:
    publish(root)
    edit(root, "experiments/family/prox.py", "FACTOR = 2", "# twice\nFACTOR  =  2")

    assert judge(root) == ("fresh", ())


def test_a_changed_helper_is_named(root: Path) -> None:
    publish(root)
    edit(root, "experiments/family/prox.py", "x * FACTOR", "x / FACTOR")

    assert judge(root) == ("stale", ("experiments/family/prox.py::shrink changed",))


def test_symbols_that_came_and_went_are_named(root: Path) -> None:
    publish(root)
    edit(root, "experiments/family/prox.py", "FACTOR", "SCALE")

    assert judge(root) == (
        "stale",
        (
            "experiments/family/prox.py::shrink changed",
            "experiments/family/prox.py::FACTOR is gone",
            "experiments/family/prox.py::SCALE is new",
        ),
    )


@pytest.mark.parametrize(
    ("fields", "old", "new", "reasons"),
    [
        ({}, "lr: float = 0.1", "lr: float = 0.05", ["config: lr was 0.1, the default is now 0.05"]),
        ({"overrides": {"lr": 0.1}}, "lr: float = 0.1", "lr: float = 0.05", []),
        (
            {},
            "seed: int = 0",
            "seed: int = 3",
            ["config: the seeds were [0], without being asked they are now [3]"],
        ),
        ({"overrides": {"seed": [0]}}, "seed: int = 0", "seed: int = 3", []),
        (
            {"preset": "full", "config": {"lr": 0.1, "steps": 100, "seed": 0}},
            '"steps": 100',
            '"steps": 99',
            ["config: steps was 100, the preset `full` now says 99"],
        ),
        ({"preset": "full", "config": {"lr": 0.1, "steps": 100, "seed": 0}}, "steps: int = 10", "steps: int = 11", []),
        ({"preset": "huge"}, "A path", "A path", ["config: the preset `huge` is gone"]),
        (
            {"preset": "smoke"},
            '{"full"',
            '{"smoke": {}, "full"',
            ["made with the preset `smoke`, which is for trying out"],
        ),
        ({"config": {"lr": 0.1, "steps": 10}}, "A path", "A path", ["config: seed is new (0)"]),
        ({"config": {"lr": 0.1, "steps": 10, "seed": 0, "a": 1}}, "A path", "A path", ["config: a is gone"]),
        (
            {"seeds": (0,)},
            "PRESETS",
            "SEEDS = 0, 1\nPRESETS",
            ["config: the seeds were [0], without being asked they are now [0, 1]"],
        ),
        ({"seeds": (0,), "overrides": {"seed": [0]}}, "PRESETS", "SEEDS = 0, 1\nPRESETS", []),
    ],
)
def test_a_changed_value_is_named_unless_the_command_set_it(
    root: Path, fields: dict[str, object], old: str, new: str, reasons: list[str]
) -> None:
    publish(root, **fields)
    edit(root, "experiments/family/path.py", old, new)

    assert judge(root) == ("stale" if reasons else "fresh", tuple(reasons))


def test_an_artifact_edited_by_hand_is_named(root: Path) -> None:
    publish(root)
    edit(root, "_data/family/path/best.yaml", "0.2", "0.1")

    assert judge(root) == ("edited", ("best.yaml was edited by hand",))


def test_an_artifact_that_is_missing_is_named(root: Path) -> None:
    publish(root)
    (root / "_data/family/path/best.yaml").unlink()

    assert judge(root) == ("edited", ("best.yaml is missing",))


def test_half_a_publication_is_on_its_way_and_not_edited(root: Path) -> None:
    publish(root)
    edit(root, "_data/family/path/best.yaml", "0.2", "0.1")
    (root / ".runs/family.path/publish").mkdir(parents=True)

    assert judge(root) == (
        "running",
        ("its publication was interrupted: the next `python -m experiments` command finishes it",),
    )


def test_a_damaged_record_is_named(root: Path) -> None:
    write(root, "_data/family/path/record.json", "[]")

    assert judge(root) == ("edited", ("_data/family/path/record.json: not a record of a run: not a JSON object",))


def test_an_experiment_whose_file_is_gone_is_stale(root: Path) -> None:
    publish(root)
    (root / "experiments/family/path.py").unlink()

    assert judge(root) == ("stale", ("experiments/family/path.py is gone",))


def test_a_file_that_is_no_longer_python_is_named(root: Path) -> None:
    publish(root)
    write(root, "experiments/family/prox.py", "FACTOR = =")

    assert judge(root) == ("stale", ("experiments/family/prox.py:1:10: not Python: invalid syntax",))


def test_changes_follow_inputs(root: Path) -> None:
    write(root, "experiments/family/after.py", AFTER)
    upstream = publish(root)
    publish(root, "family.after", "sum", inputs={"family.path": upstream.digest})
    seen = [judge(root, "family.after")]
    edit(root, "experiments/family/prox.py", "FACTOR = 2", "FACTOR = 3")
    seen.append(judge(root, "family.after"))
    publish(root)
    seen.append(judge(root, "family.after"))
    atomic_write(root / "_data/family/path/record.json", replace(upstream, artifacts={}).to_bytes())
    seen.append(judge(root, "family.after"))
    (root / "_data/family/path/record.json").unlink()
    seen.append(judge(root, "family.after"))

    assert seen == [
        ("fresh", ()),
        ("stale", ("input family.path is stale",)),
        ("fresh", ()),
        ("stale", ("input family.path changed",)),
        ("stale", ("input family.path is gone",)),
    ]


def test_one_artifact_can_be_the_input(root: Path) -> None:
    write(root, "experiments/family/after.py", AFTER)
    upstream = publish(root)
    publish(root, "family.after", "sum", inputs={"family.path.best": upstream.artifacts["best"].sha256})

    assert judge(root, "family.after") == ("fresh", ())


def test_experiments_that_read_each_other_are_judged(root: Path) -> None:
    digest = publish(root).digest
    publish(root, inputs={"family.path": digest})

    assert judge(root) == ("fresh", ())


def test_files_that_were_read_are_judged_where_they_belong_to_the_site(root: Path, tmp_path: Path) -> None:
    write(root, "_data/hand.csv", "a,b\n")
    away = "/nowhere/export.zip"
    publish(root, files={"_data/hand.csv": file_sha256(root / "_data/hand.csv"), away: "00"})
    seen = [judge(root)]
    write(root, "_data/hand.csv", "a,c\n")
    seen.append(judge(root))
    (root / "_data/hand.csv").unlink()
    seen.append(judge(root))

    assert seen == [
        ("fresh", ()),
        ("stale", ("file _data/hand.csv changed",)),
        ("stale", ("file _data/hand.csv is gone",)),
    ]


def test_a_failure_is_told_until_the_artifacts_are_fresh(root: Path) -> None:
    failure = json.dumps({"error": "ValueError: no"})
    write(root, ".runs/family.path/failed.json", failure)
    seen = [judge(root)]
    publish(root)
    seen.append(judge(root))
    edit(root, "experiments/family/prox.py", "FACTOR = 2", "FACTOR = 3")
    seen.append(judge(root))

    assert seen == [
        ("failed", ("failed: ValueError: no",)),
        ("fresh", ("a later run failed: ValueError: no",)),
        ("failed", ("failed: ValueError: no", "experiments/family/prox.py::FACTOR changed")),
    ]


def test_a_run_is_running_as_long_as_its_lock_is_held(root: Path) -> None:
    record = publish(root)
    write(root, ".runs/family.path/running.json", '{"step": 3, "total": 10}')
    lock = root / ".runs/family.path/lock"
    lock.touch()
    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        found = status(root, "family.path")

    assert (found.state, found.progress, found.record) == ("running", {"step": 3, "total": 10}, record)
    assert judge(root) == ("fresh", ())


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("family.path.best.loss", ("family.path", "best")),
        ("family.path.best", ("family.path", "best")),
        ("family.path.best[3].loss", ("family.path", "best")),
        ("family.path", ("family.path", "")),
        ("family.path.bset", None),
        ("family", None),
        ("hand.made", None),
    ],
)
@pytest.mark.parametrize("prepare", [publish, lambda root: None], ids=["published", "pending"])
def test_a_data_key_leads_to_its_experiment(
    root: Path, key: str, expected: object, prepare: Callable[[Path], object]
) -> None:
    prepare(root)

    assert artifact_of(root, key) == expected


def test_the_record_can_be_read_as_data(root: Path) -> None:
    publish(root)

    assert artifact_of(root, "family.path.record.seconds") == ("family.path", "record")


def test_fifty_experiments_are_judged_together(tmp_path: Path) -> None:
    write(tmp_path, "experiments/family/prox.py", PROX + "\n\ndef f(x):\n    return [x + 1 for _ in range(x)]\n" * 40)
    for number in range(50):
        write(tmp_path, f"experiments/family/path{number:02}.py", PATH + "\n\ndef g(x):\n    return x * 2 + 1\n" * 40)
        publish(tmp_path, f"family.path{number:02}")

    assert {one.state for one in statuses(tmp_path)} == {"fresh"}


def test_the_command_that_mends_keeps_the_settings_of_the_run():
    made = Record(name="a.b", command="python -m experiments run a.b lr=0.5 seed=0..2", artifacts={})

    assert Status("a.b", "stale", record=made).command == made.command
    assert Status("a.b", "pending").command == "python -m experiments run a.b"


@pytest.mark.parametrize(
    "made",
    [
        Record(name="a.b", command="python -m experiments run a.b 'owner=(private)'", artifacts={}),
        Record(name="a.b", command="python -m experiments run a.b --preset smoke", artifacts={}, preset="smoke"),
    ],
)
def test_what_is_private_or_only_a_trial_is_not_asked_for_again(made: Record):
    assert Status("a.b", "stale", record=made).command == "python -m experiments run a.b"


def test_a_private_setting_is_known_by_what_the_runner_writes_for_it():
    assert HIDDEN == WRITTEN_FOR_PRIVATE
