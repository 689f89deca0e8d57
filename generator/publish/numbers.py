"""Number coverage: each number in the prose of a post, and what it rests on.

Bound: printed from data. Guarded: typed, and checked against data. Claimed: inside a claim. Cited: in a sentence
with a link, a footnote or a reference. Naked: nothing of these. What is no result does not count: code, formulas,
dates, years, versions, names such as GPT-2, "step 3", and what the front matter lists as `plain_numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from markdown_it.token import Token

from generator.errors import Place, SiteError
from generator.read.page import Page
from generator.render.expand import expand
from generator.render.markup.findings import lines_of
from generator.render.markup.references import CLASS
from generator.render.render import Tools
from generator.render.values import Expanded

PLAIN, PROMISE = "plain_numbers", "numbers"  # keys of the front matter
CITES = frozenset({"link_open", "footnote_ref", "math_ref", "reference"})
BREAKS = frozenset({"softbreak", "hardbreak"})
SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]\ufffc]*\s+(?![a-z])")
SOMETHING = "\ufffc"  # stands for code, a formula, a picture
MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?:e[+-]?\d+)?%?", re.IGNORECASE)
NO_RESULT = re.compile(
    rf"""
    \d{{4}}-\d\d(?:-\d\d)?            # a date
    | \d{{1,2}}\s+{MONTH}(?:\s+\d{{4}})? | {MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}})?
    | \b(?:19|20)\d\ds?\b(?![.,]\d|%)   # a year
    | \b\d{{1,2}}:\d\d\b              # a time of day
    | \bv?\d+\.\d+\.\d[\w.]*          # a version
    | [^\W\d][\w.]*-\d[\w.]*          # a name: GPT-2
    | \b\d+(?:st|nd|rd|th)\b | \b[1-4]-?D\b
    | \b(?:steps?|sections?|chapters?|parts?|figures?|figs?\.|tables?|equations?|eqs?\.|pages?|pp?\.|versions?
        |notes?|python)[\s\u00a0]+\(?\d+(?:\.\d+)*
    """,
    re.VERBOSE | re.IGNORECASE,
)
ORDINAL = re.compile(r"\s*\d+(?:\.\d+)*\.?\s")  # at the start of a heading


@dataclass(frozen=True)
class Number:
    """One number of a post."""

    text: str
    state: str  # "bound", "guarded", "claimed", "cited" or "naked"
    place: Place


@dataclass(frozen=True)
class Coverage:
    """All numbers of one post, in their order."""

    path: str
    numbers: tuple[Number, ...]

    @property
    def naked(self) -> tuple[Number, ...]:
        """The numbers that rest on nothing."""
        return tuple(number for number in self.numbers if number.state == "naked")

    @property
    def percent(self) -> float:
        """How many of a hundred numbers rest on something; all of none."""
        return 100 * (1 - len(self.naked) / len(self.numbers)) if self.numbers else 100.0

    def __str__(self) -> str:
        lines = [f"{number.place.path}:{number.place.line}: {number.state:<8} {number.text}" for number in self.numbers]
        rest = len(self.numbers) - len(self.naked)
        return "\n".join(
            [*lines, f"{self.path}: {rest} of {len(self.numbers)} numbers rest on something ({_floor(self.percent)}%)"]
        )


class Piece(NamedTuple):
    """A run of a paragraph's text, from one token."""

    text: str
    state: str  # of the numbers in it, before sentences are looked at
    cites: bool
    line: int


def coverage(page: Page, tools: Tools) -> Coverage:
    """Find every number in the prose of a page, and what it rests on.

    Raises:
        SiteError: `plain_numbers` is not a list of texts.
    """
    plain = _plain_numbers(page)
    expanded = expand(page, tools.tree.view(), tools.language)
    found: list[Number] = []
    before = ""
    for token in tools.markup.tokens(expanded, page.meta.markup):
        if token.type == "inline":
            pieces = list(_pieces(token, expanded))
            found += _numbers(pieces, plain, before == "heading_open", expanded)
        before = token.type
    return Coverage(page.source.path, tuple(found))


def broken_promise(page: Page, covered: Coverage) -> SiteError | None:
    """Return what is wrong when a page has fewer numbers with a source than its `numbers: 100` promises.

    Raises:
        SiteError: what it promises is no number from 0 to 100.
    """
    promised = page.meta.extra.get(PROMISE)
    place = page.meta.places.get(PROMISE, Place(page.source.path))
    if promised is None:
        return None
    if isinstance(promised, bool) or not isinstance(promised, int | float) or not 0 <= promised <= 100:
        raise SiteError(f"`{PROMISE}: {promised}` is not a share from 0 to 100", place, f"write `{PROMISE}: 100`")
    if covered.percent >= promised:
        return None
    told = ", ".join(f"{number.text} (line {number.place.line})" for number in covered.naked[:5])
    more = f" and {len(covered.naked) - 5} more" if len(covered.naked) > 5 else ""
    what = f"{promised:g}% of the numbers should rest on something, {_floor(covered.percent)}% do: not {told}{more}"
    return SiteError(what, place, f"bind, guard, claim or cite them, or list them as `{PLAIN}`")


def _plain_numbers(page: Page) -> tuple[str, ...]:
    listed = page.meta.extra.get(PLAIN, ())
    if not isinstance(listed, list | tuple) or not all(isinstance(item, str | int | float) for item in listed):
        place = page.meta.places.get(PLAIN, Place(page.source.path))
        raise SiteError(f"`{PLAIN}` is not a list of texts", place, f'write `{PLAIN}: ["8 by 8", "427"]`')
    return tuple(str(item) for item in listed)


def _pieces(block: Token, expanded: Expanded) -> Iterator[Piece]:
    """Yield the text of a paragraph in its order, each piece with what its numbers rest on so far."""
    own = {id(child) for child in block.children or ()}
    is_claim = is_reference = False
    for line, child in lines_of(block):
        if id(child) not in own:
            continue  # inside the description of an image
        if child.type == "link_open":
            is_reference = child.attrs.get("class") == CLASS
        elif child.type == "link_close":
            is_reference = False
        html = str(child.meta.get("html", "")) if child.type == "value" else ""
        if html.startswith('<span class="claim"') or html == "</span>":
            is_claim = html != "</span>"
        elif child.type == "text":
            yield Piece(SOMETHING if is_reference else child.content, "claimed" if is_claim else "", False, line)
        elif child.type == "value":
            is_guarded = _is_guarded(child.content, expanded.place(line).text)
            yield Piece(child.content, "guarded" if is_guarded else "bound", False, line)
        elif child.type in BREAKS:
            yield Piece("\n", "", False, line)
        elif child.type in CITES or child.content:
            yield Piece(SOMETHING, "", child.type in CITES, line)


def _is_guarded(shown: str, line: str) -> bool:
    """Tell whether the author typed what is shown: `[~0.37]{= … }`."""
    return f"[{shown}]{{=" in line or f'guarded("{shown}")' in line or f"guarded('{shown}')" in line


def _numbers(pieces: list[Piece], plain: Iterable[str], is_heading: bool, expanded: Expanded) -> list[Number]:
    """Return the numbers of one paragraph."""
    text = "".join(piece.text for piece in pieces)
    silent = [match.span() for match in NO_RESULT.finditer(text)]
    silent += [
        match.span() for word in plain if word for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    ]
    if is_heading and (ordinal := ORDINAL.match(text)):
        silent.append(ordinal.span())
    cited = list(_cited_sentences(text, pieces))
    found, offset = [], 0
    for piece in pieces:
        for match in _in_piece(piece):
            start, end = match.start() + offset, match.end() + offset
            if piece.state in {"", "claimed"} and any(a <= start and end <= b for a, b in silent):
                continue
            is_cited = any(a <= start < b for a, b in cited)
            state = piece.state or ("cited" if is_cited else "naked")
            shown = match[0] if piece.state in {"", "claimed"} else piece.text
            found.append(Number(shown, state, replace(expanded.place(piece.line), column=0)))
        offset += len(piece.text)
    return found


def _in_piece(piece: Piece) -> list[re.Match[str]]:
    """Return the numbers in a piece; a printed value is one number, whatever it is made of."""
    matches = list(NUMBER.finditer(piece.text))
    return matches[:1] if piece.state in {"bound", "guarded"} else matches


def _cited_sentences(text: str, pieces: list[Piece]) -> Iterator[tuple[int, int]]:
    """Yield where the sentences with a citation begin and end."""
    ends = [*(match.end() for match in SENTENCE_END.finditer(text)), len(text)]
    offset, citations = 0, []
    for piece in pieces:
        if piece.cites:
            citations.append(offset)
        offset += len(piece.text)
    start = 0
    for end in ends:
        if any(start <= citation < end for citation in citations):
            yield start, end
        start = end


def _floor(percent: float) -> str:
    """Write a share without rounding it up to what it is not."""
    return f"{int(percent)}"
