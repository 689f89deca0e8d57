"""Parallel coordinates of a sweep, as SVG of our own: an axis a parameter, a line a run, failed runs grey.

An axis whose largest value is over twenty times its smallest is logarithmic. Colour follows one metric, from
`--low` to `--high` of the theme; a run without that metric is drawn grey and told as failed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from generator.render.tags.quantity import show_significant

WIDTH, HEIGHT, TOP, BOTTOM, SIDE = 680, 300, 34, 26, 46
LOG_FROM = 20  # ratio of largest to smallest from which an axis is logarithmic
SHADES = 7  # steps of the colour scale, best first: CSS variables `--shade-1` and on


@dataclass(frozen=True)
class Axis:
    """One vertical axis."""

    name: str
    low: float
    high: float
    log: bool
    words: tuple[str, ...] = ()  # the values of an axis of texts, bottom to top

    def position(self, value: object) -> float | None:
        """Return the height of a value, 0 at the bottom to 1 at the top; None for a missing one."""
        if self.words:
            return self.words.index(str(value)) / max(1, len(self.words) - 1) if str(value) in self.words else None
        if not is_number(value):
            return None
        if self.high == self.low:
            return 0.5
        low, high, at = (math.log(x) if self.log else x for x in (self.low, self.high, float(value)))  # type: ignore[arg-type]
        return (at - low) / (high - low)


def is_number(value: object) -> bool:
    """Tell finite numbers from all else; true and false are no numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def make_axis(name: str, values: Sequence[object]) -> Axis:
    """Choose ends and scale from the values of a column."""
    numbers = [float(value) for value in values if is_number(value)]  # type: ignore[arg-type]
    texts = sorted({str(value) for value in values if isinstance(value, str | bool)})
    if texts and not numbers:
        return Axis(name, 0, 1, log=False, words=tuple(texts))
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    return Axis(name, low, high, log=low > 0 and high / low > LOG_FROM)


def draw(rows: Sequence[Mapping[str, object]], columns: Sequence[str], colour: str, smallest_is_best: bool) -> str:
    """Return the `<svg>`: best runs are drawn last, so that they lie on top."""
    axes = [make_axis(name, [row.get(name) for row in rows]) for name in columns]
    gap = (WIDTH - 2 * SIDE) / max(1, len(axes) - 1)
    xs = [SIDE + i * gap for i in range(len(axes))]
    ranked = _ranked(rows, colour, smallest_is_best)
    lines = [_line(row, axes, xs, shade) for row, shade in ranked]
    parts = [_axis(axis, x) for axis, x in zip(axes, xs, strict=True)]
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" class="parallel" xmlns="http://www.w3.org/2000/svg">'
    return head + "".join(lines + parts) + "</svg>"


def _ranked(
    rows: Sequence[Mapping[str, object]], colour: str, smallest_is_best: bool
) -> list[tuple[Mapping[str, object], int]]:
    """Return rows with their shade, 1 for the best and 0 for a failed run; drawn worst first."""
    measured = [row for row in rows if is_number(row.get(colour))]
    failed = [(row, 0) for row in rows if not is_number(row.get(colour))]
    measured.sort(key=lambda row: float(row[colour]), reverse=smallest_is_best)  # type: ignore[arg-type]
    last = max(1, len(measured) - 1)
    return failed + [(row, SHADES - round((SHADES - 1) * rank / last)) for rank, row in enumerate(measured)]


def _line(row: Mapping[str, object], axes: list[Axis], xs: list[float], shade: int) -> str:
    """Draw one run; where a value is missing the line breaks."""
    path, pen_down = [], False
    for axis, x in zip(axes, xs, strict=True):
        height = axis.position(row.get(axis.name))
        if height is None:
            pen_down = False
            continue
        path.append(f"{'L' if pen_down else 'M'}{x:.1f} {_y(height):.1f}")
        pen_down = True
    told = ", ".join(f"{axis.name} {_shown(row.get(axis.name))}" for axis in axes)
    title = told if shade else f"failed: {told}"
    stroke = f"var(--shade-{shade})" if shade else "var(--muted, #777)"
    dash = "" if shade else ' stroke-dasharray="3 3"'
    return (
        f'<path d="{" ".join(path)}" fill="none" stroke="{stroke}" stroke-width="1.6"{dash}>'
        f"<title>{escape(title)}</title></path>"
    )


def _axis(axis: Axis, x: float) -> str:
    """Draw an axis with its name above and its ends, or its texts, beside."""
    labels = axis.words or (_shown(axis.low), _shown(axis.high))
    last = max(1, len(labels) - 1)
    lifts = [16 if i == 0 else -6 if i == last else 4 for i in range(len(labels))]
    ticks = "".join(
        f'<text x="{x:.1f}" y="{_y(i / last) + lift:.1f}">{escape(label[:16])}</text>'
        for i, (label, lift) in enumerate(zip(labels, lifts, strict=True))
    )
    name = escape(axis.name[:18]) + (" (log)" if axis.log else "")
    ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{_y(0):.1f}" y2="{_y(1):.1f}"'
    return (
        '<g text-anchor="middle" font-size="11" fill="currentColor" font-family="var(--sans, sans-serif)">'
        f'<line {ends} stroke="currentColor" stroke-opacity=".45"/>'
        f'<text x="{x:.1f}" y="12" font-weight="600">{name}</text>{ticks}</g>'
    )


def _y(height: float) -> float:
    return HEIGHT - BOTTOM - height * (HEIGHT - TOP - BOTTOM)


def _shown(value: object) -> str:
    if value is None:
        return "–"
    return show_significant(float(value), 3) if is_number(value) else str(value)  # type: ignore[arg-type]
