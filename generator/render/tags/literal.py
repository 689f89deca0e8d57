"""Guarded literals: read a number as a person typed it, and judge whether it still holds.

`~0.37`, `17.7 million`, `under 3 hours`, `over 20%`, `5.2e-05`, `between 3 and 4`, `just under three hours`.
A plain number must be what the true value rounds to at the precision typed, so a number that was cut off fails.
`~` allows one unit of the last digit typed. `over`, `under`, `at least`, `at most` compare; `just` and `almost`
ask to be within a tenth as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from generator.render.tags.quantity import exact, fixed, grouped

NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
QUALIFIERS = {
    "about": ("~", "≈", "about", "around", "roughly", "approximately", "circa", "some"),
    "just_under": ("just under", "almost", "nearly", "not quite"),
    "just_over": ("just over", "slightly over", "slightly more than", "a little over"),
    "under": ("under", "less than", "below", "fewer than", "<"),
    "over": ("over", "more than", "above", ">"),
    "at_least": ("at least", "no less than", "≥", ">="),
    "at_most": ("at most", "up to", "no more than", "≤", "<="),
}
SCALES = {
    **dict.fromkeys(("%", "percent", "per cent"), Decimal("0.01")),
    **dict.fromkeys(("k", "thousand"), Decimal(10**3)),
    **dict.fromkeys(("m", "million"), Decimal(10**6)),
    **dict.fromkeys(("b", "bn", "billion"), Decimal(10**9)),
    **dict.fromkeys(("ms", "milliseconds", "millisecond"), Decimal("0.001")),
    **dict.fromkeys(("s", "seconds", "second"), Decimal(1)),
    **dict.fromkeys(("min", "minutes", "minute"), Decimal(60)),
    **dict.fromkeys(("h", "hours", "hour"), Decimal(3600)),
    **dict.fromkeys(("d", "days", "day"), Decimal(86400)),
}
NUMBER = r"[-+]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d{1,3}|\s*[×x]\s*10\^?[-+]?\d{1,3})?"
WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
BETWEEN = re.compile(rf"(?:between\s+)?({NUMBER})\s*(?:and|to|-)\s*({NUMBER})\s*(\S.*)?", re.IGNORECASE)
ONE = re.compile(rf"({NUMBER}(?![.,]?\d|e[-+]?\d|\s*[×x]\s*10)|\b(?:{WORD})\b)\s*(\S.*)?", re.IGNORECASE)
PLAIN = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2212": "-", "\u2013": "-"})
# Which way to step when the rounded value lies on the wrong side.
STEPS = {**dict.fromkeys(("over", "at_least", "just_over"), -1), **dict.fromkeys(("under", "at_most", "just_under"), 1)}
LONGEST = 80  # characters of a literal
KINDS = "`0.37`, `~0.37`, `17.7 million`, `6.4%`, `5.2e-05`, `over 20%`, `under 3 hours`, `between 3 and 4`"


@dataclass(frozen=True)
class Literal:
    """What was typed, understood."""

    text: str
    qualifier: str  # a key of QUALIFIERS, "between", or "" for a plain number
    low: Decimal  # as typed, before the scale
    high: Decimal  # equal to `low` but for "between"
    unit: Decimal  # one in the last digit typed, before the scale
    scale: Decimal
    number: str  # the typed number itself, to be replaced by `mend`


def parse(text: str) -> Literal | None:
    """Understand a typed number, or return None when there is nothing in it to guard."""
    if len(text) > LONGEST:
        return None
    qualifier, rest = _qualifier(_plain(text).strip())
    between = BETWEEN.fullmatch(rest)
    if between and not qualifier:
        low, high = _number(between[1]), _number(between[2])
        return _literal(text, "between", (low, high), between[2], between[3] or "")
    one = ONE.fullmatch(rest)
    if not one:
        return None
    number = _number(one[1])
    return _literal(text, qualifier, (number, number), one[1], one[2] or "")


def holds(literal: Literal, value: float) -> bool:
    """Tell whether the true value is what the literal says."""
    true = exact(value) / literal.scale
    low, high, unit = literal.low, literal.high, literal.unit
    if literal.qualifier in {"just_under", "just_over"}:
        side = true < low if literal.qualifier == "just_under" else true > low
        return side and abs(true - low) <= abs(low) / 10
    rules = {
        "": _round(true, unit) == low,
        "about": abs(true - low) <= unit,
        "under": true < low,
        "over": true > low,
        "at_least": true >= low,
        "at_most": true <= low,
        "between": low <= _round(true, unit) <= high,
    }
    return rules[literal.qualifier]


def mend(literal: Literal, value: float) -> str:
    """Return the text with the number replaced by one that holds, at the precision typed; "" when none does.

    Which end of a range to move is the author's to say.
    """
    if literal.qualifier == "between":
        return ""
    true = exact(value) / literal.scale
    new = _round(true, literal.unit)
    step = literal.unit * STEPS.get(literal.qualifier, 0)
    is_beyond = (new - true) * step < 0 or (new == true and literal.qualifier not in {"at_least", "at_most"})
    if step and is_beyond:
        new += step
    start = _plain(literal.text).index(literal.number)
    mended = literal.text[:start] + _written(new, literal) + literal.text[start + len(literal.number) :]
    again = parse(mended)
    return mended if again and holds(again, value) else ""


def truth(literal: Literal, value: float) -> str:
    """Say what the value is in the literal's own unit, for a message."""
    true = exact(value) / literal.scale
    tail = _plain(literal.text).partition(literal.number)[2].strip()
    glue = "" if tail.startswith("%") or not tail else " "
    return f"{float(true):.6g}" + glue + tail


def _plain(text: str) -> str:
    """Replace typographic spaces, minus signs and dashes by plain ones, character by character."""
    return text.translate(PLAIN)


def _qualifier(text: str) -> tuple[str, str]:
    """Split off the longest qualifier at the start."""
    found = [(word, kind) for kind, words in QUALIFIERS.items() for word in words]
    for word, kind in sorted(found, key=lambda pair: -len(pair[0])):
        if text.lower().startswith(word) and (not word[-1].isalpha() or not text[len(word) : len(word) + 1].isalpha()):
            return kind, text[len(word) :].strip()
    return "", text


def _literal(text: str, qualifier: str, ends: tuple[Decimal, Decimal], number: str, tail: str) -> Literal:
    return Literal(text, qualifier, *ends, _unit(number, qualifier), _scale(tail), number)


def _number(typed: str) -> Decimal:
    if typed.lower() in NUMBER_WORDS:
        return Decimal(NUMBER_WORDS.index(typed.lower()))
    return Decimal(re.sub(r"\s*[×x]\s*10\^?", "e", re.sub(r"[, ](?=\d{3})", "", typed)))


def _unit(typed: str, qualifier: str) -> Decimal:
    """Return one in the last digit typed; for a rounded approximation such as ~3,000 the last that is not 0."""
    number = _number(typed)
    if qualifier == "about" and number and number == number.to_integral_value() and "." not in typed:
        number = number.normalize()
    return Decimal(1).scaleb(int(number.as_tuple().exponent))


def _scale(tail: str) -> Decimal:
    """Return the factor of `%`, `million`, `hours`…; other words (`nats`, `tokens`) are only words."""
    for word in (tail.lower(), tail.lower().split(" ")[0] if tail else ""):
        if word in SCALES and not (word in {"m", "b"} and tail != tail.upper()):
            return SCALES[word]
    return Decimal(1)


def _round(number: Decimal, unit: Decimal) -> Decimal:
    return fixed(number, -int(unit.normalize().as_tuple().exponent))


def _written(number: Decimal, literal: Literal) -> str:
    """Write a new number the way the old one was typed."""
    if literal.number.lower() in NUMBER_WORDS and number in range(len(NUMBER_WORDS)):
        return NUMBER_WORDS[int(number)]
    if re.search(r"\de", literal.number.lower()):
        digits = len(literal.number.lower().partition("e")[0].partition(".")[2])
        return f"{float(number):.{digits}e}"
    text = grouped(number) if "," in literal.number else format(number, "f").replace("-", "\u2212")
    if "\u2212" not in literal.text:
        text = text.replace("\u2212", "-")
    return text
