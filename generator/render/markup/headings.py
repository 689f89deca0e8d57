"""Headings: their ids, the anchor beside each, and the outline of a page.

An id is made as GitHub makes it: lower case, letters and digits of every script, `-` for a space, the
rest dropped; a repeated one gets `-1`, `-2`. A formula counts as its TeX.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType

from generator.render.markup.findings import Findings, Heading
from generator.render.markup.plain import plain_text
from generator.render.markup.renderer import for_elsewhere

DROPPED_ASCII = re.compile(r"[^a-z0-9_ -]+")
LINK_TAG = re.compile(r"</?a[\s>]", re.I)
LONGEST_ID = 200


def headings(state: StateCore) -> None:
    """Core rule: take the ids that the author gave to blocks, then make those of the other headings."""
    findings: Findings = state.env["findings"]
    for token in state.tokens:
        if "id" in token.attrs:
            findings.claim(str(token.attrs["id"]), token.map[0] if token.map else 0)
    numbers: dict[str, int] = {}
    for index, heading in enumerate(state.tokens):
        if heading.type != "heading_open":
            continue
        text, closing = state.tokens[index + 1 : index + 3]
        if "id" not in heading.attrs:
            children, like_kramdown = text.children or (), "kramdown_ids" in state.env
            if like_kramdown:  # nothing of an image, but the space beside it
                children = [child for child in children if child.type != "image"]
            slug = make_id(plain_text(children, findings), trim=not like_kramdown)
            heading.attrs["id"] = _free(slug, findings.ids, numbers)
            findings.claim(str(heading.attrs["id"]), heading.map[0] if heading.map else 0)
        closing.meta["anchor"] = heading.attrs["id"]


def make_id(text: str, *, trim: bool = True) -> str:
    """Return the id for a heading of this text."""
    text = text.strip().lower() if trim else text.lower()
    if text.isascii():
        kept = DROPPED_ASCII.sub("", text.replace("\n", " ").replace("\t", " "))
    else:
        kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or c in "-_" or _is_letter(c))
    return kept.replace(" ", "-")[:LONGEST_ID] or "section"


def outline(tokens: list[Token], md: MarkdownIt, env: EnvType) -> list[Heading]:
    """Return the headings of a page in order, but for those inside quotes and boxes."""
    findings: Findings = env["findings"]
    found = []
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            children = [child for child in for_elsewhere(tokens[index + 1].children or ()) if not _is_link(child)]
            html = str(md.renderer.render([Token("inline", "", 0, children=children)], md.options, env))
            text = plain_text(children, findings).strip()
            found.append(Heading(int(token.tag[1]), str(token.attrs["id"]), text, html))
    return found


def _free(slug: str, taken: Container[str], numbers: dict[str, int]) -> str:
    """Return `slug`, or with the first number that nobody has; `numbers` remembers where to go on."""
    number = numbers.get(slug, 0)
    name = f"{slug}-{number}" if number else slug
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    numbers[slug] = number + 1
    return name


def _is_letter(character: str) -> bool:
    """Tell whether a character is a letter, a digit, or a mark that belongs to one (Hindi vowels are)."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _is_link(token: Token) -> bool:
    if token.type == "html_inline":
        return LINK_TAG.match(token.content) is not None
    return token.type in {"link_open", "link_close"}
