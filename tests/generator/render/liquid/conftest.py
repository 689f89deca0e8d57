"""`printed`: what a Liquid template prints, with what is hidden from Markdown put back."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.config import Config
from generator.data.text import Text as SourceText
from generator.data.tree import Tree
from generator.read.page import parse
from generator.read.source import Source
from generator.render.body.texts import MARK
from generator.render.liquid.language import Liquid
from generator.render.listing import Listing
from generator.render.values import PLACEHOLDER, Inline, Value

HEAD = "---\ntitle: A page\ndate: 2020-01-02\ntemplating: liquid\n---\n"
CONFIG = Config(title="Our blog", url="https://example.org")


@dataclass(frozen=True)
class Printed:
    """What came out, and what was told."""

    text: str
    messages: tuple[str, ...]


def shown(value: Value) -> str:
    is_escaped = isinstance(value, Inline) and html.unescape(value.html) == value.text
    return value.html if is_escaped else value.text


class Bench:
    """A folder with a site in it, to run templates in."""

    def __init__(self, root: Path, config: Config = CONFIG) -> None:
        self.root, self.config = root, config

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, template: str, names: Mapping[str, object] | None = None) -> Printed:
        source = Source("posts/a.md", HEAD + template, "")
        page = parse(source, self.config)
        run = Liquid(self.config, self.root, Listing.of([page])).run(page, Tree(self.root).view())
        run.names = {**run.names, **(names or {})}
        marked = run.expand(SourceText(page.source.path, page.body, page.body_line))
        text = PLACEHOLDER.sub(lambda found: shown(run.values[int(found[1])]), MARK.sub("", marked))
        return Printed(text, tuple(str(error) for error in run.errors))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return an empty site."""
    return Bench(tmp_path)


@pytest.fixture
def prints(bench: Bench) -> Callable[..., str]:
    """Return a function that runs a template without a mistake and gives what it prints."""

    def run(template: str, **names: object) -> str:
        printed = bench.run(template, names)

        assert printed.messages == ()
        return printed.text

    return run


def ruby_names() -> dict[str, object]:
    found: dict[str, object] = json.loads((Path(__file__).parent / "ruby" / "data.json").read_text())
    return found


def ruby_cases() -> dict[str, str]:
    text = (Path(__file__).parent / "ruby" / "cases.txt").read_text()
    _, *parts = re.split(r"^=== (.+)\n", text, flags=re.MULTILINE)
    return {name: case.removesuffix("\n") for name, case in zip(parts[::2], parts[1::2], strict=True)}
