"""Source: find and read every text file of the site.

A source is UTF-8 text below the site's root. Whatever is not that (another encoding, a link that leads
outside, a folder where a file should be) is an error that names the file and the spot; nothing is
skipped in silence, and no replacement character is ever put in.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from generator.data.printable import RESERVED
from generator.data.text import Text, decode
from generator.errors import Place, SiteError

POSTS, PAGES, DRAFTS = "posts", "site/pages", "_drafts"
MARKDOWN = (".md", ".markdown")
PAGE_TYPES = (*MARKDOWN, ".html")
ROOMS = {POSTS: MARKDOWN, DRAFTS: MARKDOWN, PAGES: PAGE_TYPES}  # folder -> endings of its sources
LITTER = (".*", "*~", "#*#", "*.swp", "*.swo", "*.tmp", "*.bak")  # hidden files, and what editors leave behind
NOT_OURS = re.compile("|".join(map(fnmatch.translate, LITTER)))
RETRY_SECONDS = 0.05  # an editor that saves by renaming leaves a gap of about a millisecond


@dataclass(frozen=True)
class Source:
    """A text file of the site as git sees it, with line ends made alike."""

    path: str  # relative to the root, with forward slashes
    text: str  # line ends are LF; no byte order mark
    digest: str  # sha256 of the bytes on disk

    def place(self, line: int, column: int = 0) -> Place:
        """Return a spot in this file together with the line that stands there."""
        lines = self.text.split("\n")
        return Place(self.path, line, column, lines[line - 1] if 0 < line <= len(lines) else "")


def find_sources(root: Path) -> tuple[str, ...]:
    """List the posts and pages below `root`, sorted.

    What cannot be read, or leads out of the site, is listed too, so that `read_source` can say why.
    """
    found: set[str] = set()
    for room, types in ROOMS.items():
        if os.path.lexists(root / room):
            found.update(_walk(root, room, types, ()))
    return tuple(sorted(found))


def read_source(root: Path, path: str) -> Source:
    """Read one text file of the site.

    Raises:
        SiteError: the file is not ordinary UTF-8 text inside `root`, or may not be read.
    """
    data = read_bytes(root, path)
    text = decode(path, data)
    _require_no_reserved(text)
    lines = text.text.replace("\r\n", "\n").replace("\r", "\n")
    return Source(path, lines, hashlib.sha256(data).hexdigest())


def read_bytes(root: Path, path: str) -> bytes:
    """Read a file below `root`; one that vanished is tried once more."""
    _require_readable_name(path)
    try:
        return _read(root, path)
    except FileNotFoundError:
        time.sleep(RETRY_SECONDS)
    except OSError as error:
        _refuse(error, path)
    try:
        return _read(root, path)
    except OSError as error:
        _refuse(error, path)


def is_drafts_folder(path: str) -> bool:
    """Tell whether a source lies in a folder for drafts: `_drafts/`, `posts/drafts/` or `posts/_drafts/`."""
    return path.startswith((f"{DRAFTS}/", f"{POSTS}/drafts/", f"{POSTS}/_drafts/"))


def _walk(root: Path, folder: str, types: tuple[str, ...], above: tuple[str, ...]) -> Iterator[str]:
    """Yield the sources below a folder, and every entry that only an error can describe."""
    real = os.path.realpath(root / folder)
    inside = Path(real).is_relative_to(os.path.realpath(root))
    if not inside or any(Path(one).is_relative_to(real) for one in above):
        yield folder
        return
    try:
        entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    entries = [entry for entry in entries if not NOT_OURS.match(entry.name)]
    # Markdown beside a post's index.md belongs to that post, like its pictures.
    is_bundle = folder.startswith(f"{POSTS}/") and any(_is_index(entry.name) for entry in entries)
    for entry in entries:
        path = f"{folder}/{entry.name}"
        if entry.name.lower().endswith(types):
            if not is_bundle or _is_index(entry.name):
                yield path
        elif not is_bundle and _leads_to_folder(entry):
            yield from _walk(root, path, types, (*above, real))


def _is_index(name: str) -> bool:
    stem, dot, end = name.rpartition(".")
    return stem == "index" and dot + end.lower() in MARKDOWN


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    """Tell a folder, or a link to one; a link that leads in a circle counts, so that it is named."""
    try:
        return entry.is_dir()
    except OSError:
        return True


def _require_readable_name(path: str) -> None:
    """Refuse a file name that is not UTF-8 on disk: it could not be printed or linked."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        raise SiteError("the name of this file is not UTF-8", Place(shown), "rename it") from None


def _require_inside(root: Path, path: str) -> None:
    """Follow every link on the way to `path`; name the first that leaves the site or leads nowhere."""
    real_root = os.path.realpath(root)
    walked = root
    for part in path.split("/"):
        walked = walked / part
        if not walked.is_symlink():
            continue
        link, target = walked.relative_to(root).as_posix(), str(walked.readlink())
        shown = f"`{link}` is a link to `{target}`"
        real = os.path.realpath(walked)
        if Path(os.path.realpath(walked.parent)).is_relative_to(real):
            raise SiteError(f"{shown}, a folder that holds it", Place(path), "remove the link")
        if not Path(real).is_relative_to(real_root):
            raise SiteError(f"{shown}, outside the site", Place(path), "copy what it leads to into the site")
        if not walked.exists():
            raise SiteError(f"{shown}, which does not exist", Place(path), "mend the link or remove it")


def _read(root: Path, path: str) -> bytes:
    _require_inside(root, path)
    file = root / path
    mode = file.stat().st_mode
    if stat.S_ISDIR(mode):
        list(os.scandir(file))  # a folder that may not be listed is the graver trouble: PermissionError
        raise SiteError("this is a folder with the name of a page", Place(path), "rename it without the ending")
    if not stat.S_ISREG(mode):
        raise SiteError("this is not an ordinary file", Place(path), "put a text file in its place")
    if path in ROOMS:
        raise SiteError("this is a file, where a folder of pages belongs", Place(path), "rename it")
    return file.read_bytes()


def _refuse(error: OSError, path: str) -> NoReturn:
    match error:
        case FileNotFoundError():
            what, hint = "the file vanished while the site was read", "build again"
        case PermissionError():
            what, hint = "permission denied", f"allow reading it: `chmod u+rX {path}`"
        case _:
            what, hint = f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}", ""
    raise SiteError(what, Place(path), hint) from None


def _require_no_reserved(text: Text) -> None:
    reserved = RESERVED.search(text.text)
    if reserved:
        what = f"the noncharacter U+{ord(reserved[0]):04X} is reserved for the builder"
        raise text.error(what, reserved.start(), "remove it; it has no shape and no meaning")
