r"""Equation numbers: which rows of a display have one, their tags, and the labels that point at them.

As LaTeX does: `equation` and `multline` have one number, `align` and `gather` one a row, starred forms
none; `\tag` and `\label` give one to any display.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from generator.render.markup.math_commands import NUMBERED, ROWS, STARRED, WHOLE
from generator.render.markup.math_tokens import TexError, Tok
from generator.render.markup.math_tree import Group, Node, first_at, flat, is_space, stripped

LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]*")
LONGEST_LENGTH = 12  # tokens of `[1.5em]`
MARKS = {"\\label", "\\tag", "\\notag", "\\nonumber"}
TAG_SIGNS = {"\\star": "⋆", "\\ast": "∗", "\\dagger": "†", "\\ddagger": "‡", "\\prime": "′", "'": "′", "\\ ": " "} | {
    f"\\{sign}": sign for sign in "#$%&_{}"
}


@dataclass
class Row:
    """A row of a display, or the whole of one, without its marks."""

    nodes: list[Node] = field(default_factory=list)
    label: str = ""  # with its `eq:`
    label_at: int = 0
    tag: str = ""
    bare: bool = False  # `\tag*`: no parentheses
    silent: bool = False  # `\notag`
    number: str = ""  # what a reference says: `3`

    @property
    def shown(self) -> str:
        """Return the number as it stands beside the row."""
        return self.number if self.bare or not self.number else f"({self.number})"


@dataclass(frozen=True)
class Layout:
    """A formula as rows that may have numbers."""

    rows: tuple[Row, ...]
    environment: str = ""  # without its star; "": no environment around it
    automatic: bool = False  # rows without a tag are numbered too


def label_name(label: str, at: int) -> str:
    """Return a label as an id of the page; the `eq:` keeps it apart from headings.

    Raises:
        TexError: when it could not be one.
    """
    label = label.strip()
    if not LABEL.fullmatch(label):
        hint = "letters, digits and `:`, `.`, `_`, `-` after the first letter"
        raise TexError(at, f"`{label}` cannot be a label", hint)
    return label if label.startswith("eq:") else f"eq:{label}"


def lay_out(nodes: Sequence[Node], label: str = "", label_at: int = 0) -> Layout:
    """Return a display as rows; `label` was written after it.

    Raises:
        TexError: when marks contradict each other, or a numbered environment is not the whole formula.
    """
    nodes = stripped(nodes)
    whole = nodes[0] if len(nodes) == 1 and isinstance(nodes[0], Group) else None
    name = whole.name if whole and whole.name in NUMBERED | STARRED else ""
    base = name.removesuffix("*")
    if whole and base in ROWS:
        rows = [_row(row) for row in _split(_inside(whole))]
    else:
        rows = [_row(_inside(whole) if whole and base in WHOLE else nodes)]
    if label:
        _attach(rows, label, label_at)
    return Layout(tuple(rows), base, name in NUMBERED)


def number(layout: Layout, counter: int) -> int:
    """Give every row that has one its number, counting on from `counter`; return the last."""
    for row in layout.rows:
        if row.tag:
            row.number = row.tag
        elif row.label or (layout.automatic and not row.silent):
            counter += 1
            row.number = str(counter)
    return counter


def _attach(rows: list[Row], label: str, at: int) -> None:
    """Put the label that follows a display on its only row."""
    if len(rows) > 1:
        hint = "put `\\label{…}` into the row it belongs to"
        raise TexError(at, f"`{{#{label}}}` is one label, and this formula has {len(rows)} rows with numbers", hint)
    if rows[0].label:
        raise TexError(at, f"this formula has two labels, `{rows[0].label}` and `{label}`")
    rows[0].label, rows[0].label_at = label_name(label, at), at


def _inside(group: Group) -> list[Node]:
    """Return the rows of an environment, without its arguments and without an empty last row."""
    nodes = list(group.children)
    if group.name.startswith("alignat"):
        nodes = stripped(nodes)
        if not nodes or not isinstance(nodes[0], Group):
            raise TexError(group.at, f"`\\begin{{{group.name}}}` needs the number of its column pairs: `{{2}}`")
        del nodes[0]
    return without_last_break(nodes)


def without_last_break(nodes: Sequence[Node]) -> list[Node]:
    """Return nodes without the `\\\\` that ends the last row."""
    kept = stripped(nodes)
    while kept and isinstance(kept[-1], Tok) and kept[-1].text == "\\\\":
        kept = stripped(kept[:-1])
    return kept


def _split(nodes: Sequence[Node]) -> list[list[Node]]:
    """Cut nodes at their line breaks, which go."""
    rows: list[list[Node]] = [[]]
    index = 0
    while index < len(nodes):
        node = nodes[index]
        index += 1
        if isinstance(node, Tok) and node.text == "\\\\":
            index = after_break(nodes, index)
            rows.append([])
        else:
            rows[-1].append(node)
    return rows


def after_break(nodes: Sequence[Node], index: int) -> int:
    """Return where a row begins after its `\\\\`: behind a star or a length such as `[2pt]`."""
    if index < len(nodes) and _text(nodes[index]) == "*":
        index += 1
    if index < len(nodes) and _text(nodes[index]) == "[":
        end = next((i for i in range(index, min(index + LONGEST_LENGTH, len(nodes))) if _text(nodes[i]) == "]"), 0)
        inside = "".join(_text(node) for node in nodes[index + 1 : end])
        if end and re.fullmatch(r"\s*-?[0-9.]+\s*(em|ex|pt|cm|mm|in|mu|px|pc|bp)\s*", inside):
            index = end + 1
    return index


def _row(nodes: Sequence[Node]) -> Row:
    row = Row()
    row.nodes = _without_marks(nodes, row)
    if row.silent and row.label:
        raise TexError(row.label_at, f"`{row.label}` labels a row that `\\notag` leaves without a number")
    return row


def _without_marks(nodes: Sequence[Node], row: Row) -> list[Node]:
    """Return nodes without `\\label`, `\\tag` and `\\notag`, at any depth; note those in `row`."""
    kept: list[Node] = []
    index = 0
    while index < len(nodes):
        node = nodes[index]
        index += 1
        if isinstance(node, Group):
            kept.append(replace(node, children=tuple(_without_marks(node.children, row))))
        elif node.text not in MARKS:
            kept.append(node)
        elif node.text in {"\\notag", "\\nonumber"}:
            row.silent = True
        else:
            index = _note(node, nodes, index, row)
    return kept


def _note(mark: Tok, nodes: Sequence[Node], index: int, row: Row) -> int:
    """Read the argument of a `\\label` or a `\\tag`; return where it ends."""
    starred = index < len(nodes) and mark.text == "\\tag" and _text(nodes[index]) == "*"
    index += starred
    while index < len(nodes) and is_space(nodes[index]):
        index += 1
    argument = nodes[index] if index < len(nodes) else None
    if not isinstance(argument, Group) or argument.kind != "{":
        raise TexError(mark.at, f"`{mark.text}` needs braces after it")
    if mark.text == "\\tag":
        if row.tag:
            raise TexError(mark.at, f"this row has two tags, `{row.tag}` and `{_tag(argument)}`")
        row.tag, row.bare = _tag(argument), starred
    else:
        label = label_name("".join(token.text for token in flat(argument.children)), mark.at)
        if row.label:
            raise TexError(mark.at, f"this row has two labels, `{row.label}` and `{label}`")
        row.label, row.label_at = label, mark.at
    return index + 1


def _tag(argument: Group) -> str:
    """Return the text of a tag."""
    words = []
    for token in flat(argument.children):
        if token.text in TAG_SIGNS:
            words.append(TAG_SIGNS[token.text])
        elif token.text.startswith("\\") and token.text not in {"\\text", "\\textbf", "\\textit", "\\mathrm"}:
            raise TexError(token.at, f"`{token.text}` cannot stand in a tag", "a tag is plain text, such as `\\tag{A}`")
        elif not token.text.startswith("\\") and token.text != "$":
            words.append(token.text)
    text = "".join(words).strip()
    if not text:
        raise TexError(first_at(argument.children, argument.at), "this tag is empty", "write `\\notag` for no number")
    return text


def _text(node: Node) -> str:
    return node.text if isinstance(node, Tok) else ""
