"""Site: every rendered page in order, and the indexes over them.

Nothing here depends on the order pages were rendered in, on the clock or on the machine. Spellings of one tag
that lead to the same address are one tag; the spelling of the newest post wins.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from generator.address import output_path, slugify
from generator.config import Config
from generator.data.ledger import Ledger
from generator.data.tree import Tree
from generator.errors import Place, SiteError
from generator.publish.links import encode, find, source_names, target_of
from generator.render.liquid.assets import find_asset
from generator.render.render import Rendered

RELATED_POSTS = 3
NEARBY = 25  # posts on either side, in date and in each tag, among which related ones are looked for: keeps it linear

Index = Mapping[str, tuple[Rendered, ...]]


@dataclass(frozen=True)
class Site:
    """All pages that are published, and what they have to do with each other."""

    config: Config
    posts: tuple[Rendered, ...]  # newest first
    pages: tuple[Rendered, ...]  # by address
    by_tag: Index  # name -> posts, newest first; names in the order of the newest post of each
    by_category: Index
    by_series: Index  # name -> posts, oldest first
    by_url: Mapping[str, Rendered]
    by_source: Mapping[str, Rendered]  # path -> page; and file name -> page, where only one page has it
    newer: Mapping[str, Rendered]  # url of a post -> the next post in time
    older: Mapping[str, Rendered]
    related: Index  # url of a post -> up to three others, nearest first
    labels: Index  # id of a figure, table, equation or section -> the pages that have one
    backlinks: Index  # url -> posts that link there, newest first
    tag_names: Mapping[str, str]  # slug -> name
    tree: Tree
    ledger: Ledger  # which run made which value
    now: datetime  # `SOURCE_DATE_EPOCH`, or the date of the newest post
    warnings: tuple[SiteError, ...]

    @property
    def everything(self) -> tuple[Rendered, ...]:
        """Posts, newest first, then pages, by address."""
        return self.posts + self.pages

    def is_taken(self, url: str) -> bool:
        """Tell whether the author has a page or a static file at an address where we would make one."""
        return url in self.by_url or (self.tree.root / "site" / "static" / output_path(url)).is_file()

    def tag_name(self, spelling: str) -> str:
        """Return the site's own spelling of a tag."""
        return self.tag_names.get(term_slug(spelling), spelling)

    def tag_url(self, name: str) -> str:
        """Return the address of a tag's page, for any spelling."""
        return encode(f"/tags/{term_slug(name)}/")


def collect(rendered: Iterable[Rendered], config: Config, tree: Tree, ledger: Ledger) -> Site:
    """Put all pages in order and find what they have to do with each other."""
    everything = sorted((_with_picture(item, tree.root) for item in rendered), key=_newest_first, reverse=True)
    posts = tuple(item for item in everything if item.page.kind == "post")
    pages = tuple(sorted((item for item in everything if item.page.kind != "post"), key=lambda item: item.page.url))
    warnings: list[SiteError] = []
    by_tag, tag_names = _gather(posts, "tags", warnings)
    by_category, _ = _gather(posts, "categories", warnings)
    by_path = {item.page.source.path: item for item in posts + pages}
    by_source = {name: by_path[path] for name, path in source_names(by_path).items()}
    by_url = {item.page.url: item for item in reversed(posts + pages)}
    labels = _labels(posts + pages)
    return Site(
        config=config,
        posts=posts,
        pages=pages,
        by_tag=by_tag,
        by_category=by_category,
        by_series=_series(posts),
        by_url=by_url,
        by_source=by_source,
        newer={post.page.url: newer for newer, post in pairwise(posts)},
        older={post.page.url: older for post, older in pairwise(posts)},
        related=_related(posts, by_tag),
        labels=labels,
        backlinks=_backlinks(posts, by_source, by_url, labels),
        tag_names=tag_names,
        tree=tree,
        ledger=ledger,
        now=_now(posts),
        warnings=tuple(warnings),
    )


def _with_picture(item: Rendered, root: Path) -> Rendered:
    """Find the picture for link previews among the assets: a Liquid post names it as the tag `asset` would."""
    meta = item.page.meta
    if meta.templating != "liquid" or not meta.social_image or meta.social_image.startswith(("/", "http")):
        return item
    found = find_asset(root, meta.social_image)
    return replace(item, page=replace(item.page, meta=replace(meta, social_image=found[1]))) if found else item


@lru_cache(maxsize=4096)
def term_slug(name: str) -> str:
    """Return the part of an address that stands for a tag; `C++`, `C#` and `C` are three.

    A name without a letter or a digit becomes the numbers of its characters.
    """
    spoken = name.replace("+", " plus ").replace("#", " sharp ")
    return slugify(spoken) or "-".join(f"{ord(character):x}" for character in unicodedata.normalize("NFC", name))


def place_of_term(post: Rendered, key: str, name: str) -> Place:
    """Return where a post names a tag: the name itself when it is on the line of its key."""
    place = post.page.meta.places.get(key, Place(post.page.source.path))
    found = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])").search(place.text, max(0, place.column - 1))
    return replace(place, column=found.start() + 1) if found else place


def _newest_first(item: Rendered) -> tuple[datetime, str]:
    """Order by date; the path breaks ties: two posts of one day must not swap between machines."""
    return item.page.meta.date or datetime.min.replace(tzinfo=UTC), item.page.source.path


def _gather(posts: Sequence[Rendered], key: str, warnings: list[SiteError]) -> tuple[Index, Mapping[str, str]]:
    """Group posts by tag or category, and warn of a second spelling where it is first seen."""
    names: dict[str, tuple[str, Rendered]] = {}  # slug -> the spelling that wins, and whose it is
    groups: defaultdict[str, list[Rendered]] = defaultdict(list)
    odd: set[str] = set()
    for post in posts:
        slugs = set()
        for name in getattr(post.page.meta, key):
            slug = term_slug(name)
            known, owner = names.setdefault(slug, (name, post))
            if name != known and name not in odd:
                odd.add(name)
                warnings.append(_two_spellings(name, known, post, owner, key))
            if slug not in slugs:
                groups[known].append(post)
            slugs.add(slug)
    return {name: tuple(group) for name, group in groups.items()}, {slug: name for slug, (name, _) in names.items()}


def _two_spellings(name: str, known: str, post: Rendered, owner: Rendered, key: str) -> SiteError:
    kind = {"tags": "tag", "categories": "category"}[key]
    what = f"`{name}` is the same {kind} as `{known}` of `{owner.page.source.path}`"
    return SiteError(what, place_of_term(post, key, name), f"write `{known}`", level="warning")


def _series(posts: Sequence[Rendered]) -> Index:
    series: defaultdict[str, list[Rendered]] = defaultdict(list)
    for post in reversed(posts):
        if post.page.meta.series:
            series[post.page.meta.series].append(post)
    return {name: tuple(parts) for name, parts in sorted(series.items())}


def _related(posts: Sequence[Rendered], by_tag: Index) -> Index:
    """Find for each post those that share most tags with it; among equals the nearest in time."""
    place = {post.page.source.path: index for index, post in enumerate(posts)}
    groups = tuple(tuple(place[post.page.source.path] for post in group) for group in by_tag.values())
    times = tuple(_newest_first(post)[0].timestamp() for post in posts)
    nearest = _all_nearest(groups, times)
    return {post.page.url: tuple(posts[i] for i in found) for post, found in zip(posts, nearest, strict=True)}


@lru_cache(maxsize=2)  # a preview asks again after each change, and tags and dates rarely do
def _all_nearest(groups: tuple[tuple[int, ...], ...], times: tuple[float, ...]) -> tuple[tuple[int, ...], ...]:
    """Find for each post, by its place among `times`, its related ones; a group is the posts of one tag."""
    shared: list[Counter[int]] = [Counter() for _ in times]
    for weight, width, group in [(0, RELATED_POSTS, range(len(times))), *((1, NEARBY, group) for group in groups)]:
        for position, index in enumerate(group):
            for other in group[max(0, position - width) : position + width + 1]:
                shared[index][other] += weight
    return tuple(tuple(_nearest(index, counts, times)) for index, counts in enumerate(shared))


def _nearest(index: int, shared: Counter[int], times: Sequence[float]) -> list[int]:
    """Return the best of the posts in `shared`: by number of tags, then time apart, then newest first."""
    order = sorted((-count, abs(times[other] - times[index]), other) for other, count in shared.items())
    return [other for _, _, other in order if other != index][:RELATED_POSTS]


def _backlinks(
    posts: Sequence[Rendered], by_source: Mapping[str, Rendered], by_url: Mapping[str, Rendered], labels: Index
) -> Index:
    decoded = {unquote(url): item for url, item in by_url.items()}
    found: defaultdict[str, dict[str, Rendered]] = defaultdict(dict)
    for post in posts:
        for link in post.document.links:
            path, _ = target_of(link.target, post.page.url) or ("", "")
            linked = find(link.target, post.page, by_source) or decoded.get(path) or decoded.get(f"{path}/")
            if link.kind == "reference":
                linked = next(iter(labels.get(link.target.partition("@")[2], ())), None)
            if linked and linked is not post:
                found[linked.page.url][post.page.source.path] = post
    return {url: tuple(linking.values()) for url, linking in sorted(found.items())}


def _labels(everything: Sequence[Rendered]) -> Index:
    found: defaultdict[str, list[Rendered]] = defaultdict(list)
    for item in everything:
        for name in dict.fromkeys(label.id for label in item.document.labels):
            found[name].append(item)
    return {name: tuple(owners) for name, owners in found.items()}


def _now(posts: Sequence[Rendered]) -> datetime:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC)
    return _newest_first(posts[0])[0] if posts else datetime.fromtimestamp(0, UTC)
