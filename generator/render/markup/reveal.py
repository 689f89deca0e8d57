"""Values come back, token by token, as text that no parser will read again.

In prose a value is escaped, and kept from turning the direction of the text around it; a `Block` takes
the place of its paragraph; in attributes a value is its plain text. Code, links, raw HTML and formulas
put theirs in where they are made.
"""

from __future__ import annotations

import dataclasses
import html
import re

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from generator.render.markup.findings import Findings, lines_of
from generator.render.values import OPEN, PLACEHOLDER, Block, Expanded, Text, Value

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
ID = re.compile(r"\sid=[\"']([^\"']+)[\"']")
LINE_BREAK = re.compile("\r\n?")
# Letters written from right to left, and the characters that turn the direction themselves.
TURNS = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
HARMLESS_STYLE = re.compile(r"[\w#.%+-]*")


def clean(expanded: Expanded) -> Expanded:
    """Return a body whose values hold nothing HTML cannot: control characters show as their pictures."""
    return dataclasses.replace(expanded, values=tuple(_clean(value) for value in expanded.values))


def escape_value(value: Value) -> str:
    """Return a value as HTML for the middle of prose."""
    if not isinstance(value, Text):
        return value.html
    escaped = html.escape(value.text)
    return f"<bdi>{escaped}</bdi>" if TURNS.search(value.text) else escaped


def note_ids(value: Value, findings: Findings, line: int) -> None:
    """Note the ids inside a finished block, so that links can point there; its maker keeps them apart."""
    for name in ID.findall("" if isinstance(value, Text) else value.html):
        findings.ids.setdefault(html.unescape(name), line)


def reveal_values(state: StateCore) -> None:
    """Core rule: put values into prose and into attributes."""
    findings: Findings = state.env["findings"]
    if not findings.expanded.values:
        return
    tokens: list[Token] = []
    for token in state.tokens:
        if token.attrs:
            _into_attributes(token, findings)
        if token.type == "inline" and token.children:
            if tokens and tokens[-1].type == "paragraph_open" and (blocks := _blocks_alone(token, findings)):
                tokens[-1:] = blocks
                continue
            _report_blocks(token, findings)
            token.children = [new for child in token.children for new in _into_child(child, findings)]
        elif token.type == "paragraph_close" and tokens[-1].type == "block_value":
            continue
        tokens.append(token)
    state.tokens = tokens


def refuses_values(name: str, value: str, findings: Findings) -> str:
    """Name the attribute when no escaping makes its values safe: a browser would read them as code."""
    if OPEN not in value:
        return ""
    if name.startswith("on") or name == "srcdoc":
        return f"`{name}`"
    words = (findings.reveal(match[0]) for match in PLACEHOLDER.finditer(value))
    if name == "style" and not all(HARMLESS_STYLE.fullmatch(word) for word in words):
        return "`style`, unless it is a number or a word"
    return ""


def refuse(where: str, findings: Findings, line: int) -> None:
    """Note a value in a place where it cannot be made safe."""
    hint = "write it into the text, or into a `data-…` attribute that the script reads"
    findings.error(f"a value cannot stand in {where}", line, hint)


def _clean(value: Value) -> Value:
    if not isinstance(value, Text) and (html := _printable(value.html)) != value.html:
        value = dataclasses.replace(value, html=html)
    return dataclasses.replace(value, text=text) if (text := _printable(value.text)) != value.text else value


def _printable(text: str) -> str:
    if CONTROL.search(text) or "\r" in text:
        return CONTROL.sub(lambda match: _picture(match[0]), LINE_BREAK.sub("\n", text))
    return text


def _picture(character: str) -> str:
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "�"


def _blocks_alone(inline: Token, findings: Findings) -> list[Token]:
    """Return the blocks of a paragraph that holds nothing else."""
    if OPEN not in inline.content or PLACEHOLDER.sub("", inline.content).strip():
        return []
    values = [findings.expanded.values[int(match[1])] for match in PLACEHOLDER.finditer(inline.content)]
    if not all(isinstance(value, Block) for value in values):
        return []
    line = inline.map[0] if inline.map else 0
    tokens = []
    for value in values:
        if isinstance(value, Block):
            meta = {"html": _apart(value, findings), "label": value.label}
            if value.label:
                findings.claim(value.label, line)
            note_ids(dataclasses.replace(value, html=meta["html"]), findings, line)
            tokens.append(Token("block_value", "", 0, content=value.text, block=True, map=inline.map, meta=meta))
    return tokens


def _apart(block: Block, findings: Findings) -> str:
    """Return a block's HTML with ids that no other block of the page has."""
    prefix, number = block.prefix, 2
    while prefix and any(name.startswith(prefix) for name in findings.ids):
        prefix, number = f"{block.prefix}{number}-", number + 1
    return block.html.replace(block.prefix, prefix) if prefix != block.prefix else block.html


def _report_blocks(inline: Token, findings: Findings) -> None:
    if OPEN not in inline.content:
        return
    for line, child in lines_of(inline):
        for match in PLACEHOLDER.finditer(child.content) if child.type in {"text", "code_inline"} else ():
            if isinstance(findings.expanded.values[int(match[1])], Block):
                hint = "put it on a line of its own, with an empty line above and below"
                findings.error("a block stands inside a line of text", line, hint)


def _into_child(child: Token, findings: Findings) -> list[Token]:
    """Return what one inline token becomes: itself, or a text cut around its values."""
    if child.attrs:
        _into_attributes(child, findings)
    for inner in child.children or ():
        inner.content = findings.reveal(inner.content) if inner.type in {"text", "code_inline"} else inner.content
    if OPEN not in child.content:
        return [child]
    if child.type == "code_inline":
        child.content = findings.reveal(child.content)
        child.meta["turns"] = TURNS.search(child.content) is not None
    if child.type != "text":
        return [child]
    tokens, position = [], 0
    for match in PLACEHOLDER.finditer(child.content):
        if match.start() > position:
            tokens.append(child.copy(content=child.content[position : match.start()]))
        value = findings.expanded.values[int(match[1])]
        tokens.append(Token("value", "", 0, content=value.text, level=child.level, meta={"html": escape_value(value)}))
        position = match.end()
    if position < len(child.content):
        tokens.append(child.copy(content=child.content[position:]))
    return tokens


def _into_attributes(token: Token, findings: Findings) -> None:
    """Put values into attributes; an id and a class stay one word. Addresses are settled by `links`."""
    for name, value in token.attrs.items():
        if not isinstance(value, str) or OPEN not in value or name in {"href", "src"}:
            continue
        if where := refuses_values(name, value, findings):
            refuse(where, findings, token.map[0] if token.map else 0)
        text = findings.reveal(value)
        token.attrs[name] = (
            PLACEHOLDER.sub(lambda m: "-".join(findings.reveal(m[0]).split()), value)
            if name in {"id", "class"}
            else text
        )
