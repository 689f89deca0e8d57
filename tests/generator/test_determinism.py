"""The same input gives the same bytes, wherever and however it is built; and an edit gives a clean build's bytes."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def write_site(root: Path) -> None:
    """Write a site of some thirty posts, enough for several processes."""
    (root / "posts").mkdir(parents=True)
    (root / "_data").mkdir()
    (root / "site").mkdir()
    (root / "site/config.yaml").write_text("title: T\nurl: https://example.org/blog\ntimezone: Asia/Seoul\n")
    (root / "_data/runs.csv").write_text("name,loss\nä,5.18e-05\nb,0.5\n")
    for i in range(32):
        tags = ", ".join(["é", "b", "C"][: i % 3 + 1])
        head = f"---\ntitle: Post {i} İ\ntags: [{tags}]\n---\n\n# One\n\n"
        text = head + f"$x_{i}$ {{{{ data.runs[{i % 2}].loss }}}}\n\n```python\nx = {i}\n```\n"
        (root / f"posts/2026-01-{i % 28 + 1:02}-p{i}.md").write_text(text, encoding="utf-8")


def build(root: Path, jobs: int = 0, **env: str) -> str:
    """Build in a process of its own and return one hash of all files."""
    environment = {**{k: v for k, v in os.environ.items() if k in {"PATH", "HOME"}}, "PYTHONPATH": str(ROOT), **env}
    command = [sys.executable, "-m", "generator", "build", "--source", str(root), "--jobs", str(jobs)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return fingerprint(root / "_site")


def fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


@pytest.mark.slow
def test_folder_locale_zone_hash_seed_processes_and_clock_do_not_matter(tmp_path: Path):
    variants = [
        {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"},
        {"LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns", "PYTHONHASHSEED": "1"},
        {"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1900000000"},
        {"PYTHONOPTIMIZE": "1", "COLUMNS": "40", "PYTHONHASHSEED": "42"},
    ]
    prints = []
    for number, variant in enumerate(variants):
        root = tmp_path / f"somewhere-{number}" / ("deeper" * number or "x")
        write_site(root)
        prints.append(build(root, jobs=number % 3, **variant))

    assert prints == [prints[0]] * len(variants)


def edit(root: Path, post: Path, step: int, rng: random.Random) -> None:
    """Do one of the things a writer does."""
    match rng.randrange(5):
        case 0:
            post.write_text(post.read_text().replace("One", f"Changed {step}"))
        case 1:
            post.unlink()
        case 2:
            (root / "_data/runs.csv").write_text(f"name,loss\nä,{rng.random()}\nb,0.5\n")
        case 3:
            (root / f"posts/2026-02-0{step + 1}-new.md").write_text("{{ data.runs | length }}\n")
        case _:
            (root / "site/config.yaml").write_text(f"title: T{step}\ntimezone: UTC\n")


@pytest.mark.slow
def test_any_sequence_of_edits_ends_in_the_bytes_of_a_clean_build(tmp_path: Path):
    rng = random.Random(5)
    root = tmp_path / "site"
    write_site(root)
    build(root)
    for step in range(6):
        post = rng.choice(sorted((root / "posts").iterdir()))
        edit(root, post, step, rng)
        shutil.rmtree(tmp_path / "clean", ignore_errors=True)
        shutil.copytree(root, tmp_path / "clean", ignore=shutil.ignore_patterns("_site", ".labpress", "._site*"))

        assert build(root) == build(tmp_path / "clean")
