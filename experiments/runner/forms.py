"""What `run` returned, checked against WRITES: plain data, the form of each kind, six digits.

    scalar   a number, text, or a mapping of them (mappings may hold mappings and lists)
    table    a list of rows: mappings that all have the same columns
    series   a list of points: mappings with at least one number each
    samples  a list of texts or of mappings
    chat     a mapping with a list `candidate_log`
    figure   the text of an SVG

numpy's and torch's numbers and arrays become plain ones. A number that is not finite becomes null, with a warning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from generator.errors import Place, SiteError, did_you_mean, several

DIGITS = 6  # significant, kept at the edge only: aggregation sees all of them
LONGEST_KEY = 200  # characters; YAML readers give up at about 1,000


def check(path: str, writes: Mapping[str, str], result: object) -> tuple[dict[str, Any], list[str]]:
    """Return a run's result as plain data in the order of WRITES, and a warning for each number lost.

    Raises:
        ExceptionGroup: of SiteErrors that name the experiment's file, one for each mistake.
    """
    place = Place(path)
    if not isinstance(result, Mapping):
        raise several([SiteError(f"`run` returned {_kind(result)}", place, "return `{name: plain data}` as in WRITES")])
    errors = [
        SiteError(f"`run` returned `{name}`, which WRITES does not declare", place, did_you_mean(name, writes))
        for name in result
        if name not in writes
    ]
    errors += [SiteError(f"`run` did not return `{name}`", place) for name in writes if name not in result]
    warnings: list[str] = []
    plain: dict[str, Any] = {}
    for name, kind in writes.items():
        if name in result:
            problems: list[str] = []
            plain[name] = _plain(result[name], name, problems, warnings)
            problems = problems or _form(kind, plain[name], name)
            errors += [SiteError(problem, place) for problem in problems]
    if errors:
        raise several(errors)
    return plain, warnings


def rounded(value: Any) -> Any:
    """Round every float to six significant digits; `-0.0` becomes `0.0`."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") + 0.0
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value


def _plain(value: Any, where: str, problems: list[str], warnings: list[str]) -> Any:
    """Copy a value as plain data, and note what cannot be."""
    if isinstance(value, Mapping):
        return {
            _key(key, where, problems): _plain(item, f"{where}.{key}", problems, warnings)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, f"{where}[{index}]", problems, warnings) for index, item in enumerate(value)]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            problems.append(f"`{where}` is text with half a surrogate pair")
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            warnings.append(f"`{where}` is {float(value)}, published as null")
            return None
        return float(value)
    if hasattr(value, "tolist"):  # numpy and torch
        return _plain(value.tolist(), where, problems, warnings)
    problems.append(f"`{where}` is {_kind(value)}, which is not plain data")
    return None


def _key(key: object, where: str, problems: list[str]) -> str:
    if not isinstance(key, str):
        problems.append(f"`{where}` has the key {key!r}; keys are text")
    elif len(key) > LONGEST_KEY or not key.isprintable():
        problems.append(f"`{where}` has a key that is no name: {key[:40]!r}")
    return str(key)


def _form(kind: str, value: Any, name: str) -> list[str]:
    """Return what is wrong with a value for its kind."""
    if kind == "scalar":
        return [f"`{name}` is a scalar, and a list was returned"] if isinstance(value, list) else []
    if kind == "chat":
        is_chat = isinstance(value, dict) and isinstance(value.get("candidate_log"), list)
        return [] if is_chat else [f"`{name}` is a chat, and has no list `candidate_log`"]
    if kind == "figure":
        is_svg = isinstance(value, str) and value.lstrip().startswith(("<svg", "<?xml"))
        return [] if is_svg else [f"`{name}` is a figure, and is not the text of an SVG"]
    if not isinstance(value, list):
        return [f"`{name}` is a {kind}, and {_kind(value)} was returned instead of a list"]
    return _ROWS[kind](value, name)


def _table(rows: list[Any], name: str) -> list[str]:
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            return [f"`{name}[{index}]` is {_kind(row)}; a row of a table is a mapping"]
        if odd := [key for key in {**rows[0], **row} if key not in row or key not in rows[0]]:
            verb = "lacks the column" if odd[0] in rows[0] else "has a column that the first row lacks:"
            return [f"`{name}[{index}]` {verb} `{odd[0]}`"]
    return []


def _series(points: list[Any], name: str) -> list[str]:
    for index, point in enumerate(points):
        if not isinstance(point, dict):
            return [f"`{name}[{index}]` is {_kind(point)}; a point of a series is a mapping"]
        if not any(isinstance(item, int | float | list | None) for item in point.values()):
            return [f"`{name}[{index}]` holds no number"]
    return []


def _samples(samples: list[Any], name: str) -> list[str]:
    for index, sample in enumerate(samples):
        if not isinstance(sample, str | dict):
            return [f"`{name}[{index}]` is {_kind(sample)}; a sample is text or a mapping"]
    return []


_ROWS = {"table": _table, "series": _series, "samples": _samples}


def _kind(value: object) -> str:
    kind = "nothing" if value is None else type(value).__name__
    return kind if value is None else f"{'an' if kind[0] in 'aeiou' else 'a'} `{kind}`"
