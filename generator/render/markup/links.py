"""Links and embedded files: addresses encoded, schemes checked, and every target inside the site noted.

An address may come from a template. What a value says is then checked harder than what the author wrote:
it may choose a web page, a mail address, a phone number or a place inside the site, and nothing else.
"""

from __future__ import annotations

import functools
import re

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink, normalizeLinkText
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from generator.render.markup.findings import Findings, Link, lines_of
from generator.render.values import LINK_CLOSE, LINK_OPEN, OPEN, RESERVED

PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]*")  # nothing to encode
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
IGNORED = re.compile(r"[\x00-\x20]")  # browsers drop these from an address before they read its scheme
REFUSED = frozenset({"javascript", "vbscript", "data"})
FROM_VALUES = frozenset({"http", "https", "mailto", "tel"})
PICTURE = re.compile(r"data:image/(?:gif|png|jpeg|webp|avif|svg\+xml)[;,]", re.I)
SOURCE = re.compile(r"\.(?:md|markdown)(?=$|[?#])", re.I)
URL_ATTRIBUTES = {"href": "link", "src": "image"}


def link_rules(md: MarkdownIt) -> None:
    """Let every address through the parser as it was written: `links` looks at them all at the end."""
    md.normalizeLink = lambda url: url  # type: ignore[method-assign]
    md.normalizeLinkText = lambda link: _shown(link)  # type: ignore[method-assign]
    md.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005


def links(state: StateCore) -> None:
    """Core rule: settle the address of every link and image of the page."""
    findings: Findings = state.env["findings"]
    for again in state.env.get("duplicate_refs", ()):
        first = findings.expanded.place(state.env["references"][again["label"]]["map"][0])
        what = f"the address of `[{again['label'].lower()}]` is given twice, and this one is not used"
        findings.warn(what, again["map"][0], f"the first is at {first}")
    for block in state.tokens:
        if block.type != "inline" or not any(child.attrs for child in block.children or ()):
            continue
        last = block.map[1] if block.map else 0
        for line, token in lines_of(block):
            for name, kind in URL_ATTRIBUTES.items():
                if name in token.attrs:
                    lines = _lines(token, state, line, last)
                    token.attrs[name] = settle(str(token.attrs[name]), kind, findings, *lines)


def settle(url: str, kind: str, findings: Findings, line: int, last: int = 0) -> str:
    """Return an address as it goes into the HTML, and note it when it points inside the site.

    A link to a source file becomes a placeholder around its index in the noted links: only the whole
    site knows the address of another page. Without a `kind` it is only checked.
    """
    target = findings.reveal(url)
    place = findings.place(line, url.partition(OPEN)[0], last)
    if (scheme := scheme_of(target)) and not _may_use(scheme, url, target, kind):
        shown = f"`{target if len(target) < 60 else target[:60] + '…'}`"
        hint = "use http, https, mailto, tel or a path inside the site"
        findings.error(f"the address {shown} is not allowed here", place, hint)
        return "#"
    if not target:
        findings.warn("this address is empty", place, "a link to the same page is `#id`")
    if not target or scheme or target.startswith(("//", "\\\\")):
        return encode(target)
    if not kind:
        return encode(target)
    findings.links.append(Link(target, place, "anchor" if target.startswith("#") else kind))
    if kind == "link" and SOURCE.search(target):
        return f"{LINK_OPEN}{len(findings.links) - 1}{LINK_CLOSE}"
    return encode(target)


def scheme_of(url: str) -> str:
    """Return the scheme a browser would see, in lower case, or an empty string."""
    match = SCHEME.match(IGNORED.sub("", url))
    return match[1].lower() if match else ""


def encode(url: str) -> str:
    """Percent-encode what may not stand in an address, and leave the rest as it is."""
    return url if PLAIN.fullmatch(url) else _encode(url)


@functools.lru_cache(maxsize=4096)
def _encode(url: str) -> str:
    return normalizeLink(url)


def _shown(url: str) -> str:
    """Return an address as the text of its link; percent signs cannot smuggle in a placeholder."""
    return url if OPEN in url else RESERVED.sub("�", normalizeLinkText(url))


def _may_use(scheme: str, url: str, target: str, kind: str) -> bool:
    if scheme in REFUSED:
        return kind == "image" and OPEN not in url and PICTURE.match(target) is not None
    return scheme in FROM_VALUES or scheme_of(url.partition(OPEN)[0]) == scheme


def _lines(token: Token, state: StateCore, line: int, last: int) -> tuple[int, int]:
    """Return the lines to look for an address in: those of its definition for `[text][label]`."""
    reference = state.env.get("references", {}).get(token.meta.get("label"))
    return tuple(reference["map"]) if reference else (line, last)
