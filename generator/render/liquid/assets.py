"""The `asset` tag of jekyll-assets: a file of the site by its name, as a picture, a style, a script or an address.

Files are looked for in the folders of SOURCES, first as they are named and then below their usual subfolders. What
lies in `site/static/` is published where it stands there, what lies elsewhere under `/assets/`.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from generator.data.files import check_way, walk
from generator.errors import SiteError, did_you_mean
from generator.render.liquid.plugin import Call
from generator.render.values import Text

SOURCES = {  # folder -> where its files stand in the site
    "site/static": "/",
    "site/static/assets": "/assets/",
    "site/assets": "/assets/",
    "assets": "/assets/",
    "_assets": "/assets/",
}
BELOW = ("", "img/", "images/", "css/", "js/", "fonts/", "videos/", "audio/")
SWITCHES = ("optim", "path", "inline", "data", "magick", "srcset", "width", "pic", "email", "integrity")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp", ".ico")
PIECE = re.compile(
    r"""\s*(?:@([\w:-]+)(?:=(?:"[^"]*"|'[^']*'|\S+))?|([\w:-]+)=("[^"]*"|'[^']*'|\S*)|("[^"]*"|'[^']*'|\S+))"""
)
MARKS = re.compile(r"[\\*_`<>()\[\]{}#!:|\"'$=~&^@-]")  # what Markdown may read
PLAIN = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Wanted:
    """What stands in the tag."""

    path: str
    switches: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]


def asset(call: Call) -> Markup | Text:
    """Return what the tag `asset` shows."""
    wanted = _read(call)
    address = _find(call.root, wanted.path)
    ending = posixpath.splitext(wanted.path)[1].lower()
    if {"path", "data"} & set(wanted.switches):
        if "data" in wanted.switches:
            call.warn("the file is linked, not written into the page", "`@data` and `@inline` change nothing else")
        return Text(address)
    if ending in PICTURES:
        return Markup(_picture(address, wanted, call.page.meta.markup))
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in wanted.attributes)
    if ending == ".css":
        return Markup(f'<link rel="stylesheet" href="{html.escape(address)}"{attributes}>')
    if ending == ".js":
        return Markup(f'<script src="{html.escape(address)}"{attributes}></script>')
    return Text(address)


def find_asset(root: Path, path: str) -> tuple[str, str] | None:
    """Return the file an asset is, and its address in the site."""
    path = posixpath.normpath(path.strip().removeprefix("/"))
    for folder, base in SOURCES.items():
        for below in BELOW:
            file = f"{folder}/{below}{path}"
            if not path.startswith("..") and (root / file).is_file() and not check_way(root, file):
                return file, quote(f"{base}{below}{path}")
    return None


def behind(root: Path, address: str) -> str:
    """Return the file outside `site/static/` that stands at an address under `/assets/`, or nothing."""
    path = posixpath.normpath(address.removeprefix("/assets/"))
    if not address.startswith("/assets/") or path.startswith("..") or any(p.startswith(".") for p in path.split("/")):
        return ""
    files = (f"{folder}/{path}" for folder in SOURCES if not folder.startswith("site/static"))
    return next((file for file in files if (root / file).is_file()), "")


def _read(call: Call) -> Wanted:
    path, switches, attributes = "", [], []
    for switch, key, value, word in PIECE.findall(call.markup.strip()):
        if switch:
            switches.append(switch)
        elif key and path:
            attributes.append((key, _unquoted(value)))
        elif key:
            path = f"{key}={value}"
        elif not path:
            path = _unquoted(word)
        else:
            what = f"`{word}` means nothing in `{call.name}`"
            raise SiteError(what, None, "write `{% asset 'picture.png' alt='what it shows' %}`")
    for switch in switches:
        if switch.partition(":")[0] not in SWITCHES:
            call.warn(f"`@{switch}` has no effect", did_you_mean(switch, SWITCHES))
    if not path:
        raise SiteError(f"`{call.name}` names no file", None, "write `{% asset 'picture.png' %}`")
    return Wanted(path, tuple(switches), tuple(attributes))


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in {'"', "'"} and value[-1:] == value[:1] and len(value) > 1 else value


def _find(root: Path, path: str) -> str:
    if found := find_asset(root, path):
        return found[1]
    known = {name: file for file in _files(root) for name in (file, posixpath.basename(file))}
    hint = did_you_mean(path, known) or "it is looked for in " + ", ".join(f"`{folder}/`" for folder in SOURCES)
    raise SiteError(f"there is no asset `{path}`", None, hint)


def _files(root: Path) -> Iterator[str]:
    """Yield the names assets may be called by."""
    for folder in SOURCES:
        for path, entry in walk(root, folder, lambda name: name.startswith(".")):
            if isinstance(entry, str):
                yield path.removeprefix(f"{folder}/")


def _picture(address: str, wanted: Wanted, markup: str) -> str:
    """Return a picture as Markdown, with its attributes behind it."""
    given = dict(wanted.attributes)
    alt = MARKS.sub(lambda mark: f"&#{ord(mark[0])};", " ".join(given.pop("alt", "").split()))
    title = html.escape(" ".join(given.pop("title", "").split())).replace("\\", "\\\\")
    text = f"![{alt}]({address}" + (f' "{title}"' if title else "") + ")"
    pairs = [f".{name}" for name in given.pop("class", "").split() if PLAIN.fullmatch(name)]
    pairs += [f'{key}="{html.escape(value)}"' for key, value in given.items() if not set(value) & set("{}\n")]
    colon = ":" if markup == "kramdown" else ""
    return f"{text}{{{colon} {' '.join(pairs)}}}" if pairs else text
