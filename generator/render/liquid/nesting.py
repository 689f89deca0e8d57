"""Check that the tags of a Liquid body are known, and that its blocks open and close each other."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from generator.errors import did_you_mean
from generator.render.liquid.split import LITERAL_HINT, Mistake, Split

DEEPEST = 30  # blocks inside blocks
BRANCHES: dict[str, Collection[str]] = {  # block tag -> the tags that divide it
    "if": ("elsif", "else"),
    "unless": ("elsif", "else"),
    "case": ("when", "else"),
    "for": ("else",),
    "tablerow": (),
    "capture": (),
    "ifchanged": (),
    "highlight": (),
}
SINGLE = {
    *("assign", "break", "continue", "cycle", "decrement", "echo", "include", "include_cached", "include_relative"),
    *("increment", "link", "post_url", "raw", "render"),
}
ELSEWHERE = {
    "endraw": "`raw` opens what `endraw` closes",
    "endcomment": "`comment` opens what `endcomment` closes",
    "elseif": "write `elsif`",
    "elif": "write `elsif`",
    "set": "write `{% assign x = 1 %}`, or say `templating: jinja`",
    "seo": "the theme writes the head of a page: take the tag out",
    "feed_meta": "the theme writes the head of a page: take the tag out",
    "claim": "claims and guarded literals are written in Jinja bodies: say `templating: jinja`",
    "paginate": "lists of posts are made by the theme",
    "block": "layouts are in `site/templates`",
    "extends": "layouts are in `site/templates`",
    "layout": "layouts are in `site/templates`",
}


class _Open(NamedTuple):
    name: str
    offset: int


class _Stack:
    """The blocks that are open, and how many of each name."""

    def __init__(self) -> None:
        self.blocks: list[_Open] = []
        self.names: Counter[str] = Counter()

    def push(self, name: str, offset: int) -> None:
        self.blocks.append(_Open(name, offset))
        self.names[name] += 1

    def pop(self) -> _Open:
        block = self.blocks.pop()
        self.names[block.name] -= 1
        return block


def check_nesting(parts: Split, plugins: Mapping[str, bool]) -> list[Mistake]:
    """Return what is wrong with the block tags; `plugins` says of each plugin tag whether it has an end."""
    branches = {**BRANCHES, **{name: () for name, is_block in plugins.items() if is_block}}
    known = {*branches, *SINGLE, *plugins}
    mistakes: list[Mistake] = []
    stack = _Stack()
    for token, after in pairwise([*parts.tokens, None]):
        if token is None or token.kind != TOKEN_TAG:
            continue
        name, offset = token.value, token.start_index
        if name in branches:
            stack.push(name, offset)
            if len(stack.blocks) == DEEPEST + 1:
                mistakes.append(Mistake(f"blocks stand more than {DEEPEST} deep inside each other", offset))
        elif name.startswith("end") and name[3:] in branches:
            mistakes += _close(stack, name, offset, parts)
        elif any(name in inner for inner in branches.values()):
            if not stack.blocks or name not in branches[stack.blocks[-1].name]:
                mistakes.append(_stray(name, stack.blocks, offset))
            elif _span(parts, offset) != _span(parts, stack.blocks[-1].offset):
                mistakes.append(_apart(name, stack.blocks[-1], offset))
            elif name == "else" and after and after.kind == TOKEN_EXPRESSION:
                what = f"`else` asks nothing: `{after.value[:40]}` is not read"
                mistakes.append(Mistake(what, offset, "write `elsif`", "warning"))
        elif name not in known:
            hint = ELSEWHERE.get(name) or did_you_mean(name, sorted({*known, *(f"end{block}" for block in branches)}))
            mistakes.append(Mistake(f"there is no tag named `{name}`", offset, hint or LITERAL_HINT))
    for opened in stack.blocks:
        hint = f"write `{{% end{opened.name} %}}` where it ends"
        mistakes.append(Mistake(f"`{opened.name}` is never closed", opened.offset, hint))
    return mistakes


def _close(stack: _Stack, name: str, offset: int, parts: Split) -> list[Mistake]:
    """Take the block off the stack that a tag closes, and name those between that are still open."""
    opened = name[3:]
    if not stack.names[opened]:
        return [Mistake(f"`{name}` closes nothing: there is no open `{opened}` before it", offset)]
    mistakes, text = [], parts.tokens[0].source
    while (block := stack.pop()).name != opened:
        line = text.count("\n", 0, offset) - text.count("\n", 0, block.offset)
        where = f", {line} line{'s' if line != 1 else ''} below," if line else ""
        what = f"`{block.name}` is still open where `{name}`{where} closes the `{opened}` around it"
        mistakes.append(Mistake(what, block.offset, f"write `{{% end{block.name} %}}` before it"))
    if _span(parts, offset) != _span(parts, block.offset):
        mistakes.append(_apart(name, block, offset))
    return mistakes


def _span(parts: Split, offset: int) -> int:
    """Return which `{% liquid %}` an offset stands in; -1 for none."""
    index = bisect.bisect_right(parts.spans, (offset, len(parts.tokens[0].source))) - 1
    return index if index >= 0 and offset < parts.spans[index][1] else -1


def _apart(name: str, block: _Open, offset: int) -> Mistake:
    """Say that a block goes on beyond the edge of a `{% liquid %}`."""
    what = f"`{name}` and its `{block.name}` do not stand in the same `liquid`"
    return Mistake(what, offset, "begin and end a block in one `{% liquid %}`")


def _stray(name: str, stack: Sequence[_Open], offset: int) -> Mistake:
    """Say why a dividing tag cannot stand where it stands."""
    owners = " or ".join(f"`{block}`" for block, inner in BRANCHES.items() if name in inner)
    inside = f"stands in `{stack[-1].name}`" if stack else "stands in no block"
    return Mistake(f"`{name}` {inside}", offset, f"it belongs into {owners}")
