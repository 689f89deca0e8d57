"""Drawings: the same bytes every time, in the page's colours, with names as text."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from generator.render.tags.plot import Curve, Plot, draw

LINE = Plot(
    "line", (Curve("a", (1.0, 2.0, 3.0), (1.0, 4.0, 2.0)), Curve("b", (1.0, 2.0), (2.0, 3.0), (1.0, 1.0), (3.0, 4.0)))
)
BARS = Plot("bar", (Curve("", (0.0, 1.0), (1.0, 2.0), (0.5, 1.5), (1.5, 2.5)),), ticks=("one", "two words"))
POINTS = Plot("scatter", (Curve("p", (1.0, 1000.0), (1.0, 2.0)),), log_x=True, baselines=(("base", 1.5),))
COUNTS = Plot("histogram", (Curve("h", (), (1.0, 1.0, 2.0)),), bins=4)
HEAT = Plot("heatmap", ticks=("a", "b"), side_ticks=("c",), cells=((1.0, None),), value_name="v", numbers=True)
PLOTS = {plot.kind: plot for plot in (LINE, BARS, POINTS, COUNTS, HEAT)}
FRESH = """
import sys
from generator.render.tags.plot import Curve, Plot, draw
assert "matplotlib" not in sys.modules and "numpy" not in sys.modules
sys.stdout.write(draw({plot!r}, "p-"))
"""


@pytest.mark.parametrize("kind", PLOTS)
def test_two_drawings_are_the_same_bytes(kind: str):
    assert draw(PLOTS[kind], "p-") == draw(PLOTS[kind], "p-")


def test_other_processes_draw_the_same_bytes_and_import_matplotlib_late():
    drawn = [
        subprocess.run(
            [sys.executable, "-c", FRESH.format(plot=LINE)],
            env={"PYTHONHASHSEED": seed, "MPLCONFIGDIR": "", "HOME": "/nonexistent"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert drawn == [draw(LINE, "p-")] * 2


@pytest.mark.parametrize("kind", PLOTS)
def test_a_drawing_is_one_svg_element_with_ids_of_its_own(kind: str):
    svg = draw(PLOTS[kind], "p-")
    ids = re.findall(r'\bid="([^"]*)"', svg)
    used = re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', svg)

    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert [name for name in ids if not name.startswith("p-")] == []
    assert len(set(ids)) == len(ids)
    assert {a or b for a, b in used} <= set(ids)
    assert {
        word for word in ("<style", "<metadata", "<image", "<!--", "DejaVu", "#0102", "mathdefault") if word in svg
    } == set()


def test_colours_are_those_of_the_page():
    svg = draw(LINE, "p-")

    assert {"currentColor", "var(--series-1, #1f5f99)", "var(--series-2, #b4451f)", "var(--muted, #777)"} <= set(
        re.findall(r"(?:stroke|fill): ((?:var\([^)]*\)|currentColor))", svg)
    )


def test_names_are_text_whatever_they_hold():
    names = ["<b> & $x^2$", '#010203 url(#y) id="z"', "שלום 🎸 \u4e2d"]
    svg = draw(Plot("line", tuple(Curve(name, (1.0, 2.0), (1.0, 2.0)) for name in names), x_name="$"), "p-")
    texts = [element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]

    assert [name for name in names if name in texts] == names


def test_a_logarithmic_axis_writes_its_ticks_as_people_do():
    svg = draw(Plot("line", (Curve("a", (1e-6, 1e-3, 1e3), (1.0, 2.0, 3.0)),), log_x=True), "p-")
    texts = [element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]

    assert [text for text in ("10⁻⁶", "0.0001", "0.01", "1", "100") if text in texts] == [
        "10⁻⁶",
        "0.0001",
        "0.01",
        "1",
        "100",
    ]


@pytest.mark.parametrize(
    "plot",
    [
        Plot("line", (Curve("one point", (1.0,), (1.0,)),)),
        Plot("line", (Curve("wide", (-1e100, 1e100), (-1e100, 1e100)),)),
        Plot("line", (Curve("tiny", (1e-300, 2e-300), (1e-300, 2e-300)),), log_x=True, log_y=True),
        Plot("histogram", (Curve("equal", (), (5.0, 5.0)),)),
        Plot("histogram", (Curve("wide", (), (-1e100, 1e100)),), bins=500),
        Plot("bar", (Curve("logarithmic", (0.0,), (1e-9,)),), ticks=("x",), log_y=True),
        Plot(
            "bar", (Curve("many", tuple(map(float, range(200))), (1.0,) * 200),), ticks=("a long name of a bar",) * 200
        ),
        Plot("heatmap", ticks=("",), side_ticks=("",), cells=((1.0,),), numbers=True),
        Plot("heatmap", ticks=("n" * 48,) * 100, side_ticks=("n" * 48,) * 100, cells=((1.0,) * 100,) * 100),
        Plot("line", (Curve("n" * 48, (1.0, 2.0), (1.0, 2.0)),) * 24, height=1.0),
    ],
    ids=lambda plot: f"{plot.kind} {plot.curves[0].name[:12] if plot.curves else len(plot.cells)}",
)
def test_odd_data_is_drawn_without_a_word(plot: Plot):
    assert draw(plot, "p-").startswith(("<svg stroke-linejoin", '<svg class="narrow" stroke-linejoin'))


def test_the_names_of_many_curves_are_read_from_left_to_right():
    names = [f"a rather long name {letter}" for letter in "ABCDE"]  # three fit beside each other
    drawn = draw(Plot("line", tuple(Curve(name, (1.0, 2.0), (1.0, 2.0)) for name in names)), "p-")
    at = {name: re.search(rf'x="([0-9.]+)" y="([0-9.]+)"[^>]*>{name}<', drawn) for name in names}
    rows = sorted((float(found[2]), float(found[1]), name) for name, found in at.items() if found)

    assert [name for *_, name in rows] == names
    assert len({y for y, *_ in rows}) == 2


def test_short_names_stand_in_one_row():
    drawn = draw(Plot("line", tuple(Curve(name, (1.0, 2.0), (1.0, 2.0)) for name in "ABCDE")), "p-")

    assert len({found[1] for found in re.finditer(r'y="([0-9.]+)"[^>]*>[A-E]<', drawn)}) == 1


def test_the_name_of_a_baseline_is_set_off_from_the_curves_under_it():
    drawn = draw(POINTS, "p-")

    assert re.findall(r"<text ([^>]*) style=[^>]*>\s*base\s*<", drawn) == [
        'paint-order="stroke" stroke="var(--paper, #fff)" stroke-width="3"'
    ]
    assert drawn.count("paint-order") == 1
