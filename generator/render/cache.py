"""The only cache: rendered documents, keyed by everything that can change them.

One JSON file a page under `.labpress/cache/`. A hit needs the same file, the same config and includes,
the same generator and libraries, and the same values behind every data key the page read last time.
A torn or foreign file is a miss. Nothing here is needed for a right build: delete it at any time.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from generator.errors import Place, SiteError
from generator.read.page import Page
from generator.render.listing import SITE_POSTS, file_digest
from generator.render.render import Rendered, Tools

LIBRARIES = (
    "jinja2",
    "python-liquid",
    "markdown-it-py",
    "mdit-py-plugins",
    "pygments",
    "math-core",
    "pyyaml",
    "matplotlib",
)


class Cache:
    """Rendered pages of earlier builds of one site."""

    def __init__(self, folder: Path, salt: str, tools: Tools) -> None:
        self.folder, self.salt, self.tools = folder, salt, tools

    def get(self, page: Page) -> Rendered | None:
        """Return the page as rendered before, or None when anything it depends on has changed."""
        try:
            kept = json.loads(self._file(page).read_bytes())
            if kept["key"] != self._key(page):
                return None
            if not is_still(kept["reads"], self.tools):
                return None
            return _revive(kept, page)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, rendered: Rendered) -> None:
        """Keep a page for the next build; a full disk only costs the time saved."""
        file = self._file(rendered.page)
        kept = {
            "key": self._key(rendered.page),
            "reads": seen(rendered.reads, self.tools),
            **{name: _plain(getattr(rendered, name)) for name in _kept_fields()},
        }
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
            temporary.replace(file)
        except OSError:
            temporary.unlink(missing_ok=True)

    def forget_others(self, pages: Iterable[Page]) -> None:
        """Delete what belongs to pages that are gone."""
        known = {self._file(page).name for page in pages}
        for file in self.folder.glob("*.json"):
            if file.name not in known:
                file.unlink(missing_ok=True)

    def _key(self, page: Page) -> str:
        return _digest(self.salt, page.source.path, page.source.digest)

    def _file(self, page: Page) -> Path:
        return self.folder / f"{_digest(page.source.path)[:32]}.json"


def seen(reads: Iterable[str], tools: Tools) -> tuple[tuple[str, str], ...]:
    """Return what a page saw: each key it read, with a digest."""
    return tuple((key, read_digest(key, tools)) for key in reads)


def is_still(saw: Iterable[Sequence[str]], tools: Tools) -> bool:
    """Tell whether everything a page saw when it was rendered is as it was: the one question of every cache."""
    return all(read_digest(key, tools) == digest for key, digest in saw)


def read_digest(key: str, tools: Tools) -> str:
    """Digest a value, and what is known about the run that made it."""
    more = tools.language.listing.digest if key == SITE_POSTS else file_digest(tools.tree.root, key)
    return tools.tree.digest(key) + tools.ledger.digest(key) + more


def salt(config_digest: str, root: Path) -> str:
    """Digest all that can change every page: config, includes, our own code, the libraries."""
    ours = Path(__file__).parents[1]
    code = [file.read_bytes() for file in sorted(ours.rglob("*.py"))]
    includes = sorted((root / "site" / "includes").rglob("*"))
    theirs = [f"{file.relative_to(root)}:{_digest(file.read_bytes())}" for file in includes if file.is_file()]
    versions = [f"{name} {metadata.version(name)}" for name in LIBRARIES]
    return _digest(config_digest, *code, *theirs, *versions)


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _kept_fields() -> list[str]:
    """Return the fields of Rendered worth keeping: the page itself is read and parsed at each build."""
    return [field.name for field in dataclasses.fields(Rendered) if field.name not in {"page", "reads"}]


def _plain(value: object) -> object:
    """Turn nested dataclasses into lists JSON can hold, fields in their order."""
    if isinstance(value, SiteError):
        return [value.what, _plain(value.place), value.hint, value.level]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, tuple | list | frozenset):
        return [_plain(item) for item in (sorted(value) if isinstance(value, frozenset) else value)]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def _revive(kept: dict[str, object], page: Page) -> Rendered:
    """Rebuild a Rendered from what `_plain` made of it."""
    hints = _hints(Rendered)
    fields = {name: _build(hints[name], kept[name]) for name in _kept_fields()}
    reads = typing.cast(list[list[str]], kept["reads"])
    return Rendered(page=page, reads=tuple(key for key, _ in reads), **fields)  # type: ignore[arg-type]


@functools.cache
def _hints(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)


def _build(kind: object, value: object) -> object:
    """Build a value of the annotated type `kind` from plain JSON."""
    if kind is SiteError:
        what, place, hint, level = typing.cast(list[typing.Any], value)
        return SiteError(what, _build(Place, place) if place else None, hint, level=level)  # type: ignore[arg-type]
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        names = [field.name for field in dataclasses.fields(kind)]
        items = typing.cast(list[object], value)
        return kind(**{name: _build(hints[name], item) for name, item in zip(names, items, strict=True)})
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {tuple, frozenset}:
        items = [_build(inner[0], item) for item in typing.cast(list[object], value)]
        return tuple(items) if origin is tuple else frozenset(items)
    if origin in {typing.Union, types.UnionType} and value is not None:
        return _build(next(option for option in inner if option is not type(None)), value)
    return value
