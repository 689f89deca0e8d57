"""Names of data keys: `group_lasso.digits.best`, `x.rows[3].loss`, `sweep[0]["Learning Rate"]`.

A name without brackets and quotes is enough for keys made of letters, digits, `_` and `-`. Written
after `data.`, a name is also what an author types in a page.
"""

from __future__ import annotations

import json
import re

from generator.data.text import KeyPath

BARE = re.compile(r"[\w-]+\Z")
PART = re.compile(r'\.?([\w-]+)|\[([0-9]+)\]|\[("(?:[^"\\]|\\.)*")\]')


def name_of(keys: KeyPath) -> str:
    """Write a path as a name; the whole of `data` is the empty name."""
    name = ""
    for key in keys:
        if isinstance(key, int):
            name += f"[{key}]"
        elif BARE.match(key):
            name += f".{key}" if name else key
        else:
            name += f"[{json.dumps(key, ensure_ascii=False)}]"
    return name


def full_name(keys: KeyPath) -> str:
    """Write a path as an author types it in a page."""
    name = name_of(keys)
    return f"data{'' if not name or name.startswith('[') else '.'}{name}"


def keys_of(name: str) -> KeyPath:
    """Read a name that `name_of` wrote."""
    keys: list[str | int] = []
    position = 0
    while position < len(name):
        match = PART.match(name, position)
        if not match:
            raise ValueError(f"`{name}` is not the name of a data key")
        word, index, quoted = match.groups()
        keys.append(word if word is not None else int(index) if index is not None else json.loads(quoted))
        position = match.end()
    return tuple(keys)


def alike(key: str) -> str:
    """Return a key as it can be written after a dot: `my-data` and `my data` as `my_data`."""
    return key.replace("-", "_").replace(" ", "_")
