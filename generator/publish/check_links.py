"""Dead links: every address in a finished page that leads inside the site must lead somewhere.

What an author wrote is reported at its line, each mention of it; what a template wrote once for the whole site.
A page that failed to render counts as being there, so that one mistake is not reported as many.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from generator.address import output_path
from generator.errors import Place, SiteError
from generator.publish.destinations import Destinations, Target, address
from generator.publish.links import addresses, find, source_candidates, source_names, target_of
from generator.publish.output import Output
from generator.publish.site import Site
from generator.read.page import Page
from generator.render.markup.findings import Link
from generator.render.render import Rendered

SOURCE = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)
MADE_OF_POSTS = re.compile(r"/(?:tags|archive|posts)/|/page[0-9]+/")  # some may be missing when a post failed


class DeadLinks:
    """One search through a finished site."""

    def __init__(self, site: Site, outputs: Sequence[Output], failed: Sequence[Page], unread: bool) -> None:
        self.site, self.outputs, self.unread = site, outputs, unread
        self.destinations = Destinations(outputs)
        pages = (item.page for item in site.everything)
        missing = [*failed, *(page for page in pages if page.path not in self.destinations.files)]
        self.failed_sources = source_names(page.source.path for page in missing)
        self.failed_addresses = [unquote(page.url) for page in missing if page.url != "/"]  # there is always a home
        self._dead: dict[tuple[str, str], list[Target]] = {}  # by output, where it leads in vain

    def find(self) -> Iterator[SiteError]:
        """Yield an error for every link, image and anchor that leads nowhere."""
        pages = {item.page.path: item for item in self.site.everything}
        redirects = {(output_path(one.old), one.place.path): one for one in self.site.config.redirects}
        mentioned: set[Target] = set()
        others: defaultdict[Target, list[Output]] = defaultdict(list)
        for output in self.outputs:
            dead = self.read(output)
            rendered = pages.get(output.path) if dead else None
            links = self._links_by_target(rendered) if rendered else {}
            mentioned.update(links)
            for target in dead:
                mentions = links.get(target, [])
                if self._is_excused(target, rendered, mentions):
                    continue
                if redirect := redirects.get((output.path, output.because)):
                    what, hint = self._explain(redirect.to, target, "")
                    yield SiteError(what, redirect.to_place, hint)
                elif rendered and mentions:
                    yield from (self._author_error(link, target, rendered.page) for link in mentions)
                else:
                    others[target].append(output)
        yield from (self._theme_error(target, found) for target, found in others.items() if target not in mentioned)
        yield from self._social_images()

    def read(self, output: Output) -> list[Target]:
        """Return where a finished page leads in vain, each once; it is read the first time it is asked for."""
        key = output.path, output.because  # two sources may want one path
        if key not in self._dead:
            self._dead[key] = self._dead_targets(output)
        return self._dead[key]

    def _dead_targets(self, output: Output) -> list[Target]:
        if not isinstance(output.content, bytes) or not output.path.endswith(".html"):
            return []
        own, page_url = self.site.config.url, address(output.path)
        base = urlsplit(own).path if output.path == "404.html" else ""
        targets = (
            target_of(_without(base, _without(own, value)), page_url)
            for value in dict.fromkeys(addresses(output.content.decode()))
        )
        dead = (target for target in targets if target and not self.destinations.leads_somewhere(target))
        return list(dict.fromkeys(dead))

    def _links_by_target(self, rendered: Rendered) -> Mapping[Target, list[Link]]:
        """Group what the author of a page links to by where it leads."""
        found: defaultdict[Target, list[Link]] = defaultdict(list)
        for link in rendered.document.links:
            source = find(link.target, rendered.page, self.site.by_source)
            if target := target_of(link.target, rendered.page.url):
                found[unquote(source.page.url) if source else target[0], target[1]].append(link)
        return found

    def _is_excused(self, target: Target, rendered: Rendered | None, mentions: Sequence[Link]) -> bool:
        """Tell whether a missing address may belong to a page that failed, or that could not be read."""
        path = target[0]
        if self.destinations.file(path):
            return False
        if rendered and any(find(link.target, rendered.page, self.failed_sources) for link in mentions):
            return True
        if any(f"{path}/".startswith(failed) for failed in self.failed_addresses):
            return True  # the page itself, or a file beside it
        if self.failed_addresses and MADE_OF_POSTS.match(path):
            return True
        return self.unread and not (rendered and mentions and self._is_surely_dead(path, mentions[0], rendered.page))

    def _is_surely_dead(self, path: str, link: Link, page: Page) -> bool:
        """Tell whether no file that could not be read can be meant: it is not there, or would be the page's own."""
        if SOURCE.search(path):
            return not self._on_disk(link.target, page)
        return path.startswith(unquote(page.url)) and page.url != "/"

    def _author_error(self, link: Link, target: Target, page: Page) -> SiteError:
        if SOURCE.search(target[0]) and not self.destinations.file(target[0]):
            return SiteError(f"`{link.target}` leads nowhere", link.place, self._source_hint(link.target, page))
        what, hint = self._explain(link.target, target, page.path)
        return SiteError(what, link.place, hint)

    def _explain(self, shown: str, target: Target, here: str) -> tuple[str, str]:
        """Say why a target is dead, and what is like it."""
        path, fragment = target
        if name := self.destinations.file(path):
            owner = "this page" if name == here else f"`{address(name)}`"
            what = f"`{shown}` leads nowhere: {owner} has no `#{fragment}`"
            ids = sorted(f"#{known}" for known in self.destinations.ids(name) or ())
            return what, self.destinations.similar(f"#{fragment}", ids)
        if path.startswith("/../"):
            return f"`{shown}` leads out of the site", "write the whole address, with `https://` and the host"
        looked_for = f"there is no `{path}`" if path != re.split("[?#]", shown)[0] else ""
        return f"`{shown}` leads nowhere", self.destinations.nearest(path) or looked_for

    def _source_hint(self, target: str, page: Page) -> str:
        """Say why a source file has no page: it is hidden, or named like another."""
        if file := self._on_disk(target, page):
            return f"`{file}` is not published, or is no post or page"
        sources = sorted(item.page.source.path for item in self.site.everything)
        return self.destinations.similar(next(source_candidates(target, page)), sources)

    def _on_disk(self, target: str, page: Page) -> str:
        files = (name for name in source_candidates(target, page) if not name.startswith("../"))
        return next((name for name in files if (self.site.tree.root / name).is_file()), "")

    def _theme_error(self, target: Target, found: Sequence[Output]) -> SiteError:
        """Report what no link of an author explains; the file to blame is known when there is only one."""
        first, more = found[0], len(found) - 1
        path, fragment = target
        shown = f"{path}#{fragment}" if fragment else path
        what, hint = self._explain(shown, target, "")
        if path in {unquote(item.url) for item in self.site.config.menu}:
            return SiteError(what, self.site.config.place("menu"), hint)
        pages = f" and {more} other page{'s' if more > 1 else ''}" if more else ""
        place = Place(first.because) if first.because and not more else None
        return SiteError(f"{what}, in `{first.path}`{pages}", place, hint)

    def _social_images(self) -> Iterator[SiteError]:
        """Yield an error for each picture that a link preview would miss."""
        config = self.site.config
        wanted = [(config.social_image, "/", config.place("social_image"))]
        for item in self.site.everything:
            meta = item.page.meta
            place = meta.places.get("social_image", Place(item.page.source.path))
            wanted.append((meta.social_image, item.page.url, place))
        for value, url, place in wanted:
            target = target_of(value, url) if value else None
            if target and not self.destinations.leads_somewhere(target):
                what, hint = self._explain(value, target, "")
                yield SiteError(what, place, hint)


def _without(base: str, value: str) -> str:
    """Take the site's own address from the front of an address that begins with it."""
    if not base or not value.startswith(base) or value[len(base) : len(base) + 1] not in {"", "/", "?", "#"}:
        return value
    return value[len(base) :] or "/"
