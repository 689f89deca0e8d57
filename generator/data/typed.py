"""Typed values out of loaded data: what does not fit is noted with its place, and reading goes on.

Front matter and config take their keys through this, so that one run names every mistake of a file.
"""

from __future__ import annotations

import math
import re

from generator.data.printable import odd_characters
from generator.data.text import KeyPath, Loaded, shorten
from generator.errors import SiteError

BARE_WORD = re.compile(r"[^\s,\]}#]+")
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Typed:
    """One file's values and the mistakes found in them so far."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.errors = odd_characters(loaded)

    def mistake(self, what: str, keys: KeyPath, hint: str = "") -> None:
        """Note what is wrong with the value at `keys`."""
        self.errors.append(SiteError(what, self.loaded.value_place(keys), hint))

    def text(self, value: object, keys: KeyPath) -> str:
        """Take a text; a bare number, date or truth is text as the author wrote it: `1.10` stays so."""
        if isinstance(value, dict | list):
            self.mistake(f"{name(keys)} is {describe(value)}, not text", keys)
            return ""
        return value if isinstance(value, str) else self._as_written(value, keys)

    def line(self, value: object, keys: KeyPath) -> str:
        """Take a text with its line breaks folded to spaces."""
        return " ".join(self.text(value, keys).split())

    def flag(self, value: object, keys: KeyPath) -> bool:
        """Take true or false, also as the words other systems write."""
        found = WORDS.get(value.strip().lower()) if isinstance(value, str) else value
        if not isinstance(found, bool):
            self.mistake(f"{name(keys)} is {describe(value)}, not `true` or `false`", keys)
            return False
        return found

    def count(self, value: object, keys: KeyPath) -> int:
        """Take a whole number from 1."""
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.mistake(f"{name(keys)} is {describe(value)}, not a whole number from 1", keys)
            return 1
        return value

    def mapping(self, value: object, keys: KeyPath) -> dict[str, object]:
        """Take a mapping as it is."""
        if not isinstance(value, dict):
            self.mistake(
                f"{name(keys)} is {describe(value)}, not a mapping", keys, "write lines of `key: value` under it"
            )
            return {}
        return value

    def _as_written(self, value: object, keys: KeyPath) -> str:
        """Return the characters a bare scalar was read from."""
        text = self.loaded.text
        place = self.loaded.value_place(keys)
        start = text.offset(place.line - text.first_line + 1, place.column)
        found = BARE_WORD.match(text.text, start)
        return found[0] if found and _means(found[0]) == value else str(value)


def name(keys: KeyPath) -> str:
    """Return a key path as a message names it: `menu[2].url`."""
    parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return f"`{shorten(''.join(parts).removeprefix('.'))}`"


def describe(value: object) -> str:
    """Return a value as a message shows it, with its kind when that is the point."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value is None or value == "":
        return "empty"
    if isinstance(value, int | float):
        return f"the number {shorten(str(value))}"
    return f"`{shorten(str(value))}`"


def _means(word: str) -> object:
    """Return the number or the truth a bare word stands for."""
    if word.lower() in {"true", "false"}:
        return word.lower() == "true"
    try:
        number = float(word.replace("_", ""))
    except ValueError:
        return word
    return number if math.isfinite(number) else word
