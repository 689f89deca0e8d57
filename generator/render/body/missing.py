"""Missing values: what stands for a name that is not there, until something uses it.

`is defined`, `| default(…)` and passing it on never trip. Printing, looping, comparing, calling and
deciding by it report the mistake once, where the name stands.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from jinja2.runtime import Undefined

from generator.data.keys import name_of
from generator.data.tree import MissingKey
from generator.errors import did_you_mean

ELSEWHERE = {
    "forloop": "write `loop`",
    "tablerowloop": "write `loop`",
    "loop": "`loop` exists only inside `{% for %}`",
    "post": "write `page`",
    "nil": "write `none`",
    "null": "write `none`",
    "empty": "write `{% if not x %}`",
    "blank": "write `{% if not x %}`",
    "content": "layouts are in `site/templates`; a body cannot print itself",
    "layout": "layouts are in `site/templates`",
    "self": "layouts are in `site/templates`",
    "caller": "`caller` exists only in a macro that `{% call %}` calls",
}
LITERAL_BRACES = "to show the braces themselves write `{% raw %}…{% endraw %}`"


class Reporter(Protocol):
    """Who takes a mistake at a token."""

    def report(self, what: str, at: int, hint: str = "", key: str = "") -> object:
        """Note the mistake."""


class Missing(Undefined):
    """The value of something that is not there; with an empty `what`, it has been reported."""

    __slots__ = ("at", "hint", "key", "script", "what")

    def __init__(self, script: Reporter, what: str, at: int, hint: str | Callable[[], str] = "", key: str = "") -> None:
        super().__init__(what)
        self.script, self.what, self.at, self.hint, self.key = script, what, at, hint, key

    def tell(self, at: int = 0, script: Reporter | None = None) -> None:
        """Report the mistake where the name stands or, when that is not known, where it is used."""
        if self.what:
            what, self.what = self.what, ""
            reporter = self.script if self.at or script is None else script
            hint = self.hint if isinstance(self.hint, str) else self.hint()
            reporter.report(what, self.at or at, hint, self.key)

    def __iter__(self) -> Iterator[object]:
        self.tell()
        return iter(())

    def __len__(self) -> int:
        self.tell()
        return 0

    def __bool__(self) -> bool:
        self.tell()
        return False

    def __str__(self) -> str:
        self.tell()
        return ""

    def __eq__(self, other: object) -> bool:
        self.tell()
        return False

    __hash__ = object.__hash__


def no_data(script: Reporter, error: MissingKey, at: int) -> Missing:
    """Return the value of a data key that is not there; the hint is looked for only when it is needed."""
    return Missing(script, str(error), at, functools.partial(getattr, error, "hint"), name_of(error.keys))


def hint_for(name: str, known: Iterable[str], set_here: Iterable[str]) -> str:
    """Say what may have been meant by a name that nothing has; `set_here` are those the template sets itself."""
    if name in set_here:
        return f"`{name}` lives only in the block, loop or macro that sets it"
    known = sorted({*known, *set_here})
    return ELSEWHERE.get(name) or did_you_mean(name, known) or LITERAL_BRACES
