"""Charts drawn by matplotlib to SVG that follows the page's colours: the same bytes every time.

Ink, rules and series are drawn in stand-in colours that become CSS variables, so one drawing serves the light
and the dark page. Imported only when a chart is drawn.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from dataclasses import dataclass, field
from itertools import cycle
from typing import TYPE_CHECKING, Any

from generator.render.tags.quantity import THIN, TIMES, show_significant

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

INK, RULE, GHOST = "#010203", "#010204", "#010205"
SERIES = tuple(f"#0102{10 + i:02x}" for i in range(8))
LIGHT = ("#1f5f99", "#b4451f", "#2d7a4f", "#8a4f9e", "#9a6a00", "#1f7f8a", "#b23a6b", "#6b665d")  # where no theme is
STAND_INS = {
    INK: "currentColor",
    RULE: "var(--rule, #8888)",
    GHOST: "var(--muted, #777)",
    **{series: f"var(--series-{i}, {colour})" for i, (series, colour) in enumerate(zip(SERIES, LIGHT, strict=True), 1)},
}
RIM = 'paint-order="stroke" stroke="var(--paper, #fff)" stroke-width="3"'
DASHES = ("-", "--", ":", "-.")  # beside colour, for those who do not see it
MOST_TICKS, ROOM = 20, 80  # names along an axis, and all their letters together
WIDTH = 6.8  # inches at 100 units each


@dataclass(frozen=True)
class Curve:
    """One series of points."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()  # of a band around y, as long as y or empty
    high: tuple[float, ...] = ()
    faint: tuple[float, ...] = ()  # the raw values under a smoothed y


@dataclass(frozen=True)
class Plot:
    """All that decides a drawing: two equal plots are the same bytes."""

    kind: str  # "line", "bar", "scatter", "histogram" or "heatmap"
    curves: tuple[Curve, ...] = ()
    ticks: tuple[str, ...] = ()  # names along x of a bar chart or heat map
    side_ticks: tuple[str, ...] = ()  # names along y of a heat map
    cells: tuple[tuple[float | None, ...], ...] = ()
    x_name: str = ""
    y_name: str = ""
    value_name: str = ""  # of a heat map's colours
    log_x: bool = False
    log_y: bool = False
    height: float = 3.4  # inches
    bins: int = 20
    baselines: tuple[tuple[str, float], ...] = ()  # horizontal lines with a name
    numbers: bool = field(default=False)  # write each cell's value into a heat map


def draw(plot: Plot, prefix: str) -> str:
    """Return the drawing as an `<svg>` element whose ids start with `prefix`."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": prefix,
        "font.family": "sans-serif",
        "font.size": 10.5,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "axes.edgecolor": GHOST,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": RULE,
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "text.parse_math": False,  # a `$` in a name is a dollar sign
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter without a glyph is measured wrong and drawn right: browsers have it
        is_square = 0 < len(plot.cells) == len(plot.ticks)
        width = min(WIDTH, plot.height * 1.3) if is_square else WIDTH
        figure = Figure(figsize=(width, plot.height), layout="constrained")
        FigureCanvasSVG(figure)
        _DRAWERS[plot.kind](figure.add_subplot(), plot)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = _tidy(buffer.getvalue(), prefix)
    return svg.replace("<svg ", '<svg class="narrow" ', 1) if is_square else svg


def _lines(axes: Axes, plot: Plot) -> None:
    for curve, colour, dash in zip(plot.curves, cycle(SERIES), cycle(DASHES)):
        if curve.low:
            axes.fill_between(curve.x, curve.low, curve.high, color=colour, alpha=0.18, linewidth=0)
        if curve.faint:
            axes.plot(curve.x, curve.faint, color=colour, alpha=0.3, linewidth=0.8)
        marker = "o" if len(curve.x) <= 12 else ""
        axes.plot(curve.x, curve.y, dash, color=colour, linewidth=1.7, marker=marker, markersize=3.5, label=curve.name)
    _finish(axes, plot)


def _points(axes: Axes, plot: Plot) -> None:
    for curve, colour, marker in zip(plot.curves, cycle(SERIES), cycle("osD^vPX*")):
        axes.scatter(curve.x, curve.y, s=22, color=colour, alpha=0.8, marker=marker, linewidths=0, label=curve.name)
    _finish(axes, plot)


def _bars(axes: Axes, plot: Plot) -> None:
    width = 0.8 / len(plot.curves)
    for number, (curve, colour) in enumerate(zip(plot.curves, cycle(SERIES))):
        x = [position - 0.4 + width * (number + 0.5) for position in curve.x]
        axes.bar(x, curve.y, width * 0.92, color=colour, label=curve.name)
        if curve.low:
            below = [value - low for value, low in zip(curve.y, curve.low, strict=True)]
            above = [high - value for value, high in zip(curve.y, curve.high, strict=True)]
            axes.errorbar(x, curve.y, yerr=[below, above], fmt="none", ecolor=INK, elinewidth=0.9, capsize=2.5)
    step = math.ceil(len(plot.ticks) / MOST_TICKS)
    names = [_wrapped(tick, max(8, ROOM // len(plot.ticks))) for tick in plot.ticks[::step]]
    axes.set_xticks(range(0, len(plot.ticks), step), names)
    if len(names) > 6 and sum(len(max(name.split("\n"), key=len)) for name in names) > ROOM:
        axes.tick_params(axis="x", rotation=35)
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("right")
    _finish(axes, plot)
    axes.grid(visible=False, axis="x")


def _histogram(axes: Axes, plot: Plot) -> None:
    values = [value for curve in plot.curves for value in curve.y]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    for curve, colour in zip(plot.curves, cycle(SERIES)):
        several = len(plot.curves) > 1
        axes.hist(curve.y, plot.bins, range=(low, high), color=colour, alpha=0.6 if several else 0.9, label=curve.name)
    _finish(axes, plot)
    axes.grid(visible=False, axis="x")


def _heat(axes: Axes, plot: Plot) -> None:
    import matplotlib as mpl
    import numpy as np

    cells = np.array([[np.nan if cell is None else cell for cell in row] for row in plot.cells], dtype=float)
    colours = mpl.colormaps["viridis"].resampled(40)  # with more the bar becomes an image inside the drawing
    drawn = axes.pcolormesh(np.ma.masked_invalid(cells), cmap=colours, edgecolors="none", shading="flat")
    axes.invert_yaxis()
    axes.set_aspect("equal" if cells.shape[0] == cells.shape[1] else "auto")
    across, down = (math.ceil(len(names) / MOST_TICKS) for names in (plot.ticks, plot.side_ticks))
    axes.set_xticks(np.arange(0, len(plot.ticks), across) + 0.5, [_wrapped(tick) for tick in plot.ticks[::across]])
    axes.set_yticks(np.arange(0, len(plot.side_ticks), down) + 0.5, plot.side_ticks[::down])
    if sum(len(tick) for tick in plot.ticks[::across]) > ROOM:
        axes.tick_params(axis="x", rotation=35)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(xlabel=plot.x_name, ylabel=plot.y_name)
    bar = axes.figure.colorbar(drawn, ax=axes, fraction=0.046, pad=0.03)
    bar.outline.set_visible(False)
    bar.set_label(plot.value_name)
    if plot.numbers:
        middle = float(np.nanmean([np.nanmin(cells), np.nanmax(cells)]))
        for (row, column), cell in np.ndenumerate(cells):
            if np.isfinite(cell):
                colour = "#111111" if cell > middle else "#f4f4f4"
                axes.text(column + 0.5, row + 0.5, f"{cell:.2g}", ha="center", va="center", color=colour, size=8)


_DRAWERS = {"line": _lines, "scatter": _points, "bar": _bars, "histogram": _histogram, "heatmap": _heat}


def _finish(axes: Axes, plot: Plot) -> None:
    """Draw what all kinds share: scales, grid, baselines, names, legend."""
    if plot.log_x:
        axes.set_xscale("log")
        _name_powers(axes.xaxis)
    if plot.log_y:
        axes.set_yscale("log")
        _name_powers(axes.yaxis)
    for name, value in plot.baselines:
        axes.axhline(value, color=GHOST, linewidth=1, linestyle=(0, (1, 2)))
        axes.annotate(
            name, (1, value), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=GHOST, size=9
        )
    axes.grid(visible=True, which="major")
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.set(xlabel=plot.x_name, ylabel=plot.y_name)
    handles, names = axes.get_legend_handles_labels()
    if len(names) > 1:  # above the axes, where no data can lie under it
        columns = max(1, min(len(names), 90 // (max(map(len, names)) + 6)))
        by_row = [place for first in range(columns) for place in range(first, len(names), columns)]
        named = [handles[place] for place in by_row], [names[place] for place in by_row]
        axes.figure.legend(*named, loc="outside upper left", fontsize=9.5, ncols=columns)


def _name_powers(axis: Axis) -> None:
    """Write the ticks of a logarithmic axis as people do: 0.01, 1, 1,000, 10⁻⁵; where it spans little, more of them."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    is_short = high / low < 100
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if is_short else (1.0,), numticks=8))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _power(float(value))))
    axis.set_minor_formatter(NullFormatter())


def _power(value: float) -> str:
    return show_significant(value, 1).removeprefix(f"1{THIN}{TIMES}{THIN}")


def _wrapped(text: str, width: int = 16) -> str:
    """Break a long name at spaces so that neighbours do not overlap."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _tidy(svg: str, prefix: str) -> str:
    """Cut the XML head, put the page's colours and fonts in, make every id this drawing's own."""
    svg = re.sub(
        r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.DOTALL
    )
    svg = re.sub(r"<[^<>]+>", lambda tag: _tidy_tag(tag[0], prefix), svg)  # tags alone: names are data
    svg = re.sub(r"<defs>\s*</defs>", "", svg)
    return re.sub(r">\s+<(?!/text|tspan)", ">\n<", svg).strip()


def _tidy_tag(tag: str, prefix: str) -> str:
    for stand_in, colour in STAND_INS.items():
        tag = tag.replace(stand_in, colour)
    tag = re.sub(r'\bid="(?:figure|axes|patch|text|line2d|matplotlib|xtick|ytick|legend|\w*Collection)[^"]*"', "", tag)
    tag = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}\1"', tag)
    tag = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{prefix}", tag).replace("xlink:href", "href")
    tag = re.sub(r"font-family: [^;\"]*", "font-family: var(--sans, sans-serif)", tag)
    tag = re.sub(r"font: ([0-9.]+px) [^;\"]*", r"font: \1 var(--sans, sans-serif)", tag)
    if tag.startswith("<text") and STAND_INS[GHOST] in tag:  # the name of a baseline lies on curves: a rim sets it off
        tag = tag.replace("<text", f"<text {RIM}", 1)
    if tag.startswith("<svg"):  # matplotlib's style sheet would style the whole page
        tag = re.sub(r' (?:width|height)="[0-9.]+pt"| xmlns:xlink="[^"]*"| version="1.1"', "", tag)
        tag = tag.replace("<svg ", '<svg stroke-linejoin="round" ', 1)
    elif (
        tag.startswith("<path") and "clip-path" in tag and "stroke" not in tag
    ):  # cells and bars that touch leave no seam between them
        tag = tag.replace("<path", '<path shape-rendering="crispEdges"', 1)
    return tag
