"""The fixtures of `markup`, for kramdown's Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from generator.errors import Place
from generator.render.markup.markdown import Document, Markup
from generator.render.values import Expanded, Text, Value, hide


@pytest.fixture(scope="session")
def convert(markup: Markup) -> Callable[..., Document]:
    """`convert("# Text with @0", "a value")`: one body to a Document, read as kramdown does."""

    def to_document(text: str, *values: str | Value) -> Document:
        hidden = re.sub(r"@(\d)", lambda match: hide(int(match[1])), text)
        places = tuple(Place("posts/x.md", number, 0, line) for number, line in enumerate(text.split("\n"), 1))
        given = tuple(Text(value) if isinstance(value, str) else value for value in values)
        return markup.convert(Expanded(hidden, given, places), "kramdown")

    return to_document


@pytest.fixture(scope="session")
def html(convert: Callable[..., Document]) -> Callable[..., str]:
    """The HTML alone, of a body without a mistake."""

    def to_html(text: str, *values: str | Value) -> str:
        document = convert(text, *values)
        assert [str(error) for error in (*document.errors, *document.warnings)] == []
        return document.html

    return to_html


@pytest.fixture(scope="session")
def complaints(convert: Callable[..., Document]) -> Callable[..., list[str]]:
    """What is said about a body: errors, then warnings, whole."""

    def to_complaints(text: str, *values: str | Value) -> list[str]:
        document = convert(text, *values)
        return [str(error) for error in (*document.errors, *document.warnings)]

    return to_complaints
