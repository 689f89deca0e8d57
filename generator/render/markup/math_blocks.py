r"""Formulas on lines of their own: `$$`, `\[`, a bare `\begin{align}`, fences of `math`.

Each becomes one `math_block`, whose content begins right after the opening sign and keeps its line breaks, so that an
offset in it has a line in the file.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, fence

from generator.render.markup.math_commands import ENVIRONMENTS
from generator.render.markup.math_inline import BEGIN, UNCLOSED_DOLLARS, unclosed_environment, unescaped

AFTER = re.compile(r"[ \t]*(?:\{#([^\s{}]+)\})?[ \t]*")
INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
MATH_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*math(?![\w-])[ \t]*(?:\{#([^\s{}]+)\})?[ \t]*$")
TEX_SIGNS = re.compile(r"[\\^_=&{}+$]|^[ \t]*\W*\w{0,2}\W*$")
MOST_GAPS = 20  # empty lines inside one formula


def block_rules(md: MarkdownIt) -> None:
    """Add the rules for formulas on lines of their own."""
    md.block.ruler.before("fence", "math_block", math_block, INTERRUPTS)
    md.block.ruler.before("fence", "math_environment", math_environment, INTERRUPTS)
    md.block.ruler.before("fence", "math_fence", math_fence, INTERRUPTS)
    triggers = getattr(md.block, "triggers", {})
    triggers.update(math_block="$\\", math_environment="\\", math_fence="`~")


def math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read `$$ … $$` or `\\[ … \\]`."""
    begin = state.bMarks[start] + state.tShift[start]
    opening = state.src[begin : begin + 2]
    if opening not in {"$$", "\\["} or state.src.startswith("$$$", begin) or state.is_code_block(start):
        return False
    closing = "$$" if opening == "$$" else "\\]"
    line, position = _search(state, (start, begin + 2, end), closing)
    if position < 0:
        if silent or (opening == "\\[" and "]" in state.src[begin + 2 : state.eMarks[start]]):
            return False
        hint = "close the formula with `\\]`; an empty line ends it too early"
        mistake = UNCLOSED_DOLLARS if opening == "$$" else ("`\\[` is never closed", hint)
        return _push_mistake(state, start, end, mistake)
    after = AFTER.fullmatch(state.src, position + 2, state.eMarks[line])
    if after is None or (line == start and not state.src[begin + 2 : position].strip()):
        return False  # text follows, or nothing stands inside: not a display
    if not silent:
        _push(state, (start, line), _content(state, start, begin + 2, line, position), opening, after[1] or "")
    return True


def math_environment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read `\\begin{align} … \\end{align}` without dollars."""
    position = state.bMarks[start] + state.tShift[start]
    begin = BEGIN.match(state.src, position, state.eMarks[start])
    if not begin or begin[1] not in ENVIRONMENTS or state.is_code_block(start):
        return False
    if silent:
        return True
    line, stop = _search(state, (start, position, end), begin[1])
    if stop < 0:
        return _push_mistake(state, start, end, unclosed_environment(begin[1]))
    after = AFTER.fullmatch(state.src, stop, state.eMarks[line])
    content = _content(state, start, position, line, stop)
    _push(state, (start, line), content, "", after[1] or "" if after else "")
    if after is None:
        what = f"text stands behind `\\end{{{begin[1]}}}`"
        state.tokens[-1].meta |= {"mistake": (what, "begin a new line after it"), "offset": len(content)}
    return True


def math_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a code fence whose language is `math`."""
    position = state.bMarks[start] + state.tShift[start]
    opening = MATH_FENCE.match(state.src, position, state.eMarks[start])
    if not opening or not fence(state, start, end, silent):
        return False
    if silent:
        return True
    token = state.tokens[-1]
    assert token.map is not None, "a fence has lines"
    last = state.getLines(token.map[1] - 1, token.map[1], 0, False).strip(" \t>")
    token.type, token.tag, token.info, token.markup = "math_block", "math", "", ""
    token.meta = {"line": start + 1, "label": opening[2] or ""}
    if token.map[1] - 1 == start or not last.startswith(opening[1]) or last.strip(opening[1][0]):
        token.meta["mistake"] = (f"`{opening[1]}math` is never closed", f"write `{opening[1]}` where the formula ends")
        token.markup, token.content, token.meta["line"] = opening[0], "", start
    return True


def _search(state: StateBlock, area: tuple[int, int, int], closing: str) -> tuple[int, int]:
    """Return the line and the place where a formula closes; the place is -1 when it does not.

    `area` is its first line, where to begin on that, and the line where all ends. `closing` is a sign, or the name of
    an environment: then the place is behind its end.
    """
    start, begin, end = area
    failed = state.env.setdefault("math_unclosed", {})  # no line is searched twice for the same end
    if failed.get("text") is not state.src:
        failed.clear()
        failed["text"] = state.src
    if start < failed.get((closing, end), 0):
        return start, -1
    pattern = re.compile(rf"\\(begin|end)[ \t]*\{{{re.escape(closing)}\}}") if closing in ENVIRONMENTS else None
    gaps = depth = 0
    line = start
    while line < end and gaps <= MOST_GAPS and not _outside(state, line, start):
        first, last = max(begin, state.bMarks[line]), state.eMarks[line]
        if state.isEmpty(line):
            gaps += 1
        elif gaps and not TEX_SIGNS.search(state.src, first, last):
            break  # prose: the formula was never closed
        elif pattern is None:
            if (found := unescaped(state.src, closing, first, last)) >= 0:
                return line, found
        else:
            for match in pattern.finditer(state.src, first, last):
                depth += 1 if match[1] == "begin" else -1
                if depth == 0:
                    return line, match.end()
        line += 1
    failed[closing, end] = line
    return start, -1


def _outside(state: StateBlock, line: int, start: int) -> bool:
    """Tell whether a line no longer belongs to the list item that the formula began in."""
    return line > start and not state.isEmpty(line) and state.sCount[line] < state.blkIndent


def _content(state: StateBlock, start: int, begin: int, line: int, stop: int) -> str:
    """Return the text from `begin` on line `start` up to `stop` on `line`, without what a quote or list puts before."""
    if line == start:
        return state.src[begin:stop]
    first = state.src[begin : state.eMarks[start]]
    middle = [state.getLines(number, number + 1, state.sCount[start], False) for number in range(start + 1, line)]
    return "\n".join([first, *middle, state.src[state.bMarks[line] + state.tShift[line] : stop]])


def _push(state: StateBlock, lines: tuple[int, int], content: str, markup: str, label: str) -> None:
    start, last = lines
    token = state.push("math_block", "math", 0)
    token.block, token.map, token.content, token.markup = True, [start, last + 1], content, markup
    token.meta = {"line": start, "label": label}
    state.line = last + 1


def _push_mistake(state: StateBlock, start: int, end: int, mistake: tuple[str, str]) -> bool:
    """Add a token for a formula without an end; what stands behind the next empty line is read as usual."""
    last = start
    while last + 1 < end and not state.isEmpty(last + 1) and not _outside(state, last + 1, start):
        last += 1
    position = state.bMarks[start] + state.tShift[start]
    _push(state, (start, last), "", state.src[position : state.eMarks[start]].rstrip(), "")
    state.tokens[-1].meta["mistake"] = mistake
    return True
