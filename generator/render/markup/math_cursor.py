r"""Reading a TeX tree from left to right: what belongs to a command, and which delimiters nothing closes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from generator.render.markup.math_commands import ARGUMENTS, CLOSING, OPENING, OPTIONAL, SIZES, TEXT
from generator.render.markup.math_tokens import TexError, Tok
from generator.render.markup.math_tree import DEEPEST, TOO_DEEP, Group, Node, is_space

# How many of the nodes after a command belong to it.
UNITS = ARGUMENTS | dict.fromkeys(TEXT, 1) | dict.fromkeys(SIZES, 1)
UNITS |= {"\\operatorname": 1, "\\operatornamewithlimits": 1, "\\textcolor": 2, "\\raisebox": 2, "\\genfrac": 6}
UNITS |= {"\\middle": 1, "\\color": 1, "\\hspace": 1, "\\mspace": 1, "\\substack": 1}

WIDEST_OPTION = 100  # nodes that the `[…]` of a command may hold


class Maths(Protocol):
    """Whoever writes formulas: what environments and texts inside them need."""

    def nodes(self, nodes: Sequence[Node], *, rows: bool = False) -> list[Tok]:
        """Return the tokens of nodes; with `rows` a line break is a new row."""

    def braced(self, nodes: Sequence[Node], at: int) -> list[Tok]:
        """Return nodes as math between braces."""

    def check_known(self, token: Tok) -> None:
        """Refuse a command that is not known."""

    def reference(self, token: Tok, name: Sequence[Node]) -> Tok:
        """Return a link to a number of the page, as an insert."""


class Cursor:
    """Nodes to be read one after another."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes, self.index = nodes, 0

    def __bool__(self) -> bool:
        return self.index < len(self.nodes)

    def take(self) -> Node:
        """Return the next node."""
        self.index += 1
        return self.nodes[self.index - 1]

    def peek(self) -> str:
        """Return the text of the next token that is no space; nothing at the end or before a group."""
        while self and is_space(self.nodes[self.index]):
            self.index += 1
        node = self.nodes[self.index] if self else None
        return node.text if isinstance(node, Tok) else ""

    def unit(self, owner: Tok) -> tuple[Node, ...]:
        """Return the nodes of one argument: what braces hold, or a command with arguments of its own.

        Raises:
            TexError: at `owner` when nothing follows.
        """
        taken: list[Node] = []
        missing, commands = 1, 0
        while missing:
            if self.peek() in {"&", "\\\\"} or not self:
                raise TexError(owner.at, f"`{owner.text}` needs something after it")
            node = self.take()
            if isinstance(node, Group) and node.kind == "{" and not taken:
                return node.children
            taken.append(node)
            missing -= 1
            if isinstance(node, Tok):
                missing += UNITS.get(node.text, 0)
                commands += node.text in UNITS
                if commands > DEEPEST:
                    raise TexError(node.at, TOO_DEEP)
                if node.text in OPTIONAL:
                    taken.extend(self.bracketed())
        return tuple(taken)

    def bracketed(self) -> list[Node]:
        """Return the nodes of a `[…]` that comes next, brackets included, or nothing."""
        if self.peek() != "[":
            return []
        for end in range(self.index, min(self.index + WIDEST_OPTION, len(self.nodes))):
            node = self.nodes[end]
            if isinstance(node, Tok) and node.text == "]":
                start, self.index = self.index, end + 1
                return list(self.nodes[start : self.index])
        return []


def unclosed_delimiters(nodes: Sequence[Node]) -> set[int]:
    """Return the indexes of `(`, `[`, `\\langle` and alike that nothing closes in the same cell.

    For one with a size before it, the index of that.
    """
    loose: set[int] = set()
    open_: list[int] = []
    arguments = 0  # of the commands before, still to come
    size = -1  # where the `\\big` stands whose delimiter comes next
    side = ""  # "l" of `\\bigl` opens with any delimiter, be it an arrow or a bar; "r" closes
    index = 0
    while index < len(nodes):
        node, here = nodes[index], index
        text = node.text if isinstance(node, Tok) else ""
        index += 1
        if text == " ":
            continue
        if text in SIZES and not arguments:
            size, side = here, text[-1] if text[-1] in "lr" else ""
            continue
        is_argument = arguments > 0
        arguments += UNITS.get(text, 0) - is_argument
        if is_argument:
            pass
        elif text in {"&", "\\\\"}:
            loose.update(open_)
            open_ = []
        elif size >= 0 and not side:
            pass  # `\\big(` is a sign and no fence
        elif (side == "l" and text not in {"", "."}) or (text in OPENING and not side):
            open_.append(size if size >= 0 else here)
        elif (side == "r" or text in CLOSING) and open_:
            open_.pop()
        size, side = -1, ""
        if text in OPTIONAL or text == "\\\\":
            cursor = Cursor(nodes)
            cursor.index = index
            cursor.bracketed()
            index = cursor.index
    return loose.union(open_)


def wrap(environment: str, tokens: Sequence[Tok], at: int, columns: str = "") -> list[Tok]:
    """Return tokens inside an environment."""
    opening = [Tok(f"\\begin{{{environment}}}", at), *(braces(Tok(columns, at)) if columns else [])]
    return [*opening, *tokens, Tok(f"\\end{{{environment}}}", at)]


def braces(*tokens: Tok, at: int | None = None) -> list[Tok]:
    """Return tokens between braces that stand where the first one does, or at `at`."""
    place = tokens[0].at if at is None else at
    return [Tok("{", place), *tokens, Tok("}", place)]
