"""Filters over numbers: exact decimals as in Ruby, whole numbers stay whole."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from generator.render.body.bounds import MOST_BITS, Refused, require
from generator.render.liquid.ruby import EXACT, EXPONENT, Number, is_nil, printable, to_number, to_text

MOST_PLACES = 300  # before or behind the point that a number may be rounded to
DIVISION = EXACT.copy()
DIVISION.prec = 40  # twice a float's digits


def round_number(value: object, places: object = 0) -> int | float:
    """Round half away from zero on the decimal text; whole numbers stay whole, nil is 0.

    One wanted difference from Ruby: a text in exponent form, `"8.3e-05"`, is the number it writes.
    """
    digits = int(to_number(places))
    require(abs(digits) <= MOST_PLACES, f"`{digits}` is not a number of places")
    number: Number
    if isinstance(value, str) and EXPONENT.fullmatch(text := to_text(value).strip()):
        number = Decimal(text)
    else:
        number = to_number(value)
    if isinstance(number, int):
        if digits >= 0:
            return printable(number)
        return int(Decimal(number).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT))
    exact = number
    if -int(number.as_tuple().exponent) > digits or digits < 0:
        exact = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)
    return int(exact) if digits <= 0 else float(exact)


def _toward(rounding: str) -> Callable[[object], int]:
    def to_whole(value: object) -> int:
        number = to_number(value)
        return int(number) if isinstance(number, int) else int(number.to_integral_value(rounding, EXACT))

    return to_whole


def absolute(value: object) -> int | float:
    """Take the sign off."""
    number = to_number(value)
    return printable(-number if number < 0 else number)


def plus(value: object, other: object) -> int | float:
    """Add."""
    left, right = to_number(value), to_number(other)
    if isinstance(left, int) and isinstance(right, int):
        return printable(left + right)
    return printable(EXACT.add(Decimal(left), Decimal(right)))


def minus(value: object, other: object) -> int | float:
    """Subtract."""
    left, right = to_number(value), to_number(other)
    if isinstance(left, int) and isinstance(right, int):
        return printable(left - right)
    return printable(EXACT.subtract(Decimal(left), Decimal(right)))


def times(value: object, other: object) -> int | float:
    """Multiply."""
    left, right = to_number(value), to_number(other)
    if isinstance(left, int) and isinstance(right, int):
        require(left.bit_length() + right.bit_length() <= MOST_BITS, "this makes too large a number")
        return left * right
    return printable(EXACT.multiply(Decimal(left), Decimal(right)))


def divided_by(value: object, other: object) -> int | float:
    """Divide; whole numbers give a whole number, rounded down."""
    left, right = to_number(value), to_number(other)
    if not right:
        raise Refused("a number cannot be divided by 0")
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return printable(DIVISION.divide(Decimal(left), Decimal(right)))


def modulo(value: object, other: object) -> int | float:
    """Return what a division leaves, with the sign of the divisor."""
    left, right = to_number(value), to_number(other)
    if not right:
        raise Refused("a number cannot be divided by 0")
    if isinstance(left, int) and isinstance(right, int):
        return left % right
    rest = EXACT.remainder(Decimal(left), Decimal(right))
    return printable(rest + Decimal(right) if rest and (rest < 0) != (right < 0) else rest)


def at_least(value: object, least: object) -> int | float:
    """Return a number, or the limit where it is below."""
    return printable(max(to_number(value), to_number(least)))


def at_most(value: object, most: object) -> int | float:
    """Return a number, or the limit where it is above."""
    return printable(min(to_number(value), to_number(most)))


def to_integer(value: object) -> int:
    """Read a whole number as leniently as Ruby does: `true` is 1, and a text counts by its leading digits."""
    if isinstance(value, bool) or is_nil(value):
        return int(value is True)
    if isinstance(value, float):
        require(value - value == 0, "this is no whole number")
        return int(value)
    number = to_number(value)
    return int(number)


NUMBER_FILTERS: dict[str, Callable[..., object]] = {
    "abs": absolute,
    "at_least": at_least,
    "at_most": at_most,
    "ceil": _toward(ROUND_CEILING),
    "divided_by": divided_by,
    "floor": _toward(ROUND_FLOOR),
    "minus": minus,
    "modulo": modulo,
    "plus": plus,
    "round": round_number,
    "times": times,
    "to_integer": to_integer,
}
