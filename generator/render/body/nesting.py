"""Check that a body's block tags open and close each other, before the template parser sees them.

Jinja's parser stops at the first such mistake and names the tag that surprised it. Here every mistake of
the body is found, and each names the tag that is to blame: the opener that is never closed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from generator.errors import did_you_mean
from generator.render.scan import LITERAL_HINT, Tag

MIDDLES = {"for": {"else"}, "if": {"elif", "else"}, "macro": (), "call": (), "filter": (), "set": (), "with": ()}
SINGLE = {"include", "import", "from", "break", "continue", "print"}
DEEPEST = 15  # tags inside tags; Python itself compiles no more than 20 loops inside each other
MOST_TAGS = 5_000  # in one file
ASSIGNMENT = re.compile(r"\s*set\s+[\w\s,.()]+=(?!=)")

# What other template languages call it: Liquid first, as most migrated posts speak it.
ELSEWHERE = {
    "assign": "write `{% set name = value %}`",
    "capture": "write `{% set name %}…{% endset %}`",
    "endcapture": "write `{% endset %}`",
    "unless": "write `{% if not … %}…{% endif %}`",
    "endunless": "write `{% endif %}`",
    "elsif": "write `{% elif … %}`",
    "case": "write `{% if … %}…{% elif … %}…{% endif %}`",
    "when": "write `{% elif … %}`",
    "comment": "write `{# … #}`",
    "endcomment": "write `{# … #}`",
    "cycle": 'write `{{ loop.cycle("a", "b") }}`',
    "increment": "write `{% set n = namespace(i=0) %}` and `{% set n.i = n.i + 1 %}`",
    "tablerow": "write `{% for row in items | tablerow(3) %}`",
    "highlight": "write a fenced code block: three backticks and the language's name",
    "endhighlight": "close the fenced code block with three backticks",
    "post_url": "link to the post's file: `[text](2026-01-02-name.md)`",
    "link": "link to the file itself: `[text](other-post.md)`",
    "asset": "write a Markdown image: `![what it shows](picture.png)`",
    "latex": "write the formula between `$$` and `$$`",
    "endlatex": "write the formula between `$$` and `$$`",
    "block": "layouts belong in `site/templates`; to repeat a piece of a post use `{% macro %}`",
    "endblock": "layouts belong in `site/templates`; to repeat a piece of a post use `{% macro %}`",
    "extends": "name the layout in the front matter: `layout: page`",
    "autoescape": "leave it out: values are always printed as text",
    "endautoescape": "leave it out: values are always printed as text",
    "do": "write `{% set _ = … %}`",
    "raw": LITERAL_HINT,
    "endraw": "there is no open `{% raw %}` before it",
}


class Complaint(NamedTuple):
    """A mistake in a tag, without the file it stands in: bodies of one shape share it."""

    tag: int  # index of the tag
    offset: int | None  # characters into its inside; None: its opening brace
    what: str
    hint: str = ""


@dataclass(frozen=True)
class _Open:
    name: str
    tag: int
    has_else: bool = False


def check_nesting(tags: Sequence[Tag], callables: Collection[str] = ()) -> list[Complaint]:
    """Return every block tag that is unknown, never closed, or closes nothing; `callables` are called in `{{ }}`."""
    if len(tags) > MOST_TAGS:
        return [Complaint(MOST_TAGS, None, f"this file has more than {MOST_TAGS:,} tags", "loop over data instead")]
    complaints: list[Complaint] = []
    stack: list[_Open] = []
    for index, tag in enumerate(tags):
        if tag.kind == "block":
            if tag.name in callables:
                hint = f"write `{{{{ {tag.name}(…) }}}}`"
                complaints.append(Complaint(index, None, f"`{tag.name}` is called, not opened", hint))
            else:
                _step(index, tag, stack, complaints)
    for opened in stack:
        what = f"`{opened.name}` is never closed"
        complaints.append(Complaint(opened.tag, None, what, f"write `{{% end{opened.name} %}}` where it ends"))
    return complaints


def _step(index: int, tag: Tag, stack: list[_Open], complaints: list[Complaint]) -> None:
    """Open, continue or close a block."""
    name = tag.name
    if name in MIDDLES:
        if name != "set" or not ASSIGNMENT.match(tag.inside):
            stack.append(_Open(name, index))
            if len(stack) == DEEPEST + 1:
                complaints.append(Complaint(index, None, f"tags stand more than {DEEPEST} deep inside each other here"))
    elif name in {"else", "elif"}:
        _continue(index, name, stack, complaints)
    elif name in SINGLE:
        if name in {"break", "continue"} and not _is_in_loop(stack):
            complaints.append(Complaint(index, None, f"`{name}` stands outside of any `for`"))
    elif name.startswith("end") and name[3:] in MIDDLES:
        _close(index, name[3:], stack, complaints)
    else:
        complaints.append(_unknown(index, name))


def _continue(index: int, name: str, stack: list[_Open], complaints: list[Complaint]) -> None:
    if not stack or name not in MIDDLES[stack[-1].name]:
        inside = f" inside `{stack[-1].name}`" if stack else " without an open `if`"
        complaints.append(Complaint(index, None, f"`{name}` has no meaning{inside}"))
    elif stack[-1].has_else:
        complaints.append(Complaint(index, None, f"`{name}` stands after the `else` of its `{stack[-1].name}`"))
    elif name == "else":
        stack[-1] = _Open(stack[-1].name, stack[-1].tag, has_else=True)


def _close(index: int, name: str, stack: list[_Open], complaints: list[Complaint]) -> None:
    """Close the innermost block of this name; those left open inside it are to blame."""
    if all(opened.name != name for opened in stack):
        complaints.append(Complaint(index, None, f"`end{name}` closes nothing: there is no open `{name}` before it"))
        return
    while (opened := stack.pop()).name != name:
        what = f"`{opened.name}` is not closed before `end{name}`"
        complaints.append(Complaint(opened.tag, None, what, f"write `{{% end{opened.name} %}}` before it"))


def _is_in_loop(stack: Sequence[_Open]) -> bool:
    """Tell whether a `break` here has a loop: a macro or a call block is a function of its own."""
    for opened in reversed(stack):
        if opened.name == "for":
            return not opened.has_else or _is_in_loop(stack[: stack.index(opened)])
        if opened.name in {"macro", "call"}:
            return False
    return False


def _unknown(index: int, name: str) -> Complaint:
    if not name:
        return Complaint(index, None, "a tag begins with its name: `{% for … %}`", LITERAL_HINT)
    known = [*MIDDLES, *SINGLE, "else", "elif", *(f"end{opener}" for opener in MIDDLES)]
    hint = ELSEWHERE.get(name) or did_you_mean(name, known) or LITERAL_HINT
    return Complaint(index, None, f"there is no tag named `{name}`", hint)
