"""Edition: one state of the site; each file is composed when somebody asks for it, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from generator.address import output_path
from generator.build import PRODUCERS
from generator.errors import SiteError
from generator.preview.shelf import Touched
from generator.publish import assets, feeds, taxonomy
from generator.publish.layout import Theme, compose
from generator.publish.output import Output
from generator.publish.site import Site
from generator.render.pool import attempt
from generator.render.render import Rendered

FEEDS = feeds.__name__
ASSETS = PRODUCERS.index(assets.produce)
Made = tuple[tuple[Output, ...], list[SiteError]]


class Edition:
    """A site with its theme. Any thread may ask; the same file may be composed twice, never half."""

    def __init__(self, site: Site, theme: Theme, items: Iterable[Rendered] = ()) -> None:
        self.site, self.theme = site, theme
        self._made_of = {id(item): item for item in items}  # `collect` may put its own version of a page in the site
        self._pages = {item.page.path: item for item in reversed(site.everything)}
        self._composed: dict[str, Made] = {}  # by source
        self._produced: dict[int, Made] = {}  # by place in PRODUCERS
        self._found: dict[int, tuple[Output, ...]] = {}  # the same, with what came before a mistake
        self._lists: dict[str, Output] = {}

    def item(self, path: str) -> Rendered | None:
        """Return the page that is written to a path."""
        return self._pages.get(path)

    def is_made_of(self, item: Rendered) -> bool:
        """Tell whether this very version of a page is in the site."""
        return id(item) in self._made_of

    def get(self, path: str) -> Output | None:
        """Return the file for a path, None when there is none.

        Raises:
            ExceptionGroup: of SiteError, when it cannot be composed.
        """
        item = self._pages.get(path) or self._pages.get(f"{path.rpartition('/')[0]}/index.html".lstrip("/"))
        if item:
            made, errors = self.compose(item)
            if errors and path in self._pages:
                raise ExceptionGroup("several mistakes", errors)
            if found := _named(path, made):
                return found
        if path in self._lists:
            return self._lists[path]
        if path.endswith(".html") and path in self.lists:
            wanted = self.lists[path]
            self._lists[path] = self.theme.page(wanted.template, self.site, wanted.url, "", **wanted.context)
            return self._lists[path]
        for index in self._worth_a_look(path):
            self.produce(index)
            if found := _named(path, self._found[index]):
                return found
        return None

    def compose_as(self, item: Rendered, path: str) -> Output | None:
        """Make a file of a page from a newer version of it; nothing is kept."""
        return next((output for output in compose(item, self.site, self.theme) if output.path == path), None)

    def is_there(self, path: str) -> bool:
        """Tell whether there is such a file, or would be if nothing was wrong with it."""
        return path in self._pages or path in self.lists or not path.endswith(".html")

    def files(self, touched: Touched) -> set[str]:
        """Return the addresses of the touched files that are copied as they are."""
        self.produce(ASSETS)
        copied = self._found[ASSETS]
        return {
            f"/{output.path}" for output in copied if isinstance(output.content, Path) and output.because in touched
        }

    def has_gaps(self) -> bool:
        """Tell whether something that makes several files could not."""
        return any(self.produce(index)[1] for index in range(len(PRODUCERS)))

    def compose(self, item: Rendered) -> Made:
        """Make the files of one page."""
        source = item.page.source.path
        if source not in self._composed:
            made, errors = attempt(lambda it: compose(it, self.site, self.theme), item)
            self._composed[source] = made or (), errors
        return self._composed[source]

    def produce(self, index: int) -> Made:
        """Make all that one of the producers makes."""
        for _ in self._produce(index):
            pass
        return self._produced[index]

    def _produce(self, index: int) -> Iterator[None]:
        """Make, one after the other, the files of one of the producers; with a mistake it makes none."""
        if index in self._produced:
            return
        made: list[Output] = []
        files = iter(PRODUCERS[index](self.site, self.theme))
        is_more = True
        while is_more:
            found, errors = attempt(lambda them: next(them, None), files)
            is_more = found is not None
            made += [found] if found else []
            yield
        self._found[index] = tuple(made)
        self._produced[index] = () if errors else tuple(made), errors

    @cached_property
    def lists(self) -> dict[str, taxonomy.List]:
        """The lists of posts the site makes itself, by path."""
        return {output_path(made.url): made for made in taxonomy.lists(self.site)}

    def steps(self) -> Iterator[None]:
        """Make, step by step, all that a build writes."""
        for item in self.site.everything:
            self.compose(item)
            yield
        for index in range(len(PRODUCERS)):
            yield from self._produce(index)

    def everything(self) -> list[Made]:
        """Return all that a build writes, in its order."""
        pages = [self.compose(item) for item in self.site.everything]
        return [*pages, *(self.produce(index) for index in range(len(PRODUCERS)))]

    def _worth_a_look(self, path: str) -> Iterator[int]:
        """Yield the producers that may make a path; feeds, which take long, last and only for XML."""
        names = [produce.__module__ for produce in PRODUCERS]
        order = sorted(range(len(names)), key=lambda index: (names[index] == FEEDS, -index))
        for index in order:
            is_list = names[index] == taxonomy.__name__
            if not is_list and (names[index] != FEEDS or path.endswith(".xml")):
                yield index


def _named(path: str, outputs: tuple[Output, ...]) -> Output | None:
    return next((output for output in outputs if output.path == path), None)
