"""Fenced and indented code: what its info string asks for, and the HTML of a listing.

    ```python {hl=2,4-6 file="train.py" linenos}

Also read: `{2,4-6}`, `title="train.py"`, `python:train.py`, pandoc's `{.python #id}`, Hugo's `hl_lines`.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace

from markdown_it.common.utils import unescapeAll
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from generator.errors import did_you_mean
from generator.render.markup import highlight
from generator.render.markup.attributes import Attributes, apply, parse
from generator.render.markup.findings import Findings
from generator.render.values import OPEN, PLACEHOLDER, Block

LANGUAGE = re.compile(r"[^\s{]*")
BRACES = re.compile(r"\{([^{}]*)\}")
RANGES = re.compile(r"\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*")
MARKED = frozenset({"hl", "hl_lines", "highlight", "mark"})
FILE = frozenset({"file", "title", "filename", "name", "caption"})
NUMBERED = frozenset({"linenos", "linenostart", "numberLines", "number-lines", "lineNumbers", "startFrom", "start"})
OPTIONS = MARKED | FILE | NUMBERED
OFF = frozenset({"false", "none", "no", "0"})
MOST_LINES = 100_000  # a range such as 1-999999999 asks for memory, not for colour


@dataclass(frozen=True)
class Listing:
    """A piece of code and how to show it."""

    language: str = ""
    file: str = ""
    marked: frozenset[int] = frozenset()  # lines, from 1
    first: int = 0  # number of the first line; 0: no numbers


def code(state: StateCore) -> None:
    """Core rule: read the info string of every listing, put values into its text, report what is odd."""
    findings: Findings = state.env["findings"]
    for token in state.tokens:
        if token.type not in {"fence", "code_block"}:
            continue
        line = token.map[0] if token.map else 0
        listing = _read_info(token, findings, line)
        token.meta["listing"] = listing
        _refuse_blocks(token, findings, line)
        token.content = findings.reveal(token.content)
        count = token.content.count("\n")
        if beyond := sorted(number for number in listing.marked if number > count):
            findings.warn(f"line {beyond[0]} is marked, and this code has {count}", line)
        if not highlight.known(listing.language.lower()):
            hint = did_you_mean(listing.language.lower(), highlight.languages()) or "`text` is code without colours"
            findings.warn(f"no colours are known for `{listing.language}`", line, hint)


def listing_html(token: Token) -> str:
    """Return the HTML of a listing that `code` has read."""
    listing: Listing = token.meta["listing"]
    language = listing.language.lower()
    if listing.marked or listing.first:
        body = _lines(listing, highlight.highlight_lines(language, token.content))
    else:
        body = highlight.highlight(language, token.content)
    name = f' class="language-{html.escape(listing.language)}"' if listing.language else ""
    pre = ' class="numbered"' if listing.first else ""
    start = f' style="counter-reset: line {listing.first - 1}"' if listing.first > 1 else ""
    block = f'<pre{pre} tabindex="0"><code{name}{start}>{body}</code></pre>'
    if not listing.file:
        return f"<div{_attributes(token, 'hl')}>{block}</div>\n"
    caption = f"<figcaption>{html.escape(listing.file)}</figcaption>"
    return f'<figure{_attributes(token, "code")}>{caption}<div class="hl">{block}</div></figure>\n'


def _lines(listing: Listing, lines: list[str]) -> str:
    written = []
    for number, line in enumerate(lines, 1):
        names = ["line"] * bool(listing.first) + ["hll"] * (number in listing.marked)
        written.append(f'<span class="{" ".join(names)}">{line}\n</span>' if names else f"{line}\n")
    return "".join(written)


def _attributes(token: Token, first: str) -> str:
    names = f"{first} {token.attrs['class']}" if "class" in token.attrs else first
    others = [(key, value) for key, value in token.attrs.items() if key != "class"]
    return "".join(f' {key}="{html.escape(str(value))}"' for key, value in [("class", names), *others])


def _read_info(token: Token, findings: Findings, line: int) -> Listing:
    """Read what stands behind the fence; attributes that are not about the code go to the token."""
    info = unescapeAll(token.info).strip()
    word = LANGUAGE.match(info)
    name, _, file = (word[0] if word else "").partition(":")
    rest = info[word.end() :].strip() if word else ""
    found = parse(" ".join([*BRACES.findall(rest), BRACES.sub(" ", rest)]))
    if found is None:
        hint = 'such as `{hl=2,4-6 file="train.py" linenos}`'
        findings.warn(f"cannot read `{rest}` behind this fence", line, hint)
        found = Attributes()
    listing = Listing(name.split(",")[0], file)
    kept = []
    for flag in found.flags:
        listing = _read_option(listing, flag, "", findings, line)
    for key, value in found.pairs:
        if key in OPTIONS:
            listing = _read_option(listing, key, value, findings, line)
        else:
            kept.append((key, value))
    classes = list(found.classes)
    if classes and not listing.language:
        listing = replace(listing, language=classes.pop(0))
    if NUMBERED & set(classes):
        listing = replace(listing, first=listing.first or 1)
    others = tuple(name for name in classes if name not in NUMBERED)
    apply(Attributes(found.id, others, tuple(kept)), token)
    language = "-".join(findings.reveal(listing.language).split())
    return replace(listing, language=language, file=findings.reveal(listing.file))


def _read_option(listing: Listing, key: str, value: str, findings: Findings, line: int) -> Listing:
    """Return the listing with one option taken in; a bare word is a key without a value."""
    if key in FILE:
        return replace(listing, file=value)
    if key in NUMBERED:
        first = 0 if value.lower() in OFF else int(value) if value.isdecimal() else listing.first or 1
        return replace(listing, first=first)
    if key in MARKED or (not value and RANGES.fullmatch(key)):
        return replace(listing, marked=listing.marked | _numbers(value or key, findings, line))
    if not listing.language:
        return replace(listing, language=key)
    findings.warn(f"`{key}` means nothing behind a fence", line, did_you_mean(key, OPTIONS))
    return listing


def _numbers(text: str, findings: Findings, line: int) -> frozenset[int]:
    """Read `2,4-6`, or Hugo's `[2,"4-6"]`."""
    ranges = re.sub(r"[\[\]\"',\s]+", " ", text).split()
    numbers: set[int] = set()
    for part in ranges:
        first, _, last = part.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()) or int(last or first) > MOST_LINES:
            findings.warn(f"`{text}` is not a list of lines", line, "such as `hl=2,4-6`")
            return frozenset()
        numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)


def _refuse_blocks(token: Token, findings: Findings, line: int) -> None:
    inside = token.type == "fence"
    for number, text in enumerate(token.content.split("\n") if OPEN in token.content else ()):
        for match in PLACEHOLDER.finditer(text):
            if isinstance(findings.expanded.values[int(match[1])], Block):
                findings.error("a block stands inside code", line + number + inside, "put it above or below the code")
