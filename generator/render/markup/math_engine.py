"""math-core, called so that it can neither hang nor crash the process, and its MathML made ours.

It recurses over sums, brackets and switches as well as over groups, so it runs on a deep stack of its
own. What it says is kept for the whole process: most formulas of a site are seen again on every build.
"""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Sequence

from math_core import LatexError, LatexToMathML

from generator.errors import did_you_mean
from generator.render.markup.math_commands import COLOURS
from generator.render.markup.math_tokens import INSERT, Insert, Spelling, TexError, insert_of

STACK = 64 * 2**20  # bytes; reserved, and used only by formulas that need it
KEPT = 20_000  # answers
DEEPEST_OUTPUT = 250  # nested elements; browsers flatten what lies deeper than 512
LONG = 3000  # characters of MathML; shorter cannot be that deep

ENCLOSED = {
    "box": "boxed",
    "updiagonalstrike": "cancel",
    "downdiagonalstrike": "cancel falling",
    "updiagonalstrike downdiagonalstrike": "cancel crossed",
}
MENCLOSE = re.compile(r'<menclose notation="([^"]*)">')
STRIKE = re.compile(r'<mrow class="menclose-\w+"></mrow>')
TORN = re.compile("[\ufdd8-\ufdef]")  # a part of an insert without the rest of it
TAG = re.compile(r"<(/?)[a-z]+[^>]*?(/?)>")
REWORDED = (
    (r"Expected argument but .*", "something is missing here", ""),
    (r"Duplicate subscript or superscript\.", "two subscripts or two superscripts on one symbol", "`{x_a}_b`"),
    (r"'\^' or '_' directly followed.*", "two of `^`, `_` and `'` in a row", "write braces around one of them"),
    (r"Found \"&\".*", "`&` stands outside columns", "write `\\begin{aligned}` … `\\end{aligned}` around the rows"),
    (r"There must be a parenthesis after \"(.*?)[,\"].*", "`{0}` needs a delimiter after it", "such as `(` or `.`"),
    (r"Found \"\\h\[dash\]line\".*", "a line of a table stands outside an array, or not at the start of a row", ""),
    (
        r"Found \"(.*?)\", which may only appear after \\int.*",
        "`{0}` needs a large operator before it",
        "such as `\\sum`",
    ),
    (r"Found \"(.*?)\", which may only appear (.*)\.", "`{0}` may only stand {1}", ""),
    (r"Not valid in text mode\.", "`{token}` cannot stand in text", "write `$…$` around it"),
    (r"Not valid in math mode\.", "`{token}` can only stand in `\\text{{…}}`", ""),
    (r"Expected length with units, found \"(.*)\"\.", "`{0}` is not a length", "such as `1em` or `3mu`"),
    (r"Expected a relation after \\not\.", "`\\not` needs a relation after it", "such as `\\not\\in`"),
    (r"Expected a large operator\.", "`\\sideset` needs a large operator after it", "such as `\\sum`"),
    (r"Disallowed character in text group: '(.*)'\.", "the character `{0}` cannot stand here", ""),
    (r"Found more than one infix fraction.*", "two of `\\over`, `\\atop`, `\\choose` in one group", "`{a \\over b}`"),
    (r"Could not extract text from.*", "the name of an operator is letters", "`\\operatorname{softmax}`"),
    (r"Expected non-special ASCII characters.*", "`{token}` needs plain letters or digits in its braces", ""),
    (r"Hard limit exceeded.*", "this formula has too many rows or columns", ""),
)

# A bar over or under a formula: math-core's is a combining character, which browsers set off centre.
LOW_LINE, OVERLINE = '<mo stretchy="true">\u0332</mo>', '<mo stretchy="true">\u203e</mo>'

# How a delimiter that nothing closes went in.
OPERATOR = re.compile(f'<mpadded style="padding-left:0;padding-right:0;"><mtext>({INSERT.pattern})</mtext></mpadded>')

_answers: dict[tuple[str, bool], str | LatexError] = {}
_one_at_a_time = threading.Lock()
_converter = LatexToMathML(fancy_error=False, allow_unreliable_rendering=True)


def convert_all(formulas: Sequence[tuple[str, bool]]) -> list[str | LatexError]:
    """Return MathML, or the complaint, for each (TeX, display)."""
    new = [formula for formula in dict.fromkeys(formulas) if formula not in _answers]
    if new:
        if len(_answers) + len(new) > KEPT:
            _answers.clear()
            new = list(dict.fromkeys(formulas))
        _on_deep_stack(new)
    return [_answers[formula] for formula in formulas]


def finish(mathml: str, inserts: Sequence[Insert], tex: str) -> str:
    """Return MathML Core with our classes, with `tex` for copying, and with values and links put in.

    Raises:
        TexError: when it is too deep for a browser, or a value stands where none can.
    """
    if len(mathml) > LONG and _depth(mathml) > DEEPEST_OUTPUT:
        raise TexError(0, "this formula is nested too deep for a browser")
    if TORN.search(INSERT.sub("", mathml)):
        raise TexError(0, "a value stands where only letters can", "put it into `\\text{…}`")
    if "<menclose" in mathml:
        mathml = MENCLOSE.sub(lambda match: f'<mrow class="{ENCLOSED.get(match[1], match[1])}">', mathml)
        mathml = STRIKE.sub("", mathml).replace("</menclose>", "</mrow>")
    mathml = mathml.replace("&ApplyFunction;", "\u2061").replace(LOW_LINE, OVERLINE)
    mathml = OPERATOR.sub(lambda match: _operator(match, inserts), mathml)
    finished = INSERT.sub(lambda match: insert_of(match[0], inserts).html, mathml)
    return f'<math alttext="{html.escape(tex)}"{finished.removeprefix("<math")}'


def complaint(error: LatexError, spelling: Spelling) -> TexError:
    """Return what math-core says in the words of this project, at its place in the author's TeX."""
    offset, _, message = str(error).partition(": ")
    token = spelling.token_at(int(offset))
    if colour := re.fullmatch(r'Unknown color "(.*)"\.', message):
        return TexError(token.at, f"`{colour[1]}` is not a colour we know", did_you_mean(colour[1], COLOURS))
    for pattern, what, hint in REWORDED:
        if match := re.fullmatch(pattern, message):
            return TexError(token.at, what.format(*match.groups(), token=token.text), hint)
    return TexError(token.at, message[:1].lower() + message[1:].rstrip("."))


def _on_deep_stack(formulas: Sequence[tuple[str, bool]]) -> None:
    with _one_at_a_time:
        before = threading.stack_size(STACK)
        try:
            thread = threading.Thread(target=_convert, args=(formulas,))
            thread.start()
        finally:
            threading.stack_size(before)
        thread.join()


def _convert(formulas: Sequence[tuple[str, bool]]) -> None:
    for tex, display in formulas:
        try:
            _answers[tex, display] = _converter.convert_with_local_state(tex, displaystyle=display)
        except LatexError as error:
            _answers[tex, display] = error


def _operator(match: re.Match[str], inserts: Sequence[Insert]) -> str:
    found = insert_of(match[1], inserts)
    return found.html if found.is_operator else match[0]


def _depth(mathml: str) -> int:
    depth = deepest = 0
    for match in TAG.finditer(mathml):
        depth += -1 if match[1] else 0 if match[2] else 1
        deepest = max(deepest, depth)
    return deepest
