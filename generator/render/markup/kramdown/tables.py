"""Tables as kramdown reads them: no outer pipes, no head, several bodies, a foot."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from generator.render.markup.kramdown.blocks import UNDERLINE
from generator.render.markup.kramdown.lines import begins_a_block, ends_a_block, text_of
from generator.render.markup.tables import ALIGNED, MOST_MISSING, without_border

PIPE = re.compile(r"\||.*?[^\\]\|")
RUN = r"(?<![^\\]`)(`+)(?!`).+?(?<!`)\1(?!`)"  # code, from the first mark of its run: any other looks for its end anew
CODE = re.compile(RUN + r"|<[A-Za-z/][^<>]*>")
DASHES = re.compile(r"[+|: \t-]*-[+|: \t-]*")
EQUALS = re.compile(r"[+|: \t=]*=[+|: \t=]*")
# What is stepped over as a whole, a pipe that stands for itself, and a pipe that ends a cell.
PIECE = re.compile(
    RUN + r"|<code[^<>]*>.*?</code>|\\\\\(.+?\\\\\)|\$\$.+?\$\$|\$(?![\s$])(?:\\.|[^$\\])*?(?<!\s)\$(?!\d)|\\.|\|"
)
COLUMN = re.compile(r"(:?)-+(:?)")


def table_rules(md: MarkdownIt) -> None:
    """Put our rule in the place of the library's; no table stands right below text."""
    md.block.ruler.before("paragraph", "rows", _table, {"alt": []})


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if silent or state.is_code_block(start) or not PIPE.match(text_of(state, start)):
        return False
    if not begins_a_block(state, start) or (start + 1 < end and UNDERLINE.fullmatch(text_of(state, start + 1))):
        return False
    last = start
    while last < end and not state.isEmpty(last) and PIPE.match(text_of(state, last)):
        last += 1
    if not ends_a_block(state, last) or not all(_has_pipe(text_of(state, line)) for line in range(start, last)):
        return False
    parts, columns = _parts(state, start, last)
    width = max((len(cells) for _, rows in parts for _, cells in rows), default=0)
    missing = sum(width - len(cells) for _, rows in parts for _, cells in rows)
    if not any(kind == "tbody" for kind, _ in parts) or missing > MOST_MISSING:
        return False
    state.push("table_open", "table", 1).map = [start, last]
    for kind, rows in parts:
        state.push(f"{kind}_open", kind, 1)
        for line, cells in rows:
            _push_row(state, "th" if kind == "thead" else "td", cells, [*columns, *[""] * width][:width], line)
        state.push(f"{kind}_close", kind, -1)
    state.push("table_close", "table", -1)
    state.line = last
    return True


def _has_pipe(text: str) -> bool:
    """Tell whether a line has a pipe outside of code and tags."""
    return PIPE.match(CODE.sub("", text)) is not None


def _parts(state: StateBlock, start: int, last: int) -> tuple[list[tuple[str, list[tuple[int, list[str]]]]], list[str]]:
    """Return head, bodies and foot with the lines and cells of their rows, and how the columns are aligned."""
    parts: list[tuple[str, list[tuple[int, list[str]]]]] = []
    rows: list[tuple[int, list[str]]] = []
    columns: list[str] = []
    has_foot = False
    for line in range(start, last):
        text = text_of(state, line)
        if DASHES.fullmatch(text):
            if rows and not columns and not has_foot:
                columns = [ALIGNED[mark[1], mark[2]] for mark in COLUMN.finditer(text)]
                parts.append(("thead", rows))
                rows = []
            elif rows and not has_foot:
                parts.append(("tbody", rows))
                rows = []
        elif EQUALS.fullmatch(text):
            parts += [("tbody", rows)] if rows else []
            rows, has_foot = [], True
        else:
            rows.append((line, _cells(text)))
    if rows:
        parts.append(("tfoot" if has_foot else "tbody", rows))
    return parts, columns


def _cells(row: str) -> list[str]:
    """Cut a row at its pipes, but for those in code and in formulas."""
    cells, position = [""], 0
    for piece in PIECE.finditer(row):
        cells[-1] += row[position : piece.start()]
        position = piece.end()
        if piece[0] == "|":
            cells.append("")
        else:
            cells[-1] += "|" if piece[0] == "\\|" else piece[0]
    cells[-1] += row[position:]
    return [cell.strip() for cell in without_border(cells)]


def _push_row(state: StateBlock, tag: str, cells: list[str], columns: list[str], line: int) -> None:
    state.push("tr_open", "tr", 1).map = [line, line + 1]
    for number, alignment in enumerate(columns):
        attrs: dict[str, str | int | float] = {"style": f"text-align:{alignment}"} if alignment else {}
        content = cells[number] if number < len(cells) else ""
        state.tokens += (
            Token(f"{tag}_open", tag, 1, attrs, level=state.level, block=True),
            Token("inline", "", 0, {}, [line, line + 1], state.level + 1, [], content, block=True),
            Token(f"{tag}_close", tag, -1, level=state.level, block=True),
        )
    state.push("tr_close", "tr", -1)
