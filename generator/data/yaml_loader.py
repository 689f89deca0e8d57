"""YAML to plain data: places for every key, YAML 1.2 words, no bombs.

Values are built from the parser's events, which it produces without recursion, so depth is bounded
before anything can overflow. All keys are text, as written. PyYAML is loaded at first use.
"""

from __future__ import annotations

import re
from typing import Any

from generator.data import yaml_scalars
from generator.data.text import DEEPEST, KeyPath, Loaded, Offsets, Text, shorten
from generator.data.yaml_hints import explain
from generator.errors import SiteError, several

MOST_REPEATED = 100_000  # nodes that aliases and merges may add to those written out
CHARACTERS_A_NODE = 100  # a long text counts as several nodes
OUR_TAG = "tag:yaml.org,2002:"
FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
KINDS: dict[str, type | tuple[type, ...]] = {"null": type(None), "bool": bool, "int": int, "float": (int, float)}
PLAIN_ONLY = "plain data only: text, numbers, true, false, null, dates, lists and mappings"

_OPEN: Any = object()  # an anchor whose value is not complete yet


def load_yaml(text: Text, *, dates: bool = True) -> Loaded:
    """Read one YAML document; an empty one is None. Without `dates`, dates stay text.

    Raises:
        SiteError: one mistake, or an ExceptionGroup of several.
    """
    import yaml

    if bad := FORBIDDEN.search(text.text):
        what = f"the character U+{ord(bad[0]):04X} is not allowed in YAML"
        raise text.error(what, bad.start(), "remove it, or write it as an escape in double quotes")
    parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text.text)
    reader = _Reader(text, parser, yaml, dates)
    try:
        value = reader.document()
    except yaml.YAMLError as error:
        raise explain(text, error) from None
    finally:
        parser.dispose()
    if len(reader.errors) == 1:
        raise reader.errors[0]
    if reader.errors:
        raise several(reader.errors)
    return Loaded(value, text, lambda: reader.offsets)


class _Reader:
    """Builds values from events, and remembers anchors, places and mistakes."""

    def __init__(self, text: Text, parser: Any, events: Any, dates: bool) -> None:
        self.text, self.parser, self.yaml, self.dates = text, parser, events, dates
        self.offsets: Offsets = {}
        self.errors: list[SiteError] = []
        self.anchors: dict[str, tuple[object, int]] = {}  # value, and its size with aliases written out
        self.size = self.repeated = 0

    def document(self) -> object:
        """Read the only document of the stream."""
        self.parser.get_event()  # start of the stream
        if isinstance(self.parser.get_event(), self.yaml.StreamEndEvent):
            return None
        value = self.node(self.parser.get_event(), (), 0)
        self.parser.get_event()  # end of the document
        following = self.parser.get_event()
        if not isinstance(following, self.yaml.StreamEndEvent):
            hint = "one file holds one document: remove the `---`"
            self.mistake("a second document starts here", following, hint)
        return value

    def node(self, event: Any, keys: KeyPath, depth: int) -> object:
        """Build the value that starts with `event`."""
        self.offsets.setdefault(keys, (event.start_mark.index, event.start_mark.index))
        if isinstance(event, self.yaml.AliasEvent):
            return self.alias(event)
        if depth >= DEEPEST and not isinstance(event, self.yaml.ScalarEvent):
            what = f"lists and mappings are nested more than {DEEPEST} levels deep"
            raise self.text.error(what, event.start_mark.index)
        anchor, size = event.anchor, self.size
        if anchor:
            self.anchors[anchor] = (_OPEN, 0)
        is_scalar = isinstance(event, self.yaml.ScalarEvent)
        value = self.scalar(event) if is_scalar else self.collection(event, keys, depth)
        if anchor:
            self.anchors[anchor] = (value, self.size - size)
        return value

    def collection(self, event: Any, keys: KeyPath, depth: int) -> object:
        """Read a mapping or a list up to its end."""
        self.size += 1
        is_mapping = isinstance(event, self.yaml.MappingStartEvent)
        if event.tag not in {None, "!", OUR_TAG + ("map" if is_mapping else "seq")}:
            self.unknown_tag(event)
        if is_mapping:
            return self.mapping(keys, depth)
        items: list[object] = []
        while not isinstance(item := self.parser.get_event(), self.yaml.SequenceEndEvent):
            items.append(self.node(item, (*keys, len(items)), depth + 1))
        return items

    def mapping(self, keys: KeyPath, depth: int) -> dict[str, object]:
        """Read pairs; a key written here wins over one that `<<` merges in."""
        own: dict[str, object] = {}
        merged: dict[str, object] = {}
        while not isinstance(event := self.parser.get_event(), self.yaml.MappingEndEvent):
            key = self.key(event, keys, depth)
            path = (*keys, key)
            value_event = self.parser.get_event()
            if key in own or (key == "<<" and merged):
                hint = "merge several with `<<: [*a, *b]`" if key == "<<" else "keep one of them"
                self.mistake(f"duplicate key `{shorten(key)}`", event, hint)
                path = (*path, "")  # the first one keeps its place
            self.offsets.setdefault(path, (event.start_mark.index, value_event.start_mark.index))
            value = self.node(value_event, path, depth + 1)
            if key == "<<" and event.implicit[0]:
                merged = self.merge(value, value_event)
            else:
                own[key] = value
        return {**merged, **own} if merged else own

    def key(self, event: Any, keys: KeyPath, depth: int) -> str:
        """Return a key as the author wrote it: `2020`, `no` and `1.10` are text here."""
        if isinstance(event, self.yaml.ScalarEvent):
            self.size += 1
            if not event.value and event.implicit[0]:
                self.mistake("a key is missing before the `:`", event, 'an empty key is written `""`')
            return str(event.value)
        is_template = self.text.text.startswith(("{{", "{%"), max(0, event.start_mark.index - 1))
        hint = "quote the value: `{` starts a mapping" if is_template else "write the key as a word"
        self.mistake("a key is a list, a mapping or an alias", event, hint)
        self.node(event, (*keys, ""), depth + 1)
        return ""

    def merge(self, value: object, event: Any) -> dict[str, object]:
        """Return the pairs that `<<` brings in; of several mappings the first wins."""
        mappings = value if isinstance(value, list) else [value]
        if not all(isinstance(mapping, dict) for mapping in mappings):
            self.mistake("`<<` merges a mapping, or a list of mappings", event, "write the alias of one: `<<: *name`")
            return {}
        merged: dict[str, object] = {}
        for mapping in reversed(mappings):
            merged = {**merged, **mapping}
        return merged

    def alias(self, event: Any) -> object:
        """Return the value of an anchor, and count what it adds."""
        value, size = self.anchors.get(event.anchor, (None, -1))
        if size < 0:
            hint = "quote the value if it is text: `*` starts an alias"
            self.mistake(f"`*{event.anchor}` has no `&{event.anchor}` before it", event, hint)
            return None
        if value is _OPEN:
            self.mistake(f"`*{event.anchor}` stands inside its own value", event)
            return None
        self.size += size
        self.repeated += size
        if self.repeated > MOST_REPEATED:
            what = f"aliases repeat more than {MOST_REPEATED:,} values"
            raise self.text.error(what, event.start_mark.index, "write less through `*` and `<<`")
        return value

    def scalar(self, event: Any) -> object:
        """Return what a scalar means; quoted ones are text."""
        self.size += 1 + len(event.value) // CHARACTERS_A_NODE
        if event.tag in {None, "!"}:
            return self.resolve(event) if event.implicit[0] and event.tag is None else event.value
        kind = event.tag.removeprefix(OUR_TAG)
        if kind == "str":
            return event.value
        if kind not in KINDS:
            self.unknown_tag(event)
            return None
        value = self.resolve(event)
        if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "bool"):
            self.mistake(f"`{shorten(event.value)}` is not `!!{kind}`", event, "remove the tag, or mend the value")
        return float(value) if kind == "float" and isinstance(value, int) else value

    def resolve(self, event: Any) -> object:
        """Read an unquoted word; one that cannot be read is a mistake and counts as null."""
        try:
            return yaml_scalars.resolve(event.value, self.dates)
        except yaml_scalars.Unreadable as error:
            self.mistake(error.what, event, error.hint)
            return None

    def unknown_tag(self, event: Any) -> None:
        """Refuse a tag: data never makes objects."""
        tag = event.tag.replace(OUR_TAG, "!!", 1)
        self.mistake(f"the tag `{shorten(tag)}` is not allowed", event, PLAIN_ONLY)

    def mistake(self, what: str, event: Any, hint: str = "") -> None:
        """Note a mistake and go on, so that one run shows all of them."""
        self.errors.append(self.text.error(what, event.start_mark.index, hint))
