r"""TeX tokens as a tree of groups: braces, `\left … \right` and environments that close.

Only here is nesting counted; every walk over a tree may recurse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from generator.errors import did_you_mean
from generator.render.markup.math_commands import ENVIRONMENTS
from generator.render.markup.math_tokens import TexError, Tok

DEEPEST = 60  # levels of groups
TOO_DEEP = f"this formula is nested more than {DEEPEST} levels deep"
CLOSES = {"}": "{", "\\right": "\\left", "\\end": "\\begin", "\\endgroup": "\\begingroup"}
CLOSING = {opening: closing for closing, opening in CLOSES.items()}


@dataclass(frozen=True)
class Group:
    """What stands between `{` and `}`, `\\left` and `\\right`, or `\\begin{…}` and `\\end{…}`."""

    kind: str  # "{", "\\left", "\\begingroup" or "\\begin"
    at: int
    name: str = ""  # of the environment
    delimiters: tuple[Tok, ...] = ()  # after `\left`, and after `\right`
    children: tuple[Node, ...] = ()


Node = Tok | Group


@dataclass
class _Open:
    """A group whose end has not come yet."""

    token: Tok
    name: str = ""
    delimiters: tuple[Tok, ...] = ()
    children: list[Node] = field(default_factory=list)

    def __str__(self) -> str:
        return f"\\begin{{{self.name}}}" if self.name else self.token.text

    def closed(self, *delimiters: Tok) -> Group:
        return Group(self.token.text, self.token.at, self.name, (*self.delimiters, *delimiters), tuple(self.children))


class Stream:
    """Tokens to be read one after another, with what was put back first."""

    def __init__(self, tokens: Iterable[Tok]) -> None:
        self._ahead = list(tokens)[::-1]

    def __bool__(self) -> bool:
        return bool(self._ahead)

    def take(self) -> Tok:
        """Return the next token."""
        return self._ahead.pop()

    def put_back(self, tokens: Sequence[Tok]) -> None:
        """Let `tokens` come next."""
        self._ahead.extend(reversed(tokens))

    def peek(self) -> str:
        """Return the text of the next token that is no space, or nothing at the end."""
        self.skip_spaces()
        return self._ahead[-1].text if self._ahead else ""

    def skip_spaces(self) -> None:
        """Move on to the next token that is no space."""
        while self._ahead and self._ahead[-1].text == " ":
            self._ahead.pop()

    def argument(self, owner: Tok) -> list[Tok]:
        """Return the tokens of one argument: what the next braces hold, or the next token.

        Raises:
            TexError: at `owner` when nothing follows, at the brace when it is never closed.
        """
        if self.peek() in {"", "}"}:
            raise TexError(owner.at, f"`{owner.text}` needs something after it")
        first = self.take()
        return self._until("}", first) if first.text == "{" else [first]

    def optional(self) -> list[Tok] | None:
        """Return the tokens of a `[…]` that comes next, or None."""
        if self.peek() != "[":
            return None
        return self._until("]", self.take())

    def _until(self, end: str, opening: Tok) -> list[Tok]:
        depth, tokens = 0, list[Tok]()
        while self._ahead:
            token = self._ahead.pop()
            if token.text == end and depth == 0:
                return tokens
            depth += (token.text == "{") - (token.text == "}")
            tokens.append(token)
        raise TexError(opening.at, f"`{opening.text}` is never closed")


def grow(tokens: Sequence[Tok]) -> tuple[Node, ...]:
    """Return the tree of a formula.

    Raises:
        TexError: where a group does not close, closes nothing, or lies too deep.
    """
    stream, stack = Stream(tokens), [_Open(Tok("", 0))]
    while stream:
        token = stream.take()
        if token.text in CLOSING:
            stack.append(_open(token, stream))
            if len(stack) > DEEPEST + 1:
                raise TexError(token.at, TOO_DEEP)
        elif token.text in CLOSES:
            group = _close(token, stack, stream)
            stack[-1].children.append(group)
        else:
            stack[-1].children.append(token)
    if len(stack) > 1:
        raise _unclosed(stack[-1])
    return tuple(stack[0].children)


def flat(nodes: Iterable[Node]) -> Iterator[Tok]:
    """Yield the tokens of a tree that holds no environments or `\\left`, without its braces."""
    for node in nodes:
        if isinstance(node, Group):
            yield from flat(node.children)
        else:
            yield node


def first_at(nodes: Sequence[Node], otherwise: int) -> int:
    """Return where the first node that is no space stands."""
    return next((node.at for node in nodes if not is_space(node)), otherwise)


def is_space(node: Node) -> bool:
    """Tell whether a node is nothing but space."""
    return isinstance(node, Tok) and node.text == " "


def stripped(nodes: Sequence[Node]) -> list[Node]:
    """Return nodes without the spaces around them."""
    kept = list(nodes)
    while kept and is_space(kept[0]):
        del kept[0]
    while kept and is_space(kept[-1]):
        del kept[-1]
    return kept


def _open(token: Tok, stream: Stream) -> _Open:
    if token.text == "\\begin":
        return _Open(token, _environment(token, stream))
    if token.text == "\\left":
        return _Open(token, delimiters=(delimiter(token, stream),))
    return _Open(token)


def _close(token: Tok, stack: list[_Open], stream: Stream) -> Group:
    """Take the innermost group off the stack, finished."""
    name = _environment(token, stream) if token.text == "\\end" else ""
    shown = f"\\end{{{name}}}" if name else token.text
    if len(stack) == 1:
        raise TexError(token.at, f"`{shown}` closes nothing", f"there is no `{_opening(token.text, name)}` before it")
    innermost = stack[-1]
    if innermost.token.text != CLOSES[token.text] or innermost.name != name:
        if all(open_.token.text != CLOSES[token.text] or open_.name != name for open_ in stack):
            closing = f"\\end{{{innermost.name}}}" if innermost.name else CLOSING[innermost.token.text]
            hint = f"`{closing}` has to come first"
            raise TexError(token.at, f"`{shown}` comes while `{innermost}` is open", hint)
        raise _unclosed(innermost, shown)
    stack.pop()
    return innermost.closed(*([delimiter(token, stream)] if token.text == "\\right" else []))


def _unclosed(group: _Open, before: str = "") -> TexError:
    hints = {
        "{": "write `}` where it ends, or `\\{` for a brace that shows",
        "\\left": "write `\\right)` or `\\right.` where it ends",
        "\\begin": f"write `\\end{{{group.name}}}` where it ends",
    }
    what = f"`{group}` is still open at `{before}`" if before else f"`{group}` is never closed"
    return TexError(group.token.at, what, hints.get(group.token.text, ""))


def _opening(closing: str, name: str) -> str:
    return f"\\begin{{{name}}}" if name else CLOSES[closing]


def _environment(token: Tok, stream: Stream) -> str:
    """Return the name after `\\begin` or `\\end`."""
    if stream.peek() != "{":
        raise TexError(token.at, f"`{token.text}` needs the name of an environment in braces")
    name = "".join(part.text for part in stream.argument(token)).strip()
    if name not in ENVIRONMENTS:
        raise TexError(token.at, f"`{name}` is not an environment we know", did_you_mean(name, sorted(ENVIRONMENTS)))
    return name


def delimiter(token: Tok, stream: Stream) -> Tok:
    """Return what `\\left`, `\\right` or `\\big` puts its size on."""
    if stream.peek() in {"", "{", "}"}:
        hint = "such as `(`, `[`, `\\{`, `|`, or `.` for none"
        raise TexError(token.at, f"`{token.text}` needs a delimiter after it", hint)
    following = stream.take()
    angles = {"<": "\\langle", ">": "\\rangle"}
    return Tok(angles.get(following.text, following.text), following.at)
