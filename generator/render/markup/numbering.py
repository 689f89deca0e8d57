"""Numbers of tables and figures: those with a label, `tab:…` or `fig:…`, counted in their order on the page.

One count for blocks made of data and for images of the text, so that no number is given twice. The number
stands before the caption and in the page's labels, where `@tab:methods` finds it.
"""

from __future__ import annotations

import itertools

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from generator.render.markup.findings import Findings, Label
from generator.render.values import NUMBER

KINDS = {"tab": "table", "fig": "figure"}


def numbering(state: StateCore) -> None:
    """Core rule, after values are in place: number what has a label, and note the label."""
    findings: Findings = state.env["findings"]
    counts = dict.fromkeys(KINDS.values(), 0)
    for index, token in enumerate(state.tokens):
        name = str(token.meta.get("label", "") if token.type == "block_value" else token.attrs.get("id", ""))
        kind = KINDS.get(name.partition(":")[0]) if ":" in name else None
        if kind is None or token.type not in {"block_value", "figure_open"}:
            continue
        counts[kind] += 1
        findings.labels.append(Label(name, kind, str(counts[kind])))
        told = f"{kind.capitalize()} {counts[kind]}."
        if token.type == "block_value":
            token.meta["html"] = token.meta["html"].replace(NUMBER, f"<strong>{told}</strong> ", 1)
        elif caption := _caption(state.tokens[index:]):
            words = [Token("strong_open", "strong", 1), _text(told), Token("strong_close", "strong", -1), _text(" ")]
            caption.children = [*words, *(caption.children or ())]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _caption(tokens: list[Token]) -> Token | None:
    """Return the text of the caption of the figure that begins here."""
    for token, after in itertools.pairwise(tokens):
        if token.type == "figure_close":
            return None
        if token.type == "figcaption_open":
            return after
    return None
