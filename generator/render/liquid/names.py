"""The names `page` and `site` in a Liquid body, by Jekyll's words: front matter, config, data, and other pages.

What is read of other pages notes the read key of the listing. Texts of front matter and config are the author's.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime
from pathlib import PurePosixPath

from generator.config import Config
from generator.data.view import View
from generator.read.page import Page
from generator.render.body.names import own
from generator.render.body.texts import Own
from generator.render.liquid.record import Record
from generator.render.liquid.texts import Markdownified
from generator.render.listing import SITE_POSTS, Listing

MORE = re.compile(r"<!--\s*more\s*-->|<!--\s*excerpt\s*-->")
TAGS = re.compile(r"\{%.*?%\}\n?|\{\{.*?\}\}|\{#\s.*?#\}", re.DOTALL)
ELSEWHERE = {
    "paginator": "lists of posts are made by the theme",
    "content": "layouts are in `site/templates`; a body cannot print itself",
    "layout": "layouts are in `site/templates`",
    "theme": "the theme is in `site/templates`",
    "post": "write `page`, or `{% for post in site.posts %}`",
    "data": "write `site.data`",
    "forloop": "`forloop` exists only inside `{% for %}`",
    "tablerowloop": "`tablerowloop` exists only inside `{% tablerow %}`",
    "include": "`include` exists only in an included file that is given values",
    "loop": "write `forloop`",
    "none": "write `nil`",
}
SITE_HINTS = {
    "github": "it comes from GitHub's own builder: write the address itself, or put it under `params:`",
    "static_files": "files are not listed; name them in a data file",
    "collections": "there are no collections: posts are in `posts/`, pages in `site/pages`",
    "root": "write `site.url`",
}
PAGE_HINT = "write `{}:` into the front matter"
SITE_HINT = "keys of your own stand under `params:` in `site/config.yaml`"


class Names:
    """What one page's body can say."""

    def __init__(self, page: Page, view: View, config: Config, listing: Listing) -> None:
        self.page, self.view, self.config, self.listing = page, view, config, listing
        self.reads: set[str] = set()
        self._records: dict[str, Record] = {}

    def all(self) -> dict[str, object]:
        """Return every name."""
        site = Record(self._site(), SITE_HINTS, SITE_HINT)
        return {"page": self.record(self.page), "site": site, "jekyll": {"environment": Own("production")}}

    def record(self, page: Page) -> Record:
        """Return a page as Jekyll's templates see it."""
        path = page.source.path
        if path not in self._records:
            self._records[path] = Record(self._page(page), {}, PAGE_HINT)
        return self._records[path]

    def _page(self, page: Page) -> dict[str, object]:
        meta, path = page.meta, PurePosixPath(page.source.path)
        given = {key: own(value) for key, value in meta.extra.items()}
        known: dict[str, object] = {
            "title": own(meta.title),
            "date": meta.date,
            "description": own(meta.description) or None,
            "tags": own(meta.tags),
            "categories": own(meta.categories),
            "category": own(meta.categories[0]) if meta.categories else None,
            "author": own(meta.author) or None,
            "layout": own(meta.layout),
            "series": own(meta.series) or None,
            "draft": meta.draft,
            "published": meta.published,
            "last_modified_at": meta.updated,
            "image": own(meta.social_image) or None,
            "social_image": own(meta.social_image) or None,
        }
        placed: dict[str, object] = {
            "url": Own(page.url),
            "id": Own(page.url.rstrip("/")),
            "path": Own(page.source.path),
            "relative_path": Own(page.source.path),
            "name": Own(path.name),
            "dir": Own(page.url[: page.url.rfind("/") + 1]),
            "ext": Own(path.suffix),
            "slug": Own(page.slug),
            "collection": Own("posts") if page.kind == "post" else None,
            "content": lambda: Markdownified.make(page.body, ()),
            "excerpt": lambda: _excerpt(page),
            "next": lambda: self._beside(page, -1),
            "previous": lambda: self._beside(page, 1),
        }
        return {**given, **{key: value for key, value in known.items() if value is not None}, **placed}

    def _beside(self, page: Page, step: int) -> Record | None:
        """Return the post before or after one; `next` is the newer."""
        self._look_around()
        paths = [post.source.path for post in self.listing.posts]
        index = paths.index(page.source.path) + step if page.source.path in paths else -1
        return self.record(self.listing.posts[index]) if 0 <= index < len(paths) else None

    def _site(self) -> dict[str, object]:
        config = self.config
        own_keys = {str(key): own(value) for key, value in config.params.items()}
        known = ("title", "tagline", "description", "url", "timezone", "permalink", "paginate", "social_image")
        return {
            **own_keys,
            **{key: own(getattr(config, key)) for key in known},
            "baseurl": Own(""),
            "lang": Own(config.language),
            "locale": Own(config.language),
            "language": Own(config.language),
            "name": Own(config.title),
            "params": own(config.params),
            "author": {key: own(value) for key, value in dataclasses.asdict(config.author).items() if value},
            "email": Own(config.author.email),
            "data": lambda: self.view.data,
            "time": self._time,
            "posts": lambda: self._listed(self.listing.posts),
            "pages": lambda: self._listed(self.listing.pages),
            "html_pages": lambda: self._listed(self.listing.pages),
            "documents": lambda: self._listed(self.listing.posts),
            "related_posts": lambda: self._listed(
                [post for post in self.listing.posts if post.url != self.page.url][:10]
            ),
            "tags": lambda: self._by("tags"),
            "categories": lambda: self._by("categories"),
        }

    def _time(self) -> datetime | None:
        self._look_around()
        return self.listing.newest

    def _listed(self, pages: tuple[Page, ...] | list[Page]) -> list[object]:
        self._look_around()
        return [self.record(page) for page in pages]

    def _by(self, key: str) -> dict[str, object]:
        """Return the posts of each tag or category, the oldest post's first."""
        self._look_around()
        found: dict[str, list[object]] = {}
        for post in reversed(self.listing.posts):
            for word in getattr(post.meta, key):
                found.setdefault(word, []).insert(0, self.record(post))
        return dict(found)

    def _look_around(self) -> None:
        """Note that this page depends on the others."""
        self.reads.add(SITE_POSTS)


def _excerpt(page: Page) -> Markdownified:
    """Return the Markdown of an excerpt: as given, up to the mark, or the first paragraph; tags are left out."""
    if page.meta.excerpt:
        return Markdownified.make(page.meta.excerpt, ())
    mark = MORE.search(page.body)
    text = TAGS.sub("", page.body[: mark.start()] if mark else page.body).strip()
    return Markdownified.make(text if mark else text.partition("\n\n")[0], ())
