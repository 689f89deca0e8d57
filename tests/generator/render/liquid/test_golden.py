"""A Jekyll post of ours with every construct builds as it is; its table and its chat are what Ruby prints."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from generator.build import Options, assemble
from generator.render.body.texts import MARK
from generator.render.expand import expand
from generator.render.render import make_tools
from generator.render.values import reveal
from tests.conftest import NOW, BuiltSite

HERE = Path(__file__).parent
URL = "/2021/07/14/persona/"


@pytest.fixture(scope="module")
def golden(tmp_path_factory) -> BuiltSite:
    root = tmp_path_factory.mktemp("golden") / "site"
    shutil.copytree(HERE / "golden", root)
    picture = root / "site/static/pictures/one.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\x89PNG\r\n")
    return BuiltSite(root, assemble(Options(root, root / "_site", now=NOW, jobs=1)))


def test_it_builds_without_a_word(golden: BuiltSite):
    assert golden.warnings == []


def test_its_html_is_the_stored_one(golden: BuiltSite):
    assert golden.body(URL) == (HERE / "golden/expected.html").read_text()


@pytest.mark.parametrize("block", ["sweep table", "candidate log"])
def test_its_blocks_are_byte_for_byte_what_ruby_prints(golden: BuiltSite, block: str):
    """ruby/cases.txt has the same two blocks over the same data; ruby/print.rb is the command."""
    site = golden.built.site
    pages = [item.page for item in site.everything]
    tools = make_tools(golden.root, site.config, site.tree, site.ledger, pages)
    page = next(page for page in pages if page.url == URL)
    expanded = expand(page, site.tree.view(), tools.language)
    cases = (HERE / "ruby/cases.txt").read_text()
    template = cases.split(f"=== {block}\n")[1].split("\n===")[0]
    printed = json.loads((HERE / "ruby/output.json").read_text())[block]

    assert template in page.body
    assert printed in reveal(MARK.sub("", expanded.text), expanded.values)
