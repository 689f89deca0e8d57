"""JSON files of an export: small ones at once, large ones as a stream, mistakes with the file and the place.

Values are checked where they are taken: `text_of`, `number_of` and `rows_of` give what the format promises or an
empty value, so that one odd message loses itself and nothing else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from experiments.persona.archive import Archive
from generator.errors import SiteError

AT_ONCE = 24 * 2**20  # bytes: a page of 10,000 messages has some 5 MB, and takes four times that in memory
BOM = b"\xef\xbb\xbf"
HINT = "download the export again, or leave the file out with `on_error=skip`"

Row = Mapping[str, Any]


class Document:
    """One JSON file, whose top level is an object."""

    def __init__(self, archive: Archive, name: str, size: int) -> None:
        self._archive, self._name, self._whole = archive, name, None
        if size <= AT_ONCE:
            self._whole = _load(archive, name)

    def value(self, key: str) -> Any:
        """Return the value of one key of the top level, None where it is absent."""
        if self._whole is not None:
            return self._whole.get(key)
        return next(self._stream(key), None)

    def items(self, *keys: str) -> Iterator[Any]:
        """Yield the elements of the list behind nested keys, `("chats", "list")`; nothing where there is none."""
        if self._whole is None:
            yield from self._stream(".".join([*keys, "item"]))
            return
        value: Any = self._whole
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        yield from value if isinstance(value, list) else ()

    def _stream(self, prefix: str) -> Iterator[Any]:
        import ijson

        with self._archive.open(self._name) as stream:
            try:
                yield from ijson.items(_without_bom(stream), prefix, use_float=True)
            except (ijson.JSONError, UnicodeError) as error:
                text = str(error).splitlines()[0]
                raise SiteError(f"this is no whole JSON: {text}", self._archive.place(self._name), HINT) from None


def _load(archive: Archive, name: str) -> dict[str, Any]:
    with archive.open(name) as stream:
        data = stream.read()
    place = archive.place(name)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise SiteError("this file is UTF-16, and JSON is UTF-8", place, HINT)
    try:
        text = data.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        raise SiteError(f"byte {error.start:,} is not UTF-8", place, HINT) from None
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        where = archive.place(name, error.lineno, error.colno)
        raise SiteError(f"this is no whole JSON: {error.msg[:1].lower()}{error.msg[1:]}", where, HINT) from None
    except RecursionError:
        raise SiteError("this file is nested deeper than any export", place, HINT) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise SiteError(f"this is no JSON of an export: {str(error).split(';')[0].lower()}", place, HINT) from None
    if not isinstance(whole, dict):
        raise SiteError(f"an object was expected here, and not {_kind(whole)}", place, HINT)
    return whole


def text_of(row: Row, key: str) -> str:
    """Return a text, "" where there is none; half characters, which no file could hold, are replaced."""
    value = row.get(key)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def number_of(row: Row, key: str) -> int | None:
    """Return a whole number, also one written as text or with a fraction; None for everything else."""
    value = row.get(key)
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 20:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if abs(value) < 2**53 else None


def rows_of(row: Row, key: str) -> list[Row]:
    """Return the objects of a list, without whatever else stands in it."""
    value = row.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


class _WithoutBom:
    """A stream whose first three bytes are left out when they are a byte order mark, which yajl does not know."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._start = stream, stream.read(3).removeprefix(BOM)

    def read(self, size: int = -1) -> bytes:
        if self._start and size != 0:
            start, self._start = self._start, b""
            return start
        return self._stream.read(size)


def _without_bom(stream: BinaryIO) -> _WithoutBom:
    return _WithoutBom(stream)


def _kind(value: object) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
