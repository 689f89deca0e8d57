"""How one cell of a table looks: a number in its form, a mean with its spread, null as a dash, text as text."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from html import escape

from generator.render.tags.quantity import (
    DASH,
    HUGE,
    MINUS,
    PLUS_MINUS,
    THIN,
    exact,
    is_number,
    show_duration,
    show_fixed,
    show_percent,
    show_si,
    show_significant,
    significant,
    special,
)

FORM = re.compile(
    r"\.?(?P<fixed>\d{1,2})f?|(?P<significant>\d{1,2})g|(?P<word>percent|si|duration)( (?P<digits>\d{1,2}))?"
)
FORMS = "`3`, `.3f`, `3g`, `percent 1`, `si 3`, `duration`"
MOST_DECIMALS = 10
LONGEST = 160  # characters of a cell; the whole text is in its title and in the files
TURNING = {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI"}  # classes of Unicode's bidi algorithm


def show_spread(value: float, std: float, form: str) -> str:
    """Show mean ± standard deviation in one form; without one, to two digits of the deviation."""
    if form or not std:
        return f"{show(value, form)}{THIN}{PLUS_MINUS}{THIN}{show(std, form)}"
    decimals = min(MOST_DECIMALS, 1 - significant(exact(std), 2).adjusted())
    return f"{show_fixed(value, decimals)}{THIN}{PLUS_MINUS}{THIN}{show_fixed(std, decimals)}"


def show(value: object, form: str = "") -> str:
    """Show one cell by its form: `3`, `.3f`, `3g`, `percent 1`, `` for what suits the value.

    Raises:
        ValueError: in words for the author, when the form is unknown.
    """
    if form:
        return _formed(value, form)
    if isinstance(value, float) and not math.isfinite(value):
        return special(value)
    if is_number(value):
        is_whole = isinstance(value, int) and abs(value) < HUGE
        return f"{value:,}".replace("-", MINUS) if is_whole else show_significant(value, 4)
    return _words(value)


def cell_html(value: object, shown: str, tag: str = "td", inner: str = "", kind: str = "") -> str:
    """Return a cell with its full value for sorting and pointing at; `inner` replaces what is shown.

    Long text is cut, with all of it in the title; text that runs from right to left does so in its cell alone.
    """
    told = ""
    if value is None:
        told = ' title="no value"'
    elif is_number(value):
        told = f' data-value="{value!r}" title="{value!r}"'
    elif len(shown) > LONGEST:
        told, inner = f' class="long" title="{escape(shown)}"', escape(shown[:LONGEST].rstrip()) + "…"
    elif max(map(len, shown.split()), default=0) > LONGEST // 4:
        told = ' class="long"'
    if any(unicodedata.bidirectional(character) in TURNING for character in shown):
        told += ' dir="auto"'
    return f"<{tag}{kind}{told}>{inner or escape(shown)}</{tag.partition(' ')[0]}>"


def _formed(value: object, form: str) -> str:
    found = FORM.fullmatch(form.strip())
    if not found:
        raise ValueError(f"`{form}` is no form of a number: {FORMS}")
    if not isinstance(value, float) and not is_number(value):
        return _words(value)
    if found["fixed"]:
        return show_fixed(value, int(found["fixed"]))
    if found["significant"]:
        return show_significant(value, max(1, int(found["significant"])))
    digits = int(found["digits"]) if found["digits"] else None
    if found["word"] == "percent":
        return show_percent(value, digits or 0)
    return show_si(value, digits or 3) if found["word"] == "si" else show_duration(value)


def _words(value: object) -> str:
    """Return what is no number as text."""
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"a whole number of {value.bit_length():,} bits"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)
