"""Lines inside a block: the outside taken off each, and where one block may follow another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore

END_OF_BLOCK = re.compile(r"\^[ \t]*$")
RULE = re.compile(r"([*_-])[ \t]*(?:\1[ \t]*){2,}$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
LEADING = re.compile(r"^[ ]*\t[ \t]*")


def spread_tabs(state: StateCore) -> None:
    """Core rule, the first: tabs that indent become spaces, but for those of a listing in a fence."""
    if "\t" not in state.src:
        return
    lines, fence = state.src.split("\n"), ""
    for number, line in enumerate(lines):
        mark = FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and "\t" in line:
            lines[number] = LEADING.sub(lambda match: match[0].expandtabs(4), line)
    state.src = "\n".join(lines)


def text_of(state: StateBlock, line: int) -> str:
    """Return a line without the space around it."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip(" \t")


def cut(state: StateBlock, line: int, columns: int) -> int:
    """Return where a line begins once `columns` of its indent are taken off."""
    begin = state.bMarks[line]
    return begin + min(columns, state.tShift[line])


@contextmanager
def inside(state: StateBlock, first: int, last: int, begins: Mapping[int, int], end: int = -1) -> Iterator[None]:
    """Let lines `first` to before `last` begin elsewhere, as a document of their own; the last may `end` earlier."""
    kept = [(marks, marks[first:last]) for marks in (state.bMarks, state.eMarks, state.tShift, state.sCount)]
    outer = state.blkIndent, state.lineMax, state.parentType
    if end >= 0:
        state.eMarks[last - 1] = end
    for line, begin in begins.items():
        position = max(begin, 0)
        while position < state.eMarks[line] and state.src[position] in " \t":
            position += 1
        state.bMarks[line] = begin
        state.tShift[line] = state.sCount[line] = position - begin
    state.blkIndent, state.lineMax, state.parentType = 0, last, "root"
    try:
        yield
    finally:
        for marks, values in kept:
            marks[first:last] = values
        state.blkIndent, state.lineMax, state.parentType = outer


def begins_a_block(state: StateBlock, line: int) -> bool:
    """Tell whether nothing stands right above a line: only then a table, a formula or an underlined heading begins."""
    before = state.tokens[-1] if state.tokens else None
    if before is None or before.nesting > 0 or line == 0 or state.isEmpty(line - 1):
        return True
    return before.type == "end_of_block" or (before.type == "attributes" and before.meta["of"] == "below")


def ends_a_block(state: StateBlock, line: int) -> bool:
    """Tell whether no text goes on at a line."""
    if line >= state.lineMax or state.isEmpty(line):
        return True
    text = text_of(state, line)
    return END_OF_BLOCK.match(text) is not None or text.startswith("{:")


def is_end(state: StateBlock, line: int) -> bool:
    """Tell whether a line holds the `^` that ends a block."""
    return state.tShift[line] == 0 and END_OF_BLOCK.match(text_of(state, line)) is not None


def is_rule(state: StateBlock, line: int) -> bool:
    """Tell whether a line is a horizontal rule."""
    return state.sCount[line] <= 3 and RULE.match(text_of(state, line)) is not None
