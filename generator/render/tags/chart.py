"""`chart(rows, kind, x, y, …)`: a figure drawn at build time, with its data in a table behind a disclosure.

Kinds: line (raw values faint under smoothed ones, bands from `<column>_std`), bar, scatter, histogram, heatmap
and parallel. What cannot be drawn (text, null, NaN) is left out of a curve and told under the figure.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from generator.render.tags import parallel
from generator.render.tags.parallel import is_number
from generator.render.tags.plot import Curve, Plot, draw
from generator.render.tags.quantity import show_significant

KINDS = ("line", "bar", "scatter", "histogram", "heatmap", "parallel")
MOST_TABLE_ROWS = 60  # shown behind the disclosure; all of them are in the download
Rows = Sequence[Mapping[str, object]]
Drawer = Callable[[Plot, str], str]


@dataclass(frozen=True)
class Request:
    """The arguments of one call, checked."""

    kind: str
    x: str
    y: tuple[str, ...]
    names: Mapping[str, str]  # column → what readers see
    smooth: float = 0.0  # 0: none; 0.9: a moving average over about ten points
    log: str = ""  # "x", "y" or "xy"
    x_name: str = ""
    y_name: str = ""
    group: str = ""  # scatter, line: one curve for each value of this column
    value: str = ""  # heatmap: the column in the cells; parallel: the metric that colours
    best: str = "min"  # parallel: which end of the metric is best
    bins: int = 20
    height: float = 3.4
    baselines: tuple[tuple[str, float], ...] = ()
    numbers: bool = False

    def shown(self, column: str) -> str:
        """Return the name readers see."""
        return self.names.get(column, column.replace("_", " "))


@dataclass(frozen=True)
class Drawn:
    """A chart, before it gets its caption."""

    svg: str
    left_out: int  # values that are no numbers
    columns: tuple[str, ...]  # for the data table


def draw_chart(rows: Rows, request: Request, title: str, drawer: Drawer = draw) -> Drawn:
    """Draw the rows as the request says.

    Raises:
        ValueError: in words for the author, when there is nothing to draw.
    """
    columns = _columns(rows, request)
    if request.kind == "parallel":
        svg = parallel.draw(rows, columns, request.value or columns[-1], request.best == "min")
        return Drawn(_titled(svg, title, _describe(rows, columns)), 0, columns)
    plot = _heat_plot(rows, request) if request.kind == "heatmap" else _plot(rows, request)
    if not any(curve.y for curve in plot.curves) and not plot.cells:
        raise ValueError(f"there is no number to draw in {', '.join(f'`{name}`' for name in request.y)}")
    prefix = "c" + hashlib.sha256(repr((plot, title)).encode()).hexdigest()[:10]
    svg = _titled(drawer(plot, prefix), title, _describe(rows, columns))
    used = (*request.y, *((request.x,) if request.kind in {"line", "scatter"} else ()))
    left_out = sum(not is_number(row.get(column)) for row in rows for column in used if column)
    return Drawn(svg, left_out, columns)


def data_table(rows: Rows, columns: Sequence[str], names: Callable[[str], str]) -> str:
    """Return the figures behind a chart as a small table: every n-th row when there are many."""
    step = max(1, math.ceil(len(rows) / MOST_TABLE_ROWS))
    head = "".join(f'<th scope="col">{escape(names(column))}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell_text(row.get(column)))}</td>" for column in columns) + "</tr>"
        for row in rows[::step]
    )
    note = f" (every {step}th of {len(rows):,} rows)" if step > 1 else ""
    return (
        f'<details class="chart-data"><summary>Data{note}</summary>'
        f'<div class="table" role="region" tabindex="0" aria-label="Data of the figure">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def cell_text(value: object) -> str:
    """Return a cell of a data table: numbers at five significant digits, null as a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return show_significant(value, 5) if isinstance(value, float) else str(value)


def _columns(rows: Rows, request: Request) -> tuple[str, ...]:
    if request.kind == "parallel":
        chosen = request.y or tuple(key for key in rows[0] if not key.endswith("_std"))
        return tuple(column for column in chosen if column != request.value) + (
            (request.value,) if request.value else ()
        )
    named = [request.group, request.x if request.kind != "histogram" else "", *request.y, request.value]
    bands = [f"{column}_std" for column in request.y if any(f"{column}_std" in row for row in rows)]
    return tuple(dict.fromkeys(name for name in [*named, *bands] if name))


def _plot(rows: Rows, request: Request) -> Plot:
    """Turn rows into curves: one a column of y, or one a value of the grouping column."""
    ticks: tuple[str, ...] = ()
    if request.kind == "bar":
        ticks = tuple(str(row.get(request.x, "")) for row in rows)
        rows = [{**row, request.x: number} for number, row in enumerate(rows)]
    groups = {str(row.get(request.group)): None for row in rows} if request.group else {"": None}
    curves = []
    for group in groups:
        members = [row for row in rows if not request.group or str(row.get(request.group)) == group]
        for column in request.y:
            several = len(request.y) > 1 or not request.group
            name = " ".join(part for part in (group, request.shown(column) if several else "") if part)
            curves.append(_curve(members, request, column, name))
    return Plot(
        kind=request.kind,
        curves=tuple(curves),
        ticks=ticks,
        x_name=request.x_name or ("" if request.kind in {"bar", "histogram"} else request.shown(request.x)),
        y_name=request.y_name or (request.shown(request.y[0]) if len(request.y) == 1 else ""),
        log_x="x" in request.log,
        log_y="y" in request.log,
        height=request.height,
        bins=request.bins,
        baselines=request.baselines,
    )


def _curve(rows: Rows, request: Request, column: str, name: str) -> Curve:
    if request.kind == "histogram":
        return Curve(name, (), tuple(_number(row[column]) for row in rows if is_number(row.get(column))))
    points = [row for row in rows if is_number(row.get(request.x)) and is_number(row.get(column))]
    x = tuple(_number(row[request.x]) for row in points)
    y = tuple(_number(row[column]) for row in points)
    spread = [row.get(f"{column}_std") for row in points]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    faint: tuple[float, ...] = ()
    if points and all(is_number(value) for value in spread):
        low = tuple(value - _number(std) for value, std in zip(y, spread, strict=True))
        high = tuple(value + _number(std) for value, std in zip(y, spread, strict=True))
    if request.smooth and request.kind == "line":
        faint, y = y, smoothed(y, request.smooth)
    return Curve(name, x, y, low, high, faint)


def smoothed(values: Sequence[float], share: float) -> tuple[float, ...]:
    """Return the exponential moving average, corrected for its start (Kingma & Ba, 2015, sec. 3)."""
    average, weight, out = 0.0, 0.0, []
    for value in values:
        average, weight = share * average + (1 - share) * value, share * weight + 1 - share
        out.append(average / weight)
    return tuple(out)


def _heat_plot(rows: Rows, request: Request) -> Plot:
    """Arrange three columns as a grid: x along, y down, in the order of the rows."""
    across = list(dict.fromkeys(str(row.get(request.x)) for row in rows))
    down = list(dict.fromkeys(str(row.get(request.y[0])) for row in rows))
    found = {(str(row.get(request.y[0])), str(row.get(request.x))): row.get(request.value) for row in rows}
    cells = tuple(
        tuple(_number(value) if is_number(value := found.get((y, x))) else None for x in across) for y in down
    )
    if not any(cell is not None for line in cells for cell in line):
        cells = ()
    return Plot(
        kind="heatmap",
        ticks=tuple(across),
        side_ticks=tuple(down),
        cells=cells,
        x_name=request.x_name or request.shown(request.x),
        y_name=request.y_name or request.shown(request.y[0]),
        height=request.height,
        numbers=request.numbers,
    )


def _number(value: object) -> float:
    assert isinstance(value, int | float), "callers ask is_number first"
    return float(value)


def _titled(svg: str, title: str, description: str) -> str:
    """Give the drawing what a screen reader says."""
    key = hashlib.sha256((title + description + svg).encode()).hexdigest()[:10]
    head = f'<title id="t{key}">{escape(title)}</title><desc id="d{key}">{escape(description)}</desc>'
    start = svg.index(">") + 1
    opening = svg[: start - 1] + f' role="img" aria-labelledby="t{key} d{key}">'
    return opening + head + svg[start:]


def _describe(rows: Rows, columns: Sequence[str]) -> str:
    """Tell the span of every column of numbers."""
    told = []
    for column in columns:
        numbers = [_number(row[column]) for row in rows if is_number(row.get(column))]
        if numbers:
            ends = f"from {show_significant(numbers[0], 3)} to {show_significant(numbers[-1], 3)}"
            span = f"between {show_significant(min(numbers), 3)} and {show_significant(max(numbers), 3)}"
            told.append(f"{column.replace('_', ' ')} {ends}, {span}")
    return f"{len(rows):,} rows. " + "; ".join(told) + "."
