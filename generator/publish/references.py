"""References to other posts: where `@tab:x` leads when the page itself has no such label, and what it says.

A label is looked for in the page, then in the whole site, where it must be the only one.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping

from generator.errors import SiteError, did_you_mean
from generator.publish import links
from generator.publish.site import Site
from generator.render.markup.findings import Label, Link
from generator.render.markup.references import CLASS, KINDS, phrase
from generator.render.render import Rendered
from generator.render.values import LINK_CLOSE, LINK_OPEN

REFERENCE = "reference"  # the kind of link that `settle_references` leaves
PLACEHOLDER = re.compile(f'<a href="{LINK_OPEN}([0-9]+){LINK_CLOSE}" class="{CLASS}">([^<]*)</a>')


def resolve(html: str, rendered: Rendered, site: Site) -> str:
    """Fill in all that a page's HTML says of other pages: references, and links to their source files.

    A reference that leads nowhere keeps its words, and `unresolved` reports it.
    """
    if LINK_OPEN not in html:
        return html

    def fill(match: re.Match[str]) -> str:
        link = rendered.document.links[int(match[1])]
        if link.kind != REFERENCE:
            return match[0]
        said, name = split(link)
        owners = site.labels.get(name, ())
        return _link(name, said, owners[0]) if len(owners) == 1 else match[2]

    return links.resolve(PLACEHOLDER.sub(fill, html), rendered, site.by_source)


def unresolved(site: Site, is_whole: bool) -> Iterator[SiteError]:
    """Yield an error for every reference to nothing, or to several things.

    When some page failed (not `is_whole`), it may have what is missing: then only the second is told.
    """
    for item in site.everything:
        for link in item.document.links:
            if link.kind != REFERENCE:
                continue
            name = split(link)[1]
            owners = site.labels.get(name, ())
            if len(owners) > 1:
                where = " and ".join(f"`{owner.page.source.path}`" for owner in owners[:2])
                what = f"`@{name}` may mean several things: {where} have one"
                yield SiteError(what, link.place, "give it another name in one of them")
            elif not owners and is_whole:
                yield SiteError(f"there is no {_kind(name)} `{name}`", link.place, _hint(name, item, site))


def split(link: Link) -> tuple[str, str]:
    """Return how a reference says its kind, and the label it names."""
    said, _, name = link.target.partition("@")
    return said, name


def _link(name: str, said: str, owner: Rendered) -> str:
    """Return the link to a label of another page, with that page's title."""
    label = label_of(owner)[name]
    anchor = name if name in owner.document.ids else name.removeprefix("sec:")
    address = links.encode(f"{owner.page.url}#{anchor}")
    words = entities.escape(phrase(label.kind, label.text, said))
    return f'<a href="{entities.escape(address)}" class="{CLASS}">{words} of <em>{owner.title_html}</em></a>'


def label_of(rendered: Rendered) -> Mapping[str, Label]:
    """Return the labels of one page by their names."""
    return {label.id: label for label in rendered.document.labels}


def _kind(name: str) -> str:
    return KINDS[name.partition(":")[0]]


def _hint(name: str, item: Rendered, site: Site) -> str:
    """Offer the nearest label, or say how one is made."""
    kind = _kind(name)
    if name in item.document.ids:
        made = "an image alone in its paragraph" if kind == "figure" else "a `table(…, label=…)`"
        return f"`{name}` is the id of something without a number: only {made} is a {kind}"
    nearest = did_you_mean(name, (known for known in sorted(site.labels) if known.startswith(name.split(":")[0])))
    return nearest or "write `\\@` for an at sign"
