"""Broken old sites: whatever is cut off or slipped in, an import ends in messages, and a second run agrees."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest

from generator.errors import SiteError, flatten
from generator.importers.move_in import move_in
from tests.generator.importers.conftest import Mover
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


JEKYLL = ("defaults", "plugins", "collections", "exclude", "include", "paginate", "feed", "jekyll-archives")
HUGO = ("params", "menu", "pagination", "outputFormats", "disableKinds", "permalinks", "languages", "taxonomies")
PELICAN = (
    "DIRECT_TEMPLATES",
    "PAGINATION_PATTERNS",
    "PAGINATED_TEMPLATES",
    "PAGE_PATHS",
    "EXTRA_PATH_METADATA",
    "TAG_URL",
)
WEIRD = (3, True, "x", [], {}, [3, None, {}], {"a": 1}, {"main": 3, "tags": 3, "enabled": [3]})


@pytest.mark.parametrize(
    ("system", "name", "post", "keys"),
    [
        ("jekyll", "_config.yml", "_posts/2020-01-02-a.md", JEKYLL),
        ("hugo", "hugo.json", "content/posts/a.md", HUGO),
        ("pelican", "pelicanconf.py", "content/a.md", PELICAN),
    ],
)
def test_a_setting_of_another_shape_counts_as_not_given(
    moved, system: str, name: str, post: str, keys: tuple[str, ...]
):
    for number, (key, value) in enumerate(itertools.product(keys, WEIRD)):
        conf = f"{key} = {value!r}" if system == "pelican" else json.dumps({key: value})
        mover = Mover(moved.folder / str(number))
        mover.folder.mkdir()
        text = f"-- {name} --\n{conf}\n-- {post} --\n---\ntitle: A\ndate: 2020-01-02\ntags: [a]\n---\nx\n"

        assert mover(system, text).errors == [], f"{key}: {value}"


def test_characters_of_a_private_use_stay_what_they_are(moved):
    text = (
        "-- content/posts/a.md --\n---\ntitle: A\ndate: 2020-01-02\n---\n\ue0000\ue001 \ue00099\ue001 {{</* x */>}}\n"
    )

    assert moved("hugo", text).body("posts/a.md") == "\ue0000\ue001 \ue00099\ue001 {{< x >}}\n"


def test_noncharacters_are_taken_out_and_told(moved):
    found = moved("hugo", "-- content/posts/a.md --\n---\ntitle: A\ndate: 2020-01-02\n---\nx\ufdd0y\n")

    assert found.body("posts/a.md") == "xy\n"
    assert found.notes == [
        "translated: content/posts/a.md:5: noncharacters, which the builder keeps for itself, are gone"
    ]
    assert "posts/a/index.html" in found.build()


def test_one_file_in_two_folders_that_become_one_comes_over_once(moved):
    moved.write("-- _config.yml --\n-- _assets/img/a.svg --\n<svg/>\n-- assets/img/a.svg --\n<svg/>\n")
    found = moved.again("jekyll")

    assert found.errors == []
    assert found.text("site/static/assets/img/a.svg") == "<svg/>\n"


def test_names_that_differ_only_in_how_an_accent_is_composed_are_one_file(moved):
    root = moved.write("-- _config.yml --\n")
    (root / "e\u0301.txt").write_text("a")
    (root / "\u00e9.txt").write_text("b")

    assert moved.again("jekyll").errors == [
        "\u00e9.txt: error: `e\u0301.txt` comes over to the same place\n"
        "hint: rename one of them: both would be `site/static/\u00e9.txt`"
    ]


def test_a_redirect_of_another_shape_is_told_as_it_is_written(moved):
    found = moved("jekyll", "-- _config.yml --\n-- a.md --\n---\ntitle: A\nredirect_from: {a: b}\n---\n")

    assert found.errors == [
        "a.md:3:16: error: `redirect_from` is a mapping, not text\n"
        "    3 | redirect_from: {a: b}\n"
        "      |                ^"
    ]


def notebook(moved, **cell: object):
    """Import a notebook of one cell."""
    plain = {"cells": [{"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], **cell}], "nbformat": 4}
    return moved("quarto", f"-- a.ipynb --\n{json.dumps(plain)}\n")


def test_half_a_character_of_a_notebook_becomes_a_mark(moved):
    found = notebook(moved, source="a = '\ud83d'")

    assert found.text("site/pages/a.md").endswith("```python\na = '\ufffd'\n```\n")


def test_tags_of_a_cell_that_are_no_list_count_as_none(moved):
    assert notebook(moved, metadata={"tags": 3}).errors == []


@pytest.mark.parametrize("data", ["A", "@@@"])
def test_an_attachment_that_is_no_picture_is_told(moved, data: str):
    attached = {"a.png": {"image/png": data}}

    assert notebook(moved, cell_type="markdown", source="![x](attachment:a.png)", attachments=attached).errors == [
        "a.ipynb: error: the attachment `a.png` of cell 1 is not base64\nhint: run the cell again"
    ]


def test_an_attachment_alone_in_its_paragraph_comes_over(moved):
    attached = {"a.png": {"image/png": "iVBORw0K"}}

    found = notebook(moved, cell_type="markdown", source="![x](attachment:a.png)", attachments=attached)

    assert found.text("site/pages/a.md").endswith('![x](a_files/cell-1-a.png "x")\n')
    assert found.files["site/pages/a_files/cell-1-a.png"] == b"\x89PNG\r\n"
