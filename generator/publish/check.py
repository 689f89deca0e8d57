"""Check: what can only be seen when the whole site is made, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from generator.errors import SiteError
from generator.publish.check_addresses import address_clashes
from generator.publish.check_links import DeadLinks
from generator.publish.output import Output
from generator.publish.redirects import impossible
from generator.publish.references import unresolved
from generator.publish.site import Site
from generator.read.page import Page


def check(site: Site, outputs: Sequence[Output], failed: Sequence[Page] = (), unread: bool = False) -> list[SiteError]:
    """Return every dead link, every reference to nothing and every clash of addresses.

    `failed` are pages that have an address but could not be rendered; `unread` says that there are files of which
    not even the address is known. What may lead to one of them is not reported.
    """
    dead = DeadLinks(site, outputs, failed, unread)
    return conclude(site, outputs, dead, not failed and not unread)


def conclude(site: Site, outputs: Sequence[Output], dead: DeadLinks, is_whole: bool) -> list[SiteError]:
    """Return all that is wrong, after a search for dead links that may have read the pages one by one before."""
    found = [*dead.find(), *unresolved(site, is_whole), *address_clashes(site, outputs)]
    return [*found, *impossible(site, is_whole)]
