"""YAML mistakes in an author's words: where the parser stopped, and what is usually meant."""

from __future__ import annotations

import re

from generator.data.text import Text, shorten
from generator.errors import SiteError

COLON_IN_VALUE = re.compile(r"\s*(?:- +)*([^\s:'\"\[\]{}][^:]*): +([^'\"\[{|>&*].*: .*|[^'\"\[{|>&*].*:)$")
STARTED_TOO_EARLY = ("quoted scalar", "simple key")  # the start of these tells more than where the parser gave up
HINTS = (
    ("unknown escape character", "use single quotes: in double quotes a `\\` starts an escape"),
    ("unexpected end of stream", "close the quote"),
    ("alphabetic or numeric character", "quote the value: `*` and `&` have a meaning in YAML"),
    ("cannot start any token", "quote the value: it starts with a character that has a meaning in YAML"),
    ("could not find expected ':'", "write `key: value`; text that goes on is indented more than its key"),
    ("did not find expected key", "check the indentation and the quotes of this line and the one above"),
    ("did not find expected '-'", "check the indentation of this line and the one above"),
    ("did not find expected ','", "close the bracket, or quote the value"),
    ("not allowed in this context", "check the indentation of this line and the one above"),
    ("unexpected document indicator", "close the quote"),
    ("incompatible YAML document", "remove the `%YAML` line"),
)


def explain(text: Text, error: Exception) -> SiteError:
    """Turn a parser's error into one with the place and a way out."""
    problem = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    mark = getattr(error, "problem_mark", None)
    if any(name in context for name in STARTED_TOO_EARLY) and "escape" not in problem:
        mark = getattr(error, "context_mark", None) or mark
    offset = mark.index if mark else 0
    return text.error(f"this is not YAML: {problem}", offset, _hint(problem, text.place(offset).text))


def _hint(problem: str, line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return "indent with spaces: YAML takes no tabs"
    colon = COLON_IN_VALUE.match(line)
    if colon and "not allowed" in problem:
        value = colon[2].strip().replace("'", "''")
        return f"quote the value: `{colon[1]}: '{shorten(value, 60)}'`"
    if re.match(r"\s*(?:- +)*[^:]+: *\{[{%]", line):
        return "quote the value: `{` starts a mapping"
    return next((hint for part, hint in HINTS if part in problem), "")
