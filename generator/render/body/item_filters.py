"""Filters that look into the items of a list, apply other filters, or ask who wrote a text.

Each takes the running script and the token it stands at, before its value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jinja2.runtime import Undefined
from markupsafe import Markup

from generator.data.leaves import TextLeaf
from generator.errors import did_you_mean
from generator.render.body.bounds import Refused, Told, describe, require
from generator.render.body.compare import equal
from generator.render.body.list_filters import extreme, grouped, items_of, ordered, total, unique
from generator.render.body.members import to_text
from generator.render.body.tests import KNOWN
from generator.render.body.texts import Captured, DataMarkdown, Own, clean, is_own

if TYPE_CHECKING:
    from generator.render.body.script import Script

SAFE_HINT = "print it as text, or with `| markdown`; HTML around it goes into `{% set x %}…{% endset %}`"
Key = Callable[[object], object]


def reader(script: Script, at: int, attribute: object) -> Key:
    """Return a function that reads `a.b.0` of an item; without an attribute, the item itself."""
    if attribute is None:
        return lambda item: item
    parts: list[int | str] = [int(part) if part.isdigit() else part for part in to_text(attribute).split(".")]

    def read(item: object) -> object:
        for part in parts:
            item = script.item(at, item, part)
        return item

    return read


def _present(script: Script, at: int, attribute: object) -> Key:
    """Like `reader`; an item without the attribute is a mistake."""
    read = reader(script, at, attribute)

    def present(item: object) -> object:
        value = read(item)
        if script.tell(at, value):
            raise Told
        return value

    return present


def apply_to_each(script: Script, at: int, value: object, name: object = None, *args: Any, **kwargs: Any) -> object:
    """Return an attribute of every item, or what another filter makes of it."""
    if name is None:
        if not kwargs.keys() <= {"attribute", "default"} or "attribute" not in kwargs:
            raise Refused('`map` needs a filter, or an attribute: `map(attribute="loss")`')
        read = reader(script, at, kwargs["attribute"])
        found = [read(item) for item in items_of(value)]
        if "default" in kwargs:
            return [kwargs["default"] if isinstance(item, Undefined) else item for item in found]
        if script.tell(at, *found):
            raise Told
        return found
    if name not in script.run.filters:
        return script.report(f"there is no filter named `{name}`", at, did_you_mean(to_text(name), script.run.filters))
    return [script.filter(to_text(name), at, item, *args, **kwargs) for item in items_of(value)]


def _chooser(keep: bool, by_attribute: bool) -> Callable[..., object]:
    def choose(script: Script, at: int, value: object, *args: Any, **kwargs: Any) -> object:
        attribute = None
        if by_attribute:
            if not args:
                raise Refused('which attribute? write `selectattr("key")`')
            attribute, *rest = args
            args = tuple(rest)
        read = reader(script, at, attribute)
        name, *rest = args or ("truthy",)
        if name not in KNOWN:
            return script.report(f"there is no test named `{name}`", at, did_you_mean(to_text(name), sorted(KNOWN)))
        return [item for item in items_of(value) if script.test(name, at, read(item), *rest, **kwargs) == keep]

    return choose


def where(script: Script, at: int, value: object, key: object, *wanted: object) -> list[object]:
    """Keep the items whose key has a value; without a value, those where it is there and true."""
    read = reader(script, at, key)
    found = [(item, read(item)) for item in items_of(value)]
    there = [(item, value) for item, value in found if not isinstance(value, Undefined)]
    if not wanted:
        return [item for item, value in there if value]
    return [item for item, value in there if equal(script.run.budget, value, wanted[0])]


def sort(
    script: Script,
    at: int,
    value: object,
    reverse: bool = False,
    case_sensitive: bool = False,
    attribute: object = None,
) -> list[object]:
    """Sort a list, by one of its items' attributes if asked to; null comes last."""
    key = _present(script, at, attribute)
    return ordered(items_of(value), key, reverse=reverse, case_sensitive=case_sensitive)


def sort_by(script: Script, at: int, value: object, key: object, reverse: bool = False) -> list[object]:
    """Sort a list by a key of its items; null comes last."""
    return sort(script, at, value, reverse, False, key)


def group_by(script: Script, at: int, value: object, key: object) -> list[object]:
    """Return, in order, mappings with the `name` of each group, its `items` and its `size`, as Liquid does."""
    groups = grouped(items_of(value), _present(script, at, key))
    return [{"name": name, "items": members, "size": len(members)} for name, members in groups]


def group_pairs(script: Script, at: int, value: object, attribute: object) -> list[object]:
    """Return, in order, (value, items) for each value of an attribute, as Jinja does."""
    return list(grouped(items_of(value), _present(script, at, attribute)))


def _extreme(largest: bool) -> Callable[..., object]:
    def find(script: Script, at: int, value: object, case_sensitive: bool = False, attribute: object = None) -> object:
        key = _present(script, at, attribute)
        return extreme(value, key, largest=largest, case_sensitive=case_sensitive)

    return find


def add_up(script: Script, at: int, value: object, attribute: object = None, start: float = 0) -> float:
    """Add up the items of a list, or one of their attributes."""
    read = _present(script, at, attribute)
    return total((read(item) for item in items_of(value)), start)


def keep_one_each(
    script: Script, at: int, value: object, case_sensitive: bool = False, attribute: object = None
) -> list[object]:
    """Keep the first of the items that are alike."""
    return unique(items_of(value), _present(script, at, attribute), case_sensitive)


def safe(script: Script, at: int, value: object) -> object:  # noqa: ARG001
    """Let the author's own text enter as Markdown and HTML. Text from data is refused, whatever was done to it.

    Data may hold other people's chat lines and what a model wrote; no key of the config trusts it. Markdown
    in data can be shown with `| markdown`; HTML around data is written in a `{% set %}` block.
    """
    if isinstance(value, Markup | Captured):
        return value
    if isinstance(value, Own):
        return Markup(clean(value))
    if is_own(value):
        return value
    require(isinstance(value, str), f"{describe(value)} cannot be `safe`")
    what = f"`data.{value.path}` comes from data" if isinstance(value, TextLeaf) else "this was made of data"
    raise Refused(f"{what}, which is never `safe`", SAFE_HINT)


def markdown(script: Script, at: int, value: object) -> object:  # noqa: ARG001
    """Let text enter as Markdown. In text from data every `<` stays a `<`: it brings no HTML of its own.

    Links and images in it are checked like the author's; it may not stand inside an HTML tag or a script.
    """
    if isinstance(value, Markup | Captured):
        return value
    if isinstance(value, Own):
        return Markup(clean(value))
    return DataMarkdown(clean(to_text(value)))


SCRIPTED: dict[str, Callable[..., object]] = {
    "group_by": group_by,
    "groupby": group_pairs,
    "map": apply_to_each,
    "markdown": markdown,
    "max": _extreme(largest=True),
    "min": _extreme(largest=False),
    "reject": _chooser(keep=False, by_attribute=False),
    "rejectattr": _chooser(keep=False, by_attribute=True),
    "safe": safe,
    "select": _chooser(keep=True, by_attribute=False),
    "selectattr": _chooser(keep=True, by_attribute=True),
    "sort": sort,
    "sort_by": sort_by,
    "sum": add_up,
    "unique": keep_one_each,
    "where": where,
}
