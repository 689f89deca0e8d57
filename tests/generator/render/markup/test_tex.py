"""TeX to MathML: what formulas become, their numbers, their mistakes, and what hostile ones cannot do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest

from generator.render.markup.tex import Converted, Formula, TexConverter, check_macros
from generator.render.values import Text, hide

# One formula a block: a title, TeX, a line with a dot, and the shape that `shape` gives its MathML. The shapes were
# read one by one beside a picture of each formula, and their letters compared with KaTeX's MathML.
FIXTURES = Path(__file__).parents[3] / "markup/formulas.txt"
FORMULAS = [block.strip().split("\n") for block in FIXTURES.read_text(encoding="utf-8").split("\n\n")]
SHAPES = {
    "mfrac": "frac",
    "msub": "sub",
    "msup": "sup",
    "msubsup": "subsup",
    "munder": "under",
    "mover": "over",
    "munderover": "underover",
    "msqrt": "sqrt",
    "mroot": "root",
    "mmultiscripts": "scripts",
    "mphantom": "phantom",
}
MATHML = {
    *SHAPES,
    *"math mrow mi mn mo mtext mspace mtable mtr mtd mpadded mprescripts".split(),
}


def shape(node: ElementTree.Element) -> str:
    """Return MathML as one readable line: `frac(a; b)`, `sup(x; 2)`, `[a & b \\\\ c & d]` for a table."""
    tag = node.tag.rpartition("}")[2]
    if tag in {"mi", "mn", "mo"}:
        return "".join(node.itertext())
    if tag == "mtext":
        return f'"{"".join(node.itertext())}"'.replace("\xa0", " ")
    if tag in {"mspace", "mprescripts"}:
        return "," if tag == "mprescripts" else ""
    if tag == "mtable":
        return "[" + " \\\\ ".join(" & ".join(map(shape, row)) for row in node) + "]"
    inside = [shape(child) for child in node]
    if tag in SHAPES:
        return f"{SHAPES[tag]}({'; '.join(inside)})"
    joined = " ".join(part for part in inside if part not in {"", "\u2061", "\u2063"})
    classes = node.get("class", "").removeprefix("equation").strip()
    return f"{classes}({joined})" if classes else joined


def convert(*formulas: str | Formula, macros: dict[str, str] | None = None) -> list[Converted]:
    """Convert displays of one page."""
    page = [Formula(formula, True, True) if isinstance(formula, str) else formula for formula in formulas]
    return TexConverter(macros or {}).convert(page)


def shapes(*formulas: str | Formula, macros: dict[str, str] | None = None) -> list[str]:
    """Return the shapes of displays of one page, none of which may have a mistake."""
    converted = convert(*formulas, macros=macros)
    assert [formula.error for formula in converted if formula.error] == []
    return [shape(ElementTree.fromstring(formula.html)) if formula.html else "" for formula in converted]


def test_there_are_more_than_a_hundred_formulas() -> None:
    assert len(FORMULAS) > 100
    assert all(len(block) >= 4 and block.index(".") == len(block) - 2 for block in FORMULAS)


@pytest.mark.parametrize("block", FORMULAS, ids=lambda block: block[0])
def test_a_formula_keeps_its_shape(block: list[str]) -> None:
    *tex, _, expected = block[1:]

    assert [expected] == shapes("\n".join(tex))


@pytest.mark.parametrize("block", FORMULAS, ids=lambda block: block[0])
def test_a_formula_is_mathml_core_and_keeps_its_tex(block: list[str]) -> None:
    *tex, _, _ = block[1:]

    html = convert("\n".join(tex))[0].html

    assert {element.tag.rpartition("}")[2] for element in elements(html)} - MATHML <= {"div", "span", "b", "i", "code"}
    assert "\n".join(tex) == next(e for e in elements(html) if e.tag.endswith("}math")).get("alttext")


def elements(html: str) -> list[ElementTree.Element]:
    """Return the elements a browser makes of HTML."""
    body = html5lib.parse(html, namespaceHTMLElements=False).find("body")
    return [element for element in body.iter() if isinstance(element.tag, str)][1:]


def test_macros_take_arguments_with_or_without_a_backslash_in_their_name() -> None:
    macros = {r"\R": r"\mathbb{R}", "norm": r"\left\lVert #1 \right\rVert", r"\KL": r"D_{\mathrm{KL}}(#1\,\|\,#2)"}

    assert shapes(r"\norm{x} \in \R", r"\KL{q}{p}", macros=macros) == ["‖ x ‖ ∈ ℝ", "sub(D; KL) ( q ‖ p )"]


def test_a_definition_holds_to_the_end_of_its_page() -> None:
    page = [r"\newcommand{\x}{\mathbf{x}}", r"\x^2", r"\renewcommand\x{y} \x", r"\let\z=\alpha \z"]

    assert shapes(*page) == ["", "sup(𝐱; 2)", "y", "α"]


def test_one_page_does_not_see_the_macros_of_another() -> None:
    converter = TexConverter({})
    converter.convert([Formula(r"\newcommand{\x}{1}\x")])

    assert converter.convert([Formula(r"\x")])[0].error is not None


def test_numbered_rows_may_come_out_of_a_macro() -> None:
    macros = {"ba": r"\begin{align}", "ea": r"\end{align}"}

    assert [
        re.sub(r"  +", " ", text).replace("[ &", "[ &").replace("\\\\ &", "\\\\  &")
        for text in shapes(r"\ba a &= b \\ c &= d \ea", macros=macros)
    ] == ['rows([ & a & = b & number("(1)") \\\\  & c & = d & number("(2)")])']


def test_the_macros_of_a_site_are_checked() -> None:
    macros = {
        "R": r"\mathbb{R}",
        r"\norm": r"\left\| #1 \right\|",
        "x1": "x",
        "open": "{",
        "close": "}",
        "loop": r"\loop",
        "typo": r"\mathbf{#1} \aplha",
        "gap": "#1 #",
    }

    assert check_macros(macros) == [
        ("x1", r"the name of a macro is letters alone, such as `\R`"),
        ("open", "a `{` is never closed"),
        ("close", "a `}` closes nothing"),
        ("gap", r"`#` in `\gap` needs a number from 1 to 9 after it"),
        ("loop", r"`\loop` expands without end"),
        ("typo", r"`\aplha` is not a TeX command we know; did you mean `\alpha`?"),
    ]


def with_values(tex: str, *values: str) -> Converted:
    """Convert a formula in which `@0` stands where a template printed value 0."""
    hidden = re.sub(r"@(\d)", lambda match: hide(int(match[1])), tex)
    return TexConverter({}).convert([Formula(hidden, True)], [Text(value) for value in values])[0]


@pytest.mark.parametrize(
    ("tex", "value", "expected"),
    [
        ("a = @0", "0.95", "a = 0.95"),
        ("a = @0", "-3", "a = − 3"),
        ("x^@0", "12", "sup(x; 12)"),
        (r"\sqrt @0", "12", "sqrt(12)"),
        ("@0", "5.18e-05", "5.18 × sup(10; − 5)"),
        ("@0", "1e+20", "1 × sup(10; 20)"),
        (r"\text{acc @0}", "0.95", '"acc 0.95"'),
        (r"\text{lr @0}", "5.18e-05", '"lr 5.18e-05"'),
        ("a = @0", "gelu", 'a = "gelu"'),
        ("a_@0", "two words", 'sub(a; "two words")'),
        (r"\operatorname{top-@0}", "5", "top‐5"),
        (r"a \tag{@0}", "7", "a number((7))"),
        (r"\mathbf{@0}", "x_1", '"x_1"'),
    ],
)
def test_a_value_is_a_number_or_text(tex: str, value: str, expected: str) -> None:
    converted = with_values(tex, value)

    assert converted.error is None
    text = converted.html.replace('<span class="number">', '<mrow class="number"><mo>').replace(
        "</span>", "</mo></mrow>", 1
    )
    assert expected == shape(ElementTree.fromstring(text.replace("</mo></mrow></span>", "</mo></mrow></span>")))


def test_the_tex_of_a_value_is_kept_for_copying() -> None:
    html = with_values("a = @0 + @1", "5e-3", "50% & more").html

    assert elements(html)[0].get("alttext") == r"a = 5\times 10^{-3} + \text{50\% \& more}"


def test_a_value_where_only_a_name_can_stand_is_refused() -> None:
    error = with_values(r"\textcolor{@0}{x}", "red").error

    assert error is not None
    assert error.what.endswith("is not a colour we know")


def test_the_same_formula_costs_nothing_the_second_time() -> None:
    converter = TexConverter({})
    page: Sequence[Formula] = [Formula(rf"x_{{{index}}} = \frac{{a}}{{b}}", True, True) for index in range(300)]
    first = converter.convert(page)

    assert first == converter.convert(page)
