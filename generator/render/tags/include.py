"""`{% include "name" %}`: find a file below site/includes, and only there."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from generator.errors import SiteError, did_you_mean
from generator.read.source import Source, read_source

FOLDER = "site/includes"
LONGEST_NAME = 200  # characters


def find_include(root: Path, name: object, may_be_missing: bool = False) -> Source | None:
    """Read an include; with `may_be_missing`, one that is not there is None.

    Raises:
        SiteError: without a place when the name is to blame, with one when the file is.
    """
    if not isinstance(name, str):
        raise SiteError("the name of an include is a text", None, 'write `{% include "name.md" %}`')
    name = str.__str__(name)
    _require_plain(name)
    path = f"{FOLDER}/{name}"
    if not (root / path).is_file() and not (root / path).is_symlink():
        if may_be_missing:
            return None
        known = list_includes(root)
        hint = did_you_mean(name, known) or (f"create `{path}`" if name.strip("/ ") else "")
        raise SiteError(f"there is no include named `{name}`", None, hint)
    try:
        return read_source(root, path)
    except SiteError as error:
        if error.place is None or not error.place.line:
            raise SiteError(f"`{path}`: {error.what}", None, error.hint) from None
        raise


def list_includes(root: Path) -> list[str]:
    """Return the names of all includes, sorted."""
    folder = root / FOLDER
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def _require_plain(name: str) -> None:
    """Refuse a name that could lead out of the folder, or that no file has."""
    shown = "".join(c if c.isprintable() else " " for c in name[:60])
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SiteError(f"`{shown}` cannot be the name of an include", None, f"includes are files in `{FOLDER}`")
    path = PurePosixPath(name)
    if path.is_absolute() or "\\" in name or ".." in path.parts or ":" in name:
        raise SiteError(
            f"`{shown}` leads out of `{FOLDER}`", None, f"name a file in `{FOLDER}`, without `..` or a leading `/`"
        )
