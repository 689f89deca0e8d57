r"""TeX macros: those of the site, those a page defines, and usual commands that math-core lacks.

All are expanded here, under a budget, before math-core sees anything: its own expansion can be made to
run for ever, and could nest formulas deeper than its stack. A definition holds to the end of its page.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.render.markup.math_commands import KNOWN
from generator.render.markup.math_tokens import TexError, Tok, is_word, lex
from generator.render.markup.math_tree import Stream

MOST = 20_000  # tokens that the macros of one formula may make
TAKES_ONE = "#9"  # the meaning of a command that takes an argument and says nothing
BUILT_IN = {
    "dotsc": r"\ldots",
    "dotso": r"\ldots",
    "dotsb": r"\cdots",
    "dotsm": r"\cdots",
    "dotsi": r"\cdots",
    "mathellipsis": r"\ldots",
    "pmb": r"\boldsymbol{#1}",
    "mathbbm": r"\mathbb{#1}",
    "mathds": r"\mathbb{#1}",
    "mathnormal": "#1",
    "mathsfit": r"\mathsf{#1}",
    "boldmath": "",
    "mathclap": "#1",
    "mathllap": "#1",
    "mathrlap": "#1",
    "href": "#2",
    "htmlId": "#2",
    "htmlClass": "#2",
    "htmlStyle": "#2",
    "htmlData": "#2",
    "class": "#2",
    "cssId": "#2",
    "style": "#2",
    "url": r"\texttt{#1}",
    "require": TAKES_ONE,
    "cr": r"\\",
    "tabularnewline": r"\\",
    "allowbreak": "",
    "nobreak": "",
    "centerdot": r"\cdot",
    "sdot": r"\cdot",
    "mapsfrom": r"\leftarrow\mathrel{|}",
    "thicksim": r"\sim",
    "thickapprox": r"\approx",
    "smallsetminus": r"\setminus",
    "varpropto": r"\propto",
    "shortmid": r"\mid",
    "nshortmid": r"\nmid",
    "shortparallel": r"\parallel",
    "nshortparallel": r"\nparallel",
    "smallint": r"{\textstyle\int}",
    "intop": r"\int",
    "enskip": r"\enspace",
    "nicefrac": r"{}^{#1}\!/\!{}_{#2}",
    "sfrac": r"{}^{#1}\!/\!{}_{#2}",
    "varlimsup": r"\mathop{\overline{\mathrm{lim}}}",
    "varliminf": r"\mathop{\underline{\mathrm{lim}}}",
    "bbone": r"\mathbb{1}",
    "indep": r"\perp\!\!\!\perp",
    "ordinarycolon": ":",
    "ensuremath": "#1",
    "cancelto": r"\overset{#1}{\cancel{#2}}",
    "noindent": "",
    "vspace": TAKES_ONE,
    "TeX": r"\text{TeX}",
    "LaTeX": r"\text{LaTeX}",
    "toprule": r"\hline",
    "midrule": r"\hline",
    "bottomrule": r"\hline",
    "cline": TAKES_ONE,
    "mbox": r"\text{#1}",
    "hbox": r"\text{#1}",
    "textnormal": r"\text{#1}",
    "textup": r"\textrm{#1}",
    "textmd": r"\textrm{#1}",
    "newline": r"\\",
    "bgroup": r"\begingroup",
    "egroup": r"\endgroup",
}
# Sizes of type: a formula has that of its text.
BUILT_IN |= dict.fromkeys("tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge".split(), "")
DEFINING = {"\\newcommand", "\\renewcommand", "\\providecommand", "\\DeclareMathOperator"}
PLAIN_DEFINING = {"\\def", "\\gdef", "\\edef", "\\xdef"}
PREFIXES = {"\\global", "\\long"}


@dataclass(frozen=True)
class Macro:
    """What a command stands for."""

    body: tuple[Tok, ...]
    arguments: int = 0
    default: tuple[Tok, ...] | None = None  # of the first argument, when that is optional

    def fill(self, arguments: Sequence[Sequence[Tok]], at: int) -> list[Tok]:
        """Return the meaning of one call, its own tokens standing where the call stands."""
        tokens: list[Tok] = []
        body = iter(self.body)
        for token in body:
            if token.text == "#":
                following = next(body).text
                tokens.extend(arguments[int(following) - 1] if following.isdigit() else [Tok("#", at)])
            else:
                tokens.append(Tok(token.text, at))
        return tokens

    def size(self, arguments: Sequence[Sequence[Tok]]) -> int:
        """Return how many tokens a call makes, without making them."""
        names = [token.text for token in self.body]
        used = (int(name) for sign, name in itertools.pairwise(names) if sign == "#" and name.isdigit())
        return 1 + len(names) + sum(len(arguments[number - 1]) for number in used)


def read_macros(definitions: Mapping[str, str]) -> tuple[dict[str, Macro], list[tuple[str, str]]]:
    """Return the macros of a site by command, and (name, what is wrong) of those that cannot be used."""
    macros: dict[str, Macro] = {}
    wrong = []
    for name, meaning in definitions.items():
        command = name if name.startswith("\\") else f"\\{name}"
        try:
            if not is_word(command) or len(lex(command, (), [])) != 1:
                raise TexError(0, "the name of a macro is letters alone, such as `\\R`")
            body = lex(meaning, (), [])
            _check_braces(body)
            macros[command] = make(Tok(command, 0), body, _highest(body))
        except TexError as error:
            wrong.append((name, error.what))
    return macros, wrong


def make(name: Tok, body: Sequence[Tok], arguments: int, default: Sequence[Tok] | None = None) -> Macro:
    """Return a macro.

    Raises:
        TexError: when its body uses an argument it does not take.
    """
    signs = [index for index, token in enumerate(body) if token.text == "#"]
    skipped = -1
    for index in signs:
        following = body[index + 1].text if index + 1 < len(body) else ""
        if index == skipped:
            continue
        if following == "#":
            skipped = index + 1  # `##`: a sign for a macro defined inside this one
        elif following not in {*"123456789"}:
            raise TexError(body[index].at, f"`#` in `{name.text}` needs a number from 1 to 9 after it")
        elif int(following) > arguments:
            raise TexError(body[index].at, f"`#{following}` stands in `{name.text}`, which takes {arguments}")
    return Macro(tuple(body), arguments, None if default is None else tuple(default))


def expand(tokens: Sequence[Tok], macros: dict[str, Macro]) -> list[Tok]:
    """Return tokens without macros and without definitions; what they define is added to `macros`.

    Raises:
        TexError: when an argument is missing, a definition is not one, or macros grow without end.
    """
    stream, expanded, made = Stream(tokens), [], 0
    while stream:
        token = stream.take()
        if token.text in DEFINING or token.text in PLAIN_DEFINING or token.text == "\\let":
            _define(token, stream, macros)
        elif token.text in PREFIXES:
            continue
        elif macro := macros.get(token.text):
            arguments = _arguments(token, macro, stream)
            made += macro.size(arguments)
            if made > MOST:
                raise TexError(token.at, f"`{token.text}` expands without end")
            stream.put_back(macro.fill(arguments, token.at))
        else:
            expanded.append(token)
    return expanded


def built_in() -> dict[str, Macro]:
    """Return the commands that are only other words for what math-core knows."""
    macros = {}
    for name, meaning in BUILT_IN.items():
        body = lex(meaning, (), [])
        if meaning == TAKES_ONE:
            macros[f"\\{name}"] = Macro((), 1)
        else:
            macros[f"\\{name}"] = make(Tok(name, 0), body, _highest(body))
    macros["\\smash"] = Macro((Tok("#", 0), Tok("2", 0)), 2, default=())  # `\\smash[b]{x}`
    return macros


def _arguments(name: Tok, macro: Macro, stream: Stream) -> list[list[Tok]]:
    arguments = []
    if macro.default is not None:
        given = stream.optional()
        arguments.append(list(macro.default) if given is None else given)
    while len(arguments) < macro.arguments:
        if stream.peek() in {"", "}", "&", "\\\\"}:
            many = f"{macro.arguments} argument{'s' if macro.arguments > 1 else ''}"
            raise TexError(name.at, f"`{name.text}` takes {many}, and {len(arguments)} follow")
        arguments.append(stream.argument(name))
    return arguments


def _define(command: Tok, stream: Stream, macros: dict[str, Macro]) -> None:
    """Read one definition."""
    if command.text in PLAIN_DEFINING or command.text == "\\let":
        stream.skip_spaces()
        name = stream.take() if stream else command
    else:
        if stream.peek() == "*":
            stream.take()
        name = next(iter(token for token in stream.argument(command) if token.text != " "), command)
    if name is command or not name.text.startswith("\\"):
        raise TexError(command.at, f"`{command.text}` needs the name of a command after it, such as `\\R`")
    if command.text == "\\let":
        if stream.peek() == "=":
            stream.take()
        meaning = stream.argument(command)
        macros[name.text] = macros.get(meaning[0].text if meaning else "") or Macro(tuple(meaning))
    elif command.text == "\\DeclareMathOperator":
        body = [Tok("\\operatorname", name.at), Tok("{", name.at), *stream.argument(command), Tok("}", name.at)]
        macros[name.text] = make(name, body, 0)
    elif command.text in PLAIN_DEFINING:
        macros[name.text] = make(name, *_plain_definition(command, stream))
    else:
        count = "".join(token.text for token in stream.optional() or ()).strip() or "0"
        if count not in {*"0123456789"}:
            raise TexError(command.at, f"a macro takes up to 9 arguments, not `{count}`")
        default = stream.optional() if count != "0" else None
        macro = make(name, stream.argument(command), int(count), default)
        if command.text != "\\providecommand" or name.text not in KNOWN | macros.keys():
            macros[name.text] = macro


def _plain_definition(command: Tok, stream: Stream) -> tuple[list[Tok], int]:
    """Return the body of a `\\def` and how many arguments it takes."""
    count = 0
    while stream.peek() == "#":
        stream.take()
        count += 1
        if not stream or stream.take().text != str(count):
            raise TexError(command.at, f"the arguments of `{command.text}` count up: `#1#2`")
    if stream.peek() != "{":
        raise TexError(command.at, f"only `#1#2…` can stand between the name and the braces of `{command.text}`")
    return stream.argument(command), count


def _highest(body: Sequence[Tok]) -> int:
    """Return the highest argument a body uses."""
    names = [token.text for token in body]
    return max((int(n) for sign, n in itertools.pairwise(names) if sign == "#" and n.isdigit()), default=0)


def _check_braces(body: Sequence[Tok]) -> None:
    depth = 0
    for token in body:
        depth += (token.text == "{") - (token.text == "}")
        if depth < 0:
            raise TexError(token.at, "a `}` closes nothing")
    if depth:
        raise TexError(0, "a `{` is never closed")
