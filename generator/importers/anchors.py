"""Anchors: headings keep the ids they had, written out where ours would be another one.

Pandoc (Quarto), goldmark (Hugo), github-slugger (Gatsby) and the `toc` extension of Python-Markdown (Pelican) each
have a rule of their own; kramdown's is read here as it is, and WordPress gives headings none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from generator.config import Config
from generator.render.markup.findings import Findings
from generator.render.markup.markdown import Markup
from generator.render.markup.plain import plain_text
from generator.render.values import Expanded

ROUNDS = 4  # an id that is written out may take one that was free; twice is nearly always enough
HEADINGS = re.compile(r"^[\s>*+-]*#|^[\s>*+-]*(?:-+|=+)[ \t]*$", re.MULTILINE)
HEAD = re.compile(r"^[\s>*+-]*#+[ \t]*")
TAIL = re.compile(r"[ \t]+#+[ \t]*$")
BRACES = re.compile(r"\{:?([^{}\n]*)\}[ \t]*$")
OWN_ID = re.compile(r"(?:^|\s)(?:#|id=)")
SIMPLE = re.compile(r"[^\s{}\"'=<>#.]+")  # what may stand behind `#` in braces


@dataclass(frozen=True)
class Rule:
    """How one program makes the ids of headings."""

    make: Callable[[str, str], str]  # of the words, and of the line as it was written
    mark: str = "-"  # before the number of a repeated one


@dataclass(frozen=True)
class Spot:
    """One heading of a body."""

    line: int  # from 0: where braces may follow
    id: str
    plain: str
    written: str
    is_named: bool  # the author gave the id


def keep_anchors(body: str, name: str) -> tuple[str, list[tuple[int, str]]]:
    """Return a body with old ids written out, and each with its line from 0."""
    if not HEADINGS.search(body):
        return body, []
    rule = RULES[name]
    told: list[tuple[int, str]] = []
    if name == "pandoc":
        body, told = _sections(body)
    for _ in range(ROUNDS):
        spots = list(_spots(body))
        named = {spot.id for spot in spots if spot.is_named}
        pairs = zip(spots, _old_ids(spots, rule), strict=True)
        wrong = [(spot, old) for spot, old in pairs if old not in {"", spot.id} and old not in named]
        lines = body.split("\n")
        for spot, old in wrong:
            lines[spot.line] = _with_id(lines[spot.line], old)
            told.append((spot.line, old))
        body = "\n".join(lines)
        if not wrong:
            break
    return body, sorted(dict(told).items())


def _sections(body: str) -> tuple[str, list[tuple[int, str]]]:
    """Let `{#sec:x}`, which was `{#sec-x}`, answer to its old name as well."""
    lines, told = body.split("\n"), []
    for spot in _spots(body):
        old = spot.id.replace("sec:", "sec-", 1)
        if spot.is_named and old != spot.id and f'<a id="{old}">' not in lines[spot.line]:
            lines[spot.line] = BRACES.sub(lambda found, old=old: f'<a id="{old}"></a> {found[0]}', lines[spot.line])  # type: ignore[misc]
            told.append((spot.line, old))
    return "\n".join(lines), told


def _spots(body: str) -> Iterator[Spot]:
    expanded = Expanded(body, (), ())
    tokens, lines = _markup().tokens(expanded), body.split("\n")
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.map:
            line = token.map[0] if token.markup.startswith("#") else max(token.map[0], token.map[1] - 2)
            braces = BRACES.search(lines[line])
            plain = plain_text(_without_notes(tokens[index + 1].children or []), Findings(expanded))
            written = TAIL.sub("", HEAD.sub("", BRACES.sub("", lines[line]).rstrip()))
            is_named = bool(braces and OWN_ID.search(braces[1]))
            yield Spot(line, str(token.attrs["id"]), plain, written, is_named)


def _without_notes(children: list[Token]) -> list[Token]:
    return [child for child in children if not child.type.startswith("footnote")]


def _old_ids(spots: list[Spot], rule: Rule) -> Iterator[str]:
    """Yield the id each heading had; a repeated one has a number."""
    taken: set[str] = set()
    for spot in spots:
        if spot.is_named:
            taken.add(spot.id)
            yield ""
            continue
        base = name = rule.make(spot.plain, spot.written)
        number = 1
        while name in taken or (not name and rule.mark == "_"):
            name, number = f"{base}{rule.mark}{number}", number + 1
        taken.add(name)
        yield name


def _with_id(line: str, old: str) -> str:
    """Write an id behind a heading, into the braces when there are some."""
    shown = f"#{old}" if SIMPLE.fullmatch(old) else f'id="{old}"'
    braces = BRACES.search(line)
    if not braces:
        return f"{line.rstrip()} {{{shown}}}"
    return f"{line[: braces.start()]}{{{shown} {braces[1].strip()}}}"


def _pandoc(plain: str, _written: str) -> str:
    """Pandoc's `auto_identifiers`: letters, digits and `_-.`, from the first letter on."""
    plain = re.sub(r"-{2,3}", " ", plain.lower())  # smart dashes are no hyphens
    words = "".join(c for c in plain if c.isspace() or c.isalnum() or c in "_-.")
    name = "-".join(words.split())
    start = next((index for index, c in enumerate(name) if c.isalpha()), len(name))
    return name[start:] or "section"


def _goldmark(_plain: str, written: str) -> str:
    """Hugo's ids are made of the line as it was written, marks of links and emphasis and all."""
    kept = (c.lower() for c in written.strip() if c in "-_ \t" or unicodedata.category(c)[0] == "L" or c.isdecimal())
    return "".join("-" if c in " \t" else c for c in kept) or "heading"


def _slugger(plain: str, _written: str) -> str:
    def is_kept(c: str) -> bool:
        category = unicodedata.category(c)
        return category[0] in "LM" or category in {"Nd", "Nl", "Pc"} or c in "- "

    return "".join(c for c in plain.lower() if is_kept(c)).replace(" ", "-")


def _python(plain: str, _written: str) -> str:
    """Python-Markdown's `slugify` keeps letters of ASCII only."""
    text = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip().lower())


RULES = {"pandoc": Rule(_pandoc), "goldmark": Rule(_goldmark), "slugger": Rule(_slugger), "python": Rule(_python, "_")}


@lru_cache(maxsize=1)
def _markup() -> Markup:
    return Markup(Config())
