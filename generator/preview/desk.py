"""Desk: all that the builder of a preview works with: config, sources, data, runs, and each page as rendered last."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generator.config import FILES as CONFIG_FILES
from generator.config import Config, load_config
from generator.data.artifacts import RECORD
from generator.data.declared import FOLDER as EXPERIMENTS
from generator.data.ledger import DATA, Ledger
from generator.data.tree import Tree
from generator.errors import SiteError, flatten
from generator.preview.attempts import Attempt, Kit, attempt, finished, is_good, looks_at_others, takes_in_files
from generator.preview.shelf import DataFiles, Sources, Touched, above
from generator.read.page import Page, hidden_because
from generator.render.cache import salt
from generator.render.listing import Listing
from generator.render.pages import render_all
from generator.render.render import Rendered, make_tools

if TYPE_CHECKING:
    from generator.build import Options

INCLUDES = "site/includes"


@dataclass(frozen=True)
class Renewed:
    """What a look at the disk found changed."""

    pages: frozenset[str] = frozenset()  # sources whose page is another one, must be rendered, or is gone
    config: bool = False
    data: bool = False  # a data file, or what is known about runs


@dataclass(frozen=True)
class Stand:
    """How things stand after a look at the disk, and what is another one than before."""

    pages: Mapping[str, Page]
    kit: Kit
    is_other_site: bool
    is_other_data: bool
    is_other_listing: bool
    is_other_include: bool


class Desk:
    """The state of one site; `renew` and `render` are called by one thread, `render_now` by any."""

    def __init__(self, options: Options) -> None:
        self.options, self.root = options, options.source
        self.config, self.config_errors = Config(digest=""), list[SiteError]()
        self.sources, self.files = Sources(self.root), DataFiles(self.root)
        self.pages: dict[str, Page] = {}  # that would be published, by source
        self.attempts: dict[str, Attempt] = {}
        self.good: dict[str, Rendered] = {}  # by source, the last version that could be shown
        self.dirty: dict[str, Page] = {}  # to be rendered
        self._digest = Config().digest
        self.kit = self._make_kit(self.config, Tree(self.root, self.config.data_megabytes), Ledger(self.root))
        self._is_warm = False
        self._swapping = threading.Lock()  # renders and the change of what they work with take turns

    @property
    def tree(self) -> Tree:
        """The data as it is now."""
        return self.kit.strict.tree

    @property
    def ledger(self) -> Ledger:
        """What is known about the runs."""
        return self.kit.strict.ledger

    @property
    def errors(self) -> list[SiteError]:
        """All mistakes of config, sources, pages and data that would stop a build."""
        serious = [error for tried in list(self.attempts.values()) if tried.shown is None for error in tried.errors]
        broken = [error for errors in self.files.broken.values() for error in errors]
        return [*self.config_errors, *self.sources.errors, *serious, *broken, *self.tree.check()]

    def renew(self, touched: Touched, runs_changed: bool) -> Renewed:
        """Read again what may have changed, and note the pages that must be rendered."""
        config, tree, ledger = self.config, self.tree, self.ledger
        if touched.reaches(*CONFIG_FILES):
            config = self._load_config()
        is_other_site = config != self.config  # where its values stand may differ
        changed = self.sources.renew(config, touched)
        if is_other_site or touched.reaches(DATA):
            tree = self.files.renew(config.data_megabytes, touched)
        if runs_changed or self._judges_anew(touched):
            ledger = Ledger(self.root)
        kit = self.kit
        if is_other_site or ledger is not self.ledger:
            kit = self._make_kit(config, tree, ledger)
        elif tree is not self.tree:
            kit = kit.with_tree(tree)
        pages = self._published() if changed or is_other_site else self.pages
        listing = Listing.of(pages.values())
        is_other_listing = listing != kit.strict.language.listing
        if is_other_listing:
            kit = kit.with_listing(listing)
        is_other_data = tree is not self.tree or ledger is not self.ledger
        is_no_page = any(path not in self.sources.reads for path in touched.paths)
        gone = self.pages.keys() - pages.keys()
        new = Stand(pages, kit, is_other_site, is_other_data or is_no_page, is_other_listing, touched.reaches(INCLUDES))
        left = {path: pages[path] for path in list(self.dirty) if path in pages}
        dirty = self._find_dirty(new)
        with self._swapping:
            self.config, self.kit, self.pages, self.dirty = config, kit, pages, {**left, **dirty}
            self._forget_others()
        return Renewed(frozenset({*gone, *dirty, *changed}), is_other_site, is_other_data)

    def render_all(self) -> None:
        """Render every page, in several processes or from the cache of earlier builds; for the start."""
        mix = salt(self._digest, self.root)
        done, failed = render_all(list(self.dirty.values()), self.kit.strict, mix, self.options.jobs)
        tries = [*(finished(item, self.kit) for item in done), *(attempt(page, self.kit) for page, _ in failed)]
        for tried in tries:  # pages of other processes and of the cache are copies: compare with ours
            self._put(replace(tried, page=self.pages[tried.page.source.path]))

    def warm_up(self) -> None:
        """Render a page for nothing, once, so that the first save finds everything imported and compiled."""
        if not self._is_warm and self.pages:
            attempt(next(iter(self.pages.values())), self.kit)
        self._is_warm = True

    def render_next(self, first: Collection[str]) -> bool:
        """Render one of the pages that must be, those in `first` before others; return whether there was one."""
        path = next((path for path in first if path in self.dirty), None) or next(iter(list(self.dirty)), None)
        return path is not None and self.render_now(path)

    def render_now(self, path: str) -> bool:
        """Render a page if it must be."""
        if path not in self.dirty:  # nobody waits for another page
            return False
        with self._swapping:
            page = self.dirty.get(path)
            if page is not None:
                self._put(attempt(page, self.kit))
        return page is not None

    def best(self, path: str) -> Rendered | None:
        """Return what can be shown of a source: as it is, as it last was, or as far as it comes."""
        tried = self.attempts.get(path)
        if tried and tried.shown:
            return tried.shown
        return self.good.get(path) or (tried.partly if tried else None)

    def shown(self) -> list[Rendered]:
        """Return what the preview shows."""
        found = (self.best(path) for path in self._showable())
        return [item for item in found if item]

    def publishable(self) -> list[Rendered]:
        """Return what a build would go on with."""
        return [tried.rendered for tried in list(self.attempts.values()) if tried.rendered]

    def _showable(self) -> Iterable[str]:
        """Yield the sources that have a page, and those that had one before they broke."""
        yield from self.pages
        yield from (path for path, read in self.sources.reads.items() if read.page is None and path in self.good)

    def _put(self, tried: Attempt) -> None:
        path = tried.page.source.path
        self.attempts[path] = tried
        self.dirty.pop(path, None)
        if tried.shown:
            self.good[path] = tried.shown

    def _find_dirty(self, new: Stand) -> dict[str, Page]:
        """Return the pages that would come out differently now."""
        found = {}
        for path, page in new.pages.items():
            last = self.attempts.get(path)
            if (
                last is None
                or new.is_other_site
                or last.page is not page
                or (new.is_other_listing and looks_at_others(last))
                or (new.is_other_include and takes_in_files(page))
                or (new.is_other_data and (last.errors or not is_good(last, page, new.kit)))
            ):
                found[path] = page
        return found

    def _forget_others(self) -> None:
        """Drop what belongs to sources that are gone; a broken source keeps its last good version."""
        self.attempts = {path: tried for path, tried in self.attempts.items() if path in self.pages}
        kept = {*self.pages, *(path for path, read in self.sources.reads.items() if read.page is None)}
        self.good = {path: item for path, item in self.good.items() if path in kept}

    def _published(self) -> dict[str, Page]:
        options = self.options
        found = ((path, read.page) for path, read in self.sources.reads.items())
        return {
            path: page
            for path, page in found
            if page and not hidden_because(page, options.now, options.drafts, options.future)
        }

    def _load_config(self) -> Config:
        """Read the config; a broken one is told, and the last good one stays."""
        errors: list[SiteError] = []
        try:
            config = load_config(self.root)
            self._make_kit(config, self.tree, self.ledger)
        except* SiteError as group:
            errors = list(flatten(group))
        self.config_errors = errors
        if errors:
            return self.config
        self._digest = config.digest
        return replace(config, digest="")  # a comment is no change

    def _make_kit(self, config: Config, tree: Tree, ledger: Ledger) -> Kit:
        return Kit.of(make_tools(self.root, config, tree, ledger))

    def _judges_anew(self, touched: Touched) -> bool:
        """Tell whether what is known about a run may have changed with these files."""
        if touched.reaches(EXPERIMENTS):
            return True
        if touched.reaches(DATA):
            folders = {folder for path in touched.paths for folder in (path, *above(path))}
            if touched.is_everything or any(path.endswith(RECORD) for path in touched.paths):
                return True
            if any((self.root / folder / RECORD).is_file() for folder in folders) or any(
                not (self.root / path).is_file() for path in touched.paths
            ):
                return True
        read = (path for status in self.ledger.all() if status.record for path in status.record.files)
        return any(path in touched for path in read)
