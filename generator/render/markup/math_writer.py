r"""A TeX tree as the TeX that math-core knows: what it lacks rewritten, every argument in braces.

Arguments in braces are not cosmetics: math-core takes exponential time over delimiters that open and
never close, so we must agree with it on what is an argument and what is a delimiter.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from generator.errors import did_you_mean
from generator.render.markup import math_environments, math_text
from generator.render.markup.math_commands import ARGUMENTS, COLOURS, KNOWN, OPENING, OPTIONAL, SIZES, TEXT, Suggestions
from generator.render.markup.math_cursor import Cursor, braces, unclosed_delimiters, wrap
from generator.render.markup.math_layout import after_break, label_name, without_last_break
from generator.render.markup.math_tokens import Insert, TexError, Tok, digits_of, insert, insert_of, is_insert, is_word
from generator.render.markup.math_tree import DEEPEST, TOO_DEEP, Group, Node, flat

BRACES_WITH_NOTES = {"\\underbrace", "\\overbrace", "\\underbracket", "\\overbracket"}
PLAIN_TEX = {"\\cases": "cases", "\\matrix": "matrix", "\\pmatrix": "pmatrix"}
ANGLES = {"<": "\\langle", ">": "\\rangle"}


@dataclass(frozen=True)
class Names:
    """What the formulas of a page may refer to."""

    references: Mapping[str, str]  # label -> number
    macros: Iterable[str] = ()
    suggestions: Suggestions = field(default_factory=Suggestions)


class Writer:
    """Writes one formula."""

    def __init__(self, inserts: list[Insert], page: Names, *, display: bool) -> None:
        self.inserts, self.page, self.display = inserts, page, display
        self._depth = 0

    def nodes(self, nodes: Sequence[Node], *, rows: bool = False) -> list[Tok]:
        """Return the tokens of nodes; in an environment with `rows` a line break is a new row.

        Raises:
            TexError: at what cannot be written.
        """
        self._depth += 1
        if self._depth > DEEPEST + 1:
            raise TexError(nodes[0].at if nodes else 0, TOO_DEEP)
        nodes = without_last_break(nodes)
        cursor, written, broken, loose = Cursor(nodes), list[Tok](), False, unclosed_delimiters(nodes)
        while cursor:
            index, node = cursor.index, cursor.take()
            if isinstance(node, Group):
                written += self._group(node)
            elif node.text == "\\\\":
                broken = True
                cursor.index = after_break(nodes, cursor.index)
                written.append(node)
            elif index in loose:
                written += self._loose(node, cursor)
            else:
                written += self._token(node, cursor)
        self._depth -= 1
        return wrap("gathered", written, written[0].at) if broken and not rows else written

    def braced(self, nodes: Sequence[Node], at: int) -> list[Tok]:
        """Return nodes between braces."""
        return [Tok("{", at), *self.nodes(nodes), Tok("}", at)]

    def _token(self, token: Tok, cursor: Cursor) -> list[Tok]:
        text = token.text
        if is_insert(text):
            value = insert_of(text, self.inserts)
            return digits_of(value.number, token.at) if value.number else [Tok("\\text", token.at), *braces(token)]
        if text in HANDLERS:
            return HANDLERS[text](self, token, cursor)
        if text in ARGUMENTS:
            return self._command(token, cursor)
        if text in TEXT:
            return math_text.write(self, token, cursor.unit(token))
        if text in SIZES:
            return self._size(token, cursor)
        if text == "$":
            raise TexError(token.at, "`$` stands inside a formula", "write `\\$` for the sign")
        if text == "#":
            raise TexError(token.at, "`#` stands outside a macro", "write `\\#` for the sign")
        self.check_known(token)
        return [token]

    def check_known(self, token: Tok) -> None:
        """Refuse a command that math-core is not known to read."""
        if token.text[0] == "\\" and token.text not in KNOWN:
            names = {*KNOWN, *HANDLERS, *self.page.macros}
            hint = self.page.suggestions.near(token.text, names) if is_word(token.text) else ""
            raise TexError(token.at, f"`{token.text}` is not a TeX command we know", hint)

    def _command(self, token: Tok, cursor: Cursor) -> list[Tok]:
        """Write a command with its arguments."""
        written = [token]
        if token.text in OPTIONAL and (inside := cursor.bracketed()):
            written += [Tok("[", token.at), *self.braced(inside[1:-1], token.at), Tok("]", token.at)]
        for _ in range(ARGUMENTS[token.text]):
            written += self.braced(cursor.unit(token), token.at)
        if token.text in BRACES_WITH_NOTES and cursor.peek() == "\\limits":
            cursor.take()
        return written

    def _loose(self, token: Tok, cursor: Cursor) -> list[Tok]:
        """Write a delimiter that nothing closes so that math-core does not look for its end."""
        size = SIZES.get(token.text, "")
        delimiter = cursor.take() if size and cursor.peek() else token
        assert isinstance(delimiter, Tok), "only tokens open"
        if delimiter.text not in OPENING:  # an arrow or a bar after `\\bigl`: `\\big` has no side to close
            return [Tok(token.text.removesuffix("l"), token.at), delimiter]
        sign = OPENING[delimiter.text]
        height = f'minsize="{size}" maxsize="{size}"' if size else 'stretchy="false"'
        form = ' form="prefix"' if sign in {"|", "‖"} else ""
        operator = Insert(f"<mo {height}{form}>{sign}</mo>", sign, is_operator=True)
        hidden = braces(insert(self.inserts, operator, token.at))
        return [Tok("\\mathopen", token.at), *braces(Tok("\\text", token.at), *hidden)]

    def _group(self, group: Group) -> list[Tok]:
        if group.kind == "\\left":
            left, right = group.delimiters
            inside = self.nodes(group.children)
            return [Tok("\\left", group.at), left, *inside, Tok("\\right", right.at), right]
        if group.kind == "\\begin":
            return math_environments.write(self, group)
        return self.braced(group.children, group.at)

    def _size(self, token: Tok, cursor: Cursor) -> list[Tok]:
        """Write `\\big` and alike, or `\\middle`, with its delimiter."""
        if not cursor.peek():
            hint = "such as `(`, `[`, `\\{`, `|`, or `.` for none"
            raise TexError(token.at, f"`{token.text}` needs a delimiter after it", hint)
        delimiter = cursor.take()
        assert isinstance(delimiter, Tok), "peek saw a token"
        if delimiter.text == ".":
            return []
        return [token, Tok(ANGLES.get(delimiter.text, delimiter.text), delimiter.at)]

    def _colour(self, token: Tok, cursor: Cursor) -> list[Tok]:
        model = cursor.bracketed()
        name = "".join(part.text for part in flat(cursor.unit(token)))
        if name not in COLOURS:
            hint = did_you_mean(name, COLOURS) or "colours have names here, such as `red`, `teal`, `NavyBlue`"
            shown = "".join(part.text for part in flat(model)) + name
            raise TexError(token.at, f"`{shown}` is not a colour we know", hint)
        written = [token, Tok("{", token.at), Tok(name, token.at), Tok("}", token.at)]
        return written + (self.braced(cursor.unit(token), token.at) if token.text == "\\textcolor" else [])

    def _operator(self, token: Tok, cursor: Cursor) -> list[Tok]:
        """Write `\\operatorname`; one whose name is not letters is a `\\mathop`."""
        starred = token.text == "\\operatornamewithlimits" or cursor.peek() == "*"
        if cursor.peek() == "*":
            cursor.take()
        name = cursor.unit(token)
        if words := math_text.operator_name(name):
            if cursor.peek() == "\\limits":
                cursor.take()
                starred = True
            return [Tok("\\operatorname*" if starred else "\\operatorname", token.at), *braces(*words, at=token.at)]
        return self._with_limits(name, token, cursor, below=self.display and starred)

    def _mathop(self, token: Tok, cursor: Cursor) -> list[Tok]:
        return self._with_limits(cursor.unit(token), token, cursor, below=self.display)

    def _with_limits(self, body: Sequence[Node], token: Tok, cursor: Cursor, *, below: bool) -> list[Tok]:
        """Write an operator whose scripts stand below and above it, which math-core does only for its own."""
        while cursor.peek() in {"\\limits", "\\nolimits"}:
            limits = cursor.take()
            below = isinstance(limits, Tok) and limits.text == "\\limits"
        written = [Tok("\\mathop", token.at), *self.braced(body, token.at)]
        scripts: dict[str, list[Tok]] = {}
        while below and (sign := cursor.peek()) in {"_", "^"} and sign not in scripts:
            script = cursor.take()
            scripts[sign] = self.braced(cursor.unit(Tok(sign, script.at)), script.at)
        for sign, command in (("_", "\\underset"), ("^", "\\overset")):
            if sign in scripts:
                written = [Tok(command, token.at), *scripts[sign], *braces(*written, at=token.at)]
        return written

    def _space(self, token: Tok, cursor: Cursor) -> list[Tok]:
        if cursor.peek() == "*":
            cursor.take()
        return [token, *braces(*self._digits(cursor.unit(token)), at=token.at)]

    def _raised(self, token: Tok, cursor: Cursor) -> list[Tok]:
        length = braces(*self._digits(cursor.unit(token)), at=token.at)
        text = math_text.write(self, Tok("\\text", token.at), cursor.unit(token))
        return [token, *length, *braces(*text, at=token.at)]

    def _general_fraction(self, token: Tok, cursor: Cursor) -> list[Tok]:
        written = [token]
        for _ in range(4):
            written += braces(*self._digits(cursor.unit(token)), at=token.at)
        for _ in range(2):
            written += self.braced(cursor.unit(token), token.at)
        return written

    def _digits(self, nodes: Sequence[Node]) -> list[Tok]:
        """Return the tokens of a length or alike, in which a value can be a number alone."""
        written: list[Tok] = []
        for token in flat(nodes):
            text = insert_of(token.text, self.inserts).number if is_insert(token.text) else token.text
            written += [Tok(text, token.at)] if text.startswith("\\") else [Tok(digit, token.at) for digit in text]
        if "".join(token.text for token in written[-2:]) == "px":
            written[-1] = written[-1]._replace(text="t")  # a pixel of pdfTeX is 1/72 inch, nearly a point
        return written

    def _line(self, token: Tok, cursor: Cursor) -> list[Tok]:
        """Write one line of a table for any number of them."""
        while cursor.peek() == token.text:
            cursor.take()
        return [token]

    def _stack(self, token: Tok, cursor: Cursor) -> list[Tok]:
        return wrap("subarray", self.nodes(cursor.unit(token), rows=True), token.at, "c")

    def _plain_environment(self, token: Tok, cursor: Cursor) -> list[Tok]:
        return wrap(PLAIN_TEX[token.text], self.nodes(cursor.unit(token), rows=True), token.at)

    def reference(self, token: Tok, name: Sequence[Node]) -> Tok:
        """Return a link to a number of the page, as an insert."""
        label = "".join(part.text for part in flat(name))
        link = reference_html(label, token.at, self.page, parentheses=token.text == "\\eqref")
        return insert(self.inserts, Insert(link, label), token.at)

    def _reference(self, token: Tok, cursor: Cursor) -> list[Tok]:
        return [Tok("\\text", token.at), *braces(self.reference(token, cursor.unit(token)))]


def _misplaced_mark(_writer: Writer, token: Tok, _cursor: Cursor) -> list[Tok]:
    hint = "write the formula between `$$` and `$$`"
    raise TexError(token.at, f"`{token.text}` gives a number, which a formula inside a line cannot have", hint)


def _nothing(_writer: Writer, _token: Tok, _cursor: Cursor) -> list[Tok]:
    return []


HANDLERS: dict[str, Callable[[Writer, Tok, Cursor], list[Tok]]] = {
    "\\operatorname": Writer._operator,
    "\\operatornamewithlimits": Writer._operator,
    "\\mathop": Writer._mathop,
    "\\middle": Writer._size,
    "\\color": Writer._colour,
    "\\textcolor": Writer._colour,
    "\\hspace": Writer._space,
    "\\mspace": Writer._space,
    "\\raisebox": Writer._raised,
    "\\genfrac": Writer._general_fraction,
    "\\substack": Writer._stack,
    "\\hline": Writer._line,
    "\\hdashline": Writer._line,
    "\\eqref": Writer._reference,
    "\\ref": Writer._reference,
    "\\label": _misplaced_mark,
    "\\tag": _misplaced_mark,
    "\\notag": _nothing,
    "\\nonumber": _nothing,
    "\\/": _nothing,
    "\\-": _nothing,
    **dict.fromkeys(PLAIN_TEX, Writer._plain_environment),
}


def reference_html(name: str, at: int, page: Names, *, parentheses: bool) -> str:
    """Return a link to something with a number on this page.

    Raises:
        TexError: at `at` when nothing has that label.
    """
    target = name.strip() if name.strip() in page.references else label_name(name, at)
    if target not in page.references:
        hint = page.suggestions.near(target, page.references)
        raise TexError(at, f"no formula of this page is labelled `{target}`", hint)
    number = html.escape(page.references[target])
    shown = f"({number})" if parentheses else number
    return f'<a href="#{html.escape(target)}">{shown}</a>'
