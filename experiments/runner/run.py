"""One experiment from request to record: each seed run or resumed, results joined, artifacts published."""

from __future__ import annotations

import dataclasses
import inspect
import json
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments.runner import provenance
from experiments.runner.aggregate import aggregate
from experiments.runner.config import plain
from experiments.runner.crew import announce
from experiments.runner.forms import check, rounded
from experiments.runner.job import Job, prepare
from experiments.runner.log import Heading, Log, clock, say
from experiments.runner.plan import Request
from experiments.runner.publish import BusyError, Published, locked, publish
from experiments.runner.resume import MANIFEST, RESULT, Checkpoint, bind, load_result, save_result
from experiments.runner.seeds import belt
from generator.data.artifacts import (
    FAILED,
    KINDS,
    PARTIAL,
    RUNNING,
    Artifact,
    Record,
    atomic_write,
    data_folder,
    encode,
    read_record,
    run_folder,
    sha256,
)
from generator.data.staleness import SMOKE, status
from generator.errors import flatten

DONE, FAILURE, USAGE, BUSY, STOPPED = 0, 1, 2, 75, 130
UNFINISHED = "unfinished.json"  # the command of a run that began and was not published
HIDDEN = "(private)"  # in a record, in place of a value that names a person or a folder of theirs
LONGEST = 300  # characters of an error's last line that are kept


@dataclass(frozen=True)
class Outcome:
    """What is left of a finished seed."""

    result: Mapping[str, Any]
    warnings: tuple[str, ...]
    seconds: float
    peak_memory_mb: int


def run_one(root: Path, request: Request) -> int:
    """Run one experiment whose inputs are there; return the exit code."""
    work = Path(request.into).resolve() / "work" if request.into else root / run_folder(request.name)
    try:
        with locked(work):
            return _run_locked(root, request, work)
    except BusyError as busy:
        say(f"{request.name} is already running{busy}")
        return BUSY


def _run_locked(root: Path, request: Request, work: Path) -> int:
    try:
        job = prepare(root, request)
    except Exception as error:
        if not list(flatten(error)):
            return _failed(work, request, error)  # its import raised
        report(error)
        return USAGE
    if _is_done(job) and not request.into and not _is_unfinished(work, request):
        say(f"{request.name} is fresh; `--force` runs it again")
        return DONE
    _recall(job)
    try:
        return _carry_out(job, work)
    except KeyboardInterrupt:
        return _stopped(job, work)
    except Exception as error:
        return _failed(work, request, error)
    finally:
        (work / RUNNING).unlink(missing_ok=True)


def _carry_out(job: Job, work: Path) -> int:
    if job.request.force:
        for seed in job.seeds or (None,):
            shutil.rmtree(_folder(work, seed), ignore_errors=True)
    atomic_write(work / UNFINISHED, json.dumps({"command": job.request.command}).encode())
    seeds = job.seeds or (None,)
    outcomes = [_one_seed(job, work, seed, place) for place, seed in enumerate(seeds, 1)]
    result, warnings = _joined(job, outcomes)
    contents = {
        f"{name}.{KINDS[kind]}": encode(kind, rounded(result[name])) for name, kind in job.declared.writes.items()
    }
    record = _record(job, outcomes, contents, warnings)
    for warning in warnings:
        say(f"warning: {warning}")
    if target := _elsewhere(job):
        for file, content in contents.items():
            atomic_write(target / file, content)
    done = None if target else publish(job.root, record, contents)
    for leftover in (FAILED, UNFINISHED, PARTIAL):
        (work / leftover).unlink(missing_ok=True)
    _tell(job, record, done, target)
    return DONE


def _folder(work: Path, seed: int | None) -> Path:
    return work / str(seed or 0)


def _one_seed(job: Job, work: Path, seed: int | None, place: int) -> Outcome:
    """Run one seed to its end, from its newest checkpoint; a finished one is only read."""
    folder = _folder(work, seed)
    label = job.request.name if seed is None else f"{job.request.name} seed {seed}"
    if why := bind(folder, job.binding(seed)):
        say(f"{label} begins again: {why}")
    held = load_result(folder)
    if held is not None:
        return Outcome(**{**held, "warnings": tuple(held["warnings"])})
    log = Log(work, folder, Heading(job.request.name, seed, place, len(job.seeds) or 1))
    checkpoint = Checkpoint(folder, log)
    extras = {"checkpoint": checkpoint, "inputs": job.inputs}
    wanted = {name: extras[name] for name in list(inspect.signature(job.run).parameters)[2:]}
    announce(job.request, seed)
    belt(seed or 0)
    try:
        returned = job.run(job.config_of(seed), log, **wanted)
    finally:
        log.settle()
        log.clear()
        log.close()
    result, warnings = check(job.declared.path, job.declared.writes, returned)
    outcome = Outcome(result, tuple(warnings), checkpoint.seconds, provenance.peak_memory_mb())
    save_result(folder, dataclasses.asdict(outcome))
    checkpoint.discard()
    return outcome


def _joined(job: Job, outcomes: list[Outcome]) -> tuple[Mapping[str, Any], list[str]]:
    """Return the one result to publish, and the warnings of all seeds."""
    if len(outcomes) == 1:
        return outcomes[0].result, list(outcomes[0].warnings)
    seeds = zip(job.seeds, outcomes, strict=True)
    warnings = [f"seed {seed}: {warning}" for seed, outcome in seeds for warning in outcome.warnings]
    results = [outcome.result for outcome in outcomes]
    if job.aggregate is None:
        return aggregate(job.declared.path, job.declared.writes, job.seeds, results), warnings
    result, more = check(job.declared.path, job.declared.writes, job.aggregate(results))
    return result, [*warnings, *more]


def _record(job: Job, outcomes: list[Outcome], contents: Mapping[str, bytes], warnings: list[str]) -> Record:
    writes, hide = job.declared.writes, hidden(job.declared.private)
    shown = replace(job.request, words=tuple(hide(word) for word in job.request.words))
    config = plain(dataclasses.asdict(job.config_of(job.seeds[0] if job.seeds else None)))
    return Record(
        name=job.request.name,
        command=shown.command,
        artifacts={
            name: Artifact(writes[name], file, sha256(content))
            for name, (file, content) in zip(writes, contents.items(), strict=True)
        },
        preset=job.request.preset,
        config={key: HIDDEN if key in job.declared.private and value else value for key, value in config.items()},
        overrides={key: HIDDEN if key in job.declared.private else value for key, value in job.overrides.items()},
        seeds=job.seeds,
        code=job.code.symbols,
        sources=job.code.sources,
        inputs=job.digests,
        files=job.files,
        git=provenance.git_state(job.root),
        packages=job.packages,
        python=sys.version.split()[0],
        hardware=provenance.hardware(),
        threads=job.request.threads,
        date=datetime.now(UTC).date().isoformat(),
        seconds=round(sum(outcome.seconds for outcome in outcomes), 2),
        peak_memory_mb=max(outcome.peak_memory_mb for outcome in outcomes),
        warnings=tuple(warnings),
    )


def hidden(private: Sequence[str]) -> Callable[[str], str]:
    """Return what makes a word of the command fit to be published: `owner=…` stays, whose it is does not."""

    def hide(word: str) -> str:
        key = word.partition("=")[0]
        return f"{key}={HIDDEN}" if key in private else word

    return hide


def _is_done(job: Job) -> bool:
    """Say whether the published artifacts are what this request would make; of a hidden value nobody knows."""
    if job.request.force or set(job.overrides) & set(job.declared.private):
        return False
    found = status(job.root, job.request.name)
    if found.state != "fresh" or found.record is None:
        return False
    asked = job.request.preset, dict(job.overrides), job.seeds, job.request.threads
    return asked == (found.record.preset, found.record.overrides, found.record.seeds, found.record.threads)


def _recall(job: Job) -> None:
    """Say which settings made what is about to be replaced, where none are asked for."""
    bare = Request(job.request.name, force=job.request.force)
    before = read_record(job.root, bare.name) if job.request == bare else None
    if before and before.overrides and before.preset != SMOKE:
        say(f"{bare.name} runs with its defaults; the published run was `{before.command}`")


def _is_unfinished(work: Path, request: Request) -> bool:
    try:
        return bool(json.loads((work / UNFINISHED).read_bytes())["command"] == request.command)
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _elsewhere(job: Job) -> Path | None:
    """Return the folder that gets the artifacts instead of `_data`: numbers of a trial replace no others."""
    if job.request.into:
        return Path(job.request.into).resolve()
    if job.request.preset == SMOKE and not job.request.force:
        old = read_record(job.root, job.request.name)
        if old and old.preset != SMOKE:
            return job.root / run_folder(job.request.name) / SMOKE
    return None


def _tell(job: Job, record: Record, done: Published | None, elsewhere: Path | None) -> None:
    seeds = f", seeds {', '.join(map(str, job.seeds))}" if len(job.seeds) > 1 else ""
    say(f"{job.request.name} is done in {duration(record.seconds)}{seeds}")
    if done is None:
        kept = "" if job.request.into else "; the published artifacts stay (`--force` replaces them)"
        where = elsewhere.relative_to(job.root) if elsewhere and elsewhere.is_relative_to(job.root) else elsewhere
        return say(f"  its artifacts are in {where}{kept}")
    for copy in done.kept:
        say(f"  had been edited by hand, a copy is kept: {copy}")
    for file, change in done.files.items():
        say(f"  {change:<8} {data_folder(job.request.name)}/{file}")
    return None


def duration(seconds: float) -> str:
    """Write how long a run took."""
    return f"{seconds:.1f} s" if seconds < 100 else clock(seconds)


def _stopped(job: Job, work: Path) -> int:
    """Say what a stopped run left to go on from, and how."""
    folders = [_folder(work, seed) for seed in job.seeds or (None,)]
    done = sum(1 for folder in folders if (folder / RESULT).exists())
    has_checkpoint = any((folder / MANIFEST).exists() for folder in folders)
    kept = [f"{done} finished seed{'s' * (done > 1)}"] * (done > 0) + ["a checkpoint"] * has_checkpoint
    say(f"{job.request.name} stopped; kept: {' and '.join(kept) or 'nothing yet, it will begin again'}")
    say(f"go on with: {typed(job.root, job.request)}")
    return STOPPED


def typed(root: Path, request: Request) -> str:
    """Return the command as it has to be typed here."""
    return request.command if root == Path.cwd() else f"{request.command} --root {root}"


def _failed(work: Path, request: Request, error: Exception) -> int:
    """Keep the reason for the next `status`, and show the researcher where it happened."""
    mistakes = list(flatten(error))
    last = str(mistakes[0]).split("\n", 1)[0] if mistakes else traceback.format_exception_only(error)[-1].strip()
    note = {"error": last[:LONGEST], "command": request.command}
    atomic_write(work / FAILED, json.dumps(note, ensure_ascii=False).encode())
    if mistakes:
        report(error)
    else:
        traceback.print_exception(error.with_traceback(_own_frames(error)))
    return FAILURE


def _own_frames(error: Exception) -> Any:
    """Drop the frames of the runner and of the import system from the top of a traceback."""
    frames = error.__traceback__
    here = str(Path(__file__).parent)
    while frames and frames.tb_frame.f_code.co_filename.startswith((here, "<frozen importlib")):
        frames = frames.tb_next
    return frames


def report(error: BaseException) -> None:
    """Print each mistake in an error."""
    for mistake in flatten(error):
        sys.stderr.write(f"{mistake}\n")
