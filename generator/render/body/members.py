"""What a template may read of a value: the fields and methods that are safe and bounded.

Everything is refused that is not listed here, so no attribute of a Python object is ever reached by name.
A method is handed out as `Callable`, the only kind of thing, beside macros and loops, that can be called.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jinja2.runtime import LoopContext, Macro
from jinja2.utils import Cycler, Namespace

from generator.render.body.bounds import (
    MOST_CHARACTERS,
    Refused,
    format_braces,
    is_container,
    is_list,
    replace,
    require,
)
from generator.render.body.dates import format_date


@dataclass(frozen=True)
class Function:
    """Something a template may call: a method of a value, a tag, `range`."""

    name: str
    call: Callable[..., Any]
    kind: str = "method"  # "method", "tag" or "function"


class Module:
    """What an imported file exports: its macros and the names it sets."""

    def __init__(self, name: str, exported: Mapping[str, object]) -> None:
        self.__dict__.update(exported)
        self.__name__ = name


ABSENT = object()  # what `member` returns when there is no such member

TEXT_METHODS_OF_PYTHON = (  # those that make nothing longer than what they are given
    *("capitalize", "casefold", "lower", "swapcase", "title", "upper"),
    *("strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "partition", "rpartition"),
    *("count", "find", "rfind", "index", "rindex", "startswith", "endswith"),
    *("isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper"),
)
LOOP_FIELDS = {
    "index",
    "index0",
    "revindex",
    "revindex0",
    "first",
    "last",
    "length",
    "depth",
    "depth0",
    "previtem",
    "nextitem",
}
DATE_FIELDS = {"year", "month", "day"}
TIME_FIELDS = {"hour", "minute", "second", "microsecond"}


def _split(method: str, text: str, *args: Any, **kwargs: Any) -> list[str]:
    require(len(text) <= MOST_CHARACTERS, f"a text of more than {MOST_CHARACTERS:,} characters cannot be split")
    parts: list[str] = getattr(str.__str__(text), method)(*args, **kwargs)
    return parts


def join_all(separator: str, items: Iterable[object]) -> str:
    """Join single values, unless the result would be too long."""
    texts = [to_text(item) for item in items]
    total = sum(map(len, texts)) + len(separator) * max(0, len(texts) - 1)
    require(total <= MOST_CHARACTERS, f"this text would be longer than {MOST_CHARACTERS:,} characters")
    return str.__str__(separator).join(texts)


def to_text(value: object) -> str:
    """Write a single value as it is printed: numbers in their shortest form, dates as in ISO 8601.

    Raises:
        Refused: the value is null, a list or a mapping.
    """
    match value:
        case str():
            return str.__str__(value)
        case bool():
            return "true" if value else "false"
        case int():
            return int.__repr__(value)
        case float():
            return float.__repr__(value)
        case date():
            return value.isoformat()
        case None:
            raise Refused("null is no text")
    if is_container(value):
        raise Refused(f"a {'mapping' if isinstance(value, Mapping) else 'list'} is no text")
    raise Refused(f"a {type(value).__name__.lower()} is no text")


def _plain_method(name: str) -> Callable[..., object]:
    method = getattr(str, name)
    return lambda text, *args: method(str.__str__(text), *args)


TEXT_METHODS: dict[str, Callable[..., object]] = {
    **{name: _plain_method(name) for name in TEXT_METHODS_OF_PYTHON},
    **{name: functools.partial(_split, name) for name in ("split", "rsplit", "splitlines")},
    "replace": replace,
    "join": join_all,
    "format": format_braces,
}


def _changed(loop: LoopContext, *values: object) -> bool:
    require(not any(map(is_container, values)), "`changed` compares single values, not lists")
    return loop.changed(*values)


def member(value: object, name: str) -> object:
    """Return a field or a method of a value, or ABSENT."""
    methods: Mapping[str, Callable[..., object]] = {}
    fields: Iterable[str] = ()
    match value:
        case str():
            methods = TEXT_METHODS
        case Mapping():
            methods = MAPPING_METHODS
        case datetime():
            fields, methods = DATE_FIELDS | TIME_FIELDS, DATE_METHODS
        case date():
            fields, methods = DATE_FIELDS, DATE_METHODS
        case LoopContext():
            fields, methods = LOOP_FIELDS, {"cycle": LoopContext.cycle, "changed": _changed}
        case Cycler():
            fields, methods = {"current"}, {"next": Cycler.next, "reset": Cycler.reset}
        case Macro():
            fields = {"name", "arguments"}
        case Module():
            fields = vars(value).keys() - {"__name__"}
        case Namespace():
            return _namespace_field(value, name)
        case _ if is_list(value):
            methods = LIST_METHODS
    if name in fields:
        return getattr(value, name)
    if name in methods:
        return Function(name, functools.partial(methods[name], value))
    return ABSENT


def _namespace_field(value: Namespace, name: str) -> object:
    try:
        return ABSENT if name.startswith("_") else getattr(value, name)
    except AttributeError:
        return ABSENT


def members_of(value: object) -> list[str]:
    """List what `member` knows of a value, to offer the nearest name."""
    names = [
        *TEXT_METHODS,
        *MAPPING_METHODS,
        *LIST_METHODS,
        *DATE_METHODS,
        *DATE_FIELDS,
        *TIME_FIELDS,
        *LOOP_FIELDS,
        "cycle",
    ]
    if isinstance(value, Module):
        return sorted(vars(value))
    return sorted({name for name in names if member(value, name) is not ABSENT})


def _index(items: Sequence[object], wanted: object) -> int:
    require(not is_container(wanted), "`index` looks for single values, not lists")
    return list(items).index(wanted)


def _count(items: Sequence[object], wanted: object) -> int:
    require(not is_container(wanted), "`count` looks for single values, not lists")
    return list(items).count(wanted)


MAPPING_METHODS: dict[str, Callable[..., object]] = {
    "items": lambda mapping: [(key, mapping[key]) for key in mapping],
    "keys": lambda mapping: list(mapping),
    "values": lambda mapping: [mapping[key] for key in mapping],
    "get": lambda mapping, key, default=None: mapping[key] if key in mapping else default,  # noqa: SIM401
}
LIST_METHODS: dict[str, Callable[..., object]] = {"index": _index, "count": _count}
DATE_METHODS: dict[str, Callable[..., object]] = {
    "isoformat": lambda moment: moment.isoformat(),
    "weekday": lambda moment: moment.weekday(),
    "isoweekday": lambda moment: moment.isoweekday(),
    "strftime": format_date,
    "date": lambda moment: moment.date() if isinstance(moment, datetime) else moment,
}
