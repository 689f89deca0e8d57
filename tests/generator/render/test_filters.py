"""Filters: what they give for the everyday case, and what they refuse."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.render.body.dates import format_date
from generator.render.filters import FILTERS, REMOVED, round_half_up
from generator.render.values import Inline

LEAVE_OUT = 'leave it out: `| reject("none")`, or `| selectattr("key", "ne", none)` before'
ROWS = '[{"n": "b", "x": 2, "y": null}, {"n": "a", "x": 1, "y": 5}, {"n": "b", "x": 3, "y": 4}]'
# The table of the sweep, first, tenth and last row, as it was published.
SWEEP = [
    (
        ["0.000051790419752351344", "0.04939376544791715", "2", "8", "1.2804", "4.3287"],
        "5.18e-05 0.0493938 2 8 1.2804 4.3287",
    ),
    (["0.0000830", "0.03659720", "1", "8", "1.3181", "4.3762"], "8.3e-05 0.0365972 1 8 1.3181 4.3762"),
    (["0.00012620", "46.87260042", "2", "8", "1.334", "7.0459"], "0.0001262 46.8726004 2 8 1.334 7.0459"),
]


@pytest.fixture
def rows(bench):
    bench.write("_data/rows.json", ROWS)
    return bench


# round --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (0.5, 0, "1"),
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (8.298e-05, 7, "8.3e-05"),
        (5.179e-05, 7, "5.18e-05"),
        (2, 7, "2"),
        (2.0, 7, "2.0"),
        (1234.5, -2, "1200"),
        (1250, -2, "1300"),
        (1e300, 2, "1e+300"),
        (-0.00000004, 7, "-0.0"),
        ("2", 7, "2"),
        ("8.298e-05", 7, "8.3e-05"),
        ("1e-5", 7, "1e-05"),
        ("0.000051790419752351344", 7, "5.18e-05"),
        (" 4.3287 ", 7, "4.3287"),
    ],
)
def test_round_is_half_away_from_zero_on_the_decimal_text(value, digits, rounded):
    assert repr(round_half_up(value, digits)) == rounded


@pytest.mark.parametrize(("cells", "published"), SWEEP)
def test_the_published_sweep_comes_out_cell_by_cell(bench, cells, published):
    bench.write("_data/sweep.csv", "name,a,b,c,d,e,f\n" + ",".join(["run", *cells]) + "\n")
    body = (
        "{% for row in data.sweep %}{% for pair in row | offset(1) %}{{ pair[1] | round(7) }} {% endfor %}{% endfor %}"
    )

    assert " ".join(value.text for value in bench.expand(body).values) == published


@given(st.floats(allow_nan=False, allow_infinity=False, width=64), st.integers(0, 12))
def test_round_agrees_with_exact_decimal_arithmetic(value, digits):
    exact = Decimal(repr(value))
    oracle = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, None) if abs(exact) < Decimal("1e12") else exact

    assert float(round_half_up(value, digits)) == float(oracle)


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        ('{{ "a" | round }}', "1:10 `a` is not a number"),
        ("{{ none | round }}", "1:11 null is not a number"),
        ("{{ true | round }}", "1:11 true or false is not a number"),
        ('{{ "1e1000000000" | round }}', "1:21 `1e1000000000` is not a number of usable size"),
        ("{{ 1 | round(1000) }}", "1:8 `1000` is not a number of digits"),
        ("{{ 1 | round(x=2) }}", "1:8 `round` cannot be used like this: got an unexpected keyword argument `x`"),
        ("{{ [1] | upper }}", "1:10 a list is not text"),
        ('{{ "x" | int }}', "1:10 `x` is not a number"),
        ('{{ "x" | float }}', "1:10 `x` is not a number"),
        ("{{ 1 | number(99) }}", "1:8 `99` is not a number of digits"),
        ("{{ [] | first }}", "1:9 the list is empty"),
        ("{{ [] | min }}", "1:9 an empty list has neither a smallest nor a largest item"),
        ("{{ [1, none] | max }}", f"1:16 null has no size | {LEAVE_OUT}"),
        ("{{ [1, none] | sum }}", f"1:16 null cannot be added | {LEAVE_OUT}"),
        ("{{ ['a'] | sum }}", "1:12 text cannot be added"),
        ('{{ [1, "a"] | sort | first }}', "1:15 numbers and texts cannot be put in one order"),
        ("{{ [[1]] | sort | first }}", "1:12 a list cannot be put in order: say by which of its keys"),
        ("{{ [[1]] | unique | first }}", "1:12 a list cannot be told apart: say by which of its keys"),
        ("{{ 5 | length }}", "1:8 a number has no length"),
        ("{{ 5 | list }}", "1:8 a number is not a list"),
        ("{{ 'a' | pairs }}", "1:10 text is not a mapping"),
        ("{{ [1] | limit('a') }}", "1:10 `a` is not a number of items"),
        ("{{ [1] | offset(-1) }}", "1:10 `-1` is not a number of items"),
        ("{{ [1] | batch(0) }}", "1:10 `0` is not a number of items"),
        ("{{ [1] | slice(0) }}", "1:10 `0` is not a number of parts"),
        ("{{ {} | dictsort(by='x') }}", "1:9 `by` is `key` or `value`, not `x`"),
        (
            "{{ [1] | join(',', attribute='a') }}",
            '1:10 `join` has no `attribute` | write `| map(attribute="…") | join`',
        ),
        ("{{ [none] | join }}", "1:13 null is no text"),
        ("{{ [1] | map }}", '1:10 `map` needs a filter, or an attribute: `map(attribute="loss")`'),
        ("{{ [1] | selectattr }}", '1:10 which attribute? write `selectattr("key")`'),
        ('{{ [1] | map("uper") }}', "1:10 there is no filter named `uper` | did you mean `upper`?"),
        ('{{ [1] | select("oddd") }}', "1:10 there is no test named `oddd` | did you mean `odd`?"),
        ('{{ ["a"] | map(attribute="b") | first | d }}', "1:12 text has no `b`"),
        ('{{ [{"a": 1}] | map(attribute="b") | first | d }}', "1:17 an item has no `b` | it has `a`"),
        ("{{ 'a' | truncate(1, end='...') }}", "1:10 `end` has more than 1 characters"),
        ("{{ 'a' | wordwrap(0) }}", "1:10 `width` must be at least 1"),
        ("{{ '%s %s' | format(1, a=2) }}", "1:14 give the values by place or by name, not both"),
        ("{{ '%*d' | format(1, 2) }}", "1:12 `*` as a width is not allowed"),
        ("{{ '{x.y}'.format(x=1) }}", "1:4 `{x.y}` is more than a name"),
        ("{{ '%s' % [1] }}", "1:4 a list cannot be formatted"),
        (
            "{{ 1e999 | tojson }}",
            "1:12 `inf` has no form in JSON",
        ),
        ("{{ range | tojson }}", "1:12 a function is no text"),
        ("{{ 1 | tojson(99) }}", "1:8 an indent of 99 is more than 8"),
        ('{{ "now" | date }}', "1:12 `now` is not offered: a page is the same on every day it is built"),
        ('{{ "x" | date }}', "1:10 `x` is not a date like `2026-01-31` or `2026-01-31 12:00`"),
        ('{{ "2026-13-01" | date }}', "1:19 there is no such date as `2026-13-01`"),
        ("{{ 5 | date }}", "1:8 a number is not a date"),
        (
            "{{ page.date | date('%Q') }}",
            "1:16 `%Q` is not a part of a date; `%Y-%m-%d`, `%B`, `%b`, `%-d`, `%H:%M` are",
        ),
        ("{{ page.date | date('%Y' * 200) }}", "1:16 a date's form may have 200 characters"),
    ],
)
def test_what_a_filter_cannot_do_is_a_mistake(bench, body, mistake):
    assert bench.mistakes(body) == [mistake]


@pytest.mark.parametrize("name", REMOVED)
def test_a_filter_of_other_languages_says_what_to_write(bench, name):
    assert name not in FILTERS
    assert bench.mistakes(f"{{{{ 1 | {name} }}}}") == [f"1:8 there is no filter named `{name}` | {REMOVED[name]}"]


# Lists --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ [1, 2, 3] | offset(1) | join(',') }}", "2,3"),
        ("{{ [1, 2, 3] | limit(2) | join(',') }}", "1,2"),
        ("{% for k, v in {'a': 1, 'b': 2} | offset(1) %}{{ k }}{{ v }}{% endfor %}", "b2"),
        ("{% for pair in {'a': 1, 'b': 2} | limit(1) %}{{ pair[0] }}{{ pair[1] }}{% endfor %}", "a1"),
        ("{% for k, v in {'a': 1} | pairs %}{{ k }}{{ v }}{% endfor %}", "a1"),
        ("{% for row in [1, 2, 3] | tablerow(2) %}{{ row | join(',') }};{% endfor %}", "1,2;3;"),
        (
            "{{ [3, 1, 2] | sort | join }}{{ ['b', 'A'] | sort | join }}{{ [1, 2] | sort(reverse=true) | join }}",
            "123Ab21",
        ),
        ("{{ data.rows | sort_by('x') | map(attribute='n') | join }}", "abb"),
        ("{{ data.rows | sort_by('y', true) | map(attribute='x') | join }}", "132"),
        ("{{ data.rows | sort(attribute='y') | map(attribute='x') | join }}", "312"),
        ("{{ data.rows | where('n', 'b') | map(attribute='x') | join }}", "23"),
        ("{{ data.rows | where('y') | map(attribute='x') | join }}", "13"),
        ("{{ data.rows | where('zzz', 1) | length }}", "0"),
        ("{% for g in data.rows | group_by('n') %}{{ g.name }}{{ g.size }}{{ g.items[0].x }}{% endfor %}", "a11b22"),
        ("{% for name, items in data.rows | groupby('n') %}{{ name }}{{ items | length }}{% endfor %}", "a1b2"),
        ("{{ data.rows | map(attribute='y') | reject('none') | max }}", "5"),
        ("{{ data.rows | selectattr('y', 'none') | map(attribute='x') | join }}", "2"),
        ("{{ data.rows | rejectattr('y', 'none') | map(attribute='x') | join }}", "13"),
        ("{{ data.rows | selectattr('x', 'gt', 1) | map(attribute='x') | join }}", "23"),
        ("{{ data.rows | selectattr('x', '>=', 2) | sum(attribute='x') }}", "5"),
        ("{{ data.rows | map(attribute='zzz', default=0) | join }}", "000"),
        ("{{ data.rows | min(attribute='x') | pairs | map('last') | list | first }}", "a"),
        ("{{ [1, 2, 3, 4] | select('even') | join }}{{ [0, 1] | select | join }}", "241"),
        (
            "{{ ['a', 'A', 'b'] | unique | join }}{{ data.rows | unique(attribute='n') | map(attribute='x') | join }}",
            "ab21",
        ),
        ("{% for part in range(5) | batch(2, '-') %}{{ part | join }};{% endfor %}", "01;23;4-;"),
        ("{% for part in range(5) | slice(2) %}{{ part | join }};{% endfor %}", "012;34;"),
        ("{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{% endfor %}", "ab"),
        ("{% for k, v in {'b': 1, 'a': 2} | dictsort(by='value') %}{{ k }}{% endfor %}", "ba"),
        ("{{ [1, 2] | first }}{{ [1, 2] | last }}{{ 'ab' | first }}", "12a"),
        ("{{ [1, 2] | reverse | join }}{{ 'ab' | reverse }}", "21ba"),
        ("{{ [1, 2.5] | sum }}{{ [] | sum(start=1) }}", "3.51"),
        ("{{ ['a', 'b'] | map('upper') | join('-') }}", "A-B"),
        ("{{ 'abc' | list | join('.') }}{{ 'abc' | count }}", "a.b.c3"),
    ],
)
def test_lists(rows, body, expected):
    expanded = rows.expand(body)

    assert "".join(char for char in rows(body) if char not in "«»") == expected
    assert expanded.places


def test_null_comes_last_in_either_order(bench):
    assert bench("{{ [none, 2, 1] | sort | map('default', '-', true) | join }}") == "«12-»"
    assert bench("{{ [none, 1, 2] | sort(reverse=true) | map('default', '-', true) | join }}") == "«21-»"


# Text and numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ 'aB' | upper }}{{ 'aB' | lower }}{{ 'aB' | capitalize }}", "«AB»«ab»«Ab»"),
        ("{{ \"it's o'clock\" | title }}", "«It's O'clock»"),
        ("{{ ' a ' | trim }}{{ 'xax' | trim('x') }}", "«a»«a»"),
        ("{{ 'a-b' | replace('-', '+') }}{{ 'aaa' | replace('a', 'b', 2) }}", "«a+b»«bba»"),
        ("{{ 'one two three' | truncate(9, leeway=0) }}{{ 'one two' | truncate(5, true, '…', 0) }}", "«one...»«one …»"),
        ("{{ 'a\nb' | indent(2) }}{{ 'a\nb' | indent('> ', true) }}", "«a\n  b»«> a\n> b»"),
        ("{{ 'a b c' | wordwrap(3) }}{{ 'a' | center(3) }}", "«a b\nc»« a »"),
        ("{{ '<b>a</b> <!-- x > --> 1 < 2' | striptags }}", "«a 1 < 2»"),
        ("{{ 'a b' | wordcount }}{{ 'a b/c' | urlencode }}{{ 'Two Words!' | slugify }}", "«2»«a%20b/c»«two-words»"),
        ("{{ '%.2f %s' | format(1.005, 'a') }}{{ '%(x)s' | format(x=1) }}", "«1.00 a»«1»"),
        ("{{ '3.7' | int }}{{ 'x' | int(0) }}{{ '1e3' | float }}{{ true | int }}", "«3»«0»«1000.0»«1»"),
        ("{{ 'x' | float(none) | d('-', true) }}", "«-»"),
        ("{{ -2 | abs }}{{ (-2) | abs }}{{ '-2.5' | abs }}", "«2»«2»«2.5»"),
        (
            "{{ 1234567 | number }}{{ 1234.5 | number }}{{ 2.675 | number(2) }}{{ 1000.0 | number }}",
            "«1,234,567»«1,234.5»«2.68»«1,000»",
        ),
        ("{{ 999 | filesizeformat }}{{ 1500000 | filesizeformat }}", "«999 bytes»«1.5 MB»"),
        ("{{ none | default('a', true) }}{{ '' | d('b', true) }}{{ 0 | d(1) }}", "«a»«b»«0»"),
        ("{{ 5 | string ~ 'x' }}{{ 5 | upper }}", "«5x»«5»"),
    ],
)
def test_text_and_numbers(bench, body, expected):
    assert bench(body) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("%-d %B %Y", "5 March 2026"),
        ("%d %b %y", "05 Mar 26"),
        ("%A, %a %e", "Thursday, Thu  5"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-03-05T16:07:08+0100"),
        ("%I:%M %p %l %P %^b", "04:07 PM  4 pm MAR"),
        ("%j %V %u %w %C %F %T %R %D %Z %%", "064 10 4 4 20 2026-03-05 16:07:08 16:07 03/05/26 +01:00 %"),
    ],
)
def test_dates_have_english_names_whatever_the_locale(form, expected):
    assert format_date("2026-03-05T16:07:08+01:00", form) == expected


def test_dates_are_read_from_iso_text_and_from_the_page(bench):
    body = "{{ '2026-01-31' | date }} {{ '2026-01-31 10:00 +0000' | date('%H:%M %Z') }} {{ page.date.strftime('%b') }}"

    assert bench(body) == "«31 January 2026» «10:00 UTC» «Jan»"


def test_json_is_plain_where_it_is_read_and_harmless_where_it_is_run(bench):
    bench.write("_data/a.json", '{"x": ["</script>", 1, null, true, "é\\u2028"]}')
    (value,) = bench.expand("{{ data.a.x | tojson }}").values

    assert value == Inline(
        '["\\u003c/script\\u003e", 1, null, true, "é\\u2028"]', '["</script>", 1, null, true, "é\\u2028"]'
    )
    assert json.loads(value.html) == json.loads(value.text) == ["</script>", 1, None, True, "é\u2028"]
