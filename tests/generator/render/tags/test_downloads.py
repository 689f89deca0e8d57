"""The files a table offers: read back by other programs, they hold what was put in."""

from __future__ import annotations

import csv
import io
import json
import math

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from generator.render.tags.downloads import in_tex, to_csv, to_json, to_markdown, to_tex

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.fixed_dictionaries({"a": TEXT, "b,\n": st.floats(allow_nan=False)}), max_size=5))
def test_csv_read_back_is_the_same(rows: list[dict[str, object]]):
    text = to_csv(rows, ["a", "b,\n"])

    back = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["a"], float(row["b,\n"])) for row in back] == [(row["a"], row["b,\n"]) for row in rows]


@given(st.lists(st.fixed_dictionaries({"a": TEXT, "b": st.none() | st.booleans() | st.integers()}), max_size=5))
def test_json_read_back_is_the_same(rows: list[dict[str, object]]):
    assert json.loads(to_json(rows, ["a", "b"])) == rows


def test_json_and_csv_have_a_word_for_what_is_missing():
    rows = [{"x": None, "y": math.nan, "z": [math.inf, {"k": 1}]}, {}]

    assert to_json(rows, ["x", "y", "z"]) == (
        '[\n{"x": null, "y": null, "z": [null, {"k": 1}]},\n{"x": null, "y": null, "z": null}\n]\n'
    )
    assert to_csv(rows, ["x", "y"]) == "x,y\r\n,nan\r\n,\r\n"


def test_half_a_character_does_not_stop_the_files():
    assert to_csv([{"a": "\ud800"}], ["a"]) == "a\r\n?\r\n"
    assert json.loads(to_json([{"a": "\ud800"}], ["a"])) == [{"a": "?"}]


def test_markdown_shows_the_table_readers_see():
    text = to_markdown(["name", "a_b"], [["x|y *z* <i>", "1"], ["two\nlines", "2"]], [False, True], frozenset({(0, 1)}))

    assert text == ("| name | a\\_b |\n| --- | --: |\n| x\\|y \\*z\\* \\<i> | **1** |\n| two lines | 2 |\n")
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert "<td>x|y *z* &lt;i&gt;</td>" in html
    assert '<td style="text-align:right"><strong>1</strong></td>' in html


def test_latex_has_no_character_that_it_would_take_for_its_own():
    rows = [["5% of_{x} & $y ~^\\", "−1.5\u202f±\u202f0.2"], ["<a|b>", "5.2\u202f×\u202f10⁻⁷"]]
    tabular = to_tex(["name", "n"], rows, [False, True], frozenset({(1, 1)}))

    assert in_tex(tabular, "A & B", "tab:x") == (
        "\\begin{table}\n"
        "\\centering\n"
        "\\begin{tabular}{lr}\n"
        "  \\toprule\n"
        "  name & n \\\\\n"
        "  \\midrule\n"
        "  5\\% of\\_\\{x\\} \\& \\$y \\textasciitilde{}\\textasciicircum{}\\textbackslash{}"
        " & $-$1.5\\,$\\pm$\\,0.2 \\\\\n"
        "  $<$a$|$b$>$ & \\textbf{5.2\\,$\\times$\\,10$^{-7}$} \\\\\n"
        "  \\bottomrule\n"
        "\\end{tabular}\n"
        "\\caption{A \\& B}\n"
        "\\label{tab:x}\n"
        "\\end{table}\n"
    )
