"""markdown-it-py made quick: a rule is tried only at the characters that can start it.

The library tries every rule at every stop. A rule named in `triggers` is tried at its own characters
alone; a rule without an entry is tried everywhere, which is right for any plugin, only slower.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline, backtick, image, link
from markdown_it.token import Token
from markdown_it.utils import EnvType

from generator.render.markup.emphasis import InlineState

INLINE = {
    "text": "",  # the loop below does its work
    "linkify": "",
    "newline": "\n",
    "escape": "\\",
    "backticks": "`",
    "strikethrough": "~",
    "emphasis": "*_",
    "link": "[",
    "image": "!",
    "autolink": "<",
    "html_inline": "<",
    "entity": "&",
}
BLOCK = {
    "code": "",  # lines indented by four are offered to every rule
    "fence": "`~",
    "blockquote": ">",
    "hr": "-*_",
    "list": "-+*0123456789",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
}
NESTING = 100  # levels of quotes and lists; one Python frame or three each

RuleFunction = TypeVar("RuleFunction", bound=Callable[..., object])
BlockRule = Callable[[StateBlock, int, int, bool], bool]
InlineRule = Callable[[StateInline, bool], bool]


class Inlines(ParserInline):
    """Text of one paragraph to tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.triggers = dict(INLINE)
        self.state: type[InlineState] = InlineState
        self._rules: dict[str, list[InlineRule]] = {}
        self._anywhere: list[InlineRule] = []

    def prepare(self) -> None:
        """Sort the rules by first character; to be called when all rules are in."""
        self._rules, self._anywhere = _by_character(self.ruler, self.triggers)
        stops = "".join(sorted({*self._rules, *"\n]", *self._extra_terminator_chars}))
        if not self._anywhere:
            self.terminator_re = re.compile(f"[{re.escape(stops)}]")

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Parse one piece of text; a table cell is mostly plain."""
        if self.terminator_re.search(src) is None:
            if src:
                tokens.append(Token("text", "", 0, content=src))
            return tokens
        state = self.state(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens

    def tokenize(self, state: StateInline) -> None:
        """Read tokens from `state.pos` to `state.posMax`."""
        src, end, nesting = state.src, state.posMax, state.md.options["maxNesting"]
        search = self.terminator_re.search
        while state.pos < end:
            pos = state.pos
            stop = search(src, pos, end)
            if stop is None or stop.start() > pos:
                state.pos = stop.start() if stop else end
                state.append_pending(src[pos : state.pos])
                continue
            rules = self._rules.get(src[pos], self._anywhere) if state.level < nesting else ()
            for rule in rules:
                if rule(state, False):
                    break
            else:
                state.append_pending(src[pos])
                state.pos += 1
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        """Step over one token without making it: how the library looks for the end of a label."""
        pos, src = state.pos, state.src
        if pos in state.cache:
            state.pos = state.cache[pos]
            return
        stop = self.terminator_re.search(src, pos, state.posMax)
        if stop is None or stop.start() > pos:
            state.pos = stop.start() if stop else state.posMax
        elif state.level >= state.md.options["maxNesting"]:
            state.pos = state.posMax
        else:
            state.level += 1
            for rule in self._rules.get(src[pos], self._anywhere):
                if rule(state, True):
                    break
            else:
                state.pos += 1
            state.level -= 1
        state.cache[pos] = state.pos


class Blocks(ParserBlock):
    """Lines of a page to tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.triggers = dict(BLOCK)
        self._rules: dict[str, list[BlockRule]] = {}
        self._anywhere: list[BlockRule] = []
        self._enders: dict[str, tuple[dict[str, list[BlockRule]], list[BlockRule]]] = {}

    def prepare(self) -> None:
        """Sort the rules by first character; to be called when all rules are in."""
        self._rules, self._anywhere = _by_character(self.ruler, self.triggers)
        self._enders = {name: _by_character(self.ruler, self.triggers, name) for name in ("paragraph", "blockquote")}

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        """Read the blocks of a range of lines."""
        everything = self.ruler.getRules("")
        line, loose = startLine, False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            if state.level >= NESTING:
                _report_depth(state, line)
                state.line = endLine
                break
            rules = everything if state.is_code_block(line) else self._rules.get(_first(state, line), self._anywhere)
            for rule in rules:
                if rule(state, line, endLine, False):
                    break
            if state.line <= line:
                raise RuntimeError(f"no block rule moved on from line {line}")
            state.tight = not loose
            line = state.line
            # A list item's paragraph may have swallowed the empty line after it.
            loose = loose or (line - 1 < endLine and state.isEmpty(line - 1))
            if line < endLine and state.isEmpty(line):
                loose = True
                line += 1
                state.line = line

    def ends(self, kind: str, state: StateBlock, line: int, end: int) -> bool:
        """Tell whether another block begins at `line`, with no empty line between it and the "paragraph" before."""
        by_character, anywhere = self._enders[kind]
        for rule in by_character.get(_first(state, line), anywhere):  # noqa: SIM110 - once a line; `any` is slower
            if rule(state, line, end, True):
                return True
        return False


def paragraph(state: StateBlock, start: int, end: int, silent: bool, underlined: bool = True) -> bool:  # noqa: ARG001
    """Read a paragraph or an underlined heading: both rules of the library in one pass over the lines."""
    parser = state.md.block
    assert isinstance(parser, Blocks)
    outer, state.parentType = state.parentType, "paragraph"
    line, underline = start + 1, ""
    # An underline stays inside `end`; a lazy line may lie outside, up to state.lineMax.
    while line < state.lineMax and not state.isEmpty(line):
        indent = state.sCount[line]
        if indent - state.blkIndent <= 3:
            if underlined and indent >= state.blkIndent and line < end and (underline := _underline(state, line)):
                break
            if indent >= 0 and parser.ends("paragraph", state, line, state.lineMax):
                break
        line += 1
    state.parentType = outer
    _push(state, underline, start, line)
    return True


def new_parser() -> MarkdownIt:
    """Return CommonMark and nothing else; whoever adds rules calls `prepare` at the end."""
    md = MarkdownIt("commonmark", {"xhtmlOut": False, "store_labels": True})
    rules = md.get_active_rules()
    md.inline, md.block = Inlines(), Blocks()
    md.inline.ruler.enableOnly(rules["inline"])
    md.inline.ruler2.enableOnly(rules["inline2"])
    md.block.ruler.enableOnly([name for name in rules["block"] if name != "lheading"])
    md.block.ruler.at("paragraph", paragraph)
    md.inline.ruler.at("backticks", _code_span)
    md.inline.ruler.at("link", _when_closed(link))
    md.inline.ruler.at("image", _when_closed(image))
    return md


def prepare(md: MarkdownIt) -> MarkdownIt:
    """Make a parser ready, all its rules being in."""
    assert isinstance(md.inline, Inlines)
    assert isinstance(md.block, Blocks)
    md.inline.prepare()
    md.block.prepare()
    return md


def trigger(md: MarkdownIt, **rules: str) -> None:
    """Say which characters can start the rules of these names."""
    for parser in (md.inline, md.block):
        assert isinstance(parser, Inlines | Blocks)
        names = parser.ruler.get_all_rules()
        parser.triggers.update({name: characters for name, characters in rules.items() if name in names})


def _by_character(
    ruler: Ruler[RuleFunction], triggers: Mapping[str, str], chain: str = ""
) -> tuple[dict[str, list[RuleFunction]], list[RuleFunction]]:
    """Return the rules of a chain for each first character, in order, and those for any other character."""
    wanted = ruler.getRules(chain)
    rules = [
        (name, rule) for name, rule in zip(ruler.get_active_rules(), ruler.getRules(""), strict=True) if rule in wanted
    ]
    characters = {character for name, _ in rules for character in triggers.get(name, "")}
    by_character = {
        character: [rule for name, rule in rules if character in triggers.get(name, character)]
        for character in sorted(characters)
    }
    return by_character, [rule for name, rule in rules if name not in triggers]


def _when_closed(rule: InlineRule) -> InlineRule:
    """Return the rule for a text in brackets, which gives up at once when no `]` follows: they may be many."""
    return lambda state, silent: state.html_terminator_last("]") > state.pos and rule(state, silent)


def _code_span(state: StateInline, silent: bool) -> bool:
    """Read a code span, and note how many line breaks became spaces in it: the lines after it count on."""
    start, before = state.pos, len(state.tokens)
    if not backtick(state, silent):
        return False
    if len(state.tokens) > before and (lines := state.src.count("\n", start, state.pos)):
        state.tokens[-1].meta["lines"] = lines
    return True


def _first(state: StateBlock, line: int) -> str:
    """Return the first character of a line that is not empty."""
    return state.src[state.bMarks[line] + state.tShift[line]]


def _underline(state: StateBlock, line: int) -> str:
    """Return `=` or `-` when the line holds nothing else."""
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip(" \t")
    return text[0] if text[0] in "=-" and not text.strip(text[0]) else ""


def _push(state: StateBlock, underline: str, start: int, end: int) -> None:
    """Add the tokens of lines `start` to `end`: a paragraph, or with the line after them a heading."""
    kind, tag = ("heading", "h1" if underline == "=" else "h2") if underline else ("paragraph", "p")
    state.line = end + bool(underline)
    opening = state.push(f"{kind}_open", tag, 1)
    opening.map, opening.markup = [start, state.line], underline
    text = state.push("inline", "", 0)
    text.content, text.map, text.children = mdTrim(state.getLines(start, end, state.blkIndent, False)), [start, end], []
    state.push(f"{kind}_close", tag, -1).markup = underline


def _report_depth(state: StateBlock, line: int) -> None:
    if (findings := state.env.get("findings")) is not None:
        hint = "the rest of this block would be lost; close some of the quotes or lists around it"
        findings.error(f"quotes and lists stand {NESTING} deep in each other", line, hint)
