"""Notes as kramdown reads them: `[^name]: …` with what is indented below it."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from generator.render.markup.kramdown.html import interrupts
from generator.render.markup.kramdown.lines import cut, inside, is_end, text_of

NOTE = re.compile(r"\[\^(\w[\w:-]*)\]:")
INDENT = 4


def note_rules(md: MarkdownIt) -> None:
    """Put our rule in the place of the library's; no note begins right below text."""
    md.block.ruler.at("footnote_def", _note, {"alt": []})


def _note(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    mark = None if silent or state.is_code_block(start) else NOTE.match(state.src, begin, state.eMarks[start])
    if mark is None:
        return False
    last = _last(state, start, end)
    state.env.setdefault("footnotes", {}).setdefault("refs", {})[f":{mark[1]}"] = -1
    state.env["footnotes"].setdefault("list", {})
    opening = state.push("footnote_reference_open", "", 1)
    opening.map, opening.meta = [start, last], {"label": mark[1]}
    text = (
        mark.end()
        + len(state.src[mark.end() : state.eMarks[start]])
        - len(state.src[mark.end() : state.eMarks[start]].lstrip(" \t"))
    )
    begins = {line: cut(state, line, INDENT) for line in range(start + 1, last)} | {start: text}
    with inside(state, start, last, begins):
        state.md.block.tokenize(state, start, last)
    state.push("footnote_reference_close", "", -1)
    state.line = last
    return True


def _last(state: StateBlock, start: int, end: int) -> int:
    """Return the line after a note: its first line, what is indented, and what lazily goes on below that."""
    last = line = start + 1
    lazy = False
    while line < end:
        if state.isEmpty(line):
            lazy = False
        elif state.sCount[line] - state.blkIndent >= INDENT:
            lazy, last = True, line + 1
        elif not lazy or interrupts(state, line) or is_end(state, line) or text_of(state, line).startswith("{:"):
            break
        else:
            last = line + 1
        line += 1
    return last
