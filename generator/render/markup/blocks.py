"""Blocks of our own: `:::` containers, `> [!NOTE]` alerts, HTML with blank lines in it, task lists.

A container or an alert with a name from ADMONITIONS is an aside with a title, `details` folds,
and a container of any other name is a `<div class="name">`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from generator.errors import did_you_mean
from generator.render.markup.attributes import Attributes, apply, parse_braces
from generator.render.markup.parser import trigger

ADMONITIONS = frozenset(
    "note tip important warning caution danger info hint example question quote success abstract summary "
    "todo bug failure error theorem lemma proposition corollary definition proof remark exercise".split()
)
FOLDED = frozenset({"details", "spoiler"})
OPENER = re.compile(r":{3,}[ \t]*(?=[\w{])([\w-]*)[ \t]*(.*)")
CLOSER = re.compile(r":{3,}")
CODE_FENCE = re.compile(r"`{3,}|~{3,}")
ALERT = re.compile(r"\[!([A-Za-z]+)\]([+-]?)(?:[ \t]+(.*))?")
# Elements that need an end tag and that people write over many lines.
TAG = re.compile(
    r"<(table|div|figure|details|section|aside|article|svg|video|audio|dl|ul|ol|blockquote|center)(?=[\s>/])", re.I
)
VERBATIM = re.compile(r"<(/?)(?:script|style|pre|textarea)(?=[\s>/])", re.I)
NEVER_MARKDOWN = frozenset({"table", "svg", "video", "audio"})  # in these an indented line is no code block
FAILURES = 20  # tags without an end after which no more ends are looked for


@dataclass(frozen=True)
class Box:
    """The first line of a container: `::: name title {attributes}` or `::: {.name title="…"}`."""

    name: str
    title: str
    attributes: Attributes


def block_rules(md: MarkdownIt) -> None:
    """Add the rules that read containers and HTML elements."""
    ends = ["paragraph", "reference", "blockquote"]
    md.block.ruler.before("fence", "container", _container, {"alt": [*ends, "list"]})
    md.block.ruler.before("html_block", "html_balanced", _balanced, {"alt": ends})
    md.options["tasklists"] = True
    trigger(md, container=":", html_balanced="<")


def _container(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a container up to the `:::` that closes it; containers may stand in each other."""
    line = "" if state.is_code_block(start) else _text(state, start)
    box = _read_box(line)
    if box is None or silent:
        if not silent and CLOSER.fullmatch(line) and (findings := state.env.get("findings")):
            findings.warn(f"`{line}` closes nothing", start, "a box opens with a name: `::: note`")
        return box is not None
    close, closed = _end_of_container(state, start, end)
    _check_box(state, box, line, start, closed)
    opening = _open(state, box, start, close)
    parent, limit = state.parentType, state.lineMax
    state.parentType, state.lineMax = "container", close
    state.md.block.tokenize(state, start + 1, close)
    state.parentType, state.lineMax = parent, limit
    state.push("container_close", opening.tag, -1)
    state.line = close + closed
    return True


@functools.lru_cache(maxsize=1024)
def _read_box(line: str) -> Box | None:
    opener = OPENER.fullmatch(line)
    if opener is None:
        return None
    name, rest = opener[1], opener[2].rstrip(": \t")  # Quarto ends the line with colons as well
    found, brace = None, rest.rfind("{")
    if brace >= 0 and rest.endswith("}"):
        found = parse_braces(rest, brace)
        rest = rest[:brace].rstrip() if found else rest
    attributes = found[0] if found else Attributes()
    if not name:
        if not attributes.classes:
            return None
        name = attributes.classes[0].removeprefix("callout-")
        rest = dict(attributes.pairs).get("title", "")
        pairs = tuple(pair for pair in attributes.pairs if pair[0] != "title")
        attributes = Attributes(attributes.id, attributes.classes[1:], pairs)
    title = rest[1:-1] if rest.startswith("[") and rest.endswith("]") else rest
    return Box(name, title, attributes)


def _end_of_container(state: StateBlock, start: int, end: int) -> tuple[int, bool]:
    """Return the line of the matching `:::`, or the line after the last and False when there is none.

    The ends of the containers inside are found on the way, and kept: they may be many and deep.
    """
    ends: dict[tuple[int, int], tuple[int, bool]] = state.env.setdefault("container_ends", {})
    if (start, state.blkIndent) in ends:
        return ends[start, state.blkIndent]
    opened, fence, line = [start], "", start
    for line in range(start + 1, end):
        text = _text(state, line)
        if text and state.sCount[line] < state.blkIndent:
            break
        if fence:
            fence = "" if text.startswith(fence) and not text.strip(fence[0]) else fence
        elif code := CODE_FENCE.match(text):
            fence = code[0]
        elif CLOSER.fullmatch(text):
            ends[opened.pop(), state.blkIndent] = line, True
            if not opened:
                break
        elif text.startswith(":::") and _read_box(text):
            opened.append(line)
    else:
        line = end
    ends.update({(opener, state.blkIndent): (line, False) for opener in opened})
    return ends[start, state.blkIndent]


def _check_box(state: StateBlock, box: Box, line: str, start: int, closed: bool) -> None:
    if (findings := state.env.get("findings")) is None:
        return
    if not closed:
        findings.error(f"`{line}` is never closed", start, "end the box with a line `:::`")
    if box.name.lower() not in ADMONITIONS | FOLDED and (near := did_you_mean(box.name, ADMONITIONS | FOLDED)):
        findings.warn(f"no box is called `{box.name}`, so this is a plain `<div>`", start, near)


def _open(state: StateBlock, box: Box, start: int, end: int) -> Token:
    """Push the opening tag and, where there is one, the title."""
    kind = box.name.lower()
    is_plain = kind not in ADMONITIONS | FOLDED
    opening = state.push("container_open", "div" if is_plain else "details" if kind in FOLDED else "aside", 1)
    opening.map = [start, end]
    opening.attrs["class"] = box.name if is_plain or kind in FOLDED else f"admonition {kind}"
    apply(box.attributes, opening)
    if box.title or not is_plain:
        for token in _title(opening.tag, box.title or kind.capitalize(), start):
            token.level += state.level
            state.tokens.append(token)
    return opening


def _title(tag: str, title: str, line: int) -> list[Token]:
    opening = Token("title_open", "summary" if tag == "details" else "p", 1, map=[line, line + 1], block=True)
    if tag != "details":
        opening.attrs["class"] = "admonition-title"
    text = Token("inline", "", 0, map=[line, line + 1], level=1, content=title, children=[], block=True)
    return [opening, text, Token("title_close", opening.tag, -1, block=True)]


def alerts(state: StateCore) -> None:
    """Core rule: a quote that begins with `[!NOTE]` is an admonition; the rest of that line is its title."""
    if "[!" not in state.src:
        return
    tags: list[str] = []  # what each quote around this token has become
    kept: list[Token] = []
    emptied = 0  # tokens of a paragraph that held the mark alone
    for index, token in enumerate(state.tokens):
        if emptied:
            emptied -= 1
            continue
        kept.append(token)
        if token.type == "blockquote_open":
            text = state.tokens[index + 2] if state.tokens[index + 1].type == "paragraph_open" else None
            if text is not None and (alert := ALERT.fullmatch(text.content.partition("\n")[0])):
                kept += _become_box(state, token, text, alert)
                emptied = 0 if text.content else 3
            tags.append(token.tag)
        elif token.type == "blockquote_close":
            token.tag = tags.pop()
    state.tokens = kept


def _become_box(state: StateCore, quote: Token, text: Token, alert: re.Match[str]) -> list[Token]:
    """Turn a quote into an admonition, or with `[!NOTE]-` into one that folds; return its title's tokens."""
    kind, line = alert[1].lower(), text.map[0] if text.map else 0
    if kind not in ADMONITIONS:
        if findings := state.env.get("findings"):
            hint = did_you_mean(kind, ADMONITIONS) or "such as `[!NOTE]`, `[!TIP]` or `[!WARNING]`"
            findings.warn(f"no box is called `{alert[1]}`, so this is a plain quote", line, hint)
        return []
    quote.tag = "details" if alert[2] else "aside"
    quote.attrs["class"] = f"admonition {kind}"
    if alert[2] == "+":
        quote.attrs["open"] = ""
    text.content = text.content.partition("\n")[2]
    text.map = [line + 1, text.map[1] if text.map else line + 1]
    return _title(quote.tag, alert[3] or kind.capitalize(), line)


def tasks(state: StateCore) -> None:
    """Core rule: the library finds `- [x]`; the class names are ours."""
    if state.src.find("[ ]") < 0 and state.src.find("[x]") < 0 and state.src.find("[X]") < 0:
        return
    for token in state.tokens:
        if token.meta and "checked" in token.meta:
            token.attrs["class"] = "task"
        elif token.attrs.get("class") == "contains-task-list":
            token.attrs["class"] = "tasks"


def _balanced(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read an HTML element with empty lines in it, as long as only tags follow those.

    CommonMark ends such a block at the first empty line, and an indented `<tr>` after it becomes code.
    """
    tag = None if state.is_code_block(start) else TAG.match(state.src, state.bMarks[start] + state.tShift[start])
    unclosed: dict[str, int] = state.env.setdefault("unclosed_tags", {})
    if tag is None or unclosed.get(tag[1].lower(), 0) >= FAILURES:
        return False
    name = tag[1].lower()
    after = _end_of_element(state, start, end, name)
    if after <= start:
        unclosed[name] = unclosed.get(name, 0) - after
        return False
    if not silent:
        token = state.push("html_block", "", 0)
        token.map, token.content = [start, after], state.getLines(start, after, state.blkIndent, True)
        state.line = after
    return True


def _end_of_element(state: StateBlock, start: int, end: int, name: str) -> int:
    """Return the empty line after the element's end tag; -1 without an end tag, 0 where CommonMark's way will do."""
    tags, depth, empty, verbatim = re.compile(rf"<(/?){name}(?=[\s>/])[^<>]*?(/?)>", re.I), 0, 0, False
    for line in range(start, end):
        if state.isEmpty(line):
            if depth <= 0:
                return line if empty else 0
            empty = line
            continue
        text = _text(state, line)
        is_text = text[0] != "<" and not verbatim and not (name in NEVER_MARKDOWN and state.is_code_block(line))
        if state.sCount[line] < state.blkIndent or (empty == line - 1 > start and is_text):
            return 0
        for mark in VERBATIM.finditer(text):
            verbatim = not mark[1]
        for tag in tags.finditer(text):
            if not tag[2]:
                depth += -1 if tag[1] else 1
    return -1 if depth > 0 else end if empty else 0


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip(" \t")
