"""Filters over text: bounded versions of Jinja's."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from urllib.parse import quote

from generator.address import slugify
from generator.render.body.bounds import (
    LONGEST_SLOW,
    MOST_CHARACTERS,
    WIDEST,
    describe,
    is_container,
    percent,
    replace,
    require,
)
from generator.render.body.members import to_text
from generator.render.body.texts import trim


def plain_text(value: object) -> str:
    """Return a single value as it is printed."""
    require(not is_container(value), f"{describe(value)} is not text")
    return to_text(value)


def _of_text(function: Callable[..., object]) -> Callable[..., object]:
    """Give a filter its value as plain text; numbers and dates as they are printed."""
    return lambda value, *args, **kwargs: function(plain_text(value), *args, **kwargs)


def truncate(text: str, length: int = 255, killwords: bool = False, end: str = "...", leeway: int = 5) -> str:
    """Shorten a text to `length` characters, at a word unless told otherwise, as Jinja does."""
    require(0 <= len(end) <= length, f"`end` has more than {length} characters")
    if len(text) <= length + leeway:
        return text
    cut = text[: length - len(end)]
    return cut + end if killwords else cut.rsplit(" ", 1)[0] + end


def indent(text: str, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    """Put spaces, or a text of your own, before each line but the first."""
    margin = width if isinstance(width, str) else " " * _narrow(width)
    _narrow(len(margin))
    lines = text.split("\n")
    require(len(text) + len(lines) * len(margin) <= MOST_CHARACTERS, "this is too much to indent")
    shifted = [margin + line if line or blank else line for line in lines]
    return "\n".join(shifted if first else [lines[0], *shifted[1:]])


def center(text: str, width: int = 80) -> str:
    """Put a text in the middle of `width` characters."""
    return text.center(_narrow(width))


def wordwrap(text: str, width: int = 79, break_long_words: bool = True) -> str:
    """Break lines that are longer than `width`."""
    require(width > 0, "`width` must be at least 1")
    _short(text)
    wrapped = (textwrap.wrap(line, width, break_long_words=break_long_words) for line in text.splitlines())
    return "\n".join("\n".join(lines) for lines in wrapped)


def striptags(text: str) -> str:
    """Take HTML tags and comments out, and make white space single."""
    start, kept = 0, []
    while (opened := text.find("<!--", start)) >= 0 and (closed := text.find("-->", opened)) >= 0:
        kept.append(text[start:opened])
        start = closed + 3
    head, *parts = ("".join(kept) + text[start:]).split("<")
    pairs = (part.partition(">") for part in parts)
    return " ".join("".join([head, *(rest if closed else f"<{tag}" for tag, closed, rest in pairs)]).split())


def title_case(text: str) -> str:
    """Begin every word with a capital; an apostrophe begins no word."""
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", lambda word: word[0][:1].upper() + word[0][1:].lower(), text)


def _narrow(width: int) -> int:
    require(0 <= width <= WIDEST, f"a width of {width:,} is more than {WIDEST:,}")
    return width


def _short(text: str) -> str:
    require(len(text) <= LONGEST_SLOW, f"a text of more than {LONGEST_SLOW:,} characters is too long for this")
    return text


def format_percent(template: object, *values: object, **named: object) -> str:
    """Format in the style of `%.2f`; one value may also be a mapping."""
    require(not (values and named), "give the values by place or by name, not both")
    return percent(plain_text(template), named or (values if len(values) != 1 else (values[0],)))


TEXT_FILTERS: dict[str, Callable[..., object]] = {
    "capitalize": _of_text(str.capitalize),
    "center": _of_text(center),
    "format": format_percent,
    "indent": _of_text(indent),
    "lower": _of_text(str.lower),
    "replace": _of_text(lambda text, old, new, count=-1: replace(text, plain_text(old), plain_text(new), count)),
    "slugify": _of_text(slugify),
    "string": plain_text,
    "striptags": _of_text(striptags),
    "title": _of_text(title_case),
    "trim": _of_text(lambda text, chars=None: text.strip(chars)),
    "truncate": _of_text(truncate),
    "upper": _of_text(str.upper),
    "urlencode": _of_text(lambda text: quote(text, safe="/")),
    "wordcount": _of_text(lambda text: len(re.findall(r"\w+", text))),
    "wordwrap": _of_text(wordwrap),
}
# Filters that leave the Markdown of a captured text what it is; its line marks and placeholders live through them.
CHANGING_LETTERS = {"lower", "title", "upper"}
KEEPING: dict[str, Callable[..., str]] = {
    "indent": indent,
    "lower": str.lower,
    "title": title_case,
    "trim": trim,
    "upper": str.upper,
}
