"""Data of the site as a lazy tree: `_data/**` by folder and file name, read at first touch, once.

A key is a file's name without its ending, as in Jekyll: characters that are no letter, digit, `_`, `-`
or space are dropped, spaces become `_`. `record.json` in a folder is the birth certificate of an
experiment, not data. Pages see the tree through a `View`, which notes what they read.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from generator.data import missing
from generator.data.artifacts import RECORD
from generator.data.files import Entry, walk
from generator.data.keys import keys_of, name_of
from generator.data.loaders import is_data_file, load_file
from generator.data.text import KeyPath, Loaded, Table
from generator.data.view import Branch, MissingKey, Rows, View, plain
from generator.errors import Place, SiteError, flatten, sort_key

__all__ = ["Branch", "MissingKey", "Rows", "Tree", "View", "plain"]

DATA = "_data"


class Tree:
    """All data of a site; `known` are files, by path, whose content is already here."""

    def __init__(self, root: Path, limit_megabytes: int = 64, known: Mapping[str, Loaded] | None = None) -> None:
        self.root, self._limit, self._known = root, limit_megabytes, {} if known is None else known
        self._data: Folder | None = None
        self._errors: list[SiteError] = []  # of the folders themselves
        self._digests: dict[KeyPath, str] = {}

    def view(self) -> View:
        """Return a fresh window for one page."""
        return View(self._open(), lambda keys, around: missing.hint(self.root, keys, around))

    def files(self) -> tuple[str, ...]:
        """List the data files, relative to the site's root, sorted."""
        return tuple(sorted(file.path for file in self._open().files()))

    def overlaid(self, contents: Mapping[str, Loaded]) -> Tree:
        """Return a tree in which these files, by path, have another content; they need not be on the disk."""
        tree = Tree(self.root, self._limit, {**self._known, **contents})
        tree._data = self._open().copy(tree._known)
        there = set(self.files())
        for path in contents:
            if path not in there:
                tree._add(path, path)
        return tree

    def check(self) -> list[SiteError]:
        """Load every file, and return all that is wrong with any."""
        data = self._open()
        errors = list(self._errors)
        for file in data.files():
            try:
                file.loaded()
            except* SiteError as group:
                errors.extend(flatten(group))
        return sorted(errors, key=sort_key)

    def value(self, key: str) -> object:
        """Return the plain value of a key; None where there is none, or its file is broken."""
        try:
            found, node = _descend(self._open(), keys_of(key))
        except* SiteError:
            found = False
        return node if found else None

    def place(self, key: str) -> Place | None:
        """Return where the value of a key is written, or None when there is no such key."""
        node: object = self._open()
        keys = keys_of(key)
        for position, part in enumerate(keys):
            if not isinstance(node, Folder):
                break
            node = node.entries.get(str(part))
            if isinstance(node, File):
                found, _ = _descend(node.loaded().value, keys[position + 1 :])
                return node.loaded().place(keys[position + 1 :]) if found else None
        return Place(node.path) if isinstance(node, Folder) else None

    def digest(self, key: str) -> str:
        """Return a digest of the value of a key; of a missing key, one that tells what is there around it."""
        keys = keys_of(key)
        if keys not in self._digests:
            self._digests[keys] = self._compute(keys)
        return self._digests[keys]

    def _compute(self, keys: KeyPath) -> str:
        try:
            found, node = _descend(self._open(), keys)
            if not found:
                return _sha256(f"missing {node}")
            if isinstance(node, Folder):
                parts = [(name, self.digest(name_of((*keys, name)))) for name in node.entries]
                return _sha256(f"folder {json.dumps(parts)}")
            return _sha256(f"value {json.dumps(node, default=_dated)}{_written(self._open(), keys)}")
        except* SiteError as group:
            broken = "\n".join(str(error) for error in flatten(group))
        return _sha256(f"broken {broken}")

    def _open(self) -> Folder:
        """List the folders at first need."""
        if self._data is None:
            self._data = Folder(DATA)
            for path, entry in walk(self.root, DATA, _is_ignored):
                self._add(path, entry)
        return self._data

    def _add(self, path: str, entry: Entry) -> None:
        """Give a file its key; two of one key become an error in place of both."""
        assert self._data is not None, "the caller has made it"
        if isinstance(entry, SiteError):
            self._errors.append(entry)
        elif not is_data_file(path) or (path.endswith(f"/{RECORD}") and path.count("/") > 1):
            return
        folder, parts = self._data, path.split("/")[1:]
        for depth, part in enumerate(parts):
            is_last = depth == len(parts) - 1
            own_path = "/".join((DATA, *parts[: depth + 1]))
            key = _key(PurePosixPath(part).stem if is_last and is_data_file(part) else part)
            known = folder.entries.get(key)
            if isinstance(known, SiteError):
                return
            if not key or (known is not None and (is_last or _path(known) != own_path)):
                folder.entries[key] = error = _no_key(own_path, key, known)
                self._errors.append(error)
                return
            if not is_last:
                next_folder = known if isinstance(known, Folder) else Folder(own_path)
                folder.entries[key] = next_folder
                folder = next_folder
            else:
                folder.entries[key] = entry if isinstance(entry, SiteError) else self._file(path)

    def _file(self, path: str) -> File:
        return File(self.root, path, self._limit, self._known)


class File:
    """A data file that is read when its value is first asked for, unless it is known."""

    def __init__(self, root: Path, path: str, limit_megabytes: int, known: Mapping[str, Loaded]) -> None:
        self.root, self.path, self._limit, self._known = root, path, limit_megabytes, known
        self._result: Loaded | SiteError | ExceptionGroup[SiteError] | None = None

    def loaded(self) -> Loaded:
        """Return the value with its places.

        Raises:
            SiteError: what is wrong with the file, or an ExceptionGroup; the same one each time.
        """
        if self._result is None:
            try:
                self._result = self._known.get(self.path) or load_file(self.root, self.path, self._limit)
            except (SiteError, ExceptionGroup) as error:
                self._result = error
        if isinstance(self._result, Loaded):
            return self._result
        raise self._result.with_traceback(None)

    def copy(self, known: Mapping[str, Loaded]) -> File:
        """Return this file as it is where others are known."""
        copied = File(self.root, self.path, self._limit, known)
        copied._result = None if self.path in known else self._result
        return copied


class Folder(Mapping[str, object]):
    """A folder of data files; a key's file is read when the key is looked up."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.entries: dict[str, Folder | File | SiteError] = {}

    def files(self) -> Iterator[File]:
        """Yield every file below this folder."""
        for entry in self.entries.values():
            if isinstance(entry, Folder):
                yield from entry.files()
            elif isinstance(entry, File):
                yield entry

    def copy(self, known: Mapping[str, Loaded]) -> Folder:
        """Return this folder with copies of its files."""
        copied = Folder(self.path)
        for key, entry in self.entries.items():
            copied.entries[key] = entry if isinstance(entry, SiteError) else entry.copy(known)
        return copied

    def __getitem__(self, key: str) -> object:
        entry = self.entries[key]
        if isinstance(entry, SiteError):
            raise entry.with_traceback(None)
        return entry.loaded().value if isinstance(entry, File) else entry

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def _descend(node: object, keys: KeyPath) -> tuple[bool, object]:
    """Follow a path; return (True, the value), or (False, what the way there looks like)."""
    for depth, key in enumerate(keys):
        is_item = isinstance(node, list) and isinstance(key, int) and key < len(node)
        if not is_item and not (isinstance(node, Mapping) and isinstance(key, str) and key in node):
            return False, f"{depth} {type(node).__name__}"
        node = node[key]  # type: ignore[index]
    return True, node


def _written(node: object, keys: KeyPath) -> str:
    """Return how the numbers below a key of a CSV file are written, where that is not how they are printed."""
    for depth, key in enumerate((*keys, "")):
        if isinstance(node, Table):
            inner = keys[depth:]
            return "".join(f" {at} {text}" for at, text in node.written.items() if at[: len(inner)] == inner)
        if depth < len(keys):
            node = node[key]  # type: ignore[index]
    return ""


def _is_ignored(name: str) -> bool:
    """Tell hidden files and what editors leave behind; `.tmp-…` is a file being written."""
    return name.startswith((".", "#")) or name.endswith("~")


def _key(name: str) -> str:
    kept = re.sub(r"[^\w\s-]+", "", unicodedata.normalize("NFC", name))
    return re.sub(r"\s+", "_", kept.strip())


def _path(entry: Folder | File | SiteError) -> str:
    return entry.place.path if isinstance(entry, SiteError) and entry.place else getattr(entry, "path", "")


def _no_key(path: str, key: str, known: Folder | File | SiteError | None) -> SiteError:
    if not key or known is None:
        return SiteError(f"the name of `{path}` gives no key", Place(path), "name it with letters or digits")
    what = f"`{_path(known)}` and `{path}` have the same key `{key}`"
    return SiteError(what, Place(path), "rename one of them")


def _dated(value: object) -> object:
    """Write a date or a time in a digest."""
    return {type(value).__name__: str(value)}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
