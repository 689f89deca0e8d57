"""Cells: numbers in their form, null as a dash, text as text."""

from __future__ import annotations

import math

import pytest

from generator.render.tags.cells import cell_html, show, show_spread


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.123456, "", "0.1235"),
        (1234567, "", "1,234,567"),
        (-3, "", "−3"),
        (-0.5, "3", "−0.500"),
        (2.675, ".2f", "2.68"),
        (0.0001234, "2g", "0.00012"),
        (0.8114, "percent 1", "81.1%"),
        (0.8114, "percent", "81%"),
        (17_700_000, "si", "17.7\u202fM"),
        (7384, "duration", "2\u202fh 3\u202fmin"),
        (None, "3", "–"),
        (True, "3", "yes"),
        (False, "", "no"),
        ("text", "3", "text"),
        (math.nan, "", "not a number"),
        (-math.inf, "2", "−∞"),
        (10**300, "", "1.000\u202f×\u202f10³⁰⁰"),
        (10**400, "", "a whole number of 1,329 bits"),
        (["a", None], "", '["a", null]'),
        ({"b": "é"}, "2", '{"b": "é"}'),
    ],
)
def test_a_cell_shows_what_suits_its_value(value: object, form: str, shown: str):
    assert show(value, form) == shown


def test_an_unknown_form_says_which_there_are():
    with pytest.raises(ValueError) as caught:
        show(1.0, "3x")

    assert str(caught.value) == "`3x` is no form of a number: `3`, `.3f`, `3g`, `percent 1`, `si 3`, `duration`"


@pytest.mark.parametrize(
    ("value", "std", "form", "shown"),
    [
        (0.95, 0.0141, "3", "0.950 ± 0.014"),
        (0.95071, 0.0141, "", "0.951 ± 0.014"),
        (20.0, 0.99, "", "20.00 ± 0.99"),
        (20.0, 0.999, "", "20.0 ± 1.0"),
        (123456.0, 1234.5, "", "123,500 ± 1,200"),
        (0.0001064, 0.0000313, "", "0.000106 ± 0.000031"),
        (1.0, 1e-15, "", "1.0000000000 ± 0.0000000000"),
        (24, 0.0, "", "24 ± 0"),
    ],
)
def test_a_mean_has_the_digits_its_spread_can_carry(value: float, std: float, form: str, shown: str):
    assert show_spread(value, std, form) == shown.replace(" ", "\u202f")


@pytest.mark.parametrize(
    ("value", "html"),
    [
        (0.25, '<td data-value="0.25" title="0.25">0.2500</td>'),
        (None, '<td title="no value">–</td>'),
        ("<b>", "<td>&lt;b&gt;</td>"),
        ("שלום", '<td dir="auto">שלום</td>'),
        ("\u202eevil", '<td dir="auto">\u202eevil</td>'),
        ("w" * 41, f'<td class="long">{"w" * 41}</td>'),
        ("ab " * 60, f'<td class="long" title="{"ab " * 60}">{"ab " * 53}a…</td>'),
    ],
)
def test_a_cell_keeps_its_full_value_in_reach(value: object, html: str):
    assert cell_html(value, show(value)) == html
