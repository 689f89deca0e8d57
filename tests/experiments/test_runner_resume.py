"""A run that is interrupted: by Ctrl-C, by SIGKILL at any moment, by a damaged disk."""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from experiments.runner.log import Heading, Log
from experiments.runner.publish import finish, publish
from experiments.runner.resume import Checkpoint, pack, unpack
from generator.data.artifacts import file_sha256, read_record
from generator.data.staleness import status
from generator.errors import SiteError

LONG = '''
"""A walk with checkpoints."""

import random
import time
from dataclasses import dataclass

WRITES = {"curve": "series", "best": "scalar", "table": "table"}


@dataclass(frozen=True)
class Config:
    steps: int = 40
    pause: float = 0.0
    save_every: int = 4
    width: float = 1.0
    seed: int = 0


def run(config, log, checkpoint):
    rng = random.Random(config.seed)
    start, position, curve = 0, 0.0, []
    if (state := checkpoint.load()) is not None:
        start, position, curve = state["step"], state["position"], state["curve"]
        rng.setstate(state["rng"])
    for step in range(start + 1, config.steps + 1):
        time.sleep(config.pause)
        position += rng.gauss(0, config.width)
        curve.append({"step": step, "position": position})
        log(step, total=config.steps, position=position)
        if step % config.save_every == 0:
            checkpoint.save({"step": step, "position": position, "curve": curve, "rng": rng.getstate()})
    return {"curve": curve, "best": {"position": position}, "table": curve[::10]}
'''


@pytest.fixture
def long(lab: Any) -> Any:
    lab.write("experiments/family/walk.py", LONG)
    return lab


def metrics(lab: Any, seed: int = 0) -> bytes:
    return (lab.root / f".runs/family.walk/{seed}/metrics.jsonl").read_bytes()


def is_whole(lab: Any) -> bool:
    """Say whether the published files are those of one run, as their record says."""
    record = read_record(lab.root, "family.walk")
    folder = lab.root / "_data/family/walk"
    return record is not None and all(
        file_sha256(folder / made.file) == made.sha256 for made in record.artifacts.values()
    )


def wait_for(condition: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def kill_often(lab: Any, words: list[str], kills: int, longest: float) -> int:
    """Start a command again and again, kill it after a random while; return how often it was killed."""
    rng, killed = random.Random(0), 0
    while killed < kills:
        process = lab.start("run", *words, stdout=-3, stderr=-3)
        time.sleep(rng.uniform(0.12, longest))
        if process.poll() is not None:
            break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        killed += 1
        assert is_whole(lab) or status(lab.root, "family.walk").state == "running"
    return killed


def test_a_run_killed_again_and_again_gives_the_bytes_of_one_that_was_not(long: Any) -> None:
    words = ["family.walk", "pause=0.004", "seed=0..1"]
    long("run", *words)
    expected = long.published(), metrics(long, 0), metrics(long, 1)
    long("clean", "family.walk")
    long("run", "family.walk", "steps=3")
    old = long.published()
    killed = kill_often(long, words, kills=6, longest=0.35)
    kept = long.published()
    long("run", *words)

    assert killed > 0
    assert kept == old
    assert (long.published(), metrics(long, 0), metrics(long, 1)) == expected


@pytest.mark.slow
def test_fifty_kills_at_random_moments_lose_nothing(long: Any) -> None:
    """The publication is in reach of the kills too: every round begins a new run that soon ends."""
    long("run", "family.walk", "width=0.5")
    rounds, killed, whole = 0, 0, 0
    while killed < 50:
        rounds += 1
        words = ["family.walk", f"width={rounds}", "steps=24", "pause=0.002"]
        killed += kill_often(long, words, kills=50 - killed, longest=0.3)
        assert long("run", *words).code == 0
        resumed = long.published(), metrics(long)
        long("run", *words, "--force")
        whole += resumed == (long.published(), metrics(long))

    assert (killed, whole) == (50, rounds)


def test_ctrl_c_stops_at_a_checkpoint_and_says_how_to_go_on(long: Any) -> None:
    process = long.start("run", "family.walk", "pause=0.02", "--seed", "0,1", stdout=-1, stderr=-1)
    wait_for((long.root / ".runs/family.walk/0/checkpoint.json").exists)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()

    assert (process.returncode, err) == (130, "")
    assert out == (
        "family.walk stopped; kept: a checkpoint\n"
        f"go on with: python -m experiments run family.walk pause=0.02 seed=0,1 --root {long.root}\n"
    )
    assert status(long.root, "family.walk").state == "pending"


def test_ctrl_c_before_a_checkpoint_says_so(long: Any) -> None:
    process = long.start("run", "family.walk", "pause=5", stdout=-1, stderr=-1)
    wait_for(lambda: status(long.root, "family.walk").state == "running")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate()

    assert (process.returncode, out.split("\n")[0]) == (
        130,
        "family.walk stopped; kept: nothing yet, it will begin again",
    )


def test_a_forced_run_that_was_stopped_goes_on_without_force(long: Any) -> None:
    words = ["run", "family.walk", "pause=0.004"]
    long(*words)
    process = long.start(*words, "--force", stdout=-3)
    wait_for((long.root / ".runs/family.walk/0/checkpoint.json").exists)
    process.kill()
    process.wait()

    assert long(*words).out.startswith("family.walk is done")
    assert long(*words).out == "family.walk is fresh; `--force` runs it again\n"


def stop_half_way(lab: Any, *words: str) -> None:
    process = lab.start("run", "family.walk", "pause=0.004", *words, stdout=-3)
    wait_for((lab.root / ".runs/family.walk/0/checkpoint-3.json").exists)  # two are listed by now
    process.kill()
    process.wait()


@pytest.mark.parametrize(
    ("words", "old", "new", "why"),
    [
        (["width=2"], "steps", "steps", "config changed: width"),
        (
            [],
            "rng.gauss(0, config.width)",
            "rng.gauss(1, config.width)",
            "code changed: experiments/family/walk.py::run",
        ),
        (["--threads", "2"], "steps", "steps", "threads changed"),
    ],
)
def test_a_checkpoint_of_another_run_is_not_used(long: Any, words: list[str], old: str, new: str, why: str) -> None:
    stop_half_way(long)
    long.edit("experiments/family/walk.py", old, new)
    resumed = long("run", "family.walk", "pause=0.004", *words)
    published = long.published()
    long("run", "family.walk", "pause=0.004", *words, "--force")

    assert resumed.out.split("\n")[0] == f"family.walk seed 0 begins again: {why}"
    assert published == long.published()


def test_a_comment_does_not_cost_the_checkpoint(long: Any) -> None:
    stop_half_way(long)
    long.edit("experiments/family/walk.py", "import random\n", "import random  # the oldest of all\n")

    assert long("run", "family.walk", "pause=0.004").out.startswith("family.walk is done")


def test_a_checkpoint_with_a_flipped_bit_gives_way_to_the_one_before(long: Any) -> None:
    stop_half_way(long)
    folder = long.root / ".runs/family.walk/0"
    newest = json.loads((folder / "checkpoint.json").read_bytes())["content"][0]["file"]
    older = json.loads((folder / "checkpoint.json").read_bytes())["content"][1]["file"]
    content = bytearray((folder / newest).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / newest).write_bytes(content)
    said = long("run", "family.walk", "pause=0.004")
    published = long.published()
    long("run", "family.walk", "pause=0.004", "--force")

    assert said.err == f"warning: {newest} of 0 does not match its hash; going back to {older}\n"
    assert published == long.published()


@contextmanager
def opened(folder: Path) -> Iterator[Checkpoint]:
    log = Log(folder, folder, Heading("x", 0))
    yield Checkpoint(folder, log)
    log.close()


def loaded(folder: Path) -> object:
    with opened(folder) as checkpoint:
        return checkpoint.load()


def test_no_flip_and_no_cut_of_a_state_is_ever_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(tmp_path) as checkpoint:
        checkpoint.save({"step": 1})
        checkpoint.save({"step": 2})
    newest = tmp_path / "checkpoint-2.json"
    whole = newest.read_bytes()
    seen = []
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        newest.write_bytes(flipped)
        seen.append(loaded(tmp_path))
    for length in range(len(whole)):
        newest.write_bytes(whole[:length])
        seen.append(loaded(tmp_path))
    newest.unlink()
    seen.append(loaded(tmp_path))

    assert seen == [{"step": 1}] * len(seen)
    assert len(capsys.readouterr().err.splitlines()) == len(seen)


def test_without_a_whole_state_a_run_begins_at_the_beginning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path) as checkpoint:
        checkpoint.save({"step": 1})
    (tmp_path / "checkpoint-1.json").write_bytes(b"")

    assert loaded(tmp_path) is None
    assert capsys.readouterr().err == (
        f"warning: checkpoint-1.json of {tmp_path.name} does not match its hash; starting at the beginning\n"
    )


def test_a_damaged_list_of_states_is_no_list(tmp_path: Path) -> None:
    with opened(tmp_path) as checkpoint:
        checkpoint.save({"step": 1})
    manifest = tmp_path / "checkpoint.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"metrics": 0', b'"metrics": 1'))

    assert loaded(tmp_path) is None


def test_two_states_are_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as checkpoint:
        for step in range(5):
            checkpoint.save({"step": step})

    assert sorted(path.name for path in tmp_path.glob("checkpoint-*")) == ["checkpoint-4.json", "checkpoint-5.json"]


@pytest.mark.parametrize(
    "state",
    [
        {"step": 3, 4: (1, (2, [3])), "none": None, "text": "å\n", "bytes": b"\0\xff", ("a", 1): 0.1},
        random.Random(3).getstate(),
        [float("inf"), -0.0, 1e-300, 2**100, True],
    ],
)
def test_a_state_without_tensors_comes_back_as_it_was(state: object) -> None:
    suffix, content = pack(state)

    assert (suffix, repr(unpack("state.json", content))) == ("json", repr(state))


def test_arrays_come_back_as_they_were() -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(6, dtype="float32").reshape(2, 3)
    back = unpack("state.json", pack({"w": array, "rng": numpy.random.default_rng(0).bit_generator.state})[1])

    assert (back["w"].tolist(), back["w"].dtype, back["w"].flags.writeable) == (array.tolist(), array.dtype, True)
    assert back["rng"] == numpy.random.default_rng(0).bit_generator.state


def test_a_state_with_tensors_comes_back_as_it_was() -> None:
    torch = pytest.importorskip("torch")
    state = {"w": torch.arange(3.0), "rng": torch.Generator().manual_seed(1).get_state(), "step": 3}
    suffix, content = pack(state)
    back = unpack("state.pt", content)

    assert (suffix, back["step"]) == ("pt", 3)
    assert torch.equal(back["w"], state["w"])
    assert torch.equal(back["rng"], state["rng"])


def test_a_state_that_cannot_be_kept_is_told_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as checkpoint, pytest.raises(SiteError) as caught:
        checkpoint.save({"rng": random.Random(0)})

    assert str(caught.value) == (
        "error: a checkpoint cannot hold a `Random`\n"
        "hint: hold numbers, text, lists, tuples, mappings, arrays and tensors"
    )


class Payload:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> object:
        return os.system, ("false",)


def test_code_in_a_checkpoint_never_runs() -> None:
    pytest.importorskip("torch")
    with pytest.raises(pickle.UnpicklingError):
        unpack("state.pt", pickle.dumps(Payload(), protocol=2))


def test_an_interrupted_publication_is_finished_by_the_next_command(long: Any) -> None:
    """As after a kill between two renames: one file is new, the others and the record are old."""
    long("run", "family.walk")
    new, record = long.published(), (long.root / "_data/family/walk/record.json").read_bytes()
    long("run", "family.walk", "width=2")
    aside = long.root / ".runs/family.walk/publish"
    aside.mkdir()
    for name, content in {**new, "record.json": record, "gone.json": b"[]"}.items():
        (aside / name).write_bytes(content)
    (long.root / "_data/family/walk/best.yaml").write_bytes(new["best.yaml"])
    before = status(long.root, "family.walk").state
    said = long("list")

    assert (before, said.out.split("\n")[0]) == ("running", "family.walk: finished a publication that was interrupted")
    assert (long.published(), is_whole(long), aside.exists()) == (new, True, False)


@pytest.mark.parametrize("missing", [["record.json"], ["record.json", "best.yaml", "gone.json"]])
def test_an_interrupted_tidying_does_not_publish_again(long: Any, missing: list[str]) -> None:
    long("run", "family.walk")
    published = long.published()
    aside = long.root / ".runs/family.walk/publish"
    aside.mkdir()
    for name in {"record.json", "best.yaml", "gone.json"} - set(missing):
        (aside / name).write_bytes(b"[]")
    finish(long.root, "family.walk")

    assert (long.published(), aside.exists(), list(long.root.rglob(".tmp-*"))) == (published, False, [])


def test_a_full_disk_changes_nothing(long: Any) -> None:
    """A limit on the size of files makes the second write of the batch fail."""
    resource = pytest.importorskip("resource")
    long("run", "family.walk")
    published, record = long.published(), read_record(long.root, "family.walk")
    assert record is not None
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            publish(long.root, record, {"best.yaml": b"small", "curve.json": b"x" * 20_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert (long.published(), read_record(long.root, "family.walk")) == (published, record)
    assert [status(long.root, "family.walk").state, *long.root.rglob(".tmp-*")] == ["fresh"]
