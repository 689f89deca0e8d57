"""Our own blog, as it is committed: fresh, strict, complete, and readable in a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest

from generator.build import Built, Options, assemble
from generator.data.staleness import statuses
from generator.publish.output import write

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --virtual-time-budget=3000 --enable-logging=stderr"
).split()


@pytest.fixture(scope="module")
def built() -> Built:
    return assemble(Options(source=ROOT, output=ROOT / "_site", strict=True, jobs=1))


@pytest.fixture(scope="module")
def folder(built: Built) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as root:
        out = Path(root) / "out"
        write(built.outputs, out, ROOT)
        yield out


def test_every_post_is_published_without_a_warning(built: Built):
    assert built.warnings == ()
    assert built.hidden == ()
    assert len(built.site.posts) >= 2


def test_every_published_artifact_is_fresh():
    assert [(status.name, status.reasons) for status in statuses(ROOT) if status.state != "fresh"] == []


def test_every_page_is_valid_to_a_strict_parser(folder: Path):
    for page in sorted(folder.rglob("*.html")):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(page.read_text(encoding="utf-8"))

        assert [error for error in parser.errors if error[1] != "unknown-namespace"] == [], page


def test_no_page_asks_another_server_for_anything(folder: Path):
    asked = re.compile(r'<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)="(?:https?:)?//')
    found = {str(page) for page in folder.rglob("*.html") if asked.search(page.read_text(encoding="utf-8"))}

    assert found == set()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [1280, 500])
def test_a_browser_lays_out_every_post_without_a_sideways_scroll_or_an_error(built: Built, folder: Path, width: int):
    probe = "document.title = [document.documentElement.scrollWidth - innerWidth, document.fonts.status].join()"
    for post in built.site.posts:
        page = folder / post.page.path
        probed = page.with_name("probe.html")
        probed.write_text(page.read_text().replace("</body>", f"<script>onload = () => {{ {probe} }}</script></body>"))
        command = [CHROMIUM, *FLAGS, f"--window-size={width},900", "--dump-dom", probed.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        title = re.search(r"<title>([^<]*)</title>", done.stdout)

        assert title is not None
        assert int(title[1].split(",")[0]) <= 0, page
        assert not re.search(r"CONSOLE.*(?:Error|Uncaught)", done.stderr), done.stderr
