"""How a number looks in prose: rounded once, from full precision, half away from zero, never cut off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import TypeGuard

from generator.render.values import Inline

MINUS, THIN, TIMES, PLUS_MINUS, DASH = "\u2212", "\u202f", "\u00d7", "\u00b1", "\u2013"
PREFIXES = ((12, "T"), (9, "G"), (6, "M"), (3, "k"), (0, ""), (-3, "m"), (-6, "µ"), (-9, "n"))
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
MOST_DECIMALS = 40
HUGE = 10**21  # from here on a row of digits says less than a power of ten
LARGEST = 10**308  # whole numbers above it are no float


@dataclass(frozen=True)
class Shown(Inline):
    """A number as it is shown, with the number itself: filters add to it, guards and claims compare it."""

    value: float = math.nan
    unit: str = ""
    path: str = ""  # the data key it came from, "" for a computed one


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell finite numbers from all else: true, false and whole numbers beyond any float are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= LARGEST if isinstance(value, int) else math.isfinite(value)


def exact(value: float | str) -> Decimal:
    """Return the number that `repr` shows: 2.675 is 2.675, not the binary fraction next to it.

    Raises:
        ValueError: for text that is no number.
    """
    try:
        if isinstance(value, float):
            value = float(value)  # a subclass may have a `repr` of its own
        return Decimal(value.strip() if isinstance(value, str) else repr(value + 0))
    except InvalidOperation:
        raise ValueError(f"`{value}` is not a number") from None


def fixed(number: Decimal, decimals: int) -> Decimal:
    """Round to so many decimals (negative: tens, hundreds), half away from zero; no negative zero."""
    with localcontext() as context:
        context.prec = max(60, number.adjusted() + MOST_DECIMALS + 20)
        rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def significant(number: Decimal, digits: int) -> Decimal:
    """Round to so many significant digits; 9.996 at three is 10.0."""
    if number == 0:
        return Decimal(0)
    rounded = fixed(number, digits - 1 - number.adjusted())
    return fixed(number, digits - 1 - rounded.adjusted())


def grouped(number: Decimal) -> str:
    """Write a number out with commas between thousands and a true minus sign."""
    return format(number, ",f").replace("-", MINUS)


def show_fixed(value: float, decimals: int) -> str:
    """Show at a fixed number of decimals."""
    if abs(value) >= HUGE:
        return show_significant(value, 6)
    return special(value) or grouped(fixed(exact(value), decimals))


def show_significant(value: float, digits: int) -> str:
    """Show at so many significant digits; very small and very large as a power of ten."""
    if text := special(value):
        return text
    number = significant(exact(value), digits)
    if number == 0 or -5 <= number.adjusted() < max(digits, 6):
        return grouped(number)
    mantissa = number.scaleb(-number.adjusted())
    power = str(number.adjusted()).translate(SUPERSCRIPTS)
    return f"{grouped(mantissa)}{THIN}{TIMES}{THIN}10{power}"


def show_si(value: float, digits: int, unit: str = "") -> str:
    """Show with an SI prefix: 17,700,000 is 17.7 M."""
    if text := special(value):
        return text
    if abs(value) >= HUGE:
        return show_significant(value, digits) + (f"{THIN}{unit}" if unit else "")
    number = significant(exact(value), digits)
    power = next((p for p, _ in PREFIXES if number and number.adjusted() >= p), 0 if not number else PREFIXES[-1][0])
    prefix = dict(PREFIXES)[power]
    shown = grouped(number.scaleb(-power))
    return f"{shown}{THIN}{prefix}{unit}" if prefix or unit else shown


def show_percent(value: float, decimals: int) -> str:
    """Show a share as per cent: 0.064 is 6.4%."""
    if abs(value) >= HUGE:
        return special(value) or show_significant(value * 100, 6) + "%"
    return special(value) or grouped(fixed(exact(value) * 100, decimals)) + "%"


def show_duration(seconds: float) -> str:
    """Show a time in the one or two largest units that matter: 7,384 s is 2 h 3 min."""
    if text := special(seconds):
        return text
    if abs(seconds) < 59.95 or abs(seconds) >= HUGE:
        return f"{show_significant(seconds, 2 if abs(seconds) < 10 else 3)}{THIN}s"
    whole = int(fixed(exact(abs(seconds)), 0))
    parts = [(whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s")]
    first = next(i for i, (count, _) in enumerate(parts) if count)
    shown = [f"{count}{THIN}{unit}" for count, unit in parts[first : first + 2] if count]
    return (MINUS if seconds < 0 else "") + " ".join(shown)


def special(value: float) -> str:
    """Return how a value that is no finite number is shown, or an empty string for one that is."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return ("" if value > 0 else MINUS) + "∞"
    return ""
