"""Attempts: each page as it was rendered last, how far it came, and whether it would come out the same now."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from generator.data.ledger import Ledger
from generator.data.tree import Tree
from generator.errors import SiteError, flatten
from generator.preview.lenient import soften
from generator.publish.freshness import pending
from generator.read.page import Page
from generator.render.cache import is_still, seen
from generator.render.listing import SITE_POSTS, Listing
from generator.render.render import Rendered, Tools, render_partly

TAKES_IN_FILES = re.compile(r"\{%[-+]?\s*(?:include|import|from|extends|render)")


@dataclass(frozen=True)
class Kit:
    """What rendering needs: the tools of a build, and those that show trouble instead of stopping at it."""

    strict: Tools
    soft: Tools

    @classmethod
    def of(cls, strict: Tools) -> Kit:
        """Make the other tools beside those of a build."""
        return cls(strict, soften(strict))

    def with_listing(self, listing: Listing) -> Kit:
        """Return the same tools beside other pages."""
        language = self.strict.language.copy()
        language.listing = listing
        return Kit.of(replace(self.strict, language=language))

    def with_tree(self, tree: Tree) -> Kit:
        """Return the same tools over other data."""
        return Kit(replace(self.strict, tree=tree), replace(self.soft, tree=tree))


@dataclass(frozen=True)
class Attempt:
    """One rendering of a page."""

    page: Page
    rendered: Rendered | None  # as a build would publish it; None: it has mistakes
    shown: Rendered | None  # as the preview shows it; None: only its last good version can be shown
    partly: Rendered | None  # as far as it came, for a page that never was good
    errors: tuple[SiteError, ...]  # all its mistakes
    saw: tuple[tuple[str, str], ...] = ()  # data keys it read, each with a digest

    @property
    def is_downgraded(self) -> bool:
        """Whether its mistakes are only told as warnings, for the page shows them."""
        return bool(self.errors) and self.shown is not None


def attempt(page: Page, kit: Kit) -> Attempt:
    """Render a page as a build does; when that finds mistakes, also as the preview can show it."""
    rendered, errors = _partly(page, kit.strict)
    if rendered and not errors:
        return finished(rendered, kit)
    partly, left = _partly(page, kit.soft)
    saw = seen(partly.reads, kit.strict) if partly else ()
    is_shown = not left or bool(pending(left, kit.strict.ledger))
    return Attempt(page, None, partly if is_shown else None, partly, tuple(errors), saw)


def finished(rendered: Rendered, kit: Kit) -> Attempt:
    """Note a page that came out without a mistake."""
    saw = seen(rendered.reads, kit.strict)
    return Attempt(rendered.page, rendered, rendered, rendered, (), saw)


def is_good(last: Attempt, page: Page, kit: Kit) -> bool:
    """Tell whether a page would come out as it did last time, as far as its own text and the data decide."""
    is_same_text = last.page is page or last.page == page
    return is_same_text and is_still(last.saw, kit.strict)


def looks_at_others(last: Attempt) -> bool:
    """Tell whether a page read what other pages say of themselves."""
    return any(key == SITE_POSTS for key, _ in last.saw)


def takes_in_files(page: Page) -> bool:
    """Tell whether a page may depend on files under `site/includes`."""
    return bool(TAKES_IN_FILES.search(page.body))


def waits_for(tried: Attempt, ledger: Ledger) -> str:
    """Tell which experiments a page waits for, when that is all that is wrong with it."""
    return pending(tried.errors, ledger) if tried.errors else ""


def _partly(page: Page, tools: Tools) -> tuple[Rendered | None, list[SiteError]]:
    errors: list[SiteError] = []
    try:
        return render_partly(page, tools)
    except* SiteError as group:
        errors.extend(flatten(group))
    return None, errors
