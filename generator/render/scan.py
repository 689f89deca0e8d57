"""Split a body into the author's text and its tags, and settle the white space between them.

Quotes and braces inside a tag are respected, so `{{ "}}" }}` is one tag. `{#` opens a comment only before
white space or `-`: `## Title {#id}` is text. `{% raw %}…{% endraw %}` is text. A line that holds nothing
but block tags and comments vanishes with its line break. Tags that print (`include`, `endcall`,
`endfilter`) keep their line, and so does a sign: `{%-` and `-%}` eat the white space beside them and
nothing else, as in Jinja; `{%+` eats nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from generator.data.text import Text as SourceText
from generator.render import rewrite

OPENER = re.compile(r"\{\{[-+]?|\{%[-+]?|\{#-|\{#(?=\s)|" + rewrite.GUARD)
RAW = re.compile(r"\{%[-+]?\s*raw\s*([-+]?)%\}")
END_RAW = re.compile(r"\{%([-+]?)\s*endraw\s*([-+]?)%\}")
END_COMMENT = re.compile(r"[-+]?#\}")
INSIDE = re.compile(
    r"""
    "(?:[^"\\\n]|\\.|\n(?![ \t]*\n))*" | '(?:[^'\\\n]|\\.|\n(?![ \t]*\n))*'   # a string: no blank line in it
    | (?P<end> [-+]?%\} | [-+]?\}\} ) | [{}"']
    """,
    re.VERBOSE | re.DOTALL,
)
NAME = re.compile(r"\s*(\w+)")
PRINTING = {"include", "endcall", "endfilter", "print"}  # block tags that leave text where they stand
LITERAL_HINT = "braces that are not a tag go between `{% raw %}` and `{% endraw %}`"


class Tag(NamedTuple):
    """A tag as the author wrote it, without its delimiters and signs."""

    kind: str  # "block": `{% %}`; "print": `{{ }}`
    inside: str  # what stands between the delimiters
    start: int  # offset of the opening brace
    inside_start: int  # offset of `inside`

    @property
    def name(self) -> str:
        """Return the first word of a block tag: `for`, `endfor`."""
        found = NAME.match(self.inside)
        return found[1] if found and self.kind == "block" else ""


class Segment(NamedTuple):
    """A run of the author's text."""

    start: int  # offset of its first character
    text: str


@dataclass(frozen=True)
class Scanned:
    """A body in pieces: `pieces[i]` stands before `tags[i]`, the last piece after the last tag."""

    tags: tuple[Tag, ...]
    pieces: tuple[tuple[Segment, ...], ...]  # a piece has several segments where a comment stood in it


@dataclass
class _Mark:
    """A tag, a comment, or one end of a raw block, while the body is being split."""

    tag: Tag | None  # None: leaves no trace
    start: int
    end: int
    signs: tuple[str, str]  # `-`, `+` or nothing, at either side

    @property
    def is_quiet(self) -> bool:
        """Tell whether it prints nothing where it stands."""
        return self.tag is None or (self.tag.kind == "block" and self.tag.name not in PRINTING)


def has_tags(text: str) -> bool:
    """Tell whether a body could hold a tag; most do not, and skip the template language."""
    return OPENER.search(text) is not None


def scan(source: SourceText) -> Scanned:
    """Split a body.

    Raises:
        SiteError: a tag, a comment, a raw block or a string in a tag is never closed.
    """
    text = source.text
    marks = _find_marks(source)
    starts = [0, *(mark.end for mark in marks)]
    ends = [*(mark.start for mark in marks), len(text)]
    _vanish_lines(text, marks, starts, ends)
    _strip(text, marks, starts, ends)
    pieces: list[tuple[Segment, ...]] = []
    segments: list[Segment] = []
    for index in range(len(starts)):
        if starts[index] < ends[index]:
            segments.append(Segment(starts[index], text[starts[index] : ends[index]]))
        if index == len(marks) or marks[index].tag is not None:
            pieces.append(tuple(segments))
            segments = []
    return Scanned(tuple(mark.tag for mark in marks if mark.tag is not None), tuple(pieces))


def _find_marks(source: SourceText) -> list[_Mark]:
    text, position = source.text, 0
    marks: list[_Mark] = []
    while found := OPENER.search(text, position):
        start, sign = found.start(), found[0][2:]
        if found[0] == "[":
            guard = rewrite.guard(source, start)
            marks.append(_Mark(Tag("print", guard.inside, start, guard.inside_start), start, guard.end, ("", "")))
        elif found[0].startswith("{#"):
            close = END_COMMENT.search(text, found.end())
            if close is None:
                raise source.error("`{#` opens a comment that is never closed", start, "close it with `#}`")
            marks.append(_Mark(None, start, close.end(), (sign, close[0][:-2])))
        elif raw := RAW.match(text, start):
            close = END_RAW.search(text, raw.end())
            if close is None:
                raise source.error("`raw` is never closed", start, "write `{% endraw %}` where the literal text ends")
            marks.append(_Mark(None, start, raw.end(), (sign, raw[1])))
            marks.append(_Mark(None, close.start(), close.end(), (close[1], close[2])))
        else:
            marks.append(_read_tag(source, found))
            _settle_claim(source, marks)
        position = marks[-1].end
    claims = [mark for mark in marks if mark.tag and mark.tag.inside.startswith("claim")]
    if claims and claims[-1].tag and claims[-1].tag.inside.startswith("claimed("):
        raise source.error("`claim` is never closed", claims[-1].start, "write `{% endclaim %}` where its words end")
    return marks


def _settle_claim(source: SourceText, marks: list[_Mark]) -> None:
    """Turn `claim` and `endclaim` into the tags that print the ends of a claim's text."""
    mark = marks[-1]
    tag = mark.tag
    if tag is None or tag.name not in {"claim", "endclaim"}:
        return
    opened = next((m for m in reversed(marks[:-1]) if m.tag and m.tag.inside.startswith("claim")), None)
    is_open = opened is not None and opened.tag is not None and opened.tag.inside.startswith("claimed(")
    if tag.name == "claim":
        if is_open and opened is not None:
            raise source.error("`claim` is never closed", opened.start, "write `{% endclaim %}` where its words end")
        inside, inside_start = rewrite.claim(tag.inside, tag.inside_start)
        mark.tag = Tag("print", inside, tag.start, inside_start)
        return
    if not is_open or opened is None:
        raise source.error("`endclaim` closes nothing: there is no open `claim` before it", tag.start, "")
    if "\n\n" in source.text[opened.end : tag.start]:
        raise source.error("a claim stands inside one paragraph", opened.start, "close it before the blank line")
    mark.tag = Tag("print", "claim_end()", tag.start, tag.inside_start)


def _read_tag(source: SourceText, opener: re.Match[str]) -> _Mark:
    """Find the end of the tag that opens here; braces and quotes inside it are skipped."""
    text, start = source.text, opener.start()
    close = "}}" if opener[0].startswith("{{") else "%}"
    position, depth = opener.end(), 0
    while found := INSIDE.search(text, position):
        token, position = found[0], found.end()
        if token.endswith(close) and found["end"] and not (depth and close == "}}"):
            tag = Tag("print" if close == "}}" else "block", text[opener.end() : found.start()], start, opener.end())
            return _Mark(tag, start, found.end(), (opener[0][2:], token[:-2]))
        if token in {'"', "'"}:
            what = f"`{token}` opens a text that is never closed"
            raise source.error(what, found.start(), f"close it with `{token}`")
        if token == "{":
            depth += 1
        elif token.endswith("}") and depth:
            depth -= 1
            position = found.end() - (1 if token.endswith("}}") else 0)
    raise source.error(f"`{opener[0]}` is never closed", start, f"close it with `{close}`; {LITERAL_HINT}")


def _vanish_lines(text: str, marks: list[_Mark], starts: list[int], ends: list[int]) -> None:
    """Take away each line that holds only quiet marks: its indentation, and its line break."""
    first = 0
    while first < len(marks):
        last = first
        while last + 1 < len(marks) and _is_blank(text[marks[last].end : marks[last + 1].start]):
            last += 1
        if all(mark.is_quiet and not any(mark.signs) for mark in marks[first : last + 1]):
            before, after = text[starts[first] : ends[first]], text[starts[last + 1] : ends[last + 1]]
            _, new_line, indentation = before.rpartition("\n")
            rest, line_end, _ = after.partition("\n")
            opens_line = bool(new_line) or starts[first] == 0 or text[starts[first] - 1] == "\n"
            closes_line = bool(line_end) or ends[last + 1] == len(text)
            if opens_line and closes_line and not indentation.strip() and not rest.strip():
                ends[first] -= len(indentation)
                ends[first + 1 : last + 1] = starts[first + 1 : last + 1]
                starts[last + 1] += len(rest) + len(line_end)
        first = last + 1


def _is_blank(between: str) -> bool:
    """Tell whether only white space of one line stands between two marks."""
    return not between.strip() and "\n" not in between


def _strip(text: str, marks: list[_Mark], starts: list[int], ends: list[int]) -> None:
    """Eat the white space beside `{%-` and `-%}`."""
    for index, mark in enumerate(marks):
        if mark.signs[0] == "-":
            ends[index] = starts[index] + len(text[starts[index] : ends[index]].rstrip())
        if mark.signs[1] == "-":
            starts[index + 1] = ends[index + 1] - len(text[starts[index + 1] : ends[index + 1]].lstrip())
