"""Parallel coordinates of a sweep, as SVG of our own: an axis a parameter, a line a run, failed runs grey.

An axis whose largest value is over twenty times its smallest is logarithmic. Colour follows the last axis, the
metric, in the theme's seven shades from best to worst; a run without it is grey and dashed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from generator.render.tags.cells import show
from generator.render.tags.quantity import is_number

WIDTH, HEIGHT, TOP, BOTTOM, SIDE = 680, 300, 44, 26, 52
LOG_FROM = 20  # ratio of largest to smallest from which an axis is logarithmic
SHADES = 7  # steps of the colour scale, best first: CSS variables `--shade-1` and on
MOST_WORDS = 10  # written beside an axis of texts
Row = Mapping[str, object]


@dataclass(frozen=True)
class Axis:
    """One vertical axis."""

    column: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    words: tuple[str, ...] = ()  # the values of an axis of texts, bottom to top

    def position(self, value: object) -> float | None:
        """Return the height of a value, 0 at the bottom to 1 at the top; None for a missing one."""
        if self.words:
            word = show(value)
            return self.words.index(word) / max(1, len(self.words) - 1) if word in self.words else None
        if not is_number(value):
            return None
        if self.high == self.low:
            return 0.5
        if self.log:
            return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)  # halves: the span may be beyond any float


def make_axis(column: str, values: Sequence[object]) -> Axis:
    """Choose ends and scale from the values of a column."""
    numbers = [value for value in values if is_number(value)]
    if not numbers:
        words = sorted({show(value) for value in values if isinstance(value, str | bool)})
        return Axis(column, words=tuple(words))
    low, high = min(numbers), max(numbers)
    return Axis(column, low, high, log=low > 0 and high / low > LOG_FROM)


def draw(rows: Sequence[Row], columns: Sequence[str], smallest_is_best: bool, name: Callable[[str], str]) -> str:
    """Return the `<svg>`: best runs are drawn last, so that they lie on top. The last column is the metric."""
    axes = [make_axis(column, [row.get(column) for row in rows]) for column in columns]
    gap = (WIDTH - 2 * SIDE) / max(1, len(axes) - 1)
    xs = [SIDE + number * gap for number in range(len(axes))]
    lines = [_line(row, axes, xs, shade, name) for row, shade in _ranked(rows, columns[-1], smallest_is_best)]
    drawn = [_axis(axis, x, name(axis.column), gap) for axis, x in zip(axes, xs, strict=True)]
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" class="parallel" xmlns="http://www.w3.org/2000/svg">'
    return head + "".join(lines + drawn) + "</svg>"


def _ranked(rows: Sequence[Row], metric: str, smallest_is_best: bool) -> list[tuple[Row, int]]:
    """Return rows with their shade, 1 for the best and 0 for a failed run; failed first, then worst to best."""
    measured = [(value, row) for row in rows if is_number(value := row.get(metric))]
    failed = [(row, 0) for row in rows if not is_number(row.get(metric))]
    measured.sort(key=lambda pair: pair[0], reverse=smallest_is_best)
    last = max(1, len(measured) - 1)
    return failed + [(row, SHADES - round((SHADES - 1) * rank / last)) for rank, (_, row) in enumerate(measured)]


def _line(row: Row, axes: Sequence[Axis], xs: Sequence[float], shade: int, name: Callable[[str], str]) -> str:
    """Draw one run; where a value is missing the line breaks."""
    path, is_down = [], False
    for axis, x in zip(axes, xs, strict=True):
        height = axis.position(row.get(axis.column))
        if height is not None:
            path.append(f"{'L' if is_down else 'M'}{x:.1f} {_y(height):.1f}")
        is_down = height is not None
    told = ", ".join(f"{name(axis.column)} {_short(show(row.get(axis.column)), 30)}" for axis in axes)
    stroke = f'stroke="var(--shade-{shade})"' if shade else 'stroke="var(--muted)" stroke-dasharray="3 3"'
    return (
        f'<path d="{" ".join(path)}" fill="none" {stroke} stroke-width="1.6" stroke-opacity=".85">'
        f"<title>{escape(told if shade else f'failed: {told}')}</title></path>"
    )


def _axis(axis: Axis, x: float, name: str, gap: float) -> str:
    """Draw an axis with its name above and its ends, or its texts, beside."""
    room = max(4, int(gap / 6.5))  # characters between two axes
    every = math.ceil(len(axis.words) / MOST_WORDS)
    labels = axis.words[::every] if axis.words else tuple(_end(end) for end in (axis.low, axis.high))
    last = max(1, (len(axis.words) or 2) - 1)
    texts = []
    for number, label in enumerate(labels):
        height = number * (every or 1) / last
        lift = 15 if height == 0 else -6 if height == 1 else 4
        texts.append(_text(x, _y(height) + lift, _short(label, room)))
    top = _text(x, 12, _short(name, room), ' font-weight="600"') + (_text(x, 25, "log scale") if axis.log else "")
    ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{_y(0):.1f}" y2="{_y(1):.1f}"'
    return (
        '<g text-anchor="middle" font-size="11" fill="currentColor" font-family="var(--sans, sans-serif)">'
        f'<line {ends} stroke="currentColor" stroke-opacity=".45"/>{top}{"".join(texts)}</g>'
    )


def _text(x: float, y: float, text: str, more: str = "") -> str:
    """Write on a ground of the page's colour, so that lines do not cross the letters."""
    halo = 'stroke="var(--paper)" stroke-width="3" paint-order="stroke"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {halo}{more}>{escape(text)}</text>'


def _end(value: float) -> str:
    return show(value, "" if isinstance(value, int) else "3g")


def _y(height: float) -> float:
    return HEIGHT - BOTTOM - height * (HEIGHT - TOP - BOTTOM)


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
