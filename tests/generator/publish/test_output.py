# ruff: noqa: E501 - whole messages are longer than a line
from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator.errors import SiteError, flatten
from generator.publish import exchange
from generator.publish.exchange import clean_up
from generator.publish.output import CannotWrite, Locked, Output, Written, _cannot_write, lock, write


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "_site"


def outputs(**contents: str) -> list[Output]:
    return [
        Output(path.replace("__", "/") + ".html", text.encode(), f"posts/{path}.md") for path, text in contents.items()
    ]


def tree(out: Path) -> dict[str, str]:
    """Return the files of the output, but for the builder's list."""
    files = {file.relative_to(out).as_posix(): file.read_text() for file in out.rglob("*") if file.is_file()}
    files.pop(".labpress.json", None)
    return files


def beside(out: Path) -> list[str]:
    """Return what stands beside the output and should not."""
    return sorted(entry.name for entry in out.parent.iterdir() if entry != out)


def refused(out: Path, *args: object, kind: type[CannotWrite] = CannotWrite) -> str:
    with pytest.raises(kind) as caught:
        write(outputs(a="1"), out, *args)  # type: ignore[arg-type]
    return str(caught.value)


def test_outputs_become_files(out: Path, tmp_path: Path):
    picture = tmp_path / "picture.png"
    picture.write_text("as large as a picture" * 100_000)

    written = write([*outputs(index="home", a__b="page"), Output("img/p.png", picture, "posts/a.md")], out)

    assert written == Written(new=("a/b.html", "img/p.png", "index.html"), changed=(), same=(), deleted=())
    assert tree(out) == {"index.html": "home", "a/b.html": "page", "img/p.png": picture.read_text()}
    assert beside(out) == ["picture.png"]


def test_the_second_build_writes_what_changed_and_deletes_what_is_gone(out: Path):
    write(outputs(index="home", a="one", b__c="two"), out)

    written = write(outputs(index="home", a="ONE", d__e="three"), out)

    assert written == Written(new=("d/e.html",), changed=("a.html",), same=("index.html",), deleted=("b/c.html",))
    assert str(written) == "1 new, 1 changed, 1 deleted, 1 as before"
    assert tree(out) == {"index.html": "home", "a.html": "ONE", "d/e.html": "three"}
    assert not (out / "b").exists()
    assert beside(out) == []


def test_a_build_without_changes_touches_nothing(out: Path):
    write(outputs(index="home", a__b="page"), out)
    (out / ".DS_Store").write_text("litter of a file manager")
    before = {path: path.stat() for path in [out, *out.rglob("*")]}

    written = write(outputs(a__b="page", index="home"), out)

    assert str(written) == "2 as before"
    assert {path: (status.st_ino, status.st_mtime_ns) for path, status in before.items()} == {
        path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in before
    }


def test_unchanged_files_are_the_very_same_files(out: Path):
    write(outputs(index="home", a="one"), out)
    before = (out / "index.html").stat()

    write(outputs(index="home", a="two"), out)

    after = (out / "index.html").stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_nlink) == (before.st_ino, before.st_mtime_ns, 1)


def test_a_file_changed_by_hand_is_written_again(out: Path):
    write(outputs(index="home", a="one", b="two"), out)
    (out / "index.html").write_text("hand")
    (out / "a.html").unlink()
    (out / "b.html").chmod(0o600)

    written = write(outputs(index="home", a="one", b="two"), out)

    assert written == Written(new=("a.html",), changed=("b.html", "index.html"), same=(), deleted=())
    assert tree(out) == {"index.html": "home", "a.html": "one", "b.html": "two"}


def test_a_link_put_in_place_of_our_file_is_replaced_and_not_followed(out: Path, tmp_path: Path):
    write(outputs(index="home"), out)
    (tmp_path / "precious").write_text("home")
    (tmp_path / "precious").chmod(0o644)
    (out / "index.html").unlink()
    (out / "index.html").symlink_to(tmp_path / "precious")

    write(outputs(index="home"), out)

    assert not (out / "index.html").is_symlink()
    assert (tmp_path / "precious").read_text() == "home"


def test_modes_do_not_depend_on_the_umask(out: Path):
    old = os.umask(0o077)
    try:
        write(outputs(a__b="page"), out)
    finally:
        os.umask(old)

    modes = {path.relative_to(out).as_posix(): oct(path.stat().st_mode & 0o777) for path in [out, *out.rglob("*")]}
    assert modes == {".": "0o755", "a": "0o755", "a/b.html": "0o644", ".labpress.json": "0o644"}


def test_the_list_of_files_depends_on_them_only(tmp_path: Path):
    one, other = tmp_path / "one", tmp_path / "other/deep"
    write(outputs(index="home", a="one"), one)
    write(outputs(a="old"), other)
    write(outputs(a="one", index="home"), other)

    listed = (one / ".labpress.json").read_bytes()
    assert listed == (other / ".labpress.json").read_bytes()
    assert json.loads(listed) == {
        "files": {
            "a.html": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
            "index.html": "4ea140588150773ce3aace786aeef7f4049ce100fa649c94fbbddb960f1da942",
        }
    }


def test_an_empty_folder_or_one_with_litter_only_may_be_used(out: Path):
    out.mkdir()
    (out / "Thumbs.db").write_text("")

    write(outputs(a="1"), out)

    assert tree(out) == {"a.html": "1"}


def test_a_folder_that_is_not_ours_is_left_alone(out: Path):
    for i in range(7):
        (out / "photos").mkdir(parents=True, exist_ok=True)
        (out / f"photos/{i}.jpg").write_text("precious")

    assert refused(out) == (
        f"`{out}` is not empty and no build of labpress made it: `photos/0.jpg`, `photos/1.jpg`, `photos/2.jpg`, "
        "`photos/3.jpg`, `photos/4.jpg` and 2 more\nhint: choose another folder with `--output`, or empty this one"
    )
    assert len(tree(out)) == 7


def test_a_strangers_file_in_our_folder_stops_the_build(out: Path):
    write(outputs(a="1", b="2"), out)
    (out / "CNAME").write_text("example.org")
    (out / "linked").symlink_to("/etc")
    (out / "empty").mkdir()

    assert refused(out) == (
        f"`{out}` holds files that no build wrote: `CNAME`, `linked`\n"
        "hint: move them to `site/static/`, from where each build copies them"
    )
    assert sorted(tree(out)) == ["CNAME", "a.html", "b.html"]


@pytest.mark.parametrize("text", ["not JSON", "[]", '{"files": 3}', "{}"])
def test_a_damaged_list_of_files_stops_the_build(out: Path, text: str):
    write(outputs(a="1"), out)
    (out / ".labpress.json").write_text(text)

    assert refused(out) == (
        f"`{out}/.labpress.json` is not the list of files a build wrote\n"
        "hint: delete the folder, if nothing in it is worth keeping"
    )


def test_an_output_that_is_no_folder_is_refused(out: Path, tmp_path: Path):
    out.write_text("a file")
    (tmp_path / "link").symlink_to(tmp_path)

    assert refused(out) == f"the output `{out}` is a file\nhint: choose another folder with `--output`"
    assert refused(tmp_path / "link") == (
        f"the output `{tmp_path}/link` is a link to `{tmp_path}`\nhint: name the folder it leads to"
    )


def test_an_output_that_would_swallow_the_sources_is_refused(tmp_path: Path):
    root = tmp_path / "blog"
    (root / "posts").mkdir(parents=True)

    messages = [refused(place, root) for place in (root, tmp_path, root / "posts", root / "site/static/out")]

    assert messages == [
        f"the output `{root}` holds the site's source `{root}`\nhint: choose another folder with `--output`",
        f"the output `{tmp_path}` holds the site's source `{root}`\nhint: choose another folder with `--output`",
        f"the output `{root}/posts` lies in `posts/`, among the sources\nhint: choose another folder with `--output`",
        f"the output `{root}/site/static/out` lies in `site/`, among the sources\nhint: choose another folder with `--output`",
    ]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["blog", "posts"]


def test_paths_that_leave_the_folder_or_meet_are_told_at_once(out: Path):
    with pytest.raises(ExceptionGroup) as caught:
        write([Output("../x", b"", "posts/a.md"), Output("b", b"", "posts/b.md"), Output("B", b"", "posts/c.md")], out)

    assert [str(error) for error in flatten(caught.value)] == [
        "posts/a.md: error: the output path `../x` leaves the output folder",
        "posts/c.md: error: `b` and `B` are one file on systems that ignore case\nhint: the other comes from `posts/b.md`",
    ]
    assert not out.exists()


def test_a_file_to_copy_that_is_gone_is_the_sites_mistake(out: Path, tmp_path: Path):
    write(outputs(a="old"), out)

    with pytest.raises(SiteError) as caught:
        write([*outputs(a="new"), Output("p.png", tmp_path / "p.png", "posts/a.md")], out)

    assert str(caught.value) == ("posts/a.md: error: the file for `p.png` cannot be read: no such file or directory")
    assert tree(out) == {"a.html": "old"}
    assert beside(out) == []


def test_the_second_of_two_builds_is_told_who_holds_the_output(out: Path):
    write(outputs(a="old"), out)

    with lock(out):
        message = refused(out, kind=Locked)
        written = write(outputs(a="new"), out, locked=True)

    assert message == f"another build (process {os.getpid()}) is writing `{out}`\nhint: wait until it is done"
    assert (Locked.exit_code, CannotWrite.exit_code) == (75, 73)
    assert (written.changed, beside(out)) == (("a.html",), [])


def test_a_lock_file_that_a_killed_build_left_is_no_obstacle(out: Path):
    (out.parent / "._site.lock").write_text("999999")

    write(outputs(a="1"), out)

    assert beside(out) == []


def test_what_killed_builds_left_is_cleaned_up(out: Path):
    write(outputs(a="old"), out)
    for name in ("._site.staging-999999", "._site.previous-999999"):
        (out.parent / name / "deep").mkdir(parents=True)
    (out.parent / "._site.staging-notes").mkdir()
    (out.parent / "._sites.staging-1").mkdir()

    write(outputs(a="old"), out)

    assert beside(out) == ["._site.staging-notes", "._sites.staging-1"]


def test_a_site_that_a_killed_build_had_moved_away_is_put_back(out: Path):
    write(outputs(a="old"), out)
    out.rename(out.with_name("._site.previous-999999"))

    clean_up(out)

    assert (tree(out), beside(out)) == ({"a.html": "old"}, [])


def test_a_system_that_cannot_swap_two_folders_renames_twice(out: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exchange, "CANNOT_EXCHANGE", {errno.EINVAL})
    monkeypatch.setattr(exchange, "RENAME_EXCHANGE", 1 << 20)  # a flag no kernel knows
    write(outputs(a="old", b="same"), out)

    write(outputs(a="new", b="same"), out)

    assert (tree(out), beside(out)) == ({"a.html": "new", "b.html": "same"}, [])


def test_a_second_rename_that_fails_puts_the_old_site_back(out: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exchange, "RENAME_EXCHANGE", 1 << 20)
    write(outputs(a="old"), out)

    with pytest.raises(FileNotFoundError):
        exchange.put_in_place(out.with_name("nothing"), out)

    assert (tree(out), beside(out)) == ({"a.html": "old"}, [])


def cannot_link(file: Path, target: Path) -> None:
    raise OSError(errno.EPERM, "no links here")


def test_a_system_without_locks_and_links_still_writes(out: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exchange, "fcntl", None)
    monkeypatch.setattr(Path, "hardlink_to", cannot_link)
    (out.parent / f"._site.staging-{2**22 + 1}").mkdir()
    (out.parent / f"._site.staging-{os.getppid()}").mkdir()  # of a build that lives

    write(outputs(a="old", b="same"), out)
    write(outputs(a="new", b="same"), out)

    assert (tree(out), beside(out)) == ({"a.html": "new", "b.html": "same"}, [f"._site.staging-{os.getppid()}"])


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.EACCES, "permission denied\nhint: choose another folder with `--output`, or allow writing there"),
        (errno.EROFS, "read-only file system\nhint: choose another folder with `--output`"),
        (
            errno.EBUSY,
            "device or resource busy\nhint: something is mounted there: choose a folder inside it with `--output`",
        ),
        (errno.EIO, "input/output error\nhint: the old site is as it was"),
    ],
)
def test_what_the_system_refuses_is_told_with_a_way_out(out: Path, number: int, message: str):
    error = _cannot_write(OSError(number, os.strerror(number)), out)

    assert str(error) == f"cannot write `{out}`: {message}"


def test_a_full_disk_is_told_with_the_room_that_is_left(out: Path):
    error = _cannot_write(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), out / "deep/down")

    assert re.fullmatch(
        rf"cannot write `{out}/deep/down`: no space left on device, [\d,]+ kB are free\nhint: make room and build again",
        str(error),
    )


def test_writing_loads_no_heavy_module():
    code = "import sys, generator.publish.output; print(sorted({'jinja2', 'markdown_it', 'numpy', 'ctypes'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "[]\n"
