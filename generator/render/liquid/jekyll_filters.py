"""Filters that Jekyll adds: addresses, dates, Markdown, slugs, words, JSON."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from urllib.parse import quote, quote_plus, unquote, urlsplit

from markupsafe import Markup

from generator.render.body.bounds import LONGEST_SLOW, Refused, describe, is_list, limited, require
from generator.render.body.texts import Captured, DataMarkdown, Json, Own, clean
from generator.render.filters import DEEPEST, MOST_JSON
from generator.render.liquid.dates import ordinal, read_moment, write_moment
from generator.render.liquid.record import Record
from generator.render.liquid.ruby import float_text, inspect, is_nil, is_true, to_text
from generator.render.liquid.run import Run
from generator.render.liquid.text_filters import of_text
from generator.render.liquid.texts import Escaped, Markdownified

IN_ADDRESS = "!#$%&'()*+,-./:;=?@_~"
CJK = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\u1100-\u11ff\uf900-\ufaff]")
OTHER_WORD = re.compile(r"[^\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\u1100-\u11ff\uf900-\ufaff\s]+")
PRETTY = set("._~!$&'()+,;=@")
LATIN = {
    "ß": "ss",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "ø": "o",
    "Ø": "O",
    "đ": "d",
    "Đ": "D",
    "ł": "l",
    "Ł": "L",
}
LATIN |= {"ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
XML_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
NOW = {"now", "today"}
SMART = (
    (re.compile(r"---"), "—"),
    (re.compile(r"--"), "–"),
    (re.compile(r"\.\.\."), "…"),
    (re.compile(r"(^|[\s(\[{—–])\""), r"\1“"),
    (re.compile(r'"'), "”"),
    (re.compile(r"(^|[\s(\[{—–“])'(?!\d\ds\b)"), r"\1‘"),
    (re.compile(r"'"), "’"),
)


def default(value: object, fallback: object = "", *, allow_false: object = False) -> object:
    """Return the fallback for what is nil, false or empty."""
    is_absent = is_nil(value) if is_true(allow_false) else not is_true(value)
    is_empty = (isinstance(value, str | Mapping) or is_list(value)) and not len(value)
    return fallback if is_absent or is_empty else value


def relative_url(value: object) -> str | None:
    """Return an address on this site as it stands from its root."""
    if is_nil(value):
        return None
    address = _address_of(value)
    try:
        parts = urlsplit(address)
    except ValueError:
        raise Refused(f"`{address[:60]}` is no address") from None
    if parts.scheme:
        return address
    if address and not address.startswith("/"):
        address = f"/{address}"
    return quote(address, safe=IN_ADDRESS)


def absolute_url(run: Run, value: object) -> str | None:
    """Return an address on this site with the site's own before it."""
    address = relative_url(value)
    is_whole = address is None or ":" in address.partition("/")[0]
    return address if is_whole or not run.config.url else run.config.url + (address or "/")


def _address_of(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("url", value)
    text = to_text(value)
    return text.rstrip() or ("/" if text else "")


def strip_index(value: object) -> str | None:
    """Drop `index.html` from the end of an address."""
    text = to_text(value)
    return re.sub(r"/index\.html?$", "/", text) if text else None


def _moment(run: Run, value: object) -> datetime | None:
    if isinstance(value, str) and value.strip().lower() in NOW:
        hint = "a page is the same on every day it is built: write the date itself"
        run.warn(f"`{value.strip()}` is the day of the newest page here", hint)
        value = run.language.listing.newest
    return read_moment(value, run.config.zone)


def format_date(run: Run, value: object, form: object) -> object:
    """Write a date by Ruby's directives; what is no date stays as it is."""
    written = to_text(form)
    moment = _moment(run, value) if written else None
    return write_moment(moment, written) if moment else value


def _dated(form: Callable[[datetime], str]) -> Callable[[Run, object], object]:
    def dated(run: Run, value: object) -> object:
        return value if not to_text(value) else form(_require_moment(run, value))

    return dated


def _require_moment(run: Run, value: object) -> datetime:
    moment = _moment(run, value)
    if moment is None:
        shown = f"`{value[:40]}`" if isinstance(value, str) else describe(value)
        raise Refused(f"{shown} is not a date", "write it like `2026-01-31`")
    return moment.astimezone(run.config.zone)


def _string_date(month: str) -> Callable[..., object]:
    def written(run: Run, value: object, kind: object = None, style: object = None) -> object:
        if not to_text(value):
            return value
        moment = _require_moment(run, value)
        if kind == "ordinal":
            form = f"{month} {ordinal(moment.day)}, %Y" if style == "US" else f"{ordinal(moment.day)} {month} %Y"
            return write_moment(moment, form)
        return write_moment(moment, f"%d {month} %Y")

    return written


def markdownify(run: Run, value: object) -> object:
    """Let text enter as Markdown; in text from data every `<` stays a `<`."""
    if isinstance(value, Captured):
        return Markdownified.make(value.marked, run.values)
    text = to_text(value)
    is_ours = isinstance(value, Own | Markup | int | float) or not text
    return Markdownified.make(clean(text), run.values) if is_ours else DataMarkdown(clean(text))


def smartify(text: str) -> str:
    """Turn straight quotes into curly ones, `--` and `---` into dashes and `...` into an ellipsis."""
    for pattern, replacement in SMART:
        text = pattern.sub(replacement, text)
    return text


def slugify(value: object, mode: object = None) -> str | None:
    """Write a text as the part of an address: letters, digits and hyphens, in small letters."""
    if is_nil(value):
        return None
    text, way = to_text(value), "default" if is_nil(mode) else to_text(mode)
    if way not in {"raw", "default", "pretty", "ascii", "latin"}:
        return text.lower()
    if way == "latin":
        text = "".join(_latin(character) for character in text)
    made = re.sub("\0+", "-", "".join(c if _stays(c, way) else "\0" for c in text))
    return made.removeprefix("-").removesuffix("-").lower()


def _latin(character: str) -> str:
    if character in LATIN or character.isascii():
        return LATIN.get(character, character)
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else "?"


def _stays(character: str, way: str) -> bool:
    if way == "raw":
        return not character.isspace()
    if way == "ascii":
        return character.isascii() and character.isalnum()
    kind = unicodedata.category(character)
    return kind[0] in "ML" or kind == "Nd" or (way == "pretty" and character in PRETTY)


def number_of_words(text: str, mode: object = None) -> int:
    """Count words; with `cjk` each Chinese, Japanese or Korean character is one, with `auto` where there are any."""
    characters = len(CJK.findall(text))
    if mode == "cjk" or (mode == "auto" and characters):
        return characters + len(OTHER_WORD.findall(text))
    return len(text.split())


def to_sentence(value: object, connector: object = "and") -> str:
    """Write a list as in a sentence: `a, b, and c`."""
    require(is_list(value), f"{describe(None if is_nil(value) else value)} is not a list")
    texts = [to_text(item) for item in value]  # type: ignore[attr-defined]
    word = to_text(connector)
    if len(texts) < 3:
        return limited(f" {word} ".join(texts))
    return limited(f"{', '.join(texts[:-1])}, {word} {texts[-1]}")


def xml_escape(value: object) -> Escaped:
    """Write the characters of XML as entities."""
    return Escaped(limited(to_text(value).translate(XML_ENTITIES)))


def jsonify(value: object) -> Json:
    """Write a value as JSON, as short as Ruby does."""
    text = "".join(_json(value, itertools.count(), 0))
    return Json(limited(text))


def _json(value: object, counter: Iterator[int], depth: int) -> Iterator[str]:
    if next(counter) > MOST_JSON or depth > DEEPEST:
        raise Refused(f"this JSON has more than {MOST_JSON:,} values, or is more than {DEEPEST} deep")
    if isinstance(value, Mapping):
        keys = value.plain_keys() if isinstance(value, Record) else list(value)
        for index, key in enumerate(keys):
            yield ("," if index else "{") + _string(str(key)) + ":"
            yield from _json(value[key], counter, depth + 1)
        yield "}" if keys else "{}"
    elif is_list(value) and not isinstance(value, range):
        for index, item in enumerate(value):
            yield "," if index else "["
            yield from _json(item, counter, depth + 1)
        yield "]" if len(value) else "[]"
    elif is_nil(value):
        yield "null"
    elif isinstance(value, float):
        require(value - value == 0, f"`{float_text(value)}` has no form in JSON")
        yield float_text(value)
    else:
        yield to_text(value) if isinstance(value, bool | int) else _string(to_text(value))


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def newline_to_br(run: Run, value: object) -> object:
    """Put a `<br />` before every line break; the lines stay text."""
    lines = to_text(value).replace("\r\n", "\n").split("\n")
    if len(lines) > 1:
        return run.captured(["<br />\n".join(run.show(line) for line in lines)])
    return to_text(value) if is_list(value) else value


def _no_sass(_: object) -> object:
    raise Refused("style sheets are not compiled here", "put the finished CSS into `site/static`")


JEKYLL_FILTERS: dict[str, Callable[..., object]] = {
    "array_to_sentence_string": to_sentence,
    "cgi_escape": of_text(lambda text: limited(quote_plus(text))),
    "default": default,
    "inspect": lambda value: xml_escape(inspect(value)),
    "json": jsonify,
    "jsonify": jsonify,
    "number_of_words": of_text(number_of_words),
    "relative_url": relative_url,
    "sassify": _no_sass,
    "scssify": _no_sass,
    "slugify": slugify,
    "smartify": of_text(lambda text: smartify(text) if len(text) <= LONGEST_SLOW else text),
    "strip_index": strip_index,
    "uri_escape": of_text(lambda text: limited(quote(unquote(text), safe="!#$&'()*+,-./:;=?@[]_~"))),
    "xml_escape": xml_escape,
}
SCRIPTED_JEKYLL_FILTERS: dict[str, Callable[..., object]] = {
    "absolute_url": absolute_url,
    "date": format_date,
    "date_to_long_string": _string_date("%B"),
    "date_to_rfc822": _dated(lambda moment: write_moment(moment, "%a, %d %b %Y %T %z")),
    "date_to_string": _string_date("%b"),
    "date_to_xmlschema": _dated(lambda moment: write_moment(moment, "%FT%T%:z")),
    "markdownify": markdownify,
    "newline_to_br": newline_to_br,
}
