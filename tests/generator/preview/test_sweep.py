from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.preview.sweep import NOTHING, is_watched, stamp, sweep


@pytest.mark.parametrize(
    "path",
    ["posts/a.md", "_data/x/y.yaml", "site/config.yaml", "site/static/.nojekyll", "experiments/x.py", "_drafts/a.md"],
)
def test_sources_are_watched(path: str):
    assert is_watched(path)


@pytest.mark.parametrize(
    "path",
    [
        "_site/index.html",
        ".labpress/cache/x",
        ".git/index",
        ".runs/x/metrics.jsonl",
        "README.md",
        "posts/4913",
        "posts/.a.md.swp",
        "posts/a.md~",
        "posts/#a.md#",
        "posts/.#a.md",
        "_data/.tmp-abc",
        "._site.staging-1/index.html",
        "posts/.git/index",
        "experiments/__pycache__/x.pyc",
    ],
)
def test_what_editors_git_and_builds_leave_is_not(path: str):
    assert not is_watched(path)


def test_a_sweep_finds_every_file_and_folder_of_the_sources(tmp_path: Path):
    for path in ("posts/a.md", "posts/b/index.md", "posts/b/p.png", "_data/x.yaml", "_site/index.html", "posts/a.md~"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / "posts/nowhere.md").symlink_to("gone.md")

    found = sweep(tmp_path)

    assert sorted(found.files) == [
        "_data/x.yaml",
        "posts/a.md",
        "posts/b/index.md",
        "posts/b/p.png",
        "posts/nowhere.md",
    ]
    assert sorted(found.folders) == ["_data", "posts", "posts/b"]
    assert {path: stamp(tmp_path, path) for path in found.files} == found.files
    assert found.files["posts/nowhere.md"] == NOTHING
    assert stamp(tmp_path, "posts/absent.md") is None


def test_a_circle_of_links_ends(tmp_path: Path):
    (tmp_path / "posts/a").mkdir(parents=True)
    (tmp_path / "posts/a/here.md").write_text("x")
    (tmp_path / "posts/a/up").symlink_to("..")
    (tmp_path / "posts/a/self").symlink_to(".")

    assert "posts/a/here.md" in sweep(tmp_path).files


def test_a_touched_file_has_another_stamp(tmp_path: Path):
    file = tmp_path / "posts/a.md"
    file.parent.mkdir()
    file.write_text("x")
    before = sweep(tmp_path)
    os.utime(file, (1, 1))

    assert sweep(tmp_path).files != before.files
