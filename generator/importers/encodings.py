"""Old encodings: byte order marks, UTF-16, Windows-1252, and words that were garbled by reading one as the other.

What is mended is told with its place, before and after. Garbled words are mended line by line, and only
where they surely are: never inside code, because a post may be about them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator.data.text import LINE_END, shorten
from generator.errors import Place, SiteError
from generator.importers.prose import code_spans

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
CP1252 = "".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0))
SURE = re.compile(f"[\u00c2-\u00f4][\u0080-\u00bf{CP1252}]")  # two bytes of UTF-8; `\u00c3` and a space may be meant
WIDEST = 60  # characters of a line shown before and after


@dataclass(frozen=True)
class Decoded:
    """The text of an old file, and what was done to get it."""

    text: str
    changes: tuple[tuple[Place, str], ...] = ()
    doubts: tuple[tuple[Place, str, str], ...] = ()


def decode_old(path: str, data: bytes) -> Decoded:
    """Turn bytes into text whatever encoding they are in.

    Raises:
        SiteError: the file is not text.
    """
    text, changes = _decode(path, data)
    if SURE.search(text):
        text, repaired = _mend(path, text)
        changes += repaired
    return Decoded(text, tuple(changes))


def _decode(path: str, data: bytes) -> tuple[str, list[tuple[Place, str]]]:
    for mark, codec, name in MARKS:
        if data.startswith(mark):
            return _wide(path, data, codec, name)
    nul = data.find(b"\0")
    if nul >= 0 and data.count(b"\0") >= len(data) // 4:
        return _wide(path, data, "utf-16-be" if nul % 2 == 0 else "utf-16-le", "UTF-16 without a mark")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise SiteError(f"byte {nul} is a NUL", Place(path, line), "is it a text file? remove the character")
    try:
        return data.decode().removeprefix("\ufeff"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = f"byte {error.start} is `0x{data[error.start]:02X}`"
    try:
        text, name = data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, name = data.decode("latin-1"), "Latin-1"
    return text, [(Place(path, line), f"read as {name}, written as UTF-8 ({shown})")]


def _wide(path: str, data: bytes, codec: str, name: str) -> tuple[str, list[tuple[Place, str]]]:
    try:
        text = data.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        hint = "open it in the editor that wrote it, and save it as UTF-8"
        raise SiteError(f"the file says it is {name}, and byte {error.start} is not", Place(path), hint) from None
    return text, [(Place(path, 1), f"read as {name}, written as UTF-8")]


def _mend(path: str, text: str) -> tuple[str, list[tuple[Place, str]]]:
    """Repair each line of prose that is surely UTF-8 read as something else."""
    from ftfy import TextFixerConfig, fix_text  # a fifth of a second, and most files are ASCII
    from ftfy.badness import is_bad

    config = TextFixerConfig(
        **dict.fromkeys(("unescape_html", "remove_terminal_escapes", "uncurl_quotes", "fix_latin_ligatures"), False),
        **dict.fromkeys(("fix_character_width", "fix_line_breaks", "fix_surrogates"), False),
        **dict.fromkeys(("remove_control_chars", "replace_lossy_sequences", "restore_byte_a0", "explain"), False),
        normalization=None,
    )
    if not is_bad(text):
        return text, []
    changes = []
    parts: list[str] = []
    for start, line, is_code in _pieces(text):
        fixed = line
        if not is_code and SURE.search(line) and is_bad(line):
            fixed = fix_text(line, config)
        if fixed != line:
            number = text.count("\n", 0, start) + 1
            before, after = _around(line, fixed)
            changes.append((Place(path, number), f"garbled words mended: `{before}` → `{after}`"))
        parts.append(fixed)
    return "".join(parts), changes


def _pieces(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the lines of a text with where they start, code apart from prose."""
    at = 0
    for start, end in [*code_spans(text), (len(text), len(text))]:
        while at < start:
            found = LINE_END.search(text, at, start)
            stop = found.end() if found else start
            yield at, text[at:stop], False
            at = stop
        if end > at:
            yield at, text[at:end], True
            at = end


def _around(before: str, after: str) -> tuple[str, str]:
    """Return the changed part of a line, with the words it stands in."""
    before, after = before.strip(), after.strip()
    start = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, before.rfind(" ", 0, start) + 1)
    return shorten(before[start:], WIDEST), shorten(after[start:], WIDEST)
