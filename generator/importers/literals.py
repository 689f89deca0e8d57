"""Settings written as programs: literals of `pelicanconf.py` and `gatsby-config.js`, read and never run.

What is no literal (a call, a variable, a template with `${`) is left out, and its place is told.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.errors import Place, SiteError

DEEPEST = 20
TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|[{}\[\],:()]|[^\s{}\[\],:()"'`]+""",
    re.DOTALL,
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
WORDS = {"true": True, "false": False, "null": None, "undefined": None}
ESCAPES = {"n": "\n", "t": "\t", "\n": ""}


@dataclass(frozen=True)
class Literals:
    """What could be read, and where the rest stands."""

    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[str, int] = field(default_factory=dict)  # name -> line


def read_python(path: str, text: str) -> Literals:
    """Read the assignments of a Python file whose right side is a literal.

    Raises:
        SiteError: it is not Python.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", 0) or 0
        what = f"this is not Python: {getattr(error, 'msg', error)}"
        raise SiteError(what, Place(path, line), "mend the line; it is read, never run") from None
    values: dict[str, Any] = {}
    lines, unread = {}, {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                try:
                    values[target.id] = ast.literal_eval(node.value)
                    lines[target.id] = node.lineno
                except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                    unread[target.id] = node.lineno
    return Literals(values, lines, unread)


def read_javascript(text: str, key: str) -> Literals:
    """Read the object that stands behind `key:` anywhere in a JavaScript file."""
    for start in re.finditer(rf"\b{re.escape(key)}\s*:\s*(?=\{{)", text):
        if not text[: start.start()].rsplit("\n", 1)[-1].lstrip().startswith(("//", "*")):
            reader = _JavaScript(text, start.end())
            value = reader.value(0)
            if isinstance(value, dict):
                return Literals(value, {}, reader.unread)
    return Literals({})


class _JavaScript:
    """Reads one literal, token by token."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at
        self.unread: dict[str, int] = {}

    def next(self) -> str:
        """Return the next token that means something; empty at the end."""
        while found := TOKEN.match(self.text, self.at):
            self.at = found.end()
            if not found[0].isspace() and not found[0].startswith(("//", "/*")):
                return found[0]
        return ""

    def peek(self) -> str:
        """Return the next token and stay before it."""
        at = self.at
        token = self.next()
        self.at = at
        return token

    def value(self, depth: int) -> object:
        """Read a value; what is no literal is `...`."""
        token = self.next()
        if depth > DEEPEST:
            return ...
        if token == "{":
            return self.mapping(depth)
        if token == "[":
            return self.items(depth)
        made = _scalar(token)
        if self.peek() in {",", "}", "]", ""}:
            return made
        self.skip()
        return ...

    def mapping(self, depth: int) -> dict[str, object]:
        """Read pairs up to the brace that closes them."""
        found: dict[str, object] = {}
        while (key := self.next()) not in {"}", ""}:
            line = self.text.count("\n", 0, self.at) + 1
            if key == ",":
                continue
            if self.peek() != ":":
                self.skip()  # `...spread`, `name` alone, a method
                self.unread[key] = line
                continue
            self.next()
            name = str(_scalar(key)) if key[0] in "\"'" else key
            value = self.value(depth + 1)
            if value is ...:
                self.unread[name] = line
            else:
                found[name] = value
        return found

    def items(self, depth: int) -> list[object]:
        """Read items up to the bracket that closes them; those that are no literals are left out."""
        found: list[object] = []
        while self.peek() not in {"]", ""}:
            if self.peek() in {",", "}", ")"}:
                self.next()
                continue
            found.append(self.value(depth + 1))
        self.next()
        return [one for one in found if one is not ...]

    def skip(self) -> None:
        """Pass over an expression, up to the comma or bracket that ends it."""
        depth = 0
        while (token := self.peek()) and not (depth == 0 and token in {",", "}", "]"}):
            depth += (token in {"{", "[", "("}) - (token in {"}", "]", ")"})
            self.next()


def _scalar(token: str) -> object:
    """Return what a token means, `...` when it is no literal."""
    if token[:1] in {'"', "'"} or (token[:1] == "`" and "${" not in token):
        return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), token[1:-1], flags=re.DOTALL)
    if token in WORDS:
        return WORDS[token]
    if NUMBER.fullmatch(token):
        return float(token) if "." in token else int(token)
    return ...
