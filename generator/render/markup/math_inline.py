r"""Formulas inside a line of text: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, `\begin{…}…\end{…}` and `\eqref{…}`.

A lone `$` is money until it looks like nothing else; an unclosed `$$` is a mistake, never text. Code spans win.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from generator.render.markup.math_commands import ENVIRONMENTS

LABEL = re.compile(r"[ \t]*\{#([^\s{}]+)\}")
DOLLARS = re.compile(r"\$+")
BACKTICKS = re.compile(r"`+")
BRACES = re.compile(r"\\.|([{}])", re.DOTALL)
BEGIN = re.compile(r"\\begin[ \t]*\{([A-Za-z]+\*?)\}")
REFERENCE = re.compile(r"\\(eqref|ref)[ \t]*\{([^{}\n]+)\}")
COMMAND = re.compile(r"\\[A-Za-z]+[ \t]*(\{[^{}]*\})?")
PROSE = re.compile(r"(?<![A-Za-z])(?:[A-Za-z]{3,}|a[nst]|by|[io]n|i\.e\.|e\.g\.|[io]f|is|it|or|per|to|vs)(?![A-Za-z])")
SHELL_VARIABLE = re.compile(r"\{[A-Z_][A-Z0-9_]+\}")
LOOKS_LIKE_TEX = re.compile(r"\\[A-Za-z]|[\^_=]")
NESTED = 20  # dollars inside the text groups of one formula

UNCLOSED_DOLLARS = ("`$$` is never closed", "close the formula with `$$`, or write `\\$\\$` for two dollar signs")


def inline_rules(md: MarkdownIt) -> None:
    """Add the rules for formulas inside text."""
    md.inline.ruler.before("escape", "math_dollar", dollar)
    md.inline.ruler.before("escape", "math_backslash", backslash)
    triggers = getattr(md.inline, "triggers", {})
    triggers["math_dollar"], triggers["math_backslash"] = "$", "\\"


def dollar(state: StateInline, silent: bool) -> bool:
    """Read a formula between dollars."""
    src, pos = state.src, state.pos
    if src[pos] != "$" or state.pending.endswith("$") or (silent and src[pos - 1 : pos] == "$"):
        return False
    run = DOLLARS.match(src, pos, state.posMax)
    signs = len(run[0]) if run else 0
    if signs == 1:
        end = _closing_dollar(state, pos)
        return _push(state, silent, (pos + 1, end, end + 1), "$") if end > 0 else False
    if signs > 2:
        return False
    end = _find(state, "$$", pos + 2)
    if end < 0 or _code_inside(state, pos + 2, end):
        return _push_mistake(state, silent, pos + 2, UNCLOSED_DOLLARS)
    return _push(state, silent, (pos + 2, end, end + 2), "$$", display=True)


def backslash(state: StateInline, silent: bool) -> bool:
    """Read a formula or a reference that a backslash opens."""
    src, pos = state.src, state.pos
    following = src[pos + 1 : pos + 2]
    if src[pos] != "\\" or following not in {"(", "[", "b", "e", "r"}:
        return False
    if following in {"(", "["}:
        closing = "\\)" if following == "(" else "\\]"
        end = _find(state, closing, pos + 2)
        if any(map(str.isalnum, src[pos + 2 : max(end, 0)])) and not _code_inside(state, pos + 2, end):
            return _push(state, silent, (pos + 2, end, end + 2), "\\" + following, display=following == "[")
        line = src[pos + 2 : state.posMax].split("\n", 1)[0]
        if following == "[" and "]" not in line and LOOKS_LIKE_TEX.search(line):
            hint = "close the formula with `\\]`, or write `[` alone for a bracket"
            return _push_mistake(state, silent, pos + 2, ("`\\[` is never closed", hint))
        return False
    if reference := REFERENCE.match(src, pos, state.posMax):
        if not silent:
            token = state.push("math_ref", "a", 0)
            token.content, token.markup = reference[2], reference[0]
            token.meta = {"parentheses": reference[1] == "eqref"}
        state.pos = reference.end()
        return True
    begin = BEGIN.match(src, pos, state.posMax)
    if not begin or begin[1] not in ENVIRONMENTS:
        return False
    end = _end_of_environment(state, begin[1])
    if end < 0:
        return _push_mistake(state, silent, begin.end(), unclosed_environment(begin[1]))
    return _push(state, silent, (pos, end, end), "", display=True)


def unclosed_environment(name: str) -> tuple[str, str]:
    """Return what to say about an environment without its end."""
    return f"`\\begin{{{name}}}` is never closed", f"write `\\end{{{name}}}` where it ends"


def unescaped(src: str, sign: str, start: int, limit: int) -> int:
    """Return where `sign` next stands without a backslash before it, or -1."""
    position = src.find(sign, start, limit)
    while position >= 0:
        before = position
        while before > start and src[before - 1] == "\\":
            before -= 1
        if (position - before) % 2 == 0:
            return position
        position = src.find(sign, position + 1, limit)
    return -1


def _find(state: StateInline, sign: str, start: int) -> int:
    """Return where a formula closes, or -1; a search that found nothing is not made twice."""
    absent = state.env.setdefault("math_absent", {})
    if absent.get(sign) is state.src:
        return -1
    position = unescaped(state.src, sign, start, state.posMax)
    if position < 0 and state.posMax == len(state.src):
        absent[sign] = state.src
    return position


def _end_of_environment(state: StateInline, name: str) -> int:
    """Return where the environment that begins here ends, or -1; a search that found nothing is not made twice."""
    absent = state.env.setdefault("math_absent", {})
    if absent.get(name) is state.src:
        return -1
    depth = 0
    for match in re.compile(rf"\\(begin|end)[ \t]*\{{{re.escape(name)}\}}").finditer(
        state.src, state.pos, state.posMax
    ):
        depth += 1 if match[1] == "begin" else -1
        if depth == 0:
            return match.end()
    absent[name] = state.src
    return -1


def _closing_dollar(state: StateInline, pos: int) -> int:
    """Return where the `$` is that closes the formula opened at `pos`; 0 when this is money."""
    src, limit = state.src, state.posMax
    before, after = src[pos - 1 : pos] if pos else "", src[pos + 1 : pos + 2]
    if not after or after.isspace() or (before.isascii() and before.isalnum()):
        return 0
    first = end = _find(state, "$", pos + 1)
    depth = _depth(src, pos + 1, end)
    for _ in range(NESTED):
        if end < 0 or depth <= 0:
            break
        following = unescaped(src, "$", end + 1, limit)  # this one is inside `\text{…}`
        depth += _depth(src, end + 1, following) if following > 0 else 0
        end = following
    end = end if end > 0 and depth <= 0 else first
    closes = end > pos + 1 and not src[end - 1].isspace() and not src[end + 1 : end + 2].isdigit()
    if not closes or _is_money(src[pos + 1 : end]) or _code_inside(state, pos + 1, end):
        return 0
    return end


def _depth(src: str, start: int, end: int) -> int:
    """Return how many more braces open than close."""
    return sum({"{": 1, "}": -1}.get(match[1], 0) for match in BRACES.finditer(src, start, max(start, end)))


def _is_money(content: str) -> bool:
    """Tell prose between two prices, or two variables of a shell, from a formula."""
    if content[0].isdigit():
        return PROSE.search(COMMAND.sub("", content)) is not None
    return SHELL_VARIABLE.match(content) is not None


def _code_inside(state: StateInline, start: int, end: int) -> bool:
    """Tell whether a code span begins between `start` and `end`."""
    for run in BACKTICKS.finditer(state.src, start, end):
        ticks = re.escape(run[0])
        if re.compile(rf"(?<!`){ticks}(?!`)").search(state.src, run.end(), state.posMax):
            return True
    return False


def _push(state: StateInline, silent: bool, span: tuple[int, int, int], markup: str, *, display: bool = False) -> bool:
    """Add a formula whose TeX lies at `span[0]:span[1]`; what follows it begins at `span[2]`."""
    start, end, after = span
    label = LABEL.match(state.src, after, state.posMax) if display else None
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content, token.markup = state.src[start:end], markup
        token.meta = {"display": display, "label": label[1] if label else ""}
    state.pos = label.end() if label else after
    return True


def _push_mistake(state: StateInline, silent: bool, end: int, mistake: tuple[str, str]) -> bool:
    """Add a token for something that opens a formula and never closes it."""
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.markup = state.src[state.pos : end]
        token.meta = {"display": False, "label": "", "mistake": mistake}
    state.pos = end
    return True
