"""How one cell of a table looks: a number in its form, a mean with its spread, null as a dash."""

from __future__ import annotations

from generator.render.tags.quantity import (
    PLUS_MINUS,
    THIN,
    show_duration,
    show_fixed,
    show_percent,
    show_si,
    show_significant,
)


def show_spread(value: float, std: float, form: str) -> str:
    """Show mean ± standard deviation, both in one form."""
    return f"{show(value, form)}{THIN}{PLUS_MINUS}{THIN}{show(std, form or '2g')}"


def show(value: object, form: str) -> str:
    """Show one cell by its form: `3`, `.3f`, `3g`, `percent 1`, `` for what suits the value.

    Raises:
        ValueError: in words for the author, when the form is unknown.
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return str(value)
    word, _, digits = form.strip().partition(" ")
    count = int(digits) if digits.isdigit() else None
    if word.isdigit() or (word.startswith(".") and word[1:-1].isdigit() and word.endswith("f")):
        return show_fixed(value, int(word.strip(".f")))
    if word[:-1].isdigit() and word.endswith("g"):
        return show_significant(value, int(word[:-1]))
    if word == "percent":
        return show_percent(value, count or 0)
    if word == "si":
        return show_si(value, count or 3)
    if word == "duration":
        return show_duration(value)
    if word:
        raise ValueError(f"`{form}` is no form of a number: `3`, `.3f`, `3g`, `percent 1`, `si 3`, `duration`")
    return f"{value:,}".replace("-", "\u2212") if isinstance(value, int) else show_significant(value, 4)
