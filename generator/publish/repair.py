"""Repair: write what a guarded literal should say into the author's file, and show the difference.

A mistake knows its own mend (`SiteError.repair`). Only the literal it was found at is touched, and only where its
line still reads as it did; each file is replaced in one step.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.data.artifacts import atomic_write
from generator.data.files import check_way
from generator.errors import Place, SiteError, sort_key

BOM = "\ufeff"


@dataclass(frozen=True)
class Repaired:
    """What was mended, and what is left for the author."""

    diff: str  # unified, of all files; "" when nothing was changed
    count: int  # literals rewritten
    left: tuple[SiteError, ...]


def repair(root: Path, errors: Iterable[SiteError]) -> Repaired:
    """Mend what can be mended in the files under `root`."""
    left: list[SiteError] = []
    by_file: defaultdict[str, list[SiteError]] = defaultdict(list)
    for error in errors:
        if error.place and error.place.line and error.repair[0]:
            by_file[error.place.path].append(error)
        else:
            left.append(error)
    diffs, count = [], 0
    for path, found in sorted(by_file.items()):
        lines, unmended = _mend_file(root, path, found)
        count += len({(error.place, error.repair) for error in found}) - len(unmended)
        left += unmended
        diffs.append(lines)
    return Repaired("".join(diffs), count, tuple(sorted(left, key=sort_key)))


def _mend_file(root: Path, path: str, errors: Sequence[SiteError]) -> tuple[str, list[SiteError]]:
    """Rewrite one file; return the difference, and the mistakes that could not be mended."""
    file = root / path
    if check_way(root, path) or not file.is_file():
        return "", list({(error.place, error.repair): error for error in errors}.values())
    text = file.read_bytes().decode()
    before = text.split("\n")
    after, left = list(before), []
    # From the right, so that a mend does not move the literals before it; one literal in a loop is mended once.
    wishes = {(error.place or Place(path), error.repair): error for error in errors}
    for (place, mend), error in sorted(wishes.items(), key=lambda item: item[0][0], reverse=True):
        index = place.line - 1
        reads_the_same = index < len(before) and before[index].removeprefix(BOM).rstrip("\r") == place.text
        mended = mend_line(after[index], place.column, *mend) if reads_the_same else ""
        if mended:
            after[index] = mended
        else:
            left.append(error)
    if after == before:
        return "", left
    atomic_write(file, "\n".join(after).encode())
    shown = difflib.unified_diff(_printed(before), _printed(after), path, path)
    return "".join(shown), left


def mend_line(line: str, column: int, typed: str, mended: str) -> str:
    """Return the line with the literal nearest to `column` mended, "" when it does not stand there."""
    literal = re.compile(rf"""\[({re.escape(typed)})\]\{{=|\bguarded\(\s*["']({re.escape(typed)})["']\s*\)""")
    found = sorted(literal.finditer(line), key=lambda match: abs(match.start() + 1 - column))
    if not found or not mended:
        return ""
    start, end = found[0].span(1 if found[0][1] is not None else 2)
    return line[:start] + mended + line[end:]


def _printed(lines: Sequence[str]) -> list[str]:
    """Return lines as a difference shows them, each with its end."""
    return [line.rstrip("\r") + "\n" for line in lines]
