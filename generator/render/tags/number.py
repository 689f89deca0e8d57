"""A number in a line of text: shown as its filter says, bound to its full value and to the run it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from generator.data.ledger import Ledger, Provenance
from generator.errors import SiteError
from generator.render.tags import literal, quantity
from generator.render.tags.quantity import PLUS_MINUS, THIN, Shown, is_number
from generator.render.tags.strip import describe
from generator.render.values import Inline

Filters = Mapping[str, Callable[..., object]]
MOST_DIGITS = 20


def filters(ledger: Ledger) -> Filters:
    """Return the filters that show, and guard, a number. Each takes what another has made, too."""

    def shown(value: object, text: Callable[[float], str], unit: object = "") -> Shown:
        number, path = to_number(value)
        return bind(ledger, number, path, text(number), str(unit))

    def num(value: object, decimals: object = 3, unit: object = "") -> Shown:
        places = _count("num", decimals)
        return shown(value, lambda number: quantity.show_fixed(number, places), unit)

    def sig(value: object, digits: object = 3, unit: object = "") -> Shown:
        count = _count("sig", digits, 1)
        return shown(value, lambda number: quantity.show_significant(number, count), unit)

    def percent(value: object, decimals: object = 0) -> Shown:
        places = _count("percent", decimals)
        return shown(value, lambda number: quantity.show_percent(number, places))

    def si(value: object, digits: object = 3, unit: object = "") -> Shown:
        count = _count("si", digits, 1)
        return shown(value, lambda number: quantity.show_si(number, count, str(unit)))

    def duration(value: object) -> Shown:
        return shown(value, quantity.show_duration)

    def unit(value: object, name: object) -> Shown:
        before = value if isinstance(value, Shown) else sig(value, 4)
        return bind(ledger, before.value, before.path, before.text, str(name))

    def pm(value: object, std: object, decimals: object = 3) -> Shown:
        before = value if isinstance(value, Shown) else num(value, decimals)
        places = len(before.text.removesuffix(f"{THIN}{before.unit}").partition(".")[2])
        spread = quantity.show_fixed(to_number(std)[0], places)
        text = f"{before.text.removesuffix(f'{THIN}{before.unit}')}{THIN}{PLUS_MINUS}{THIN}{spread}"
        return bind(ledger, before.value, before.path, text, before.unit)

    def guarded(value: object, typed: str) -> Inline:
        return guard(ledger, value, typed)

    return {
        "num": num,
        "sig": sig,
        "percent": percent,
        "si": si,
        "duration": duration,
        "unit": unit,
        "pm": pm,
        "guarded": guarded,
    }


def guard(ledger: Ledger, value: object, typed: str) -> Inline:
    """Return a typed number as it was typed, bound to the value it must agree with.

    Raises:
        SiteError: when it does not hold, or there is no number in it.
    """
    understood = literal.parse(typed)
    if understood is None:
        raise SiteError(f"`{typed}` holds no number to guard", hint=f"what can be guarded: {literal.KINDS}")
    number, path = to_number(value)
    if quantity.special(number):
        raise SiteError(f"`{typed}` cannot be judged: the value is {quantity.special(number)}")
    if not literal.holds(understood, number):
        mended = literal.mend(understood, number)
        origin = ledger.of(path) if path else None
        run = f"; {told(origin)}" if origin else ""
        what = f"`{typed}` no longer holds: the value is {literal.truth(understood, number)}{run}"
        hint = f"write `{mended}`, or let `python -m generator check --fix` do it" if mended else "say it another way"
        raise SiteError(what, hint=hint, repair=(typed, mended) if mended else ("", ""))
    return bind(ledger, number, path, typed)


def bind(ledger: Ledger, number: float, path: str, text: str, unit: str = "") -> Shown:
    """Wrap a shown number so that a page tells its full value and where it came from."""
    origin = ledger.of(path) if path else None
    source = told(origin) if origin else f"data.{path}, written by hand" if path else "computed on this page"
    full = f"{text}{THIN}{unit}" if unit else text
    title = escape(f"{number!r} · {source}")
    html = f'<data class="num" value="{number!r}" tabindex="0" title="{title}">{escape(full)}</data>'
    return Shown(html, full, number, unit, path)


def told(origin: Provenance) -> str:
    """Name a run and its artifact in one line."""
    return f"{origin.experiment}, {origin.artifact or 'all'} · {describe(origin.record)}"


def to_number(value: object) -> tuple[float, str]:
    """Return a number and the data key it came from, "" for a computed one. Numbers written as text count.

    Raises:
        SiteError: when the value is no number.
    """
    if isinstance(value, Shown):
        return value.value, value.path
    path = str(getattr(value, "path", ""))
    if value is None:
        raise SiteError("this value is null, not a number")
    if isinstance(value, str):
        try:
            return float(quantity.exact(value)), path
        except ValueError:
            raise SiteError(f"`{value:.40}` is not a number") from None
    if isinstance(value, float):
        return float(value), path
    if isinstance(value, int) and is_number(value):
        return int(value), path
    raise SiteError(f"{_named(value)} is not a number")


def _named(value: object) -> str:
    if isinstance(value, bool | int):
        return f"`{str(value).lower()}`" if isinstance(value, bool) else "a whole number of more than 308 digits"
    return "a list" if isinstance(value, list | tuple) else "this value"


def _count(name: str, digits: object, least: int = 0) -> int:
    if isinstance(digits, bool) or not isinstance(digits, int) or not least <= digits <= MOST_DIGITS:
        raise SiteError(f"`{name}` takes a number of digits between {least} and {MOST_DIGITS}, not `{digits!s:.40}`")
    return digits
