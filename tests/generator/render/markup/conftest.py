"""`convert("# Text with @0", "a value")`: one body to a Document; `@0` stands where a template printed value 0."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from generator.config import Config
from generator.errors import Place
from generator.render.markup.markdown import Document, Markup
from generator.render.values import Expanded, Text, Value, hide

Convert = Callable[..., Document]


def expanded(text: str, *values: str | Value) -> Expanded:
    """Return a body as `expand` would hand it on."""
    hidden = re.sub(r"@(\d)", lambda match: hide(int(match[1])), text)
    places = tuple(Place("posts/x.md", number, 0, line) for number, line in enumerate(text.split("\n"), 1))
    return Expanded(hidden, tuple(Text(value) if isinstance(value, str) else value for value in values), places)


@pytest.fixture(scope="session")
def markup() -> Markup:
    return Markup(Config())


@pytest.fixture(scope="session")
def convert(markup: Markup) -> Convert:
    return lambda text, *values: markup.convert(expanded(text, *values))


@pytest.fixture(scope="session")
def html(convert: Convert) -> Callable[..., str]:
    """The HTML alone, of a body without a mistake."""

    def to_html(text: str, *values: str | Value) -> str:
        document = convert(text, *values)
        assert [str(error) for error in (*document.errors, *document.warnings)] == []
        return document.html

    return to_html


@pytest.fixture(scope="session")
def complaints(convert: Convert) -> Callable[..., list[str]]:
    """What is said about a body: errors, then warnings, whole."""

    def to_complaints(text: str, *values: str | Value) -> list[str]:
        document = convert(text, *values)
        return [str(error) for error in (*document.errors, *document.warnings)]

    return to_complaints
