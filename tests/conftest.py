"""`site("…")`: a whole site in one string, built in a temporary folder, judged by what came out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from generator.build import Built, Options, assemble, build
from generator.errors import SiteError, flatten, sort_key

# The same examples on every machine: a red run must mean a change, not a draw. Loosen both to go hunting.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

FILE = re.compile(r"^-- (\S+) --\n", re.MULTILINE)
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class BuiltSite:
    """A built site: its files as text, and the questions tests ask."""

    root: Path
    built: Built

    def __getitem__(self, path: str) -> str:
        return (self.root / "_site" / path).read_text(encoding="utf-8")

    @property
    def paths(self) -> list[str]:
        return sorted(output.path for output in self.built.outputs)

    @property
    def post_urls(self) -> list[str]:
        return [post.page.url for post in self.built.site.posts]

    @property
    def warnings(self) -> list[str]:
        return [str(warning) for warning in self.built.warnings]

    def body(self, url: str) -> str:
        """Return the HTML of one page's body, without the theme around it."""
        return next(item.document.html for item in self.built.site.everything if item.page.url == url)


@dataclass(frozen=True)
class SiteFactory:
    """Writes the files of a site given as one string; `-- path --` starts a file."""

    root: Path

    def write(self, text: str) -> Path:
        text = textwrap.dedent(text).lstrip("\n")
        _, *parts = FILE.split(text)
        for path, content in zip(parts[::2], parts[1::2], strict=True):
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        return self.root

    def options(self, **changed: object) -> Options:
        return Options(**{"source": self.root, "output": self.root / "_site", "now": NOW, "jobs": 1, **changed})

    def __call__(self, text: str, **changed: object) -> BuiltSite:
        self.write(text)
        built, _ = build(self.options(**changed))
        return BuiltSite(self.root, built)

    def errors(self, text: str, **changed: object) -> list[str]:
        """Build a site that should fail and return its messages, in the order an author reads."""
        self.write(text)
        found: list[SiteError] = []
        try:
            assemble(self.options(**changed))
        except* SiteError as group:
            found = list(flatten(group))
        assert found, "the site built without a mistake"
        return [str(error) for error in sorted(found, key=sort_key)]


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., BuiltSite]:
    """Return a factory of sites: call it with the site's text, or ask for its `errors`."""
    return SiteFactory(tmp_path)
