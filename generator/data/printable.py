"""Characters no text of a page may hold, whatever escape they came in through.

A double-quoted `"$\\alpha$"` in YAML holds a bell, and `"\\ufdd0"` would look like one of our
placeholders. Front matter and config are checked for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.data.text import KeyPath, Loaded
from generator.errors import SiteError

RESERVED = re.compile("[\ufdd0-\ufdef]")  # noncharacters; `render` hides printed values behind them
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold, and worse


def odd_characters(loaded: Loaded) -> list[SiteError]:
    """Return a mistake for each text in `loaded` that holds such a character."""
    errors = []
    for keys, text in _texts(loaded.value):
        if reserved := RESERVED.search(text):
            what = f"the noncharacter U+{ord(reserved[0]):04X} is reserved for the builder"
            errors.append(SiteError(what, loaded.value_place(keys), "remove it"))
        elif control := CONTROL.search(text):
            what = f"this text holds the control character U+{ord(control[0]):04X}"
            hint = "use single quotes: in double quotes a `\\` starts an escape"
            errors.append(SiteError(what, loaded.value_place(keys), hint))
    return errors


def _texts(value: object) -> Iterator[tuple[KeyPath, str]]:
    """Yield every text in plain data with its path, keys too, in order and without recursion."""
    todo: list[tuple[KeyPath, object]] = [((), value)]
    while todo:
        keys, node = todo.pop()
        if isinstance(node, str):
            yield keys, node
        elif isinstance(node, dict):
            todo.extend(((*keys, key), child) for key, child in reversed(node.items()))
            yield from (((*keys, key), key) for key in node)
        elif isinstance(node, list):
            todo.extend(((*keys, i), node[i]) for i in reversed(range(len(node))))
