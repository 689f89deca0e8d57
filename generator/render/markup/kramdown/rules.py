"""Kramdown's rules together, and the order of its core rules on a page."""

from __future__ import annotations

from markdown_it import MarkdownIt

from generator.render.markup.kramdown.blocks import block_rules
from generator.render.markup.kramdown.html import html_rules
from generator.render.markup.kramdown.lists import list_rules
from generator.render.markup.kramdown.notes import note_rules
from generator.render.markup.kramdown.outline import contents, languages, named_attributes, offset
from generator.render.markup.kramdown.quotes import quote_rules
from generator.render.markup.kramdown.spans import span_attributes, span_rules
from generator.render.markup.kramdown.tables import table_rules
from generator.render.markup.kramdown.words import abbreviations, words

__all__ = [
    "abbreviations",
    "contents",
    "kramdown_rules",
    "languages",
    "named_attributes",
    "offset",
    "span_attributes",
    "words",
]


def kramdown_rules(md: MarkdownIt) -> None:
    """Install everything that reads Markdown in kramdown's way; links, notes and math are in already."""
    for add_rules in (block_rules, list_rules, table_rules, html_rules, note_rules, quote_rules, span_rules):
        add_rules(md)
