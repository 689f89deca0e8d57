"""A site in a string, the real server and a real browser: from the save to the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import live_run
from benchmarks.chromium import Tab
from generator.build import Options
from generator.preview.command import Running, Wishes

pytestmark = pytest.mark.browser

SITE = """
    -- site/config.yaml --
    title: Plain Measures
    -- _data/own.yaml --
    value: 0.25
    rows:
      - {name: a, loss: 2}
      - {name: b, loss: 1}
    -- posts/2026-01-02-first.md --
    ---
    title: First
    ---
    The value is {{ data.own.value | num(2) }}.

    {{ table(data.own.rows, caption="Losses") }}

    ```python
    print(1)
    ```

    <details><summary>More</summary>hidden</details>

    The end.
"""
POST = "posts/2026-01-02-first.md"
URL = "2026/01/02/first/"


@pytest.fixture
def previewed(site, tmp_path) -> Iterator[Running]:
    site.write(SITE)
    running = Running(Options(source=tmp_path, output=tmp_path / "_site", jobs=1), Wishes(port=0, watch=True), say=str)
    yield running
    running.close()


@pytest.fixture
def post(tab: Tab, previewed: Running) -> Tab:
    tab.open(f"{previewed.url}{URL}")
    tab.wait("document.documentElement.dataset.labpressRevision !== undefined")
    tab.wait("document.querySelector('labpress-bar')?.shadowRoot.querySelector('.light.on')")
    tab.evaluate("window.kept = true")
    return tab


def replace(root: Path, path: str, before: str, after: str) -> None:
    text = (root / path).read_text()
    assert before in text
    (root / path).write_text(text.replace(before, after))


def test_a_saved_post_is_seen_in_place(post, tmp_path):
    post.evaluate("document.querySelector('details').open = true; document.querySelector('.sort').click()")
    replace(tmp_path, POST, "The end.", "A new end.")
    post.wait("document.querySelector('main').textContent.includes('A new end.')")

    kept = "[window.kept, document.querySelector('details').open, document.querySelectorAll('[aria-sort]').length]"
    assert post.evaluate(kept) == [True, True, 1]


def test_a_saved_value_changes_its_number_and_the_sorted_table_in_place(post, tmp_path):
    post.evaluate("document.querySelectorAll('.sort')[1].click()")
    replace(tmp_path, "_data/own.yaml", "value: 0.25", "value: 0.75")
    replace(tmp_path, "_data/own.yaml", "loss: 2", "loss: 0.5")
    post.wait("document.querySelector('data.num').textContent === '0.75'")
    rows = "[...document.querySelectorAll('tbody tr')].map((row) => row.cells[1].dataset.value)"
    post.wait(f"{rows}.includes('0.5')")

    assert post.evaluate(rows) == ["0.5", "1"]
    assert post.evaluate("window.kept") is True


def test_a_saved_row_touches_its_table_alone_and_the_page_does_not_move(post, tmp_path):
    replace(tmp_path, POST, "The end.", "The end.\n\n" + "One more paragraph.\n\n" * 80)
    post.wait("document.querySelectorAll('main p').length > 80")
    post.evaluate("document.querySelector('details').open = true; scrollTo(0, 900)")
    post.evaluate(
        "window.touched = new Set(); new MutationObserver((records) => {"
        "for (const { target } of records) { const element = target.closest ? target : target.parentElement;"
        "touched.add((element.closest('figure') ?? element).localName) } })"
        ".observe(document, { subtree: true, childList: true, attributes: true, characterData: true })"
    )
    replace(tmp_path, "_data/own.yaml", "loss: 2", "loss: 0.5")
    post.wait("document.querySelector('tbody').textContent.includes('0.5')")
    time.sleep(0.3)

    assert post.evaluate("[...touched].sort()") == ["figure", "html"]  # the revision is noted at the root
    assert post.evaluate("[window.kept, document.querySelector('details').open, scrollY]") == [True, True, 900]


def test_new_code_and_new_tables_get_what_the_themes_scripts_give(post, tmp_path):
    more = "```python\nprint(2)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end."
    replace(tmp_path, POST, "The end.", more)
    post.wait("document.querySelectorAll('.hl').length === 2")

    assert post.evaluate("[...document.querySelectorAll('.hl')].map((b) => b.querySelectorAll('.copy').length)") == [
        1,
        1,
    ]
    assert post.evaluate("document.querySelectorAll('.toggle:not([hidden])').length") == 1


def test_a_mistake_lies_over_the_last_good_page_in_the_words_of_the_build(post, site, tmp_path):
    replace(tmp_path, POST, "data.own.value", "data.own.valeu")
    overlay = "document.querySelector('labpress-errors')?.shadowRoot.querySelector('.list').textContent"
    post.wait(overlay)
    told = post.evaluate(overlay)
    expected = site.errors(SITE.replace("data.own.value", "data.own.valeu"))

    assert [told] == expected
    assert "The value is 0.25." in post.evaluate("document.querySelector('main').textContent")
    replace(tmp_path, POST, "data.own.valeu", "data.own.value")
    post.wait("!document.querySelector('labpress-errors')")
    assert post.evaluate("window.kept") is True


def test_a_style_sheet_of_the_site_is_taken_over_without_a_reload(post, tmp_path):
    tokens = tmp_path / "site" / "static" / "theme" / "tokens.css"
    tokens.parent.mkdir(parents=True)
    tokens.write_text(":root { --ink: rgb(1, 2, 3); }")
    post.wait("getComputedStyle(document.documentElement).color === 'rgb(1, 2, 3)'")
    tokens.write_text(":root { --ink: rgb(4, 5, 6); }")
    post.wait("getComputedStyle(document.documentElement).color === 'rgb(4, 5, 6)'")

    assert post.evaluate("window.kept") is True


def test_a_page_that_is_deleted_says_so_and_comes_back(post, tmp_path):
    text = (tmp_path / POST).read_text()
    (tmp_path / POST).unlink()
    post.wait("!document.querySelector('main')?.textContent.includes('The value')")
    (tmp_path / POST).write_text(text)
    post.wait("document.querySelector('main')?.textContent.includes('The value')")


def test_the_client_is_in_no_build(site):
    built = site(SITE)

    assert [path for path in built.paths if "labpress" in path] == []
    assert "__labpress" not in built[f"{URL}index.html"]


def test_a_run_started_in_the_page_is_seen_there_until_it_has_ended(tab, tmp_path):
    live_run.write_site(tmp_path)
    live_run.run(tmp_path, "points=60").wait()
    replace(tmp_path, "experiments/demo/slow.py", "1 / math", "2 / math")
    wishes = Wishes(port=0, watch=True, allow_run=True)
    running = Running(Options(source=tmp_path, output=tmp_path / "_site", jobs=1), wishes, say=str)
    badge = "document.querySelector('labpress-badge')?.shadowRoot"
    drawer = "document.querySelector('labpress-drawer')?.shadowRoot"
    try:
        tab.open(f"{running.url}{live_run.URL}")
        tab.wait(f"{badge}?.querySelector('.rerun:not([hidden])')")
        tab.evaluate(live_run.COUNT)
        tab.evaluate(f"{badge}.querySelector('.rerun').click()")
        tab.wait(f"{badge}?.textContent.match(/^runningstep \\d+ of 60, .* left/)")
        tab.wait("document.querySelector('data.num + labpress-mark')")
        tab.wait(f"{drawer}?.querySelector('.told').textContent === 'finished, exit code 0'")
        tab.wait("drawn > 1 && !document.querySelector('[data-labpress-state]')")
        tab.wait("document.querySelectorAll('.chart-data tbody tr').length === 60")

        assert tab.evaluate("Boolean(window.told)") is True
    finally:
        running.close()


def test_a_list_marks_the_numbers_of_posts_as_the_posts_do(tab, tmp_path):
    live_run.write_site(tmp_path)
    replace(
        tmp_path,
        "posts/2026-01-02-live.md",
        "The loss",
        "From {{ data.demo.slow.curve[0].loss | num(2) }} on: the loss",
    )
    live_run.run(tmp_path, "points=20", "pause=0").wait()
    running = Running(Options(source=tmp_path, output=tmp_path / "_site", jobs=1), Wishes(port=0, watch=True), say=str)
    told = "[...document.querySelectorAll('[data-labpress-state]')].map((e) => [e.localName, e.dataset.labpressState])"
    try:
        tab.open(running.url)
        tab.wait("document.documentElement.dataset.labpressRevision !== undefined")
        tab.wait("document.querySelector('labpress-bar')?.shadowRoot.querySelector('.light.on')")
        assert tab.evaluate(told) == []
        replace(tmp_path, "experiments/demo/slow.py", "1 / math", "2 / math")
        tab.wait("document.querySelector('article.teaser labpress-mark')")

        assert tab.evaluate(told) == [["data", "stale"]]
        replace(tmp_path, "experiments/demo/slow.py", "2 / math", "1 / math")
        tab.wait("!document.querySelector('labpress-mark, [data-labpress-state]')")
    finally:
        running.close()
