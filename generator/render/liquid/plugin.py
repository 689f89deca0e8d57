"""Plugin tags: what a tag of an old site's plugins is given, and what it may return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.config import Config
from generator.read.page import Page
from generator.render.values import Block, Inline, Text


@dataclass(frozen=True)
class Call:
    """One use of a plugin tag."""

    name: str
    markup: str  # what stands behind the name, with `{{ }}` expanded to plain text
    body: str  # what stands between the tag and its end, expanded to plain text
    config: Config
    root: Path
    page: Page
    warn: Callable[[str, str], None]  # what is wrong, and a hint; the tag still prints


@dataclass(frozen=True)
class Plugin:
    """A tag that a plugin of an old site brought.

    `draw` returns finished HTML, text, or the author's Markdown as Markup; a mistake is a SiteError without a
    place.
    """

    draw: Callable[[Call], Block | Inline | Text | str]
    is_block: bool = False  # has an end: `{% latex %}…{% endlatex %}`
