"""Marks inside a line as kramdown reads them: `$$x$$`, `*a*{: .class}`, `{::comment}`, `\\\\` at the end of a line."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.common.utils import isStrSpace, normalizeReference
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

from generator.render.markup.attributes import Attributes, apply, parse
from generator.render.markup.emphasis import InlineState
from generator.render.markup.findings import Findings, lines_of
from generator.render.markup.kramdown.blocks import ATTRIBUTES, END, EXTENSION
from generator.render.markup.math_inline import backslash, dollar, unescaped
from generator.render.markup.parser import Inlines, trigger

ESCAPED = frozenset("\\.*_+`<>()[]{}#!:|\"'$=-~")
LETTERS = re.compile(r"[^\W\d_]-?[^\W\d_]*\Z")
REFERENCE = re.compile(r"\[([^\[\]]+)\][ \t]*(?:[ \t]|\n)[ \t]*\[([^\[\]^]*)\]")
SPACED = re.compile(  # an address with spaces in it, which CommonMark wants between `<` and `>`
    r"""(!?)\[([^\[\]]*)\]\([ \t]*(?!<)([^\s()<>"']+(?:[ \t]+[^\s()<>"']+)+)"""
    r"""(?:[ \t]+(?:"([^"]*)"|'([^']*)'))?[ \t]*\)"""
)
CLOSINGS = frozenset({"em_close", "strong_close", "s_close", "link_close", "image", "code_inline", "math_inline"})
MATH = {"(": ("\\\\)", False), "[": ("\\\\]", True)}

Note = Callable[[str, str], None]


class SpanState(InlineState):
    """The inline parser's state, with kramdown's reading of emphasis."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """Measure a run of marks: it opens before anything but a space, and closes after anything but one."""
        marker, end = self.src[start], start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        opens, closes = not after.isspace(), not before.isspace()
        if not canSplitWord:
            opens = opens and LETTERS.search(self.src, max(start - 40, 0), start) is None
            closes = closes and not after.isalnum()
        return Scanned(opens, closes, end - start)


def span_rules(md: MarkdownIt) -> None:
    """Add kramdown's own marks, and put its escapes in the place of the library's."""
    assert isinstance(md.inline, Inlines)
    md.inline.state = SpanState
    md.inline.ruler.at("escape", _escape)
    md.inline.ruler.at("math_dollar", _dollars)
    md.inline.ruler.at("math_backslash", _backslash)
    md.inline.ruler.before("escape", "math_brackets", _brackets)
    md.inline.ruler.before("link", "spaced_reference", _spaced_reference)
    md.inline.ruler.before("link", "spaced_address", _spaced_address)
    md.inline.ruler.before("autolink", "guillemet", _guillemet)
    md.inline.ruler.push("span_extension", _extension)
    trigger(md, guillemet="<", math_brackets="\\", spaced_reference="[", spaced_address="[!", span_extension="{")


def _escape(state: StateInline, silent: bool) -> bool:
    """Read a backslash: before a line break one or two of them break the line, before a mark it is text."""
    src, pos = state.src, state.pos
    following = src[pos + 1 : pos + 2] if pos + 1 < state.posMax else ""
    breaks = 1 if following == "\n" else 2 if src.startswith("\\\\\n", pos) else 0
    if breaks:
        if not silent:
            state.push("hardbreak", "br", 0)
        state.pos = pos + breaks + 1
        while state.pos < state.posMax and isStrSpace(src[state.pos]):
            state.pos += 1
        return True
    if following not in ESCAPED or not following:
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content, token.markup, token.info = following, "\\" + following, "escape"
    state.pos = pos + 2
    return True


def _dollars(state: StateInline, silent: bool) -> bool:
    """Read `$$x$$`, which is part of its line; what stands between single dollars is a formula as everywhere."""
    src, pos = state.src, state.pos
    if not src.startswith("$$", pos):
        return dollar(state, silent)
    end = unescaped(src, "$$", pos + 2, state.posMax)
    if end < 0 or not src[pos + 2 : end].strip():
        return False
    _push_math(state, silent, (pos + 2, end, end + 2), "$$")
    return True


def _backslash(state: StateInline, silent: bool) -> bool:
    r"""Read `\begin{align}…` and `\eqref{…}`; to kramdown `\(` and `\[` are brackets."""
    return state.src[state.pos + 1 : state.pos + 2] not in {"(", "["} and backslash(state, silent)


def _brackets(state: StateInline, silent: bool) -> bool:
    r"""Read `\\(x\\)` and `\\[x\\]`, which kramdown hands to MathJax as `\(x\)` and `\[x\]`."""
    src, pos = state.src, state.pos
    closing, display = MATH.get(src[pos + 2 : pos + 3], ("", False)) if src.startswith("\\\\", pos) else ("", False)
    end = src.find(closing, pos + 3, state.posMax) if closing else -1
    if end < 0 or not src[pos + 3 : end].strip():
        return False
    _push_math(state, silent, (pos + 3, end, end + 3), src[pos : pos + 3], display=display)
    return True


def _push_math(
    state: StateInline, silent: bool, span: tuple[int, int, int], markup: str, *, display: bool = False
) -> None:
    start, end, after = span
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content, token.markup = state.src[start:end], markup
        token.meta = {"display": display, "label": ""}
    state.pos = after


def _guillemet(state: StateInline, silent: bool) -> bool:
    """Read `<<`, which opens no tag, whatever follows."""
    if not state.src.startswith("<<", state.pos):
        return False
    if not silent:
        state.pending += "<<"
    state.pos += 2
    return True


def _spaced_reference(state: StateInline, silent: bool) -> bool:
    """Read `[text] [name]`, as old Markdown wrote it."""
    found = REFERENCE.match(state.src, state.pos, state.posMax)
    known = state.env.get("references", {})
    reference = known.get(normalizeReference(found[2] or found[1])) if found else None
    if found is None or reference is None or state.linkLevel > 0:
        return False
    if not silent:
        attrs = {"href": reference["href"], **({"title": reference["title"]} if reference["title"] else {})}
        _push_link(state, attrs, found.span(1))
        state.tokens[-1].meta["lines"] = found[0].count("\n", found.end(1) - found.start())
    state.pos = found.end()
    return True


def _spaced_address(state: StateInline, silent: bool) -> bool:
    """Read `[text](my file.pdf)` and `![text](my picture.png "title")`."""
    found = SPACED.match(state.src, state.pos, state.posMax)
    if found is None or (state.linkLevel > 0 and not found[1]):
        return False
    if not silent:
        title = found[4] or found[5]
        attrs = {"src" if found[1] else "href": found[3], **({"title": title} if title else {})}
        if found[1]:
            token = state.push("image", "img", 0)
            token.attrs, token.content = {**attrs, "alt": ""}, found[2]
            token.children = state.md.inline.parse(found[2], state.md, state.env, [])
        else:
            _push_link(state, attrs, found.span(2))
    state.pos = found.end()
    return True


def _push_link(state: StateInline, attrs: dict[str, str], text: tuple[int, int]) -> None:
    """Add a link around a stretch of the text, which may hold other marks."""
    state.push("link_open", "a", 1).attrs = dict(attrs)
    last, (state.pos, state.posMax) = state.posMax, text
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.posMax = last
    state.push("link_close", "a", -1)


def _extension(state: StateInline, silent: bool) -> bool:
    """Read `{: .class}` behind a word, `{::comment}…{:/comment}` and `{::nomarkdown}…{:/}`."""
    src, pos = state.src, state.pos
    if not src.startswith("{:", pos):
        return False
    if written := EXTENSION.match(src, pos, state.posMax):
        return _read_extension(state, silent, written)
    written = ATTRIBUTES.match(src, pos, state.posMax)
    if written is None:
        return False
    if not silent:
        token = state.push("span_attributes", "", 0)
        token.markup, token.meta = written[0], {"found": parse(written[1].strip())}
    state.pos = written.end()
    return True


def _read_extension(state: StateInline, silent: bool, written: re.Match[str]) -> bool:
    if written[3]:
        end = after = written.end()
    else:
        closing = next(
            (m for m in END.finditer(state.src, written.end(), state.posMax) if m[1] in {"", written[1]}), None
        )
        if closing is None:
            return False
        end, after = closing.start(), closing.end()
    if not silent:
        token = state.push("html_inline" if written[1] == "nomarkdown" else "span_comment", "", 0)
        token.meta["lines"] = state.src.count("\n", state.pos, after)
        token.hidden = token.type == "span_comment"
        token.content = state.src[written.end() : end] if token.type == "html_inline" else ""
        token.info = written[1]
    state.pos = after
    return True


def span_attributes(state: StateCore) -> None:
    """Core rule: move attributes onto the words before them, once emphasis is known; report what means nothing."""
    findings: Findings = state.env["findings"]
    for number, block in enumerate(state.tokens):
        if block.type != "inline" or "{:" not in block.content:
            continue
        around = state.tokens[number - 1] if number else block
        for line, token in list(lines_of(block)):
            if token.type == "span_comment" and token.info not in {"comment", "options"}:
                findings.warn(f"`{{::{token.info}}}` is not known", line, "it is ignored")
        kept: list[Token] = []
        lines = {id(token): line for line, token in lines_of(block)}
        for token in block.children or ():
            if token.type == "span_comment":
                continue
            if token.type != "span_attributes" or not _give(kept, token, state.env.get("named_attributes", {})):
                if around.meta.get("attributes_of_words") and token is (block.children or [token])[-1]:
                    apply(token.meta.get("found") or Attributes(), around)  # there are no such words
                    continue
                kept.append(token)
            if kept and kept[-1] is token and token.type == "span_attributes":
                token.type, token.content = "text", token.markup
                if token.meta["found"] is None:
                    continue  # something in braces
                place = findings.place(lines[id(token)], token.markup, block.map[1] if block.map else 0)
                hint = "put them right behind a link, an image, code or emphasis"
                findings.warn("these attributes stand behind plain text", place, hint)
        block.children = kept


def _give(before: list[Token], attributes: Token, named: dict[str, Attributes]) -> bool:
    """Set attributes on what stands right before them; tell whether there is something."""
    before = [token for token in before if token.type != "text" or token.content]  # emphasis leaves empty texts
    last = before[-1] if before else None
    found: Attributes | None = attributes.meta["found"]
    if last is None or found is None or last.type not in CLOSINGS:
        return False
    depth = 0
    for token in reversed(before):
        depth -= token.nesting
        if depth <= 0:
            for name in found.flags:
                apply(named.get(name, Attributes()), token)
            apply(found, token)
            return True
    return False
