r"""Math in Markdown: the rules that find formulas, and `typeset`, which converts those of a page together.

A formula is one token, `math_inline` or `math_block`, whose content is TeX with placeholders in it. `\eqref{…}` in
prose is a `math_ref`. All three carry their HTML in `meta["html"]` once the page is typeset.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from generator.errors import SiteError
from generator.render.markup.findings import lines_of
from generator.render.markup.math_blocks import block_rules
from generator.render.markup.math_inline import inline_rules
from generator.render.markup.math_places import Lines
from generator.render.markup.math_writer import Names
from generator.render.markup.tex import Converted, Formula, Mistake, TexConverter, reference
from generator.render.values import Expanded

NO_LABELS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Typeset:
    """What the formulas of a page add to it."""

    labels: tuple[tuple[str, str], ...] = ()  # id on the page, number
    errors: tuple[SiteError, ...] = ()
    count: int = 0  # of formulas


def math_rules(md: MarkdownIt) -> None:
    """Install everything that finds formulas, and prints them once they are typeset."""
    block_rules(md)
    inline_math_rules(md)


def inline_math_rules(md: MarkdownIt) -> None:
    """Install what finds formulas inside text, and what prints them all."""
    inline_rules(md)
    for name in ("math_inline", "math_block", "math_ref"):
        md.add_render_rule(name, _print)


def typeset(
    tokens: Sequence[Token], expanded: Expanded, converter: TexConverter, labels: Mapping[str, str] = NO_LABELS
) -> Typeset:
    """Convert all formulas of a page, and write their HTML into their tokens.

    `labels` are those of the page's figures, tables and sections, so that a reference may name one.
    """
    found = list(_formulas(tokens))
    if not found:
        return Typeset()
    lines = Lines(expanded)
    starts = {id(token): lines.start(token, line) for token, line in found}
    formulas = [token for token, _ in found if token.type != "math_ref" and "mistake" not in token.meta]
    converted = converter.convert([_formula(token) for token in formulas], expanded.values, labels)
    results = {id(token): result for token, result in zip(formulas, converted, strict=True)}
    numbers = tuple(label for result in converted for label in result.labels)
    errors = []
    names = Names(dict(numbers) | dict(labels))
    for token, _ in found:
        result = results.get(id(token)) or _other(token, names)
        token.meta["html"] = result.html
        if result.error:
            place = lines.place(starts[id(token)], token, result.error.offset)
            first = starts[id(formulas[result.error.first])] if result.error.first >= 0 else None
            hint = f"the first is at {lines.place(first, token, 0)}" if first else result.error.hint
            errors.append(SiteError(result.error.what, place, hint))
    return Typeset(numbers, tuple(errors), len(formulas))


def _formulas(tokens: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    """Yield every math token of a page in order, with its line in the expanded text, from 0."""
    for token in tokens:
        if token.type == "math_block":
            yield token, token.meta["line"]
        elif token.type == "inline":
            for line, child in lines_of(token):
                if child.type in {"math_inline", "math_ref"}:
                    yield child, line


def _formula(token: Token) -> Formula:
    block = token.type == "math_block"
    return Formula(token.content, block or bool(token.meta["display"]), block, token.meta["label"])


def _other(token: Token, names: Names) -> Converted:
    """Return the result for a token that is not a formula to convert: a reference, or one that never closes."""
    if token.type == "math_ref":
        return reference(token.content, names, parentheses=token.meta["parentheses"])
    what, hint = token.meta["mistake"]
    return Converted(error=Mistake(token.meta.get("offset", 0), what, hint))


def _print(_self: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    """Render rule: a formula that nobody typeset shows its source."""
    token = tokens[index]
    written = token.meta.get("html", f"<code>{html.escape(token.content)}</code>")
    return f"{written}\n" if token.block and written else written
