"""Addresses as Hugo makes them: sections, `url`, `slug`, permalink patterns, ugly ones.

Held against what Hugo 0.168 writes: a name and the words of a pattern are cleaned in two different ways.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import quote

TOKEN = re.compile(r":([a-z]+)(\[[^\]]*\])?")
CLOCKS = {
    "year": "%Y",
    "month": "%m",
    "monthname": "%B",
    "day": "%d",
    "yearday": "%j",
    "weekday": "%w",
    "weekdayname": "%A",
}
FILE_NAMES = ("filename", "contentbasename")
SLUGS = ("slug", "slugorfilename", "slugorcontentbasename")
KEPT = frozenset("./\\_#+~-@")


@dataclass(frozen=True)
class Content:
    """What decides the address of a file below `content/`."""

    path: str  # below content/, "posts/2020/x.md"
    title: str
    slug: str
    url: str
    date: datetime | None
    sections: tuple[str, ...] = ()  # its folders that are sections: the first, and those with an `_index.md`

    @property
    def folders(self) -> tuple[str, ...]:
        """The sections the page is in."""
        parts = PurePosixPath(self.path).parts[:-1]
        return parts[:-1] if self.is_leaf else parts

    @property
    def is_leaf(self) -> bool:
        """Tell whether it is the page of a folder: `x/index.md`."""
        return PurePosixPath(self.path).stem == "index"

    @property
    def name(self) -> str:
        """The name of the file, or of the folder of an `index.md`."""
        path = PurePosixPath(self.path)
        return path.parent.name if self.is_leaf else path.stem


def hugo_address(content: Content, permalinks: Mapping[str, str], ugly: bool) -> str:
    """Return the address of a page, percent-encoded."""
    if content.url:
        return "/" + content.url.lstrip("/")
    section = content.folders[0] if content.folders else ""
    if section and (pattern := permalinks.get(section.lower())):
        path = TOKEN.sub(lambda token: _token(token, content), pattern)
    else:
        path = "/".join([*map(clean_path, content.folders), _clean(content.slug) or clean_path(content.name)])
    path = "/" + re.sub(r"/{2,}", "/", path).strip("/")
    if ugly and not (content.is_leaf and not content.name):
        return quote(f"{path}.html", safe="/~!$&'()+,;=@")
    return quote(f"{path}/" if path != "/" else "/", safe="/~!$&'()+,;=@")


def our_pattern(pattern: str) -> str:
    """Return a permalink pattern of Hugo in our words, empty when we have none for it."""
    made = TOKEN.sub(lambda token: _our_token(token[1]), pattern)
    return "" if "?" in made or ":slug" not in made else "/" + made.strip("/") + "/"


def _our_token(token: str) -> str:
    if token in {"year", "month", "day"}:
        return f":{token}"
    return ":slug" if token in {*FILE_NAMES, *SLUGS, "title"} else "?"


def _token(token: re.Match[str], content: Content) -> str:
    name = token[1]
    if name in CLOCKS:
        return content.date.strftime(CLOCKS[name]).lower() if content.date else ""
    if name in FILE_NAMES:
        return _words(content.name)
    if name in {"slugorfilename", "slugorcontentbasename"}:
        return _words(content.slug or content.name)
    if name == "slug":
        return _words(content.slug or content.title or content.name)
    if name == "sections":
        return "/".join(map(clean_path, content.sections))
    if name == "title":
        return _words((content.title or content.name).replace("/", "-"))
    return clean_path("".join(content.folders[:1])) if name == "section" else token[0]


def clean_path(path: str) -> str:
    """Return the name of a file as Hugo writes it: small letters, a dash for each space, no marks but a few."""
    path = unicodedata.normalize("NFC", path).lower()
    return "".join("-" if c.isspace() else c for c in path if c.isspace() or _is_kept(c))


def _words(text: str) -> str:
    """Return words as Hugo puts them into a pattern: cleaned twice, a `+` read as a space between."""
    return _clean(_clean(text).replace("+", " "))


def _clean(text: str) -> str:
    """Return words with one dash for each white space, none beside a dash that is there."""
    made: list[str] = []
    is_pending = False
    for c in unicodedata.normalize("NFC", text).lower():
        if _is_kept(c):
            made += ["-"] if is_pending and c != "-" else []
            made.append(c)
            is_pending = False
        elif made and made[-1] != "-" and c.isspace():
            is_pending = True
    return "".join(made)


def _is_kept(character: str) -> bool:
    return character.isalnum() or character in KEPT or unicodedata.category(character).startswith("M")
