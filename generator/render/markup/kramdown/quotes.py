"""Quotes as kramdown reads them: every line up to an empty one belongs to the quote, whatever it begins with."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from generator.render.markup.kramdown.html import interrupts
from generator.render.markup.kramdown.lines import inside, is_end, text_of

MARK = re.compile(r"> ?")


def quote_rules(md: MarkdownIt) -> None:
    """Put our rule in the place of the library's."""
    md.block.ruler.at("blockquote", _quote, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start) or not MARK.match(text_of(state, start)):
        return False
    if silent:
        return True
    last = start + 1
    while last < end and not _ends(state, last):
        last += 1
    opening = state.push("blockquote_open", "blockquote", 1)
    opening.map, opening.markup = [start, last], ">"
    with inside(state, start, last, {line: _begin(state, line) for line in range(start, last)}):
        state.md.block.tokenize(state, start, last)
    state.push("blockquote_close", "blockquote", -1).markup = ">"
    state.line = last
    return True


def _ends(state: StateBlock, line: int) -> bool:
    """Tell whether a quote ends before a line."""
    if state.isEmpty(line) or is_end(state, line):
        return True
    return not state.is_code_block(line) and (interrupts(state, line) or text_of(state, line).startswith("{:"))


def _begin(state: StateBlock, line: int) -> int:
    """Return where a line begins inside the quote."""
    first = state.bMarks[line] + state.tShift[line]
    mark = None if state.is_code_block(line) else MARK.match(state.src, first, state.eMarks[line])
    return mark.end() if mark else state.bMarks[line]
