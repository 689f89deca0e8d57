"""Filters over text: Liquid's own, with Ruby's results and bounds on what they make."""

from __future__ import annotations

import base64
import binascii
import inspect
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

from generator.render.body import bounds
from generator.render.body.bounds import Refused, is_list, limited, require
from generator.render.liquid.items import LONGEST
from generator.render.liquid.ruby import is_nil, to_integer, to_text
from generator.render.liquid.texts import Escaped, escape_once

LONGEST_HTML = 500_000  # characters
SPACE = "\t\n\v\f\r "
WORD = re.compile(r"[^\t\n\v\f\r \0]+")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
BLOCKS = (("<script", "</script>"), ("<!--", "-->"), ("<style", "</style>"))
LINE_END = re.compile(r"\r?\n")


def of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a filter its value as text."""

    def filtered(value: object, *args: object) -> object:
        return function(to_text(value), *args)

    filtered.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return filtered


def strip(text: str) -> str:
    """Take white space off both ends."""
    return text.lstrip("\0" + SPACE).rstrip("\0" + SPACE)


def replace(text: str, old: object, new: object = "") -> str:
    """Replace a text everywhere; an empty one stands between all characters."""
    return bounds.replace(text, to_text(old), to_text(new))


def replace_first(text: str, old: object, new: object = "") -> str:
    """Replace the first of a text."""
    return bounds.replace(text, to_text(old), to_text(new), 1)


def replace_last(text: str, old: object, new: object) -> str:
    """Replace the last of a text; an empty one stands behind it."""
    mark = to_text(old)
    head, found, tail = text.rpartition(mark) if mark else (text, mark, "")
    return limited(head + to_text(new) + tail) if found == mark else text


def remove(text: str, old: object) -> str:
    """Take a text out everywhere."""
    return replace(text, old)


def append(text: str, more: object) -> str:
    """Add a text behind."""
    more = to_text(more)
    return text + limited(more, len(text))


def prepend(text: str, more: object) -> str:
    """Add a text before."""
    more = to_text(more)
    return more + limited(text, len(more))


def split(text: str, separator: object) -> list[str]:
    """Split a text as Ruby does: a space means any white space, empty parts at the end go."""
    mark = to_text(separator)
    if mark == " ":
        parts = WORD.findall(text)
    elif mark:
        parts = text.split(mark)
    else:
        require(len(text) <= LONGEST, "this text is too long to be split into characters")
        parts = list(text)
    while parts and not parts[-1]:
        parts.pop()
    return parts


def newline_to_br(text: str) -> str:
    """Put a `<br />` before every line break."""
    return bounds.replace(text.replace("\r\n", "\n"), "\n", "<br />\n")


def strip_newlines(text: str) -> str:
    """Take line breaks out."""
    return LINE_END.sub("", text)


def strip_html(text: str) -> str:
    """Take tags, comments, scripts and styles out."""
    require(len(text) <= LONGEST_HTML, f"a text of more than {LONGEST_HTML:,} characters is too long for this")
    for opener, closer in BLOCKS:
        kept, position = [], 0
        while (start := text.find(opener, position)) >= 0 and (end := text.find(closer, start)) >= 0:
            kept.append(text[position:start])
            position = end + len(closer)
        text = "".join(kept) + text[position:]
    head, *parts = text.split("<")
    pairs = [part.partition(">") for part in parts]
    last_close = max((index for index, (_, closed, _) in enumerate(pairs) if closed), default=-1)
    kept = [
        rest if closed else "" if index < last_close else f"<{tag}" for index, (tag, closed, rest) in enumerate(pairs)
    ]
    return head + "".join(kept)


def truncate(value: object, length: object = 50, ellipsis: object = "...") -> str | None:
    """Shorten a text to a number of characters, those of the ellipsis among them."""
    if is_nil(value):
        return None
    text, most, end = to_text(value), to_integer(length), to_text(ellipsis)
    if len(text) <= most:
        return text
    return limited(text[: max(most - len(end), 0)] + end)


def truncatewords(value: object, words: object = 15, ellipsis: object = "...") -> str | None:
    """Shorten a text to a number of words."""
    if is_nil(value):
        return None
    text, most = to_text(value), max(to_integer(words), 1)
    found = WORD.findall(text)
    is_longer = len(found) > most or (len(found) == most and text != text.rstrip(SPACE))
    return limited(" ".join(found[:most]) + to_text(ellipsis)) if is_longer else text


def cut(value: object, offset: object, length: object = None) -> object:
    """Return a part of a text or a list."""
    first, count = to_integer(offset), 1 if is_nil(length) else to_integer(length)
    whole: Any = value if is_list(value) and not isinstance(value, range) else to_text(value)
    empty: Any = [] if is_list(value) else ""
    first += len(whole) if first < 0 else 0
    if not 0 <= first <= len(whole) or count < 0:
        return empty
    part = whole[first : first + count]
    return list(part) if is_list(value) else part


def escape(value: object) -> Escaped | None:
    """Write the characters of HTML as entities."""
    return None if is_nil(value) else Escaped(limited(to_text(value).translate(ENTITIES)))


def once(value: object) -> Escaped:
    """Write the characters of HTML as entities, but not those of entities."""
    return Escaped(limited(escape_once(to_text(value))))


def url_encode(value: object) -> str | None:
    """Write a text as it stands in an address; a space is `+`."""
    return None if is_nil(value) else limited(quote_plus(to_text(value)))


def url_decode(value: object) -> str | None:
    """Read a text as it stands in an address."""
    if is_nil(value):
        return None
    try:
        return unquote_to_bytes(to_text(value).replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise Refused("what this stands for is not UTF-8") from None


def _decoder(altchars: bytes | None, name: str) -> Callable[[object], str]:
    def decode(value: object) -> str:
        try:
            return base64.b64decode(to_text(value).encode(), altchars, validate=True).decode()
        except (binascii.Error, ValueError):
            raise Refused(f"this is not text in {name}") from None

    return decode


def normalize_whitespace(text: str) -> str:
    """Make all white space single spaces."""
    return re.sub(r"[\t\n\v\f\r ]+", " ", text).strip()


def capitalize(text: str) -> str:
    """Begin with a capital; the other letters are small."""
    return text[:1].upper() + text[1:].lower()


def squish(text: str) -> str:
    """Make all white space single spaces."""
    return " ".join(text.split())


def _content(function: Callable[..., Any], *indices: int) -> Callable[..., Any]:
    """Say which values of a filter come into the text, and are hidden from Markdown there."""

    def kept(text: str, *args: object) -> object:
        return function(text, *args)

    kept.__dict__["content"] = indices
    return kept


TEXT_FILTERS: dict[str, Callable[..., Any]] = {
    "append": of_text(append),
    "base64_decode": _decoder(None, "Base64"),
    "base64_encode": of_text(lambda text: limited(base64.b64encode(text.encode()).decode())),
    "base64_url_safe_decode": _decoder(b"-_", "Base64 for addresses"),
    "base64_url_safe_encode": of_text(lambda text: limited(base64.urlsafe_b64encode(text.encode()).decode())),
    "capitalize": of_text(capitalize),
    "downcase": of_text(str.lower),
    "escape": escape,
    "escape_once": once,
    "h": escape,
    "lstrip": of_text(lambda text: text.lstrip("\0" + SPACE)),
    "normalize_whitespace": of_text(normalize_whitespace),
    "prepend": of_text(prepend),
    "remove": of_text(remove),
    "remove_first": of_text(lambda text, old: replace_first(text, old)),
    "remove_last": of_text(lambda text, old: replace_last(text, old, "")),
    "replace": of_text(replace),
    "replace_first": of_text(replace_first),
    "replace_last": of_text(replace_last),
    "rstrip": of_text(lambda text: text.rstrip("\0" + SPACE)),
    "slice": cut,
    "split": of_text(split),
    "squish": of_text(squish),
    "strip": of_text(strip),
    "strip_html": of_text(strip_html),
    "strip_newlines": of_text(strip_newlines),
    "truncate": truncate,
    "truncatewords": truncatewords,
    "upcase": of_text(str.upper),
    "url_decode": url_decode,
    "url_encode": url_encode,
}
KEEPING: dict[str, Callable[..., Any]] = {  # filters that leave the Markdown of a captured block what it is
    "append": _content(append, 0),
    "prepend": _content(prepend, 0),
    "replace": _content(replace, 1),
    "replace_first": _content(replace_first, 1),
    "replace_last": _content(replace_last, 1),
    "newline_to_br": _content(newline_to_br),
    **{
        name: _content(TEXT_FILTERS[name])
        for name in (
            *("capitalize", "downcase", "lstrip", "normalize_whitespace", "remove", "remove_first"),
            *("remove_last", "rstrip", "split", "squish", "strip", "strip_newlines", "upcase"),
        )
    },
}
