"""TOML to plain data through the standard library, with a place for every key outside inline tables."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator

from generator.data.text import DEEPEST, LONGEST_INTEGER, KeyPath, Loaded, Offsets, Text, too_deep
from generator.errors import SiteError, several

TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|\#[^\n]*|[\[\]{}=.,\n]|[^\s\[\]{}=.,\#"\']+',
    re.DOTALL,
)
SPOT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")
MANY_DIGITS = re.compile(rf"[0-9][0-9_]{{{LONGEST_INTEGER},}}")
TOO_LONG = f"this number has more than {LONGEST_INTEGER} digits"
TOO_DEEP = f"lists and tables are nested more than {DEEPEST} levels deep"


def load_toml(text: Text) -> Loaded:
    """Read a TOML document.

    Raises:
        SiteError: one mistake, or an ExceptionGroup of several.
    """
    if (deep := _too_deep_at(text.text)) is not None:
        raise text.error(TOO_DEEP, deep)
    try:
        value = tomllib.loads(text.text)
    except tomllib.TOMLDecodeError as error:
        raise _explain(text, str(error)) from None
    except ValueError:
        digits = MANY_DIGITS.search(text.text)
        assert digits, "only a number of many digits gets through the parser and has no value"
        raise text.error(TOO_LONG, digits.start(), "quote it if it is text") from None
    if too_deep(value):
        raise text.error(TOO_DEEP, 0)  # a header, dotted keys and brackets together
    loaded = Loaded(value, text, lambda: _locate(text.text))
    errors = [SiteError(what, loaded.value_place(keys), hint) for keys, what, hint in _odd_numbers(value)]
    if errors:
        raise errors[0] if len(errors) == 1 else several(errors)
    return loaded


def _explain(text: Text, message: str) -> SiteError:
    """Turn the parser's error into one with a place."""
    spot = SPOT.search(message)
    problem = SPOT.sub("", message)
    offset = text.offset(int(spot[1]), int(spot[2])) if spot and spot[1] else len(text.text.rstrip())
    hint = ""
    if "overwrite" in problem or "twice" in problem or "already" in problem:
        hint = "a key or a table stands twice: keep one of them"
    elif "Invalid value" in problem:
        hint = "put text in quotes"
    elif "Expected '='" in problem:
        hint = "write `key = value`"
    return text.error(f"this is not TOML: {problem[:1].lower()}{problem[1:]}", offset, hint)


def _too_deep_at(text: str) -> int | None:
    """Return where the first bracket or dotted key too many stands.

    Looked for before parsing: the parser recurses into brackets, and is slow with long dotted keys.
    """
    if text.count(".") + text.count("[") + text.count("{") <= DEEPEST:
        return None
    depth = dots = 0
    for match in TOKEN.finditer(text):
        word = match[0]
        depth += (word in {"[", "{"}) - (word in {"]", "}"})
        dots = dots + 1 if word == "." else 0 if word in {"=", ",", "]", "\n"} else dots
        if max(depth, dots) > DEEPEST:
            return match.start()
    return None


def _odd_numbers(value: object) -> Iterator[tuple[KeyPath, str, str]]:
    """Yield the numbers that no other part of the site could carry."""
    todo: list[tuple[KeyPath, object]] = [((), value)]
    while todo:
        keys, node = todo.pop()
        if isinstance(node, dict):
            todo.extend(((*keys, key), child) for key, child in reversed(node.items()))
        elif isinstance(node, list):
            todo.extend(((*keys, i), node[i]) for i in reversed(range(len(node))))
        elif isinstance(node, float) and not math.isfinite(node):
            yield keys, f"`{node}` is not a number", "leave the key out for a figure that is missing"
        elif isinstance(node, int) and abs(node) >= 10**LONGEST_INTEGER:
            yield keys, TOO_LONG, "quote it if it is text"  # too long to be shown, too: Python refuses


def _locate(text: str) -> Offsets:
    """Find where each key and table stands; keys of inline tables have the place of what holds them."""
    offsets: Offsets = {(): (0, 0)}
    arrays: dict[KeyPath, int] = {}  # arrays of tables: how many so far
    table: KeyPath = ()
    for line in _statements(text):
        words = [match[0] for match in line]
        start = line[0].start()
        if words[0] == "[":
            is_array = words[1:2] == ["["] and line[1].start() == start + 1
            table = _resolve((), _names(words[1 + is_array : words.index("]")]), arrays, is_array)
            offsets.setdefault(table, (start, start))
            continue
        equals = words.index("=") if "=" in words else len(words) - 1
        path = _resolve(table, _names(words[:equals]), arrays, is_array=False)
        offsets.setdefault(path, (start, line[min(equals + 1, len(line) - 1)].start()))
    return offsets


def _statements(text: str) -> Iterator[list[re.Match[str]]]:
    """Yield the tokens of each statement: a header, or `key = value` over one or more lines."""
    line: list[re.Match[str]] = []
    depth = 0
    for match in TOKEN.finditer(text):
        word = match[0]
        if word == "\n" and depth <= 0 and line:
            yield line
            line, depth = [], 0
        elif word != "\n" and not word.startswith("#"):
            line.append(match)
            depth += (word in {"[", "{"}) - (word in {"]", "}"})
    if line:
        yield line


def _names(words: list[str]) -> list[str]:
    """Return the parts of a dotted key without their quotes."""
    found = []
    for word in words:
        if word.startswith('"'):
            found.append(str(tomllib.loads(f"x = {word}")["x"]))
        elif word != ".":
            found.append(word.strip("'"))
    return found


def _resolve(table: KeyPath, names: list[str], arrays: dict[KeyPath, int], is_array: bool) -> KeyPath:
    """Return the path a key has in the data: a table of an array is the array's last one."""
    path = table
    for position, name in enumerate(names):
        path = (*path, name)
        if is_array and position == len(names) - 1:
            arrays[path] = arrays.get(path, 0) + 1
        if path in arrays:
            path = (*path, arrays[path] - 1)
    return path
