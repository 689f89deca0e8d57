"""What a body can call beside the language itself: tables, charts and chats, each bound to its run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from generator.data.ledger import Ledger
from generator.data.tree import plain
from generator.errors import SiteError
from generator.render.tags import chart_call as charts
from generator.render.tags import chat as chats
from generator.render.tags import table as tables
from generator.render.tags.number import filters
from generator.render.tags.plot import Plot
from generator.render.tags.strip import Artifact, Source, with_kind

__all__ = ["Tags", "filters", "tags"]

Tags = Mapping[str, Callable[..., Artifact]]


def tags(ledger: Ledger, drawings: Callable[[Plot], str]) -> Tags:
    """Return the tags that make figures of data; `drawings` makes, or remembers, a drawing."""

    def table(
        rows: object,
        columns: object = None,
        best: object = "",
        derive: object = None,
        format: object = None,  # noqa: A002 - the word authors know
        caption: object = "",
        label: object = "",
        sort: object = True,
    ) -> Artifact:
        request = tables.Request(
            columns=_columns(columns),
            best=_text("best", best),
            derive=_texts("derive", derive),
            format=_texts("format", format),
            caption=_text("caption", caption),
            label=with_kind(_text("label", label), "tab"),
            sort=bool(sort),
        )
        return tables.table(plain(rows), request, source_of(ledger, rows))

    def chart(rows: object, kind: object = "line", x: object = "", y: object = "", **options: Any) -> Artifact:
        axes = charts.Axes(_text("kind", kind), _text("x", x), _names("y", y))
        settings = {name: plain(value) for name, value in options.items()}
        return charts.chart(plain(rows), axes, settings, source_of(ledger, rows), drawings)

    def chat(data: object, names: object = (), caption: object = "", label: object = "") -> Artifact:
        label = with_kind(_text("label", label), "fig")
        return chats.chat(
            plain(data), source_of(ledger, data), _names("names", names), _text("caption", caption), label
        )

    return {"table": table, "chart": chart, "chat": chat}


def source_of(ledger: Ledger, value: object) -> Source:
    """Find where a value comes from: its own key, or the experiment that all the rows of a computed list share."""
    path = str(getattr(value, "path", ""))
    if path:
        return Source(path, ledger.of(path))
    items = value if isinstance(value, list | tuple) else ()
    keys = {str(getattr(item, "path", "")).partition("[")[0] for item in items}
    runs = {key: ledger.of(key) for key in sorted(keys)} if "" not in keys else {}
    names = {(run.experiment, run.artifact) if run else None for run in runs.values()}
    if len(names) != 1:
        return Source()
    key = next(iter(runs))
    return Source(key, runs[key]) if runs[key] or len(keys) == 1 else Source()


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise SiteError(f"`{name}` must be text", hint=f'write `{name}="…"`')
    return str(value)


def _names(name: str, value: object) -> tuple[str, ...]:
    """Return one name or several as a tuple of texts."""
    value = plain(value)
    return tuple(_text(name, item) for item in (value if isinstance(value, list | tuple) else [value]) if item != "")


def _texts(name: str, value: object) -> dict[str, str]:
    value = plain(value)
    if not isinstance(value, Mapping | None):
        raise SiteError(f"`{name}` must be a mapping", hint=f'write `{name}={{"column": "…"}}`')
    return {str(key): _text(name, item) for key, item in (value or {}).items()}


def _columns(value: object) -> Sequence[str] | Mapping[str, str] | None:
    value = plain(value)
    return (
        _texts("columns", value) if isinstance(value, Mapping) else None if value is None else _names("columns", value)
    )
