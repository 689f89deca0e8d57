"""Results of several seeds as one: mean under the old name, standard deviation beside it.

    scalar   {"accuracy": a}  becomes  {"accuracy": mean, "accuracy_std": s, "n": 5, "seeds": [0, 1, 2, 3, 4],
             "by_seed": {"accuracy": [a0, a1, …]}}; a bare number becomes {"mean", "std", "n", "seeds", "by_seed"}
    table, series
             rows that stand for the same thing become one, with `<column>_std` and `n`; those of a table keep the
             value of each seed in `by_seed`, as a scalar does. The same thing: equal values in the columns
             without floats, or in the text columns where these tell rows apart. A measured count that may differ
             between seeds is better returned as a float, or it counts as such a column
    the rest {"by_seed": [{"seed": 0, "value": …}, …]}; so do rows that do not match
    figure   the first seed's

Standard deviations divide by n - 1. Where a seed has null, mean and deviation are null. A value that is no number
is kept where all seeds agree, else listed in the order of the seeds. Lists of numbers go element by element.
An experiment with other wishes defines `aggregate(results: list[dict]) -> dict`.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from generator.errors import Place, SiteError

Rows = list[dict[str, Any]]


def aggregate(
    path: str, writes: Mapping[str, str], seeds: Sequence[int], results: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Join the checked results of several seeds.

    Raises:
        SiteError: if a result already uses a name that this needs, as `n`.
    """
    joined = {}
    for name, kind in writes.items():
        try:
            joined[name] = _join(kind, seeds, [result[name] for result in results])
        except _TakenError as taken:
            hint = "rename it, or define `aggregate(results)` in the experiment"
            raise SiteError(
                f"`{name}` has a `{taken}`, which joining its seeds would write", Place(path), hint
            ) from None
    return joined


class _TakenError(Exception):
    """A key that aggregation needs is in use."""


def _join(kind: str, seeds: Sequence[int], values: list[Any]) -> Any:
    if kind == "figure":
        return values[0]
    if kind == "scalar":
        return _scalar(seeds, values)
    matched = _matched(values) if kind in ("table", "series") else None
    if matched is None:
        return {"by_seed": [{"seed": seed, "value": value} for seed, value in zip(seeds, values, strict=True)]}
    keys, groups = matched
    rows = [_with(_mapping(group, keys), {"n": len(seeds)}) for group in groups]
    if kind == "series":
        return rows  # a curve has too many points to keep each of them for each seed
    return [_with(row, {"by_seed": _by_seed(group, keys)}) for row, group in zip(rows, groups, strict=True)]


def _scalar(seeds: Sequence[int], values: list[Any]) -> dict[str, Any]:
    count = {"n": len(seeds), "seeds": list(seeds)}
    if all(isinstance(value, dict) for value in values) and _share_keys(values):
        return _with(_mapping(values, set()), {**count, "by_seed": _by_seed(values, set())})
    if all(_is_number(value) for value in values):
        return {"mean": _mean(values), "std": _deviation(values), **count, "by_seed": list(values)}
    return {"by_seed": [{"seed": seed, "value": value} for seed, value in zip(seeds, values, strict=True)]}


def _by_seed(values: Rows, keys: set[str]) -> dict[str, list[Any]]:
    """Return what was measured, each with its value of every seed; not what is equal by its nature."""
    columns = {key: [value[key] for value in values] for key in values[0] if key not in keys}
    return {key: column for key, column in columns.items() if _is_measured(column)}


def _with(row: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in more.items():
        if key in row:
            raise _TakenError(key)
        row[key] = value
    return row


def _mapping(values: Rows, keys: set[str]) -> dict[str, Any]:
    """Join mappings of equal keys; those in `keys` are equal already."""
    joined: dict[str, Any] = {}
    for key in values[0]:
        column = [value[key] for value in values]
        if key in keys:
            _with(joined, {key: column[0]})
        elif _is_measured(column):
            _with(joined, {key: _each(_mean, column)})
            _with(joined, {f"{key}_std": _each(_deviation, column)})
        elif all(isinstance(value, dict) for value in column) and _share_keys(column):
            _with(joined, {key: _mapping(column, set())})
        else:
            _with(joined, {key: column[0] if all(value == column[0] for value in column) else column})
    return joined


def _share_keys(values: Rows) -> bool:
    return all(list(value) == list(values[0]) for value in values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_measured(column: list[Any]) -> bool:
    """Say whether a column holds numbers, or lists of numbers of one length; null counts, if not alone."""
    lists = [value for value in column if isinstance(value, list)]
    if lists:
        is_even = len(lists) == len(column) and len({len(value) for value in lists}) == 1
        return is_even and bool(lists[0]) and all(_is_measured(list(inner)) for inner in zip(*lists, strict=True))
    return all(value is None or _is_number(value) for value in column) and any(value is not None for value in column)


def _each(what: Any, column: list[Any]) -> Any:
    """Apply a statistic to numbers, or to lists element by element."""
    if isinstance(column[0], list):
        return [_each(what, list(inner)) for inner in zip(*column, strict=True)]
    return None if any(value is None for value in column) else what(column)


def _mean(values: Sequence[float]) -> float:
    """Average; equal values stay what they are, whole numbers too."""
    return values[0] if all(value == values[0] for value in values) else statistics.fmean(values)


def _deviation(values: Sequence[float]) -> float:
    return float(statistics.stdev(values)) if len(set(values)) > 1 else 0.0


def _matched(tables: list[Rows]) -> tuple[set[str], list[Rows]] | None:
    """Group the rows of all seeds that stand for the same thing; None where that cannot be told."""
    every = [row for rows in tables for row in rows]
    columns = {key for row in every for key in row}
    unmeasured = {key for key in columns if not any(isinstance(row.get(key), float | list | dict) for row in every)}
    named = {key for key in unmeasured if any(isinstance(row.get(key), str) for row in every)}
    matched = _grouped(tables, unmeasured) or (_grouped(tables, named, distinct=True) if named else None)
    return matched if matched and all(_share_keys(group) for group in matched[1]) else None


def _grouped(tables: list[Rows], keys: set[str], *, distinct: bool = False) -> tuple[set[str], list[Rows]] | None:
    """Group rows by the values of some columns, the k-th of equal ones with each other, in the first seed's order."""
    numbered = [_numbered(rows, sorted(keys)) for rows in tables]
    if any(set(rows) != set(numbered[0]) for rows in numbered):
        return None
    if distinct and any(place for _, place in numbered[0]):
        return None
    return keys, [[rows[label] for rows in numbered] for label in numbered[0]]


def _numbered(rows: Rows, keys: list[str]) -> dict[tuple[str, int], dict[str, Any]]:
    labelled: dict[tuple[str, int], dict[str, Any]] = {}
    counts: dict[str, int] = {}
    for row in rows:
        label = repr([row.get(key) for key in keys])
        labelled[label, counts.get(label, 0)] = row
        counts[label] = counts.get(label, 0) + 1
    return labelled
