"""Broken old sites: whatever is cut off or slipped in, an import ends in messages, and a second run agrees."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from generator.errors import SiteError, flatten
from generator.importers.move_in import move_in
from tests.generator.importers.wordpress_export import EXPORT

HEADS = {"jekyll": "_config.yml", "gatsby": "gatsby-config.js", "hugo": "hugo.toml", "pelican": "pelicanconf.py"}
POSTS = {
    "jekyll": "_posts/2020-01-02-a.md",
    "gatsby": "content/blog/a/index.md",
    "hugo": "content/posts/a.md",
    "pelican": "content/a.md",
    "quarto": "posts/a/index.qmd",
}
SETTINGS = {
    "jekyll": b"title: A\ndefaults:\n  - scope: {path: ''}\n    values: {x: 1}\ncollections: {b: {output: true}}\n",
    "gatsby": b"module.exports = { siteMetadata: { title: `A`, author: { name: 'B' } } }\n",
    "hugo": b'title = "A"\n[params]\nauthor = "B"\n[permalinks]\nposts = "/:year/:slug/"\n',
    "pelican": b"SITENAME = 'A'\nARTICLE_URL = '{date:%Y}/{slug}/'\n",
}
POST = (
    b"---\ntitle: A\ndate: 2020-01-02\ntags: [a, b]\naliases: [/c/]\n---\n\n"
    b"{{< figure src='x' >}} `code` [l](m.md)\n\n```{python}\nx\n```\n"
)
SLIPS = (
    b"\0",
    b"---\n",
    b"[",
    b"{",
    b"'",
    b'"',
    b"\xff",
    b"```",
    b"{{<",
    b"date: x\n",
    b"permalink: ../x\n",
    b"slug: [1]\n",
)


def write(folder: Path, system: str) -> tuple[Path, list[Path]]:
    """Write a small old site, and return its folder and its files."""
    if system == "wordpress":
        (folder / "old.xml").write_text(EXPORT, encoding="utf-8")
        return folder / "old.xml", [folder / "old.xml"]
    files = {POSTS[system]: POST} | ({HEADS[system]: SETTINGS[system]} if system in HEADS else {})
    for path, content in files.items():
        file = folder / "old" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder / "old", [folder / "old" / path for path in files]


@pytest.mark.parametrize("system", [*POSTS, "wordpress"])
def test_no_broken_file_ends_in_anything_but_messages(tmp_path: Path, system: str):
    dice = random.Random(8)
    for number in range(16):
        folder = tmp_path / str(number)
        folder.mkdir()
        source, files = write(folder, system)
        file = dice.choice(files)
        content = file.read_bytes()
        at = dice.randrange(len(content))
        file.write_bytes(content[:at] if number % 2 else content[:at] + dice.choice(SLIPS) + content[at:])

        assert told(system, source, folder / "new") == told(system, source, folder / "new")


def told(system: str, source: Path, target: Path) -> list[str]:
    """Import, and return what kept files out; anything but a message goes on up."""
    try:
        return [str(error) for error in move_in(system, source, target).errors]
    except (SiteError, ExceptionGroup) as error:
        found = list(flatten(error))
        if not found:
            raise
        return [str(one) for one in found]
