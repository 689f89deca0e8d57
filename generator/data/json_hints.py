"""JSON mistakes in an author's words, the same on every version of Python."""

from __future__ import annotations

import json
import re

from generator.data.text import Text, shorten
from generator.errors import SiteError

FOUND = re.compile(r'"[^"]*"?|[^\s,:{}\[\]]+|.', re.DOTALL)  # what an author would call one thing
BLANK = " \t\r\n"
HINTS = (  # how the rest of the text starts, and what helps
    (("//", "/*", "#"), "JSON has no comments"),
    (("'",), "use double quotes"),
    (("True", "False", "None"), "write `true`, `false` or `null`"),
    (("+", "."), "a number is written like `0.5`, `-3` or `1e-5`"),
)


def explain(text: Text, source: str, start: int, error: json.JSONDecodeError) -> SiteError:
    """Turn the parser's error into one with the place and a way out.

    `source` is the part of `text` that was parsed and stands at offset `start`.
    """
    if not source.strip(BLANK):
        return text.error("the file is empty", start, "write `null`, `[]` or `{}`")
    inside = _inside_a_string(error.msg)
    if inside:
        return text.error(inside[0], start + error.pos, inside[1])
    rest = source[error.pos :].lstrip(BLANK)
    offset = len(source) - len(rest)
    before = source[:offset].rstrip(BLANK)
    if error.msg.startswith("Illegal trailing comma"):
        return text.error("a comma stands before the closing bracket", start + error.pos, "remove the comma")
    if before.endswith(",") and rest[:1] in {"}", "]"}:
        return text.error("a comma stands before the closing bracket", start + len(before) - 1, "remove the comma")
    what, hint = _expected(error.msg, rest, source[:offset])
    word = FOUND.match(rest)
    found = f"found `{shorten(word[0], 20)}`" if word else "the file ends"
    return text.error(f"{what}, {found}", start + offset, hint)


def _inside_a_string(message: str) -> tuple[str, str] | None:
    if message.startswith("Unterminated string"):
        return "this text is not closed", 'close it with `"`'
    if message.startswith("Invalid control character"):
        return "a line break or control character stands inside a text", "write a line break as `\\n`"
    if message.startswith("Invalid \\"):
        return "this is not an escape", "write a backslash as `\\\\`"
    return None


def _expected(message: str, rest: str, before: str) -> tuple[str, str]:
    """Return what should stand here, and a hint."""
    hint = next((hint for starts, hint in HINTS if rest.startswith(starts)), "")
    if before[-1:].isdigit() and (rest[:1].isdigit() or rest[:1] == "."):
        hint = HINTS[-1][1]
    if message.startswith("Extra data"):
        return "expected the end of the file", hint or "one value a file; for one a line, name it `.jsonl`"
    if message.startswith("Expecting property name"):
        return "expected a key in double quotes", hint
    if message.startswith("Expecting ',' delimiter"):
        return "expected a comma or a closing bracket", hint or ("is a comma missing before it?" if rest else "")
    if message.startswith("Expecting ':' delimiter"):
        return "expected `:` after the key", hint
    return "expected a value", hint
