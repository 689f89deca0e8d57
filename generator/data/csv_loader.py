"""CSV and TSV to a list of mappings; a cell that reads as a number is one, an empty cell is None.

The first row names the columns. Nothing is guessed: a row that is too long or too short, a column
without a name and a quote that is never closed are mistakes.
"""

from __future__ import annotations

import csv
import io
import math
import re

from generator.data.text import LONGEST_INTEGER, Loaded, Offsets, Table, Text, shorten
from generator.errors import SiteError, several

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
FLOAT = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)\Z")
NUMBER_STARTS = frozenset("-.0123456789")
MOST_MISTAKES = 20  # of one file; more tell an author nothing
Row = tuple[int, list[str]]  # the line it starts on, its cells


def load_csv(text: Text, delimiter: str = ",") -> Loaded:
    """Read rows as mappings from column name to cell.

    Raises:
        SiteError: one mistake, or an ExceptionGroup of several.
    """
    rows = _rows(text, delimiter)
    if not rows:
        raise SiteError("the file has no header row", text.place(0), "name the columns in the first line")
    errors = _check_header(text, rows[0], delimiter) + _check_widths(text, rows)
    if errors:
        raise errors[0] if len(errors) == 1 else several(errors[:MOST_MISTAKES])
    names = [name.strip() for name in rows[0][1]]
    values: list[dict[str, object]] = [dict(zip(names, map(read_cell, cells), strict=True)) for _, cells in rows[1:]]
    lines = [line for line, _ in rows[1:]]
    return Loaded(
        Table(values, _written(names, rows[1:], values)), text, lambda: _locate(text, delimiter, names, lines)
    )


def _written(names: list[str], rows: list[Row], values: list[dict[str, object]]) -> dict[tuple[int, str], str]:
    """Return the cells whose number is printed otherwise than it was written."""
    return {
        (index, name): cell
        for index, ((_, cells), row) in enumerate(zip(rows, values, strict=True))
        for name, cell in zip(names, cells, strict=True)
        if isinstance(row[name], int | float) and repr(row[name]) != cell
    }


def read_cell(cell: str) -> str | int | float | None:
    """Return what a cell means: `5.18e-05` is a number; `007`, `1_000`, `nan` and `inf` are text."""
    word = cell.strip()
    if not word:
        return None
    if word[0] not in NUMBER_STARTS:
        return cell
    if INTEGER.match(word):
        return int(word) if len(word) <= LONGEST_INTEGER else cell
    if FLOAT.match(word):
        value = float(word)
        return value if math.isfinite(value) else cell
    return cell


def _rows(text: Text, delimiter: str) -> list[Row]:
    """Split the file into rows; lines without any character do not count."""
    reader = csv.reader(io.StringIO(text.text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    before = 0
    try:
        for cells in reader:
            if cells:
                rows.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        raise _explain(text, before + 1, delimiter, str(error)) from None
    return rows


def _explain(text: Text, line: int, delimiter: str, problem: str) -> SiteError:
    """Say what is wrong with the quotes of the row that starts on `line`."""
    offset = text.offset(line)
    if "field limit" in problem:
        what = f"a cell is longer than {csv.field_size_limit():,} characters"
        return text.error(what, offset, "is a quote not closed?")
    quote = _last_quoted_cell(text.text, offset, delimiter)
    if "end of data" in problem:
        return text.error("this quote is not closed", quote, 'close it with `"`')
    return text.error("text follows the quote that closes this cell", quote, 'inside quotes, write `"` twice')


def _last_quoted_cell(text: str, offset: int, delimiter: str) -> int:
    """Return where the quoted cell starts at which a reader of quotes gets lost."""
    cell = re.compile(rf'"(?:[^"]|"")*"(?={delimiter}|[\r\n])|[^"{delimiter}\r\n][^{delimiter}\r\n]*|')
    while (match := cell.match(text, offset)) and (match.end() > offset or text[offset : offset + 1] == delimiter):
        offset = match.end() + (text[match.end() : match.end() + 1] == delimiter)
    return offset


def _check_header(text: Text, header: Row, delimiter: str) -> list[SiteError]:
    """Refuse columns without a name, and names that stand twice."""
    line, cells = header
    starts = _cell_offsets(text, delimiter, line, len(cells))
    names = [cell.strip() for cell in cells]
    errors: list[SiteError] = []
    for number, (name, start) in enumerate(zip(names, starts, strict=True)):
        if not name:
            hint = (
                "name it; pandas leaves it out with `to_csv(index=False)`" if number == 0 else "name it, or remove it"
            )
            errors.append(text.error(f"column {number + 1} has no name", start, hint))
        elif name in names[:number]:
            errors.append(text.error(f"two columns are named `{shorten(name)}`", start, "rename one of them"))
    return errors


def _check_widths(text: Text, rows: list[Row]) -> list[SiteError]:
    """Refuse rows with more or fewer cells than the header."""
    width = len(rows[0][1])
    errors: list[SiteError] = []
    for line, cells in rows[1:]:
        if len(cells) != width and len(errors) < MOST_MISTAKES:
            what = f"this row has {len(cells)} cell{'s' * (len(cells) != 1)}, the header has {width}"
            hint = "put quotes around a cell that holds a comma" if len(cells) > width else ""
            errors.append(text.error(what, text.offset(line), hint))
    return errors


def _locate(text: Text, delimiter: str, names: list[str], lines: list[int]) -> Offsets:
    """Find where each row and each cell starts."""
    offsets: Offsets = {(): (0, 0)}
    for number, line in enumerate(lines):
        starts = _cell_offsets(text, delimiter, line, len(names))
        offsets[(number,)] = (starts[0], starts[0])
        offsets |= {(number, name): (start, start) for name, start in zip(names, starts, strict=True)}
    return offsets


def _cell_offsets(text: Text, delimiter: str, line: int, count: int) -> list[int]:
    """Return where the cells of the row that starts on `line` stand."""
    cell = re.compile(rf'"(?:[^"]|"")*"|[^{delimiter}\r\n]*')
    starts = [text.offset(line)]
    while len(starts) < count:
        match = cell.match(text.text, starts[-1])
        assert match, "the pattern matches an empty cell too"
        starts.append(match.end() + 1)
    return starts
