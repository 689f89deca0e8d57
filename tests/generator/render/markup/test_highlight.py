"""Highlighting: the same tokens as Pygments finds, and a style sheet everyone can read."""

from __future__ import annotations

import html as markup
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from generator.render.markup import highlight
from generator.render.markup.highlight import code_css, highlight_lines
from generator.render.markup.highlight import highlight as coloured

ROOT = Path(__file__).parents[4]
OURS = (ROOT / "generator" / "render" / "markup" / "highlight.py").read_text(encoding="utf-8")
SAMPLES = {
    "python": OURS,
    "console": "$ ls -l | wc\n12\n",
    "bash": 'for i in $(seq 1 "$n"); do\n  echo "${i:-0}" # a\ndone <<EOF\nx $y\nEOF\n',
    "javascript": "const x = await f(`a ${b + `c`}`, /r[/]e/g) ?? 1e3; // d\nclass A extends B { #p = 1 }\n",
    "json": '{"a": [1, 2.5e3, null, true], "b": "\\u00e9"}\n',
    "yaml": "a: &x [1, 'b']\nc: |\n  text\n# d\n",
    "toml": '[a.b]\nc = 1979-05-27\nd = ["e", """f"""]\n',
    "html": "<p class=\"a\">b<script>let c = '<';</script><!-- d --></p>\n",
    "css": "@media (min-width: 1em) { a:hover::before { content: 'x'; color: #fff } }\n",
    "c": '#include <a.h>\nint main(void) { /* b */ return "c"[0]; }\n',
    "cpp": 'template <class T> auto f(T&& x) -> decltype(x) { return R"(a)"; }\n',
    "rust": 'fn main() { let x: &\'a str = r#"b"#; println!("{x:?}"); }\n',
    "go": "package main\nfunc f(x ...int) (y error) { return `a` }\n",
    "sql": "SELECT a, 'b' FROM c WHERE d >= 1; -- e\n",
    "r": "x <- function(a = 1) { a %>% b() } # c\n",
    "julia": 'f(x) = x^2 # "a"\nprintln("$(f(2))")\n',
    "tex": "\\frac{a}{b} % c\n$x^2$\n",
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
    "markdown": "# a\n\n*b* `c`\n\n```python\nx = 1\n```\n",
    "docker": "FROM a:b\nRUN c && \\\n  d\n",
    "make": "a: b\n\tc $(d)\n",
    "ini": "[a]\nb = c ; d\n",
    "xml": '<?xml version="1.0"?><a b="c">&amp;</a>\n',
    "ruby": 'def a(b) = "c#{b}" # d\n%w[e f].map(&:g)\n',
    "java": '@A public class B { int c = 0x1F; String d = "e"; }\n',
    "typescript": "type A<T> = T extends infer U ? U : never; const b = <C,>(d: C) => d;\n",
}


@pytest.mark.parametrize("language", SAMPLES)
def test_the_tokens_are_those_of_pygments(language: str) -> None:
    lexer = get_lexer_by_name(language, stripnl=False)
    code = SAMPLES[language]

    assert [(kind, text) for _, kind, text in lexer.get_tokens_unprocessed(code)] == list(
        highlight._reader(language)(code)
    )


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(SAMPLES)), st.lists(st.sampled_from("ab1 \n\t\"'`<>&{}[]()#$%\\/*-+=.,;:|é한"), max_size=60)
)
def test_no_character_is_lost_or_left_raw(language: str, characters: list[str]) -> None:
    code = "".join(characters) + "\n"
    written = coloured(language, code)

    assert code == markup.unescape(re.sub(r"</?span[^<>]*>", "", written))
    assert code == "".join(
        f"{markup.unescape(re.sub(r'</?span[^<>]*>', '', line))}\n" for line in highlight_lines(language, code)
    )


def test_neighbours_of_one_colour_share_a_tag_and_names_have_none() -> None:
    assert coloured("python", "a = f(1) + 'b'") == (
        'a <span class="o">=</span> f(<span class="mi">1</span>) <span class="o">+</span> <span class="s1">\'b\'</span>'
    )


def test_an_alias_of_ours_reads_as_its_language() -> None:
    assert coloured("jsonc", '{"a": 1}') == coloured("json", '{"a": 1}')


def test_the_style_sheet_of_the_theme_is_up_to_date() -> None:
    assert (ROOT / "generator" / "theme" / "static" / "code.css").read_text(encoding="utf-8") == code_css()


def test_the_styles_of_the_theme_lie_on_its_grounds_and_others_on_their_own() -> None:
    """That the theme's own can be read there, tests/generator/test_theme.py holds."""
    ours, others = (
        re.findall(r"^(?:.* )?\.hl \{ (.*) \}", sheet, re.MULTILINE)
        for sheet in (code_css(), code_css("default", "monokai"))
    )

    assert ours == ["background: var(--sunken); color: var(--ink)"] * 3
    assert others == ["background: #f8f8f8; color: #000000", *["background: #272822; color: #f8f8f2"] * 2]
