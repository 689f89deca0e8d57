"""The arguments of `chart(…)`, checked one by one, and the figure around the drawing.

Title, caption and names are plain text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import Any

from generator.errors import SiteError, did_you_mean
from generator.render.tags.chart import KINDS, Drawings, Drawn, Request, data_table, draw_chart
from generator.render.tags.downloads import to_csv, to_json
from generator.render.tags.quantity import is_number
from generator.render.tags.strip import Artifact, File, Source, stem, strip, with_kind
from generator.render.values import NUMBER

TEXTS = ("x_name", "y_name", "group", "value", "title", "caption", "label")
OPTIONS = (*(option.name for option in fields(Request)[3:]), "title", "caption", "label")
LIMITS = {"smooth": (0, 0.999), "bins": (1, 500), "height": (1, 20)}
CHOICES = {"log": ("", "x", "y", "xy"), "best": ("min", "max")}
NEEDS = {"line": "xy", "scatter": "xy", "bar": "xy", "histogram": "y", "heatmap": "xyv", "parallel": ""}
ARGUMENTS = {"x": "x", "y": "y", "v": "value"}


@dataclass(frozen=True)
class Axes:
    """The first arguments of a call."""

    kind: str
    x: str
    y: tuple[str, ...]


def chart(rows: object, axes: Axes, options: Mapping[str, Any], source: Source, drawings: Drawings) -> Artifact:
    """Check, draw, and set caption, data and strip under the drawing.

    Raises:
        SiteError: for an argument that does not fit.
    """
    data = _rows(rows)
    _check_names(axes.kind, options)
    _check_values(options)
    texts = {name: str(options.get(name) or "") for name in TEXTS}
    _check_columns(data, axes, texts)
    request = _request(axes, options, texts)
    title = texts["title"] or texts["caption"] or _title(request)
    try:
        drawn = draw_chart(data, request, title, drawings)
    except ValueError as error:
        raise SiteError(f"this chart cannot be drawn: {error}") from None
    label = with_kind(texts["label"], "fig")
    csv, json = to_csv(data, drawn.columns), to_json(data, drawn.columns)
    name = stem(label, source, "chart", csv)
    files = (File(f"{name}.csv", csv, "CSV"), File(f"{name}.json", json, "JSON"))
    html = _figure(drawn, label, texts["caption"], data_table(data, drawn.columns, request.shown))
    html += strip(source, files, drawn.remarks) + "</figure>"
    return Artifact(html, texts["caption"] or title, label=label, prefix=drawn.prefix, files=files)


def _figure(drawn: Drawn, label: str, caption: str, table: str) -> str:
    """Return the open figure with all but its strip."""
    number = NUMBER if label else ""
    told = f"<figcaption>{number}{escape(caption)}</figcaption>" if number or caption else ""
    ident = f' id="{escape(label)}"' if label else ""
    plot = f'<div class="plot" role="region" tabindex="0" aria-label="Chart">{drawn.svg}</div>'
    return f'<figure class="chart"{ident}>{plot}{told}{table}'


def _title(request: Request) -> str:
    """Name a chart by what it shows."""
    shown = ", ".join(map(request.shown, request.y)) or request.shown(request.value)
    if request.kind == "heatmap":
        return f"{request.shown(request.value)} by {request.shown(request.y[0])} and {request.shown(request.x)}"
    return f"{shown} by {request.shown(request.x)}" if request.x else shown or "Runs"


def _request(axes: Axes, options: Mapping[str, Any], texts: Mapping[str, str]) -> Request:
    default = Request(axes.kind)
    return Request(
        kind=axes.kind,
        x=axes.x,
        y=axes.y,
        names={str(key): str(name) for key, name in (options.get("names") or {}).items()},
        smooth=float(options.get("smooth", default.smooth)),
        log=options.get("log", default.log),
        x_name=texts["x_name"],
        y_name=texts["y_name"],
        group=texts["group"],
        value=texts["value"],
        best=options.get("best", default.best),
        bins=int(options.get("bins", default.bins)),
        height=float(options.get("height", default.height)),
        baselines=tuple((str(name), float(at)) for name, at in (options.get("baselines") or {}).items()),
        numbers=bool(options.get("numbers")),
    )


def _rows(rows: object) -> list[Mapping[str, object]]:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) and row for row in rows):
        raise SiteError("a chart needs a list of rows with named columns, and at least one")
    return [{str(key): value for key, value in row.items()} for row in rows]


def _check_names(kind: str, options: Mapping[str, Any]) -> None:
    """Refuse unknown kinds and options."""
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS) or f"kinds: {', '.join(KINDS)}"
        raise SiteError(f"`{kind:.40}` is no kind of chart", hint=hint)
    if unknown := sorted(set(options) - set(OPTIONS)):
        hint = did_you_mean(unknown[0], OPTIONS) or f"options: {', '.join(sorted(OPTIONS))}"
        raise SiteError(f"`chart` has no option `{unknown[0]}`", hint=hint)


def _check_columns(rows: Sequence[Mapping[str, object]], axes: Axes, texts: Mapping[str, str]) -> None:
    """Refuse columns that are missing, in the call or in the data."""
    given = {"x": axes.x, "y": axes.y, "v": texts["value"]}
    for axis in NEEDS[axes.kind]:
        if not given[axis]:
            name = ARGUMENTS[axis]
            raise SiteError(f"a {axes.kind} chart needs `{name}`", hint=f'name a column: `{name}="…"`')
    if axes.kind == "heatmap" and len(axes.y) > 1:
        raise SiteError(f"a heatmap chart has one column down, not {len(axes.y)}", hint="the cells are `value`")
    known = list(dict.fromkeys(key for row in rows for key in row))
    for column in (*axes.y, axes.x, texts["group"], texts["value"]):
        if column and column not in known:
            hint = did_you_mean(column, known) or f"columns: {', '.join(known)}"
            raise SiteError(f"`{column:.60}` is no column of this data", hint=hint)


def _check_values(options: Mapping[str, Any]) -> None:
    """Refuse values that would break the drawing."""
    for name, (low, high) in LIMITS.items():
        value = options.get(name, low)
        if not is_number(value) or not low <= value <= high:
            raise SiteError(f"`{name}` of a chart must be between {low} and {high}, not `{value!s:.40}`")
    for name, choices in CHOICES.items():
        if (value := options.get(name, choices[0])) not in choices:
            words = " or ".join(f'"{choice}"' for choice in choices if choice)
            raise SiteError(f"`{name}` of a chart must be {words}, not `{value!s:.40}`")
    for name in TEXTS:
        if not isinstance(options.get(name), str | int | float | None):
            raise SiteError(f"`{name}` of a chart must be text", hint=f'write `{name}="…"`')
    for name in ("names", "baselines"):
        if not isinstance(options.get(name), Mapping | None):
            raise SiteError(f"`{name}` of a chart must be a mapping", hint=f'write `{name}={{"a": …}}`')
    for name, value in (options.get("baselines") or {}).items():
        if not is_number(value) or abs(value) > 1e100:
            raise SiteError(f"the baseline `{name!s:.40}` of a chart is no number: `{value!s:.40}`")
