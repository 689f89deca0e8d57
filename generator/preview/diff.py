"""Diff: what differs from the site as it was last published: pages, numbers, claims that have flipped.

Pages are the author's own; lists, feeds and what a page says of its neighbours follow from them. Numbers are those
that are bound to data, in the text and in tables. A published site has no claim that does not hold: each has flipped.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import SiteError
from generator.preview.edition import Edition
from generator.preview.visible import Token, read
from generator.publish.destinations import address
from generator.publish.output import Output
from generator.publish.paths import MANIFEST

MOST_PAGES = 200  # that are read for numbers
MOST_NUMBERS = 500
BEFORE, AFTER = 5, 3  # words around a number that tell which one it is
FLIPPED = re.compile(r"the claim `|`[^`]*` no longer holds")


@dataclass(frozen=True)
class Published:
    """The last build in a folder."""

    folder: Path
    files: dict[str, str]  # path -> SHA-256

    def text(self, path: str) -> str:
        """Return a file of the build, empty when it is not there any more."""
        try:
            return (self.folder / path).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return ""


def published(folder: Path) -> Published | None:
    """Return the build in a folder, None where there is none of ours."""
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        return Published(folder, {str(path): str(digest) for path, digest in files.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def stamp(folder: Path) -> int:
    """Return what is another one after each build that changed something."""
    try:
        return (folder / MANIFEST).stat().st_mtime_ns
    except OSError:
        return 0


def against(folder: Path, edition: Edition, warnings: Sequence[SiteError]) -> dict[str, object]:
    """Return what differs from the build in `folder`."""
    last = published(folder)
    claims = [{"place": str(one.place), "text": one.what} for one in warnings if FLIPPED.match(one.what)]
    if last is None:
        return {"ready": True, "published": False, "pages": [], "numbers": [], "claims": claims}
    pages: list[dict[str, str]] = []
    numbers: list[dict[str, object]] = []
    for item in edition.site.everything:
        made, errors = edition.compose(item)
        page = next((output for output in made if output.path == item.page.path), None)
        if errors or page is None or last.files.get(page.path) == _digest(page):
            continue
        told = {"url": item.page.url, "title": item.title}
        if page.path not in last.files:
            pages.append({**told, "kind": "new"})
            continue
        old, new = _read(last.text(page.path)), _read(_text(page)) if len(pages) < MOST_PAGES else []
        if old != new:
            pages.append({**told, "kind": "changed"})
            numbers += [{"url": item.page.url, **change} for change in compare(old, new)]
    pages += _gone(last, edition)
    return {"ready": True, "published": True, "pages": pages, "numbers": numbers[:MOST_NUMBERS], "claims": claims}


def compare(old: Sequence[Token], new: Sequence[Token]) -> Iterator[dict[str, object]]:
    """Yield the numbers that stand at the same place in both versions with another value."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    before, after = [token.key for token in old[start:]], [token.key for token in new[start:]]
    for block in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            was, place = old[start + block.a + offset], start + block.b + offset
            now = new[place]
            if was.value is not None and now.value is not None and was.value != now.value:
                change = {"percent": _percent(was.value, now.value), "context": _context(new, place)}
                yield {"old": was.shown, "new": now.shown, **change}


def _gone(last: Published, edition: Edition) -> Iterator[dict[str, str]]:
    """Yield the pages of the last build that there are no more."""
    for path in last.files:
        if path.endswith(".html") and not edition.is_there(path) and edition.get(path) is None:
            yield {"url": address(path), "title": read(last.text(path))[1], "kind": "gone"}


def _context(tokens: Sequence[Token], place: int) -> str:
    """Return the row and column of a number, or the words around it."""
    if tokens[place].cell:
        return tokens[place].cell
    around = tokens[max(0, place - BEFORE) : place + AFTER + 1]
    return " ".join(token.shown for token in around if token.block == tokens[place].block)


def _percent(old: float, new: float) -> float | None:
    """Return the change in per cent to three digits, None from zero; a small one is not rounded away."""
    percent = (new - old) / abs(old) * 100 if old else math.inf
    return float(f"{percent:.3g}") if math.isfinite(percent) else None


def _read(html: str) -> list[Token]:
    return read(html)[0]


def _text(output: Output) -> str:
    return output.content.decode() if isinstance(output.content, bytes) else ""


def _digest(output: Output) -> str:
    return hashlib.sha256(_text(output).encode()).hexdigest()
