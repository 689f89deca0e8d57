"""What a body can call beside the language itself: numbers, tables, charts, chats, each bound to its run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from generator.data.ledger import Ledger, Provenance
from generator.data.tree import plain
from generator.errors import SiteError
from generator.render.tags import chart_call as charts
from generator.render.tags import chat as chats
from generator.render.tags import literal, quantity
from generator.render.tags import table as tables
from generator.render.tags.quantity import PLUS_MINUS, THIN, Shown
from generator.render.tags.strip import Artifact, describe, with_kind
from generator.render.values import Inline

Filters = Mapping[str, Callable[..., object]]
Tags = Mapping[str, Callable[..., Artifact]]


def filters(ledger: Ledger) -> Filters:
    """Return the filters that show, and guard, a number."""

    def shown(value: object, text: Callable[[float], str], unit: str = "") -> Shown:
        number, path = _number(value)
        return _data(ledger, number, path, text(number), unit)

    def num(value: object, decimals: int = 3, unit: str = "") -> Shown:
        return shown(value, lambda number: quantity.show_fixed(number, decimals), unit)

    def sig(value: object, digits: int = 3, unit: str = "") -> Shown:
        return shown(value, lambda number: quantity.show_significant(number, digits), unit)

    def percent(value: object, decimals: int = 0) -> Shown:
        return shown(value, lambda number: quantity.show_percent(number, decimals))

    def si(value: object, digits: int = 3, unit: str = "") -> Shown:
        return shown(value, lambda number: quantity.show_si(number, digits, unit))

    def duration(value: object) -> Shown:
        return shown(value, quantity.show_duration)

    def unit(value: object, name: str) -> Shown:
        before = value if isinstance(value, Shown) else sig(value, 4)
        return _data(ledger, before.value, before.path, before.text, name)

    def pm(value: object, std: object, decimals: int = 3) -> Shown:
        before = value if isinstance(value, Shown) else num(value, decimals)
        places = len(before.text.partition(".")[2])
        spread = quantity.show_fixed(_number(std)[0], places)
        return _data(ledger, before.value, before.path, f"{before.text}{THIN}{PLUS_MINUS}{THIN}{spread}", before.unit)

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
    number, path = _number(value)
    if quantity.special(number):
        raise SiteError(f"`{typed}` cannot be judged: the value is {quantity.special(number)}")
    if not literal.holds(understood, number):
        mended = literal.mend(understood, number)
        origin = ledger.of(path) if path else None
        run = f"; {_told(origin)}" if origin else ""
        what = f"`{typed}` no longer holds: the value is {literal.truth(understood, number)}{run}"
        hint = f"write `{mended}`, or let `python -m generator check --fix` do it"
        raise SiteError(what, hint=hint, repair=(typed, mended))
    return _data(ledger, number, path, typed, "")


def tags(ledger: Ledger) -> Tags:
    """Return the tags that make figures of data."""

    def table(
        rows: object,
        columns: Sequence[str] | Mapping[str, str] | None = None,
        best: str = "",
        derive: Mapping[str, str] | None = None,
        format: Mapping[str, str] | None = None,  # noqa: A002 - the word authors know
        caption: str = "",
        label: str = "",
        sort: bool = True,
    ) -> Artifact:
        wish = tables.Wish(_list(columns), best, derive, format, str(caption), with_kind(label, "tab"), sort)
        return tables.table(plain(rows), wish, _origin(ledger, rows))

    def chart(rows: object, kind: str = "line", x: str = "", y: object = "", **options: Any) -> Artifact:
        columns = [str(name) for name in (y if isinstance(y, list | tuple) else [y]) if name]
        return charts.chart(plain(rows), (kind, x, columns), options, _origin(ledger, rows))

    def chat(data: object, names: Sequence[str] = (), caption: str = "", label: str = "") -> Artifact:
        return chats.chat(plain(data), _origin(ledger, data), _list(names), str(caption), with_kind(label, "fig"))

    return {"table": table, "chart": chart, "chat": chat}


def _data(ledger: Ledger, number: float, path: str, text: str, unit: str) -> Shown:
    """Wrap a shown number so that a page tells its full value and where it came from."""
    origin = ledger.of(path) if path else None
    full = f"{text}{THIN}{unit}" if unit else text
    source = _told(origin) if origin else (f"data.{path}" if path else "computed on this page")
    title = f"{number!r} · {source}"
    html = (
        f'<data class="num" value="{number!r}" tabindex="0" title="{escape(title)}" data-from="{escape(title)}">'
        f"{escape(full)}</data>"
    )
    return Shown(html, full, number, unit, path)


def _told(origin: Provenance) -> str:
    return f"{origin.experiment}, {origin.artifact or 'all'} · {describe(origin.record)}"


def _number(value: object) -> tuple[float, str]:
    """Return a number and the data key it came from.

    Raises:
        SiteError: when the value is no number.
    """
    if isinstance(value, Shown):
        return value.value, value.path
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise SiteError(f"`{value!s:.40}` is not a number" if value is not None else "this value is null, not a number")
    path = str(getattr(value, "path", ""))
    if isinstance(value, str):
        try:
            return float(quantity.exact(value)), path
        except ValueError as error:
            raise SiteError(str(error)) from None
    return (int(value) if isinstance(value, int) else float(value)), path


def _origin(ledger: Ledger, value: object) -> Provenance | None:
    path = str(getattr(value, "path", ""))
    return ledger.of(path) if path else None


def _list(value: Any) -> Any:
    """Return plain lists and mappings of what a template passes."""
    if value is None or isinstance(value, str):
        return [value] if value else value
    return (
        {str(key): str(item) for key, item in value.items()} if isinstance(value, Mapping) else [str(x) for x in value]
    )  # type: ignore[attr-defined]
