"""The arguments of `chart(…)`, checked one by one, and the figure around the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from generator.data.ledger import Provenance
from generator.errors import SiteError, did_you_mean
from generator.render.tags import table as tables
from generator.render.tags.chart import KINDS, Request, data_table, draw_chart
from generator.render.tags.parallel import is_number
from generator.render.tags.strip import Artifact, File, strip, with_kind

TEXTS = ("title", "caption", "label")
OPTIONS = (
    *("names", "smooth", "log", "x_name", "y_name", "group", "value", "best", "bins", "height", "baselines", "numbers"),
    *TEXTS,
)
NEEDS = {"line": "xy", "scatter": "xy", "bar": "xy", "histogram": "y", "heatmap": "xy", "parallel": ""}


def chart(
    rows: object, axes: tuple[str, str, Sequence[str]], options: dict[str, Any], origin: Provenance | None
) -> Artifact:
    """Check, draw, and set caption, data and strip under the drawing.

    Raises:
        SiteError: for an argument that does not fit.
    """
    kind, x, y = axes
    data = _rows(rows)
    _check(data, kind, x, y, options)
    title, caption, label = (str(options.get(name, "")) for name in TEXTS)
    label = with_kind(label, "fig")
    drawing = {name: value for name, value in options.items() if name not in TEXTS}
    drawing["baselines"] = tuple((str(name), float(at)) for name, at in (options.get("baselines") or {}).items())
    drawing["names"] = dict(options.get("names") or {})
    request = Request(kind=kind, x=x, y=tuple(y), **drawing)
    try:
        drawn = draw_chart(data, request, title or caption or "Chart")
    except ValueError as error:
        raise SiteError(f"this chart cannot be drawn: {error}") from None
    stem = (label or f"chart-{'-'.join(y) or kind}").replace(":", "-")
    grid = tables.make_grid(data, tables.Wish(columns=drawn.columns))
    files = (File(f"{stem}.csv", tables.to_csv(grid)), File(f"{stem}.json", tables.to_json(grid)))
    left = [f"{drawn.left_out:,} missing values are not drawn"] if drawn.left_out else []
    below = strip(origin, [("CSV", files[0].name), ("JSON", files[1].name)], left)
    told = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    ident = f' id="{escape(label)}"' if label else ""
    shown = data_table(data, drawn.columns, request.shown)
    html = f'<figure class="chart"{ident}><div class="plot">{drawn.svg}</div>{told}{shown}{below}</figure>'
    return Artifact(html, caption or title, files, label, caption)


def _rows(rows: object) -> list[Mapping[str, object]]:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise SiteError("a chart needs a list of rows with named columns, and at least one")
    return rows


def _check(rows: list[Mapping[str, object]], kind: str, x: str, y: Sequence[str], options: Mapping[str, Any]) -> None:
    """Refuse unknown kinds, options and columns, and values of the wrong sort."""
    if kind not in KINDS:
        raise SiteError(f"`{kind}` is no kind of chart", hint=did_you_mean(kind, KINDS) or f"kinds: {', '.join(KINDS)}")
    if unknown := sorted(set(options) - set(OPTIONS)):
        hint = did_you_mean(unknown[0], OPTIONS) or f"options: {', '.join(sorted(OPTIONS))}"
        raise SiteError(f"`chart` has no option `{unknown[0]}`", hint=hint)
    for axis, given in (("x", x), ("y", y)):
        if axis in NEEDS[kind] and not given:
            raise SiteError(f"a {kind} chart needs `{axis}`", hint=f'name a column: `{axis}="…"`')
    known = list(dict.fromkeys(key for row in rows for key in row))
    for column in (*y, *(str(name) for name in (x, options.get("group"), options.get("value")) if name)):
        if column not in known:
            hint = did_you_mean(column, known) or f"columns: {', '.join(known)}"
            raise SiteError(f"`{column}` is no column of this data", hint=hint)
    _check_values(options)


def _check_values(options: Mapping[str, Any]) -> None:
    """Refuse values that would break the drawing."""
    limits = {"smooth": (0, 0.999), "bins": (1, 500), "height": (1, 20)}
    for name, (low, high) in limits.items():
        value = options.get(name, low)
        if not is_number(value) or not low <= value <= high:
            raise SiteError(f"`{name}` of a chart must be between {low} and {high}, not `{value}`")
    for name in ("names", "baselines"):
        if not isinstance(options.get(name) or {}, Mapping):
            raise SiteError(f"`{name}` of a chart must be a mapping", hint=f'write `{name}={{"a": …}}`')
    for name, value in (options.get("baselines") or {}).items():
        if not is_number(value):
            raise SiteError(f"the baseline `{name}` of a chart is no number: `{value}`")
    if options.get("log", "") not in {"", "x", "y", "xy"}:
        raise SiteError(f'`log` of a chart must be "x", "y" or "xy", not `{options["log"]}`')
    if options.get("best", "min") not in {"min", "max"}:
        raise SiteError(f'`best` of a chart must be "min" or "max", not `{options["best"]}`')
