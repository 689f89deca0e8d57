"""The code that the posts show is the code that ran."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
POSTS = sorted((REPOSITORY / "posts").glob("2026-11-21-*transformer*/index.md"))
FENCE = re.compile(r'^```python \{file="(experiments/\S+)"\}\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def excerpts() -> list[tuple[str, str, str]]:
    return [(post.parent.name, *found) for post in POSTS for found in FENCE.findall(post.read_text())]


@pytest.mark.parametrize(("post", "file", "excerpt"), excerpts())
def test_an_excerpt_stands_in_its_file_line_by_line(post: str, file: str, excerpt: str):
    """`...` stands for lines left out; the parts between follow each other in the file."""
    source = [line.strip() for line in (REPOSITORY / file).read_text().splitlines()]
    at = 0
    for part in re.split(r"^\.\.\.$", excerpt.strip(), flags=re.MULTILINE):
        lines = [line.strip() for line in part.strip().splitlines()]
        places = [place for place in range(at, len(source)) if source[place : place + len(lines)] == lines]
        assert places, f"{post}: {lines[0]!r} and what follows is not in {file}"
        at = places[0] + len(lines)


def test_the_architecture_is_shown_in_excerpts():
    assert len([post for post, _, _ in excerpts() if post.endswith("line-by-line")]) >= 6
