"""Raw HTML as the author wrote it: values put in for the place where they stand, links and ids noted.

Tags are read as browsers read them (WHATWG HTML, 13.2.5): what a browser takes for markup must be
markup to us. Where no escaping helps, a value is refused: in comments, scripts, styles and event
handlers, and among the names of a tag.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from generator.render.markup.findings import Findings, lines_of
from generator.render.markup.links import settle
from generator.render.markup.reveal import escape_value, note_ids, refuse, refuses_values
from generator.render.values import LINK_OPEN, OPEN, PLACEHOLDER

SPACE = " \t\n\f\r"
NAME = re.compile(rf"<(/?)([A-Za-z][^{SPACE}/>]*)")
ATTRIBUTE = re.compile(
    rf"""[{SPACE}/]*+(=?[^{SPACE}/>=]*+)
    (?:[{SPACE}]*+=[{SPACE}]*+(?:"([^"]*+)"|'([^']*+)'|([^{SPACE}>"'][^{SPACE}>]*+)|(?=>)))?+""".replace("\n    ", ""),
)
DANGLING = re.compile(rf"[{SPACE}]*=")
COMMENT_END = re.compile(r"(?<=<!)-->|(?<=<!-)-->|(?<=<!--)-?>|--!?>")
RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"})  # no escaping works in these
ESCAPABLE = frozenset({"textarea", "title"})
ADDRESSES = {
    "href": "link",
    "xlink:href": "link",
    "src": "image",
    "poster": "image",
    "background": "image",
    "data": "image",  # of `<object>`
    "action": "",  # checked, but no link of the page
    "formaction": "",
}


@dataclass(frozen=True)
class Attribute:
    """An attribute with the span of its value, quotes included."""

    name: str
    value: str  # as written
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """A stretch of raw HTML: "text", "tag", "raw" (a script's inside), "comment" or "unclosed"."""

    kind: str
    start: int
    end: int
    name: str = ""  # of the tag, or of the element a raw text is in; "/a" is an end tag
    attributes: tuple[Attribute, ...] = ()


def raw_html(state: StateCore) -> None:
    """Core rule: settle every piece of raw HTML of the page, in order, since a `<script>` may span several."""
    findings: Findings = state.env["findings"]
    for token in state.tokens:
        if token.type == "html_block":
            token.content = settle_html(token.content, findings, token.map[0] if token.map else 0)
        elif token.type == "inline" and ("<" in token.content or findings.raw_element):
            for line, child in lines_of(token):
                _settle_child(child, findings, line)
    if findings.raw_element:
        hint = f"everything after it is lost: write `</{findings.raw_element}>`"
        findings.error(f"`<{findings.raw_element}>` is never closed", findings.raw_line, hint)


def _settle_child(child: Token, findings: Findings, line: int) -> None:
    if child.type == "html_inline":
        child.meta["lines"] = child.content.count("\n")
        child.content = settle_html(child.content, findings, line)
    elif findings.raw_element and OPEN in child.content:
        refuse(f"`<{findings.raw_element}>`", findings, line)


def settle_html(source: str, findings: Findings, line: int) -> str:
    """Return a fragment with its values put in; `line` (from 0) is where it begins."""
    if "<" not in source and OPEN not in source:
        return source
    written: list[str] = []
    opened = ""
    for piece in pieces(source, findings.raw_element):
        here = line + source.count("\n", 0, piece.start)
        text = source[piece.start : piece.end]
        if piece.kind == "tag":
            text = _settle_tag(piece, source, findings, here)
            _follow(piece, findings, here)
        elif piece.kind == "unclosed":
            text = PLACEHOLDER.sub("", text)
            shown = text.split("\n", 1)[0][:40]
            findings.error(f"`{shown}` is never closed", here, "everything after it is lost on the page")
        elif OPEN in text:
            text = _settle_text(piece, text, opened, findings, here)
        opened = piece.name
        written.append(text)
    return "".join(written)


def text_of(source: str) -> str:
    """Return what a reader sees of a fragment: no tags, scripts or comments."""
    return "".join(html.unescape(source[p.start : p.end]) for p in pieces(source) if p.kind == "text")


def pieces(source: str, inside: str = "") -> Iterator[Piece]:
    """Cut a fragment into its pieces; `inside` names the script or alike that an earlier fragment left open."""
    position = start = 0
    while position < len(source):
        if inside:
            end = re.compile(rf"</{inside}(?=[{SPACE}/>])", re.I).search(source, position)
            stop = end.start() if end else len(source)
            yield Piece("text" if inside in ESCAPABLE else "raw", position, stop, inside)
            position, inside = stop, ""
        start = source.find("<", position)
        piece = _markup(source, start) if start >= 0 else None
        while start >= 0 and piece is None:
            start = source.find("<", start + 1)
            piece = _markup(source, start) if start >= 0 else None
        if position < (stop := start if start >= 0 else len(source)):
            yield Piece("text", position, stop)
        if piece is None:
            return
        yield piece
        position = piece.end
        inside = piece.name if piece.kind == "tag" and piece.name in RAW | ESCAPABLE else ""


def _markup(source: str, start: int) -> Piece | None:
    """Read the tag or comment at a `<`; None when it is text."""
    if source.startswith("<!--", start):
        end = COMMENT_END.search(source, start + 2)
        return Piece("comment", start, end.end()) if end else Piece("unclosed", start, len(source))
    if source.startswith(("<!", "<?"), start) or (source.startswith("</", start) and not NAME.match(source, start)):
        end_of_declaration = source.find(">", start)
        return Piece("comment", start, end_of_declaration + 1) if end_of_declaration >= 0 else None
    name = NAME.match(source, start)
    if name is None:
        return None
    attributes, position = [], name.end()
    while position < len(source):
        match = ATTRIBUTE.match(source, position)
        assert match is not None  # every part of it is optional
        group = match.lastindex or 1
        if group == 1 and DANGLING.match(source, match.end()):
            break
        position = match.end()
        if match[1]:
            first, last = (match.start(group), match.end(group)) if group > 1 else (position, position)
            quote = group in {2, 3}
            attributes.append(Attribute(match[1].lower(), source[first:last], first - quote, last + quote))
        if source.startswith(">", position):
            return Piece("tag", start, position + 1, name[1] + name[2].lower(), tuple(attributes))
    return Piece("unclosed", start, len(source))


def _follow(tag: Piece, findings: Findings, line: int) -> None:
    """Remember an element whose inside is not HTML until its end tag comes."""
    if tag.name in RAW | ESCAPABLE:
        findings.raw_element, findings.raw_line = tag.name, line
    elif tag.name == f"/{findings.raw_element}":
        findings.raw_element = ""


def _settle_text(piece: Piece, text: str, opened: str, findings: Findings, line: int) -> str:
    """Return a text with its values put in; `opened` is the tag right before it."""
    line += text.count("\n", 0, text.index(OPEN))
    if piece.kind == "comment":
        refuse("a comment", findings, line)
    elif piece.kind == "raw":
        refuse(f"`<{piece.name}>`", findings, line)
    # Browsers drop a line break right after `<pre>`; the first of two stands.
    lost = opened in {"pre", "listing", "textarea"} and text.startswith(OPEN) and findings.reveal(text).startswith("\n")

    def put(match: re.Match[str]) -> str:
        if piece.name in ESCAPABLE:
            return html.escape(findings.reveal(match[0]))
        value = findings.expanded.values[int(match[1])]
        note_ids(value, findings, line)
        return escape_value(value)

    return "\n" * lost + PLACEHOLDER.sub(put, text)


def _settle_tag(tag: Piece, source: str, findings: Findings, line: int) -> str:
    """Return a tag with the values in its attributes put in, in quotes."""
    written, position = [], tag.start
    for attribute in tag.attributes:
        value = html.unescape(attribute.value)
        settled = _settle_attribute(tag, attribute, value, findings, line)
        if settled != value:
            written += [source[position : attribute.start], f'"{html.escape(settled)}"']
            position = attribute.end
    if tag.name == "img" and all(attribute.name != "alt" for attribute in tag.attributes):
        findings.warn("this `<img>` has no description", line, 'say what it shows: `alt="a falling loss curve"`')
    written.append(source[position : tag.end])
    text = "".join(written)
    if OPEN in text:
        refuse(f"the names in `<{tag.name}>`", findings, line)
    return text


def _settle_attribute(tag: Piece, attribute: Attribute, value: str, findings: Findings, line: int) -> str:
    """Return the attribute's value, not escaped; the same one when there is nothing to change."""
    name = attribute.name
    if name == "id":
        findings.claim(findings.reveal(value), line)
    elif name == "name" and tag.name == "a":
        findings.ids.setdefault(findings.reveal(value), line)
    elif name == "srcset":
        for candidate in findings.reveal(value).split(","):
            settle(candidate.strip().split(" ")[0], "image", findings, line)
    elif name in ADDRESSES:
        is_file = name == "href" and tag.name not in {"a", "area"}
        settled = settle(value.strip(), "image" if is_file else ADDRESSES[name], findings, line)
        return settled if OPEN in value or settled.startswith(LINK_OPEN) else value
    if where := refuses_values(name, value, findings):
        refuse(where, findings, line)
    return findings.reveal(value)
