"""Reach: which pages may look different after a change, told as soon as the changed ones are rendered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from generator.preview.desk import Desk
from generator.render.render import Rendered

MOST_NAMED = 40  # pages; of more than that it is said that all may be different


@dataclass(frozen=True)
class Reach:
    """Addresses of what may look different."""

    urls: tuple[str, ...] = ()  # ("*",): every page
    styles: tuple[str, ...] = ()


def reach(before: Mapping[str, Rendered | None], desk: Desk, changed: Collection[str], late: Collection[str]) -> Reach:
    """Say where a change of these sources may be seen; `late` ones are rendered when they are asked for.

    A page that says nothing new to others (title, summary, tags, links …) is seen in itself alone.
    """
    urls: set[str] = set()
    for path in changed:
        old, new = before.get(path), desk.best(path)
        if old is new and path not in late:
            continue
        if old is None or new is None or (old is not new and face(old) != face(new)):
            return Reach(("*",))
        urls |= {old.page.url, new.page.url}
    return Reach(("*",)) if len(urls) > MOST_NAMED else Reach(tuple(sorted(urls)))


def face(item: Rendered) -> tuple[object, ...]:
    """Return what other pages can say of a page."""
    document, page = item.document, item.page
    return (
        page.url,
        replace(page.meta, places={}),
        item.title_html,
        item.summary,
        [(label.id, label.text) for label in document.labels],
        [(link.kind, link.target) for link in document.links],
        item.reads,
    )
