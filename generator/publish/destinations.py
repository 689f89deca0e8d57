"""Destinations: everything a link inside the site can lead to, and what is nearest to what it cannot."""

from __future__ import annotations

import difflib
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import unescape

from generator.errors import did_you_mean
from generator.publish.output import Output

Target = tuple[str, str]  # decoded rooted path, decoded fragment

SEARCHES = 20  # hints in one build that are looked for letter by letter, which is slow

_NAMED = r"(?:\sid|<a\s[^<>]*?\sname|<a\sname)"  # an old page names its anchors with `<a name>`
_ID = re.compile(_NAMED + r"""\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s>"']++))""", re.IGNORECASE)


class Destinations:
    """The files of a finished site, by the addresses a browser asks for; what was looked up is kept."""

    def __init__(self, outputs: Sequence[Output]) -> None:
        self.files = {output.path: output for output in reversed(outputs)}  # of two at one path the page, not the alias
        self._ids: dict[str, frozenset[str] | None] = {}
        self._folded = {fold(path): address(path) for path in sorted(self.files, reverse=True)}
        names = {_last_part(path): address(path) for path in sorted(self.files, reverse=True)}
        self._by_name = {name: found for name, found in names.items() if name}
        self._searches = 0

    def file(self, path: str) -> str:
        """Return the output a browser gets for a rooted path; a folder may lack its slash. Empty: none."""
        name = path[1:]
        if name in self.files:
            return name
        index = f"{name}index.html" if path.endswith("/") else f"{name}/index.html"
        return index if index in self.files else ""

    def ids(self, name: str) -> frozenset[str] | None:
        """Return every id of a page; None for a file that is no page of ours."""
        if name not in self._ids:
            content = self.files[name].content
            is_page = isinstance(content, bytes) and name.endswith(".html")
            found = _ID.findall(content.decode()) if isinstance(content, bytes) and is_page else []
            self._ids[name] = frozenset(unescape("".join(groups)) for groups in found) if is_page else None
        return self._ids[name]

    def leads_somewhere(self, target: Target) -> bool:
        """Tell whether there is such a file, and such an id in it."""
        path, fragment = target
        name = self.file(path)
        fragment = fragment.partition(":~:")[0]  # what follows is a text to search for
        if not name or fragment in {"", "top"}:
            return bool(name)
        content = self.files[name].content
        if isinstance(content, bytes) and f' id="{fragment}"'.encode() in content:  # nearly always, and fast
            return True
        ids = self.ids(name)
        return ids is None or fragment in ids

    def nearest(self, path: str) -> str:
        """Offer an address like one that is missing: other capitals, another folder, a slip of the keys."""
        name = path.strip("/")
        same = self._folded.get(fold(name)) or self._folded.get(fold(f"{name}/index.html"))
        found = same or self._by_name.get(_last_part(name)) or self._by_name.get(self._like(_last_part(name)))
        return f"did you mean `{found}`?" if found else ""

    def similar(self, word: str, known: Iterable[str]) -> str:
        """Offer the nearest of the known words, as long as not too many were asked for."""
        self._searches += 1
        return did_you_mean(word, known) if self._searches <= SEARCHES else ""

    def _like(self, name: str) -> str:
        """Return the name most like another: of a picture for a picture, of a page for a page."""
        self._searches += 1
        ending = posixpath.splitext(name)[1]
        known = [known for known in self._by_name if posixpath.splitext(known)[1] == ending]
        near = difflib.get_close_matches(name, known, n=1) if self._searches <= SEARCHES else []
        return near[0] if near else ""


def address(path: str) -> str:
    """Return the rooted address of an output file."""
    return "/" + (path.removesuffix("index.html") if f"/{path}".endswith("/index.html") else path)


def fold(path: str) -> str:
    """Return what is equal for paths that only differ in capitals or in how accents are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _last_part(path: str) -> str:
    """Return the name that survives when a page moves: of its folder, or of its file without `.html`, in lower case."""
    return fold(address(path).strip("/").rpartition("/")[2].removesuffix(".html"))
