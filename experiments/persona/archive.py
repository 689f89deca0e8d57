"""An export as named files, out of a folder or a zip: listed in order, read as streams, never unpacked.

What a zip claims is not believed. Bytes are counted while they are read, and a file that grows beyond its limits
stops there; names that lead out, links, overlaps and passwords are refused before anything is read. Nothing is
ever written.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from generator.errors import Place, SiteError

MOST_FILES = 200_000
MOST_BYTES = 10 * 2**30  # of all files together, unpacked
LARGEST = 2 * 2**30  # bytes of one file, unpacked
RATIO = 200  # unpacked to packed, beyond the first megabyte; chats reach some 30
FREE = 2**20


@dataclass(frozen=True)
class Member:
    """One file of an export."""

    name: str  # with forward slashes, from the export's own root
    size: int  # bytes, as claimed


class Archive:
    """A folder or a zip, opened once and read file by file.

    Raises:
        SiteError: when there is no such file, or it is neither a folder nor a zip that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        self.mistakes: list[SiteError] = []  # of single entries: whoever reads decides whether they matter
        self._zip: zipfile.ZipFile | None = None
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self._read = 0
        if path.is_dir():
            self.members = tuple(sorted(self._in_folder(), key=lambda member: member.name))
        elif path.is_file():
            self.members = tuple(sorted(self._in_file(), key=lambda member: member.name))
        else:
            raise SiteError(f"there is no `{path.name}`", Place(str(path)), "`export=` is a zip or the unpacked folder")

    def place(self, name: str, line: int = 0, column: int = 0, text: str = "") -> Place:
        """Return where a mistake inside the export stands."""
        return Place(f"{self.name}/{name}" if name and name != self.name else self.name, line, column, text)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open one file for reading, once, from its start.

        Raises:
            SiteError: here or from `read`, when the file is torn, locked, or larger than it may be.
        """
        try:
            if self._zip is None:
                source = self.path / name if self.path.is_dir() else self.path
                with source.open("rb") as plain:
                    yield _Counted(self, name, plain, 0)  # type: ignore[misc]
            else:
                entry = self._entries[name]
                with self._zip.open(entry) as packed:
                    yield _Counted(self, name, packed, entry.compress_size)  # type: ignore[misc]
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise SiteError(
                f"this file of the zip is torn: {_said(error)}", self.place(name), "download it again"
            ) from None
        except OSError as error:
            raise SiteError(f"this file cannot be read: {error.strerror}", self.place(name)) from None

    def count(self, name: str, size: int, total: int, packed: int) -> None:
        """Add bytes that were read, and stop where an honest file would have ended."""
        self._read += size
        if total > LARGEST or self._read > MOST_BYTES or (packed and total > FREE and total > RATIO * packed):
            what = f"this file unpacks to more than {total:,} bytes"
            raise SiteError(
                f"{what} from {packed:,}" if packed else what, self.place(name), "no chat export is like that"
            )

    def _in_folder(self) -> Iterator[Member]:
        root = self.path.resolve()
        for found in sorted(self.path.rglob("*")):
            name = found.relative_to(self.path).as_posix()
            if found.is_symlink() and not found.resolve().is_relative_to(root):
                self.mistakes.append(SiteError("this link leads out of the export", self.place(name), "delete it"))
            elif found.is_file():
                yield Member(name, found.stat().st_size)

    def _in_file(self) -> Iterator[Member]:
        with self.path.open("rb") as file:
            is_zip = file.read(4) in (b"PK\3\4", b"PK\5\6")
        if not is_zip:
            return iter([Member(self.name, self.path.stat().st_size)])
        try:
            self._zip = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            hint = "download the export again; a zip in several parts has to be joined first"
            raise SiteError(f"this zip cannot be opened: {_said(error)}", Place(self.name), hint) from None
        return self._in_zip(self._zip.infolist())

    def _in_zip(self, entries: list[zipfile.ZipInfo]) -> Iterator[Member]:
        if len(entries) > MOST_FILES:
            raise SiteError(f"this zip holds {len(entries):,} files, more than {MOST_FILES:,}", Place(self.name))
        self._refuse_overlaps(entries)
        for entry in entries:
            if entry.is_dir():
                continue
            if wrong := self._what_is_wrong(entry):
                self.mistakes.append(wrong)
            else:
                self._entries[entry.filename] = entry
                yield Member(entry.filename, entry.file_size)

    def _refuse_overlaps(self, entries: list[zipfile.ZipInfo]) -> None:
        """Two entries that share packed bytes are how a small zip unpacks for ever (Fifield 2019)."""
        end = -1
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end:
                raise SiteError("entries of this zip overlap", self.place(entry.filename), "this is no chat export")
            end = entry.header_offset + 30 + len(entry.filename.encode("utf-8", "replace")) + entry.compress_size

    def _what_is_wrong(self, entry: zipfile.ZipInfo) -> SiteError | None:
        name = entry.orig_filename
        path = PurePosixPath(name)
        shown = "".join(c if c.isprintable() else "�" for c in name)[:200]
        place = self.place(shown)
        if "\0" in name or "\\" in name or path.is_absolute() or ".." in path.parts or name[1:2] == ":":
            return SiteError(f"`{shown}` is no name for a file inside an export", place, "it leads out of the zip")
        if stat.S_ISLNK(entry.external_attr >> 16):
            return SiteError("this entry of the zip is a link", place, "an export holds files only")
        if entry.flag_bits & 1:
            return SiteError("this file needs a password", place, "unpack the zip, and give the folder")
        if entry.filename in self._entries:
            return SiteError("this file is in the zip twice", place, "the first one is read")
        return None


class _Counted(io.RawIOBase):
    """A stream that tells its archive how much was read."""

    def __init__(self, archive: Archive, name: str, source: IO[bytes], packed: int) -> None:
        self._archive, self._name, self._source, self._packed, self._total = archive, name, source, packed, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Read as the source does, but count; without a size, in pieces, so that a bomb stops early."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(2**20), b""))
        data = self._source.read(size)
        self._total += len(data)
        self._archive.count(self._name, len(data), self._total, self._packed)
        return data


def _said(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return text[:1].lower() + text[1:]
