"""Running an experiment: what is published, what is recorded, and every way in which it can go wrong."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from generator.data.artifacts import Record, read_record
from generator.data.staleness import status

WALK = '''
"""A walk: it goes somewhere."""

import random
from dataclasses import dataclass

from experiments.family.stride import stride

WRITES = {"curve": "series", "best": "scalar"}
PRESETS = {"smoke": {"steps": 2}, "full": {"steps": 9}}


@dataclass(frozen=True)
class Config:
    steps: int = 4
    width: float = 1.0
    seed: int = 0


def run(config, log):
    rng = random.Random(config.seed)
    position, curve = 0.0, []
    for step in range(1, config.steps + 1):
        position += stride(rng, config.width)
        curve.append({"step": step, "position": position})
        log(step, total=config.steps, position=position)
    return {"best": {"position": max(point["position"] for point in curve)}, "curve": curve}
'''
STRIDE = """
SCALE = 1.0


def stride(rng, width):
    return rng.gauss(0, width) * SCALE
"""


@pytest.fixture
def walk(lab: Any) -> Any:
    lab.write("experiments/family/walk.py", WALK)
    lab.write("experiments/family/stride.py", STRIDE)
    return lab


def record(lab: Any, name: str = "family.walk") -> Record:
    found = read_record(lab.root, name)
    assert found is not None
    return found


def test_a_run_publishes_what_it_returned_rounded_and_says_so(walk: Any) -> None:
    said = walk("run", "family.walk", "steps=2")
    rng = random.Random(0)
    first = rng.gauss(0, 1)
    second = first + rng.gauss(0, 1)

    assert (said.code, said.err, said.out.split("\n")[1:]) == (
        0,
        "",
        ["  new      _data/family/walk/curve.json", "  new      _data/family/walk/best.yaml", ""],
    )
    assert {name: content.decode() for name, content in walk.published().items()} == {
        "best.yaml": f"position: {max(first, second):.6g}\n",
        "curve.json": f'[\n{{"step": 1, "position": {first:.6g}}},\n{{"step": 2, "position": {second:.6g}}}\n]\n',
    }


def test_a_record_tells_how_its_artifacts_were_made(walk: Any) -> None:
    walk("run", "family.walk", "width=2", "--seed", "3", "--preset", "full")
    made = record(walk)

    assert (made.command, made.preset, made.config, made.overrides, made.seeds, made.threads) == (
        "python -m experiments run family.walk width=2 seed=3 --preset full",
        "full",
        {"steps": 9, "width": 2.0, "seed": 3},
        {"width": 2.0, "seed": [3]},
        (3,),
        1,
    )
    assert list(made.code) == [
        "experiments/family/stride.py::SCALE",
        "experiments/family/stride.py::stride",
        "experiments/family/walk.py::Config",
        "experiments/family/walk.py::WRITES",
        "experiments/family/walk.py::run",
    ]


def test_a_record_names_no_user_no_host_and_no_absolute_path(walk: Any) -> None:
    walk("run", "family.walk")
    text = (walk.root / "_data/family/walk/record.json").read_text()

    assert not [word for word in (str(walk.root), str(Path.home()), os.uname().nodename) if word in text]


def test_a_run_without_settings_recalls_those_of_the_published_one(walk: Any) -> None:
    walk("run", "family.walk", "seed=0..2")
    bare = walk("run", "family.walk")

    assert bare.out.split("\n")[0] == (
        "family.walk runs with its defaults; the published run was `python -m experiments run family.walk seed=0..2`"
    )


def test_a_fresh_experiment_is_not_run_again_unless_forced(walk: Any) -> None:
    walk("run", "family.walk")
    again = walk("run", "family.walk")
    forced = walk("run", "family.walk", "--force")

    assert (again.out, forced.out.split("\n")[1]) == (
        "family.walk is fresh; `--force` runs it again\n",
        "  same     _data/family/walk/curve.json",
    )


def test_another_setting_is_another_run(walk: Any) -> None:
    walk("run", "family.walk")
    said = walk("run", "family.walk", "steps=5")

    assert said.out.split("\n")[1] == "  changed  _data/family/walk/curve.json"


def test_what_a_changed_helper_makes_stale_is_run_again(walk: Any) -> None:
    walk("run", "family.walk")
    before = walk.published()
    walk.edit("experiments/family/stride.py", "SCALE = 1.0", "SCALE = 2.0")
    told = walk("why", "family.walk")
    walk("run", "family.walk")

    assert (told.code, told.out) == (1, "experiments/family/stride.py::SCALE changed\n")
    assert walk.published() != before
    assert walk("why", "family.walk").out == "family.walk is fresh\n"


def test_an_edit_within_the_same_second_runs_the_new_code(walk: Any) -> None:
    """Compiled files are compared by second and size, so this could run yesterday's code."""
    results = []
    for scale in ("1.0", "2.0", "3.0"):
        walk.write("experiments/family/stride.py", STRIDE.replace("1.0", scale))
        os.utime(walk.root / "experiments/family/stride.py", (1, 1))
        walk.start("run", "family.walk").wait()
        results.append(walk.data("family/walk/best.yaml")["position"])

    assert len(set(results)) == 3


def test_several_seeds_are_joined(walk: Any) -> None:
    alone = []
    for seed in (0, 1):
        walk("run", "family.walk", f"seed={seed}")
        alone.append(walk.data("family/walk/best.yaml")["position"])
    said = walk("run", "family.walk", "seed=0..1")
    mean, deviation = sum(alone) / 2, abs(alone[0] - alone[1]) / 2**0.5

    assert said.out.split("\n")[0].endswith(", seeds 0, 1")
    assert walk.data("family/walk/best.yaml") == {
        "position": pytest.approx(mean, rel=1e-5),
        "position_std": pytest.approx(deviation, rel=1e-5),
        "n": 2,
        "seeds": [0, 1],
        "by_seed": {"position": alone},
    }
    assert walk.data("family/walk/curve.json")[0].keys() == {"step", "position", "position_std", "n"}


def test_the_seeds_an_experiment_declares_are_the_usual_ones(walk: Any) -> None:
    walk.edit("experiments/family/walk.py", "WRITES", "SEEDS = (0, 1, 2)\nWRITES")
    walk("run", "family.walk")

    assert (record(walk).seeds, record(walk).overrides) == ((0, 1, 2), {})


def test_an_experiment_may_join_its_seeds_itself(walk: Any) -> None:
    walk.edit(
        "experiments/family/walk.py",
        "def run(",
        "def aggregate(results):\n"
        "    return {'curve': results[0]['curve'], 'best': {'all': [one['best']['position'] for one in results]}}\n\n\n"
        "def run(",
    )
    walk("run", "family.walk", "seed=0..2")

    assert len(walk.data("family/walk/best.yaml")["all"]) == 3


def test_seeds_that_were_run_before_are_not_run_again(walk: Any) -> None:
    walk("run", "family.walk", "seed=0..1")
    metrics = walk.root / ".runs/family.walk/0/metrics.jsonl"
    metrics.write_text("untouched")
    walk("run", "family.walk", "seed=0..2")

    assert metrics.read_text() == "untouched"
    assert walk.data("family/walk/best.yaml")["n"] == 3


def test_a_result_on_the_disk_with_a_flipped_bit_is_not_used(walk: Any) -> None:
    walk("run", "family.walk", "seed=0..1")
    whole = walk.published()
    path = walk.root / ".runs/family.walk/0/result.json"
    path.write_bytes(path.read_bytes().replace(b'"position": ', b'"position": 1'))
    walk("run", "family.walk", "seed=0..2")
    walk("run", "family.walk", "seed=0..1")

    assert walk.published() == whole


def test_every_metric_is_kept(walk: Any) -> None:
    walk("run", "family.walk")
    lines = (walk.root / ".runs/family.walk/0/metrics.jsonl").read_text().splitlines()

    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3, 4]


def test_a_number_that_is_not_finite_is_null_and_told(walk: Any) -> None:
    walk.edit("experiments/family/walk.py", "max(point", "float('nan') or max(point")
    said = walk("run", "family.walk")

    assert walk.published()["best.yaml"] == b"position: null\n"
    assert "warning: `best.position` is nan, published as null\n" in said.out
    assert record(walk).warnings == ("`best.position` is nan, published as null",)


def test_a_smoke_run_does_not_replace_better_numbers(walk: Any) -> None:
    walk("run", "family.walk")
    before = walk.published()
    said = walk("run", "family.walk", "--preset", "smoke")

    assert walk.published() == before
    assert said.out.split("\n")[1] == (
        "  its artifacts are in .runs/family.walk/smoke; the published artifacts stay (`--force` replaces them)"
    )


def test_the_numbers_of_a_smoke_run_are_not_taken_for_results(walk: Any) -> None:
    walk("run", "family.walk", "--preset", "smoke")

    assert status(walk.root, "family.walk").reasons == ("made with the preset `smoke`, which is for trying out",)


def test_an_artifact_that_is_no_longer_written_goes(walk: Any) -> None:
    walk("run", "family.walk")
    walk.edit("experiments/family/walk.py", '"curve": "series", ', "")
    walk.edit("experiments/family/walk.py", ', "curve": curve', "")
    said = walk("run", "family.walk")

    assert (list(walk.published()), said.out.split("\n")[1:3]) == (
        ["best.yaml"],
        ["  same     _data/family/walk/best.yaml", "  removed  _data/family/walk/curve.json"],
    )


def test_a_file_edited_by_hand_is_kept_aside_before_it_is_replaced(walk: Any) -> None:
    walk("run", "family.walk")
    walk.write("_data/family/walk/best.yaml", "position: 7\n")
    said = walk("run", "family.walk")

    assert (walk.root / ".runs/family.walk/edited/best.yaml").read_text() == "position: 7\n"
    assert said.out.split("\n")[1] == ("  had been edited by hand, a copy is kept: .runs/family.walk/edited/best.yaml")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["family.wlak"], "there is no experiment `family.wlak`\nhint: did you mean `family.walk`?"),
        (["zzz"], "there is no experiment `zzz`\nhint: there are `family.walk`"),
        (["family.walk", "stpes=1"], "`family.walk` has no `stpes` in its Config\nhint: did you mean `steps`?"),
        (["family.walk", "--preset", "ful"], "`family.walk` has no preset `ful`\nhint: did you mean `full`?"),
        (["family.walk", "--preset", "z"], "`family.walk` has no preset `z`\nhint: it has `smoke`, `full`"),
        (["family.walk", "seed=0", "--seed", "1"], "`seed` is set twice"),
        ([], "run what?\nhint: name an experiment, or say `--all` or `--stale`"),
        (
            ["--all", "family.walk"],
            "`--all` and `--stale` run with the settings of the last run\nhint: name an experiment",
        ),
    ],
)
def test_a_wrong_command_runs_nothing_and_exits_with_2(walk: Any, words: list[str], message: str) -> None:
    said = walk("run", *words)

    assert (said.code, said.out, said.err) == (2, "", f"error: {message}\n")
    assert walk.published() == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "    seed: int = 0\n",
            "",
            "error: the Config of `family.walk` has no `seed`\nhint: add `seed: int = 0` and use it",
        ),
        (
            "def run(config, log)",
            "def run(config, log, model)",
            "error: `run` takes `model`, which the runner does not have\n"
            "hint: after its config and its log it may take `checkpoint` and `inputs`",
        ),
        (
            "def run(config, log)",
            "def walk(config, log)",
            "error: this experiment has no `run`\n"
            "hint: an experiment has `WRITES`, a frozen dataclass `Config` and `run(config, log)`",
        ),
        ("PRESETS", "FILES = ['a.csv']\nPRESETS", "error: the file `a.csv` of `family.walk` does not exist"),
    ],
)
def test_a_wrong_experiment_is_told_before_it_runs(walk: Any, old: str, new: str, message: str) -> None:
    walk.edit("experiments/family/walk.py", old, new)
    said = walk("run", "family.walk", "seed=1")

    assert (said.code, said.out, said.err) == (2, "", f"experiments/family/walk.py: {message}\n")


def test_a_result_that_does_not_fit_writes_is_told_and_old_artifacts_stay(walk: Any) -> None:
    walk("run", "family.walk")
    before = walk.published()
    walk.edit("experiments/family/walk.py", '{"best": {', '{"bset": {')
    said = walk("run", "family.walk")

    assert (said.code, said.err) == (
        1,
        "experiments/family/walk.py: error: `run` returned `bset`, which WRITES does not declare\n"
        "hint: did you mean `best`?\n"
        "experiments/family/walk.py: error: `run` did not return `best`\n",
    )
    assert walk.published() == before


def test_a_run_that_raises_shows_its_traceback_and_is_known_as_failed(walk: Any) -> None:
    walk("run", "family.walk")
    before = walk.published()
    walk.edit("experiments/family/stride.py", "* SCALE", "/ (SCALE - 1)")
    said = walk("run", "family.walk")
    found = status(walk.root, "family.walk")

    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "Traceback (most recent call last):\n"
        f'  File "{walk.root}/experiments/family/walk.py", line 23, in run\n'
        "    position += stride(rng, config.width)\n"
        "                ^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        f'  File "{walk.root}/experiments/family/stride.py", line 5, in stride\n'
        "    return rng.gauss(0, width) / (SCALE - 1)\n"
        "           ~~~~~~~~~~~~~~~~~~~~^~~~~~~~~~~~~\n"
        "ZeroDivisionError: float division by zero\n"
    )
    assert (found.state, found.reasons) == (
        "failed",
        ("failed: ZeroDivisionError: float division by zero", "experiments/family/stride.py::stride changed"),
    )
    assert walk.published() == before


def test_after_a_failure_was_mended_nothing_is_left_of_it(walk: Any) -> None:
    walk.edit("experiments/family/stride.py", "* SCALE", "* SCLAE")
    first = walk("run", "family.walk")
    walk.edit("experiments/family/stride.py", "* SCLAE", "* SCALE")
    walk("run", "family.walk")

    assert (first.code, status(walk.root, "family.walk").reasons) == (1, ())


def test_an_experiment_that_cannot_be_imported_fails_with_its_own_traceback(walk: Any) -> None:
    walk.edit("experiments/family/walk.py", "import random\n", "import rnadom\n")
    said = walk("run", "family.walk")

    assert (said.code, said.err.split("\n")[-2]) == (1, "ModuleNotFoundError: No module named 'rnadom'")


def test_a_setting_may_be_a_file_and_its_content_is_part_of_the_run(walk: Any) -> None:
    walk.write("files/a.csv", "1\n")
    walk.edit("experiments/family/walk.py", "import random\n", "import random\nfrom pathlib import Path\n")
    walk.edit("experiments/family/walk.py", "    steps:", '    source: Path = Path("files/a.csv")\n    steps:')
    walk("run", "family.walk")
    fresh = walk("why", "family.walk").out
    walk.write("files/a.csv", "2\n")

    assert (fresh, walk("why", "family.walk").out) == ("family.walk is fresh\n", "file files/a.csv changed\n")


def test_two_runs_of_one_experiment_do_not_mix(walk: Any) -> None:
    walk.edit("experiments/family/walk.py", "    return {", "    import time; time.sleep(30)\n    return {")
    first = walk.start("run", "family.walk")
    try:
        while status(walk.root, "family.walk").state != "running":
            assert first.poll() is None
        said = walk("run", "family.walk")
    finally:
        first.kill()
        first.wait()

    assert (said.code, said.out) == (75, f"family.walk is already running (process {first.pid})\n")
