"""Named attribute lists, `{:toc}` and the offset of headings: what needs the whole page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from generator.render.markup.attributes import Attributes, opening_of
from generator.render.markup.findings import Findings, Heading
from generator.render.markup.headings import outline

BEHIND_A_MARK = re.compile(r"[^\w\s]\{:[^{}]*\}$")  # attributes of the emphasis, code or link that a heading ends with
LEVELS = re.compile(r"\d")
WITHOUT_EFFECT = {"footnotes": "the notes stand at the end of the page", "standalone": "an image alone is a figure"}


def named_attributes(state: StateCore) -> None:
    """Core rule, before attributes are given to blocks: put in what their names stand for; find `{:toc}`."""
    named: dict[str, Attributes] = state.env.get("named_attributes", {})
    findings: Findings = state.env["findings"]
    state.env["kramdown_ids"] = True
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open" and BEHIND_A_MARK.search(state.tokens[index + 1].content):
            token.meta["attributes_of_words"] = True
        if token.type != "attributes":
            continue
        found: Attributes = token.meta["found"]
        for flag in found.flags:
            line = token.map[0] if token.map else 0
            if flag in named:
                token.meta["found"] = found = _together(named[flag], found)
            elif flag == "toc" and index:
                opening_of(state.tokens, index - 1).meta["toc"] = True
            elif flag in WITHOUT_EFFECT:
                findings.warn(f"`{flag}` has no effect here", line, WITHOUT_EFFECT[flag])
            else:
                findings.warn(f"no attributes are called `{flag}`", line, f"add a line `{{:{flag}: .class}}`")
    state.tokens = [token for token in state.tokens if token.type != "end_of_block"]


def _together(named: Attributes, own: Attributes) -> Attributes:
    return replace(own, id=own.id or named.id, classes=(*named.classes, *own.classes), pairs=(*named.pairs, *own.pairs))


def languages(state: StateCore) -> None:
    """Core rule: the class `language-ruby` of a listing names its language."""
    for token in state.tokens:
        if token.type in {"fence", "code_block"} and "class" in token.attrs:
            classes = str(token.attrs.pop("class")).split()
            named = [name for name in classes if name.startswith("language-")]
            others = [name for name in classes if name not in named]
            token.info = named[0].removeprefix("language-") if named else token.info
            if others:
                token.attrs["class"] = " ".join(others)


def offset(state: StateCore) -> None:
    """Core rule: lower the headings by `{::options header_offset="1" /}`."""
    shift = str(state.env.get("header_offset", "0"))
    if shift.lstrip("-").isdecimal() and int(shift):
        for token in state.tokens:
            if token.type in {"heading_open", "heading_close"}:
                token.tag = f"h{min(max(int(token.tag[1]) + int(shift), 1), 6)}"


def contents(state: StateCore) -> None:
    """Core rule, the last: a list with `{:toc}` becomes the table of contents."""
    start = next((number for number, token in enumerate(state.tokens) if token.meta.get("toc")), -1)
    if start < 0:
        return
    opening = state.tokens[start]
    end = start + 1
    while end < len(state.tokens) and (state.tokens[end].level != opening.level or state.tokens[end].nesting >= 0):
        end += 1
    left_out = {
        token.attrs.get("id")
        for token in state.tokens
        if token.type == "heading_open" and "no_toc" in str(token.attrs.get("class", "")).split()
    }
    levels = _levels(str(state.env.get("toc_levels", "1..6")))
    found = [item for item in outline(state.tokens, state.md, state.env) if item.level in levels]
    chosen = [heading for heading in found if heading.id not in left_out]
    classes = f' class="{opening.attrs["class"]}"' if "class" in opening.attrs else ""
    name = str(opening.attrs.get("id", "markdown-toc"))
    if "id" not in opening.attrs:
        findings: Findings = state.env["findings"]
        findings.claim(name, opening.map[0] if opening.map else 0)
    html = _nested(chosen, opening.tag, f' id="{name}"{classes}')
    token = Token("block_value", "", 0, block=True, map=opening.map, meta={"html": html, "label": ""})
    state.tokens[start : end + 1] = [token] if chosen else []


def _levels(written: str) -> range | set[int]:
    """Read `2..3` or `2,3`."""
    first, dots, last = written.partition("..")
    if dots and first.strip().isdecimal() and last.strip().isdecimal():
        return range(int(first), int(last) + 1)
    return {int(digit) for digit in LEVELS.findall(written)}


def _nested(headings: Sequence[Heading], tag: str, attributes: str = "") -> str:
    """Return headings as lists in each other; a level that is left out opens no list of its own."""
    written = [f"<{tag}{attributes}>"]
    open_levels: list[int] = []
    for heading in headings:
        while len(open_levels) > 1 and heading.level < open_levels[-1]:
            open_levels.pop()
            written.append(f"</li></{tag}>")
        if open_levels and heading.level > open_levels[-1]:
            written.append(f"<{tag}>")
            open_levels.append(heading.level)
        elif open_levels:
            written.append("</li>")
            open_levels[-1] = heading.level
        else:
            open_levels.append(heading.level)
        written.append(f'<li><a href="#{heading.id}">{heading.html}</a>')
    return "".join([*written, *(f"</li></{tag}>" for _ in open_levels)])
