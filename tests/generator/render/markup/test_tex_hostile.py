"""What hostile, huge and random formulas cannot do: run, reach outside, hang or crash."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import time
from xml.etree import ElementTree

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from math_core import LatexError, LatexToMathML

from generator.render.markup.math_commands import ENVIRONMENTS, KNOWN, OPENING
from generator.render.markup.tex import Converted, Formula, TexConverter
from generator.render.values import Text, hide

ALLOWED = frozenset(
    "math mrow mi mn mo mtext mspace mtable mtr mtd mpadded mprescripts mfrac msub msup msubsup munder mover "
    "munderover msqrt mroot mmultiscripts mphantom div span a b i code em".split()
)


def elements(html: str) -> list[ElementTree.Element]:
    """Return the elements a browser makes of HTML."""
    body = html5lib.parse(html, namespaceHTMLElements=False).find("body")
    return [element for element in body.iter() if isinstance(element.tag, str)][1:]


def live(html: str) -> list[str]:
    """Return what in HTML is not a formula: other elements, handlers, addresses that leave the page."""
    found = []
    for element in elements(html):
        tag = element.tag.rpartition("}")[2]
        if tag not in ALLOWED:
            found.append(tag)
        found += [name for name in element.attrib if name.startswith("on")]
        found += [link for name, link in element.attrib.items() if "href" in name and not link.startswith("#eq:")]
        if re.search(r"url|expression|import", element.get("style", "")):
            found.append(element.get("style", ""))
    return found


def with_values(tex: str, *values: str) -> Converted:
    """Convert a formula in which `@0` stands where a template printed value 0."""
    hidden = re.sub(r"@(\d)", lambda match: hide(int(match[1])), tex)
    return TexConverter({}).convert([Formula(hidden, True)], [Text(value) for value in values])[0]


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        r"} \href{javascript:alert(1)}{x}",
        r"\end{align} & # $ % ^ _ ~ { }",
        '" onload="alert(1)',
        "\\",
        "$$",
        "%",
        "]]>",
        "",
    ],
)
def test_a_hostile_value_is_only_text(value: str) -> None:
    converted = with_values(r"x = @0 \text{ and @0}", value)

    assert converted.error is None
    texts = [element.text or "" for element in elements(converted.html) if element.tag.endswith("}mtext")]
    assert [value.strip() and value, f" and {value}"] == [text.replace("\xa0", " ") for text in texts] or value == ""
    assert live(converted.html) == []


BODY, TEN = "#1" * 100, r"\b" * 10
HOSTILE = {
    "script in text": r"\text{<script>alert(1)</script>}",
    "script in math": "<script>alert(1)</script>",
    "script in an operator": r"\operatorname{<script>}",
    "handler in text": r'\text{" onmouseover="alert(1)}',
    "javascript link": r"\href{javascript:alert(1)}{x}",
    "url": r"\url{javascript:alert(1)}",
    "id": r'\htmlId{x" onclick="alert(1)}{y}',
    "data": r"\htmlData{a=b}{y} \class{a}{b} \cssId{a}{b} \style{color:expression(1)}{c}",
    "colour": r'\color{red;background:url(x)}x \textcolor{"><script>}{y}',
    "label": r'x \label{"><script>}',
    "tag": r"x \tag{<b>&amp;</b>}",
    "closing math": r"\text{</math><img src=x onerror=alert(1)>}",
    "comment": r"\text{<!--} x \text{-->}",
    "unclosed groups": r"\frac{\text{<b>",
    "image": r"\includegraphics{x}",
    "input": r"\input{/etc/passwd}\write18{ls}",
    "loop": r"\def\a{\a}\a",
    "growing loop": r"\def\a{x\a}\a",
    "doubling loop": r"\def\a#1{\a{#1#1}}\a x",
    "bomb": "".join(rf"\def\{a}{{{TEN.replace('b', b)}}}" for a, b in itertools.pairwise("abcdefgh")) + r"\def\h{x}\a",
    "bomb of arguments": "".join(rf"\def\{a}#1{{\{b}{{{BODY}}}}}" for a, b in itertools.pairwise("abcdefgh"))
    + r"\def\h#1{#1}\a x",
    "edef bomb": r"\edef\a{xx}" + r"\edef\a{\a\a}" * 30 + r"\a",
    "deep fractions": r"\frac{" * 3000 + "x" + "}{y}" * 3000,
    "deep fractions in the limit": r"\frac{" * 1200 + "x",
    "unbraced chain": r"\hat" * 2400 + "x",
    "roots with an index": r"\sqrt[3]" * 1200 + "x",
    "deep left": r"\left(" * 600 + r"\right)" * 600,
    "deep environments": r"\begin{matrix}" * 300 + r"\end{matrix}" * 300,
    "scripts": "x^{" * 2000 + "}" * 2000,
    "long": "x" * 100_000,
    "as long as may be": "x+" * 5000,
    "open brackets": "(" * 10_000,
    "open brackets with sizes": r"\bigl(a" * 1400,
    "swallowed brackets": "(a^)" * 2000,
    "switches": r"\displaystyle " * 700,
    "colours": r"\color{red}" * 900 + "x",
    "functions": r"\log " * 2000,
    "rows": r"\begin{matrix}" + "a&b\\\\" * 1500 + r"\end{matrix}",
    "options that never close": r"\sqrt[" * 1600,
    "breaks": r"\\[" * 3000,
    "sized arrows that never close": r"\Biggl\uparrow a " * 500,
    "fences that a sized sign does not close": r"\{ a \bigg ) " * 500,
    "sized bars that never close": r"\bigl| a " * 500,
    "noncharacters": "\ufdd8\ufde0\ufdd9 \ufdd9",
}


@pytest.mark.parametrize("tex", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_formula_is_harmless_or_refused_at_once(tex: str) -> None:
    begin = time.process_time()
    converted = TexConverter({}).convert([Formula(tex, True, True)])[0]

    assert time.process_time() - begin < 5
    assert live(converted.html) == []
    assert (converted.error is None) == bool(converted.html)


TOKENS = [
    *"()[]{}^_&|'~x1+- ",
    *sorted(OPENING),
    *(f"{name} " for name in sorted(KNOWN)),
    *(rf"\begin{{{name}}}" for name in sorted(ENVIRONMENTS)),
    *(rf"\end{{{name}}}" for name in ("matrix", "aligned", "align", "cases")),
    *(r"\left(", r"\right)", r"\\", r"\text{", "$", r"\def\q#1{", r"\q", "#1", r"\tag{1}", r"\label{a}", "\n", "한"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=25), st.integers(1, 40))
def test_random_tex_is_converted_or_refused(tokens: list[str], times: int) -> None:
    converted = TexConverter({}).convert([Formula(("".join(tokens) * times)[:9000], True)])[0]

    assert live(converted.html) == []
    if converted.error:
        assert converted.error.what
        assert not re.search(r"[Ii]nternal|\.$", converted.error.what)


def test_no_command_can_crash_the_process() -> None:
    """What recurses in math-core, as long as a formula may be, in a process that may die."""
    units = r"""
        \frac \sqrt \hat \mathbf \xrightarrow \not \sideset \overset \underbrace \boxed ^ _ ( [ \langle \lvert \{ \bigl(
        \displaystyle \color{red} \log \sum \max \int \dots \begingroup \sum\limits_ \operatorname \Pr ' | !
    """.split()
    program = (
        "import sys; from generator.render.markup.tex import Formula, TexConverter; c = TexConverter({})\n"
        f"for unit in {units!r}:\n"
        "    for form in (unit + ' ', unit + ' 1', unit + '[1]'):\n"
        "        c.convert([Formula(form * (9990 // len(form)), True)])\n"
        "print('alive')"
    )

    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (finished.stdout, finished.returncode) == ("alive\n", 0)


def test_math_core_knows_every_command_we_let_through() -> None:
    converter = LatexToMathML(fancy_error=False, allow_unreliable_rendering=True)

    def unknown(command: str) -> bool:
        try:
            converter.convert_with_local_state(command, displaystyle=True)
        except LatexError as error:
            return "Unknown command" in str(error)
        return False

    assert [command for command in sorted(KNOWN) if unknown(command)] == []
