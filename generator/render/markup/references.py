"""References in prose: `@fig:x`, `@tab:x`, `@eq:x` and `@sec:x` become links with the kind and the number.

What the page itself has is settled here. A label of another page leaves as a link around a placeholder, with
words that read well without it: only the whole site knows where it leads. `@Eq:x` begins a sentence; `\\@` is an
at sign; a kind that stands before it already (`Figures @fig:x`) is not said again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from generator.render.markup.findings import Findings, Label, Link, lines_of
from generator.render.markup.plain import plain_text
from generator.render.markup.renderer import for_elsewhere
from generator.render.values import LINK_CLOSE, LINK_OPEN

KINDS = {"fig": "figure", "tab": "table", "eq": "equation", "sec": "section"}
REFERENCE = re.compile(r"@((?i:fig|tab|eq|sec)):(\w(?:[\w.:-]*\w)?)")
SAID = {  # what may stand before a reference, so that it says its number only
    "figure": re.compile(r"\b(?:figures?|figs?\.?)\s*$", re.I),
    "table": re.compile(r"\b(?:tables?|tabs?\.)\s*$", re.I),
    "equation": re.compile(r"\b(?:equations?|eqs?\.?)\s*$", re.I),
    "section": re.compile(r"(?:\b(?:sections?|secs?\.)|§)\s*$", re.I),
}
INSIDE_A_WORD = re.compile(r"[\w.+\-/@%~]")  # before the sign: an address, or a name somewhere else
NO_BREAK = "\u00a0"
CLASS = "ref"


def reference_rules(md: MarkdownIt) -> None:
    """Read references inside prose."""
    md.inline.ruler.before("escape", "reference", _reference)
    getattr(md.inline, "triggers", {})["reference"] = "@"


def plain_references(state: StateCore) -> None:
    """Core rule: a reference in a title or in the description of an image is text, for no link can stand there."""
    for block in state.tokens:
        for child in block.children or ():
            for token in (child, *(child.children or ())):
                if token.type == "reference" and (state.inlineMode or token is not child):
                    token.type, token.content = "text", token.markup


def settle_references(tokens: list[Token], findings: Findings) -> None:
    """Make links of all references, once everything on the page has its number; note the page's sections."""
    findings.labels.extend(_sections(tokens, findings))
    labels = {label.id: label for label in findings.labels}
    for block in tokens:
        if block.type == "inline" and "@" in block.content:
            last = block.map[1] if block.map else 0
            found = [(line, token) for line, token in lines_of(block) if token.type == "reference"]
            lines = {id(token): line for line, token in found}
            if found:
                block.children = list(_linked(block.children or (), lines, labels, findings, last))


def phrase(kind: str, number: str, said: str) -> str:
    """Return the words of a reference; `said` is its kind as written: `Eq` begins a sentence, "" is said already."""
    shown = f"({number})" if kind == "equation" else number
    if not said:
        return shown
    word = kind if kind in {"equation", "section"} and said.islower() else kind.capitalize()
    return f"{word}{' ' if kind == 'section' else NO_BREAK}{shown}"


def section_label(heading_id: str) -> str:
    """Return the label of a heading: its id, with `sec:` before it where it is not there yet."""
    return heading_id if heading_id.startswith("sec:") else f"sec:{heading_id}"


def _reference(state: StateInline, silent: bool) -> bool:
    """Inline rule: read `@kind:name`; not inside a link, whose address it would hide."""
    found = REFERENCE.match(state.src, state.pos, state.posMax)
    if found is None or state.linkLevel > 0 or INSIDE_A_WORD.match(state.src[state.pos - 1 : state.pos]):
        return False
    if not silent:
        token = state.push("reference", "a", 0)
        token.markup, token.info = found[0], found[1]
        token.meta = {"label": f"{found[1].lower()}:{found[2]}"}
        token.content = _stand_in(found[1])
    state.pos = found.end()
    return True


def _stand_in(said: str) -> str:
    """Return words for a reference whose number is not known: "the figure"."""
    return f"{'the' if said.islower() else 'The'} {KINDS[said.lower()]}"


def _sections(tokens: list[Token], findings: Findings) -> list[Label]:
    """Return a label for each heading; of two that would share one, the author's own wins."""
    found: dict[str, Label] = {}
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and "id" in token.attrs:
            own = str(token.attrs["id"])
            name = section_label(own)
            if name not in found or own == name:
                text = plain_text(for_elsewhere(tokens[index + 1].children or ()), findings).strip()
                found[name] = Label(name, "section", text)
    return list(found.values())


def _linked(
    children: Iterable[Token], lines: Mapping[int, int], labels: Mapping[str, Label], findings: Findings, last: int
) -> Iterable[Token]:
    """Yield inline tokens, each reference as a link around its words."""
    before = ""
    for token in children:
        if token.type != "reference":
            yield token
            before = token.content if token.type == "text" else before if token.type == "softbreak" else ""
            continue
        name = token.meta["label"]
        kind = KINDS[token.info.lower()]
        said = "" if SAID[kind].search(before) else token.info
        label = labels.get(name)
        if label:
            target, words = f"#{_anchor(name, findings)}", phrase(label.kind, label.text, said)
        else:
            place = findings.place(lines[id(token)], token.markup, last)
            findings.links.append(Link(f"{said}@{name}", place, "reference"))
            target = f"{LINK_OPEN}{len(findings.links) - 1}{LINK_CLOSE}"
            words = token.content if said else token.content.partition(" ")[2]
        yield Token("link_open", "a", 1, attrs={"href": target, "class": CLASS})
        yield Token("text", "", 0, content=words)
        yield Token("link_close", "a", -1)
        before = ""


def _anchor(name: str, findings: Findings) -> str:
    """Return the id a label stands for: a section may be named without its prefix."""
    return name if name in findings.ids else name.removeprefix("sec:")
