"""The names `page` and `site` in a body: what a page may know of itself and of the config.

A body never sees other pages: that keeps its HTML a function of its own file, the config and the data it
reads, which is what the cache relies on. Texts of the front matter and the config are the author's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping

from generator.config import Config
from generator.data.tree import View
from generator.errors import did_you_mean
from generator.read.page import Page
from generator.render.body.texts import Own

OTHER_PAGES = "a body sees no other page; lists of pages belong in `site/templates`"
NOT_HERE = {
    "site": {
        **dict.fromkeys(("posts", "pages", "tags", "categories", "related_posts", "collections"), OTHER_PAGES),
        "time": "a page is the same on every day it is built; write the date itself",
        "baseurl": "links work under any address: write `/about/`",
        "name": "write `site.title`",
    },
    "page": {
        **dict.fromkeys(("previous", "next", "content"), OTHER_PAGES),
        "path": "write `page.source`",
    },
}
ABSENT_HINTS = {
    "site": "keys of your own stand under `params:` in `site/config.yaml`: `site.params.{}`",
    "page": "write `{}:` into the front matter",
}


class NoName(LookupError):  # noqa: N818
    """A name that `page` or `site` does not have."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


class Names(Mapping[str, object]):
    """A mapping whose missing keys are mistakes with a hint."""

    def __init__(self, name: str, values: Mapping[str, object]) -> None:
        self._name, self._values = name, values

    def __getitem__(self, key: str) -> object:
        if key in self._values:
            value = self._values[key]
            return own(value) if not callable(value) else value()
        hint = NOT_HERE[self._name].get(key) or did_you_mean(key, self._values)
        raise NoName(f"`{self._name}.{key}` does not exist", hint or ABSENT_HINTS[self._name].format(key))

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def page_names(page: Page) -> Names:
    """Return what a body sees as `page`: its front matter and its address."""
    meta = page.meta
    known = (
        "title",
        "date",
        "updated",
        "description",
        "excerpt",
        "tags",
        "categories",
        "draft",
        "author",
        "series",
        "layout",
    )
    values = {key: getattr(meta, key) for key in known}
    return Names(
        "page",
        {**meta.extra, **values, "url": page.url, "kind": page.kind, "slug": page.slug, "source": page.source.path},
    )


def site_names(config: Config, view: View) -> Names:
    """Return what a body sees as `site`: the config, and the data."""
    known = ("title", "tagline", "description", "url", "language", "timezone", "social_image", "params")
    values: dict[str, object | Callable[[], object]] = {key: getattr(config, key) for key in known}
    return Names("site", {**values, "author": dataclasses.asdict(config.author), "data": lambda: view.data})


def own(value: object) -> object:
    """Mark every text in a value of the front matter or the config as the author's own."""
    if isinstance(value, str):
        return Own(value)
    if isinstance(value, Mapping):
        return {str(key): own(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [own(child) for child in value]
    return value
