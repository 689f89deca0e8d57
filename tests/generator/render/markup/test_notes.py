"""Footnotes."""

from __future__ import annotations

from collections.abc import Callable

Html = Callable[..., str]
Complaints = Callable[..., list[str]]


def _reference(number: int, again: str = "") -> str:
    name = f"fnref{number}{again}"
    return f'<sup><a class="footnote-ref" id="{name}" href="#fn{number}" role="doc-noteref">{number}</a></sup>'


def _back(number: int, again: str = "", sign: str = "↩") -> str:
    return (
        f' <a class="footnote-back" href="#fnref{number}{again}" role="doc-backlink" '
        f'aria-label="Back to the text">{sign}</a>'
    )


def test_notes_are_numbered_by_first_use_and_stand_at_the_end(html: Html) -> None:
    body = html("a[^b] c[^x y] d[^1] e[^b]\n\n[^1]: One\n[^b]: Two *b*\n\n    and\n\n        code\n\nlast")

    assert body == (
        f"<p>a{_reference(1)} c[^x y] d{_reference(2)} e{_reference(1, '-2')}</p>\n<p>last</p>\n"
        '<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">\n<ol>\n'
        '<li id="fn1"><p>Two <em>b</em></p>\n<p>and</p>\n'
        '<div class="hl"><pre tabindex="0"><code>code\n</code></pre></div>\n'
        f"{_back(1)}{_back(1, '-2', '↩<sup>2</sup>')}</li>\n"
        f'<li id="fn2"><p>One{_back(2)}</p>\n</li>\n'
        "</ol>\n</section>\n"
    )


def test_a_note_that_nobody_defines_is_reported(complaints: Complaints) -> None:
    assert complaints("text\na [^b] and `[^c]` and \\[^d]") == [
        "posts/x.md:2:3: warning: the footnote `[^b]` is not defined\n"
        "    2 | a [^b] and `[^c]` and \\[^d]\n"
        "      |   ^\n"
        "hint: add a line `[^b]: …`, or write `\\[^b]` for the characters themselves"
    ]


def test_a_note_that_nobody_uses_is_reported(complaints: Complaints) -> None:
    assert complaints("a[^b]\n\n[^b]: x\n\n[^c]: y") == [
        "posts/x.md:5: warning: no text refers to the footnote `[^c]`, so it is not shown\n    5 | [^c]: y"
    ]


def test_a_note_defined_twice_is_reported(complaints: Complaints) -> None:
    assert complaints("a[^b]\n\n[^b]: x\n\n[^b]: y") == [
        "posts/x.md:5: warning: the footnote `[^b]` is defined twice, and one is lost\n"
        "    5 | [^b]: y\n"
        "hint: the other is at posts/x.md:3"
    ]
