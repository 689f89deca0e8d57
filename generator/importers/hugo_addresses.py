"""Addresses as Hugo makes them: sections, `url`, `slug`, permalink patterns, ugly ones."""

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
KEPT = frozenset("./\\_#+~-@%")


@dataclass(frozen=True)
class Content:
    """What decides the address of a file below `content/`."""

    path: str  # below content/, "posts/2020/x.md"
    title: str
    slug: str
    url: str
    date: datetime | None

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
        path = "/".join(["", *content.folders, content.slug or content.name])
    path = "/" + _clean(path).strip("/")
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
        return content.name
    if name in {"slugorfilename", "slugorcontentbasename"}:
        return content.slug or content.name
    if name == "slug":
        return content.slug or content.title or content.name
    if name == "sections":
        return "/".join(content.folders)
    words = {"title": content.title or content.name, "section": "".join(content.folders[:1])}
    return words.get(name, token[0])


def _clean(path: str) -> str:
    """Return a path as Hugo writes it: small letters, dashes for spaces, no marks but a few."""
    path = re.sub(r"\s+", "-", unicodedata.normalize("NFC", path).lower())
    kept = "".join(c for c in path if c.isalnum() or c in KEPT or unicodedata.category(c).startswith("M"))
    return re.sub(r"/{2,}", "/", re.sub(r"-{2,}", "-", kept))
