"""Images: a figure where one stands alone, its title as the caption, loaded when the reader comes near."""

from __future__ import annotations

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from generator.render.markup.findings import BREAKS, Findings, lines_of
from generator.render.markup.plain import plain_text

AROUND = {"link_open", "link_close"}


def figures(state: StateCore) -> None:
    """Core rule, before captions are read as Markdown: an image alone in its paragraph becomes a figure."""
    if "![" not in state.src:
        return
    tokens: list[Token] = []
    closing: list[Token] = []
    for index, token in enumerate(state.tokens):
        if token.type == "paragraph_open" and not token.hidden and (image := _image_alone(state.tokens[index + 1])):
            closing = _become_figure(token, image, state)
        elif token.type == "paragraph_close" and closing:
            tokens += closing
            closing = []
            continue
        tokens.append(token)
    state.tokens = tokens


def images(state: StateCore) -> None:
    """Core rule: images load late, and say what they show."""
    findings: Findings = state.env["findings"]
    for block in state.tokens:
        if block.type == "inline" and "![" in block.content:
            last = block.map[1] if block.map else 0
            for line, token in lines_of(block):
                if token.type == "image":
                    _settle(token, findings, line, last)


def _settle(image: Token, findings: Findings, line: int, last: int) -> None:
    text = plain_text(image.children or (), findings)
    image.attrs["alt"] = text
    image.attrs.setdefault("loading", "lazy")
    image.attrs.setdefault("decoding", "async")
    if not text.strip():
        source = str(image.attrs["src"])
        hint = "say between the brackets what it shows, for readers who do not see it: `![a falling loss curve](…)`"
        findings.warn(
            f"the image `{findings.reveal(source)}` has no description", findings.place(line, source, last), hint
        )


def _image_alone(text: Token) -> Token | None:
    """Return the image of a paragraph that holds nothing else, but perhaps a link around it."""
    if not text.content.startswith(("![", "[![")):
        return None
    inside = [child for child in text.children or () if child.type not in AROUND | BREAKS]
    others = [child for child in inside if child.type != "image" and child.content.strip()]
    found = [child for child in inside if child.type == "image"]
    return found[0] if len(found) == 1 and not others else None


def _become_figure(opening: Token, image: Token, state: StateCore) -> list[Token]:
    """Turn a paragraph's tag into a figure's; return the tokens that close it, with the caption."""
    opening.type, opening.tag = "figure_open", "figure"
    for name in ("id", "class"):
        if name in image.attrs:
            value = image.attrs.pop(name)
            opening.attrs[name] = (
                f"{opening.attrs[name]} {value}" if name == "class" and name in opening.attrs else value
            )
    end = Token("figure_close", "figure", -1, block=True, level=opening.level)
    title = str(image.attrs.pop("title", ""))
    if not title:
        return [end]
    children = state.md.inline.parse(title, state.md, state.env, [])
    caption = Token(
        "inline", "", 0, content=title, block=True, level=opening.level + 2, map=opening.map, children=children
    )
    start = Token("figcaption_open", "figcaption", 1, block=True, level=opening.level + 1)
    return [start, caption, Token("figcaption_close", "figcaption", -1, block=True, level=opening.level + 1), end]
