"""Listings: what an info string may say, and the HTML it gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.render.values import Block, Inline

Html = Callable[..., str]
Complaints = Callable[..., list[str]]

DEF = '<span class="k">def</span> <span class="nf">f</span>():'


def test_code_in_a_language(html: Html) -> None:
    assert html("```python\ndef f():\n```") == (
        f'<div class="hl"><pre tabindex="0"><code class="language-python">{DEF}\n</code></pre></div>\n'
    )


@pytest.mark.parametrize("info", ["", "text", "txt", "plain", "mermaid"])
def test_code_without_colours(html: Html, info: str) -> None:
    name = f' class="language-{info}"' if info else ""

    assert html(f"```{info}\nif a < b:\n```") == (
        f'<div class="hl"><pre tabindex="0"><code{name}>if a &lt; b:\n</code></pre></div>\n'
    )


def test_indented_code_has_no_colours(html: Html) -> None:
    assert html("    def f():") == '<div class="hl"><pre tabindex="0"><code>def f():\n</code></pre></div>\n'


@pytest.mark.parametrize(
    "info",
    [
        'python {file="f.py"}',
        'python title="f.py"',
        "python:f.py",
        "python {file='f.py'}",
        'python{filename="f.py"}',
        '{.python file="f.py"}',
        '{python file="f.py"}',
    ],
)
def test_a_file_name_is_a_caption(html: Html, info: str) -> None:
    assert html(f"```{info}\ndef f():\n```") == (
        '<figure class="code"><figcaption>f.py</figcaption><div class="hl"><pre tabindex="0">'
        f'<code class="language-python">{DEF}\n</code></pre></div></figure>\n'
    )


@pytest.mark.parametrize(
    "info",
    [
        "{2,4-5}",
        "{hl=2,4-5}",
        'hl="2, 4-5"',
        "{hl_lines=[2,4-5]}",
        '{hl_lines="2 4-5"}',
        "{highlight=2,4-5}",
        "hl=2,4,5",
    ],
)
def test_marked_lines(html: Html, info: str) -> None:
    assert html(f"```text {info}\na\nb\nc\nd\ne\n```") == (
        '<div class="hl"><pre tabindex="0"><code class="language-text">'
        'a\n<span class="hll">b\n</span>c\n<span class="hll">d\n</span><span class="hll">e\n</span>'
        "</code></pre></div>\n"
    )


@pytest.mark.parametrize("info", ["{linenos}", "linenos", "{linenos=true}", "{.numberLines}", "{linenos=1}"])
def test_numbered_lines(html: Html, info: str) -> None:
    assert html(f"```text {info}\na\n\nb\n```") == (
        '<div class="hl"><pre class="numbered" tabindex="0"><code class="language-text">'
        '<span class="line">a\n</span><span class="line">\n</span><span class="line">b\n</span></code></pre></div>\n'
    )


def test_numbers_may_start_elsewhere_and_lines_be_marked(html: Html) -> None:
    assert html("```text {linenos=41 hl=1}\na\nb\n```") == (
        '<div class="hl"><pre class="numbered" tabindex="0">'
        '<code class="language-text" style="counter-reset: line 40">'
        '<span class="line hll">a\n</span><span class="line">b\n</span></code></pre></div>\n'
    )


def test_numbers_may_be_switched_off(html: Html) -> None:
    assert "numbered" not in html("```text {linenos=false}\na\n```")


def test_a_colour_that_runs_over_lines_is_cut_at_each(html: Html) -> None:
    assert html('```python {hl=1}\n"""a\nb"""\n```') == (
        '<div class="hl"><pre tabindex="0"><code class="language-python"><span class="hll">'
        '<span class="sd">"""a</span>\n</span><span class="sd">b"""</span>\n</code></pre></div>\n'
    )


def test_other_attributes_go_to_the_outermost_element(html: Html) -> None:
    assert html('```text {#a .wide file="b" data-x=1}\nc\n```').startswith(
        '<figure class="code wide" id="a" data-x="1"><figcaption>b</figcaption>'
    )


def test_a_name_behind_a_comma_is_not_part_of_the_language(html: Html) -> None:
    assert 'class="language-rust"' in html("```rust,ignore\nx\n```")


def test_values_stand_in_code_as_text(html: Html) -> None:
    body = html('```text {file="@1"}\na @0 b\n```', "<x>\n```\ny", Inline("<b>z</b>", "z & z"))

    assert body == (
        '<figure class="code"><figcaption>z &amp; z</figcaption><div class="hl"><pre tabindex="0">'
        '<code class="language-text">a &lt;x&gt;\n```\ny b\n</code></pre></div></figure>\n'
    )


def test_a_block_cannot_stand_in_code(complaints: Complaints) -> None:
    assert complaints("text\n\n```text\na\n@0\n```\n\n    b\n    @0", Block("<svg></svg>")) == [
        f"posts/x.md:{line}: error: a block stands inside code\n"
        f"    {line} | {text}\n"
        "hint: put it above or below the code"
        for line, text in ((5, "@0"), (9, "    @0"))
    ]


@pytest.mark.parametrize(
    ("info", "complaint"),
    [
        ("pyhton", "no colours are known for `pyhton`\n    3 | ```pyhton\nhint: did you mean `python`?"),
        ("qqqqqq", "no colours are known for `qqqqqq`\n    3 | ```qqqqqq\nhint: `text` is code without colours"),
        (
            "text {linenoes}",
            "`linenoes` means nothing behind a fence\n    3 | ```text {linenoes}\nhint: did you mean `linenos`?",
        ),
        ("text {hl=9}", "line 9 is marked, and this code has 1\n    3 | ```text {hl=9}"),
        ("text {hl=a}", "`a` is not a list of lines\n    3 | ```text {hl=a}\nhint: such as `hl=2,4-6`"),
        ("text {hl=1-999999999}", None),
        (
            "text {hl = 2}",
            "cannot read `{hl = 2}` behind this fence\n    3 | ```text {hl = 2}\n"
            'hint: such as `{hl=2,4-6 file="train.py" linenos}`',
        ),
    ],
)
def test_what_is_odd_about_an_info_string_is_reported(complaints: Complaints, info: str, complaint: str | None) -> None:
    said = complaints(f"text\n\n```{info}\na\n```")

    assert len(said) == 1
    assert complaint is None or said == [f"posts/x.md:3: warning: {complaint}"]
