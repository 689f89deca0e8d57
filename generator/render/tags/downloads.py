"""The files a table or chart offers: CSV and JSON at full precision, Markdown and LaTeX as readers see it."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence

Row = Mapping[str, object]
Lines = Sequence[Sequence[str]]
MARKDOWN = str.maketrans({char: f"\\{char}" for char in "\\|<`*_[]"} | {"\n": " ", "\r": " "})
TEX = str.maketrans(
    {char: f"\\{char}" for char in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\n": " ", "\r": " "}
    | {"\u2212": "$-$", "±": r"$\pm$", "×": r"$\times$", "∞": r"$\infty$", "µ": r"$\mu$", "–": "--", "\u202f": r"\,"}
    | {"<": "$<$", ">": "$>$", "|": "$|$"}
)
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def to_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Return all values at full precision, as RFC 4180 has it; null is an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if row.get(column) is None else row.get(column) for column in columns])
    return _unicode(buffer.getvalue())


def to_json(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Return the rows as a list of objects, one a line; what is no finite number is null."""
    lines = (json.dumps(_finite({column: row.get(column) for column in columns}), ensure_ascii=False) for row in rows)
    return _unicode("[\n" + ",\n".join(lines) + "\n]\n")


def to_markdown(heads: Sequence[str], rows: Lines, numeric: Sequence[bool], bold: frozenset[tuple[int, int]]) -> str:
    """Return the table as readers see it, for a README or an issue."""
    rule = ["--:" if right else "---" for right in numeric]
    lines = [[head.translate(MARKDOWN) for head in heads], rule]
    lines += [_emphasised([cell.translate(MARKDOWN) for cell in row], i, bold, "**{}**") for i, row in enumerate(rows)]
    return _unicode("".join("| " + " | ".join(line) + " |\n" for line in lines))


def to_tex(heads: Sequence[str], rows: Lines, numeric: Sequence[bool], bold: frozenset[tuple[int, int]]) -> str:
    """Return a booktabs `tabular`."""
    lines = [_emphasised([_tex(cell) for cell in row], i, bold, r"\textbf{{{}}}") for i, row in enumerate(rows)]
    head, *body = ("  " + " & ".join(line) + r" \\" for line in ([_tex(head) for head in heads], *lines))
    start = rf"\begin{{tabular}}{{{''.join('r' if right else 'l' for right in numeric)}}}"
    end = [r"  \bottomrule", r"\end{tabular}"]
    return _unicode("\n".join([start, r"  \toprule", head, r"  \midrule", *body, *end]) + "\n")


def in_tex(tabular: str, caption: str, label: str) -> str:
    """Return a LaTeX `table` around a `tabular`."""
    foot = (rf"\caption{{{_tex(caption)}}}" + "\n" if caption else "") + (rf"\label{{{label}}}" + "\n" if label else "")
    return _unicode("\\begin{table}\n\\centering\n" + tabular + foot + "\\end{table}\n")


def _emphasised(cells: list[str], row: int, bold: frozenset[tuple[int, int]], form: str) -> list[str]:
    return [form.format(cell) if (row, column) in bold else cell for column, cell in enumerate(cells)]


def _tex(text: str) -> str:
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda power: f"$^{{{power[0].translate(POWERS)}}}$", text.translate(TEX))


def _finite(value: object) -> object:
    """Replace what JSON cannot say by null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value if isinstance(value, str | int | None) else str(value)


def _unicode(text: str) -> str:
    """Replace halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode()
