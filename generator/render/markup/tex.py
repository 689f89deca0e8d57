r"""TeX formulas of one page to MathML: limits, macros, numbers, references, and mistakes with an offset.

A formula passes through `lex`, `expand`, `grow`, `lay_out` and the `Writer`; math-core comes last and
sees only TeX that these five made. All formulas of a page go together, since numbers run over a page
and a reference may come before its formula.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from math_core import LatexError

from generator.errors import did_you_mean
from generator.render.markup import math_engine
from generator.render.markup.math_commands import KNOWN
from generator.render.markup.math_cursor import wrap
from generator.render.markup.math_layout import Layout, Row, lay_out, number
from generator.render.markup.math_macros import Macro, built_in, expand, read_macros
from generator.render.markup.math_tokens import (
    INSERT,
    Insert,
    Spelling,
    TexError,
    Tok,
    insert_of,
    is_word,
    lex,
    spell,
    value_tex,
)
from generator.render.markup.math_tree import Node, grow
from generator.render.markup.math_writer import HANDLERS, Names, Writer, reference_html
from generator.render.values import PLACEHOLDER, Value, plain

EMPTY = {False: "<math></math>", True: '<math display="block"></math>'}  # of a formula that only defines macros
# The cell that math-core puts beside a row with a tag.
NUMBER_CELL = re.compile(
    r'<mtd( style="width: (?:50|7\.5)%;text-align: right;justify-items: end;")><mtext>\(([0-9]+)\)</mtext></mtd>'
)


@dataclass(frozen=True)
class Formula:
    """One formula as the author wrote it, without its delimiters."""

    tex: str
    display: bool = False
    block: bool = False  # stands between paragraphs
    label: str = ""  # what `{#…}` after it says


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a formula, and where in its TeX."""

    offset: int  # in characters; past the end: in the label after it
    what: str
    hint: str = ""
    first: int = -1  # the index of the formula that has the same label


@dataclass(frozen=True)
class Converted:
    """A formula as HTML, or its mistake."""

    html: str = ""
    labels: tuple[tuple[str, str], ...] = ()  # id on the page, number
    error: Mistake | None = None


@dataclass
class _Draft:
    """A formula on its way."""

    formula: Formula
    inserts: list[Insert] = field(default_factory=list)
    layout: Layout = field(default_factory=lambda: Layout(()))
    error: Mistake | None = None
    spelling: Spelling = field(default_factory=lambda: spell(()))

    def fail(self, error: TexError, first: int = -1) -> None:
        self.error = Mistake(error.at, error.what, error.hint, first)


class TexConverter:
    """Converts the formulas of one page after another, with the macros of one site."""

    def __init__(self, macros: Mapping[str, str]) -> None:
        self._macros = built_in() | read_macros(macros)[0]

    def convert(
        self, formulas: Sequence[Formula], values: Sequence[Value] = (), references: Mapping[str, str] | None = None
    ) -> list[Converted]:
        """Return the formulas of a page as HTML, in order.

        `references` are the page's other labels, so that a formula may point at a figure.
        """
        macros = dict(self._macros)
        drafts = [_read(formula, values, macros) for formula in formulas]
        page = Names(_number(drafts) | dict(references or {}), macros.keys())
        for draft in drafts:
            _write(draft, page)
        waiting = [draft for draft in drafts if draft.error is None]
        answers = math_engine.convert_all([(draft.spelling.tex, draft.formula.display) for draft in waiting])
        pages = {id(draft): _finish(draft, answer, values) for draft, answer in zip(waiting, answers, strict=True)}
        return [pages.get(id(draft)) or Converted(error=draft.error) for draft in drafts]


def check_macros(macros: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (name, what is wrong) for each macro of a site that cannot be used."""
    made, wrong = read_macros(macros)
    names = {**built_in(), **made}
    for name in macros:
        command = name if name.startswith("\\") else f"\\{name}"
        if command in made:
            call = [Tok(command, 0)] + [Tok("x", 0)] * made[command].arguments
            try:
                used = expand(call, dict(names))
            except TexError as error:
                wrong.append((name, error.what))
                continue
            wrong.extend((name, problem) for problem in _unknown(used, names))
    return wrong


def reference(name: str, page: Names, *, parentheses: bool) -> Converted:
    r"""Return `\eqref{…}` or `\ref{…}` in prose as a link."""
    try:
        return Converted(reference_html(name, 0, page, parentheses=parentheses))
    except TexError as error:
        return Converted(error=Mistake(error.at, error.what, error.hint))


def _unknown(tokens: Sequence[Tok], names: Mapping[str, Macro]) -> list[str]:
    allowed = KNOWN | HANDLERS.keys() | {"\\left", "\\right", "\\begin", "\\end", "\\begingroup", "\\endgroup"}
    problems = []
    for command in dict.fromkeys(token.text for token in tokens if is_word(token.text)):
        if command not in allowed:
            near = did_you_mean(command, sorted({*KNOWN, *HANDLERS, *names}))
            problems.append(f"`{command}` is not a TeX command we know" + (f"; {near}" if near else ""))
    return problems


def _read(formula: Formula, values: Sequence[Value], macros: dict[str, Macro]) -> _Draft:
    """Read a formula down to its rows."""
    draft = _Draft(formula)
    try:
        if not formula.tex.strip():
            raise TexError(0, "this formula is empty")
        nodes = grow(expand(lex(formula.tex, values, draft.inserts), macros))
        if formula.display:
            draft.layout = lay_out(nodes, formula.label, len(formula.tex))
            for row in draft.layout.rows:
                row.tag = INSERT.sub(lambda match: insert_of(match[0], draft.inserts).text, row.tag)
        else:
            draft.layout = Layout((Row(list(nodes)),))
    except TexError as error:
        draft.fail(error)
    return draft


def _number(drafts: Sequence[_Draft]) -> dict[str, str]:
    """Number the formulas of a page; return the number of each label."""
    counter, known, owners = 0, dict[str, str](), dict[str, int]()
    for index, draft in enumerate(drafts):
        counter = number(draft.layout, counter)
        for row in draft.layout.rows:
            if row.label in known:
                what = f"the label `{row.label}` is used twice"
                draft.fail(TexError(row.label_at, what), owners[row.label])
            elif row.label:
                known[row.label], owners[row.label] = row.number, index
    return known


def _write(draft: _Draft, page: Names) -> None:
    if draft.error:
        return
    writer = Writer(draft.inserts, page, display=draft.formula.display)
    try:
        draft.spelling = spell(_compose(writer, draft.layout))
    except TexError as error:
        draft.fail(error)


def _compose(writer: Writer, layout: Layout) -> list[Tok]:
    """Return the tokens of a display: one block, or rows with their numbers beside them."""
    rows = layout.rows
    at = next((node.at for row in rows for node in row.nodes), 0)
    if layout.environment == "multline":
        tag = _tag(0, at) if rows[0].number else []
        return wrap("multline*", writer.nodes(rows[0].nodes, rows=True) + tag, at)
    if layout.environment in {"", "equation"}:
        return writer.nodes(rows[0].nodes)
    aligned = layout.environment != "gather"
    beside = len(rows) > 1 and any(row.number for row in rows)
    written: list[Tok] = []
    for index, row in enumerate(rows):
        written += [Tok("\\\\", at)] if index else []
        written += writer.nodes(_two_columns(row.nodes) if layout.environment == "eqnarray" else row.nodes, rows=True)
        if beside and row.number:
            written += _tag(index, at)
    names = ("align*", "gather*") if beside else ("aligned", "gathered")
    return wrap(names[not aligned], written, at)


def _tag(row: int, at: int) -> list[Tok]:
    """Return tokens that keep the place beside a row for its number."""
    return [Tok("\\tag", at), Tok("{", at), Tok(str(row), at), Tok("}", at)]


def _two_columns(nodes: Sequence[Node]) -> list[Node]:
    """Return a row of `eqnarray`, whose `&=&` is `&=` elsewhere."""
    signs = [index for index, node in enumerate(nodes) if isinstance(node, Tok) and node.text == "&"]
    return [node for index, node in enumerate(nodes) if index not in signs[1:2]]


def _finish(draft: _Draft, answer: str | LatexError, values: Sequence[Value]) -> Converted:
    """Return what math-core made of a draft, with its numbers and its place on the page."""
    rows, formula = draft.layout.rows, draft.formula
    tex = PLACEHOLDER.sub(lambda match: value_tex(plain(values[int(match[1])])), formula.tex).strip()
    try:
        if isinstance(answer, LatexError):
            raise math_engine.complaint(answer, draft.spelling)
        mathml = math_engine.finish(answer, draft.inserts, tex)
    except TexError as error:
        draft.fail(error)
        return Converted(error=draft.error)
    labels = tuple((row.label, row.number) for row in rows if row.label)
    if answer == EMPTY[formula.display]:
        return Converted("", labels)
    numbered, beside = NUMBER_CELL.subn(lambda match: _number_cell(match[1], rows[int(match[2])]), mathml)
    return Converted(_placed(numbered, formula, Row() if beside else rows[0], rows=beside > 0), labels)


def _number_cell(style: str, row: Row) -> str:
    name = f' id="{row.label}"' if row.label else ""
    return f'<mtd class="number"{name}{style}><mtext>{html.escape(row.shown)}</mtext></mtd>'


def _placed(mathml: str, formula: Formula, row: Row, *, rows: bool = False) -> str:
    """Return a formula in the element that holds it and its number: a block, or a span inside a paragraph."""
    if not formula.block and not row.number and not rows:
        return mathml
    tag = "div" if formula.block else "span"
    name = f' id="{row.label}"' if row.label else ""
    shown = f'<span class="number">{html.escape(row.shown)}</span>' if row.number else ""
    return f'<{tag} class="equation{" rows" if rows else ""}"{name}>{mathml}{shown}</{tag}>'
