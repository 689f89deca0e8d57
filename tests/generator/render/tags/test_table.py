"""Tables: real ones, judged, with their data to take away."""

from __future__ import annotations

import json
import statistics

import pytest

from generator.errors import SiteError
from generator.render.tags.strip import Source
from generator.render.tags.table import Request, make_grid, table

WEIGHTS = [
    {"lm": 1, "mc": 1, "lm_loss": 2.9512, "mc_loss": 0.3142},
    {"lm": 2, "mc": 1, "lm_loss": 2.9508, "mc_loss": 0.3391},
    {"lm": 4, "mc": 1, "lm_loss": 3.2140, "mc_loss": None},
]


def strip_of(html: str) -> str:
    return html[html.index('<div class="strip">') :]


def test_two_losses_that_tie_within_rounding_have_no_bold_and_the_footnote_says_why():
    made = table(WEIGHTS, Request(best="min lm_loss, min mc_loss", format={"lm_loss": "2"}, caption="W"), Source("d"))

    assert made.html.count("<strong>") == 1
    assert '<td class="number" data-value="0.3142" title="0.3142"><strong>0.3142</strong></td>' in made.html
    assert '<p class="remark">No winner in lm loss: the two best are equal at the precision shown</p>' in made.html


def test_a_tie_inside_one_standard_deviation_has_no_bold_either():
    seeds = {"a": [2.90, 2.96, 3.02], "b": [2.95, 2.99, 3.03]}
    rows = [
        {"run": name, "loss": statistics.fmean(values), "loss_std": statistics.stdev(values)}
        for name, values in seeds.items()
    ]
    grid = make_grid(rows, Request(best="min loss"))

    assert grid.winners == frozenset()
    assert grid.columns == ("run", "loss")
    assert grid.shown == (("a", "2.960\u202f±\u202f0.060"), ("b", "2.990\u202f±\u202f0.040"))
    assert grid.notes == ("no winner in loss: the best leads by 0.030, within one standard deviation (0.060)",)


def test_derived_columns_are_computed_from_full_precision():
    request = Request(columns={"lm": "weight", "gap": "gap (nats)"}, derive={"gap": "lm_loss - 2.95"}, best="min gap")
    grid = make_grid(WEIGHTS, request)

    assert grid.heads == ("weight", "gap (nats)")
    assert [row["gap"] for row in grid.rows] == [2.9512 - 2.95, 2.9508 - 2.95, 3.214 - 2.95]
    assert grid.winners == frozenset({(1, 1)})


def test_values_of_each_seed_are_a_column_only_when_asked_for():
    rows = [{"run": "a", "loss": 2.0, "loss_std": 1.0, "n": 2, "by_seed": {"loss": [1.0, 3.0]}}]

    assert make_grid(rows, Request()).columns == ("run", "loss", "n")
    assert make_grid(rows, Request(columns=("run", "by_seed"))).columns == ("run", "by_seed")


def test_the_whole_html_of_a_small_table():
    rows = [{"method": "a <b>", "loss": 0.5, "loss_std": 0.25, "note": None}, {"method": "b", "loss": 2}]
    made = table(rows, Request(best="min loss", caption="Of & by", label="tab:x"), Source("my.rows"))

    assert made.html == (
        '<figure class="data-table" id="tab:x"><div class="table" role="region" tabindex="0" aria-label="Of &amp; by">'
        "<table data-sortable><caption><!--number-->Of &amp; by</caption>"
        '<thead><tr><th scope="col">method</th><th scope="col" class="number">loss</th><th scope="col">note</th></tr>'
        "</thead><tbody>"
        '<tr><th scope="row">a &lt;b&gt;</th><td class="number" data-value="0.5" title="0.5">'
        "<strong>0.50\u202f±\u202f0.25</strong></td>"
        '<td title="no value">–</td></tr>'
        '<tr><th scope="row">b</th><td class="number" data-value="2" title="2">2</td><td title="no value">–</td></tr>'
        "</tbody></table></div>"
        '<div class="strip"><p class="downloads"><a href="tab-x.csv" download>CSV</a> '
        '<a href="tab-x.json" download>JSON</a> <a href="tab-x.tex" download>LaTeX</a> '
        '<a href="tab-x.md" download>Markdown</a></p>'
        '<p class="source"><span><code>data.my.rows</code>, written by hand</span></p>'
        "</div></figure>"
    )
    assert made.text == "Of & by\nmethod\tloss\tnote\na <b>\t0.50\u202f±\u202f0.25\t–\nb\t2\t–"
    assert [file.name for file in made.files] == ["tab-x.csv", "tab-x.json", "tab-x.tex", "tab-x.md"]
    assert made.files[0].text == "method,loss,loss_std,note\r\na <b>,0.5,0.25,\r\nb,2,,\r\n"
    assert json.loads(made.files[1].text)[1] == {"method": "b", "loss": 2, "loss_std": None, "note": None}


def test_tables_without_a_label_never_share_a_file():
    first, second, again = (
        table(rows, Request(), Source()).files[0].name for rows in ([{"a": 1}], [{"a": 2}], [{"a": 1}])
    )

    assert first != second
    assert first == again


@pytest.mark.parametrize(
    ("rows", "request_", "message"),
    [
        ([], Request(), "a table needs a list of rows with named columns, and at least one"),
        ("text", Request(), "a table needs a list of rows with named columns, and at least one"),
        ([1, 2], Request(), "a table needs a list of rows with named columns, and at least one"),
        ([{}], Request(), "a table needs a list of rows with named columns, and at least one"),
        ([{"a": 1}], Request(columns=()), "a table needs at least one column"),
        ([{"a": 1}], Request(columns=("b",)), "`b` is no column of this table; it has `a`"),
        (
            [{"loss": 1}],
            Request(format={"los": "3"}),
            "`los` in `format` is no column of this table: did you mean `loss`?",
        ),
        (
            [{"a": 1}],
            Request(format={"a": "x"}),
            "`x` is no form of a number: `3`, `.3f`, `3g`, `percent 1`, `si 3`, `duration`",
        ),
        ([{"a": 1}], Request(derive={"b": "a +"}), "`a +` is not a formula"),
    ],
)
def test_a_table_that_cannot_be_made_says_why(rows: object, request_: Request, message: str):
    with pytest.raises(SiteError) as caught:
        table(rows, request_, Source())

    assert caught.value.what == message
