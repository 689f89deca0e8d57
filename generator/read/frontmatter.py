"""Front matter: split the head of a file from its body, and load it with the file's own line numbers.

A head is YAML between `---`, TOML between `+++`, a JSON object, or Pelican's `Title: …` lines up to an
empty one. A file may have none. Keys and values come out as written; `dialects` says what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from generator.data.json_loader import load_json
from generator.data.text import Loaded, Offsets, Text
from generator.data.toml_loader import load_toml
from generator.data.typed import describe
from generator.data.yaml_loader import load_yaml
from generator.errors import SiteError, several
from generator.read.source import Source

FENCES: dict[str, tuple[tuple[str, ...], Callable[[Text], Loaded]]] = {
    "---": (("---", "..."), lambda text: load_yaml(text, dates=False)),
    "+++": (("+++",), load_toml),
}
JSON_HEAD = re.compile(r'\{\s*(?:"|\})')  # `{{` and `{%` start a body
JSON_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}]')
PELICAN_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):(?:[ \t]+(.*)|)$")
PELICAN_STARTS = frozenset(
    ("title", "date", "modified", "tags", "category", "slug", "author", "authors", "summary", "status")
)
MOST_MISTAKES = 20  # of one kind in one file; more tell an author nothing
LATE_HEAD = re.compile(r"\s*\n(---|\+\+\+)[ \t]*\n(?=[A-Za-z_]+[ \t]*[:=])")


@dataclass(frozen=True)
class Head:
    """What a file says about itself, and the rest of it."""

    loaded: Loaded  # its value is a mapping, maybe an empty one
    values: dict[str, object]  # that mapping
    body: str
    body_line: int  # the line of the file where the body starts, from 1
    is_plain: bool = False  # Pelican's lines: all values are text, lists are written with commas


def split(source: Source) -> Head:
    """Take the head off a file.

    Raises:
        SiteError: the head has no end, or is not what its fence says; an ExceptionGroup for several mistakes.
    """
    text = source.text
    first = text.partition("\n")[0].rstrip()
    if first in FENCES:
        return _fenced(source, first)
    if JSON_HEAD.match(text):
        return _json(source)
    if late := LATE_HEAD.match(text):
        raise SiteError(
            "the front matter does not start on the first line",
            source.place(text.count("\n", 0, late.start(1)) + 1),
            "remove the empty lines above it",
        )
    return _pelican(source) or Head(Loaded({}, Text(source.path, ""), dict), {}, text, 1)


def _fenced(source: Source, fence: str) -> Head:
    """Split at the line that closes the fence."""
    ends, load = FENCES[fence]
    lines = source.text.split("\n")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ends), None)
    if end is None:
        raise _unterminated(source, fence)
    head = "".join(f"{line}\n" for line in lines[1:end])
    loaded = load(Text(source.path, head, first_line=2))
    return Head(loaded, _mapping(loaded), "\n".join(lines[end + 1 :]), end + 2)


def _json(source: Source) -> Head:
    """Split after the brace that closes the first one; brackets in strings do not count."""
    depth = 0
    for token in JSON_TOKEN.finditer(source.text):
        depth += (token[0] == "{") - (token[0] == "}")
        if depth == 0:
            break
    else:
        raise _unterminated(source, "}")
    rest = source.text[token.end() :]
    loaded = load_json(Text(source.path, source.text[: token.end()]))
    after, _, body = rest.partition("\n")
    line = source.text.count("\n", 0, token.end()) + 1
    if after.strip():
        column = token.end() - source.text.rfind("\n", 0, token.end())
        hint = "start the body on a new line"
        raise SiteError("something stands behind the front matter", source.place(line, column), hint)
    return Head(loaded, _mapping(loaded), body, line + 1)


def _pelican(source: Source) -> Head | None:
    """Read Pelican's head: lines of `Key: value` with a title, one may go on indented; None when there is none."""
    lines = source.text.split("\n")
    first = PELICAN_KEY.match(lines[0])
    if not first or first[1].lower() not in PELICAN_STARTS:
        return None
    values: dict[str, str] = {}
    offsets: Offsets = {(): (0, 0)}
    text = Text(source.path, source.text)
    errors = []
    start = end = 0
    for line in lines:
        if not line.strip():
            break
        match = PELICAN_KEY.match(line)
        if match and match[1].lower() not in values:
            key = match[1].lower()
            values[key] = (match[2] or "").strip()
            offsets[(key,)] = (start, start + (match.start(2) if match[2] else 0))
        elif match:
            errors.append(text.error(f"duplicate key `{match[1]}`", start, "keep one of them"))
        elif line[0] in " \t":
            values[key] = f"{values[key]} {line.strip()}".strip()
        else:
            return None
        start, end = start + len(line) + 1, end + 1
    if "title" not in values:
        return None
    if errors:
        raise several(errors[:MOST_MISTAKES])
    loaded = Loaded(values, text, lambda: offsets)
    return Head(loaded, dict(values), "\n".join(lines[end:]), end + 1, is_plain=True)


def _mapping(loaded: Loaded) -> dict[str, object]:
    """Return the head's keys; an empty head has none."""
    if loaded.value is None:
        return {}
    if isinstance(loaded.value, dict):
        return loaded.value
    place = loaded.value_place(())
    raise SiteError(f"the front matter is {describe(loaded.value)}", place, "write lines of `key: value`")


def _unterminated(source: Source, end: str) -> SiteError:
    what = "the front matter that starts here has no end"
    hint = f"end it with a line `{end}`" + ("; a rule at the top of a body is written `***`" if end == "---" else "")
    return SiteError(what, source.place(1, 1), hint)
