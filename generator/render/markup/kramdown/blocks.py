"""Blocks of kramdown's own: `^`, `{: .class}`, `{:name: .class}`, `{::options …/}`, `*[HTML]: …`, `$$` alone.

Those of CommonMark that kramdown reads in a narrower way are narrowed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence, heading

from generator.errors import did_you_mean
from generator.render.markup.attributes import Attributes, parse
from generator.render.markup.kramdown.lines import begins_a_block, ends_a_block, is_end, text_of
from generator.render.markup.math_blocks import math_environment, math_fence
from generator.render.markup.parser import paragraph, trigger

ATTRIBUTES = re.compile(r"\{:(?!:|/)((?:\\\}|[^}]){1,1000})\}")
NAMED = re.compile(r"\{:(\w[\w-]*):((?:\\\}|[^}]){1,1000})\}")
EXTENSION = re.compile(r"\{::(\w{1,40})(?:\s((?:\\\}|[^}]){0,1000}?))?(/)?\}")
END = re.compile(r"\{:/(\w*)\}")
ABBREVIATION = re.compile(r"\*\[(.+?)\]:(.*)")
OPENING = re.compile(r"\$\$|\\\\\[")
CLOSING = {"$$": "$$", "\\\\[": "\\\\]"}  # the second is what kramdown hands to MathJax as `\[…\]`
FENCE = re.compile(r"`{3,}|~{3,}")
UNDERLINE = re.compile(r"([=-])\1*[ \t]*")
HONOURED = ("header_offset", "toc_levels", "parse_block_html")
WITHOUT_EFFECT = (  # what kramdown knows and what is settled otherwise here
    "auto_ids",
    "auto_id_prefix",
    "enable_coderay",
    "entity_output",
    "footnote_nr",
    "hard_wrap",
    "html_to_native",
    "line_width",
    "link_defs",
    "math_engine",
    "parse_span_html",
    "smart_quotes",
    "syntax_highlighter",
    "typographic_symbols",
)

BlockRule = Callable[[StateBlock, int, int, bool], bool]


def block_rules(md: MarkdownIt) -> None:
    """Add kramdown's own blocks, and narrow those of the library."""
    ends = ["paragraph", "blockquote"]
    ruler = md.block.ruler
    ruler.before("fence", "end_of_block", _end_of_block, {"alt": ends})
    ruler.before("fence", "extension", _extension, {"alt": ends})
    ruler.before("fence", "attribute_line", _attributes, {"alt": ends})
    ruler.before("fence", "math_alone", _math, {"alt": []})
    ruler.before("fence", "math_environment", math_environment, {"alt": ends})
    ruler.before("fence", "math_fence", math_fence, {"alt": ends})
    ruler.before("reference", "abbreviation", _abbreviation, {"alt": []})
    ruler.at("fence", _fence, {"alt": ends})
    ruler.at("heading", _heading, {"alt": ends})
    ruler.at("hr", ruler.__rules__[ruler.__find__("hr")].fn, {"alt": []})
    ruler.at("paragraph", _paragraph)
    trigger(md, math_environment="\\", math_fence="`~")
    trigger(md, end_of_block="^", extension="{", attribute_line="{", math_alone="$\\", abbreviation="*")


def _end_of_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001
    if not is_end(state, start):
        return False
    if not silent:
        state.push("end_of_block", "", 0).hidden = True
        state.line = start + 1
    return True


def _attributes(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001
    """Read `{: .class}` or, for later use, `{:name: .class}`."""
    text = "" if state.is_code_block(start) else text_of(state, start)
    named = NAMED.fullmatch(text)
    written = named or ATTRIBUTES.fullmatch(text)
    if written is None:
        return False
    if silent:
        return True
    found = parse(written[written.lastindex or 1].strip())
    findings = state.env.get("findings")
    if found is None and findings:
        findings.warn(f"cannot read the attributes `{text}`", start, 'such as `{: #id .class key="value"}`')
    before = state.tokens[-1] if state.tokens else None
    token = state.push("end_of_block" if named else "attributes", "", 0)
    token.hidden, token.map = True, [start, start + 1]
    state.line = start + 1
    if named:
        state.env.setdefault("named_attributes", {})[named[1]] = found or Attributes()
        return True
    follows = before is not None and before.nesting <= 0 and not state.isEmpty(start - 1)
    goes_on = before is not None and (before.meta.get("of") == "below" or before.type == "end_of_block")
    token.meta = {"found": found or Attributes(), "of": "above" if follows and not goes_on else "below"}
    state.env["attribute_lines"] = True
    return True


def _extension(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read `{::name options /}`, or what stands between `{::name}` and `{:/name}`."""
    text = "" if state.is_code_block(start) else text_of(state, start)
    written, closing = EXTENSION.fullmatch(text), END.fullmatch(text)
    if silent or not (written or closing):
        return bool(written or closing)
    findings = state.env.get("findings")
    state.line = start + 1
    state.push("end_of_block", "", 0).hidden = True
    if written is None:
        if findings:
            findings.warn(f"`{text}` closes nothing", start, "take it out")
        return True
    last = start if written[3] else _last(state, start, end, written[1])
    if last < 0:
        if findings:
            findings.warn(f"`{text}` is never closed", start, f"write `{{:/{written[1]}}}` on a line of its own")
        return True
    run_extension(state, written[1], written[2] or "", start)
    if written[1] == "nomarkdown" and last > start + 1:
        token = state.push("html_block", "", 0)
        token.map = [start + 1, last]
        token.content = state.getLines(start + 1, last, state.blkIndent, True)
    state.line = last + 1
    return True


def run_extension(state: StateBlock, name: str, given: str, line: int) -> None:
    """Take in the options of an extension, and say what has no effect."""
    findings = state.env.get("findings")
    if name != "options":
        if name not in {"comment", "nomarkdown"} and findings:
            hint = did_you_mean(name, ["options", "comment", "nomarkdown"]) or "it is ignored"
            findings.warn(f"`{{::{name}}}` is not known", line, hint)
        return
    for key, value in (parse(given.strip()) or Attributes()).pairs:
        if key == "parse_block_html":
            state.env[key] = value == "true"
        elif key in HONOURED:
            state.env[key] = value
        elif findings:
            hint = did_you_mean(key, (*HONOURED, *WITHOUT_EFFECT))
            what = f"the option `{key}` has no effect here" if key in WITHOUT_EFFECT else f"no option is called `{key}`"
            findings.warn(what, line, "" if key in WITHOUT_EFFECT else hint)


def _last(state: StateBlock, start: int, end: int, name: str) -> int:
    """Return the line that closes an extension, or -1."""
    unclosed: dict[tuple[str, int], int] = state.env.setdefault("unclosed_extensions", {})
    if unclosed.get((name, end), end) <= start:
        return -1
    closed = {f"{{:/{name}}}", "{:/}"}
    last = next((line for line in range(start + 1, end) if text_of(state, line) in closed), -1)
    if last < 0:
        unclosed[name, end] = start  # no line is searched twice
    return last


def _abbreviation(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001
    written = None if silent or state.is_code_block(start) else ABBREVIATION.fullmatch(text_of(state, start))
    if written is None:
        return False
    state.env.setdefault("abbreviations", {})[written[1]] = written[2].strip()
    state.push("end_of_block", "", 0).hidden = True
    state.line = start + 1
    return True


def _math(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read `$$ … $$` with nothing above and below: a formula on lines of its own. Elsewhere it is part of a line."""
    begin = state.bMarks[start] + state.tShift[start]
    opening = OPENING.match(state.src, begin, state.eMarks[start])
    if silent or opening is None or state.is_code_block(start) or not begins_a_block(state, start):
        return False
    closing, first = CLOSING[opening[0]], opening.end()
    last, position = start, state.src.find(closing, first, state.eMarks[start])
    while position < 0 and last + 1 < end:
        last += 1
        position = state.src.find(closing, state.bMarks[last], state.eMarks[last])
    after = position + len(closing)
    if position < 0 or state.src[after : state.eMarks[last]].strip() or not ends_a_block(state, last + 1):
        return False
    middle = [state.getLines(line, line + 1, state.blkIndent, False) for line in range(start + 1, last)]
    ending = [state.src[state.bMarks[last] + state.tShift[last] : position]] if last > start else []
    content = "\n".join([state.src[first : position if last == start else state.eMarks[start]], *middle, *ending])
    if not content.strip():
        return False
    token = state.push("math_block", "math", 0)
    token.map, token.content, token.markup = [start, last + 1], content, opening[0]
    token.meta = {"line": start, "label": ""}
    state.line = last + 1
    return True


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a listing between fences; without its end it is text."""
    mark = FENCE.match(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start])
    if mark is None or state.is_code_block(start):
        return False
    unclosed: dict[str, int] = state.env.setdefault("unclosed_fences", {})
    if unclosed.get(mark[0], -1) >= state.lineMax:
        return False
    for line in range(start + 1, end):
        text = text_of(state, line)
        if text.startswith(mark[0]) and not text.strip(mark[0][0]) and state.sCount[line] <= 3:
            return fence(state, start, end, silent)
    unclosed[mark[0]] = state.lineMax
    return False


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    text = text_of(state, start)
    return state.tShift[start] == 0 and text.strip("# \t") != "" and heading(state, start, end, silent)


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a heading of one line that is underlined, or a paragraph."""
    below = start + 1
    if begins_a_block(state, start) and below < end and not state.isEmpty(below) and state.tShift[below] == 0:
        underline = UNDERLINE.fullmatch(text_of(state, below))
        if underline:
            return _push_heading(state, start, "h1" if underline[1] == "=" else "h2")
    return paragraph(state, start, end, silent, underlined=False)


def _push_heading(state: StateBlock, start: int, tag: str) -> bool:
    state.push("heading_open", tag, 1).map = [start, start + 2]
    text = state.push("inline", "", 0)
    text.content, text.map, text.children = text_of(state, start), [start, start + 1], []
    state.push("heading_close", tag, -1)
    state.line = start + 2
    return True
