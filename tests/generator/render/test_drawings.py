"""Drawings are remembered by content; a torn file is drawn again."""

from __future__ import annotations

import os
from pathlib import Path

from generator.render import drawings as module
from generator.render.drawings import Drawings
from generator.render.tags.chart import prefix_of
from generator.render.tags.plot import Curve, Plot

PLOT = Plot("line", (Curve("a", (1.0,), (2.0,)),))
OTHER = Plot("line", (Curve("a", (1.0,), (3.0,)),))


def counting(folder: Path) -> tuple[Drawings, list[Plot]]:
    drawn: list[Plot] = []

    def draw(plot: Plot, prefix: str) -> str:
        drawn.append(plot)
        return f"<svg>{prefix} é</svg>"

    return Drawings(folder, draw), drawn


def test_a_plot_is_drawn_once(tmp_path: Path):
    drawings, drawn = counting(tmp_path)
    first = [drawings(PLOT), drawings(OTHER), drawings(PLOT)]
    later, drawn_later = counting(tmp_path)

    assert first == [f"<svg>{prefix_of(plot)} é</svg>" for plot in (PLOT, OTHER, PLOT)]
    assert later(PLOT) == first[0]
    assert (drawn, drawn_later) == ([PLOT, OTHER], [])


def test_a_torn_or_foreign_file_is_drawn_again(tmp_path: Path):
    drawings, drawn = counting(tmp_path)
    whole = drawings(PLOT)
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    for torn in (content[:-1], b"", b"\xff\xfe", content.replace(b"svg", b"SVG")):
        file.write_bytes(torn)

        assert drawings(PLOT) == whole
        assert file.read_bytes() == content
    assert drawn == [PLOT] * 5


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path):
    (tmp_path / "charts").write_text("a file in the way")
    drawings, drawn = counting(tmp_path / "charts")

    assert drawings(PLOT) == drawings(PLOT)
    assert drawn == [PLOT, PLOT]


def test_the_oldest_go_first(tmp_path: Path):
    for number in range(module.MOST + 5):
        old = tmp_path / f"{number}.svg"
        old.write_text("")
        os.utime(old, (number, number))
    counting(tmp_path)[0](PLOT)

    assert len(list(tmp_path.iterdir())) == module.MOST
    assert [number for number in range(10) if (tmp_path / f"{number}.svg").exists()] == [6, 7, 8, 9]
