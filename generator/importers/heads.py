"""Heads of old posts: keys added or replaced in YAML, TOML, JSON and plain front matter; the rest stays as it is.

Comments, order and spelling are the author's. A text without a head gets one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

from generator.data.emit import to_yaml
from generator.read.frontmatter import Head, split
from generator.read.source import Source

ENDS = {"---": ("---", "..."), "+++": ("+++",)}
PLAIN_HEAD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*:(?:[ \t]|$)")
JSON_START = re.compile(r'\{\s*(?:"|\})')


def read_head(path: str, text: str) -> Head:
    """Split a text into its head and its body, as the builder does.

    Raises:
        SiteError: the head is not what it should be; or an ExceptionGroup of several.
    """
    return split(Source(path, text.replace("\r\n", "\n").replace("\r", "\n"), ""))


def with_keys(text: str, keys: Mapping[str, object]) -> str:
    """Add keys to the head of a text; none of them may be there yet."""
    if not keys:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    kind = head_kind(text)
    if kind == "none":
        return f"---{end}{_lines(kind, keys, end)}---{end}{text}"
    if kind == "json":
        start = text.index("{") + 1
        comma = "" if text[start:].lstrip().startswith("}") else ","
        return text[:start] + end + ("," + end).join(_pairs(keys)) + comma + text[start:]
    lines = text.splitlines(keepends=True)
    at = 1 if kind == "toml" else _end_of_head(lines, kind)
    if at and not lines[at - 1].endswith(("\n", "\r")):
        lines[at - 1] += end
    return "".join([*lines[:at], _lines(kind, keys, end), *lines[at:]])


def with_value(text: str, key: str, value: object) -> str:
    """Replace the value of one key of the head, up to the next key; other lines stay."""
    head = read_head("", text)
    written = next(known for known in head.values if known.lower() == key.lower())
    starts = sorted(line for keys, (line, _) in head.loaded.positions.items() if len(keys) == 1)
    line = head.loaded.positions[(written,)][0]
    kind, end = head_kind(text), "\r\n" if "\r\n" in text else "\n"
    if kind == "json":
        rest = {**head.values, written: value}
        return json.dumps(rest, indent=2, ensure_ascii=False) + end + head.body
    lines = text.splitlines(keepends=True)
    stop = next((other for other in starts if other > line), 0) or _end_of_head(lines, kind) + 1
    kept = [one for one in lines[line : stop - 1] if one.lstrip().startswith("#") or one.startswith("[")]
    return "".join([*lines[: line - 1], _lines(kind, {written: value}, end), *kept, *lines[stop - 1 :]])


def renamed_key(text: str, key: str, new: str) -> str:
    """Call one key of the head by another name; its value stays."""
    body = read_head("", text).body
    head = text[: len(text) - len(body)]
    pattern = re.compile(rf"""^(\s*"?){re.escape(key)}("?\s*[:=])""", re.MULTILINE | re.IGNORECASE)
    return pattern.sub(rf"\g<1>{new}\g<2>", head, count=1) + text[len(head) :]


def head_kind(text: str) -> str:
    """Return how the head of a text is written: yaml, toml, json, plain or none."""
    first = text.partition("\n")[0].rstrip()
    if first in ENDS:
        return {"---": "yaml", "+++": "toml"}[first]
    if JSON_START.match(text):
        return "json"
    return "plain" if PLAIN_HEAD.match(first) else "none"


def _end_of_head(lines: list[str], kind: str) -> int:
    """Return the number of lines before the one that ends the head."""
    if kind == "plain":
        return next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    ends = ENDS["---" if kind == "yaml" else "+++"]
    return next(n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ends)


def _lines(kind: str, keys: Mapping[str, object], end: str) -> str:
    """Write keys in the way of a head."""
    if kind == "toml":
        return "".join(f"{key} = {_toml(value)}{end}" for key, value in keys.items())
    if kind == "plain":
        return "".join(f"{key}: {_plain(value)}{end}" for key, value in keys.items())
    return "".join(to_yaml({key: _yaml(value)}).replace("\n", end) for key, value in keys.items())


def _pairs(keys: Mapping[str, object]) -> list[str]:
    return [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]


def _yaml(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _toml(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
