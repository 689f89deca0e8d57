"""`table(rows, columns, best, derive, …)`: a real table, its winners judged, its data to take away.

Columns ending in `_std` are the spread of the column before them and are shown as mean ± std; `by_seed`, the values
behind both, is for claims and shown only when asked for. A null is a dash.
Derived columns are computed from full precision, and rounded once. Caption and headings are plain text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from generator.errors import SiteError, did_you_mean
from generator.render.tags import best as best_of
from generator.render.tags.arithmetic import compile_formula
from generator.render.tags.cells import cell_html, show, show_spread
from generator.render.tags.downloads import in_tex, to_csv, to_json, to_markdown, to_tex
from generator.render.tags.quantity import is_number
from generator.render.tags.strip import Artifact, File, Source, stem, strip
from generator.render.values import NUMBER

Row = Mapping[str, object]
MOST_ROWS = 500  # shown; all of them are in the files


@dataclass(frozen=True)
class Request:
    """The arguments of one call."""

    columns: Sequence[str] | Mapping[str, str] | None = None
    best: str = ""
    derive: Mapping[str, str] | None = None
    format: Mapping[str, str] | None = None
    caption: str = ""
    label: str = ""
    sort: bool = True


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

    @property
    def published(self) -> tuple[str, ...]:
        """Return the columns of the files: each with its spread after it, where it has one."""
        spread = {f"{column}_std" for column in self.columns if any(f"{column}_std" in row for row in self.rows)}
        named = dict.fromkeys(name for column in self.columns for name in (column, f"{column}_std"))
        return tuple(name for name in named if name in {*self.columns, *spread})


def table(rows: object, request: Request, source: Source) -> Artifact:
    """Return the table with its strip and its files.

    Raises:
        SiteError: for rows that are no table, unknown columns, formulas and forms.
    """
    try:
        grid = make_grid(_rows(rows), request)
    except ValueError as error:
        raise SiteError(str(error)) from None
    files = _files(grid, request, source)
    notes = list(grid.notes)
    if len(grid.rows) > MOST_ROWS:
        notes.append(f"the first {MOST_ROWS} of {len(grid.rows):,} rows; the files hold all of them")
    text = "\n".join("\t".join(line) for line in ((request.caption,), grid.heads, *grid.shown[:MOST_ROWS]))
    html = to_html(grid, request) + strip(source, files, notes) + "</figure>"
    return Artifact(html, text.strip(), label=request.label, files=files)


def make_grid(rows: Sequence[Row], request: Request) -> Grid:
    """Derive, choose, format and judge the columns.

    Raises:
        ValueError: in words for the author.
    """
    rows = _with_derived(rows, request.derive or {})
    known = list(dict.fromkeys(key for row in rows for key in row))
    columns = _chosen(known, request.columns)
    forms = request.format or {}
    if unknown := [key for key in forms if key not in known]:
        near = did_you_mean(unknown[0], known)
        raise ValueError(f"`{unknown[0]}` in `format` is no column of this table" + (f": {near}" if near else ""))
    spread = {
        column for column in columns if any(row.get(f"{column}_std") for row in rows)
    }  # 0 in all rows: not worth it
    verdicts = []
    for column, smallest in best_of.parse_best(request.best, known):
        values = [show(row.get(column), forms.get(column, "")) for row in rows]
        verdicts.append(best_of.judge(rows, column, smallest, values, _head(column, request.columns)))
    return Grid(
        columns=tuple(columns),
        heads=tuple(_head(column, request.columns) for column in columns),
        rows=tuple(rows),
        shown=tuple(tuple(_cell(row, column, forms.get(column, ""), spread) for column in columns) for row in rows),
        numeric=tuple(any(is_number(row.get(column)) for row in rows) for column in columns),
        winners=frozenset(
            (won.row, columns.index(won.column)) for won in verdicts if won.row is not None and won.column in columns
        ),
        notes=tuple(verdict.why for verdict in verdicts if verdict.why),
    )


def to_html(grid: Grid, request: Request) -> str:
    """Return an open `<figure>` with the table; the caller adds the strip and closes it."""
    sides = [' class="number"' if numeric else "" for numeric in grid.numeric]
    heads = [f'<th scope="col"{side}>{escape(head)}</th>' for head, side in zip(grid.heads, sides, strict=True)]
    lines = [_line(grid, number) for number in range(min(len(grid.rows), MOST_ROWS))]
    number = NUMBER if request.label else ""
    caption = f"<caption>{number}{escape(request.caption)}</caption>" if number or request.caption else ""
    mark = " data-sortable" if request.sort and 1 < len(grid.rows) <= MOST_ROWS else ""
    ident = f' id="{escape(request.label)}"' if request.label else ""
    return (
        f'<figure class="data-table"{ident}>'
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(request.caption or "Table")}">'
        f"<table{mark}>{caption}<thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _line(grid: Grid, number: int) -> str:
    cells = []
    for column, (name, shown) in enumerate(zip(grid.columns, grid.shown[number], strict=True)):
        value = grid.rows[number].get(name)
        inner = f"<strong>{escape(shown)}</strong>" if (number, column) in grid.winners else ""
        if grid.numeric[column]:
            cells.append(cell_html(value, shown, inner=inner, kind="" if isinstance(value, str) else ' class="number"'))
        elif column == 0 and len(grid.columns) > 1:
            cells.append(cell_html(value, shown, "th", kind=' scope="row"'))
        else:
            cells.append(cell_html(value, shown))
    return f"<tr>{''.join(cells)}</tr>"


def _files(grid: Grid, request: Request, source: Source) -> tuple[File, ...]:
    seen = (grid.heads, grid.shown, grid.numeric, grid.winners)
    texts = (
        ("CSV", "csv", to_csv(grid.rows, grid.published)),
        ("JSON", "json", to_json(grid.rows, grid.published)),
        ("LaTeX", "tex", in_tex(to_tex(*seen), request.caption, request.label)),
        ("Markdown", "md", to_markdown(*seen)),
    )
    name = stem(request.label, source, "table", *(text for _, _, text in texts))
    return tuple(File(f"{name}.{suffix}", text, title) for title, suffix, text in texts)


def _rows(rows: object) -> list[Row]:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) and row for row in rows):
        raise ValueError("a table needs a list of rows with named columns, and at least one")
    return [{str(key): value for key, value in row.items()} for row in rows]


def _with_derived(rows: Sequence[Row], formulas: Mapping[str, str]) -> list[Row]:
    known = dict.fromkeys(key for row in rows for key in row)
    computed = {}
    for name, formula in formulas.items():
        computed[name] = compile_formula(formula, known)
    return [{**row, **{name: value(row) for name, value in computed.items()}} for row in rows]


def _chosen(known: Sequence[str], wanted: Sequence[str] | Mapping[str, str] | None) -> list[str]:
    if wanted is None:
        beside = {"by_seed", *(f"{column}_std" for column in known)}  # not columns of their own
        return [column for column in known if column not in beside]
    if not wanted:
        raise ValueError("a table needs at least one column")
    if missing := [column for column in wanted if column not in known]:
        raise ValueError(f"`{missing[0]}` is no column of this table; it has {', '.join(f'`{key}`' for key in known)}")
    return list(dict.fromkeys(wanted))


def _head(column: str, wanted: Sequence[str] | Mapping[str, str] | None) -> str:
    return wanted[column] if isinstance(wanted, Mapping) and column in wanted else column.replace("_", " ")


def _cell(row: Row, column: str, form: str, spread: Collection[str]) -> str:
    value, std = row.get(column), row.get(f"{column}_std")
    if column in spread and is_number(value) and is_number(std):
        return show_spread(value, std, form)
    return show(value, form)
