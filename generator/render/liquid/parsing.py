"""Parse a Liquid file with python-liquid: its tree of tags and expressions, and every mistake with its place.

Only the parser of the library is used. What the tree means is decided in `perform` and `evaluate`, by lists of
what is allowed; so a kind of tag that the library learns one day is a mistake here until somebody writes it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import liquid
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import FilteredExpression
from liquid.builtin.expressions.logical import BooleanExpression
from liquid.builtin.tags.for_tag import BreakNode, BreakTag, ContinueNode, ContinueTag
from liquid.builtin.tags.tablerow_tag import TablerowNode, TablerowTag
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG, Token

from generator.render.liquid.nesting import check_nesting
from generator.render.liquid.split import Mistake, split
from generator.render.liquid.words import OutputTag, Stream, read

__all__ = ["BlockNode", "Markup", "Node", "Parsed", "Parser", "Tablerow", "parse_condition", "parse_value"]


class Markup(Node):
    """A tag whose words we read ourselves: `include`, `link`, `highlight`, `raw`, a plugin's."""

    __slots__ = ("block", "inside", "inside_start", "name")

    def __init__(self, token: Token, name: str, inside: Token | None, block: BlockNode | None) -> None:
        super().__init__(token)
        self.name = name
        self.inside = inside.value if inside else ""
        self.inside_start = inside.start_index if inside else token.start_index
        self.block = block
        self.blank = name == "raw" and not self.inside

    def render_to_output(self, _context: object, _buffer: object) -> int:
        """Refuse: the library only parses."""
        raise AssertionError("python-liquid runs nothing here")


class _MarkupTag(Tag):
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        inside = None
        if stream.current.kind == TOKEN_EXPRESSION:
            inside = stream.current
            if self.block:
                stream.next()
        elif not self.block:
            stream.pos -= 1  # the parser steps over the last token of a tag
        block = None
        if self.block:
            block = get_parser(self.env).parse_block(stream, (self.end,))
            stream.expect(TOKEN_TAG, value=self.end)
        return Markup(token, self.name, inside, block)


class Tablerow(TablerowNode):
    """A tablerow counts as blank when its cells are, as in Ruby: the text around it in a blank block goes."""

    __slots__ = ()

    def __init__(self, token: Token, expression: Expression, block: BlockNode) -> None:
        super().__init__(token, expression, block)  # type: ignore[arg-type]
        self.blank = block.blank


class _TablerowTag(TablerowTag):
    node_class = Tablerow


class _BreakTag(BreakTag):
    def parse(self, stream: TokenStream) -> BreakNode:
        node = super().parse(stream)
        node.blank = False  # as in Ruby: the white space around it prints
        return node


class _ContinueTag(ContinueTag):
    def parse(self, stream: TokenStream) -> ContinueNode:
        node = super().parse(stream)
        node.blank = False
        return node


WORDS = {
    "word": "a name",
    "an identifier": "a name",
    "string": "a text",
    "integer": "a number",
    "float": "a number",
    "end of expression": "the end of the tag",
    "in": "`in`",
    "a primitive expression": "a value",
    "a comma separated list of arguments": "a comma",
    "lparen": "`(`",
    "rparen": "`)`",
    "assign": "`=`",
    "pipe": "`|`",
    "empty": "`empty`",
    "or": "`or`",
    "and": "`and`",
    "contains": "`contains`",
    "rbracket": "`]`",
    "lbracket": "`[`",
}


@dataclass(frozen=True)
class Parsed:
    """A file's tree, and what is wrong with it; with mistakes in its blocks the tree is empty."""

    nodes: tuple[Node, ...]
    mistakes: tuple[Mistake, ...]


class Parser(liquid.Environment):
    """python-liquid's parser with our tags, set to go on after a mistake."""

    block_nesting_limit = 1_000  # `nesting` has a limit with a place

    def __init__(self, plugins: Mapping[str, bool]) -> None:
        super().__init__(tolerance=liquid.Mode.STRICT)
        self.plugins = plugins
        self._found: list[Mistake] = []
        ours = {"include": False, "include_relative": False, "include_cached": False, "link": False, "raw": False}
        ours |= {"post_url": False, "highlight": True, **plugins}
        for name, is_block in ours.items():
            self.add_tag(type(name, (_MarkupTag,), {"name": name, "end": f"end{name}", "block": is_block}))
        for tag in (_TablerowTag, OutputTag, _BreakTag, _ContinueTag):
            self.add_tag(tag)

    def error(self, exc: type[LiquidError] | LiquidError, msg: str | None = None, token: Token | None = None) -> None:
        """Note a mistake and go on."""
        error = exc if isinstance(exc, LiquidError) else exc(msg, token=token)
        at = error.token or token
        self._found.append(Mistake(_reword(str(error.message)), at.start_index if at else 0))

    @functools.lru_cache(maxsize=200)  # noqa: B019 - one parser a process
    def read(self, text: str) -> Parsed:
        """Parse a file; the same text is parsed once."""
        parts = split(text)
        nesting = check_nesting(parts, self.plugins)
        if any(mistake.level == "error" for mistake in (*parts.mistakes, *nesting)):
            return Parsed((), (*parts.mistakes, *nesting))
        self._found = [*nesting]
        stream = Stream(iter(parts.tokens))
        stream.remarks = self._found
        nodes = get_parser(self).parse(stream)
        unclosed = re.compile(r"`(?:end|else|elsif|when)")  # follows from a block tag that could not be read
        found = [mistake for mistake in self._found if not unclosed.search(mistake.what)]
        return Parsed(tuple(nodes), tuple(found or self._found))


def parse_condition(parser: Parser, text: str) -> Expression:
    """Parse the condition of `where_exp`.

    Raises:
        LiquidError: it is none.
    """
    return BooleanExpression.parse(parser, _stream(text))


def parse_value(parser: Parser, text: str) -> Expression:
    """Parse a value with filters.

    Raises:
        LiquidError: it is none.
    """
    return FilteredExpression.parse(parser, _stream(text))


def walk(nodes: Iterator[Node]) -> Iterator[Node]:
    """Yield nodes and all that stand in them."""
    for node in nodes:
        yield node
        if isinstance(node, Markup) and node.block:
            yield from walk(iter(node.block.nodes))
        else:
            yield from walk(iter(node.children(None, include_partials=False)))  # type: ignore[arg-type]


def _stream(text: str) -> TokenStream:
    return read(Token(TOKEN_EXPRESSION, text, 0, text), "")


def _reword(what: str) -> str:
    """Say a mistake of python-liquid's in a writer's words."""
    found = re.fullmatch(r"expected (.+?),? found (.+)", what)
    if found is None:
        return what.replace("'", "`")
    wanted, given = (WORDS.get(word, word.replace("'", "`")) for word in found.groups())
    return f"expected {wanted}, found {given}"
