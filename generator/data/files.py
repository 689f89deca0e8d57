"""Files below a folder of the site: sorted, links followed inside the site and named when they leave it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from generator.errors import Place, SiteError

Entry = str | SiteError  # the path of a file relative to the root, or why there is none


def walk(root: Path, folder: str, is_ignored: Callable[[str], bool]) -> Iterator[tuple[str, Entry]]:
    """Yield (path, path) for each file below `root/folder`, or (path, error) where one cannot be read.

    Paths are relative to `root`. A folder that does not exist has no files. Entries whose name
    `is_ignored` are passed over, folders too.
    """
    if os.path.lexists(root / folder):
        yield from _visit(root, folder, is_ignored, ())


def check_way(root: Path, path: str) -> SiteError | None:
    """Return what is wrong with the first link on the way to `path`, or None when all of them stay in the site."""
    parts = path.split("/")
    for length in range(1, len(parts) + 1):
        way = "/".join(parts[:length])
        if (root / way).is_symlink() and (error := _check_link(root, way, os.path.realpath(root / way), ())):
            return error
    return None


def _visit(
    root: Path, path: str, is_ignored: Callable[[str], bool], above: tuple[str, ...]
) -> Iterator[tuple[str, Entry]]:
    """Yield what stands at `path`; `above` are the real paths of the folders around it."""
    file = root / path
    real = os.path.realpath(file)
    if file.is_symlink() and (error := _check_link(root, path, real, above)):
        yield path, error
        return
    try:
        mode = file.stat().st_mode
        names = sorted(entry.name for entry in file.iterdir()) if stat.S_ISDIR(mode) else []
    except OSError as problem:
        yield path, SiteError(f"this cannot be read: {(problem.strerror or str(problem)).lower()}", Place(path))
        return
    if stat.S_ISREG(mode):
        yield path, path
    elif not stat.S_ISDIR(mode):
        yield path, SiteError("this is not an ordinary file", Place(path), "remove it, or put a file in its place")
    for name in names:
        if not is_ignored(name):
            yield from _visit(root, f"{path}/{name}", is_ignored, (*above, real))


def _check_link(root: Path, path: str, real: str, above: tuple[str, ...]) -> SiteError | None:
    """Return what is wrong with a link, or None when it leads to something inside the site."""
    shown = f"`{path}` is a link to `{(root / path).readlink()}`"
    if real in above:
        return SiteError(f"{shown}, a folder that holds it", Place(path), "remove the link")
    if not Path(real).is_relative_to(os.path.realpath(root)):
        return SiteError(f"{shown}, outside the site", Place(path), "copy what it leads to into the site")
    if not os.path.exists(real):  # noqa: PTH110 - `real` is a string, and stays one
        return SiteError(f"{shown}, which does not exist", Place(path), "mend the link or remove it")
    return None
