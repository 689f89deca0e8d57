"""Landing: put the files of an import in place, never over what an author wrote, each whole or not at all.

`.labpress/import.json` in the new site holds the SHA-256 of every file an import wrote. A file that is not
as it was written is the author's now, and so is the place of one that was removed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from generator.data.artifacts import atomic_write, file_sha256, sha256
from generator.errors import Place, SiteError
from generator.importers.haul import File

MANIFEST = ".labpress/import.json"
VERSION = 1


@dataclass(frozen=True)
class Landed:
    """What happened to the files of an import."""

    written: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)  # path, why it was not written


def require_apart(source: Path, target: Path) -> None:
    """Refuse to import a folder into itself.

    Raises:
        SiteError: one of the two folders is in the other, or the target is a file.
    """
    here, there = Path(os.path.realpath(source)), Path(os.path.realpath(target))
    if here == there or there.is_relative_to(here) or here.is_relative_to(there):
        what = f"`{target}` and `{source}` are one folder, or one holds the other"
        raise SiteError(what, None, "name a new folder beside the old site")
    if target.exists() and not target.is_dir():
        raise SiteError(f"`{target}` is a file", None, "name a folder for the new site")


def land(files: Iterable[File], target: Path, system: str) -> Landed:
    """Write what is new or was changed in the old site since, and leave what is the author's.

    Raises:
        SiteError: the manifest is not one, or the disk is in the way.
    """
    known = _read_manifest(target)
    landed = Landed()
    hashes = dict(known)
    try:
        for file in sorted(files, key=lambda file: file.path):
            if (made := _land(file, target, known.get(file.path, ""), landed)) is not None:
                hashes[file.path] = made
        plain = {"version": VERSION, "system": system, "files": dict(sorted(hashes.items()))}
        content = (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode()
        if hashes != known or not (target / MANIFEST).is_file():
            if hasattr(os, "sync"):
                os.sync()  # what the list names is on the disk before the list is
            atomic_write(target / MANIFEST, content)
    except OSError as error:
        name = Path(error.filename or target).name
        raise SiteError(f"`{name}` cannot be written: {(error.strerror or '').lower()}", Place(str(target))) from None
    return landed


def _land(file: File, target: Path, before: str, landed: Landed) -> str | None:
    """Put one file in place; return its hash when it is ours."""
    place = target / file.path
    if not Path(os.path.realpath(place)).is_relative_to(os.path.realpath(target)):
        landed.kept.append((file.path, "a link here leads out of the new site"))
        return None
    new = sha256(file.content) if isinstance(file.content, bytes) else file_sha256(file.content)
    if not os.path.lexists(place):
        if before:
            landed.kept.append((file.path, "you removed it since it was imported"))
            return None
    elif place.is_dir():
        landed.kept.append((file.path, "there is a folder of this name"))
        return None
    else:
        now = file_sha256(place)
        if now == new:
            return new
        if now != before:
            why = "you changed it since it was imported" if before else "it was there before the import"
            landed.kept.append((file.path, why))
            return None
    put(place, file.content)
    landed.written.append(file.path)
    return new


def put(place: Path, content: bytes | Path) -> None:
    """Write a file aside and move it into place, so that nobody finds a part of it.

    The disk is asked to keep it by `land`, once for all files: a thousand posts would take half a minute.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(f".tmp-{place.name[:100]}-{os.getpid()}")
    try:
        if isinstance(content, bytes):
            aside.write_bytes(content)
        else:
            shutil.copyfile(content, aside)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)


def _read_manifest(target: Path) -> dict[str, str]:
    try:
        plain = json.loads((target / MANIFEST).read_bytes())
        return {str(path): str(digest) for path, digest in plain["files"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, OSError):
        hint = "restore it, or remove it: then no file that differs is overwritten"
        raise SiteError("this is not the list of an import", Place(MANIFEST), hint) from None
