r"""Environments inside formulas: matrices, arrays, `aligned`, `cases`, as math-core knows them."""

from __future__ import annotations

from collections.abc import Sequence

from generator.render.markup.math_commands import FENCES, NUMBERED, SMALL, STARRED
from generator.render.markup.math_cursor import Cursor, Maths, wrap
from generator.render.markup.math_tokens import TexError, Tok
from generator.render.markup.math_tree import Group, Node, flat

INNER = {"equation": "", "gather": "gathered", "multline": "gathered"}  # others: `aligned`
COLUMNS = {*"lcr|:"}


def write(maths: Maths, group: Group) -> list[Tok]:
    """Return an environment as tokens.

    Raises:
        TexError: when it numbers its rows, which only a whole formula can.
    """
    name = group.name
    if name in NUMBERED | STARRED:
        inner = INNER.get(name.removesuffix("*"), "aligned")
        hint = f"`\\begin{{{inner}}}` can stand inside one" if inner else f"take `\\begin{{{name}}}` away"
        raise TexError(group.at, f"`\\begin{{{name}}}` has to be the whole formula", hint)
    cursor = Cursor(group.children)
    if name in SMALL:
        inside = maths.nodes(group.children, rows=True)
        return fenced(FENCES[SMALL[name]], wrap("subarray", inside, group.at, "c" * _widest(inside)), group.at)
    if name.removesuffix("*") in FENCES and name.endswith("*"):
        side = next((part.text for part in flat(cursor.bracketed()) if part.text in {*"lr"}), "c")
        inside = maths.nodes(cursor.nodes[cursor.index :], rows=True)
        return fenced(FENCES[name[:-1]], wrap("array", inside, group.at, side * _widest(inside)), group.at)
    cursor.bracketed()  # `[t]`: how the block sits on the line; always in the middle here
    columns = ""
    if name in {"array", "darray", "subarray"}:
        columns = column_letters(cursor.unit(Tok(f"\\begin{{{name}}}", group.at)))
    elif name == "alignedat":
        cursor.unit(Tok("\\begin{alignedat}", group.at))
    inside = maths.nodes(cursor.nodes[cursor.index :], rows=True)
    return wrap({"split": "aligned", "alignedat": "aligned"}.get(name, name), inside, group.at, columns)


def column_letters(nodes: Sequence[Node]) -> str:
    """Return the columns of an `array` as math-core reads them: letters and lines alone."""
    letters, cursor = "", Cursor(nodes)
    while cursor.peek() or cursor:
        node = cursor.take()
        text = node.text if isinstance(node, Tok) else ""
        if text in COLUMNS:
            letters += text
        elif text in {*"@!<>"}:
            cursor.unit(Tok(text, node.at))
        elif text in {*"pmb"}:
            cursor.unit(Tok(text, node.at))
            letters += "l"
        elif text == "*":
            times = "".join(token.text for token in flat(cursor.unit(Tok("*", node.at))))
            letters += column_letters(cursor.unit(Tok("*", node.at))) * min(int(times) if times.isdecimal() else 0, 30)
        elif not isinstance(node, Group):
            raise TexError(node.at, f"`{text}` is not a column of an array", "write `l`, `c` or `r` for each column")
    return letters or "c"


def fenced(fences: tuple[str, str], tokens: Sequence[Tok], at: int) -> list[Tok]:
    """Return tokens between delimiters that grow with them."""
    left, right = fences
    if left == ".":
        return [*tokens]
    return [Tok("\\left", at), Tok(left, at), *tokens, Tok("\\right", at), Tok(right, at)]


def _widest(tokens: Sequence[Tok]) -> int:
    """Return how many columns the widest row has."""
    widest = columns = 1
    for token in tokens:
        columns = 1 if token.text == "\\\\" else columns + (token.text == "&")
        widest = max(widest, columns)
    return widest
