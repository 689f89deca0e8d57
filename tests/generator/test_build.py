"""Whole sites in a string: what a build makes, what it refuses, and how it says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generator.__main__ import main
from generator.build import clock

ROOT = Path(__file__).parents[2]

SMALL = """
    -- posts/2026-01-02-first.md --
    ---
    title: The *first* post
    tags: [math, tables]
    ---
    Loss fell to {{ data.runs[0].loss }}, and $a_1 * b_1$ stays math.

    | name | loss |
    |---|---|
    {% for run in data.runs %}
    | {{ run.name }} | {{ run.loss }} |
    {% endfor %}
    -- posts/2026-01-03-second.md --
    ---
    title: Second
    ---
    See [the first](2026-01-02-first.md).
    -- _data/runs.yaml --
    - {name: a|b, loss: 5.18e-05}
    - {name: "<script>alert(1)</script>", loss: 2}
"""

EIGHT = """
    -- posts/2026-01-01-a.md --
    ---
    title: A
    date: banana
    tags: 3
    ---
    Text.
    -- posts/2026-01-02-b.md --
    {% for row in data.runs %}never closed
    -- posts/2026-01-03-c.md --
    ---
    title: C
    ---
    A formula $\\frobnicate{x}$, a value {{ data.runs.lss }}

    and [a script](javascript:alert(1)).
    -- posts/2026-01-04-d.md --
    A link [nowhere](2026-01-09-none.md).
    -- _data/runs.yaml --
    loss: 0.3
    -- _data/broken.yaml --
    a: [1, 2
    b: 3
"""


def run(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "generator", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(cwd), **env}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_a_folder_with_two_posts_and_a_data_file_becomes_a_site(site):
    built = site(SMALL)

    assert built.post_urls == ["/2026/01/03/second/", "/2026/01/02/first/"]
    assert "<td>a|b</td>" in built["2026/01/02/first/index.html"]
    assert "<script>alert(1)" not in built["2026/01/02/first/index.html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in built["2026/01/02/first/index.html"]
    assert "5.18e-05" in built["2026/01/02/first/index.html"]
    assert 'href="../../../../2026/01/02/first/"' in built["2026/01/03/second/index.html"]
    assert {"index.html", "archive/index.html", "tags/math/index.html", "atom.xml", "404.html", "robots.txt"} <= set(
        built.paths
    )


def test_a_title_is_styled_in_the_heading_and_plain_elsewhere(site):
    built = site(SMALL)

    assert "<em>first</em>" in built["2026/01/02/first/index.html"]
    assert "<title>The first post" in built["2026/01/02/first/index.html"]
    assert "<title>The first post</title>" in built["atom.xml"]


def test_all_mistakes_of_all_files_come_in_one_run(site):
    heads = [error.partition("\n")[0] for error in site.errors(EIGHT)]

    assert heads == [
        "_data/broken.yaml:2:2: error: this is not YAML: did not find expected ',' or ']'",
        "posts/2026-01-01-a.md:3:7: error: `date` is `banana`, which is not a date",
        "posts/2026-01-01-a.md:4:7: error: `tags` is the number 3, not a list of names",
        "posts/2026-01-02-b.md:1:1: error: `for` is never closed",
        "posts/2026-01-03-c.md:4:12: error: `\\frobnicate` is not a TeX command we know",
        "posts/2026-01-03-c.md:4:40: error: `data.runs.lss` does not exist",
        "posts/2026-01-03-c.md:6:16: error: the address `javascript:alert(1)` is not allowed here",
        "posts/2026-01-04-d.md:1:18: error: `2026-01-09-none.md` leads nowhere",
    ]


def test_a_mistake_in_the_config_comes_with_the_nearest_name(site):
    assert site.errors("""
        -- site/config.yaml --
        titel: Typo
    """) == [
        "site/config.yaml:1:1: error: `titel` is not a key of the config\n"
        "    1 | titel: Typo\n"
        "      | ^\n"
        "hint: did you mean `title`?"
    ]


def test_a_failed_build_leaves_the_old_site_as_it_was(site):
    built = site(SMALL)
    before = {path: built[path] for path in built.paths if path.endswith((".html", ".xml"))}
    site.errors("""
        -- posts/2026-01-04-bad.md --
        {{ nothing }}
    """)

    assert before == {path: built[path] for path in before}


def test_the_command_line_prints_every_mistake_and_exits_with_one(tmp_path: Path):
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "2026-01-01-a.md").write_text("{{ data.x }} and {{ y }}\n")
    done = run("build", cwd=tmp_path)

    assert done.returncode == 1
    assert done.stderr.endswith("2 errors in 1 file; nothing was written\n")
    assert "posts/2026-01-01-a.md:1:21: error: `y` is not defined\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "_site").exists()


def test_an_unknown_command_offers_the_nearest(tmp_path: Path):
    done = run("biuld", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.endswith("hint: did you mean `build`?\n")


def test_a_source_that_is_no_folder_is_a_wrong_command(tmp_path: Path):
    done = run("build", "--source", "nowhere", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (2, f"error: there is no folder `{tmp_path}/nowhere`\n")


def test_an_output_folder_that_is_not_ours_is_refused(tmp_path: Path):
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/2026-01-01-a.md").write_text("Text.\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("years of work")
    done = run("build", "--output", "out", cwd=tmp_path)

    assert done.returncode == 73
    assert "thesis.tex" in done.stderr
    assert (tmp_path / "out/thesis.tex").read_text() == "years of work"


def test_drafts_and_future_posts_stay_out_until_asked_for(site):
    text = """
        -- posts/2026-01-01-ready.md --
        Text.
        -- posts/2026-01-02-idea.md --
        ---
        draft: true
        ---
        Text.
        -- posts/2031-01-01-later.md --
        Text.
    """

    assert site(text).post_urls == ["/2026/01/01/ready/"]
    assert site(text, drafts=True, future=True).post_urls == [
        "/2031/01/01/later/",
        "/2026/01/02/idea/",
        "/2026/01/01/ready/",
    ]


def test_two_posts_at_one_address_are_an_error_naming_both(site):
    errors = site.errors("""
        -- posts/2026-01-01-a.md --
        ---
        permalink: /same/
        ---
        Text.
        -- posts/2026-01-02-b.md --
        ---
        permalink: /same/
        ---
        Text.
    """)

    assert len(errors) == 1
    assert "/same/" in errors[0]
    assert "posts/2026-01-01-a.md" in errors[0]
    assert "posts/2026-01-02-b.md" in errors[0]


def test_a_changed_value_changes_the_pages_that_show_it_and_no_other(site):
    built = site(SMALL)
    before = {path: built[path] for path in built.paths if path.endswith(".html")}
    again = site("""
        -- _data/runs.yaml --
        - {name: a|b, loss: 5.19e-05}
        - {name: "<script>alert(1)</script>", loss: 2}
    """)
    changed = [path for path in before if before[path] != again[path]]

    # The home page shows the first paragraph of the post, and the value is in it.
    assert changed == ["2026/01/02/first/index.html", "index.html"]


def test_a_post_waits_for_a_run_that_was_never_made(site):
    built = site("""
        -- experiments/family/thing.py --
        '''A claim.'''
        WRITES = {"best": "scalar"}
        -- posts/2026-01-01-a.md --
        The best is {{ data.family.thing.best.loss }}.
        -- posts/2026-01-02-b.md --
        Text.
    """)

    assert built.post_urls == ["/2026/01/02/b/"]
    assert built.built.hidden == (
        (
            "posts/2026-01-01-a.md",
            "`family.thing` is pending: run `python -m experiments run family.thing`",
        ),
    )


def test_the_epoch_of_reproducible_builds_is_the_clock(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")

    assert clock().isoformat() == "1970-01-02T00:00:00+00:00"


def test_the_punctuation_behind_a_formula_stays_on_its_line(site):
    html = site("-- posts/2026-01-01-a.md --\nLet $x$, then $y$ holds ($z$).\n").body("/2026/01/01/a/")

    assert html.count('<span class="nobr"><math') == 2
    assert "</math>,</span> then <math" in html
    assert "</math>).</span></p>" in html


BROKEN_CONFIG = """
    -- posts/2026-01-02-a.md --
    ---
    title: A
    ---
    {{ site.params.accent }} {{ missing }} [gone](/gone/)
    -- posts/2026-01-02-c.md --
    ---
    title: C
    ---
    Of $\\zq$.
    -- posts/2026-01-03-b.md --
    ---
    title: [B
    ---
    -- _data/x.json --
    {
    -- site/config.yaml --
"""


def heads(errors: list[str]) -> list[str]:
    return [error.partition("\n")[0] for error in errors]


HEAD_OF_B = "posts/2026-01-03-b.md:3:1: error: this is not YAML: did not find expected ',' or ']'"
DATA = "_data/x.json:2:1: error: expected a key in double quotes, the file ends"
MISSING = "posts/2026-01-02-a.md:4:29: error: `missing` is not defined"
ACCENT = "posts/2026-01-02-a.md:4:4: error: `site.params.accent` does not exist"
TEX = "posts/2026-01-02-c.md:4:5: error: `\\zq` is not a TeX command we know"


@pytest.mark.parametrize(
    ("line", "mistake", "others"),
    [
        ("paginate: 0", ":11: error: `paginate` is the number 0, not a whole number from 1", [ACCENT, MISSING, TEX]),
        ("titel: A", ":1: error: `titel` is not a key of the config", [ACCENT, MISSING, TEX]),
        ("accent: red", ":1: error: `accent` is not a key of the config", [MISSING, TEX]),
        ("permalink: /:slag/", ":12: error: `:slag` is not a placeholder", [ACCENT, MISSING, TEX]),
        ("templatng: liquid", ":1: error: `templatng` is not a key of the config", []),
        ("macros: {R: [x]}", ":13: error: `macros.R` is a list, not text", []),
    ],
)
def test_a_mistake_in_the_config_is_told_with_those_of_the_pages(site, line: str, mistake: str, others: list[str]):
    found = heads(site.errors(BROKEN_CONFIG + f"    {line}\n"))

    assert found == [DATA, *others, HEAD_OF_B, f"site/config.yaml:1{mistake}"]


def test_a_config_that_cannot_be_read_says_that_the_pages_were_not(site):
    assert site.errors(BROKEN_CONFIG + "    title: A: B\n") == [
        "site/config.yaml:1:9: error: this is not YAML: mapping values are not allowed in this context\n"
        "    1 | title: A: B\n"
        "      |         ^\n"
        "hint: quote the value: `title: 'A: B'`; the pages are judged when this is mended"
    ]


def test_a_mistake_in_the_config_leaves_the_old_site(site):
    site("-- posts/2026-01-02-a.md --\n---\ntitle: A\n---\nOld.\n")
    before = {path: path.read_bytes() for path in (site.root / "_site").rglob("*") if path.is_file()}
    site.write("-- posts/2026-01-02-a.md --\n---\ntitle: A\n---\nNew.\n-- site/config.yaml --\npaginate: 0\n")

    assert main(["build", "--source", str(site.root)]) == 1
    assert before == {path: path.read_bytes() for path in (site.root / "_site").rglob("*") if path.is_file()}


def test_links_are_not_judged_while_posts_may_stand_elsewhere(site):
    errors = site.errors("""
        -- posts/a/2026-01-02-x.md --
        ---
        title: A
        ---
        [b](/b/x/) {{ missing }}
        -- posts/b/2026-01-02-x.md --
        ---
        title: B
        ---
        -- site/config.yaml --
        permalink: /:categoris/:slug/
    """)

    assert heads(errors) == [
        "posts/a/2026-01-02-x.md:4:15: error: `missing` is not defined",
        "site/config.yaml:1:12: error: `:categoris` is not a placeholder",
    ]
