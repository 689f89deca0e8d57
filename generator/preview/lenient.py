"""Lenient rendering: what would stop a build is shown in the page, marked, and told as a warning.

Three troubles are shown: a claim that does not hold, a guarded literal that does not, and a value of an experiment
that has not run. Any other mistake keeps the page as it last was; only the half data of a run that goes on may leave a
figure that cannot be made yet: it says why in its place.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any

from generator.data.ledger import Ledger
from generator.errors import SiteError
from generator.render.render import Tools
from generator.render.tags import plot as plots
from generator.render.tags.chart import prefix_of
from generator.render.tags.registry import source_of, tags
from generator.render.tags.strip import Artifact, Source, strip, with_kind
from generator.render.values import NUMBER, Block, Inline


def soften(tools: Tools) -> Tools:
    """Return tools that mark what does not hold; those given stay strict."""
    language = tools.language.copy()
    language.absent = functools.partial(_pending, tools.ledger)
    opened = threading.local()  # pages are rendered in several threads
    claimed: Any = tools.language.tags["claimed"]
    claim_end: Any = tools.language.tags["claim_end"]
    guarded: Callable[..., Any] = tools.language.filters["guarded"]

    def softly_claimed(*parts: object, **options: object) -> Block | Inline | str:
        opened.depth = getattr(opened, "depth", 0) + 1
        try:
            opening: Inline = claimed(*parts, **options)
        except SiteError as error:
            return Inline(f'<span class="claim labpress-broken" tabindex="0" title="{escape(error.what)}">')
        return opening

    def softly_ended() -> Block | Inline | str:
        """End a claim; one that was never opened, for want of a value, has nothing to end."""
        depth = getattr(opened, "depth", 0)
        opened.depth = max(0, depth - 1)
        ended: Inline = claim_end() if depth else Inline("")
        return ended

    def softly_guarded(value: object, typed: str) -> Inline:
        try:
            held: Inline = guarded(value, typed)
        except SiteError as error:
            html = f'<mark class="labpress-broken" title="{escape(error.what)}">{escape(typed)}</mark>'
            return Inline(html, typed)
        return held

    language.tags.update(claimed=softly_claimed, claim_end=softly_ended)
    language.filters["guarded"] = softly_guarded
    return replace(tools, language=language)


def passing(tools: Tools) -> Tools:
    """Return tools for the data of a living run: no chart is kept on the disk, and one may have too little to show."""
    language = tools.language.copy()
    language.absent = tools.language.absent
    makers = tags(tools.ledger, _draw)
    language.tags.update({name: _patient(maker, name, tools.ledger) for name, maker in makers.items()})
    return replace(tools, language=language)


def _patient(make: Callable[..., Artifact], name: str, ledger: Ledger) -> Callable[..., Artifact]:
    """Return a tag that says in the place of a figure why it cannot be made of the data there is so far."""

    @functools.wraps(make)
    def made(*parts: Any, **options: Any) -> Artifact:
        try:
            return make(*parts, **options)
        except SiteError as error:
            rows, *_ = (*parts, *options.values(), None)
            return _not_yet(error, name, options, source_of(ledger, rows))

    return made


def _not_yet(error: SiteError, name: str, options: Mapping[str, object], source: Source) -> Artifact:
    """Return a figure that holds the reason, with the label and the strip of the one that will stand there."""
    label, caption = "", str(options.get("caption") or "")
    with suppress(SiteError):
        label = with_kind(str(options.get("label") or ""), "tab" if name == "table" else "fig")
    ident, number = (f' id="{escape(label)}"', NUMBER) if label else ("", "")
    told = f"<figcaption>{number}{escape(caption)}</figcaption>" if number or caption else ""
    why = "; ".join(part for part in (error.what, error.hint) if part)
    html = f'<figure{ident}><p class="labpress-not-yet">not shown yet: {escape(why)}</p>{told}{strip(source)}</figure>'
    return Artifact(html, caption, label=label)


@functools.lru_cache(maxsize=16)
def _draw(plot: plots.Plot) -> str:
    return plots.draw(plot, prefix_of(plot))


def _pending(ledger: Ledger, key: str) -> Inline:
    """Return the mark for a value nobody has computed, with the experiment that would."""
    owner = ledger.of(key) if key else None
    names = (
        [owner.experiment] if owner else [one.name for one in ledger.all() if key and one.name.startswith(f"{key}.")]
    )
    run = f' data-experiment="{escape(names[0])}"' if names else ""
    named = f"data.{escape(key)} has no value yet" if key else "no value yet"
    return Inline(f'<mark class="labpress-pending"{run} title="{named}">pending</mark>', "pending")
