"""Comparisons of Liquid as Ruby makes them: what is equal, what is less, what contains what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from generator.render.body.bounds import Budget, Refused, describe, is_list
from generator.render.body.compare import LONG, ORDERS
from generator.render.body.compare import ordered as in_order
from generator.render.liquid.record import Record
from generator.render.liquid.ruby import is_nil, is_true, to_text

DEEPEST = 60  # lists inside lists


class Word:
    """`empty` or `blank` in a condition."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return ""

    def fits(self, value: object) -> bool:
        """Tell whether a value is empty; Ruby knows no `blank?`, so nothing is blank."""
        return self.name == "empty" and (isinstance(value, str | Mapping) or is_list(value)) and not len(value)


def equal(budget: Budget, left: object, right: object, depth: int = 0) -> bool:
    """Tell whether two values are the same; nil is nil, and true is not 1."""
    if isinstance(left, Word) or isinstance(right, Word):
        return left.fits(right) if isinstance(left, Word) else isinstance(right, Word) and right.fits(left)
    if is_nil(left) or is_nil(right):
        return is_nil(left) and is_nil(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, str) and isinstance(right, str):
        if len(left) > LONG:
            budget.check_clock()
        return str.__str__(left) == str.__str__(right)
    if left is right or isinstance(left, Record) or isinstance(right, Record):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        _deeper(budget, depth)
        same = len(left) == len(right) and all(key in right for key in left)
        return same and all(equal(budget, left[key], right[key], depth + 1) for key in left)
    if isinstance(left, range) or isinstance(right, range):
        return isinstance(left, range) and isinstance(right, range) and left == right
    if is_list(left) and is_list(right):
        _deeper(budget, depth)
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(equal(budget, *pair, depth + 1) for pair in pairs)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    if isinstance(left, date) and isinstance(right, date):
        return str(left) == str(right)
    return left is right


def order(budget: Budget, sign: str, left: object, right: object) -> bool:
    """Apply `<`, `<=`, `>` or `>=`; with nil, true, a list or a mapping the answer is no.

    Raises:
        Refused: a text is compared with a number.
    """
    for value in (left, right):
        if is_nil(value) or isinstance(value, bool | Mapping | Word) or is_list(value):
            return False
    if isinstance(left, str) and len(left) > LONG:
        budget.check_clock()
    try:
        return bool(ORDERS[sign](*in_order(left, right)))
    except Refused:
        hint = "a text in quotes is no number: write it without, or `| plus: 0`"
        raise Refused(f"{describe(left)} cannot be compared with {describe(right)}", hint) from None


def contains(budget: Budget, left: object, right: object) -> bool:
    """Tell whether a text has a part, a list an item, a mapping a key."""
    if not is_true(left) or not is_true(right) or isinstance(right, Word):
        return False
    if isinstance(left, str):
        if len(left) > LONG:
            budget.check_clock()
        return to_text(right) in str.__str__(left)
    if isinstance(left, Mapping):
        return isinstance(right, str) and str.__str__(right) in left
    if isinstance(left, range):
        return isinstance(right, int) and right in left
    if is_list(left):
        if len(left) > LONG:
            budget.check_clock()
        return any(equal(budget, item, right) for item in left)
    return False


def _deeper(budget: Budget, depth: int) -> None:
    budget.step()
    if depth > DEEPEST:
        raise Refused(f"lists nested more than {DEEPEST} deep cannot be compared")
