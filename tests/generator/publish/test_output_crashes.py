"""The output through kills, full disks, readers and rivals: whatever happens, it is the old tree or the new one."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.publish.output import Output, write

ROOT = Path(__file__).parents[3]
SYSCALLS = [
    "mkdir", "write", "link,linkat", "fsync", "chmod,fchmodat,fchmod", "ftruncate", "rename,renameat,renameat2",
    "unlink,unlinkat", "rmdir",
]  # fmt: skip
BEFORE_THE_SWAP = {"mkdir", "write", "fsync", "chmod,fchmodat,fchmod", "ftruncate", "rename,renameat,renameat2"}
VERSIONS = {
    version: {
        "kept/index.html": "kept",
        "0.html": f"version {version} of page 0 " * 200,
        "1.html": f"version {version} of page 1 " * 200,
        f"new-in-{version}/index.html": f"{version}",
    }
    for version in (1, 2)
}  # each version keeps, changes, adds and drops files
PROGRAM = """
import json, os, sys, time
from pathlib import Path
from generator.publish.output import CannotWrite, Output, lock, write

versions = json.loads(sys.argv[1])
out = Path(sys.argv[2])

def site(version):
    return [Output(path, text.encode(), "posts/x.md") for path, text in versions[str(version)].items()]

try:
    exec(sys.argv[3])
except CannotWrite as error:
    sys.exit(error.exit_code)
"""


def site(version: int) -> list[Output]:
    return [Output(path, text.encode(), "posts/x.md") for path, text in VERSIONS[version].items()]


def strace_works() -> bool:
    if not shutil.which("strace"):
        return False
    probe = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=mkdir", "-e", "inject=mkdir:error=EIO", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


with_strace = pytest.mark.skipif(not strace_works(), reason="strace is not here, or may not trace")


def version_of(out: Path) -> int | str:
    """Return which version stands in `out`, whole and unmixed; or what is wrong with it."""
    files = {file.relative_to(out).as_posix(): file.read_text() for file in out.rglob("*") if file.is_file()}
    listed = json.loads(files.pop(".labpress.json", "{}"))
    for version, expected in VERSIONS.items():
        if files == expected and listed["files"].keys() == expected.keys():
            return version
    return f"a mix: {sorted(files)}"


def writer(out: Path, program: str) -> list[str]:
    """Return the command of a process that runs `program` and exits as the command line would."""
    return [sys.executable, "-B", "-S", "-c", PROGRAM, json.dumps(VERSIONS), str(out), program]  # -S: a faster start


def run(command: list[str]) -> int:
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


def beside(out: Path) -> list[str]:
    return sorted(entry.name for entry in out.parent.iterdir() if entry != out)


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("this did not come to pass in thirty seconds")


def inject(out: Path, syscalls: str, what: str, number: int) -> int:
    """Write version 2 with a fault at the N-th of some system calls."""
    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={syscalls}"]
    return run([*trace, "-e", f"inject={syscalls}:{what}:when={number}", *writer(out, "write(site(2), out)")])


@pytest.mark.slow
@with_strace
@pytest.mark.parametrize("syscalls", SYSCALLS)
def test_a_kill_at_any_system_call_leaves_the_old_tree_or_the_new_one(tmp_path: Path, syscalls: str):
    out = tmp_path / "_site"
    kills = 0
    for number in range(1, 100):
        write(site(1), out)
        code = inject(out, syscalls, "signal=SIGKILL", number)

        assert version_of(out) in {1, 2}
        if code == 0:
            break
        kills += 1

        write(site(2), out)  # the next build works, and leaves nothing of the killed one
        assert (version_of(out), beside(out)) == (2, [])

    assert kills > 0 or syscalls == "rmdir"


@pytest.mark.slow
@with_strace
@pytest.mark.parametrize(
    ("syscalls", "fault"), [*((calls, "ENOSPC") for calls in SYSCALLS), ("write", "EIO"), ("fsync", "EIO")]
)
def test_a_fault_of_the_disk_leaves_the_old_tree_and_no_litter(tmp_path: Path, syscalls: str, fault: str):
    out = tmp_path / "_site"
    for number in range(1, 100):
        write(site(1), out)
        code = inject(out, syscalls, f"error={fault}", number)

        assert version_of(out) in ({1} if code and syscalls in BEFORE_THE_SWAP else {1, 2})
        if code == 0 and version_of(out) == 2:
            break
        assert code == 73
        assert beside(out) == [] or syscalls not in BEFORE_THE_SWAP  # what cannot be deleted stays


def test_a_kill_at_a_random_moment_leaves_the_old_tree_or_the_new_one(tmp_path: Path):
    out = tmp_path / "_site"
    moments = random.Random(0)
    write(site(1), out)
    for _ in range(15):
        build = subprocess.Popen(writer(out, "for i in range(1, 99): write(site(1 + i % 2), out)"), cwd=ROOT)
        time.sleep(0.1 + moments.random() * 0.1)
        build.kill()
        build.wait()

        assert version_of(out) in {1, 2}

    write(site(1), out)
    assert (version_of(out), beside(out)) == (1, [])


READER = """
import pathlib, sys, time
out, stop = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
reads = missing = torn = 0
while not stop.exists():
    for page in range(2):
        try:
            words = (out / f"{page}.html").read_text().split()
        except FileNotFoundError:
            missing += 1
            continue
        reads += 1
        torn += len(words) != 1_000 or len(set(words)) > 5
print(reads > 1_000, missing, torn)
"""


def test_a_reader_sees_every_file_whole_through_a_hundred_swaps(tmp_path: Path):
    out, stop = tmp_path / "_site", tmp_path / "stop"
    write(site(1), out)
    reader = subprocess.Popen([sys.executable, "-c", READER, str(out), str(stop)], stdout=subprocess.PIPE, text=True)
    time.sleep(0.1)
    for number in range(100):
        write(site(1 + number % 2), out)
    time.sleep(0.1)
    stop.touch()

    assert reader.communicate()[0].split() == ["True", "0", "0"]


HOLD_IT = """
(out.parent / f"ready-{os.getpid()}").touch()
while not (out.parent / "start").exists(): time.sleep(0.01)
with lock(out):
    write(site(2), out, locked=True)
    while not (out.parent / "finish").exists(): time.sleep(0.01)
"""


def test_of_ten_builds_at_once_one_writes_and_the_others_say_they_did_not(tmp_path: Path):
    out = tmp_path / "_site"
    builds = [subprocess.Popen(writer(out, HOLD_IT), cwd=ROOT) for _ in range(10)]
    wait_until(lambda: len(list(tmp_path.glob("ready-*"))) == 10)
    (tmp_path / "start").touch()
    wait_until(lambda: sum(build.poll() is not None for build in builds) == 9)
    (tmp_path / "finish").touch()

    assert sorted(build.wait() for build in builds) == [0] + [75] * 9
    assert version_of(out) == 2


def test_the_lock_of_a_killed_build_is_free_at_once(tmp_path: Path):
    out = tmp_path / "_site"
    (tmp_path / "start").touch()
    build = subprocess.Popen(writer(out, HOLD_IT), cwd=ROOT)
    wait_until(out.exists)
    assert run(writer(out, "write(site(1), out)")) == 75

    build.kill()
    build.wait()

    assert run(writer(out, "write(site(1), out)")) == 0
    assert version_of(out) == 1
