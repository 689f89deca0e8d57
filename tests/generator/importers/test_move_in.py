"""Moving in: twice is once, what an author wrote stays, the old site is only read, one bad file stops no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from generator.__main__ import SYSTEMS as KNOWN
from generator.__main__ import main
from generator.errors import SiteError
from generator.importers.move_in import SYSTEMS, move_in

SITE = """
    -- _config.yml --
    title: Small
    -- _posts/2020-01-02-one.md --
    ---
    title: One
    ---
    Words.
    -- about.md --
    ---
    title: About
    ---
    Me.
    -- img/a.png --
    (pixel)
"""


def test_an_import_run_twice_changes_nothing(moved):
    first = moved("jekyll", SITE)
    before = first.files

    second = moved.again("jekyll")

    assert before == second.files
    assert second.moved.landed.written == []
    assert f"nothing to do: {second.new} is up to date" == second.moved.summary


def test_what_changed_in_the_old_site_comes_over_and_nothing_else(moved):
    moved("jekyll", SITE)
    moved.write("-- _posts/2020-01-02-one.md --\n---\ntitle: One\n---\nOther words.\n")

    second = moved.again("jekyll")

    assert second.moved.landed.written == ["posts/2020-01-02-one.md"]
    assert second.text("posts/2020-01-02-one.md") == "---\ntitle: One\n---\nOther words.\n"


def test_a_file_the_author_changed_is_never_written_again(moved):
    first = moved("jekyll", SITE)
    (first.new / "posts/2020-01-02-one.md").write_text("mine\n")
    (first.new / "site/static/img/a.png").unlink()

    second = moved.again("jekyll")

    assert second.text("posts/2020-01-02-one.md") == "mine\n"
    assert second.moved.landed.kept == [
        ("posts/2020-01-02-one.md", "you changed it since it was imported"),
        ("site/static/img/a.png", "you removed it since it was imported"),
    ]
    assert (
        "## Yours, so left alone\n\n"
        "- `posts/2020-01-02-one.md`: you changed it since it was imported\n"
        "- `site/static/img/a.png`: you removed it since it was imported\n"
    ) in second.report


def test_a_file_that_was_there_before_stays(moved):
    new = moved.folder / "new"
    (new / "posts").mkdir(parents=True)
    (new / "posts/2020-01-02-one.md").write_text("first here\n")
    (new / "notes.txt").write_text("unrelated\n")

    found = moved("jekyll", SITE)

    assert found.text("posts/2020-01-02-one.md") == "first here\n"
    assert found.text("notes.txt") == "unrelated\n"
    assert found.moved.landed.kept == [("posts/2020-01-02-one.md", "it was there before the import")]


def test_the_old_site_is_not_touched(moved):
    root = moved.write(SITE)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in root.rglob("*")}

    moved.again("jekyll")

    assert before == {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in root.rglob("*")}


@pytest.mark.parametrize("where", ["old/new", "", "old"])
def test_a_new_site_inside_the_old_one_or_around_it_is_refused(moved, where: str):
    source, target = moved.write(SITE), moved.folder / where

    code = main(["import", "jekyll", str(source), str(target)])

    assert code == 1
    assert list(moved.folder.rglob("import-report.md")) == []


def test_an_unknown_system_is_answered_with_the_nearest(moved, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        main(["import", "jekyl", "old", "new"])

    assert stopped.value.code == 2
    assert "hint: did you mean `jekyll`?" in capsys.readouterr().err


def test_links_out_of_the_old_site_are_told_and_not_followed(moved):
    root = moved.write(SITE)
    (moved.folder / "secret.txt").write_text("secret\n")
    (root / "leak.txt").symlink_to("../secret.txt")
    (root / "all").symlink_to("..")
    (root / "lost.md").symlink_to("nowhere.md")

    found = moved.again("jekyll")

    assert found.errors == [
        "all: error: this is a link to `..`, outside the old site\nhint: copy what it leads to into the old site",
        "leak.txt: error: this is a link to `../secret.txt`, outside the old site\n"
        "hint: copy what it leads to into the old site",
        "lost.md: error: this is a link to `nowhere.md`, which does not exist\nhint: mend the link or remove it",
    ]
    assert "site/static/leak.txt" not in found.files


def test_a_link_in_the_new_site_is_not_written_through(moved):
    new, elsewhere = moved.folder / "new", moved.folder / "elsewhere"
    new.mkdir()
    elsewhere.mkdir()
    (new / "posts").symlink_to(elsewhere)

    found = moved("jekyll", SITE)

    assert list(elsewhere.iterdir()) == []
    assert found.moved.landed.kept == [("posts/2020-01-02-one.md", "a link here leads out of the new site")]


def test_every_broken_file_is_told_at_once_and_the_others_come_over(moved, capsys: pytest.CaptureFixture[str]):
    root = moved.write(SITE)
    (root / "_posts/2020-01-03-open.md").write_text("---\ntitle: Open\n")
    (root / "_posts/2020-01-04-yaml.md").write_text("---\ntitle: [a\n---\n")
    (root / "_posts/2020-01-05-nul.md").write_bytes(b"---\ntitle: a\n---\nx\0y" + b"z" * 100)
    (root / "_posts/2020-01-06-empty.md").write_bytes(b"")
    (root / "folder.md").mkdir()
    (root / "folder.md/inside.txt").write_text("x")
    (root / "_data").mkdir()
    (root / "_data/a.json").write_text("{")
    (root / "/".join(["deep"] * 60)).mkdir(parents=True)

    code = main(["import", "jekyll", str(root), str(moved.folder / "new")])

    said = capsys.readouterr()
    heads = [line for line in said.err.split("\n") if ": error: " in line]
    assert code == 1
    assert heads == [
        "_data/a.json:1:2: error: expected a key in double quotes, the file ends",
        "_posts/2020-01-03-open.md:1:1: error: the front matter that starts here has no end",
        "_posts/2020-01-04-yaml.md:3:1: error: this is not YAML: did not find expected ',' or ']'",
        "_posts/2020-01-05-nul.md:4: error: byte 18 is a NUL",
        "deep/" * 40 + "deep: error: folders are nested more than 40 levels deep",
        "folder.md: error: this is a folder with the name of a page",
    ]
    assert "2 posts, 1 page, 1 other file" in said.out


@pytest.mark.parametrize("system", ["jekyll", "gatsby", "hugo", "pelican", "quarto", "wordpress"])
def test_a_folder_of_another_kind_is_refused_with_a_hint(tmp_path: Path, system: str):
    (tmp_path / "old").mkdir()

    with pytest.raises(SiteError) as error:
        move_in(system, tmp_path / "old", tmp_path / "new")

    assert error.value.hint
    assert not (tmp_path / "new").exists()


def test_the_manifest_must_be_one(moved):
    first = moved("jekyll", SITE)
    (first.new / ".labpress/import.json").write_text("[]")

    with pytest.raises(SiteError) as error:
        moved.again("jekyll")

    assert str(error.value) == (
        ".labpress/import.json: error: this is not the list of an import\n"
        "hint: restore it, or remove it: then no file that differs is overwritten"
    )


def test_the_command_ends_with_what_came_over(moved, capsys: pytest.CaptureFixture[str]):
    source, target = moved.write(SITE), moved.folder / "new"

    code = main(["import", "jekyll", str(source), str(target)])

    assert (code, capsys.readouterr().err) == (0, "")
    assert main(["import", "jekyll", str(source), str(target)]) == 0
    assert capsys.readouterr().out == f"nothing to do: {target} is up to date\n"


def test_the_summary_counts(moved):
    found = moved("jekyll", SITE)

    assert found.moved.summary == (
        f"{found.new}: 1 post, 1 page, 1 other file; 5 files written\n"
        "as they were: 1; translated: 1; needs a hand: 0; did not come over: 0\n"
        "old addresses kept: 2 of 2\n"
        f"the report: {found.new}/import-report.md\n"
        f"next: python -m generator check --source {found.new}"
    )


def test_one_old_site_gives_the_same_bytes_wherever_it_goes(moved, tmp_path: Path):
    first = moved("jekyll", SITE)

    move_in("jekyll", first.old, tmp_path / "elsewhere")

    there = {path.relative_to(tmp_path / "elsewhere").as_posix(): path for path in (tmp_path / "elsewhere").rglob("*")}
    assert first.files == {name: path.read_bytes() for name, path in sorted(there.items()) if path.is_file()}


def test_an_import_that_was_cut_off_is_finished_by_the_next(moved):
    first = moved("jekyll", SITE)
    before = first.files
    (first.new / ".labpress/import.json").unlink()  # written last
    (first.new / "site/static/img/a.png").unlink()

    second = moved.again("jekyll")

    assert second.files == before
    assert second.moved.landed.written == ["site/static/img/a.png"]


def test_the_command_line_knows_every_importer():
    assert SYSTEMS == KNOWN


def test_a_config_that_was_there_is_kept_and_told_what_it_needs(moved):
    (moved.folder / "new/site").mkdir(parents=True)
    (moved.folder / "new/site/config.yaml").write_text("title: Mine\n")

    found = moved("hugo", "-- content/posts/a.md --\n---\ntitle: A\ndate: 2020-01-02\n---\nx\n")

    assert found.text("site/config.yaml") == "title: Mine\n"
    assert (
        "- `site/config.yaml`: the config is yours, and the old addresses count on settings it may not have\n"
        '  Hint: see that it says `"permalink": "/posts/:slug/", "templating": "none"`, '
        "and under `redirects:` the lists and feeds below\n"
    ) in found.report


def test_an_import_that_is_interrupted_says_how_to_go_on(tmp_path: Path):
    pipe = tmp_path / "export.xml"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "generator", "import", "wordpress", str(pipe), str(tmp_path / "new")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    with process, pipe.open("wb"):  # it is reading now
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]

    assert said == "interrupted; run the command again to bring over what is missing\n"
    assert process.returncode == 130
    assert not (tmp_path / "new").exists()
