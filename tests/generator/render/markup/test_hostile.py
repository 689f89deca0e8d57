"""Data is text: whatever a value holds, in every place it may stand, judged by what a browser would build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.render.markup.markdown import Document
from generator.render.markup.reveal import clean
from generator.render.values import Expanded, Text

HARMLESS = "harmless"
HOSTILE = {
    "markup": "</code></pre><script>alert(1)</script>",
    "end of everything": "-->]]></td></p></style></textarea></title></div>",
    "attribute": "\" onmouseover=alert(1) x='\" '",
    "unquoted attribute": "x onmouseover=alert(1)>",
    "cells": "a | b \\| c",
    "fences": "```\n~~~\n````",
    "lines": "one\n\n# two\n\n- three\n    four\n> five\n\n",
    "empty line first": "\nx",
    "link": "[x](javascript:alert(1)) ![y](z) <http://a.b>",
    "math": "$x$ $$y$$ \\(z\\) \\[w\\]",
    "emphasis": "*a* **b** _c_ ~~d~~ `e`",
    "entity": "&lt; &amp;amp; &#60;b&#62; &copy",
    "template": "{{ x }} {% raw %} {#id .class} {: .x}",
    "quotes": "\"it's\" -- '90s --- ... (c)",
    "long": "x<y " * 2500,
    "emoji": "👩‍👩‍👧 🇰🇷 é é",
    "right to left": "שלום \u202e drowssap \u2066 مرحبا",
    "control": "a\x00b\x01c\x1fd\x7fe\x9ff\ud800g\ufdd0h\uffffi\r\nj\rk\u2028l",
    "backslashes": "\\\\ \\* \\[ \\",
    "footnote": "[^1] [^1]: x",
    "colons": "::: note\nx\n:::\n: y",
}
SINKS = {
    "prose": "before @0 after",
    "first in a line": "@0 after",
    "alone": "@0",
    "every line": "a\n@0\nb",
    "emphasis": "*@0* and **@0** and ~~@0~~",
    "intraword": "a@0b _@0_",
    "link text": "a [@0](https://example.org) b",
    "link title": 'a [b](https://example.org "@0") c',
    "image text": "a ![@0](a.png) b",
    "image title": 'a ![b](a.png "@0") c',
    "caption": '![b](a.png "@0")',
    "cell": "| a | b |\n|---|---|\n| @0 | c @0 |",
    "head of a table": "| @0 | b |\n|---|---|\n| 1 | 2 |",
    "heading": "## a @0 b",
    "heading alone": "## @0",
    "underlined heading": "@0\n===",
    "code": "a `@0` b",
    "longer code": "a `` x @0 `` b",
    "fence": "```python\nx = '@0'\n```",
    "fence of tildes": "~~~\n@0\n~~~",
    "numbered fence": '```python {linenos hl=1}\n"@0"\n```',
    "file of a fence": '```python {file="@0"}\nx\n```',
    "indented code": "    x @0 y",
    "html": "<div>@0</div>",
    "html in prose": "a <b>@0</b> c",
    "html with empty lines": "<table>\n<tr>\n\n<td>@0</td>\n\n</tr>\n</table>",
    "textarea": "<div><textarea>@0</textarea></div>",
    "pre": "<pre>@0</pre>",
    "double-quoted attribute": '<div title="a @0 b">x</div>',
    "single-quoted attribute": "<div title='a @0 b'>x</div>",
    "unquoted attribute": "<div title=@0>x</div>",
    "unquoted attribute in the middle": "a <b title=x@0y class=z>x</b>",
    "attribute in prose": 'a <b title="@0">x</b>',
    "footnote": "a[^n]\n\n[^n]: b @0 c",
    "term": "@0\n: definition",
    "definition": "Term\n: b @0 c",
    "box": "::: note\n@0\n:::",
    "title of a box": "::: note @0\nx\n:::",
    "title of an alert": "> [!NOTE] @0\n> x",
    "quote": "> @0",
    "list": "- @0\n- b @0\n\n1. @0",
    "task": "- [x] @0",
    "attribute of ours": 'a [b](https://example.org){title="@0"} c',
    "title of a reference": 'a [b][c]\n\n[c]: https://example.org "@0"',
    "text of a reference": "a [@0][c]\n\n[c]: https://example.org",
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("sink", SINKS.values(), ids=SINKS)
def test_a_value_is_text_and_nothing_else(convert: Callable[..., Document], sink: str, value: str) -> None:
    harmless, hostile = (list(_walk(convert(sink, text).html)) for text in (HARMLESS, value))
    shown = _shown(value)

    assert [(what, text.replace(HARMLESS, shown)) for what, text in harmless] == hostile


CHARACTERS = st.one_of(st.characters(), st.sampled_from("<>&\"'`*_[]()|\\$#{}~:-\n \u202eא\x00"))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SINKS.values())), st.text(CHARACTERS, min_size=1, max_size=20))
def test_whatever_it_holds(convert: Callable[..., Document], sink: str, value: str) -> None:
    harmless, hostile = (list(_walk(convert(sink, text).html)) for text in (HARMLESS, value))

    assert [(what, text.replace(HARMLESS, _shown(value))) for what, text in harmless] == hostile


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("sink", ["[a](@0)", "[a](/b/@0/c)", "![a](@0)", "<https://a.b/@0>", "[a][b]\n\n[b]: @0"])
def test_a_value_in_an_address_makes_no_markup(convert: Callable[..., Document], sink: str, value: str) -> None:
    elements = [name for name, _ in _walk(convert(sink, value).html) if "@" not in name]

    assert elements == [name for name, _ in _walk(convert(sink, HARMLESS).html) if "@" not in name]


def _shown(value: str) -> str:
    return clean(Expanded("", (Text(value),), ())).values[0].text


def _walk(source: str) -> Iterator[tuple[str, str]]:
    """Yield each element with its text, and each attribute with its value, in order.

    `<bdi>` and the colours of code are not markup of the page; ids are another test's.
    """
    tree = html5lib.parseFragment(source, namespaceHTMLElements=False)
    yield from _element(tree)


def _element(element: Element) -> Iterator[tuple[str, str]]:
    name = str(element.tag)
    for key, value in element.attrib.items():
        is_own = name in {"h1", "h2"} or element.get("class") == "anchor"
        yield f"{name}@{key}", "" if is_own and key in {"id", "href"} else value
    yield name, _text(element)
    for child in _children(element):
        yield from _element(child)


def _children(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag in {"bdi", "span"}:
            yield from _children(child)
        else:
            yield child


def _text(element: Element) -> str:
    """Return the text right inside an element."""
    parts = [element.text or ""]
    for child in element:
        if child.tag in {"bdi", "span"}:
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)
