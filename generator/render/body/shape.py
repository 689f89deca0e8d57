"""Compile a body's tags once per shape: bodies whose tags are alike share one code object.

A shape holds the tags and nothing of the text between them. Every token of every tag has a number, which
Jinja carries through parser and compiler as its "line number"; `spots` leads from the number back to the
tag and the character in it, so that a mistake is placed exactly, in whichever body it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from types import CodeType

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import TokenStream
from jinja2.parser import Parser

from generator.render.body.codegen import Generator
from generator.render.body.nesting import ASSIGNMENT, MIDDLES, MOST_TAGS, Complaint, check_nesting
from generator.render.scan import Tag

FILE_NAME = "<body>"  # of the compiled code, to find its frames in a traceback
TRUSTING = re.compile(
    r"\b(?:safe|markdown|include|import)\b"
)  # then a literal may reach a filter that asks who wrote it
TOO_DEEP = "this is too long or too deep for one tag"
SPLIT_HINT = "do it in several steps with `{% set %}`"

# Jinja's words for a mistake inside a tag, and ours. `{0}`, `{1}`: what it names.
REWORDED = (
    (r"expected token '(.*)', got '(.*)'", "`{1}` stands where {0} must be"),
    (r"unexpected '(.*)', expected '(.*)'", "`{0}` stands where `{1}` must be"),
    (r"unexpected char '(.*)' at .*", "`{0}` has no meaning in a tag"),
    (r"unexpected char \"(.*)\" at .*", "`{0}` has no meaning in a tag"),
    (r"(?i)expected an expression, got '(.*)'", "a value is missing before {0}"),
    (r"unexpected '(end of .*)'", "a value is missing before {0}"),
    (r"unexpected '(.*)'", "`{0}` is not expected here"),
    (r"can't assign to '.*'", "only a name can be set"),
    (r".*(?:escape|\\N|codec).*", "a `\\` in this text begins nothing known"),
    (r"(?i)can't assign to special loop variable.*", "`loop` belongs to the loop itself: choose another name"),
    (r"You cannot chain multiple tests with is", "`is` may stand only once: join tests with `and`"),
    (r"invalid syntax for function call expression", "a plain argument stands after a named one"),
    (r"non-default argument follows default argument", "a parameter without a default stands after one with a default"),
    (r"expected call", "`call` needs a macro or a tag: `{{% call box() %}}`"),
    (r"names starting with an underline can not be imported", "a name that begins with `_` cannot be imported"),
    (r"expected name or number", "a name must follow the dot"),
)
PIECES = {"end of print statement": "`}}`", "end of statement block": "`%}`"}


@dataclass(frozen=True)
class Shape:
    """What all bodies with the same tags share."""

    code: CodeType | None  # None: the tags do not hold together
    spots: tuple[tuple[int, int], ...]  # token number -> tag, characters into its inside
    lines: tuple[tuple[int, int], ...]  # (line of the code, token number), ascending
    names: frozenset[str]  # what the template itself sets
    complaints: tuple[Complaint, ...]


class _Numbered:
    """The tokens of some tags, numbered from 1 as they are drawn."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.spots: list[tuple[int, int]] = [(0, 0)]

    def stream(self, tags: Sequence[tuple[int, Tag]], present: Sequence[bool]) -> TokenStream:
        raw = self._raw(tags, present)
        return TokenStream(self.environment.lexer.wrap(raw), None, None)

    def _raw(self, tags: Sequence[tuple[int, Tag]], present: Sequence[bool]) -> Iterator[tuple[int, str, str]]:
        for index, tag in tags:
            if present and present[index]:
                yield len(self.spots) - 1, "data", str(index)
            opener, closer = ("{{ ", " }}") if tag.kind == "print" else ("{% ", " %}")
            offset = -len(opener)
            tokens = self.environment.lexer.tokeniter(opener + tag.inside + closer, None)
            try:
                for _, kind, value in tokens:
                    if kind != "whitespace":
                        self.spots.append((index, max(0, min(offset, len(tag.inside)))))
                        yield len(self.spots) - 1, kind, value
                    offset += len(value)
            except TemplateSyntaxError as error:
                self.spots.append((index, max(0, min(offset, len(tag.inside)))))
                raise TemplateSyntaxError(error.message or "", len(self.spots) - 1) from None
        if present and present[-1]:
            yield len(self.spots) - 1, "data", str(len(present) - 1)


def make_shape(
    all_tags: Sequence[Tag],
    present: Sequence[bool],
    environment: Environment,
    known: Mapping[str, Sequence[str]],
    removed: Mapping[str, str],
) -> Shape:
    """Compile the tags of a body, or say all that is wrong with them.

    `present[i]` tells whether text stands before tag `i`; `known` names the filters and tests there are.
    """
    tags = list(enumerate(all_tags))
    if complaints := check_nesting(all_tags, known["tags"]):
        return _broken([*complaints, *(_check_each(tags, environment) if len(tags) <= MOST_TAGS else [])])
    numbered = _Numbered(environment)
    try:
        tree = _parse(numbered, tags, environment, present)
        stream = StringIO()
        writer = Generator(environment, None, None, stream, False, False)
        writer.known, writer.removed = known, removed
        writer.trusts_literals = any(TRUSTING.search(tag.inside) for tag in all_tags)
        writer.visit(tree)
    except TemplateSyntaxError as error:
        return _broken(
            _check_each(tags, environment) or [_complain(numbered, error.lineno, _reword(error.message or ""))]
        )
    except (RecursionError, ValueError) as error:
        what = TOO_DEEP if isinstance(error, RecursionError) else f"{error}"
        return _broken([_complain(numbered, len(numbered.spots) - 1, what, SPLIT_HINT)])
    try:
        code = compile(stream.getvalue(), FILE_NAME, "exec")
    except (SyntaxError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 0
        token = max((token for token, at in writer.debug_info if at <= line), default=1)
        return _broken([_complain(numbered, token, TOO_DEEP, SPLIT_HINT)])
    lines = tuple((at, token) for token, at in writer.debug_info)
    names = frozenset(name.name for name in tree.find_all(nodes.Name) if name.ctx != "load")
    complaints = [_complain(numbered, *complaint) for complaint in writer.complaints]
    return Shape(code, tuple(numbered.spots), lines, names, tuple(complaints))


def _parse(
    numbered: _Numbered, tags: Sequence[tuple[int, Tag]], environment: Environment, present: Sequence[bool] = ()
) -> nodes.Template:
    parser = Parser(environment, "")
    parser.stream = numbered.stream(tags, present)
    return parser.parse()


def _check_each(tags: Sequence[tuple[int, Tag]], environment: Environment) -> list[Complaint]:
    """Parse every tag alone, so that a page's mistakes come out together."""
    complaints = []
    for index, tag in tags:
        alone = _complete(index, tag)
        numbered = _Numbered(environment)
        try:
            _parse(numbered, alone, environment)
        except TemplateSyntaxError as error:
            complaints.append(_complain(numbered, error.lineno, _reword(error.message or "")))
        except (RecursionError, ValueError) as error:
            what = TOO_DEEP if isinstance(error, RecursionError) else f"{error}"
            complaints.append(_complain(numbered, len(numbered.spots) - 1, what, SPLIT_HINT))
    return complaints


def _complete(index: int, tag: Tag) -> list[tuple[int, Tag]]:
    """Return a tag with what it needs to be a template of its own; nothing for one that only closes."""
    if tag.kind == "print":
        return [(index, tag)]
    name = tag.name
    if name == "elif":
        tag, name = tag._replace(inside=tag.inside.replace("elif", "  if", 1)), "if"
    if name in {"break", "continue"} or (name not in MIDDLES and name not in {"include", "import", "from", "print"}):
        return []
    closers = [(index, Tag("block", f"end{name}", tag.start, tag.inside_start))] if name in MIDDLES else []
    return [(index, tag)] if ASSIGNMENT.match(tag.inside) else [(index, tag), *closers]


def _broken(complaints: Sequence[Complaint]) -> Shape:
    return Shape(None, (), (), frozenset(), tuple(dict.fromkeys(complaints)))


def _complain(numbered: _Numbered, token: int, what: str, hint: str = "") -> Complaint:
    tag, offset = numbered.spots[min(token, len(numbered.spots) - 1)]
    return Complaint(tag, offset, what, hint)


def _reword(message: str) -> str:
    """Say in our words what Jinja's parser says in its own."""
    for pattern, words in REWORDED:
        if found := re.fullmatch(pattern, message.removesuffix("."), re.DOTALL):
            return _tidy(words, [group or "" for group in found.groups()])
    return message[:1].lower() + message[1:].removesuffix(".").replace("'", "`")


def _tidy(words: str, names: Sequence[str]) -> str:
    """Put what a message names into backticks, once."""
    for number, name in enumerate(names):
        piece = PIECES.get(name, name)
        quoted = piece if piece.startswith("`") else f"`{piece}`"
        words = words.replace(f"`{{{number}}}`", quoted).replace(f"{{{number}}}", quoted)
    return words.replace("{{%", "{%").replace("%}}", "%}")
