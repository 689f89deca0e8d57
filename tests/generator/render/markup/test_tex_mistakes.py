"""What is said about a formula that cannot be set, and where."""

from __future__ import annotations

import pytest

from generator.render.markup.tex import Converted, Formula, TexConverter


def convert(*formulas: str | Formula, macros: dict[str, str] | None = None) -> list[Converted]:
    """Convert displays of one page."""
    page = [Formula(formula, True, True) if isinstance(formula, str) else formula for formula in formulas]
    return TexConverter(macros or {}).convert(page)


def mistake(tex: str, *, display: bool = True, macros: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Return the offset, the words and the hint of the mistake in a formula."""
    error = convert(Formula(tex, display), macros=macros)[0].error
    assert error is not None
    return error.offset, error.what, error.hint


@pytest.mark.parametrize(
    ("tex", "offset", "what", "hint"),
    [
        (r"a + \foobar", 4, r"`\foobar` is not a TeX command we know", r"did you mean `\bar`?"),
        (r"\alhpa", 0, r"`\alhpa` is not a TeX command we know", r"did you mean `\alpha`?"),
        (r"손실 \alhpa", 3, r"`\alhpa` is not a TeX command we know", r"did you mean `\alpha`?"),
        (r"x \text{a \qx}", 10, r"`\qx` is not a TeX command we know", r"did you mean `\xi`?"),
        (r"\@", 0, r"`\@` is not a TeX command we know", ""),
        (r"\begin{algin}a\end{algin}", 0, "`algin` is not an environment we know", "did you mean `align`?"),
        (r"\textcolor{rde}{x}", 0, "`rde` is not a colour we know", "did you mean `red`?"),
        (
            r"\color{#ff0000}x",
            0,
            "`#ff0000` is not a colour we know",
            "colours have names here, such as `red`, `teal`, `NavyBlue`",
        ),
        (r"a + {b", 4, "`{` is never closed", r"write `}` where it ends, or `\{` for a brace that shows"),
        ("a}", 1, "`}` closes nothing", "there is no `{` before it"),
        (r"\left( x", 0, r"`\left` is never closed", r"write `\right)` or `\right.` where it ends"),
        (r"x \right)", 2, r"`\right` closes nothing", r"there is no `\left` before it"),
        (r"{\left( x}", 1, r"`\left` is still open at `}`", r"write `\right)` or `\right.` where it ends"),
        (r"\left(", 0, r"`\left` is never closed", r"write `\right)` or `\right.` where it ends"),
        (r"\left", 0, r"`\left` needs a delimiter after it", r"such as `(`, `[`, `\{`, `|`, or `.` for none"),
        (r"\big x", 5, r"`\big` needs a delimiter after it", "such as `(` or `.`"),
        (r"\big", 0, r"`\big` needs a delimiter after it", r"such as `(`, `[`, `\{`, `|`, or `.` for none"),
        (
            r"\begin{matrix}a\end{pmatrix}",
            15,
            r"`\end{pmatrix}` comes while `\begin{matrix}` is open",
            r"`\end{matrix}` has to come first",
        ),
        (r"\begin{matrix}a", 0, r"`\begin{matrix}` is never closed", r"write `\end{matrix}` where it ends"),
        (r"\begin x", 0, r"`\begin` needs the name of an environment in braces", ""),
        (r"\frac{1}", 0, r"`\frac` needs something after it", ""),
        ("x^", 1, "`^` needs something after it", ""),
        ("x^1^2", 3, "two subscripts or two superscripts on one symbol", "`{x_a}_b`"),
        ("a & b", 2, "`&` stands outside columns", r"write `\begin{aligned}` … `\end{aligned}` around the rows"),
        ("a $ b", 2, "`$` stands inside a formula", r"write `\$` for the sign"),
        ("a # b", 2, "`#` stands outside a macro", r"write `\#` for the sign"),
        ("50% x", 2, "`%` makes the rest of this formula a comment", r"write `\%` for the sign"),
        ("x \\", 2, r"a `\` stands at the end of the formula", r"write `\\` for a new line"),
        (r"x\limits_a", 1, r"`\limits` needs a large operator before it", r"such as `\sum`"),
        (r"\text{\alpha}", 6, r"`\alpha` cannot stand in text", "write `$…$` around it"),
        (r"\textdegree", 0, r"`\textdegree` can only stand in `\text{…}`", ""),
        (r"\hspace{wide}", 0, "`wide` is not a length", "such as `1em` or `3mu`"),
        (r"\text{a $x}", 8, "the `$` inside this text is never closed", ""),
        (
            r"\begin{array}{cx}a\end{array}",
            15,
            "`x` is not a column of an array",
            "write `l`, `c` or `r` for each column",
        ),
        (
            r"x = \begin{align}a\end{align}",
            4,
            r"`\begin{align}` has to be the whole formula",
            r"`\begin{aligned}` can stand inside one",
        ),
        (r"a \over b \over c", 10, r"two of `\over`, `\atop`, `\choose` in one group", r"`{a \over b}`"),
        (r"a \eqref{eq:x}", 2, "no formula of this page is labelled `eq:x`", ""),
        (
            r"\label{eq x}a",
            0,
            "`eq x` cannot be a label",
            "letters, digits and `:`, `.`, `_`, `-` after the first letter",
        ),
        (r"\label{a}\label{b}x", 9, "this row has two labels, `eq:a` and `eq:b`", ""),
        (r"\tag{a}\tag{b}x", 7, "this row has two tags, `a` and `b`", ""),
        (r"\tag{}x", 4, "this tag is empty", r"write `\notag` for no number"),
        (r"\tag x", 0, r"`\tag` needs braces after it", ""),
        (
            r"\begin{align}a\notag\label{a}\end{align}",
            20,
            r"`eq:a` labels a row that `\notag` leaves without a number",
            "",
        ),
        (r"\tag{\frac12}", 5, r"`\frac` cannot stand in a tag", r"a tag is plain text, such as `\tag{A}`"),
        (r"\newcommand{\f}[1]{#2}", 19, r"`#2` stands in `\f`, which takes 1", ""),
        (r"\newcommand{\f}[1]{a#}", 20, r"`#` in `\f` needs a number from 1 to 9 after it", ""),
        (r"\newcommand{\f}[x]{a}", 0, "a macro takes up to 9 arguments, not `x`", ""),
        (r"\newcommand{f}{a}", 0, r"`\newcommand` needs the name of a command after it, such as `\R`", ""),
        (r"\newcommand{\f}[2]{#1#2}\f{x}", 24, r"`\f` takes 2 arguments, and 1 follow", ""),
        (r"\def\f#2{a}", 0, r"the arguments of `\def` count up: `#1#2`", ""),
        (r"\def\f(#1){a}", 0, r"only `#1#2…` can stand between the name and the braces of `\def`", ""),
        (r"\def\f{\f}\f", 10, r"`\f` expands without end", ""),
        ("  ", 0, "this formula is empty", ""),
        (
            r"\begin{alignat}a&=b\end{alignat}",
            0,
            r"`\begin{alignat}` needs the number of its column pairs: `{2}`",
            "",
        ),
    ],
)
def test_a_mistake_has_its_place_and_words(tex: str, offset: int, what: str, hint: str) -> None:
    assert (offset, what, hint) == mistake(tex)


def test_a_number_needs_a_formula_of_its_own() -> None:
    what = r"`\tag` gives a number, which a formula inside a line cannot have"

    assert (2, what, "write the formula between `$$` and `$$`") == mistake(r"x \tag{1}", display=False)


def test_a_label_after_rows_is_refused() -> None:
    error = convert(Formula(r"\begin{align}a\\b\end{align}", True, True, "eq:x"))[0].error

    assert error is not None
    assert error.what == "`{#eq:x}` is one label, and this formula has 2 rows with numbers"
    assert error.hint == "put `\\label{…}` into the row it belongs to"


def test_two_labels_for_one_formula_are_refused() -> None:
    error = convert(Formula(r"a\label{x}", True, True, "y"))[0].error

    assert error is not None
    assert error.what == "this formula has two labels, `eq:x` and `y`"


def test_macros_of_the_site_are_offered_for_a_misspelt_name() -> None:
    assert mistake(r"\expct", macros={"expect": r"\mathbb{E}"})[2] == r"did you mean `\expect`?"


def test_a_mistake_inside_a_macro_stands_where_the_macro_is_called() -> None:
    assert mistake(r"a + \bad", macros={"bad": r"x \qqq"}) == (
        4,
        r"`\qqq` is not a TeX command we know",
        r"did you mean `\leqq`?",
    )


def test_every_formula_of_a_page_is_judged() -> None:
    assert [bool(result.error) for result in convert(r"\aaa", "x", "{")] == [True, False, True]


def test_too_long_and_too_deep_are_said() -> None:
    too_deep = "this formula is nested more than 60 levels deep"

    assert mistake("x" * 10_001) == (0, "this formula has 10,001 characters, and 10,000 is the most", "")
    assert mistake(r"\frac{" * 100 + "x" + "}" * 100) == (365, too_deep, "")
    assert mistake(r"\hat" * 100 + "x") == (244, too_deep, "")
    assert mistake(r"\log " * 2000) == (0, "this formula is nested too deep for a browser", "")
