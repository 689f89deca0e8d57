"""Prose and code: only the one is changed, wherever the other stands."""

from __future__ import annotations

import pytest

from generator.importers.html_pieces import without_indents
from generator.importers.prose import in_prose


@pytest.mark.parametrize(
    ("text", "loud"),
    [
        ("a `b` c", "A `b` C"),
        ("a ``b ` c`` d", "A ``b ` c`` D"),
        ("a `b\n\nc` d", "A `B\n\nC` D"),
        ("a\n```py\nb\n```\nc", "A\n```py\nb\n```\nC"),
        ("a\n~~~~\nb\n~~~\n~~~~\nc", "A\n~~~~\nb\n~~~\n~~~~\nC"),
        ("- ```\n  b\n  ```\nc", "- ```\n  b\n  ```\nC"),
        ("```\nnever closed", "```\nnever closed"),
        ("", ""),
    ],
)
def test_code_is_left_as_it_stands(text: str, loud: str):
    assert in_prose(text, lambda stretch, _: stretch.upper()) == loud


def test_a_change_knows_where_its_stretch_starts():
    starts: list[int] = []

    in_prose("ab `c` de", lambda stretch, at: starts.append(at) or stretch)

    assert starts == [0, 6]


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        ("  <p>\n    a\n  </p>", "<p>\na\n</p>"),
        ("  <pre>\n    a\n  </pre>\n  b", "<pre>\n    a\n  </pre>\nb"),
        ("  {% highlight c %}\n  a\n  {% endhighlight %}\n  b", "{% highlight c %}\n  a\n  {% endhighlight %}\nb"),
        ("  <pre> never closed\n  a", "<pre> never closed\na"),
    ],
)
def test_html_loses_its_indents_but_not_what_is_preformatted(text: str, flat: str):
    assert without_indents(text) == flat
