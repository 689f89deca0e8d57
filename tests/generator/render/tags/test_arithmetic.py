"""Formulas over the columns of a row: arithmetic, and nothing else."""

from __future__ import annotations

import math

import pytest

from generator.render.tags.arithmetic import compile_formula

ROW = {"a": 6, "b": 1.5, "none": None, "text": "3", "yes": True, "zero": 0}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a / b", 4.0),
        ("100 * (a - b) / b", 300.0),
        ("-a ** 2", -36.0),
        ("+b", 1.5),
        ("exp(ln(a))", math.exp(math.log(6))),
        ("max(a, b, 9)", 9.0),
        ("min(a)", 6.0),
        ("sqrt(abs(-4)) + log2(8) + log10(100)", 7.0),
        ("a / zero", None),
        ("ln(zero)", None),
        ("(-a) ** 0.5", None),
        ("exp(a * 1000)", None),
        ("10.0 ** 300 * 10.0 ** 300", None),
        ("a + none", None),
        ("a + text", None),
        ("a + yes", None),
    ],
)
def test_a_formula_is_computed_or_null(formula: str, value: float | None):
    assert compile_formula(formula, ROW)(ROW) == (pytest.approx(value, rel=1e-15) if value is not None else None)


def test_a_column_that_a_row_lacks_is_null():
    assert compile_formula("a / b", ROW)({"a": 1}) is None


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("a +", "`a +` is not a formula"),
        ("", "`` is not a formula"),
        ("a" * 201, f"`{'a' * 60}` is not a formula"),
        ("los / a", "`los` in `los / a` is no column"),
        ("tex + 1", "`tex` in `tex + 1` is no column: did you mean `text`?"),
        ("exec(a)", "`exec` in `exec(a)` is none of abs, exp, ln, log2, log10, max, min, sqrt"),
        ("exp(a, b)", "`exp` in `exp(a, b)` takes one number"),
        ("max()", "`max` in `max()` takes one number or more"),
        ("a.__class__", "`a.__class__` holds more than arithmetic: a.__class__"),
        ("[a][0]", "`[a][0]` holds more than arithmetic: [a][0]"),
        ("a if a else b", "`a if a else b` holds more than arithmetic: a if a else b"),
        ("'x'", "`'x'` holds more than arithmetic: 'x'"),
        ("True", "`True` holds more than arithmetic: True"),
        ("a // 2", "`a // 2` holds more than arithmetic: a // 2"),
    ],
)
def test_anything_but_arithmetic_is_refused(formula: str, message: str):
    with pytest.raises(ValueError) as caught:
        compile_formula(formula, ROW)

    assert str(caught.value) == message
