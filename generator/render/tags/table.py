"""`table(rows, columns, best, derive, …)`: a real table, its winners judged, its data to take away.

Columns ending in `_std` are the spread of the column before them and are shown as mean ± std. A null is a dash
that says why. Derived columns are computed from full precision, and rounded once.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from generator.data.ledger import Provenance
from generator.errors import SiteError
from generator.render.tags import best as best_of
from generator.render.tags.arithmetic import compile_formula
from generator.render.tags.cells import show, show_spread
from generator.render.tags.parallel import is_number
from generator.render.tags.strip import Artifact, File, strip

Row = Mapping[str, object]
TEX = str.maketrans({char: f"\\{char}" for char in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}"})


@dataclass(frozen=True)
class Grid:
    """A table before it is HTML, Markdown or LaTeX."""

    columns: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    shown: tuple[tuple[str, ...], ...]  # cells as readers see them
    numeric: tuple[bool, ...]  # by column
    winners: frozenset[tuple[int, int]]  # (row, column)
    notes: tuple[str, ...]  # why a column has no winner


@dataclass(frozen=True)
class Wish:
    """The arguments of one call."""

    columns: Sequence[str] | Mapping[str, str] | None = None
    best: str = ""
    derive: Mapping[str, str] | None = None
    format: Mapping[str, str] | None = None
    caption: str = ""
    label: str = ""
    sort: bool = True


def table(rows: object, wish: Wish, origin: Provenance | None) -> Artifact:
    """Return the table with its strip and its files.

    Raises:
        SiteError: for rows that are no table, unknown columns, formulas and forms.
    """
    try:
        grid = make_grid(_rows(rows), wish)
    except ValueError as error:
        raise SiteError(str(error)) from None
    stem = (wish.label or (f"{origin.experiment}.{origin.artifact}" if origin else "table")).replace(":", "-")
    files = (
        File(f"{stem}.csv", to_csv(grid)),
        File(f"{stem}.json", to_json(grid)),
        File(f"{stem}.tex", to_tex(grid, wish.caption, wish.label)),
        File(f"{stem}.md", to_markdown(grid)),
    )
    names = ("CSV", "JSON", "LaTeX", "Markdown")
    below = strip(origin, [(name, file.name) for name, file in zip(names, files, strict=True)], grid.notes)
    text = "\n".join("\t".join(line) for line in (grid.heads, *grid.shown))
    return Artifact(to_html(grid, wish) + below + "</figure>", text, files, wish.label, wish.caption)


def make_grid(rows: Sequence[Row], wish: Wish) -> Grid:
    """Derive, choose, format and judge the columns."""
    derived = _with_derived(rows, wish.derive or {})
    known = list(dict.fromkeys(key for row in derived for key in row))
    columns = _chosen(known, wish.columns)
    formats = wish.format or {}
    for key in formats:
        if key not in known:
            raise ValueError(f"`{key}` in `format` is no column of this table")
    heads = [_head(column, wish.columns) for column in columns]
    shown = [tuple(_cell(row, column, formats.get(column, "")) for column in columns) for row in derived]
    verdicts = []
    for column, smallest in best_of.parse_best(wish.best, known):
        cells = [_cell(row, column, formats.get(column, "")) for row in derived]
        verdicts.append(best_of.judge(derived, column, smallest, cells, _head(column, wish.columns)))
    winners = {(v.row, columns.index(v.column)) for v in verdicts if v.row is not None and v.column in columns}
    numeric = tuple(any(is_number(row.get(column)) for row in derived) for column in columns)
    notes = tuple(verdict.why for verdict in verdicts if verdict.why)
    return Grid(tuple(columns), tuple(heads), tuple(derived), tuple(shown), numeric, frozenset(winners), notes)


def to_html(grid: Grid, wish: Wish) -> str:
    """Return an open `<figure>` with the table; the caller adds the strip and closes it."""
    ident = f' id="{escape(wish.label)}"' if wish.label else ""
    sides = [' class="number"' if numeric else "" for numeric in grid.numeric]
    heads = [f'<th scope="col"{side}>{escape(head)}</th>' for head, side in zip(grid.heads, sides, strict=True)]
    lines = []
    for i, cells in enumerate(grid.shown):
        tds = []
        for j, (cell, side) in enumerate(zip(cells, sides, strict=True)):
            value = grid.rows[i].get(grid.columns[j])
            inner = f"<strong>{escape(cell)}</strong>" if (i, j) in grid.winners else escape(cell)
            tds.append(f"<td{side}{_value_attributes(value)}>{inner}</td>")
        lines.append(f"<tr>{''.join(tds)}</tr>")
    caption = f"<caption>{escape(wish.caption)}</caption>" if wish.caption else ""
    mark = " data-sortable" if wish.sort and len(grid.rows) > 1 else ""
    name = escape(wish.caption or "Table")
    return (
        f'<figure class="data-table"{ident}><div class="table" role="region" tabindex="0" aria-label="{name}">'
        f"<table{mark}>{caption}<thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def to_csv(grid: Grid) -> str:
    """Return all values at full precision; null is an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    columns = _with_spreads(grid)
    writer.writerow(columns)
    for row in grid.rows:
        writer.writerow(["" if row.get(column) is None else row.get(column) for column in columns])
    return buffer.getvalue()


def to_json(grid: Grid) -> str:
    """Return the rows as a list of objects."""
    columns = _with_spreads(grid)
    rows = [{column: row.get(column) for column in columns} for row in grid.rows]
    return json.dumps(rows, indent=1, ensure_ascii=False, default=str) + "\n"


def to_markdown(grid: Grid) -> str:
    """Return the table as readers see it, for a README or an issue."""
    rows = [
        tuple(f"**{cell}**" if (i, j) in grid.winners else cell for j, cell in enumerate(cells))
        for i, cells in enumerate(grid.shown)
    ]
    rule = tuple("--:" if numeric else "---" for numeric in grid.numeric)
    safe = [tuple(cell.replace("|", "\\|").replace("\n", " ") for cell in line) for line in (grid.heads, *rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (safe[0], rule, *safe[1:])) + "\n"


def to_tex(grid: Grid, caption: str, label: str) -> str:
    """Return a booktabs table."""
    lines = []
    for i, cells in enumerate(grid.shown):
        inner = [cell.translate(TEX) for cell in cells]
        bold = [rf"\textbf{{{cell}}}" if (i, j) in grid.winners else cell for j, cell in enumerate(inner)]
        lines.append("  " + " & ".join(bold) + r" \\")
    sides = "".join("r" if numeric else "l" for numeric in grid.numeric)
    head = "  " + " & ".join(head.translate(TEX) for head in grid.heads) + r" \\"
    foot = [rf"\caption{{{caption.translate(TEX)}}}"] if caption else []
    foot += [rf"\label{{{label}}}"] if label else []
    parts = [r"\begin{table}", r"\centering", rf"\begin{{tabular}}{{{sides}}}", r"  \toprule", head, r"  \midrule"]
    return "\n".join([*parts, *lines, r"  \bottomrule", r"\end{tabular}", *foot, r"\end{table}"]) + "\n"


def _rows(rows: object) -> list[Row]:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise ValueError("a table needs a list of rows with named columns, and at least one")
    return rows


def _with_derived(rows: Sequence[Row], formulas: Mapping[str, str]) -> list[Row]:
    known = dict.fromkeys(key for row in rows for key in row)
    computed = {name: compile_formula(str(text), known) for name, text in formulas.items()}
    return [{**row, **{name: value(row) for name, value in computed.items()}} for row in rows]


def _chosen(known: Sequence[str], wanted: Sequence[str] | Mapping[str, str] | None) -> list[str]:
    if wanted is None:
        return [column for column in known if not (column.endswith("_std") and column.removesuffix("_std") in known)]
    if missing := [column for column in wanted if column not in known]:
        raise ValueError(f"`{missing[0]}` is no column of this table; it has {', '.join(f'`{key}`' for key in known)}")
    return list(wanted)


def _head(column: str, wanted: Sequence[str] | Mapping[str, str] | None) -> str:
    return str(wanted[column]) if isinstance(wanted, Mapping) and column in wanted else column.replace("_", " ")


def _cell(row: Row, column: str, form: str) -> str:
    value, std = row.get(column), row.get(f"{column}_std")
    if is_number(value) and is_number(std):
        return show_spread(value, std, form)  # type: ignore[arg-type]
    return show(value, form)


def _value_attributes(value: object) -> str:
    """Give a cell its full value: for sorting, and for whoever points at it."""
    if value is None:
        return ' title="no value: the run published null"'
    return f' data-value="{value!r}" title="{value!r}"' if is_number(value) else ""


def _with_spreads(grid: Grid) -> list[str]:
    spread = {f"{column}_std" for column in grid.columns if any(f"{column}_std" in row for row in grid.rows)}
    return [name for column in grid.columns for name in (column, f"{column}_std") if name in {column, *spread}]
