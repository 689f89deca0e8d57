"""Attributes in braces: `{#id .class key=value}` behind a heading, image, link or code, or on a line of their own.

A line of attributes belongs to the block right above it; after an empty line, to the block below.
kramdown's `{: .class}` is read the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from generator.render.markup.parser import trigger

ITEM = re.compile(
    r"""\s*(?:
        \#(?P<id>[^\s{}"'=<>#.]+)
      | \.(?P<class>[^\s{}"'=<>#.]+)
      | (?P<key>[A-Za-z_:][\w:-]*)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s{}"'<>]+))
      | (?P<flag>[\w,.+-]+)
    )(?=[\s.\#]|$)""",
    re.VERBOSE,
)
BRACES = re.compile(r"""\{:?((?:[^{}"'\n]|"[^"{}\n]*"|'[^'{}\n]*')*+)\}""")
CLOSING_MARKS = re.compile(r"(?:^|\s+)#+\s*$")
AFTER = {"image", "code_inline", "link_close"}


@dataclass(frozen=True)
class Attributes:
    """What stood between braces."""

    id: str = ""
    classes: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()  # bare words: they mean something on code only


def parse(text: str) -> Attributes | None:
    """Read the inside of a pair of braces; None when it is something else."""
    name, classes, pairs, flags = "", [], [], []
    position, text = 0, text.rstrip()
    while position < len(text):
        item = ITEM.match(text, position)
        if item is None:
            return None
        if item["id"]:
            name = item["id"]
        elif item["class"]:
            classes.append(item["class"])
        elif item["key"]:
            pairs.append((item["key"], item["double"] or item["single"] or item["bare"] or ""))
        else:
            flags.append(item["flag"])
        position = item.end()
    return Attributes(name, tuple(classes), tuple(pairs), tuple(flags))


def parse_braces(text: str, position: int = 0) -> tuple[Attributes, int] | None:
    """Read attributes at a `{`, and tell where they end; None when bare words or nothing stand in it."""
    match = BRACES.match(text, position)
    found = parse(match[1]) if match else None
    if match is None or found is None or found.flags or found == Attributes():
        return None
    return found, match.end()


def apply(found: Attributes, token: Token) -> None:
    """Set attributes on a token; classes add up."""
    if found.id:
        token.attrs["id"] = found.id
    for name in found.classes:
        token.attrJoin("class", name)
    for key, value in found.pairs:
        if key == "class":
            token.attrJoin("class", value)
        else:
            token.attrs[key] = value


def attribute_rules(md: MarkdownIt) -> None:
    """Add the rules that read attributes behind a word and on a line of their own."""
    md.block.ruler.before("fence", "attribute_line", _line, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.inline.ruler.push("attribute_inline", _inline)
    trigger(md, attribute_line="{", attribute_inline="{")


def _line(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001
    if state.is_code_block(start):
        return False
    first, last = state.bMarks[start] + state.tShift[start], state.eMarks[start]
    found = parse_braces(state.src[first:last].rstrip()) if state.src[first] == "{" else None
    if found is None or found[1] != len(state.src[first:last].rstrip()):
        return False
    if silent:
        return True
    before = state.tokens[-1] if state.tokens else None
    token = state.push("attributes", "", 0)
    token.hidden, token.map = True, [start, start + 1]
    follows = before is not None and before.nesting <= 0 and not state.isEmpty(start - 1)
    goes_on = before is not None and before.meta.get("of") == "below"  # several lines above one block
    token.meta = {"found": found[0], "of": "above" if follows and not goes_on else "below"}
    state.env["attribute_lines"] = True
    state.line = start + 1
    return True


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{" or state.pending or not state.tokens or state.tokens[-1].type not in AFTER:
        return False
    found = parse_braces(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        apply(found[0], opening_of(state.tokens, len(state.tokens) - 1))
    state.pos = found[1]
    return True


def attributes(state: StateCore) -> None:
    """Core rule: move attributes onto their blocks, before the text of headings is read."""
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            _take_from_heading(token, state.tokens[index + 1])
    if not state.env.pop("attribute_lines", False):
        return
    waiting: list[Token] = []
    kept: list[Token] = []
    for token in state.tokens:
        if token.type != "attributes":
            for line in waiting:
                _give(line, token if token.nesting >= 0 else None, state)
            waiting.clear()
            kept.append(token)
        elif token.meta["of"] == "above":
            _give(token, opening_of(kept, len(kept) - 1), state)
        else:
            waiting.append(token)
    for line in waiting:
        _give(line, None, state)
    state.tokens = kept


def _take_from_heading(heading: Token, text: Token) -> None:
    if not text.content.endswith("}") or heading.meta.get("attributes_of_words"):
        return
    start = text.content.rfind("{")
    found = parse_braces(text.content, start) if start >= 0 else None
    if found and found[1] == len(text.content):
        text.content = CLOSING_MARKS.sub("", text.content[:start].rstrip())
        apply(found[0], heading)


def _give(line: Token, block: Token | None, state: StateCore) -> None:
    findings, number = state.env.get("findings"), line.map[0] if line.map else 0
    if block is not None and block.type != "html_block":
        apply(line.meta["found"], block)
    elif findings is not None:
        hint = "put them on the line right below a block, or write them into the HTML tag itself"
        findings.warn("these attributes belong to no block", number, hint)


def opening_of(tokens: list[Token], index: int) -> Token:
    """Return the token that opens what `tokens[index]` closes: itself, if it stands alone."""
    depth = 0
    for token in reversed(tokens[: index + 1]):
        depth -= token.nesting
        if depth <= 0:
            return token
    return tokens[index]
