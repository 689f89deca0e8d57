"""Two shapes of prose that become ordinary tags: `[typed]{= expression }` and `{% claim a < b %}…{% endclaim %}`.

Both are rewritten while a body is split, so that the template language has nothing new to learn:
a guarded literal becomes `{{ (expression) | guarded("typed") }}`, a claim the pair
`{{ claimed("a < b", (a), "<", (b)) }}…{{ claim_end() }}`.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from generator.data.text import Text as SourceText

GUARD = r"\[(?=[^\[\]\n]{0,120}\]\{=)"  # opens a guarded literal
TYPED = re.compile(r"\[([^\[\]\n]*)\]\{=")
TOKEN = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(<=|>=|==|!=|<|>)|([(\[{])|([)\]}])|(\b(?:and|or|not)\b)"""
)
FOR_SEED = re.compile(r"\s+for\s+seed(?:\s+quorum\s+(\d+))?\s*\Z")
LONGEST = 400  # characters of an expression
GUARD_HINT = "a guarded literal is `[0.37]{= data.x.loss }`"


class Rewritten(NamedTuple):
    """What stands between the braces of a tag instead of what the author wrote."""

    inside: str
    inside_start: int  # offset in the file that position 0 of `inside` stands for
    end: int  # offset behind the author's own words


def guard(source: SourceText, start: int) -> Rewritten:
    """Read the guarded literal whose bracket opens at `start`.

    Raises:
        SiteError: when its brace is never closed.
    """
    found = TYPED.match(source.text, start)
    assert found is not None, "GUARD has looked ahead"
    depth, position = 0, found.end()
    while position < min(len(source.text), found.end() + LONGEST):
        token = TOKEN.match(source.text, position)
        if token and token[1]:
            position = token.end()
            continue
        character = source.text[position]
        if character == "}" and not depth:
            expression = source.text[found.end() : position]
            inside = f"({expression}) | guarded({json.dumps(found[1], ensure_ascii=False)})"
            return Rewritten(inside, found.end() - 1, position + 1)
        depth += (character in "([{") - (character in ")]}")
        position += 1
    raise source.error("`{=` is never closed", found.end() - 2, f"close it with `}}`; {GUARD_HINT}")


def claim(inside: str, inside_start: int) -> tuple[str, int]:
    """Return the printing tag that opens a claim, for the inside of `{% claim … %}`."""
    lead = len(inside) - len(inside.lstrip()) + len("claim")
    expression = inside[lead:]
    seed = FOR_SEED.search(expression)
    if seed:
        expression = expression[: seed.start()]
    each = f', each="{seed[1] or "all"}"' if seed else ""
    told = json.dumps(" ".join(expression.split()), ensure_ascii=False)
    parts = comparisons(expression)
    operands = ", ".join(f'({left}), "{sign}", ({right})' for left, sign, right in parts) or f"({expression})"
    head = f"claimed({told}, "
    return f"{head}{operands}{each})", inside_start + lead - len(head) - 1


def comparisons(expression: str) -> list[tuple[str, str, str]]:
    """Split `a < b and c == d` into its comparisons; nothing where it is made of anything else."""
    depth, start, found = 0, 0, []
    signs: list[tuple[int, re.Match[str]]] = []
    parts = []
    for token in TOKEN.finditer(expression):
        if token[3] or token[4]:
            depth += 1 if token[3] else -1
        elif token[5] and not depth:
            if token[5] != "and":
                return []
            parts.append((start, token.start()))
            start = token.end()
        elif token[2] and not depth:
            signs.append((len(parts), token))
    parts.append((start, len(expression)))
    if [number for number, _ in signs] != list(range(len(parts))):
        return []
    for (first, last), (_, sign) in zip(parts, signs, strict=True):
        found.append((expression[first : sign.start()], sign[2], expression[sign.end() : last]))
    return found
