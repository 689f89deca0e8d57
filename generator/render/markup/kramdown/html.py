"""HTML blocks as kramdown reads them: an element goes to its own end tag, and its inside is left alone.

`markdown="1"`, on it or on an element inside, has that part read as Markdown.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.rules_inline import StateInline

from generator.render.markup.html import Piece, pieces
from generator.render.markup.kramdown.lines import cut, inside
from generator.render.markup.parser import trigger

SPANS = frozenset(
    "a abbr acronym b big bdo bdi br button cite code data del dfn em i img input ins kbd label mark option output q "
    "rb rbc rp rt rtc ruby s samp select small span strong sub sup time tt u var wbr".split()
)
TEXT_INSIDE = frozenset("caption dt h1 h2 h3 h4 h5 h6 legend optgroup p summary th".split()) | SPANS
RAW_INSIDE = frozenset("script style math option textarea pre code kbd samp var svg".split())
ROWS_INSIDE = frozenset("colgroup table tbody thead tfoot tr ul ol".split())
EMPTY = frozenset("area base br col command embed hr img input keygen link meta param source track wbr".split())
START = re.compile(r"<(?:!--|([A-Za-z][\w:-]*)(?<!:)(?=[\s/>]))")  # not the address in `<https://…>`
ENDS_TEXT = re.compile(r"</?([A-Za-z][\w:-]*)(?<!:)(?=[\s/>])")
MARKDOWN = re.compile(r"""\s+markdown\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
RAW_SPAN = re.compile(r"<(code|kbd|samp|var|math|svg)(?=[\s>])[^<>]*>", re.I)
# What the tags `asset` and `latex` print. In Jekyll that was finished HTML, so that it stood inside of raw HTML too.
OLD_TAGS = re.compile(
    r"!\[[^\[\]\n]*\]\([^\s()]+(?: \"[^\"\n]*\")?\)(?:\{: [^{}\n]*\})?"
    r"|\\\\\((?s:.{1,2000}?)\\\\\)|\\\\\[(?s:.{1,2000}?)\\\\\]"
)
FAILURES = 8  # elements without an end after which no more ends are looked for
CHUNK = 64  # lines to look for an end in at first


def html_rules(md: MarkdownIt) -> None:
    """Put our rule in the place of the library's, which stays for what has no end tag."""
    md.block.ruler.at("html_block", _html, {"alt": ["paragraph", "blockquote"]})
    md.inline.ruler.before("html_inline", "html_raw_span", _raw_span)
    trigger(md, html_block="<", html_raw_span="<")


def interrupts(state: StateBlock, line: int) -> bool:
    """Tell whether the HTML at a line ends the text before it."""
    tag = ENDS_TEXT.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line] + 1)
    return tag is not None and tag[1].lower() not in SPANS | {"script"}


def _html(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    position = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start):
        return False
    if silent:
        return interrupts(state, start)
    tag = START.match(state.src, position, state.eMarks[start] + 1)
    if tag and (tag[1] or "").lower() in SPANS:
        return False
    found = _find(state, start, end, tag[1] or "!") if tag else None
    return _push(state, start, *found) if found else _other(state, start, end)


def _other(state: StateBlock, start: int, end: int) -> bool:
    """Read what kramdown calls text, such as a lone end tag, in CommonMark's way, unless it is a tag of text."""
    tag = ENDS_TEXT.match(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start] + 1)
    return (tag is None or tag[1].lower() not in SPANS) and html_block(state, start, end, False)


def _find(state: StateBlock, start: int, end: int, name: str) -> tuple[str, list[Piece]] | None:
    """Return the source from here on and the pieces of the element in it; None when it has no end."""
    unclosed: dict[str, int] = state.env.setdefault("unclosed_elements", {})
    if unclosed.get(name, 0) >= FAILURES:
        return None
    for lines in itertools.accumulate(itertools.repeat(CHUNK), lambda total, _: total * 8):
        source = state.getLines(start, min(start + lines, end), 0, False)
        element = _element(source)
        if element or start + lines >= end:
            break
    if not element:
        unclosed[name] = unclosed.get(name, 0) + 1
        if findings := state.env.get("findings"):
            findings.warn(f"`<{name}>` is never closed", start, f"write `</{name}>` where it ends")
        return None
    return source, element


def _element(source: str) -> list[Piece]:
    """Return the pieces from an element's start tag to its end tag, both included; none when it does not end."""
    found: list[Piece] = []
    depth, name = 0, ""
    for piece in pieces(source):
        if piece.kind == "unclosed":
            return []
        if piece.kind == "text" and not found:
            continue  # the space before it
        found.append(piece)
        name = name or piece.name
        if piece.kind == "comment" and len(found) == 1:
            return found
        if piece.kind == "tag" and piece.name.removeprefix("/") == name.removeprefix("/"):
            is_empty = name in EMPTY or source[piece.end - 2] == "/"
            depth += -1 if piece.name.startswith("/") else 0 if is_empty else 1
            if depth <= 0:
                return found
    return []


def _push(state: StateBlock, start: int, source: str, element: list[Piece]) -> bool:
    """Add the element: what is raw as it is, what is Markdown as blocks or as text."""
    begin = 0
    for model, first, last in _markdown(source, element, bool(state.env.get("parse_block_html"))):
        _push_raw(state, start, source, begin, first)
        if model == "block":
            _read(state, start, source, first, last)
        else:
            _push_text(state, start, source, first, last)
        begin = last
    stop = element[-1].end
    _push_raw(state, start, source, begin, stop)
    line = start + source.count("\n", 0, stop)
    rest = source.find("\n", stop)
    if source[stop : rest if rest >= 0 else len(source)].strip():
        _read(state, start, source, stop, rest if rest >= 0 else len(source))
    state.line = line + 1
    return True


def _markdown(source: str, element: list[Piece], everywhere: bool) -> Iterator[tuple[str, int, int]]:
    """Yield the stretches between tags that are Markdown, each with how to read it: "block" or "span"."""
    number = verbatim = 0
    while number < len(element):
        piece = element[number]
        number += 1
        if piece.kind == "tag" and piece.name.removeprefix("/") in RAW_INSIDE:
            verbatim += -1 if piece.name.startswith("/") else 1
        if piece.kind == "text" and not verbatim:
            yield from (("span", *found.span()) for found in OLD_TAGS.finditer(source, piece.start, piece.end))
        if piece.kind != "tag" or piece.name.startswith("/") or piece.name in EMPTY:
            continue
        model = _model(source[piece.start : piece.end], piece.name, everywhere)
        if model == "raw":
            continue
        depth = 1
        for after in range(number, len(element)):
            other = element[after]
            if other.kind == "tag" and other.name.removeprefix("/") == piece.name:
                depth += -1 if other.name.startswith("/") else 1
            if depth == 0:
                yield model, piece.end, other.start
                number = after
                break


def _model(tag: str, name: str, everywhere: bool) -> str:
    """Return how the inside of an element is read: "raw", "block" or "span"."""
    asked = MARKDOWN.search(tag)
    word = next(filter(None, asked.groups()), "") if asked else "1" if everywhere else "0"
    if word in {"block", "span"}:
        return word
    if word != "1" or name in RAW_INSIDE | ROWS_INSIDE:
        return "raw"
    return "span" if name in TEXT_INSIDE else "block"


def _push_raw(state: StateBlock, start: int, source: str, begin: int, end: int) -> None:
    token = state.push("html_block", "", 0)
    first = start + source.count("\n", 0, begin)
    token.map = [first, start + source.count("\n", 0, end) + 1]
    token.content = re.sub(r"<[A-Za-z][^<>]*>", lambda tag: MARKDOWN.sub("", tag[0], count=1), source[begin:end])
    if not source[end:].startswith("\n") or begin:
        token.content = token.content.strip("\n") if begin else token.content
    token.content += "\n" if end >= len(source) or source[end] == "\n" else ""


def _push_text(state: StateBlock, start: int, source: str, begin: int, end: int) -> None:
    token = state.push("inline", "", 0)
    token.content, token.children = source[begin:end].strip(), []
    blank = len(source[begin:end]) - len(source[begin:end].lstrip())
    token.map = [start + source.count("\n", 0, begin + blank), start + source.count("\n", 0, end) + 1]


def _read(state: StateBlock, start: int, source: str, begin: int, end: int) -> None:
    """Read a stretch of the source as blocks."""
    first, last = start + source.count("\n", 0, begin), start + source.count("\n", 0, end)
    where = state.bMarks[first] + begin - (source.rfind("\n", 0, begin) + 1)
    stop = state.bMarks[last] + end - (source.rfind("\n", 0, end) + 1)
    begins = {line: cut(state, line, state.blkIndent) for line in range(first + 1, last + 1)} | {first: where}
    with inside(state, first, last + 1, begins, stop):
        before, state.level = state.level, state.level + 1
        state.push("html_inside", "", 0).hidden = True
        state.tokens[-1].nesting = 1  # a block may begin right behind it
        number = len(state.tokens) - 1
        state.md.block.tokenize(state, first, last + 1)
        del state.tokens[number]
        state.level = before


def _raw_span(state: StateInline, silent: bool) -> bool:
    """Inline rule: the inside of `<code>` and its like is text."""
    if state.src[state.pos] != "<":
        return False
    opening = RAW_SPAN.match(state.src, state.pos, state.posMax)
    absent = state.env.setdefault("raw_spans_absent", {})
    if opening is None or absent.get(opening[1]) is state.src:
        return False
    closing = re.compile(rf"</{opening[1]}\s*>", re.I).search(state.src, opening.end(), state.posMax)
    if closing is None:
        absent[opening[1]] = state.src  # a search that found nothing is not made twice
        return False
    if not silent:
        state.push("html_inline", "", 0).content = state.src[state.pos : closing.end()]
    state.pos = closing.end()
    return True
