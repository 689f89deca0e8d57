"""Tables of pipes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from generator.render.markup.parser import new_parser, prepare
from generator.render.markup.tables import _cells, table_rules

LIBRARY = MarkdownIt("commonmark", {"xhtmlOut": False}).enable("table")
OURS = new_parser()
table_rules(OURS)
prepare(OURS)
PIECES = [
    "|",
    "a",
    "b ",
    "-",
    "--",
    "|-|-|\n",
    ":-",
    "-:",
    "\n",
    "\n|",
    "\\|",
    "`",
    "    ",
    " ",
    "> ",
    "- ",
    "\n\n",
    "*",
    "x|y\n-|-\n",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=16))
def test_a_table_reads_as_the_library_reads_it(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert LIBRARY.render(text) == OURS.render(text)


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| a | b |", ["a", "b"]),
        ("a|b", ["a", "b"]),
        ("||a||", ["", "a", ""]),
        ("|", []),
        ("a \\| b | c", ["a | b", "c"]),
        ("`a \\| b` | c", ["`a | b`", "c"]),
        ("`a | b` | c", ["`a", "b`", "c"]),
        ("a \\\\| b", ["a \\\\", "b"]),
        ("$|a|$ | $\\|b\\|$", ["$|a|$", "$\\|b\\|$"]),
        ("$$a | b$$ | \\(c | d\\) | \\[e | f\\]", ["$$a | b$$", "\\(c | d\\)", "\\[e | f\\]"]),
        ("$5 | $6 | 7", ["$5", "$6", "7"]),
        ("$5|$6", ["$5", "$6"]),
        ("`$a` | `$b`", ["`$a`", "`$b`"]),
        ("\\$a | b$", ["\\$a", "b$"]),
        ("$a | b", ["$a", "b"]),
    ],
)
def test_a_pipe_inside_a_formula_does_not_end_its_cell(row: str, cells: list[str]) -> None:
    assert _cells(row) == cells


def test_rows_have_as_many_cells_as_the_head(html: Callable[..., str]) -> None:
    rows = html("| a | b |\n|---|---|\n| 1 |\n| 2 | 3 | 4 |")

    assert "<tbody>\n<tr>\n<td>1</td>\n<td></td>\n</tr>\n<tr>\n<td>2</td>\n<td>3</td>\n</tr>\n</tbody>" in rows


def test_a_small_text_makes_no_huge_page(html: Callable[..., str]) -> None:
    assert len(html("|" * 5000 + "\n" + "|-" * 4999 + "|\n" + "|a\n" * 5000)) < 3_000_000
