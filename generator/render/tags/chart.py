"""From rows to a drawing: which columns become which curves, and what is said about what cannot be drawn.

Kinds: line (raw values faint under smoothed ones, bands from `<column>_std`), bar, scatter, histogram, heatmap
and parallel. What is no number (text, null, NaN) is left out and told under the figure.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TypeGuard

from generator.render.tags import parallel
from generator.render.tags.cells import cell_html, show
from generator.render.tags.plot import Curve, Plot
from generator.render.tags.quantity import is_number, show_significant

KINDS = ("line", "bar", "scatter", "histogram", "heatmap", "parallel")
MOST_TABLE_ROWS = 60  # shown behind the disclosure; all of them are in the files
MOST_CURVES, MOST_BARS, MOST_CELLS, MOST_AXES = 24, 200, 10_000, 12
DRAWABLE = 1e100  # larger numbers overflow in the arithmetic of an axis
LONGEST_NAME = 48  # characters of a name in a drawing
Rows = Sequence[Mapping[str, object]]
Drawings = Callable[[Plot], str]


@dataclass(frozen=True)
class Request:
    """The arguments of one call, checked."""

    kind: str
    x: str = ""
    y: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # column -> what readers see
    smooth: float = 0.0  # 0: none; 0.9: a moving average over about ten points
    log: str = ""  # "x", "y" or "xy"
    x_name: str = ""
    y_name: str = ""
    group: str = ""  # one curve for each value of this column
    value: str = ""  # heatmap: the column in the cells; parallel: the metric that colours
    best: str = "min"  # parallel: which end of the metric is best
    bins: int = 20
    height: float = 3.4  # inches, at a width of 6.8
    baselines: tuple[tuple[str, float], ...] = ()
    numbers: bool = False  # write each cell's value into a heat map

    def shown(self, column: str) -> str:
        """Return the name readers see."""
        return _short(self.names.get(column, column.replace("_", " ")))


@dataclass(frozen=True)
class Drawn:
    """A chart, before it gets its caption."""

    svg: str
    prefix: str  # of the ids in it
    columns: tuple[str, ...]  # for the data table
    remarks: tuple[str, ...]  # what was left out, and why


def draw_chart(rows: Rows, request: Request, title: str, drawings: Drawings) -> Drawn:
    """Draw the rows as the request says.

    Raises:
        ValueError: in words for the author, when it cannot be drawn.
    """
    if request.kind == "parallel":
        svg, prefix, columns, remarks = _parallel(rows, request)
    else:
        plot = _heat_plot(rows, request) if request.kind == "heatmap" else _plot(rows, request)
        prefix, columns = prefix_of(plot), _columns(rows, request)
        svg, remarks = drawings(plot), _left_out(rows, request, plot)
    return Drawn(_titled(svg, prefix, title, _describe(rows, columns)), prefix, columns, remarks)


def prefix_of(drawn: Plot | str) -> str:
    """Return what the ids of a drawing begin with: two drawings never share one."""
    return f"c{hashlib.sha256(repr(drawn).encode('utf-8', 'replace')).hexdigest()[:10]}-"


def data_table(rows: Rows, columns: Sequence[str], names: Callable[[str], str]) -> str:
    """Return the figures behind a chart as a small table: every n-th row when there are many, and how many that are."""
    step = math.ceil(len(rows) / MOST_TABLE_ROWS)
    head = "".join(f'<th scope="col">{escape(names(column))}</th>' for column in columns)
    lines = ["".join(_data_cell(row.get(column)) for column in columns) for row in rows[::step]]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    note = f" ({len(lines)} of {len(rows):,} rows)" if step > 1 else ""
    return (
        f'<details class="chart-data"><summary>Data{note}</summary>'
        f'<div class="table" role="region" tabindex="0" aria-label="Data of the figure">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def smoothed(values: Sequence[float], share: float) -> tuple[float, ...]:
    """Return the exponential moving average, corrected for its start (Kingma & Ba, 2015, sec. 3)."""
    average, weight, out = 0.0, 0.0, []
    for value in values:
        average, weight = share * average + (1 - share) * value, share * weight + 1 - share
        out.append(average / weight)
    return tuple(out)


def _data_cell(value: object) -> str:
    return cell_html(value, show(value, "5g" if isinstance(value, float) else ""))


def _columns(rows: Rows, request: Request) -> tuple[str, ...]:
    """Return the columns a chart shows, in the order of its data table."""
    named = [request.group, "" if request.kind == "histogram" else request.x, *request.y, request.value]
    bands = [f"{column}_std" for column in request.y if any(f"{column}_std" in row for row in rows)]
    return tuple(dict.fromkeys(name for name in [*named, *bands] if name))


def _parallel(rows: Rows, request: Request) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    chosen = request.y or tuple(key for key in rows[0] if not key.endswith("_std"))
    metric = request.value or chosen[-1]
    columns = (*(column for column in chosen if column != metric), metric)
    if len(columns) > MOST_AXES:
        raise ValueError(f"{len(columns)} axes are too many to read: name at most {MOST_AXES} columns in `y`")
    failed = sum(not is_number(row.get(metric)) for row in rows)
    runs = "1 run is" if failed == 1 else f"{failed:,} runs are"
    remarks = (f"{runs} grey and dashed: no {request.shown(metric)}",) if failed else ()
    svg = parallel.draw(rows, columns, request.best == "min", request.shown)
    return svg, prefix_of(svg), columns, remarks


def _plot(rows: Rows, request: Request) -> Plot:
    """Turn rows into curves: one a column of y, or one a value of the grouping column."""
    ticks: tuple[str, ...] = ()
    if request.kind == "bar":
        ticks = tuple(dict.fromkeys(_short(show(row.get(request.x))) for row in rows))
        rows = [{**row, request.x: ticks.index(_short(show(row.get(request.x))))} for row in rows]
    groups = dict.fromkeys(show(row.get(request.group)) for row in rows) if request.group else {"": None}
    if len(groups) * len(request.y) > MOST_CURVES:
        raise ValueError(f"{len(groups) * len(request.y):,} curves cannot be told apart: at most {MOST_CURVES}")
    if len(ticks) > MOST_BARS:
        raise ValueError(f"{len(ticks):,} bars cannot be told apart: at most {MOST_BARS}")
    curves = []
    for group in groups:
        members = [row for row in rows if not request.group or show(row.get(request.group)) == group]
        for column in request.y:
            column_name = request.shown(column) if len(request.y) > 1 or not request.group else ""
            curves.append(_curve(members, request, column, _short(f"{group} {column_name}")))
    if not any(curve.y for curve in curves):
        used = (*request.y, *((request.x,) if request.kind in {"line", "scatter"} else ()))
        positive = " above 0" if request.log else ""
        raise ValueError(f"no row has a number{positive} in {' and '.join(f'`{name}`' for name in used)}")
    is_counted = request.kind in {"bar", "histogram"}
    return Plot(
        kind=request.kind,
        curves=tuple(curves),
        ticks=ticks,
        x_name=_short(request.x_name)
        or (request.shown(request.y[0]) if request.kind == "histogram" else "")
        or ("" if is_counted else request.shown(request.x)),
        y_name=_short(request.y_name)
        or ("count" if request.kind == "histogram" else "")
        or (request.shown(request.y[0]) if len(request.y) == 1 else ""),
        log_x="x" in request.log and request.kind != "bar",
        log_y="y" in request.log,
        height=request.height,
        bins=request.bins,
        baselines=request.baselines,
    )


def _curve(rows: Rows, request: Request, column: str, name: str) -> Curve:
    if request.kind == "histogram":
        return Curve(
            name, (), tuple(float(y) for row in rows if _is_drawable(y := row.get(column), "x" in request.log))
        )
    log_x, log_y = "x" in request.log and request.kind != "bar", "y" in request.log
    found = [
        (float(x), float(y), row.get(f"{column}_std"))
        for row in rows
        if _is_drawable(x := row.get(request.x), log_x) and _is_drawable(y := row.get(column), log_y)
    ]
    xs, ys = tuple(x for x, _, _ in found), tuple(y for _, y, _ in found)
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    spreads = [float(std) for _, _, std in found if _is_drawable(std)]
    if found and len(spreads) == len(found) and any(spreads):
        floor = min(ys) / 10 if log_y else -math.inf  # a band that reaches 0 has no end on a log axis
        low = tuple(max(y - std, floor) for y, std in zip(ys, spreads, strict=True))
        high = tuple(y + std for y, std in zip(ys, spreads, strict=True))
    if request.smooth and request.kind == "line":
        low, smooth, high = (smoothed(values, request.smooth) for values in (low, ys, high))
        return Curve(name, xs, smooth, low, high, faint=ys)
    return Curve(name, xs, ys, low, high)


def _is_drawable(value: object, log: bool = False) -> TypeGuard[int | float]:
    return is_number(value) and abs(value) <= DRAWABLE and (value > 0 or not log)


def _heat_plot(rows: Rows, request: Request) -> Plot:
    """Arrange three columns as a grid: x along, y down, in the order of the rows."""
    found: dict[tuple[str, str], float | None] = {}
    for row in rows:
        at = (show(row.get(request.y[0])), show(row.get(request.x)))
        if at in found:
            raise ValueError(
                f"two rows have {request.y[0]} {at[0]:.40} and {request.x} {at[1]:.40}: one cell, one value"
            )
        found[at] = float(value) if _is_drawable(value := row.get(request.value)) else None
    down, across = list(dict.fromkeys(y for y, _ in found)), list(dict.fromkeys(x for _, x in found))
    if len(down) * len(across) > MOST_CELLS:
        raise ValueError(f"{len(down):,} by {len(across):,} cells are too many to see: at most {MOST_CELLS:,}")
    if all(cell is None for cell in found.values()):
        raise ValueError(f"no row has a number in `{request.value}`")
    return Plot(
        kind="heatmap",
        ticks=tuple(map(_short, across)),
        side_ticks=tuple(map(_short, down)),
        cells=tuple(tuple(found.get((y, x)) for x in across) for y in down),
        x_name=_short(request.x_name) or request.shown(request.x),
        y_name=_short(request.y_name) or request.shown(request.y[0]),
        value_name=request.shown(request.value),
        height=request.height,
        numbers=request.numbers,
    )


def _left_out(rows: Rows, request: Request, plot: Plot) -> tuple[str, ...]:
    """Tell how many values are missing from the drawing."""
    if request.kind == "heatmap":
        missing = sum(not _is_drawable(row.get(request.value)) for row in rows)
    else:
        missing = len(rows) * len(request.y) - sum(len(curve.y) for curve in plot.curves)
    log = " (a logarithmic axis has no 0)" if request.log else ""
    told = "1 missing value is" if missing == 1 else f"{missing:,} missing values are"
    return (f"{told} not drawn{log}",) if missing else ()


def _short(name: str) -> str:
    """Return a name for a drawing: on one line, not too long."""
    name = " ".join(name.split())
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME].rstrip() + "…"


def _titled(svg: str, prefix: str, title: str, description: str) -> str:
    """Give the drawing what a screen reader says."""
    head = f'<title id="{prefix}title">{escape(title)}</title><desc id="{prefix}desc">{escape(description)}</desc>'
    start = svg.index(">")
    return f'{svg[:start]} role="img" aria-labelledby="{prefix}title {prefix}desc">{head}{svg[start + 1 :]}'


def _describe(rows: Rows, columns: Sequence[str]) -> str:
    """Tell the span of every column of numbers."""
    told = []
    for column in columns:
        numbers = [value for row in rows if is_number(value := row.get(column))]
        if numbers:
            ends = f"from {show_significant(numbers[0], 3)} to {show_significant(numbers[-1], 3)}"
            span = f"between {show_significant(min(numbers), 3)} and {show_significant(max(numbers), 3)}"
            told.append(f"{_short(column.replace('_', ' '))} {ends}, {span}")
    return f"{len(rows):,} row{'s' if len(rows) > 1 else ''}. " + "; ".join(told) + "."
