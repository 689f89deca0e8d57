r"""Words inside formulas: `\text{…}` with formulas inside it, and the names of operators."""

from __future__ import annotations

from collections.abc import Sequence

from generator.render.markup.math_commands import TEXT
from generator.render.markup.math_cursor import Maths
from generator.render.markup.math_tokens import TexError, Tok, is_insert
from generator.render.markup.math_tree import Group, Node, flat, is_space

ESCAPED = {"_": "\\_", "&": "\\&", "#": "\\#", "^": "\\textasciicircum", "\\\\": " "}
QUOTES = (("``", "“"), ("''", "”"), ("---", "—"), ("--", "–"))
ACCENTS = {"\\'", "\\`", "\\^", '\\"', "\\~", "\\=", "\\.", "\\c", "\\H", "\\u", "\\v", "\\r"}
REFERENCES = {"\\ref", "\\eqref"}
OPENS_MATH = {"$": "$", "\\(": "\\)"}
UPRIGHT = {"\\mathrm", "\\text", "\\textrm", "\\rm"}
SWITCHES = {"\\rm", "\\it", "\\bf", "\\sf", "\\tt"}  # without a group to end in
SPACES = {"\\,": "\u2009", "\\;": "\u2005", "\\:": "\u205f", "\\ ": "\u00a0", "~": "\u00a0", "\\!": "", " ": ""}


def write(maths: Maths, command: Tok, nodes: Sequence[Node]) -> list[Tok]:
    """Return `\\text{…}` or alike as tokens; formulas in it come out between two texts.

    Raises:
        TexError: when a formula inside does not end.
    """
    pieces: list[list[Tok]] = []
    words: list[Tok] = []
    ahead = list(nodes)[::-1]
    while ahead:
        node = ahead.pop()
        if isinstance(node, Group):
            if node.kind != "{":
                raise TexError(node.at, f"a formula stands inside `{command.text}`", "write `$…$` around it")
            ahead.extend(reversed(node.children))
        elif node.text in OPENS_MATH:
            pieces += [_text(command, words)] if words else []
            pieces.append(maths.braced(_formula(ahead, node), node.at))
            words = []
        elif node.text in TEXT and _holds_math(ahead):
            pieces += [_text(command, words)] if words else []
            pieces.append(write(maths, node, _argument(ahead)))
            words = []
        elif node.text in REFERENCES:
            words.append(maths.reference(node, _argument(ahead)))
        elif node.text in TEXT or node.text in ACCENTS:
            argument = write(maths, node, _argument(ahead)) if node.text in TEXT else _accent(ahead, node)
            words += argument
        elif node.text not in SWITCHES:
            if not is_insert(node.text) and node.text not in ESCAPED:
                maths.check_known(node)
            words.append(Tok(ESCAPED.get(node.text, node.text), node.at))
    if words or not pieces:
        pieces.append(_text(command, words))
    if len(pieces) == 1:
        return pieces[0]
    return [Tok("{", command.at), *(token for piece in pieces for token in piece), Tok("}", command.at)]


def operator_name(nodes: Sequence[Node]) -> list[Tok]:
    """Return the name of an operator as tokens, or nothing when it is not made of letters."""
    written: list[Tok] = []
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, Group):
            if node.kind != "{":
                return []
            stack.extend(reversed(node.children))
        elif node.text in UPRIGHT or SPACES.get(node.text) == "":
            continue
        elif node.text in SPACES:
            written.append(Tok(SPACES[node.text], node.at))
        elif node.text.isalnum() or node.text in {*"-'*./"} or is_insert(node.text):
            written.append(Tok("\u2010", node.at) if node.text == "-" else node)  # a hyphen, not a minus sign
        else:
            return []
    if any(is_insert(token.text) for token in written):
        at = written[0].at
        return [Tok("\\text", at), Tok("{", at), *written, Tok("}", at)]
    return written


def _argument(ahead: list[Node]) -> Sequence[Node]:
    """Take the next argument: what braces hold, or one node."""
    while ahead and is_space(ahead[-1]):
        ahead.pop()
    if not ahead:
        return ()
    node = ahead.pop()
    return node.children if isinstance(node, Group) else (node,)


def _accent(ahead: list[Node], accent: Tok) -> list[Tok]:
    return [accent, Tok("{", accent.at), *flat(_argument(ahead)), Tok("}", accent.at)]


def _holds_math(ahead: Sequence[Node]) -> bool:
    following = next((node for node in reversed(ahead) if not is_space(node)), None)
    return isinstance(following, Group) and any(token.text in OPENS_MATH for token in flat(following.children))


def _formula(ahead: list[Node], opening: Tok) -> list[Node]:
    """Take the nodes of a formula inside text."""
    nodes: list[Node] = []
    while ahead:
        node = ahead.pop()
        if isinstance(node, Tok) and node.text == OPENS_MATH[opening.text]:
            return nodes
        nodes.append(node)
    raise TexError(opening.at, f"the `{opening.text}` inside this text is never closed")


def _text(command: Tok, words: Sequence[Tok]) -> list[Tok]:
    return [command, Tok("{", command.at), *_typographic(words), Tok("}", command.at)]


def _typographic(words: Sequence[Tok]) -> list[Tok]:
    """Return words with TeX's quotes and dashes as the characters they mean."""
    written: list[Tok] = []
    index = 0
    while index < len(words):
        for ascii_form, character in QUOTES:
            if [word.text for word in words[index : index + len(ascii_form)]] == [*ascii_form]:
                written.append(Tok(character, words[index].at))
                index += len(ascii_form)
                break
        else:
            if words[index].text == " " and index and words[index - 1].text.startswith("\\"):
                written += [Tok("{", words[index].at), Tok("}", words[index].at)]  # or the space would go
            written.append(words[index])
            index += 1
    return written
