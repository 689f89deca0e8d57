"""Inputs made to be slow: 64 KB each, at most two seconds of CPU, and no stack that runs over."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from generator.render.markup.markdown import Document

SIZE = 64 * 1024
SECONDS = 2.0
REPEATED = {
    "links": "[a](b",
    "closed links": "[a](b)",
    "strong": "**a",
    "emphasis": "*a **a ",
    "underscores": "_a __b ",
    "strikes": "~~a",
    "quotes": ">",
    "backticks": "`a``",
    "equal headings": "# a\n",
    "underlined headings": "a\n-\n",
    "pipes": "|",
    "double quotes": '"',
    "mixed quotes": "\"a 'b",
    "closing quotes": "a' b\" 'c \"d",
    "open tag": "<div ",
    "tags": "<div>",
    "tags in lines": "<div>\n",
    "tags and empty lines": "<table>\n\n<tr>\n",
    "attribute": "a <b x='",
    "address in a tag": '<a href="',
    "comments": "a <!-- b ",
    "sections": "a <![CDATA[",
    "brackets": "[",
    "closing brackets": "]",
    "images": "![",
    "nested images": "![[]()",
    "definitions": "[a]: b\n",
    "lists": "- a\n",
    "marks of lists": "- ",
    "tasks": "- [x] a\n",
    "undefined notes": "[^a] ",
    "definitions of notes": "[^1]: ",
    "boxes": "::: note\n",
    "colons": "::: a ",
    "attributes": "`a`{.b}",
    "open attributes": '`a`{a="',
    "lines of attributes": "{.a}\n\n",
    "alerts": "> [!NOTE]\n\n",
    "definition lists": "a\n: b\n",
    "entities": "&amp;",
    "backslashes": "\\",
    "mails": "a@b.c ",
    "autolinks": "<http:",
    "fences": "```\n",
    "dashes": "a -- ",
    "dots": "...",
    "Korean": "**한(a)**는",
    "figures": "![a](b 'c')\n\n",
    "more": "a <!--more-->\n\n",
    "empty lines": "\n",
    "lines": "a\n",
}
WHOLE = {
    "heading of braces": "# " + '{"' * (SIZE // 2),
    "runs of backticks": "".join("e" + "`" * length for length in range(1, 362)),
    "nested brackets": "[" * (SIZE // 2) + "]" * (SIZE // 2),
    "closed boxes": "::: note\n" * (SIZE // 13) + ":::\n" * (SIZE // 13),
    "quotes that close": '"a' * (SIZE // 4) + "a'" * (SIZE // 4),
    "labels": "".join(f"[{n}]: b\n" for n in range(4000)) + "".join(f"[{n}] " for n in range(4000)),
    "notes": "".join(f"a[^{n}]\n\n[^{n}]: b\n\n" for n in range(3000)),
    "nested lists": "".join(" " * (2 * n) + "- a\n" for n in range(240)),
    "wide table": "a|" * (SIZE // 4) + "\n" + "-|" * (SIZE // 4) + "\n",
    "long table": "|a\n|-\n" + "|a\n" * (SIZE // 3),
    "spaces": "a" + " " * SIZE + "b",
    "word": "a" * SIZE,
    "marked lines": "```text {hl=1-99999}\n" + "a\n" * (SIZE // 2) + "```",
    "code": "```python\n" + "x = [1, 'a']\n" * (SIZE // 13) + "```",
    "open code": "```js\n" + "`${" * (SIZE // 3) + "\n```",
}


@pytest.mark.parametrize(
    "text", [*((text * SIZE)[:SIZE] for text in REPEATED.values()), *WHOLE.values()], ids=[*REPEATED, *WHOLE]
)
def test_a_page_made_to_be_slow_is_not(convert: Callable[..., Document], text: str) -> None:
    took = seconds(convert, text)

    assert took < SECONDS or seconds(convert, text) < SECONDS  # a busy machine gets a second try


def seconds(convert: Callable[..., Document], text: str) -> float:
    start = time.process_time()
    convert(text)
    return time.process_time() - start
