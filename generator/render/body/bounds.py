"""Budgets of one body: what a template may cost, and operators that refuse before they cost more.

A template is run in our own process, so every operation is either small or counted before it is done.
`Refused` is one operation that asks for too much: the page goes on without it, to report other mistakes.
`Exceeded` is the page's budget gone: the page stops.
"""

from __future__ import annotations

import operator
import re
import string
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from datetime import time as clock_time
from typing import TypeGuard

MOST_STEPS = 1_000_000  # iterations of all loops of a page together
MOST_CHARACTERS = 5_000_000  # of one text, and of a page's output
MOST_MADE = 50_000_000  # characters of all texts a page's expressions make
MOST_ITEMS = 5_000_000  # items of all lists a page's expressions make
LONGEST_LIST = 1_000_000  # items of one list
LONGEST_RANGE = 100_000
LONGEST_SLOW = 50_000  # characters a slow filter (`wordwrap`, `striptags`) takes
WIDEST = 1_000  # width, precision or repeat that a filter may be asked for
MOST_BITS = 10_000  # of one whole number
CPU_SECONDS = 3.0  # of this thread, so that a busy machine stops no honest page
CLOCK_EVERY = 64  # steps between two looks at the clock

MOST_CALLS = 200_000  # of macros, and of loops inside themselves
OTHER_KINDS = {"LoopContext": "a loop", "TemplateReference": "the template itself", "Undefined": "nothing"}
NUMBERS = (int, float)


class Refused(ValueError):  # noqa: N818
    """One operation asks for too much, or makes no sense; the message is for the writer."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


class Told(Exception):  # noqa: N818
    """An operation cannot be done, for a reason that has been reported already."""


class Exceeded(Exception):  # noqa: N818
    """The budget of the page is gone."""


class Budget:
    """What one page has used."""

    def __init__(self) -> None:
        self.steps = self.calls = self.characters = self.made_characters = self.items = 0
        self.deadline = time.thread_time() + CPU_SECONDS

    def step(self) -> None:
        """Count one iteration of a loop."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Exceeded(f"this template loops too long ({MOST_STEPS:,} iterations)")
        if not self.steps % CLOCK_EVERY:
            self.check_clock()

    def call(self) -> None:
        """Count one call of a macro."""
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise Exceeded(f"this template calls its macros too often ({MOST_CALLS:,} times)")

    def check_clock(self) -> None:
        """Stop a page that takes too long."""
        if time.thread_time() > self.deadline:
            raise Exceeded(f"this template runs too long ({CPU_SECONDS:g} s)")

    def print(self, length: int) -> None:
        """Count characters of output."""
        self.characters += length
        if self.characters > MOST_CHARACTERS:
            raise Exceeded(f"this template prints too much ({MOST_CHARACTERS:,} characters)")

    def make(self, value: object) -> None:
        """Count what an expression made."""
        if isinstance(value, str):
            self.made_characters += len(value) + 50  # a text costs about 50 bytes even when empty
        elif isinstance(value, list | tuple | dict):
            self.items += len(value) + 8
        if self.made_characters > MOST_MADE or self.items > MOST_ITEMS:
            raise Exceeded("this template makes too many texts or lists")


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Tell a list, ours or from data, from other values."""
    return isinstance(value, list | tuple) or (isinstance(value, Sequence) and not isinstance(value, str | bytes))


def is_container(value: object) -> bool:
    """Tell a list or a mapping from a single value."""
    return isinstance(value, Mapping) or is_list(value)


def describe(value: object) -> str:
    """Say what kind of thing a value is, in a writer's words."""
    kinds: list[tuple[type | tuple[type, ...], str]] = [
        (type(None), "null"),
        (bool, "true or false"),
        (NUMBERS, "a number"),
        (str, "text"),
        ((date, datetime, clock_time), "a date"),
        (Mapping, "a mapping"),
        (Sequence, "a list"),
    ]
    other = type(value).__name__
    return next((name for kind, name in kinds if isinstance(value, kind)), OTHER_KINDS.get(other, f"a {other.lower()}"))


def operate(sign: str, left: object, right: object) -> object:
    """Apply `+ - * / // % **` to numbers, texts and lists, within bounds.

    Raises:
        Refused: the two do not go together, or the result would be too large.
    """
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return _calculate(sign, left, right)
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return str.__str__(left) + limited(str.__str__(right), len(left))
    if sign == "+" and is_list(left) and is_list(right):
        require(len(left) + len(right) <= LONGEST_LIST, f"this list would be longer than {LONGEST_LIST:,} items")
        return [*left, *right]
    if sign == "*" and isinstance(left, str | list) and isinstance(right, int):
        limit = MOST_CHARACTERS if isinstance(left, str) else LONGEST_LIST
        require(len(left) * max(right, 0) <= limit, f"`*` would make more than {limit:,} characters or items")
        return left * right
    if sign == "%" and isinstance(left, str):
        return percent(left, right)
    raise Refused(f"`{sign}` cannot take {describe(left)} and {describe(right)}")


def _calculate(sign: str, left: float, right: float) -> object:
    if isinstance(left, int) and isinstance(right, int) and sign in {"*", "**"} and abs(left) > 1:
        bits = left.bit_length() * right if sign == "**" else left.bit_length() + right.bit_length()
        require(bits <= MOST_BITS, f"`{sign}` would make too large a number")
    result = CALCULATIONS[sign](left, right)
    require(not isinstance(result, complex), "the root of a negative number is not a real number")
    require(not isinstance(result, int) or result.bit_length() <= MOST_BITS, f"`{sign}` would make too large a number")
    return result


CALCULATIONS: dict[str, Callable[[float, float], object]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def require(holds: bool, what: str, hint: str = "") -> None:
    """Refuse an operation unless a bound holds."""
    if not holds:
        raise Refused(what, hint)


def limited(text: str, already: int = 0) -> str:
    """Return a text, unless it and `already` characters are too long for one text."""
    require(len(text) + already <= MOST_CHARACTERS, f"this text would be longer than {MOST_CHARACTERS:,} characters")
    return text


def replace(text: str, old: str, new: str, count: int = -1) -> str:
    """Replace within a text, unless the result would be too long."""
    times = text.count(old) if count < 0 else min(text.count(old), count)
    length = len(text) + times * (len(new) - len(old))
    require(length <= MOST_CHARACTERS, f"`replace` would make more than {MOST_CHARACTERS:,} characters")
    return str.__str__(text).replace(old, new, count)


def percent(template: str, values: object) -> str:
    """Format in the style of `%.2f`, with bounded widths and single values only."""
    given = values if isinstance(values, tuple | Mapping) else (values,)
    inside = list(given.values()) if isinstance(given, Mapping) else list(given)
    _require_plain(inside, template)
    require("*" not in "".join(re.findall(r"%[^a-zA-Z%]*", template)), "`*` as a width is not allowed")
    _require_narrow(template, r"%(?:\([^)]*\))?[-+ #0]*(\d*)(?:\.(\d*))?")
    return limited(str.__str__(template) % (dict(given) if isinstance(given, Mapping) else given))


class _Formatter(string.Formatter):
    """`"{:.2f}".format(x)` without attributes, items or wide fields."""

    def get_field(self, field_name: str, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[object, str]:
        require(re.fullmatch(r"\w*", field_name) is not None, f"`{{{field_name}}}` is more than a name")
        key: int | str = int(field_name) if field_name.isdigit() else field_name
        return self.get_value(key, args, kwargs), str(key)

    def format_field(self, value: object, format_spec: str) -> str:
        _require_narrow(format_spec, r"(\d+)")
        return str(super().format_field(value, format_spec))


def format_braces(template: str, *values: object, **named: object) -> str:
    """Format in the style of `{:.2f}`, with bounded widths and single values only."""
    _require_plain([*values, *named.values()], template)
    return limited(_Formatter().vformat(template, values, named))


def _require_plain(values: Sequence[object], template: str) -> None:
    for value in values:
        require(not is_container(value), f"{describe(value)} cannot be formatted")
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    fields = template.count("%") + template.count("{")
    require(len(template) + fields * (longest + WIDEST) <= 4 * MOST_CHARACTERS, "this is too much to format")


def _require_narrow(template: str, pattern: str) -> None:
    for found in re.finditer(pattern, template):
        for digits in found.groups():
            fits = not digits or (len(digits) < 5 and int(digits) <= WIDEST)
            require(fits, f"a width of {digits} is more than {WIDEST:,}")
