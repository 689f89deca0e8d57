"""`expand_body("{{ data.x.y }}")`: one body, with data files and includes, to what Markdown will see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from generator.config import Config
from generator.data.tree import Tree
from generator.errors import flatten
from generator.read.page import parse
from generator.read.source import Source
from generator.render.expand import expand
from generator.render.jinja import BodyLanguage
from generator.render.values import PLACEHOLDER, Expanded, plain

POST = "posts/2026-01-02-x.md"


@dataclass
class Bench:
    """A site of one post: its body starts at line 1 unless it has front matter."""

    root: Path
    config: Config = field(default_factory=Config)

    def __post_init__(self) -> None:
        self.language = BodyLanguage(self.config, self.root)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def expand(self, body: str, head: str = "") -> Expanded:
        text = f"---\n{head}\n---\n{body}" if head else body
        page = parse(Source(POST, text, ""), self.config)
        return expand(page, Tree(self.root).view(), self.language)

    def __call__(self, body: str, head: str = "") -> str:
        """Return the expanded text, each value between « and »."""
        return shown(self.expand(body, head))

    def lines(self, body: str, head: str = "") -> list[tuple[int, str]]:
        """Return each line of the expanded text with the author's line it came from."""
        expanded = self.expand(body, head)
        text = shown(expanded).split("\n")
        return [(place.line, line) for place, line in zip(expanded.places, text, strict=True)]

    def mistakes(self, body: str, head: str = "") -> list[str]:
        """Return the page's mistakes as `line:column what | hint`."""
        return [message.removeprefix(f"{POST}:") for message in self._mistakes(body, head)]

    def _mistakes(self, body: str, head: str) -> Iterator[str]:
        try:
            self.expand(body, head)
        except ExceptionGroup as group:
            for error in flatten(group):
                yield f"{error.place} {error.what}" + (f" | {error.hint}" if error.hint else "")


def shown(expanded: Expanded) -> str:
    return PLACEHOLDER.sub(lambda found: f"«{plain(expanded.values[int(found[1])])}»", expanded.text)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def make_bench(tmp_path: Path) -> Callable[[Config], Bench]:
    return lambda config: Bench(tmp_path, config)
