"""Code to coloured HTML: Pygments' lexers, a lean loop around them, and the style sheet that goes with it.

Pygments tries the rules of a lexer's state one by one. Here the rules of a state are one regular
expression, in their order, which finds the same tokens in half the time. A lexer that is made otherwise
runs as it is.
"""

from __future__ import annotations

import functools
import html
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pygments.lexer import Lexer, RegexLexer
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.style import StyleMeta
from pygments.styles import STYLE_MAP, get_style_by_name
from pygments.token import STANDARD_TYPES, Error, Name, Text, Whitespace, _TokenType

PLAIN = frozenset({"", "text", "txt", "plain", "plaintext", "none", "output", "mermaid"})
ALIASES = {"jsonc": "json", "json5": "json", "ipython": "python", "ipython3": "python", "shellsession": "console"}
# Names, punctuation and space keep the colour of the text, and half of all tokens need no tag.
UNCOLOURED = frozenset({"", "n", "nn", "nx", "p", "w", "x", "esc", "err"})
# What cannot stand in a larger expression: references to groups by number or name, and flags of its own.
NOT_JOINABLE = re.compile(r"\\[1-9]|\(\?P[<=]|\(\?\(|\(\?[aiLmsux-]+[):]")
ON_THE_PAGE = frozenset({"xcode", "lightbulb"})  # styles of the theme's own, on its own grounds
STRUCTURE = """\
.hl .hll { display: block; background: var(--wash) }
.hl .numbered { counter-reset: line }
.hl .numbered .line::before {
  counter-increment: line; content: counter(line);
  display: inline-block; width: 2.5em; margin-inline-end: 1em; text-align: end; color: var(--muted);
}
"""
# Diffs and sessions, where a style leaves them without colour.
SPARE = {
    "gd": "color: var(--bad)",
    "gi": "color: var(--good)",
    "gh": "font-weight: bold",
    "gu": "color: var(--muted)",
    "gp": "color: var(--muted)",
    "go": "color: var(--muted)",
    "ge": "font-style: italic",
    "gs": "font-weight: bold",
}

Match = Callable[[str, int], re.Match[str] | None]
Rule = tuple[Match, Any, Any]  # Pygments' own: expression, token type or callback, change of state


@dataclass(frozen=True)
class Join:
    """Rules of a lexer's state that are tried together."""

    match: Match
    rule: Rule | None  # the rule, when there is only one
    by_group: dict[int, Rule]  # else the rule for each group that can be the last to match


def known(language: str) -> bool:
    """Tell whether code of this language can be coloured, or needs no colour."""
    return language in PLAIN or language in ALIASES or language in languages()


@functools.cache
def languages() -> frozenset[str]:
    """Return every name Pygments itself has for a language; plugins on this machine do not count."""
    return frozenset(alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)


@functools.lru_cache(maxsize=4096)
def highlight(language: str, code: str) -> str:
    """Return code as HTML with a `<span>` around each run of one colour."""
    return "".join(_span(kind, text) for kind, text in _runs(_tokens(language, code)))


def highlight_lines(language: str, code: str) -> list[str]:
    """Return code as HTML line by line, without the line breaks; no `<span>` runs over the end of a line."""
    lines = [""]
    for kind, text in _runs(_tokens(language, code)):
        first, *others = text.split("\n")
        lines[-1] += _span(kind, first)
        lines += [_span(kind, line) for line in others]
    return lines[:-1] if code.endswith("\n") else lines


def styles() -> list[str]:
    """Return the names of Pygments' own styles."""
    return sorted(STYLE_MAP)


def code_css(light: str = "xcode", dark: str = "lightbulb") -> str:
    """Return the style sheet of two Pygments styles: the first by day, the second in the dark.

    Regenerate the theme's own with `python -m generator.render.markup.highlight > generator/theme/static/code.css`.
    """
    by_media = "".join(f"  {line}\n" for line in _dark_sheet(dark, ':root:not([data-theme="light"]) '))
    return (
        f"/* Colours of code: `{light}` and `{dark}`, written by generator/render/markup/highlight.py. */\n\n"
        + f"{STRUCTURE}\n"
        + "\n".join(_sheet(light))
        + f"\n\n@media (prefers-color-scheme: dark) {{\n{by_media}}}\n\n"
        + "\n".join(_dark_sheet(dark, ':root[data-theme="dark"] '))
        + "\n"
    )


def _tokens(language: str, code: str) -> list[tuple[_TokenType, str]]:
    """Cut code into tokens; some lexers lose characters, and then the code is shown without colours."""
    if language in PLAIN or not known(language):
        return [(Text, code)]
    tokens = list(_reader(language)(code))
    return tokens if "".join(text for _, text in tokens) == code else [(Text, code)]


def _span(kind: str, text: str) -> str:
    escaped = html.escape(text, quote=False)
    return f'<span class="{kind}">{escaped}</span>' if kind and text else escaped


def _runs(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[str, str]]:
    """Yield pieces of text with their class, neighbours of one class together."""
    current, texts = "", list[str]()
    for kind, text in tokens:
        name = _class(kind)
        if name != current:
            yield current, "".join(texts)
            current, texts = name, []
        texts.append(text)
    yield current, "".join(texts)


@functools.cache
def _class(kind: _TokenType) -> str:
    """Return the short class name of a token type, or of the nearest one above that has a name."""
    nearest = kind
    while nearest not in STANDARD_TYPES and nearest.parent is not None:
        nearest = nearest.parent
    name = STANDARD_TYPES.get(nearest, "")
    return "" if name in UNCOLOURED else name


@functools.cache
def _reader(language: str) -> Callable[[str], Iterator[tuple[_TokenType, str]]]:
    """Return the function that cuts code of a language into tokens."""
    lexer: Lexer = get_lexer_by_name(ALIASES.get(language, language), stripnl=False)
    if type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed:
        states = {name: _join(rules) for name, rules in lexer._tokens.items()}  # type: ignore[attr-defined]
        return functools.partial(_read, lexer, states)
    return lambda code: ((kind, text) for _, kind, text in lexer.get_tokens_unprocessed(code))


def _join(rules: list[Rule]) -> list[Join]:
    """Put neighbouring rules of a state into one expression each."""
    joins = []
    for key, group in itertools.groupby(enumerate(rules), key=_joining):
        together = [rule for _, rule in group]
        if isinstance(key, tuple):
            joins.append(Join(together[0][0], together[0], {}))
            continue
        group_numbers = itertools.accumulate((1 + _pattern(rule).groups for rule in together), initial=1)
        whole = "|".join(f"({_pattern(rule).pattern})" for rule in together)
        by_group = dict(zip(group_numbers, together, strict=False))  # one number more than rules
        joins.append(Join(re.compile(whole, key).match, None, by_group))
    return joins


def _joining(numbered: tuple[int, Rule]) -> int | tuple[int]:
    """Return a key that rules which may stand in one expression share: their flags, or a number of their own."""
    pattern = _pattern(numbered[1])
    return (numbered[0],) if NOT_JOINABLE.search(pattern.pattern) else pattern.flags


def _pattern(rule: Rule) -> re.Pattern[str]:
    return rule[0].__self__  # type: ignore[attr-defined, no-any-return]


def _read(lexer: Lexer, states: dict[str, list[Join]], code: str) -> Iterator[tuple[_TokenType, str]]:
    """Cut code into tokens as RegexLexer.get_tokens_unprocessed does."""
    position, stack, joins = 0, ["root"], states["root"]
    while True:
        for join in joins:
            match = join.match(code, position)
            if match is None:
                continue
            first, action, change = join.rule or join.by_group[match.lastindex or 0]
            if type(action) is _TokenType:
                yield action, match[0]
            elif action is not None:  # a callback counts the groups of its own rule
                yield from ((kind, text) for _, kind, text in action(lexer, first(code, position)))
            position = match.end()
            if change is not None:
                _change(stack, change)
                joins = states[stack[-1]]
            break
        else:
            if position >= len(code):
                return
            if code[position] == "\n":
                stack, joins = ["root"], states["root"]
            yield (Whitespace if code[position] == "\n" else Error), code[position]
            position += 1


def _change(stack: list[str], change: tuple[str, ...] | int | str) -> None:
    """Move to other states; the last one always stays."""
    if isinstance(change, int):
        del stack[max(1, len(stack) + change) :]
        return
    for state in (change,) if isinstance(change, str) else change:
        if state == "#push":
            stack.append(stack[-1])
        elif state != "#pop":
            stack.append(state)
        elif len(stack) > 1:
            stack.pop()


def _rules(style: StyleMeta) -> dict[str, str]:
    """Return the declarations of each class that looks different from plain code."""
    rules, plain = {}, _text_colour(style)
    for kind, name in STANDARD_TYPES.items():
        here = style.style_for_token(kind)
        declarations = [
            f"color: #{here['color'].lower()}" if here["color"] and here["color"] != plain else "",
            f"background: #{here['bgcolor'].lower()}" if here["bgcolor"] else "",
            "font-weight: bold" if here["bold"] else "",
            "font-style: italic" if here["italic"] else "",
            "text-decoration: underline" if here["underline"] else "",
        ]
        if name not in UNCOLOURED and (text := "; ".join(filter(None, declarations)) or SPARE.get(name, "")):
            rules[name] = text
    return rules


def _sheet(name: str, prefix: str = "") -> list[str]:
    """Write a style as CSS, one line for each set of declarations."""
    style = get_style_by_name(name)
    classes: dict[str, list[str]] = {}
    for short, declarations in _rules(style).items():
        classes.setdefault(declarations, []).append(f".{short}")
    if name in ON_THE_PAGE:
        block = f"{prefix}.hl {{ background: var(--sunken); color: var(--ink) }}"
    else:
        block = f"{prefix}.hl {{ background: {style.background_color}; color: #{_text_colour(style)} }}"
    return [block, *(f"{prefix}.hl :is({', '.join(names)}) {{ {text} }}" for text, names in classes.items())]


def _dark_sheet(name: str, prefix: str) -> list[str]:
    """Write a style over another one: what it does not name is plain."""
    first, *others = _sheet(name, prefix)
    return [first, f"{prefix}.hl span {{ color: inherit; font-weight: inherit; font-style: inherit }}", *others]


def _text_colour(style: StyleMeta) -> str:
    colour = style.style_for_token(Text)["color"] or style.style_for_token(Name)["color"]
    return (colour or "000000").lower()


if __name__ == "__main__":
    sys.stdout.write(code_css())
