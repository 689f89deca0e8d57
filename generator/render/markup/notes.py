"""Footnotes: `[^name]` in the text, `[^name]: …` anywhere; numbered by first use, collected at the end."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_def, footnote_ref, footnote_tail

from generator.render.markup.findings import Findings, lines_of
from generator.render.markup.parser import trigger

LOOSE = re.compile(r"\[\^([^\]\s]+)\]")


def note_rules(md: MarkdownIt) -> None:
    """Add the rules that read notes and the marks that refer to them."""
    md.block.ruler.before("reference", "footnote_def", footnote_def, {"alt": ["paragraph", "reference"]})
    md.inline.ruler.before("link", "footnote_ref", footnote_ref)
    trigger(md, footnote_def="[", footnote_ref="[")


def footnotes(state: StateCore) -> None:
    """Core rule: move the notes to the end, and report those that lead nowhere."""
    findings: Findings = state.env["findings"]
    lines: dict[str, int] = {}
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            label, line = token.meta["label"], token.map[0] if token.map else 0
            if label in lines:
                hint = f"the other is at {findings.expanded.place(lines[label])}"
                findings.warn(f"the footnote `[^{label}]` is defined twice, and one is lost", line, hint)
            lines[label] = line
    if "[^" in state.src:
        _report_loose(state.tokens, findings)
    if not lines:
        return
    footnote_tail(state)
    used = {note.get("label"): number for number, note in state.env.get("footnotes", {}).get("list", {}).items()}
    for label, line in lines.items():
        if label in used:
            findings.claim(f"fn{used[label] + 1}", line)
            findings.claim(f"fnref{used[label] + 1}", line)
        else:
            findings.warn(f"no text refers to the footnote `[^{label}]`, so it is not shown", line)


def _report_loose(tokens: list[Token], findings: Findings) -> None:
    """Warn of `[^name]` in prose that no definition answers."""
    for block in tokens:
        if block.type == "inline" and "[^" in block.content:
            for line, token in lines_of(block):
                for match in LOOSE.finditer(token.content) if token.type == "text" else ():
                    hint = f"add a line `[^{match[1]}]: …`, or write `\\[^{match[1]}]` for the characters themselves"
                    place = findings.place(line, match[0], block.map[1] if block.map else 0)
                    findings.warn(f"the footnote `{match[0]}` is not defined", place, hint)


def _reference(token: Token) -> str:
    number, name = token.meta["id"] + 1, _name(token)
    return f'<sup><a class="footnote-ref" id="{name}" href="#fn{number}" role="doc-noteref">{number}</a></sup>'


def _way_back(token: Token) -> str:
    sign = f"↩<sup>{token.meta['subId'] + 1}</sup>" if token.meta["subId"] else "↩"
    label = "Back to the text"
    return f' <a class="footnote-back" href="#{_name(token)}" role="doc-backlink" aria-label="{label}">{sign}</a>'


def _name(token: Token) -> str:
    """Return the id of a reference; a note may have several."""
    number, again = token.meta["id"] + 1, token.meta["subId"]
    return f"fnref{number}-{again + 1}" if again else f"fnref{number}"


NOTES: dict[str, Callable[[Token], str]] = {
    "footnote_ref": _reference,
    "footnote_block_open": lambda _: '<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">\n<ol>\n',
    "footnote_block_close": lambda _: "</ol>\n</section>\n",
    "footnote_open": lambda token: f'<li id="fn{token.meta["id"] + 1}">',
    "footnote_close": lambda _: "</li>\n",
    "footnote_anchor": _way_back,
}
