"""Addresses in HTML: links to source files, rooted, relative and absolute forms.

A link to a source file (`../posts/x.md`) leaves `render` as a placeholder, and `resolve` puts the page's address
there. HTML that is shown on another page is `rooted` first, HTML of a feed is `absolute`. A finished page is made
`relative` once, so that the site works under any base path. Only tags are touched, never text, comments or scripts.
"""

from __future__ import annotations

import html as entities
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar
from urllib.parse import quote, unquote, urljoin, urlsplit

from generator.read.page import Page
from generator.render.render import Rendered
from generator.render.values import LINK_CLOSE, LINK_OPEN

Found = TypeVar("Found")
Change = Callable[[str, str], str]  # (tag, address) -> the address to write instead

ADDRESS_ATTRIBUTES = frozenset({"href", "src", "srcset", "poster", "action", "formaction", "data", "xlink:href"})
EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")  # a scheme, or a host

# What a browser takes for a tag (HTML standard, 13.2.5): a quote only counts after `=`. Possessive, so linear.
_ATTRIBUTE = r"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?+"""
_ATTRIBUTES = rf"(?:[\s/]++|{_ATTRIBUTE})*+"


def _either_case(names: str) -> str:
    """Spell out both cases of each letter: three times as fast as IGNORECASE on a page full of `<`."""
    return re.sub("[a-z]", lambda match: f"[{match[0]}{match[0].upper()}]", names)


_RAW = _either_case("script|style|textarea|title")  # what stands in these is no HTML
_HOLDERS = _either_case(
    "a|area|audio|button|embed|feimage|form|iframe|image|img|input|link|object|source|track|use|video"
)
_TAG = re.compile(
    rf"<(?:!--.*?(?:-->|\Z)"
    rf"|({_RAW})(?=[\s/>])({_ATTRIBUTES})>?.*?(?=</(?i:\1)|\Z)"
    rf"|({_HOLDERS})(?=[\s/])({_ATTRIBUTES})>?)",
    re.DOTALL,
)
_WORTH_A_LOOK = re.compile(rf"(?:{'|'.join(sorted(ADDRESS_ATTRIBUTES))})\s*+=", re.IGNORECASE)
_VALUE = re.compile(r"""([^\s/>][^\s/>=]*+)(\s*+=\s*+)(?:"([^"]*+)"?|'([^']*+)'?|([^\s>]++))""")
_CANDIDATE = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])([^,]*)")  # of a srcset: address, then its width or density
_SUFFIX = re.compile(r"[?#].*", re.DOTALL)
_PLACEHOLDER = re.compile(f"{LINK_OPEN}([0-9]+){LINK_CLOSE}")


def resolve(html: str, rendered: Rendered, by_source: Mapping[str, Rendered]) -> str:
    """Put the rooted address of each linked source file in its place.

    A file that is no page of the site stays as the author wrote it, and `check` reports it.
    """
    if LINK_OPEN not in html:
        return html
    links = rendered.document.links

    def address(match: re.Match[str]) -> str:
        target = links[int(match[1])].target
        found = find(target, rendered.page, by_source)
        return entities.escape(encode(found.page.url) + _suffix(target) if found else target)

    return _PLACEHOLDER.sub(address, html)


def find(target: str, page: Page, by_source: Mapping[str, Found]) -> Found | None:
    """Return what `by_source` has for the source file that `target` names in `page`."""
    return next((by_source[name] for name in source_candidates(target, page) if name in by_source), None)


def source_candidates(target: str, page: Page) -> Iterator[str]:
    """Yield the files a link may mean: beside its own file, from the site's root, under `site/pages/`."""
    name = unquote(target[: len(target) - len(_suffix(target))])
    tidy = posixpath.normpath if "./" in name or "//" in name else str
    if not name.startswith("/"):
        yield tidy(f"{page.source.path.rpartition('/')[0]}/{name}")
    rooted = tidy(name.lstrip("/"))
    yield rooted
    yield f"site/pages/{rooted}"


def source_names(paths: Iterable[str]) -> dict[str, str]:
    """Return every name a link may call a source file: its path, and its bare name when no other has it.

    The bare name of `posts/x/index.md` is `x.md`.
    """
    paths_of: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        folder, name = posixpath.split(path)
        stem, extension = posixpath.splitext(name)
        paths_of[posixpath.basename(folder) + extension if stem == "index" else name].append(path)
    bare = {name: found[0] for name, found in paths_of.items() if len(found) == 1}
    return bare | {path: path for found in paths_of.values() for path in found}


def relative(html: str, url: str, base: str = "") -> str:
    """Make every rooted address of a finished page relative to the page's own address.

    `/404.html` is served at any depth: its addresses get the path of `base` (the site's own address) in front.
    """
    prefix = (urlsplit(base).path.rstrip("/") + "/") if url == "/404.html" else "../" * (url.count("/") - 1) or "./"
    return _change(html, lambda _, value: prefix + value[1:] if _is_rooted(value) else value)


def rooted(html: str, page_url: str) -> str:
    """Make the HTML of one page fit for another: relative addresses and `#anchors` become rooted."""
    return _change(html, lambda tag, value: _join(tag, value, page_url))


def absolute(html: str, site_url: str, page_url: str) -> str:
    """Make every address of a page's HTML absolute, for readers that show it elsewhere."""

    def change(tag: str, value: str) -> str:
        joined = _join(tag, value, page_url)
        return site_url + joined if _is_rooted(joined) else joined

    return _change(html, change)


def addresses(html: str) -> Iterator[str]:
    """Yield every address a finished page leads to, unescaped, in its order."""
    for match in _TAG.finditer(html):
        for attribute in _VALUE.finditer(match[2] or match[4] or ""):
            name = attribute[1].lower()
            if name in ADDRESS_ATTRIBUTES and (name != "data" or (match[3] or "").lower() == "object"):
                value = entities.unescape(next(text for text in attribute.groups()[2:] if text is not None)).strip()
                yield from (found[1] for found in _CANDIDATE.finditer(value)) if name == "srcset" else [value]


def encode(url: str) -> str:
    """Percent-encode an address: what is already encoded stays."""
    return quote(url, safe="/%:?#[]@!$&'()*+,;=~-._")


def target_of(value: str, page_url: str) -> tuple[str, str] | None:
    """Return the decoded rooted path and the fragment that `value` leads to from a page; None: another site.

    A path that climbs above the site's root begins with `/../`.
    """
    if EXTERNAL.match(value):
        return None
    rest, _, fragment = value.partition("#")
    path = unquote(rest.partition("?")[0])
    if not path:
        return unquote(page_url), unquote(fragment)
    if not path.startswith("/"):
        folder = unquote(page_url[: page_url.rfind("/")])
        while folder and path.startswith("../"):
            folder, path = folder[: folder.rfind("/")], path[3:]
        path = f"{folder}/{path}"
    return _normal(path), unquote(fragment)


def _normal(path: str) -> str:
    """Resolve the `.` and `..` of a rooted path; keep a slash at its end, and keep what climbs too high."""
    if "/." not in path and "//" not in path:
        return path
    parts: list[str] = []
    for part in path.split("/")[1:]:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    ends_in_folder = path.endswith(("/", "/.", "/..")) and parts
    return "/" + "/".join(parts) + ("/" if ends_in_folder else "")


def _change(html: str, change: Change) -> str:
    """Rewrite the addresses inside tags."""

    def tag(match: re.Match[str]) -> str:
        name, inside = (match[1], match[2]) if match[1] else (match[3], match[4])
        if not inside or not _WORTH_A_LOOK.search(inside):
            return match[0]
        changed = _VALUE.sub(lambda value: _change_value(value, name.lower(), change), inside)
        start = 1 + len(name)
        return match[0] if changed == inside else match[0][:start] + changed + match[0][start + len(inside) :]

    return _TAG.sub(tag, html)


def _change_value(match: re.Match[str], tag: str, change: Change) -> str:
    """Rewrite one attribute; a srcset holds several addresses."""
    attribute, equals, double, single, bare = match.groups()
    value = next(text for text in (double, single, bare) if text is not None)
    name = attribute.lower()
    if name not in ADDRESS_ATTRIBUTES or (name == "data" and tag != "object"):
        return match[0]
    if name == "srcset":
        changed = _CANDIDATE.sub(lambda candidate: change(tag, candidate[1]) + candidate[2], value)
    else:
        changed = change(tag, value.strip())
    if changed == value.strip():
        return match[0]
    mark = "'" if single is not None else '"'
    return f"{attribute}{equals}{mark}{changed}{mark}"


def _join(tag: str, value: str, page_url: str) -> str:
    """Root one address; the anchors that parts of a drawing use for each other stay."""
    if EXTERNAL.match(value) or _is_rooted(value) or (value.startswith("#") and tag not in {"a", "area"}):
        return value
    return urljoin(encode(page_url), value) if value else value


def _is_rooted(value: str) -> bool:
    return value.startswith("/") and not value.startswith("//")


def _suffix(target: str) -> str:
    """Return the `?query` and `#fragment` of a link."""
    match = _SUFFIX.search(target)
    return match[0] if match else ""
