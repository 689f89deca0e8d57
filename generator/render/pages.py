"""Render every page of a site, in several processes, or take it from the cache."""

from __future__ import annotations

from collections.abc import Sequence

from generator.errors import SiteError
from generator.read.page import Page
from generator.render.cache import Cache
from generator.render.pool import run
from generator.render.render import Rendered, Tools, render


def render_all(
    pages: Sequence[Page], tools: Tools, salt: str, jobs: int
) -> tuple[list[Rendered], list[tuple[Page, list[SiteError]]]]:
    """Return the pages in no special order (`collect` has one), and those that failed with their mistakes.

    `salt` stands for all that can change every page; `jobs` is the number of processes, 0 for one a core.
    """
    cache = Cache(tools.tree.root / ".labpress" / "cache", salt, tools)

    def render_and_keep(page: Page) -> Rendered:
        rendered = render(page, tools)
        cache.put(rendered)
        return rendered

    known = [cache.get(page) for page in pages]
    changed = [page for page, kept in zip(pages, known, strict=True) if kept is None]
    results = run(changed, render_and_keep, jobs)
    cache.forget_others(pages)
    fresh = [result for result, _ in results if result is not None]
    failed = [(page, mistakes) for page, (_, mistakes) in zip(changed, results, strict=True) if mistakes]
    return [*(kept for kept in known if kept is not None), *fresh], failed
