"""Characters no text of a page may hold, whatever escape they came in through.

A double-quoted `"$\\alpha$"` in YAML holds a bell, and `"\\ufdd0"` would look like one of our
placeholders. Front matter and config are checked for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.data.text import KeyPath, Loaded
from generator.errors import SiteError, sort_key

RESERVED = re.compile("[\ufdd0-\ufdef]")  # noncharacters; `render` hides printed values behind them
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold, and worse


def odd_characters(loaded: Loaded) -> list[SiteError]:
    """Return a mistake for each text in `loaded`, keys too, that holds such a character; in the file's order."""
    errors = []
    for keys, text, is_key in _texts(loaded.value):
        if told := _judge(text):
            place = loaded.place(keys) if is_key else loaded.value_place(keys)
            errors.append(SiteError(told[0], place, told[1]))
    return sorted(errors, key=sort_key)


def _judge(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a text, and a hint."""
    if reserved := RESERVED.search(text):
        return f"the noncharacter U+{ord(reserved[0]):04X} is reserved for the builder", "remove it"
    if control := CONTROL.search(text):
        hint = "use single quotes: in double quotes a `\\` starts an escape"
        return f"this text holds the control character U+{ord(control[0]):04X}", hint
    return None


def _texts(value: object) -> Iterator[tuple[KeyPath, str, bool]]:
    """Yield every text in plain data with its path, and whether it is a key; without recursion."""
    todo: list[tuple[KeyPath, object]] = [((), value)]
    while todo:
        keys, node = todo.pop()
        if isinstance(node, str):
            yield keys, node, False
        elif isinstance(node, dict):
            todo.extend(((*keys, key), child) for key, child in node.items())
            yield from (((*keys, key), key, True) for key in node)
        elif isinstance(node, list):
            todo.extend(((*keys, i), child) for i, child in enumerate(node))
