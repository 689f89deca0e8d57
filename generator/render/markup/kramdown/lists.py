"""Lists as kramdown reads them: looseness is a matter of each item, and a new bullet is no new list.

The lines of an item are gathered first, by their indent, and then read as a document of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from generator.render.markup.attributes import Attributes, apply, parse
from generator.render.markup.kramdown.html import interrupts
from generator.render.markup.kramdown.lines import cut, inside, is_end, is_rule, text_of
from generator.render.markup.parser import trigger

MARKS = {"ul": re.compile(r"[+*-](?=[ \t])"), "ol": re.compile(r"\d+\.(?=[ \t])"), "dl": re.compile(r":(?=[ \t])")}
LIST = re.compile(r"(?:[+*-]|\d+\.)(?=[ \t])")
ITEM_ATTRIBUTES = re.compile(r"[ \t]*\{:(?!:|/)((?:\\\}|[^}])+)\}[ \t]*")
TASK = re.compile(r"[ \t]*\[([ xX])\][ \t]+")
NARROWEST = {1: 0, 2: 1, 3: 2}  # how far the next mark may be indented, by the column where the text begins


NONE = Attributes()


@dataclass
class Item:
    """One item of a list: its lines, and where its text begins on each."""

    first: int
    column: int  # of its text
    begins: dict[int, int]
    found: Attributes = NONE
    last: int = 0  # the line after it, empty ones included
    is_paragraph: bool = False  # of a definition, after an empty line
    nested: bool = False  # a list was seen inside
    deeper: set[int] = field(default_factory=set)  # lines that look like items and are text


def list_rules(md: MarkdownIt) -> None:
    """Put our lists in the place of the library's, and add definitions."""
    ends = ["paragraph", "blockquote"]
    md.block.ruler.at("list", _list, {"alt": ends})
    md.block.ruler.before("paragraph", "definitions", _definitions, {"alt": ends})
    trigger(md, definitions=":")


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    kind = _kind(state, start)
    if not kind or silent:
        return bool(kind)
    items, line, ended = _gather(state, start, end, kind)
    opening = state.push("bullet_list_open" if kind == "ul" else "ordered_list_open", kind, 1)
    opening.map = [start, line]
    outcomes = [_read_item(state, item) for item in items]
    _tighten(state, items, outcomes, ended)
    if sum(map(_read_task, outcomes)):
        opening.attrJoin("class", "tasks")
    state.push("bullet_list_close" if kind == "ul" else "ordered_list_close", kind, -1)
    state.line = line
    return True


def _kind(state: StateBlock, line: int) -> str:
    if state.is_code_block(line):
        return ""
    position = state.bMarks[line] + state.tShift[line]
    return next((k for k in ("ul", "ol") if MARKS[k].match(state.src, position, state.eMarks[line] + 1)), "")


def _gather(state: StateBlock, start: int, end: int, kind: str) -> tuple[list[Item], int, bool]:
    """Return the items, the line after them, and whether `^` ended the list."""
    items: list[Item] = []
    line, widest, blank, ended = start, 3, False, False
    while line < end:
        indent = state.sCount[line]
        if state.isEmpty(line):
            items[-1].nested = blank = True
            line += 1
            continue
        if (blank and kind != "dl" and is_rule(state, line)) or is_end(state, line):
            ended = is_end(state, line)
            line += ended and kind != "dl"
            break
        position = state.bMarks[line] + state.tShift[line]
        mark = MARKS[kind].match(state.src, position, state.eMarks[line] + 1) if indent <= widest else None
        if mark:
            _close(items, line)
            items.append(_first_line(state, line, mark.end() - state.bMarks[line]))
            items[-1].is_paragraph = blank
            widest = NARROWEST.get(items[-1].column, 3)
        elif not _continue(state, items[-1], line, indent, blank):
            break
        if kind == "dl":
            items[-1].deeper.clear()  # a list begins there
        blank = False
        line += 1
    _close(items, line)
    return items, line, ended


def _close(items: list[Item], line: int) -> None:
    if items:
        items[-1].last = line


def _first_line(state: StateBlock, line: int, width: int) -> Item:
    """Return an item of the line its mark stands on; the mark ends at column `width`."""
    begin, end = state.bMarks[line] + width, state.eMarks[line]
    content = state.src[begin:end]
    found, matched = NONE, ITEM_ATTRIBUTES.match(content)
    column = width + len(content) - len(content.lstrip(" \t"))
    if matched:
        found = parse(matched[1]) or found
    if not content.strip() or (matched and matched.end() == len(content)):
        column = 4
    begin += matched.end() if matched else len(content) - len(content.lstrip(" \t"))
    item = Item(line, column, {line: begin}, found)
    item.nested = LIST.match(state.src, begin, end) is not None
    return item


def _continue(state: StateBlock, item: Item, line: int, indent: int, blank: bool) -> bool:
    """Add a line to an item when it belongs there: by its indent, or lazily."""
    position = state.bMarks[line] + state.tShift[line]
    is_item = LIST.match(state.src, position, state.eMarks[line] + 1) is not None
    if indent >= item.column:
        item.begins[line] = cut(state, line, item.column)
        item.nested = item.nested or (is_item and indent - item.column <= 3)
        return True
    if blank or (indent <= min(item.column, 3) and (interrupts(state, line) or text_of(state, line).startswith("{:"))):
        return False
    item.begins[line] = state.bMarks[line]
    if item.nested and is_item:
        item.deeper.add(line)
    return True


def _read_item(state: StateBlock, item: Item, tag: str = "li") -> Token | None:
    """Read the blocks of an item; return the inline token of the paragraph it starts with."""
    kind = "list_item" if tag == "li" else "dd"
    opening = state.push(f"{kind}_open", tag, 1)
    opening.map = [item.first, item.last]
    apply(item.found, opening)
    number = len(state.tokens)
    with inside(state, item.first, item.last, item.begins):
        for line in item.deeper:
            state.sCount[line] += item.column + 4
        state.md.block.tokenize(state, item.first, item.last)
    first = state.tokens[number] if len(state.tokens) > number else None
    state.push(f"{kind}_close", tag, -1)
    if first is None or first.type != "paragraph_open":
        return None
    text = state.tokens[number + 1]
    text.meta.update(opening=first, closing=state.tokens[number + 2], item=opening)
    return text


def _tighten(state: StateBlock, items: list[Item], texts: list[Token | None], ended: bool) -> None:
    """Take the first paragraph's tags from the items that are not set apart by empty lines."""
    some = False
    for number, (item, text) in enumerate(zip(items, texts, strict=True)):
        is_last = number == len(items) - 1
        if text is None:
            some = True
            continue
        after = text.map[1] if text.map else 0
        rest = [line for line in range(after, item.last) if not state.isEmpty(line)]
        touches = after >= item.last or not state.isEmpty(after)
        if (touches or (is_last and not rest and not ended)) and (not is_last or len(items) == 1 or some):
            text.meta["opening"].hidden = text.meta["closing"].hidden = some = True


def _read_task(text: Token | None) -> bool:
    """Turn `[x] done` into an item with a box; tell whether it was one."""
    task = TASK.match(text.content) if text else None
    if text is None or task is None:
        return False
    item = text.meta["item"]
    item.meta["checked"] = task[1] != " "
    item.attrJoin("class", "task")
    text.content = text.content[task.end() :]
    return True


def _definitions(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read the definitions of the terms in the paragraph right above."""
    position = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not MARKS["dl"].match(state.src, position, state.eMarks[start] + 1):
        return False
    if silent:
        return True
    terms = _terms(state, start)
    if terms is None:
        return False
    del state.tokens[-3:]
    is_new = not (state.tokens and state.tokens[-1].type == "dl_close" and state.tokens[-1].level == state.level)
    if is_new:
        state.push("dl_open", "dl", 1).map = [start, start]
    else:
        state.tokens.pop()
        state.level += 1
    for number, term in enumerate(terms.content.split("\n")):
        _push_term(state, term, (terms.map or [start])[0] + number)
    items, line, _ = _gather(state, start, end, "dl")
    items[0].is_paragraph = state.isEmpty(start - 1)
    for item in items:
        text = _read_item(state, item, "dd")
        if text is not None and not item.is_paragraph:
            text.meta["opening"].hidden = text.meta["closing"].hidden = True
    state.push("dl_close", "dl", -1)
    state.line = line
    return True


def _terms(state: StateBlock, start: int) -> Token | None:
    """Return the text of the paragraph above, with one empty line between at most."""
    if len(state.tokens) < 3 or state.tokens[-1].type != "paragraph_close" or state.tokens[-1].level != state.level:
        return None
    text = state.tokens[-2]
    after = text.map[1] if text.map else -1
    return text if after == start or (after == start - 1 and state.isEmpty(after)) else None


def _push_term(state: StateBlock, term: str, line: int) -> None:
    opening = state.push("dt_open", "dt", 1)
    opening.map = [line, line + 1]
    if matched := ITEM_ATTRIBUTES.match(term):
        apply(parse(matched[1]) or NONE, opening)
        term = term[matched.end() :]
    text = state.push("inline", "", 0)
    text.content, text.map, text.children = term.strip(), [line, line + 1], []
    state.push("dt_close", "dt", -1)
