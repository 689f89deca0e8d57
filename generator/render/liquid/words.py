"""Tell names from keywords in a tag: in Ruby Liquid `limit`, `for` and the like are names wherever they can be.

python-liquid's reader makes keywords of them everywhere. Here each becomes a name again, but where it is a word of
its tag: `in`, `limit:`, `reversed` of loops, `with`, `for` and `as` of `render`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from liquid import token as kinds
from liquid.builtin.expressions import FilteredExpression, tokenize
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidSyntaxError
from liquid.stream import TokenStream
from liquid.token import TOKEN_EXPRESSION, TOKEN_OUTPUT, Token

from generator.render.liquid.split import Mistake

LITERALS = {kinds.TOKEN_TRUE, kinds.TOKEN_FALSE, kinds.TOKEN_NIL, kinds.TOKEN_NULL}
LITERALS |= {kinds.TOKEN_EMPTY, kinds.TOKEN_BLANK, kinds.TOKEN_AND, kinds.TOKEN_OR, kinds.TOKEN_CONTAINS}
OF_LOOPS = {kinds.TOKEN_LIMIT, kinds.TOKEN_OFFSET, kinds.TOKEN_COLS}
OF_RENDER = {kinds.TOKEN_WITH, kinds.TOKEN_FOR, kinds.TOKEN_AS}
OTHERS = {kinds.TOKEN_IN, kinds.TOKEN_REVERSED, kinds.TOKEN_CONTINUE, kinds.TOKEN_NOT, kinds.TOKEN_IF}
OTHERS |= {kinds.TOKEN_ELSE, kinds.TOKEN_REQUIRED}
KEYWORDS = LITERALS | OF_LOOPS | OF_RENDER | OTHERS


class Stream(TokenStream):
    """python-liquid's tokens of a file, whose expressions know names from keywords."""

    remarks: list[Mistake]

    def into_inner(self, *, tag: Token | None = None, eat: bool = True) -> TokenStream:
        """Return the tokens of the expression that comes next.

        Raises:
            LiquidSyntaxError: there is none.
        """
        token = self.current
        if token.kind != TOKEN_EXPRESSION:
            raise LiquidSyntaxError("this tag says nothing more", token=tag or token)
        if eat:
            self.next()
        inner = read(token, tag.value if tag else "")
        if tag and tag.value == "for":
            inner.tokens = _without_late_reversed(inner.tokens, self.remarks)
        return inner


class OutputTag(Output):
    """`{{ }}`."""

    def parse(self, stream: TokenStream) -> OutputNode:
        """Parse a value and its filters."""
        token = stream.eat(TOKEN_OUTPUT)
        stream.expect(TOKEN_EXPRESSION)
        return OutputNode(token, FilteredExpression.parse(self.env, read(stream.current, "")))


def read(expression: Token, tag: str) -> TokenStream:
    """Return the tokens of an expression in a tag."""
    return TokenStream(_named(list(_dotted(tokenize(expression.value, expression))), tag))


def _dotted(tokens: Iterable[Token]) -> Iterator[Token]:
    """Put the dot before a name right behind a bracket, as Ruby Liquid reads `list[0]name`."""
    for token in tokens:
        if token.kind == kinds.TOKEN_WORD and token.start_index and token.source[token.start_index - 1] == "]":
            yield token._replace(kind=kinds.TOKEN_DOT, value=".")
        yield token


def _without_late_reversed(tokens: list[Token], remarks: list[Mistake]) -> list[Token]:
    """Drop `reversed` behind `limit` and `offset`, where Ruby Liquid does not see it."""
    seen, kept = False, []
    for token in tokens:
        seen = seen or token.kind in OF_LOOPS
        if seen and token.kind == kinds.TOKEN_REVERSED:
            hint = "write it right behind the list: `{% for x in list reversed limit:2 %}`"
            remarks.append(
                Mistake("`reversed` behind `limit` or `offset` does nothing", token.start_index, hint, "warning")
            )
        else:
            kept.append(token)
    return kept


def _named(tokens: list[Token], tag: str) -> Iterator[Token]:
    for index, token in enumerate(tokens):
        if token.kind in KEYWORDS and not _is_keyword(tokens, index, tag):
            yield token._replace(kind=kinds.TOKEN_WORD)
        else:
            yield token


def _is_keyword(tokens: list[Token], index: int, tag: str) -> bool:
    kind = tokens[index].kind
    before = tokens[index - 1].kind if index else ""
    after = tokens[index + 1].kind if index + 1 < len(tokens) else ""
    if before == kinds.TOKEN_DOT:
        return False
    if kind in {kinds.TOKEN_EMPTY, kinds.TOKEN_BLANK} and tag in {"", "assign", "echo"}:
        return before not in {kinds.TOKEN_COLON, kinds.TOKEN_COMMA}  # a filter's value: `evaluate` knows it by name
    if kind in LITERALS:
        return True
    if tag in {"for", "tablerow"}:
        if kind == kinds.TOKEN_IN:
            return index == 1
        if kind in OF_LOOPS:
            return index > 1 and after == kinds.TOKEN_COLON
        is_offset = kind == kinds.TOKEN_CONTINUE and before == kinds.TOKEN_COLON
        return is_offset or (kind == kinds.TOKEN_REVERSED and before not in {kinds.TOKEN_IN, kinds.TOKEN_COLON})
    return tag == "render" and kind in OF_RENDER and index > 0 and after != kinds.TOKEN_COLON
