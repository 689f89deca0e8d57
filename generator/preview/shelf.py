"""Shelf: the pages and data of a site as last read; only files that may have changed are read again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.config import Config
from generator.data.loaders import load_file
from generator.data.text import Loaded
from generator.data.tree import Tree
from generator.errors import SiteError
from generator.read.page import Page, parse
from generator.read.source import ROOMS, Source, find_sources, read_source
from generator.render.pool import attempt


class Touched:
    """Paths below the site's root that may have changed; of a folder, all that is in it."""

    def __init__(self, paths: Collection[str] | None) -> None:
        self.is_everything = paths is None or any(path in {"", "."} for path in paths)
        self.paths = frozenset(paths or ())
        self._folders: dict[str, bool] = {}  # whether all in a folder is touched

    def __bool__(self) -> bool:
        return self.is_everything or bool(self.paths)

    def __contains__(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            self._folders[folder] = folder in self.paths or any(outer in self.paths for outer in above(folder))
        return self.is_everything or path in self.paths or self._folders[folder]

    def reaches(self, *places: str) -> bool:
        """Tell whether anything at one of these places, or below, may have changed."""
        return self.is_everything or any(
            path == place or path.startswith(f"{place}/") or place.startswith(f"{path}/")
            for path in self.paths
            for place in places
        )


def above(path: str) -> Iterator[str]:
    """Yield the folders around a path, the innermost first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


@dataclass(frozen=True)
class Read:
    """A source on the disk, and the page it is; without a page, why."""

    source: Source | None
    page: Page | None
    errors: tuple[SiteError, ...]


class Sources:
    """Every post and page of a site, read and parsed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reads: dict[str, Read] = {}
        self._config: Config | None = None

    @property
    def errors(self) -> list[SiteError]:
        """All that keeps a source from being a page."""
        return [error for read in self.reads.values() for error in read.errors]

    def renew(self, config: Config, touched: Touched) -> set[str]:
        """Read again what may have changed; return the paths that are another page now, or none any more."""
        is_other_site, self._config = config != self._config, config
        if not is_other_site and not touched.reaches(*ROOMS):
            return set()
        before, self.reads = self.reads, {}
        changed = set()
        for path in find_sources(self.root):
            known = before.pop(path, None)
            if known and not is_other_site and path not in touched:
                self.reads[path] = known
                continue
            self.reads[path] = self._read(path, config, None if is_other_site else known)
            if self.reads[path] is not known:
                changed.add(path)
        return changed | set(before)

    def _read(self, path: str, config: Config, known: Read | None) -> Read:
        """Read and parse one source; `known` is what it gave before under the same config."""
        source, errors = attempt(lambda _: read_source(self.root, path), path)
        if known and source and known.source == source:
            return known
        page, more = attempt(lambda found: parse(found, config), source) if source else (None, [])
        return Read(source, page, (*errors, *more))


class DataFiles:
    """Every data file of a site, loaded; a broken one keeps its last good content."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.broken: dict[str, list[SiteError]] = {}
        self._known: dict[str, Loaded] = {}

    def renew(self, limit_megabytes: int, touched: Touched) -> Tree:
        """Return a tree of the data as it is now; only files that may have changed are loaded again."""
        known: dict[str, Loaded] = {}
        tree = Tree(self.root, limit_megabytes, known)
        broken = {}
        for path in tree.files():
            if path in touched or (path not in self._known and path not in self.broken):
                loaded, errors = attempt(lambda it: load_file(self.root, it, limit_megabytes), path)
                if errors:
                    broken[path] = errors
            else:
                loaded = None
                if path in self.broken:
                    broken[path] = self.broken[path]
            last = loaded or self._known.get(path)
            if last:
                known[path] = last
        self._known, self.broken = known, broken
        return tree
