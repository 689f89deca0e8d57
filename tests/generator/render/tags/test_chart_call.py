"""The arguments of a chart, checked one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.errors import SiteError
from generator.render.tags.chart_call import OPTIONS, Axes, chart
from generator.render.tags.strip import Source

ROWS = [{"step": 0, "loss": 2.0, "run": "a"}, {"step": 1, "loss": None, "run": "b"}]
KINDS = "kinds: line, bar, scatter, histogram, heatmap, parallel"


def made(*axes: Any, rows: object = ROWS, **options: Any) -> Any:
    return chart(rows, Axes(*axes), options, Source("d"), lambda plot: '<svg viewBox="0"></svg>')


def test_the_figure_holds_drawing_caption_data_and_strip():
    figure = made("line", "step", ("loss",), caption="A & B", label="curve")
    prefix = figure.prefix

    assert figure.html == (
        '<figure class="chart" id="fig:curve"><div class="plot" role="region" tabindex="0" aria-label="Chart">'
        f'<svg viewBox="0" role="img" aria-labelledby="{prefix}title {prefix}desc">'
        f'<title id="{prefix}title">A &amp; B</title>'
        f'<desc id="{prefix}desc">2 rows. step from 0 to 1.00, between 0 and 1.00; '
        "loss from 2.00 to 2.00, between 2.00 and 2.00.</desc></svg></div>"
        "<figcaption><!--number-->A &amp; B</figcaption>"
        '<details class="chart-data"><summary>Data</summary>'
        '<div class="table" role="region" tabindex="0" aria-label="Data of the figure"><table>'
        '<thead><tr><th scope="col">step</th><th scope="col">loss</th></tr></thead><tbody>'
        '<tr><td data-value="0" title="0">0</td><td data-value="2.0" title="2.0">2.0000</td></tr>'
        '<tr><td data-value="1" title="1">1</td><td title="no value">–</td></tr></tbody></table></div></details>'
        '<div class="strip"><p class="remark">1 missing value is not drawn</p>'
        '<p class="downloads"><a href="fig-curve.csv" download>CSV</a> <a href="fig-curve.json" download>JSON</a></p>'
        '<p class="source"><span><code>data.d</code>, written by hand</span></p></div></figure>'
    )
    assert [file.name for file in figure.files] == ["fig-curve.csv", "fig-curve.json"]
    assert figure.files[0].text == "step,loss\r\n0,2.0\r\n1,\r\n"
    assert json.loads(figure.files[1].text) == [{"step": 0, "loss": 2.0}, {"step": 1, "loss": None}]
    assert (figure.text, figure.label) == ("A & B", "fig:curve")


def test_a_chart_without_words_is_named_by_what_it_shows():
    assert made("line", "step", ("loss",)).text == "loss by step"
    assert made("histogram", "", ("loss",)).text == "loss"
    assert made("parallel", "", ("step",), value="loss").text == "step"
    assert made("heatmap", "step", ("run",), value="loss", names={"run": "the run"}).text == "loss by the run and step"


@pytest.mark.parametrize(
    ("axes", "options", "what", "hint"),
    [
        (("lines", "step", ("loss",)), {}, "`lines` is no kind of chart", "did you mean `line`?"),
        (("pie", "step", ("loss",)), {}, "`pie` is no kind of chart", KINDS),
        (("line", "step", ("loss",)), {"smoth": 1}, "`chart` has no option `smoth`", "did you mean `smooth`?"),
        (("line", "step", ("loss",)), {"q": 1}, "`chart` has no option `q`", f"options: {', '.join(sorted(OPTIONS))}"),
        (("line", "", ("loss",)), {}, "a line chart needs `x`", 'name a column: `x="…"`'),
        (("bar", "run", ()), {}, "a bar chart needs `y`", 'name a column: `y="…"`'),
        (("heatmap", "step", ("run",)), {}, "a heatmap chart needs `value`", 'name a column: `value="…"`'),
        (
            ("heatmap", "step", ("run", "loss")),
            {"value": "loss"},
            "a heatmap chart has one column down, not 2",
            "the cells are `value`",
        ),
        (("line", "stp", ("loss",)), {}, "`stp` is no column of this data", "did you mean `step`?"),
        (("line", "step", ("xyz",)), {}, "`xyz` is no column of this data", "columns: step, loss, run"),
        (("line", "step", ("loss",)), {"group": "rn"}, "`rn` is no column of this data", "did you mean `run`?"),
        (("line", "step", ("loss",)), {"smooth": 1}, "`smooth` of a chart must be between 0 and 0.999, not `1`", ""),
        (("line", "step", ("loss",)), {"bins": True}, "`bins` of a chart must be between 1 and 500, not `True`", ""),
        (("line", "step", ("loss",)), {"height": "3"}, "`height` of a chart must be between 1 and 20, not `3`", ""),
        (("line", "step", ("loss",)), {"log": "z"}, '`log` of a chart must be "x" or "y" or "xy", not `z`', ""),
        (("line", "step", ("loss",)), {"log": []}, '`log` of a chart must be "x" or "y" or "xy", not `[]`', ""),
        (("parallel", "", ()), {"best": "top"}, '`best` of a chart must be "min" or "max", not `top`', ""),
        (("line", "step", ("loss",)), {"caption": [1]}, "`caption` of a chart must be text", 'write `caption="…"`'),
        (("line", "step", ("loss",)), {"names": "a"}, "`names` of a chart must be a mapping", 'write `names={"a": …}`'),
        (
            ("line", "step", ("loss",)),
            {"baselines": {"b": None}},
            "the baseline `b` of a chart is no number: `None`",
            "",
        ),
        (("line", "run", ("loss",)), {}, "this chart cannot be drawn: no row has a number in `loss` and `run`", ""),
        (
            ("line", "step", ("loss",)),
            {"label": "a b"},
            "`a b` cannot be a label",
            "write letters, digits, `-`, `_` and `.`",
        ),
    ],
)
def test_an_argument_that_does_not_fit_is_named(axes: Any, options: dict[str, Any], what: str, hint: str):
    with pytest.raises(SiteError) as caught:
        made(*axes, **options)

    assert (caught.value.what, caught.value.hint) == (what, hint)


@pytest.mark.parametrize("rows", [None, [], {}, "text", [1], [{}], [[1]]])
def test_a_chart_needs_rows(rows: object):
    with pytest.raises(SiteError) as caught:
        made("line", "x", ("y",), rows=rows)

    assert caught.value.what == "a chart needs a list of rows with named columns, and at least one"
