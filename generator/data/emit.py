"""Plain data as YAML and JSON text, with the same bytes on every machine.

PyYAML's dumper is slow, and its line breaks moved between versions; what people diff should not move.
Input is plain data: mappings with text keys, lists, text, numbers that are finite, booleans, None.
Strings that YAML 1.1 would read as something else (`no`, `1:30`) are quoted, floats always have a dot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

WIDEST = 120  # columns of a row that may stand on one line
# Line breaks of YAML 1.1, and characters its readers refuse; written as escapes.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_ ./()+-]*[A-Za-z0-9_./()+-])?")
_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
_LITERAL = re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x09\x0b-\x1f]*[^\s\x00-\x1f])?")


def to_json(value: object) -> str:
    """Write JSON with one item of a top-level list per line, so that a diff shows rows."""
    if isinstance(value, Mapping) and value:
        parts = [f"{_quoted(str(key))}: {_json_list(inner)}" for key, inner in value.items()]
        return "{\n" + ",\n".join(parts) + "\n}\n"
    return _json_list(value) + "\n"


def to_yaml(value: object) -> str:
    """Write YAML: block style outside, a flat row on one line, long text as a literal block."""
    return "\n".join(_block(value)) + "\n"


def _json_list(value: object) -> str:
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return "[\n" + ",\n".join(_compact(item) for item in value) + "\n]"
    return _compact(value)


def _compact(value: object) -> str:
    return _escaped(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _quoted(text: str) -> str:
    return _escaped(json.dumps(text, ensure_ascii=False))


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _block(value: object) -> list[str]:
    """Return the lines of a value in block style, not indented."""
    if isinstance(value, Mapping) and value:
        return [line for key, inner in value.items() for line in _entry(str(key), inner)]
    if isinstance(value, list) and value:
        return [line for item in value for line in _item(item)]
    return [_inline(value)]


def _entry(key: str, value: object) -> list[str]:
    head = f"{_text(key)}:"
    if isinstance(value, str) and _is_literal(value):
        return [f"{head} |-", *(f"  {line}" if line else "" for line in value.split("\n"))]
    if _is_flat(value):
        return [f"{head} {_inline(value)}"]
    return [head, *(f"  {line}" if line else "" for line in _block(value))]


def _item(value: object) -> list[str]:
    if isinstance(value, str) and _is_literal(value):
        return ["- |-", *(f"  {line}" if line else "" for line in value.split("\n"))]
    if _is_flat(value) or (isinstance(value, Mapping) and all(map(_is_flat, value.values()))):
        line = f"- {_inline(value)}"
        if len(line) <= WIDEST or not isinstance(value, Mapping):
            return [line]
    first, *rest = _block(value)
    return [f"- {first}", *(f"  {line}" if line else "" for line in rest)]


def _inline(value: object) -> str:
    """Return a value in flow style, on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(key))}: {_inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value)


def _text(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else _quoted(text)


def _number(value: float) -> str:
    """Write a float that YAML 1.1 reads back as a float: `1e-05` would come back as text."""
    digits = repr(float(value))
    return digits.replace("e", ".0e") if "e" in digits and "." not in digits else digits


def _is_flat(value: object) -> bool:
    """Say whether a value is written on one line wherever it stands."""
    if isinstance(value, str):
        return not _is_literal(value)
    if isinstance(value, Mapping):
        return not value
    return not isinstance(value, Sequence) or not any(isinstance(item, (Mapping, list, tuple)) for item in value)


def _is_literal(text: str) -> bool:
    """Say whether several lines of text can stand as they are, in a literal block."""
    return "\n" in text and _LITERAL.fullmatch(text) is not None and not _UNSAFE.search(text)
