"""Tests of a body (`is odd`, `is none`): Jinja's, but for those that need Python's inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from generator.render.body.bounds import describe, is_container, is_list, require


def _whole(value: object) -> int:
    require(isinstance(value, int), f"{describe(value)} is neither odd nor even")
    return int(value)  # type: ignore[call-overload, no-any-return]


TESTS: dict[str, Callable[..., bool]] = {
    "boolean": lambda value: isinstance(value, bool),
    "divisibleby": lambda value, number: _whole(value) % _whole(number) == 0,
    "even": lambda value: _whole(value) % 2 == 0,
    "false": lambda value: value is False,
    "float": lambda value: isinstance(value, float),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "iterable": lambda value: isinstance(value, str) or is_container(value),
    "lower": lambda value: isinstance(value, str) and value.islower(),
    "mapping": lambda value: isinstance(value, Mapping),
    "none": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "odd": lambda value: _whole(value) % 2 == 1,
    "sameas": lambda value, other: value is other,
    "sequence": lambda value: isinstance(value, str) or is_list(value),
    "string": lambda value: isinstance(value, str),
    "true": lambda value: value is True,
    "truthy": bool,
    "upper": lambda value: isinstance(value, str) and value.isupper(),
}
COMPARISONS = {  # tests with an argument: their name, or their sign, and the name Jinja's parser has for it
    **dict.fromkeys(("eq", "equalto", "=="), "eq"),
    **dict.fromkeys(("ne", "!="), "ne"),
    **dict.fromkeys(("lt", "lessthan", "<"), "lt"),
    **dict.fromkeys(("le", "<="), "lteq"),
    **dict.fromkeys(("gt", "greaterthan", ">"), "gt"),
    **dict.fromkeys(("ge", ">="), "gteq"),
    "in": "in",
}
KNOWN = {*TESTS, *COMPARISONS, "defined", "undefined"}
