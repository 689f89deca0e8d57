"""`lr=3e-5 widths=8,16` into an experiment's Config: typed by its fields, every mistake told at once.

A preset is applied first, what the command says after it. Seeds are not handled here, see seeds.py.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.errors import SiteError, did_you_mean, several

_WORDS = {int: "a whole number", float: "a number", bool: "`true` or `false`", str: "text", Path: "a path"}
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")


def build(
    name: str, config_class: type, preset: Mapping[str, object], words: Sequence[str]
) -> tuple[Any, dict[str, Any]]:
    """Make a Config; return it with the values that the words set.

    Raises:
        ExceptionGroup: of SiteErrors, one for each word and preset value that does not fit.
    """
    kinds = _kinds(name, config_class)
    errors: list[SiteError] = []
    given = {key: _fitted(name, kinds, (key, value), errors) for key, value in preset.items()}
    overrides: dict[str, Any] = {}
    for word in words:
        key, _, text = word.partition("=")
        if key in overrides:
            errors.append(SiteError(f"`{key}` is set twice"))
        elif key not in kinds:
            errors.append(_unknown(name, key, kinds))
        else:
            overrides[key] = _parsed(kinds[key], key, text, errors)
    if errors:
        raise several(errors)
    return _made(name, config_class, {**given, **overrides}), overrides


def _kinds(name: str, config_class: type) -> dict[str, Any]:
    if not dataclasses.is_dataclass(config_class):
        raise several(
            [SiteError(f"the Config of `{name}` is not a dataclass", None, "write `@dataclass(frozen=True)`")]
        )
    hints = typing.get_type_hints(config_class)
    return {field.name: hints[field.name] for field in dataclasses.fields(config_class) if field.init}


def _made(name: str, config_class: type, values: Mapping[str, object]) -> Any:
    fields = [field for field in dataclasses.fields(config_class) if field.init]
    missing = [
        SiteError(f"`{field.name}` of `{name}` has no default", None, f"give one: `{field.name}=…`")
        for field in fields
        if field.name not in values
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise several(missing)
    try:
        return config_class(**values)
    except (ValueError, TypeError) as error:  # its own __post_init__ refuses
        raise several([SiteError(f"`{name}` refuses this Config: {error}")]) from None


def _unknown(name: str, key: str, kinds: Mapping[str, object]) -> SiteError:
    fields = ", ".join(f"`{known}`" for known in kinds)
    return SiteError(f"`{name}` has no `{key}` in its Config", None, did_you_mean(key, kinds) or f"it has {fields}")


def _parsed(kind: Any, key: str, text: str, errors: list[SiteError]) -> object:
    try:
        return parse(text, kind)
    except ValueError as error:
        errors.append(SiteError(f"`{key}={text}`: {error}"))
        return None


def _fitted(name: str, kinds: Mapping[str, Any], item: tuple[str, object], errors: list[SiteError]) -> object:
    """Check one value of a preset against its field."""
    key, value = item
    if key not in kinds:
        errors.append(_unknown(name, key, kinds))
        return None
    try:
        return fit(value, kinds[key])
    except ValueError as error:
        errors.append(SiteError(f"the preset of `{name}` sets `{key}` to `{value!r}`: {error}"))
        return None


def parse(text: str, kind: Any) -> object:
    """Read a word as a value of a type.

    Raises:
        ValueError: saying what the type would take.
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return _choice(text, inner)
    if origin in (typing.Union, types.UnionType):
        return _either(text, inner)
    if origin in (tuple, list):
        return _row(_split(text), origin, inner, parse)
    if kind is type(None):
        if text.lower() in ("none", "null"):
            return None
        raise ValueError("not `none`")
    if kind is bool and text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    if kind in (int, float):
        return _number(text, kind)
    if kind in (str, Path):
        return kind(text)
    raise ValueError(f"not {describe(kind)}")


def fit(value: object, kind: Any) -> object:
    """Check a literal against a type; a whole number is a number, a list is a tuple, text is a path.

    Raises:
        ValueError: saying what the type would take.
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal and value in inner:
        return value
    if origin in (typing.Union, types.UnionType):
        for option in inner:
            try:
                return fit(value, option)
            except ValueError:
                continue
    if origin in (tuple, list) and isinstance(value, tuple | list):
        return _row(list(value), origin, inner, fit)
    if kind is type(None) and value is None:
        return None
    if kind in (bool, int, str) and type(value) is kind:
        return value
    if kind is float and type(value) in (int, float):
        return float(value)  # type: ignore[arg-type]
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"not {describe(kind)}")


def describe(kind: Any) -> str:
    """Say in words what a type takes."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return "one of " + ", ".join(f"`{option}`" for option in inner)
    if origin in (typing.Union, types.UnionType):
        return " or ".join("`none`" if option is type(None) else describe(option) for option in inner)
    if origin in (tuple, list):
        return f"a list of {', '.join(describe(one) for one in inner if one is not Ellipsis)}"
    return _WORDS.get(kind, f"a value that can be set from outside ({getattr(kind, '__name__', kind)})")


def _number(text: str, kind: type) -> object:
    try:
        number = float(text) if kind is float else int(text)
    except ValueError:
        if kind is int and re.fullmatch(r"-?\d+(\.\d*)?e\+?\d+", text, re.IGNORECASE) and float(text).is_integer():
            return int(float(text))
        raise ValueError(f"not {describe(kind)}") from None
    return number


def _choice(text: str, options: tuple[Any, ...]) -> object:
    for option in options:
        if str(option) == text:
            return option
    raise ValueError(f"not {describe(typing.Literal[options])}")


def _either(text: str, options: tuple[Any, ...]) -> object:
    # Text takes anything, so it goes last.
    for option in sorted(options, key=lambda kind: kind in (str, Path)):
        try:
            return parse(text, option)
        except ValueError:
            continue
    raise ValueError(f"not {describe(typing.Union[options])}")  # noqa: UP007 (made at run time)


def _split(text: str) -> list[str]:
    text = text.strip()
    if text[:1] in ("[", "(") and text[-1:] in ("]", ")"):
        text = text[1:-1]
    return [piece for part in text.split(",") if part.strip() for piece in _expanded(part.strip())]


def _expanded(part: str) -> list[str]:
    span = _RANGE.fullmatch(part)
    return [str(number) for number in range(int(span[1]), int(span[2]) + 1)] if span else [part]


def _row(items: list[Any], origin: type, inner: tuple[Any, ...], read: Any) -> object:
    if origin is list or inner[1:] == (Ellipsis,):
        return origin(read(item, inner[0]) for item in items)
    if len(items) != len(inner):
        raise ValueError(f"{len(inner)} values are wanted, {len(items)} given")
    return tuple(read(item, kind) for item, kind in zip(items, inner, strict=True))


def plain(value: object) -> Any:
    """Return a Config's value as JSON has it; the home folder is written `~`, a record names no user."""
    if isinstance(value, Path):
        home = Path.home()
        return f"~/{value.relative_to(home).as_posix()}" if value.is_relative_to(home) else value.as_posix()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def as_word(key: str, value: object) -> str:
    """Write a plain value as the word that sets it."""
    if isinstance(value, list):
        return f"{key}={','.join(as_word('', item)[1:] for item in value)}"
    return f"{key}={'none' if value is None else str(value).lower() if isinstance(value, bool) else value}"
