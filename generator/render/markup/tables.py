"""Tables of pipes: GitHub's, and a `|` inside a formula does not end its cell."""

from __future__ import annotations

import itertools
import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from generator.render.markup.parser import Blocks

RULE = re.compile(r"[|:-][-:| \t]*")
COLUMN = re.compile(r"(:?)-+(:?)")
ALIGNED = {("", ""): "", (":", ""): "left", ("", ":"): "right", (":", ":"): "center"}
# What is stepped over as a whole, a pipe that stands for itself, and a pipe that ends a cell.
PIECE = re.compile(r"`+[^`|]*`+|\$\$.+?\$\$|\$(?![\s$])(?:\\.|[^$\\])*?(?<!\s)\$(?!\d)|\\\(.+?\\\)|\\\[.+?\\\]|\\.|\|")
MOST_MISSING = 0x4000  # cells to fill up in short rows, before a small text makes a huge page


def table_rules(md: MarkdownIt) -> None:
    """Put our rule in the place of the library's."""
    md.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
    md.block.ruler.enable("table")


def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a row of heads, a row of dashes, and rows up to an empty line or another block."""
    if start + 2 > end or state.is_code_block(start) or "|" not in (head := _text(state, start)):
        return False
    columns, heads = _columns(state, start + 1), _cells(head)
    if not columns or len(heads) != len(columns):
        return False
    if silent:
        return True
    parent, state.parentType = state.parentType, "table"
    opening = state.push("table_open", "table", 1)
    state.push("thead_open", "thead", 1).map = [start, start + 1]
    _row(state, "th", heads, columns, start)
    state.push("thead_close", "thead", -1)
    state.line = _body(state, columns, start + 2, end)
    state.push("table_close", "table", -1)
    opening.map = [start, state.line]
    state.parentType = parent
    return True


def _body(state: StateBlock, columns: list[str], start: int, end: int) -> int:
    """Read the rows; return the line after the last one."""
    parser, missing, line = state.md.block, 0, start
    assert isinstance(parser, Blocks)
    while line < end and state.sCount[line] >= state.blkIndent and not state.isEmpty(line):
        if state.is_code_block(line) or parser.ends("blockquote", state, line, end):
            break
        cells = _cells(_text(state, line))
        missing += len(columns) - len(cells)
        if missing > MOST_MISSING:
            break
        if line == start:
            body = state.push("tbody_open", "tbody", 1)
        _row(state, "td", cells, columns, line)
        line += 1
    if line > start:
        body.map = [start, line]
        state.push("tbody_close", "tbody", -1)
    return line


def _row(state: StateBlock, tag: str, cells: list[str], columns: list[str], line: int) -> None:
    """Add the tokens of a row; cells too many are dropped, cells too few are empty."""
    state.push("tr_open", "tr", 1).map = [line, line + 1]
    level, opening, closing = state.level, f"{tag}_open", f"{tag}_close"
    for alignment, cell in itertools.zip_longest(columns, cells[: len(columns)], fillvalue=""):
        attrs: dict[str, str | int | float] = {"style": f"text-align:{alignment}"} if alignment else {}
        state.tokens += (
            Token(opening, tag, 1, attrs, level=level, block=True),
            Token("inline", "", 0, {}, [line, line + 1], level + 1, [], cell, block=True),
            Token(closing, tag, -1, level=level, block=True),
        )
    state.push("tr_close", "tr", -1)


def _columns(state: StateBlock, line: int) -> list[str]:
    """Return the alignment of each column, from the row of dashes; none when it is something else."""
    text = _text(state, line)
    # `- a` is a list, and so is `-` alone.
    if len(text) < 2 or text[:2] in {"- ", "-\t"} or not RULE.fullmatch(text):
        return []
    if state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return []
    marks = [COLUMN.fullmatch(cell.strip(" \t")) for cell in without_border(text.split("|"))]
    return [ALIGNED[mark[1], mark[2]] for mark in marks if mark] if all(marks) else []


def _cells(row: str) -> list[str]:
    """Cut a row at its pipes."""
    cells = _cut(row) if "\\" in row or "$" in row else row.split("|")
    return [mdTrim(cell) for cell in without_border(cells)]


def _cut(row: str) -> list[str]:
    """Cut a row that may hold formulas and escaped pipes."""
    cells, position = [""], 0
    for piece in PIECE.finditer(row):
        cells[-1] += row[position : piece.start()]
        position = piece.end()
        if piece[0] == "|":
            cells.append("")
        else:
            cells[-1] += "|" if piece[0] == "\\|" else piece[0]
    cells[-1] += row[position:]
    return cells


def without_border(cells: list[str]) -> list[str]:
    """Leave out what stands before a first pipe and after a last one, when that is nothing."""
    return cells[not cells[0] : len(cells) - (len(cells) > 1 and not cells[-1])]


def _text(state: StateBlock, line: int) -> str:
    return mdTrim(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])
