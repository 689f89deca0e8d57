"""Reading keys, items and fields of values: a key first, then what `members` lists, nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jinja2.runtime import Undefined

from generator.data.tree import Branch, MissingKey
from generator.errors import SiteError, did_you_mean
from generator.render.body.bounds import Refused, describe, is_container, is_list, require
from generator.render.body.members import ABSENT, MAPPING_METHODS, member, members_of
from generator.render.body.missing import Missing, no_data

if TYPE_CHECKING:
    from generator.render.body.script import Script

MOST_NAMES = 8  # keys named in a hint


def get(script: Script, at: int, value: Any, name: str) -> object:
    """Read `value.name`. A part of something missing is missing too, and says so when used."""
    if type(value) is Branch and name not in MAPPING_METHODS:  # the everyday case, without a closure
        try:
            return value.lookup(name)
        except MissingKey as error:
            return no_data(script, error, at)
        except (SiteError, ExceptionGroup) as error:
            return script.take_over(error, at)
    if isinstance(value, Undefined):
        return value
    return script.attempt(at, "this cannot be read", lambda: _field(script, at, value, name))


def item(script: Script, at: int, value: Any, key: object) -> object:
    """Read `value[key]`."""
    if isinstance(value, Undefined):
        return value
    if script.tell(at, key):
        return Missing(script, "", at)
    return script.attempt(at, "this cannot be read", lambda: _item(script, at, value, key))


def cut(script: Script, at: int, value: Any, *ends: object) -> object:
    """Read `value[start:stop:step]`."""
    if script.tell(at, value, *ends):
        return Missing(script, "", at)

    def read() -> object:
        require(isinstance(value, str) or is_list(value), f"{describe(value)} has no parts")
        return script.made(at, value[slice(*ends)])

    return script.attempt(at, "this part cannot be read", read)


def _field(script: Script, at: int, value: Any, name: str) -> object:
    if isinstance(value, Mapping):
        found = member(value, name)
        if found is ABSENT or name in value:  # a key named `items` wins over the method
            return _key(script, at, value, name)
        return found
    found = member(value, name)
    if found is not ABSENT:
        return found
    hint = did_you_mean(name, members_of(value))
    chain = _chain(script, at, name)
    what = f"`{chain}` does not exist: {describe(value)} has no `{name}`"
    return Missing(script, what if chain else f"{describe(value)} has no `{name}`", at, hint)


def _item(script: Script, at: int, value: Any, key: object) -> object:
    require(not is_container(key), f"{describe(key)} is not a key")
    if isinstance(value, Mapping):
        return _key(script, at, value, key)
    if isinstance(key, str):
        return _field(script, at, value, key)
    if not isinstance(key, int) or not (is_list(value) or isinstance(value, str)):
        raise Refused(f"{describe(value)} has no item `{key}`")
    try:
        return value[key]
    except IndexError:
        hint = f"it has {len(value)} items, counted from 0"
        return Missing(script, f"`{_chain(script, at, key) or key}` does not exist", at, hint)


def _key(script: Script, at: int, value: Mapping[Any, object], key: object) -> object:
    """Read a key. Data and `page` explain a missing one themselves."""
    if not isinstance(value, dict) or key in value:
        return value.lookup(key) if isinstance(value, Branch) else value[key]
    known = [str(name) for name in value]
    names = ", ".join(f"`{name}`" for name in known[:MOST_NAMES])
    hint = did_you_mean(str(key), known) or (f"it has {names}" if names else "it is empty")
    chain = _chain(script, at, key)
    return Missing(script, f"`{chain}` does not exist" if chain else f"an item has no `{key}`", at, hint)


def _chain(script: Script, at: int, key: object) -> str:
    """Return the expression that begins at a token, as far as `key`; none when `key` is not in it."""
    whole = script.expression(at)
    name = re.escape(str(key))
    found = re.match(rf"""(.*?(?:\.\s*{name}\b|\[["']?{name}["']?\]))""", whole)
    return found[1] if found else ""
