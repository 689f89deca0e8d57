"""Missing keys: the experiment to run, the name that was meant, or the names there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from generator.data import declared
from generator.data.artifacts import RECORD
from generator.data.keys import full_name
from generator.data.text import KeyPath
from generator.errors import did_you_mean

MOST_NAMES = 8  # keys or experiments named in a hint


def hint(root: Path, keys: KeyPath, around: Mapping[str, object] | Sequence[object]) -> str:
    """Say how the missing key `keys` could come to be; `around` is what it was looked for in."""
    names = list(takewhile(str.isidentifier, (str(key) for key in keys)))
    experiments = declared.names(root)
    run, was_run = _run(root, names, experiments)
    if run and not was_run:
        return run
    if not isinstance(around, Mapping):
        return _of_list(keys[:-1], len(around))
    family = "".join(f"{name}." for name in names[:-1]) if len(names) == len(keys) else "\0"
    siblings = {name.removeprefix(family).split(".")[0]: None for name in experiments if name.startswith(family)}
    nearest = did_you_mean(str(keys[-1]), {**dict.fromkeys(around), **siblings})
    return nearest or run or _of_mapping(keys[:-1], list(around))


def _run(root: Path, names: list[str], experiments: Sequence[str]) -> tuple[str, bool]:
    """Return how to run the experiment that writes below a key, and whether it has run before."""
    for length in range(len(names), 0, -1):
        name = ".".join(names[:length])
        if name in experiments:
            was_run = root.joinpath("_data", *names[:length], RECORD).is_file()
            return f"run `python -m experiments run {name}`", was_run
    family = [name for name in experiments if names and name.startswith(".".join(names) + ".")]
    if not family:
        return "", False
    others = "".join(f", `{name}`" for name in family[1:MOST_NAMES])
    return f"run `python -m experiments run {family[0]}`{others and ', or' + others[1:]}", False


def _of_list(keys: KeyPath, length: int) -> str:
    what = f"`{full_name(keys)}` is a list of {length}"
    return f"{what}; choose one, such as `{full_name((*keys, 0))}`" if length else what


def _of_mapping(keys: KeyPath, names: Sequence[str]) -> str:
    what = f"`{full_name(keys)}`"
    if not names:
        return f"{what} is empty"
    if len(names) > MOST_NAMES:
        return f"{what} has {len(names)} keys, none of them like it"
    return f"{what} has {', '.join(f'`{name}`' for name in names)}"
