"""Equation numbers, tags, labels and references over a page."""

from __future__ import annotations

import re

from generator.render.markup.tex import Converted, Formula, TexConverter


def convert(*formulas: str | Formula, macros: dict[str, str] | None = None) -> list[Converted]:
    """Convert displays of one page."""
    page = [Formula(formula, True, True) if isinstance(formula, str) else formula for formula in formulas]
    return TexConverter(macros or {}).convert(page)


def numbers(*formulas: str | Formula) -> list[list[str]]:
    """Return the numbers each display of a page shows."""
    cell = re.compile(r'class="number"[^>]*>(?:<mtext>)?([^<]*)<')
    return [cell.findall(formula.html) for formula in convert(*formulas)]


def test_numbers_run_over_the_page_as_in_latex() -> None:
    page = [
        r"\begin{equation}a\end{equation}",
        r"x",
        r"\begin{align}a&=b\\c&=d\notag\\e&=f\end{align}",
        r"\begin{align*}a&=b\\c&=d\end{align*}",
        r"\begin{gather}a\\b\end{gather}",
        r"\begin{multline}a\\b\\c\end{multline}",
        r"\begin{equation}\begin{aligned}a&=b\\c&=d\end{aligned}\end{equation}",
        r"\begin{eqnarray}a&=&b\\c&=&d\nonumber\end{eqnarray}",
        r"\begin{equation*}a\end{equation*}",
    ]

    assert numbers(*page) == [["(1)"], [], ["(2)", "(3)"], [], ["(4)", "(5)"], ["(6)"], ["(7)"], ["(8)"], []]


def test_a_tag_is_shown_as_given_and_uses_up_no_number() -> None:
    page = [
        r"a \tag{$\star$}",
        r"b \tag*{A}",
        r"\begin{align}a\tag{1'}\\b\end{align}",
        r"\begin{align*}a\tag{x}\\b\end{align*}",
    ]

    assert [[text.replace("′", "'") for text in shown] for shown in numbers(*page)] == [
        ["(⋆)"],
        ["A"],
        ["(1')", "(1)"],
        ["(x)"],
    ]


def test_an_empty_last_row_has_no_number() -> None:
    assert numbers("\\begin{align}a&=b\\\\\nc&=d\\\\\n\\end{align}") == [["(1)", "(2)"]]


def test_a_labelled_display_has_a_number_and_an_id() -> None:
    labelled, after = convert(r"x = y \label{eq:loss}", Formula("z", True, True, "kl"))

    assert '<div class="equation" id="eq:loss"><math alttext="x = y \\label{eq:loss}" display="block">' in labelled.html
    assert labelled.html.endswith('</math><span class="number">(1)</span></div>')
    assert labelled.labels == (("eq:loss", "1"),)
    assert after.labels == (("eq:kl", "2"),)


def test_a_label_in_a_row_is_the_id_of_its_number() -> None:
    converted = convert(r"\begin{align}a&=b\label{eq:a}\\c&=d\label{eq:b}\end{align}")[0]

    assert converted.labels == (("eq:a", "1"), ("eq:b", "2"))
    assert re.findall(r'<mtd class="number" id="([^"]*)"', converted.html) == ["eq:a", "eq:b"]
    assert converted.html.startswith('<div class="equation rows"><math ')


def test_a_reference_is_a_link_forward_and_backward() -> None:
    first, _, last = convert(r"\eqref{eq:x}", r"a\label{eq:x}", r"\text{by \ref{eq:x}} x_{\eqref{x}}")

    assert '<mtext><a href="#eq:x">(1)</a></mtext>' in first.html
    assert '<a href="#eq:x">1</a>' in last.html
    assert '<a href="#eq:x">(1)</a>' in last.html


def test_a_formula_may_refer_to_a_figure_of_the_page() -> None:
    converted = TexConverter({}).convert([Formula(r"\ref{fig:loss}")], references={"fig:loss": "3"})

    assert '<a href="#fig:loss">3</a>' in converted[0].html


def test_a_label_used_twice_names_the_first_formula() -> None:
    errors = [converted.error for converted in convert(r"a\label{eq:x}", "b", r"c \label{eq:x}")]

    assert errors[:2] == [None, None]
    assert errors[2] is not None
    assert (errors[2].offset, errors[2].what, errors[2].first) == (2, "the label `eq:x` is used twice", 0)


def test_a_numbered_display_inside_a_paragraph_is_a_span() -> None:
    converted = TexConverter({}).convert([Formula("x", True, False, "a"), Formula("y", True)])

    assert converted[0].html.startswith('<span class="equation" id="eq:a"><math ')
    assert converted[1].html.startswith("<math ")
