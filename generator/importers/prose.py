"""Prose and code of a Markdown text: change the one, leave the other as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

FENCE = re.compile(r"^[ \t]*(?:>[ \t]*)*(?:[-*+][ \t]+)?(`{3,}|~{3,})([^\n`]*)$", re.MULTILINE)
TICKS = re.compile(r"(?<!`)(`+)(?!`)")


def fences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each fenced block of code starts and ends; one that is never closed goes to the end."""
    at = 0
    while opening := FENCE.search(text, at):
        mark = opening[1]
        closing = re.compile(rf"^[ \t]*(?:>[ \t]*)*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*\r?$", re.MULTILINE)
        found = closing.search(text, opening.end())
        end = found.end() if found else len(text)
        yield opening.start(), end
        at = end


def code_spans(text: str) -> list[tuple[int, int]]:
    """Return where fenced blocks and code in a line stand, in order."""
    spans: list[tuple[int, int]] = []
    at = 0
    for start, end in [*fences(text), (len(text), len(text))]:
        spans += _inline(text, at, start)
        if end > start:
            spans.append((start, end))
        at = end
    return spans


def in_prose(text: str, change: Callable[[str, int], str]) -> str:
    """Change every stretch of prose; `change` gets it and where it starts in the text."""
    parts: list[str] = []
    at = 0
    for start, end in [*code_spans(text), (len(text), len(text))]:
        parts += [change(text[at:start], at), text[start:end]]
        at = end
    return "".join(parts)


def line_of(text: str, offset: int) -> int:
    """Return the line of a character, from 1."""
    return text.count("\n", 0, offset) + 1


def _inline(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield code between backticks: as many close as opened, in one paragraph."""
    closers: dict[int, list[int]] = {}
    marks = [(found.start(), len(found[1])) for found in TICKS.finditer(text, start, end)]
    for place, size in marks:
        closers.setdefault(size, []).append(place)
    done = start
    for place, size in marks:
        if place < done:
            continue
        later = closers[size]
        while later and later[0] <= place:
            later.pop(0)
        if later and "\n\n" not in text[place : later[0]]:
            done = later[0] + size
            yield place, done
