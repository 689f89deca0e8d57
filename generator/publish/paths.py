"""Paths of the output: none leaves the folder, no two are one file on any system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Place, SiteError

MANIFEST = ".labpress.json"  # lists what a build wrote, and marks the folder as ours
LONGEST_NAME = 255  # bytes, on every common file system
RESERVED_NAME = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³])(?:\..*)?\Z", re.IGNORECASE)
CONTROL = re.compile(r"[\0-\x1f\x7f]")
DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Output:
    """One file of the site, not yet on disk."""

    path: str  # relative to the output folder, with forward slashes
    content: bytes | Path  # a Path is copied as it is
    because: str  # the source to blame


def check_paths(outputs: Sequence[Output]) -> list[SiteError]:
    """Return a mistake for each path that cannot be written, and for each two that would be one file."""
    errors = []
    files: dict[str, Output] = {}
    for output in outputs:
        if reason := _reason(output.path):
            errors.append(SiteError(f"the output path `{_shown(output.path)}` {reason}", Place(output.because)))
            continue
        first = files.setdefault(_alike(output.path), output)
        if first is not output:
            errors.append(_clash(first, output))
    for alike, output in files.items():
        for end in (place for place, character in enumerate(alike) if character == "/"):
            if file := files.get(alike[:end]):
                what = f"`{output.path}` needs a folder where `{file.path}` is a file"
                errors.append(SiteError(what, Place(output.because), f"the other comes from `{file.because}`"))
    return errors


def _reason(path: str) -> str:
    """Say why a path cannot be written everywhere, or return an empty string."""
    segments = path.split("/")
    if path.startswith("/") or DRIVE.match(path):
        return "is absolute"
    if "\\" in path:
        return "holds a backslash"
    if CONTROL.search(path):
        return "holds a control character"
    if ".." in segments:
        return "leaves the output folder"
    if "" in segments or "." in segments:
        return "has an empty part"
    if path == MANIFEST:
        return "is the builder's own list of files"
    for segment in segments:
        if reason := _reason_of_segment(segment):
            return reason
    return ""


def _reason_of_segment(segment: str) -> str:
    if RESERVED_NAME.match(segment):
        return f"holds `{segment}`, which Windows reserves"
    if segment.endswith((".", " ")):
        return "has a part that ends in a dot or a space"
    try:
        length = len(segment.encode())
    except UnicodeEncodeError:
        return "is not Unicode"
    return f"has a part of {length} bytes; {LONGEST_NAME} is the most" if length > LONGEST_NAME else ""


def _clash(first: Output, second: Output) -> SiteError:
    if first.path == second.path:
        what = f"two files of the site are both `{second.path}`"
    else:
        what = f"`{first.path}` and `{second.path}` are one file on systems that ignore case"
    return SiteError(what, Place(second.because), f"the other comes from `{first.because}`")


def _alike(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _shown(path: str) -> str:
    short = path if len(path) <= 80 else path[:79] + "…"
    return short.encode("unicode_escape").decode() if CONTROL.search(short) or not short.isprintable() else short
