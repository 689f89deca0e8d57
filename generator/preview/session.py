"""Session: one site kept in memory for a preview; a change is read, rendered and composed only as far as it reaches.

One builder thread calls `refresh` with what changed, and `work` while it has nothing else to do; any thread may
call `get`, `facts` and `diff`. A page is composed when somebody asks for it. What stops a build never stops the
preview: the last good version of each page is served, and `Change.errors` tells what is wrong.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from generator.data.artifacts import RUNS, data_folder
from generator.errors import Place, SiteError, in_order
from generator.preview import diff, facts
from generator.preview.attempts import waits_for
from generator.preview.desk import Desk, Renewed
from generator.preview.edition import Edition
from generator.preview.lenient import passing
from generator.preview.live import Moves, Runs
from generator.preview.memory import give_back
from generator.preview.reach import Reach, reach
from generator.preview.shelf import Touched
from generator.publish.check import conclude
from generator.publish.check_links import DeadLinks
from generator.publish.freshness import Judged, judge
from generator.publish.layout import Theme
from generator.publish.output import Output
from generator.publish.site import collect
from generator.read.source import ROOMS
from generator.render.render import Rendered, render_partly

if TYPE_CHECKING:
    from generator.build import Options

AT_ONCE = 0.04  # seconds of rendering before the pages are told of a change; the rest follows in slices
FEW = 5  # pages that are rendered at once though nobody looks at them: what they say to others is known then
PAUSE, QUIET = 0.1, 0.3  # seconds after a change until other pages are seen to, and the whole site is checked
MOST_ASKED = 8  # pages somebody looked at last, which are held against what they got
TEMPLATES = "site/templates"
EVERYTHING = ("*",)


@dataclass(frozen=True)
class Change:
    """What a look at the disk, or a slice of work, brought."""

    revision: int  # goes up by one when anything changed
    urls: tuple[str, ...]  # pages that may look different now; ("*",): all of them
    styles: tuple[str, ...]  # rooted addresses of changed style sheets, pictures and other files
    errors: tuple[SiteError, ...]  # all mistakes of the site as far as known; the last good pages are still served
    warnings: tuple[SiteError, ...]
    seconds: float
    live: tuple[str, ...] = ()  # pages that show data of a run that moved
    runs: tuple[dict[str, Any], ...] = ()  # the runs that moved, as in `facts`


class Session:
    """A site under preview."""

    def __init__(self, options: Options) -> None:
        self._desk, self._runs = Desk(options), Runs(options.source)
        self._building = threading.RLock()  # one builder at a time
        self._theme = Theme(self._desk.root, self._desk.config)
        self._published = self._shown = self._edition([])
        self._judged = Judged((), (), ())
        self._todo: Iterator[None] | None = None  # what is left to do before all is known of the site
        self._touched = 0.0  # when something last changed
        self._checked: tuple[SiteError, ...] = ()
        self._told: tuple[tuple[SiteError, ...], tuple[SiteError, ...]] = (), ()
        self._good: dict[str, Output] = {}  # by path, the last that could be composed
        self._asked: dict[str, bytes] = {}  # by path, what was served; the last asked for is last
        self._doubtful: list[str] = []  # of these, the ones to be held against what they are now
        self._live: dict[str, tuple[object, Rendered]] = {}  # by source, with the runs it was rendered for
        self._compared: tuple[tuple[int, ...], dict[str, object]] | None = None
        self._is_told = False  # whether that is all that is known now
        self._started = self._unsettled = False
        self._revision = self._editions = 0

    @property
    def busy(self) -> bool:
        """Whether `work` has anything to do now: first the pages that are open fetch what they were told of."""
        since = time.perf_counter() - self._touched
        is_unfinished = self._desk.dirty or self._unsettled or self._doubtful
        return bool((is_unfinished and since > PAUSE) or (self._todo and since > QUIET))

    def refresh(self, paths: Collection[str] | None) -> Change:
        """Take in what changed at `paths`, relative to the site's root; None: look at everything; (): at the runs."""
        with self._building:
            started, moves = time.perf_counter(), self._runs.look()
            others = [path for path in paths or () if not f"{path}/".startswith(f"{RUNS}/")]
            touched = Touched(paths if paths is None else [*others, *map(data_folder, moves.ended)])
            if not touched and not moves.states:
                return self._change(started, Reach(), moves)
            before = {path: self._desk.best(path) for path in [*self._desk.good]}
            renewed = self._desk.renew(touched, moves.states)
            late = self._render(renewed)
            is_new_look = renewed.config or touched.reaches(TEMPLATES)
            if is_new_look:
                self._theme = Theme(self._desk.root, self._desk.config)
            if renewed == Renewed() and not touched.reaches(*ROOMS, "site"):
                return self._change(started, Reach(), moves)
            self._checked = tuple(error for error in self._checked if error.place and error.place.path not in touched)
            old = self._shown
            self._settle()
            found = reach(before, self._desk, renewed.pages, late)
            if is_new_look:
                found = replace(found, urls=EVERYTHING)
            found = replace(found, styles=self._changed_files(old, touched, renewed))
            is_told = {self._url(path) for path in self._asked} if found.urls == EVERYTHING else set(found.urls)
            self._doubtful = [path for path in self._doubtful if self._url(path) not in is_told]
            return self._change(started, found, moves)

    def work(self, seconds: float = 0.02) -> Change | None:
        """Do a slice of what can wait: other pages, what the asked ones look like now, dead links."""
        with self._building:
            started = time.perf_counter()
            if self._desk.dirty or self._unsettled:
                while time.perf_counter() - started < seconds and self._desk.render_next(self._asked_sources()):
                    self._unsettled = True
                if self._desk.dirty:
                    return None
                self._settle()
                return self._change(started, Reach(), Moves())
            if self._doubtful:
                return self._compare(self._doubtful.pop(), started)
            while self._todo and time.perf_counter() - started < seconds:
                if next(self._todo, self) is self:
                    self._todo = None
                    give_back()
                    return self._change(started, Reach(), Moves())
            return None

    def get(self, path: str) -> Output | None:
        """Return the file at an output path as it is now; when it fails now, as it last was."""
        shown, output = self._shown, None
        try:
            output = self._compose(shown, path)
        except* SiteError:
            pass  # `Change.errors` tells it
        if output is None:
            return self._good.get(path) if shown.is_there(path) else None
        self._good[path] = output
        if isinstance(output.content, bytes) and path.endswith(".html"):
            self._asked.pop(path, None)
            self._asked[path] = output.content
            for other in list(self._asked)[:-MOST_ASKED]:
                self._asked.pop(other, None)
        return output

    def outputs(self) -> tuple[Output, ...]:
        """Return every file, composed: what a clean build would write."""
        with self._building:
            while self._desk.render_next(()):
                self._unsettled = True
            if self._unsettled:
                self._settle()
            return tuple(output for made, _ in self._published.everything() for output in made)

    def finish(self) -> Change:
        """Do all the work there is at once, and return what is known then."""
        while self._desk.dirty or self._unsettled or self._doubtful or self._todo:
            self.work(1.0)
        return self._change(time.perf_counter(), Reach(), Moves())

    def facts(self, url: str) -> dict[str, object]:
        """Return what the page at `url` should know of the runs behind its data, and its warnings."""
        site, (errors, warnings) = self._shown.site, self._told
        item, plain = facts.find(site, url), unquote(url).removeprefix("/")
        shown = self._good.get(item.page.path if item else plain if plain.endswith(".html") else f"{plain}index.html")
        html = shown.content.decode() if shown and isinstance(shown.content, bytes) else ""
        return facts.of_page(site, url, self._runs.going, [*errors, *warnings], html)

    def diff(self) -> dict[str, object]:
        """Return what differs from the site as it was last published."""
        if self._desk.dirty or self._unsettled or self._todo:
            return {"ready": False}
        folder = self._desk.options.output
        made_for = self._editions, self._revision, diff.stamp(folder)  # by number: an old edition need not stay
        if self._compared is None or self._compared[0] != made_for:
            self._compared = made_for, diff.against(folder, self._shown, self._told[1])
        return self._compared[1]

    def _render(self, renewed: Renewed) -> frozenset[str]:
        """Render what must be, as far as the time goes; return the sources that are left for later."""
        if not self._started:
            self._started = True
            self._desk.render_all()
            gc.freeze()  # what stays for good is not looked through again: a save was now and then 0.1 s slower
        until, asked = time.perf_counter() + AT_ONCE, self._asked_sources()
        others = renewed.pages if len(renewed.pages) <= FEW else ()
        for path in [*asked, *others]:
            if time.perf_counter() < until:
                self._desk.render_now(path)
        return frozenset(self._desk.dirty)

    def _settle(self) -> None:
        """Make the editions of what is rendered now."""
        desk = self._desk
        self._unsettled = self._is_told = False
        self._judged = judge(desk.publishable(), desk.ledger)
        shown = desk.shown()
        published = self._edition(self._judged.shown)
        is_same = {id(item) for item in shown} == {id(item) for item in self._judged.shown}
        self._shown, self._published = published if is_same else self._edition(shown), published
        self._editions += 1
        self._todo, self._touched = self._know_all(published), time.perf_counter()
        self._doubtful = list(self._asked)

    def _edition(self, items: Collection[Rendered]) -> Edition:
        return Edition(collect(items, self._desk.config, self._desk.tree, self._desk.ledger), self._theme, items)

    def _compose(self, shown: Edition, path: str) -> Output | None:
        """Compose one file; a page that must be rendered first is, and one of a living run shows its data."""
        item = shown.item(path)
        if item is None:
            return shown.get(path)
        source = item.page.source.path
        if self._desk.render_now(source):
            self._unsettled = True
        newest = self._lively(self._desk.best(source) or item)
        return shown.get(path) if shown.is_made_of(newest) else shown.compose_as(newest, path)

    def _lively(self, item: Rendered) -> Rendered:
        """Return a page with the data of living runs as far as they are."""
        runs = self._runs.going
        if not runs or not any(name in runs for name in facts.experiments(item, self._desk.ledger)):
            return item
        source, made_for = item.page.source.path, (item, tuple(run.stamp for run in runs.values()))
        known = self._live.get(source)
        if known and known[0] == made_for:
            return known[1]
        soft = self._desk.kit.soft
        overlaid = replace(soft, tree=self._runs.overlay(soft.tree, soft.ledger))
        rendered, left = render_partly(item.page, passing(overlaid))
        tried = self._desk.attempts.get(source)
        if left and tried and tried.rendered:  # what there is does not fit the page: its last whole data stay
            rendered = item
        self._live[source] = made_for, rendered
        return rendered

    def _asked_sources(self) -> list[str]:
        """Return the sources of the pages somebody looks at, the last one first."""
        items = (self._shown.item(path) for path in reversed(list(self._asked)))
        return [item.page.source.path for item in items if item]

    def _compare(self, path: str, started: float) -> Change | None:
        """Hold a page against what was served of it."""
        served = self._asked.get(path)
        try:
            output = self._compose(self._shown, path)
        except* SiteError:
            output = None
        if served is None or output is None or output.content == served:
            return None
        return self._change(started, Reach((self._url(path),)), Moves())

    def _url(self, path: str) -> str:
        """Return the address of a file that was asked for."""
        item = self._shown.item(path)
        return item.page.url if item else "/" + path.removesuffix("index.html")

    def _changed_files(self, old: Edition, touched: Touched, renewed: Renewed) -> tuple[str, ...]:
        """Return the addresses of touched files that are published as they are."""
        if touched.is_everything and self._revision == 0:
            return ()
        others = touched.is_everything or any(path not in renewed.pages for path in touched.paths)
        return tuple(sorted({*self._shown.files(touched), *old.files(touched)})) if others else ()

    def _know_all(self, published: Edition) -> Iterator[None]:
        """Compose the whole site and check it, step by step."""
        yield from published.steps()
        desk, made = self._desk, published.everything()
        outputs = [output for some, _ in made for output in some]
        done = {item.page.source.path for item in published.site.everything}
        failed = [page for path, page in desk.pages.items() if path not in done]
        unread = bool(desk.sources.errors) or published.has_gaps()
        dead = DeadLinks(published.site, outputs, failed, unread)
        for output in outputs:
            dead.read(output)
            yield
        found = conclude(published.site, outputs, dead, not failed and not unread)
        self._desk.warm_up()
        self._is_told = False
        self._good = {path: output for path, output in list(self._good.items()) if self._shown.is_there(path)}
        self._live = {path: made for path, made in list(self._live.items()) if path in desk.pages}
        self._checked = (*(error for _, errors in made for error in errors), *found)

    def _warnings(self) -> list[SiteError]:
        site = self._shown.site
        found = [*self._judged.warnings, *site.warnings, *(one for item in site.everything for one in item.warnings)]
        held = dict(self._judged.held)
        for path, tried in list(self._desk.attempts.items()):
            if why := waits_for(tried, self._desk.ledger):
                held[path] = why
            elif tried.is_downgraded:
                found += [SiteError(error.what, error.place, error.hint, level="warning") for error in tried.errors]
        found += [SiteError(f"held back: {why}", Place(path), level="warning") for path, why in held.items()]
        return found

    def _change(self, started: float, found: Reach, moves: Moves) -> Change:
        """Put together what is told; the revision counts what differs from what was told before."""
        if found == Reach() and moves == Moves() and self._is_told:
            return Change(self._revision, (), (), *self._told, time.perf_counter() - started)
        errors = [error for error in (*self._desk.errors, *self._checked) if error.level == "error"]
        warnings = [*self._warnings(), *(error for error in self._checked if error.level == "warning")]
        told = tuple(in_order(errors)), tuple(in_order(warnings))
        is_news = [list(map(str, one)) for one in told] != [list(map(str, one)) for one in self._told]
        self._told, self._is_told = told, True
        live = facts.readers(self._shown.site, moves.moved)
        self._revision += bool(found.urls or found.styles or live or is_news)
        runs = tuple(facts.of_run(name, self._desk.ledger, self._runs.going) for name in sorted(moves.moved))
        return Change(
            self._revision, found.urls, found.styles, *told, time.perf_counter() - started, live=live, runs=runs
        )
