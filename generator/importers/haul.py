"""The haul: what an import has gathered so far. Importers add to it; nothing is on the disk yet.

A document is a post or a page that still gets its address; a file is anything else, copied as it is.
A file that raises does not come over; all others do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from generator.data.loaders import load
from generator.data.printable import RESERVED
from generator.errors import Place, SiteError, flatten
from generator.importers.encodings import decode_old
from generator.importers.old_site import OldSite
from generator.publish.destinations import fold

TRANSLATED, BY_HAND = "translated", "by hand"


@dataclass(frozen=True)
class Note:
    """One thing an author should know."""

    kind: str  # TRANSLATED or BY_HAND
    place: Place
    what: str
    hint: str = ""


@dataclass(frozen=True)
class Link:
    """One link of the old site's menu."""

    title: str
    url: str
    place: Place


@dataclass(frozen=True)
class Listing:
    """A list of posts, or a feed, that the old site had."""

    address: str
    name: str = ""  # of the tag or category it is of
    is_feed: bool = False
    is_of_tags: bool = False  # it lists tags, not posts
    later: str = ""  # the address of its further pages: "/page:num/"
    size: int = 0  # posts on a page; 0: all
    place: Place = field(default=Place(""), compare=False)  # of the setting that says so


@dataclass(frozen=True)
class File:
    """A file of the new site."""

    path: str  # below the new site's root
    content: bytes | Path  # a Path is copied as it is
    source: str  # below the old site


@dataclass(frozen=True)
class Document:
    """A post or a page on its way."""

    path: str  # below the new site's root
    text: str
    source: str  # below the old site; of an export, the export
    address: str = ""  # where it stood; empty: nowhere yet, as a draft does
    also: tuple[str, ...] = ()  # more addresses that led to it
    original: str = ""  # the text as it was read; equal to `text` when nothing was translated
    raw: bytes = b""  # the bytes `original` was read from
    line: int = 0  # where it starts in `source`, when that holds more than one document
    keys: dict[str, object] = field(default_factory=dict)  # to add to its front matter
    listed: tuple[Listing, ...] = ()  # the lists it stood in
    anchors: str = ""  # the rule its headings got their ids by; empty: ours, or none

    def place(self, line: int = 0) -> Place:
        """Return a spot of the old file."""
        return Place(self.source, self.line or line)


def count(number: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class Haul:
    """Everything one import found."""

    def __init__(self, system: str, site: OldSite) -> None:
        self.system, self.site = system, site
        self.settings: dict[str, object] = {}  # of site/config.yaml
        self.links: list[Link] = []  # of the old site's menu
        self.listings: list[Listing] = []  # of the whole old site; each document knows those it stood in
        self.redirects: dict[str, str] = {}  # old lists and feeds, and where they lead, when it is known
        self.documents: list[Document] = []
        self.files: dict[str, File] = {}
        self.notes: list[Note] = []
        self.errors: list[SiteError] = list(site.errors)
        self.moved: list[tuple[Document, str]] = []  # each document with its new address, when it is known

    def translated(self, place: Place, what: str) -> None:
        """Note that something was changed so that it can be read here."""
        self.notes.append(Note(TRANSLATED, place, what))

    def by_hand(self, place: Place, what: str, hint: str = "") -> None:
        """Note that something is the author's to mend."""
        self.notes.append(Note(BY_HAND, place, what, hint))

    @contextmanager
    def each(self) -> Iterator[None]:
        """Catch the mistakes of one file, so that the others still come over."""
        try:
            yield
        except* SiteError as group:
            self.errors += flatten(group)

    def text_of(self, path: str) -> str:
        """Return the text of an old file, its encoding and garbled words mended and told.

        Raises:
            SiteError: it is no text.
        """
        decoded = decode_old(path, self.site.read(path))
        for place, what in decoded.changes:
            self.translated(place, what)
        for place, what, hint in decoded.doubts:
            self.by_hand(place, what, hint)
        if found := RESERVED.search(decoded.text):
            line = decoded.text.count("\n", 0, found.start()) + 1
            self.translated(Place(path, line), "noncharacters, which the builder keeps for itself, are gone")
        return RESERVED.sub("", decoded.text)

    def add_document(self, document: Document) -> None:
        """Take a post or a page over; one whose text is as it was keeps its bytes."""
        raw = self.site.read(document.source)
        same = raw.removeprefix(b"\xef\xbb\xbf") == document.original.encode()
        self.documents.append(replace(document, raw=raw if same else b""))

    def copy(self, path: str, to: str) -> None:
        """Take a file over as it is."""
        self.add(File(to, self.site.root / path, path))

    def copy_text(self, path: str, to: str, *, is_data: bool = False) -> None:
        """Take a text over as it is, or with its encoding and garbled words mended.

        Raises:
            SiteError: it is no text; or it is data that the builder cannot read, which would stop every build.
        """
        text = self.text_of(path).encode()
        if is_data:
            load(path, text)
        same = text == self.site.read(path).removeprefix(b"\xef\xbb\xbf")
        self.add(File(to, self.site.root / path if same else text, path))

    def add(self, file: File) -> None:
        """Take one file; two for one place are a mistake, unless they are the same.

        Raises:
            SiteError: another file of the import has that place.
        """
        first = self.files.setdefault(fold(file.path), file)
        if first is not file and not self.are_same(first, file):
            hint = f"rename one of them: both would be `{file.path}`"
            raise SiteError(f"`{first.source}` comes over to the same place", Place(file.source), hint)

    def are_same(self, one: File, other: File) -> bool:
        """Say whether two files would be one under one name, as where a site kept its assets in two folders."""
        contents = [
            file.content if isinstance(file.content, bytes) else self.site.read(file.source) for file in (one, other)
        ]
        return one.path == other.path and contents[0] == contents[1]
