"""The old site: what lies in its folder, read and never written; links that leave it are told, not followed."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Place, SiteError

DEEPEST = 40  # folders in folders; more is a mistake of the one who made them
PAGE_ENDINGS = (".md", ".markdown", ".mkd", ".mkdn", ".mkdown", ".html", ".htm", ".qmd", ".ipynb", ".rst", ".mdx")
LITTER = ("*~", "#*#", "*.swp", "*.swo", "*.tmp", "*.bak", "Thumbs.db", "desktop.ini", ".DS_Store")
LARGEST_TEXT = 32_000_000  # bytes of a post, a page or a notebook


@dataclass(frozen=True)
class OldSite:
    """A folder of another builder, listed once."""

    root: Path
    files: tuple[str, ...]  # ordinary files, sorted, with forward slashes
    errors: tuple[SiteError, ...]  # entries that cannot be read, or lead out of the folder

    def read(self, path: str) -> bytes:
        """Return the bytes of a text file.

        Raises:
            SiteError: it cannot be read, or is too large to be a text anybody wrote.
        """
        file = self.root / path
        try:
            size = file.stat().st_size
            if size > LARGEST_TEXT:
                what = f"the file has {size:,} bytes; {LARGEST_TEXT:,} are the most a page may have"
                raise SiteError(what, Place(path), "split it, or take what it embeds out of it")
            return file.read_bytes()
        except OSError as error:
            raise SiteError(f"the file cannot be read: {(error.strerror or '').lower()}", Place(path)) from None

    def start(self, path: str, size: int) -> bytes:
        """Return the first bytes of a file; none of one that cannot be read."""
        try:
            with (self.root / path).open("rb") as stream:
                return stream.read(size)
        except OSError:
            return b""

    def has(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return path in self._known

    def below(self, folder: str) -> list[str]:
        """Return the files below a folder."""
        return [path for path in self.files if path.startswith(f"{folder}/")]

    @property
    def _known(self) -> frozenset[str]:
        if "known" not in self.__dict__:
            self.__dict__["known"] = frozenset(self.files)
        known: frozenset[str] = self.__dict__["known"]
        return known


def list_site(root: Path, left_out: Sequence[str]) -> OldSite:
    """List a folder; `left_out` are patterns of paths, and of names anywhere, that are passed over.

    Raises:
        SiteError: there is no such folder.
    """
    if not root.is_dir():
        raise SiteError(f"there is no folder `{root}`", None, "name the folder of the old site")
    errors: list[SiteError] = []
    files = sorted(_walk(root, left_out, errors))
    return OldSite(root, tuple(files), tuple(errors))


def is_left_out(path: str, left_out: Sequence[str]) -> bool:
    """Tell whether a path, or the name at its end, fits one of the patterns."""
    name = path.rpartition("/")[2]
    return any(fnmatch.fnmatchcase(path, one) or fnmatch.fnmatchcase(name, one) for one in (*LITTER, *left_out))


def _walk(root: Path, left_out: Sequence[str], errors: list[SiteError]) -> Iterator[str]:
    """Yield every ordinary file, folder by folder, without recursion."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError as error:
            errors.append(SiteError(f"the folder cannot be read: {(error.strerror or '').lower()}", Place(folder)))
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}".lstrip("/")
            if is_left_out(path, left_out):
                continue
            if wrong := _wrong_with(root, path, entry):
                errors.append(wrong)
            elif entry.is_dir():
                folders.append(path)
            else:
                yield path


def _wrong_with(root: Path, path: str, entry: os.DirEntry[str]) -> SiteError | None:
    """Return why an entry cannot come over, or None."""
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        return SiteError("the name of this file is not UTF-8", Place(shown), "rename it")
    if entry.is_symlink() and (error := _link(root, path)):
        return error
    mode = entry.stat().st_mode
    if stat.S_ISDIR(mode) and path.lower().endswith(PAGE_ENDINGS):
        return SiteError("this is a folder with the name of a page", Place(path), "rename it without the ending")
    if stat.S_ISDIR(mode) and path.count("/") >= DEEPEST:
        return SiteError(f"folders are nested more than {DEEPEST} levels deep", Place(path), "move it further up")
    if not os.access(root / path, os.R_OK):
        return SiteError("permission denied", Place(path), f"allow reading it: `chmod u+rX {path}`")
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        return SiteError("this is not an ordinary file", Place(path), "remove it, or put a file in its place")
    return None


def _link(root: Path, path: str) -> SiteError | None:
    """Return what is wrong with a link, or None when it leads to something else inside the folder."""
    real, own = Path(os.path.realpath(root / path)), Path(os.path.realpath(root))
    shown = f"this is a link to `{(root / path).readlink()}`"
    if not real.is_relative_to(own):
        return SiteError(f"{shown}, outside the old site", Place(path), "copy what it leads to into the old site")
    if not real.exists():
        return SiteError(f"{shown}, which does not exist", Place(path), "mend the link or remove it")
    if real.is_dir():
        hint = "its files come over from where they really are; copy the folder if you need it twice"
        return SiteError(f"{shown}, a folder", Place(path), hint)
    return None


def stream(file: Path) -> Iterator[bytes]:
    """Yield a file piece by piece.

    Raises:
        SiteError: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            while piece := opened.read(1 << 20):
                yield piece
    except OSError as error:
        what = f"`{file}` cannot be read: {(error.strerror or '').lower()}"
        raise SiteError(what, None, "name the file of the export") from None
