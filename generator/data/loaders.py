"""YAML, JSON, JSON Lines, CSV, TSV and TOML to plain data, each mistake with its place.

`load` takes bytes, so that a file is read once. Values are dict, list, str, int, float, bool, None and
dates; numbers are finite, keys are text, nothing is nested deeper than a hundred levels.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from generator.data.csv_loader import load_csv
from generator.data.json_loader import load_json, load_json_lines
from generator.data.text import Loaded, Text, decode
from generator.data.toml_loader import load_toml
from generator.data.yaml_loader import load_yaml
from generator.errors import Place, SiteError

LOADERS: dict[str, Callable[[Text], Loaded]] = {
    ".yaml": load_yaml,
    ".yml": load_yaml,
    ".json": load_json,
    ".jsonl": load_json_lines,
    ".csv": load_csv,
    ".tsv": lambda text: load_csv(text, "\t"),
    ".toml": load_toml,
}
RETRY_SECONDS = 0.05  # an editor that saves by renaming leaves a gap of about a millisecond


def is_data_file(path: str) -> bool:
    """Tell by its ending whether a file can be loaded."""
    return PurePosixPath(path).suffix.lower() in LOADERS


def load(path: str, data: bytes) -> Loaded:
    """Read the bytes of a data file; `path` chooses the format and is named in messages.

    Raises:
        SiteError: one mistake, or an ExceptionGroup of several.
    """
    return LOADERS[PurePosixPath(path).suffix.lower()](decode(path, data))


def load_file(root: Path, path: str, limit_megabytes: int) -> Loaded:
    """Read and load the data file at `path` below `root`; one that vanished is tried once more.

    Raises:
        SiteError: one mistake, or an ExceptionGroup of several; also for a file larger than the limit.
    """
    try:
        return load(path, _read(root / path, path, limit_megabytes))
    except FileNotFoundError:
        time.sleep(RETRY_SECONDS)
    except OSError as error:
        raise _unreadable(error, path) from None
    try:
        return load(path, _read(root / path, path, limit_megabytes))
    except OSError as error:
        raise _unreadable(error, path) from None


def _read(file: Path, path: str, limit_megabytes: int) -> bytes:
    """Read a file after a look at its size."""
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise SiteError("this is not an ordinary file", Place(path), "put a data file in its place")
    if status.st_size > limit_megabytes * 1_000_000:
        what = f"the file has {status.st_size:,} bytes, the limit is {limit_megabytes} MB"
        raise SiteError(what, Place(path), "raise `data_megabytes` in site/config.yaml, or publish less data")
    return file.read_bytes()


def _unreadable(error: OSError, path: str) -> SiteError:
    match error:
        case FileNotFoundError():
            return SiteError("the file vanished while the site was read", Place(path), "build again")
        case PermissionError():
            return SiteError("permission denied", Place(path), f"allow reading it: `chmod u+r {path}`")
        case _:
            return SiteError(f"the file cannot be read: {(error.strerror or str(error)).lower()}", Place(path))
