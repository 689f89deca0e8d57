"""What the commands say and do that run nothing: list, status, why, accept, clean."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from experiments.runner.config import plain
from experiments.runner.log import say
from experiments.runner.publish import BusyError, locked
from experiments.runner.run import BUSY, DONE, FAILURE, duration
from generator.data.artifacts import RECORD, RUNS, Artifact, Record, atomic_write, data_folder, file_sha256, run_folder
from generator.data.closure import closure
from generator.data.declared import declared, names
from generator.data.staleness import Status, input_digest, status
from generator.errors import SiteError


def list_all(root: Path) -> int:
    """Print one line for each experiment: state, last duration, claim, artifacts."""
    rows = [_row(root, name) for name in names(root)]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        say("  ".join([*cells, row[4]]).rstrip())
    if not rows:
        say("no experiments yet; `python -m experiments new experiment NAME` makes one")
    return DONE


def _row(root: Path, name: str) -> tuple[str, str, str, str, str]:
    found = status(root, name)
    seconds = duration(found.record.seconds) if found.record else ""
    try:
        read = declared(root, name)
    except SiteError as error:
        return name, found.state, seconds, f"({error.what})", ""
    return name, found.state, seconds, read.claim, ", ".join(read.writes)


def show(root: Path, asked: Sequence[str]) -> int:
    """Print the state of experiments; of a single one also how it was made."""
    for name in asked or names(root):
        found = status(root, name)
        say(f"{name}: {found.state}{_progress(found)}")
        for reason in found.reasons:
            say(f"  {reason}")
        if len(asked) == 1 and found.record:
            _show_record(found.record)
        if found.state in ("stale", "pending", "failed"):
            say(f"  run it: {found.command}")
    return DONE


def why(root: Path, asked: Sequence[str]) -> int:
    """Print what changed, and nothing else; exit 1 if anything is not fresh."""
    states = [status(root, name) for name in asked]
    for found in states:
        for reason in found.reasons or (f"{found.name} is {found.state}",):
            say(reason)
    return DONE if all(found.state == "fresh" for found in states) else FAILURE


def _progress(found: Status) -> str:
    step, total = found.progress.get("step"), found.progress.get("total")
    return f", step {step:,}{f'/{total:,}' if total else ''}" if step is not None else ""


def _show_record(record: Record) -> None:
    git = str(record.git.get("commit", "no git"))[:12] + (" with changes" if record.git.get("dirty") else "")
    say(f"  made by: {record.command}")
    say(f"  on {record.date} in {duration(record.seconds)}, {record.peak_memory_mb} MB, at {git}")
    say(f"  config: {json.dumps(record.config, ensure_ascii=False)}")
    if record.packages:
        say(f"  with: {', '.join(f'{name} {version}' for name, version in record.packages.items())}")
    for name, made in record.artifacts.items():
        say(f"  {name} ({made.kind}): {data_folder(record.name)}/{made.file}")
    for accepted in record.accepted:
        say(f"  accepted on {accepted['date']}: {accepted['reason']} ({', '.join(_texts(accepted['changes']))})")


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def accept(root: Path, name: str, reason: str) -> int:
    """Vouch for artifacts although something changed: the record keeps the reason and what it was.

    Raises:
        SiteError: if there is nothing to accept.
    """
    found = status(root, name)
    if found.record is None or found.state in ("pending", "running"):
        raise SiteError(f"`{name}` is {found.state}: there is nothing to accept", None, f"run it: `{found.command}`")
    changes = [change for change in found.reasons if not change.startswith(("failed: ", "a later run failed: "))]
    if not changes:
        say(f"{name} is fresh; there is nothing to accept")
        return DONE
    record = _accepted(root, found.record, reason, changes)
    with locked(root / run_folder(name)):
        atomic_write(root / data_folder(name) / RECORD, record.to_bytes())
    say(f"{name}: accepted {len(changes)} change{'s' * (len(changes) > 1)}")
    return DONE


def _accepted(root: Path, record: Record, reason: str, changes: Sequence[str]) -> Record:
    """Return a record that agrees with what is there now."""
    code = closure(root, record.name).symbols
    artifacts = {name: _rehashed(root, record.name, made) for name, made in record.artifacts.items()}
    was = {symbol: old for symbol, old in record.code.items() if code.get(symbol) != old}
    was |= {made.file: made.sha256 for name, made in record.artifacts.items() if artifacts[name] != made}
    today = datetime.now(UTC).date().isoformat()
    note = {"date": today, "reason": reason, "changes": list(changes), "was": was}
    settled = (
        _settled(root, record) if any(change.startswith(("config: ", "made with")) for change in changes) else record
    )
    return replace(
        settled,
        artifacts=artifacts,
        code=code,
        sources=closure(root, record.name).sources,
        inputs={key: input_digest(root, key)[1] or old for key, old in record.inputs.items()},
        files={path: _sum(root, path, old) for path, old in record.files.items()},
        accepted=(*record.accepted, note),
    )


def _settled(root: Path, record: Record) -> Record:
    """Keep the values of the run, as if its command had set each of them; fields that are gone go, new ones come."""
    read = declared(root, record.name)
    defaults = {key: plain(value) for key, value in read.defaults.items()}
    config = {key: record.config.get(key, defaults.get(key)) for key in read.fields}
    overrides = {key: value for key, value in config.items() if key != "seed" and value != defaults.get(key)}
    seeds = {"seed": list(record.seeds)} if record.seeds else {}
    return replace(record, preset="default", config=config, overrides={**overrides, **seeds})


def _rehashed(root: Path, name: str, made: Artifact) -> Artifact:
    path = root / data_folder(name) / made.file
    return replace(made, sha256=file_sha256(path)) if path.is_file() else made


def _sum(root: Path, text: str, was: str) -> str:
    path = root / Path(text).expanduser()
    return file_sha256(path) if path.exists() else was


def clean(root: Path, asked: Iterable[str]) -> int:
    """Remove private leftovers: checkpoints, metrics, results of single seeds. Published artifacts stay."""
    there = sorted(path.name for path in (root / RUNS).glob("*") if path.is_dir())
    code = DONE
    for name in asked or there:
        folder = root / run_folder(name)
        if name not in there:
            say(f"{name} left nothing in {RUNS}")
            continue
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        try:
            with locked(folder):
                shutil.rmtree(folder)
            say(f"removed {RUNS}/{name} ({size / 1e6:.1f} MB)")
        except BusyError as busy:
            say(f"{name} is running{busy}: its files stay")
            code = BUSY
    return code
