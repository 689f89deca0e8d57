"""Text of a data file that knows its lines, and a loaded value that knows where its keys stand.

Positions are character offsets until somebody asks: an error, or a message about a key. Loading a
large file must not pay for places that are never shown.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from generator.errors import Place, SiteError

KeyPath = tuple[str | int, ...]  # ("rows", 3, "loss")
Offsets = dict[KeyPath, tuple[int, int]]  # where the key stands, where its value stands

LINE_END = re.compile(r"\r\n|\r|\n")
FOREIGN_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
DEEPEST = 100  # levels of lists and mappings; what walks a value may recurse
LONGEST_INTEGER = 300  # digits; so that every whole number also fits a float


@dataclass(frozen=True)
class Text:
    """The text of a file, or of a part of it that starts at `first_line`."""

    path: str  # relative to the site's root, for messages
    text: str
    first_line: int = 1

    def spot(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of a character, both from 1."""
        index = bisect.bisect_right(self._starts, max(0, offset)) - 1
        return index + self.first_line, max(0, offset) - self._starts[index] + 1

    def place(self, offset: int) -> Place:
        """Return the spot of a character together with the line around it."""
        line, column = self.spot(offset)
        start = self._starts[line - self.first_line]
        return Place(self.path, line, column, LINE_END.split(self.text[start : start + column + 1_000], maxsplit=1)[0])

    def offset(self, line: int, column: int = 1) -> int:
        """Return the offset of a spot of this text; a line from 1, counted from the text's own start."""
        return self._starts[min(line, len(self._starts)) - 1] + column - 1

    def error(self, what: str, offset: int, hint: str = "") -> SiteError:
        """Make the error for a mistake at a character."""
        return SiteError(what, self.place(offset), hint)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in LINE_END.finditer(self.text))]


class Table(list[dict[str, object]]):
    """Rows of a CSV file; knows how a number was written where that is not how it is printed: `2.50`, `007.5`."""

    def __init__(self, rows: list[dict[str, object]], written: Mapping[tuple[int, str], str]) -> None:
        super().__init__(rows)
        self.written = written

    def text(self, row: int, column: str, value: float) -> str:
        """Return a cell as it stands in the file."""
        return self.written.get((row, column)) or repr(value)


@dataclass(frozen=True)
class Loaded:
    """Plain data from a file, and on demand the place of each of its keys."""

    value: object
    text: Text
    locate: Callable[[], Offsets]

    @cached_property
    def offsets(self) -> Offsets:
        """Offsets of every key and of its value."""
        return self.locate()

    @property
    def positions(self) -> Mapping[KeyPath, tuple[int, int]]:
        """Line and column of every key; of an item of a list, where it starts."""
        return {keys: self.text.spot(key) for keys, (key, _) in self.offsets.items()}

    @property
    def value_positions(self) -> Mapping[KeyPath, tuple[int, int]]:
        """Line and column of every value."""
        return {keys: self.text.spot(value) for keys, (_, value) in self.offsets.items()}

    def place(self, keys: KeyPath) -> Place:
        """Return where a key stands, or the nearest key around it that has a place."""
        return self.text.place(self._nearest(keys)[0])

    def value_place(self, keys: KeyPath) -> Place:
        """Return where the value of a key stands, or of the nearest key around it."""
        return self.text.place(self._nearest(keys)[1])

    def _nearest(self, keys: KeyPath) -> tuple[int, int]:
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.offsets:
                return self.offsets[keys[:length]]
        return self.offsets.get((), (0, 0))


def decode(path: str, data: bytes) -> Text:
    """Turn the bytes of a file into text without a byte order mark.

    Raises:
        SiteError: the file is not UTF-8, or holds a NUL; the message names the byte.
    """
    for mark, name in FOREIGN_MARKS:
        if data.startswith(mark):
            raise SiteError(f"the file is {name}, not UTF-8", Place(path), "save it as UTF-8")
    nul = data.find(b"\0")
    if nul >= 0:
        is_utf16 = data.count(b"\0") >= len(data) // 4
        hint = "save it as UTF-8, not UTF-16" if is_utf16 else "is it a text file, in UTF-8?"
        raise SiteError(f"byte {nul} is a NUL", _place_of_byte(path, data, nul), hint)
    try:
        return Text(path, data.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        what = f"byte {error.start} (`0x{data[error.start]:02X}`) is not UTF-8"
        raise SiteError(what, _place_of_byte(path, data, error.start), "save the file as UTF-8") from None


def shorten(text: str, width: int = 40) -> str:
    """Return a value as it can stand in a message: one line, not too long."""
    line = "".join(c if c.isprintable() else " " for c in text[: width + 1])
    return line if len(text) <= width else line[: width - 1] + "…"


def too_deep(value: object) -> bool:
    """Tell whether lists and mappings are nested deeper than the limit, without recursion."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            if isinstance(child, dict | list)
        ]
    return bool(level)


def _place_of_byte(path: str, data: bytes, offset: int) -> Place:
    """Place a byte in a file that cannot be decoded; such bytes are shown as `\\xE9`."""
    start = max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1
    before = data[start:offset].decode("utf-8", "backslashreplace").removeprefix("\ufeff")
    rest = re.split(rb"[\r\n]", data[offset : offset + 1_000], maxsplit=1)[0].decode("utf-8", "backslashreplace")
    line = len(re.findall(rb"\r\n|\r|\n", data[:start])) + 1
    return Place(path, line, len(before) + 1, before + rest)
