"""WordPress exports (WXR) as a stream: one post at a time, however large the file.

Declarations of types and entities are refused before they can grow. What was read before a mistake still comes over.
"""

from __future__ import annotations

import re
import xml.parsers.expat as expat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from generator.address import slugify
from generator.errors import Place, SiteError

LONGEST_TEXT = 20_000_000  # characters of one post
DEEPEST = 30
CONTROL = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f]")
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")
TEXTS = {
    "title": "title",
    "link": "link",
    "dc:creator": "creator",
    "content:encoded": "content",
    "excerpt:encoded": "excerpt",
    "wp:post_id": "id",
    "wp:post_name": "name",
    "wp:post_type": "type",
    "wp:status": "status",
    "wp:post_password": "password",
    "wp:post_date": "date",
    "wp:post_date_gmt": "date_gmt",
    "wp:attachment_url": "attachment",
}
CATEGORY = {"wp:category_nicename": "slug", "wp:category_parent": "parent", "wp:cat_name": "name"}
CHANNEL = ("title", "link", "description", "language", "wp:base_blog_url", "wp:base_site_url")


@dataclass(frozen=True)
class Term:
    """A tag or a category."""

    kind: str  # "post_tag" or "category"
    name: str
    slug: str


@dataclass
class Item:
    """One post, page or attachment of an export."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)  # both, as their lists were named
    comments: int = 0

    def get(self, name: str) -> str:
        """Return one of its texts; empty when it has none."""
        return self.texts.get(name, "")


@dataclass
class Export:
    """What an export says about the site."""

    path: str
    channel: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)  # slug of a category -> slug of the one above it
    names: dict[str, str] = field(default_factory=dict)  # slug of a category -> its name
    errors: list[SiteError] = field(default_factory=list)
    cleaned: int = 0  # control characters that no XML may hold


def read_items(export: Export, chunks: Iterable[bytes]) -> Iterator[Item]:
    """Yield the items of an export; what stops the reading is added to its errors."""
    reader = _Reader(export)
    is_wide = None
    try:
        for chunk in chunks:
            if is_wide is None:
                is_wide = chunk.startswith(WIDE)
            if not is_wide:
                chunk, count = CONTROL.subn(b"", chunk)
                export.cleaned += count
            reader.parser.Parse(chunk, False)
            yield from reader.take()
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        what = f"this is not XML: {expat.ErrorString(error.code).lower()}"
        hint = "export it again; what stands before this line came over"
        export.errors.append(SiteError(what, Place(export.path, error.lineno, error.offset + 1), hint))
    except SiteError as error:
        export.errors.append(error)
    yield from reader.take()


class _Reader:
    """Builds items from the events of the parser."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.done: list[Item] = []
        self.item: Item | None = None
        self.way: list[str] = []
        self.text: list[str] | None = None
        self.size = 0
        self.category = self.slug = ""
        self.described: dict[str, str] = {}  # the category that is being read
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse

    def take(self) -> list[Item]:
        """Return the items that are complete, once."""
        done, self.done = self.done, []
        return done

    def refuse(self, *_: object) -> None:
        """Stop at a declaration: no export has one, and entities can grow without end."""
        what = "the file declares a type or entities of its own"
        raise SiteError(what, self.place(), "no export of WordPress does; remove the declaration")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self.way.append(name)
        if len(self.way) > DEEPEST:
            raise SiteError(f"elements are nested more than {DEEPEST} levels deep", self.place(), "export it again")
        if name == "item":
            self.item = Item(self.parser.CurrentLineNumber)
        elif self.item and len(self.way) == 4:
            if name in TEXTS or name == "category":
                self.text, self.size = [], 0
            self.category = attributes.get("domain", "") if name == "category" else ""
            self.slug = attributes.get("nicename", "")
            self.item.comments += name == "wp:comment"
        elif not self.item and self._is_of_channel(name):
            self.text, self.size = [], 0

    def _is_of_channel(self, name: str) -> bool:
        """Tell whether an element says something about the site, or about one of its categories."""
        is_of_category = len(self.way) == 4 and self.way[2] == "wp:category" and name in CATEGORY
        return is_of_category or (len(self.way) == 3 and name in CHANNEL)

    def characters(self, text: str) -> None:
        """Collect the text of an element that is kept."""
        if self.text is None:
            return
        self.size += len(text)
        if self.size > LONGEST_TEXT:
            raise SiteError(
                f"a text has more than {LONGEST_TEXT:,} characters", self.place(), "take it out of the export"
            )
        self.text.append(text)

    def end(self, name: str) -> None:
        """Finish an element."""
        self.way.pop()
        if name == "item" and self.item:
            self.done.append(self.item)
            self.item = None
            return
        if name == "wp:category" and not self.item:
            self._describe()
        if self.text is None or len(self.way) not in {2, 3}:
            return
        text, self.text = "".join(self.text), None
        if name in CATEGORY:
            self.described[CATEGORY[name]] = text.strip()
        elif not self.item:
            self.export.channel.setdefault(name, text.strip())
        elif name == "category":
            listed = self.item.tags if self.category == "post_tag" else self.item.categories
            if self.category in {"post_tag", "category"} and text.strip() not in listed:
                listed.append(text.strip())
                self.item.terms.append(Term(self.category, text.strip(), self.slug or slugify(text)))
        else:
            self.item.texts.setdefault(TEXTS[name], text)

    def _describe(self) -> None:
        """Keep what is known of a category."""
        slug = self.described.get("slug", "")
        self.export.parents[slug] = self.described.get("parent", "")
        self.export.names[slug] = self.described.get("name", slug)
        self.described = {}

    def place(self) -> Place:
        """Return where the parser is."""
        return Place(self.export.path, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)
