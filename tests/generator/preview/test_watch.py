"""Ways of saving, storms, lost events: one settled rebuild each, and the last state is always shown."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.build import Options, assemble
from generator.preview import watch as module
from generator.preview.command import Running, Wishes

POST = "---\ntitle: A post\ndate: 2026-01-02\n---\n{}\n"
PAGE = "2026/01/02/a/index.html"
SECONDS = 10.0  # before a test gives up
QUIET = 0.35  # seconds without a line, longer than anything settles


class Author:
    """A site that is watched, what its pages are told, and ways of changing it."""

    def __init__(self, root: Path) -> None:
        self.root, self.file = root, root / "posts/2026-01-02-a.md"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(POST.format("words 0"))
        self.lines: list[str] = []
        self.options = Options(root, root / "_site", jobs=1)
        self.running = Running(self.options, Wishes(port=0, watch=True), say=self.lines.append)
        self.finish()

    def finish(self) -> None:
        """Wait until nothing is left to do."""
        until(lambda: not self.running.session.busy)

    def rebuilds(self, act: Callable[[], object]) -> int:
        """Do something, and count the rebuilds the author is told of until it is quiet."""
        before = known = len(self.lines)
        act()
        deadline = time.monotonic() + QUIET
        while time.monotonic() < deadline:
            if len(self.lines) > known:
                known, deadline = len(self.lines), time.monotonic() + QUIET
            time.sleep(0.01)
        return self.count(before)

    def count(self, start: int = 0) -> int:
        """Count the rebuilds among the lines from `start` on."""
        return sum(line.endswith(" ms") for line in self.lines[start:])

    def shown(self, path: str = PAGE) -> str:
        output = self.running.session.get(path)
        return output.content.decode() if output and isinstance(output.content, bytes) else ""

    def is_as_built(self) -> bool:
        """Tell whether the preview's files are those of a clean build."""
        clean = {output.path: output.content for output in assemble(self.options).outputs}
        return {output.path: output.content for output in self.running.session.outputs()} == clean


def until(holds: Callable[[], bool]) -> None:
    """Wait for something to hold."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.01)


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    made = Author(tmp_path / "site")
    yield made
    made.running.close()


def plain(file: Path, text: str) -> None:
    file.write_text(text)


def vim(file: Path, text: str) -> None:
    """What vim does with `backup` and `writebackup`: a probe, a swap file, a backup by renaming."""
    swap, backup, probe = file.parent / f".{file.name}.swp", file.parent / f"{file.name}~", file.parent / "4913"
    swap.write_text("b0VIM")
    probe.write_text("")
    probe.unlink()
    file.rename(backup)
    file.write_text(text)
    backup.unlink()
    swap.unlink()


def emacs(file: Path, text: str) -> None:
    """Lock by a link that leads nowhere, save on the side, keep a backup."""
    lock, own = file.parent / f".#{file.name}", file.parent / f"#{file.name}#"
    lock.symlink_to("author@machine.123:456")
    own.write_text(text)
    shutil.copy2(file, file.parent / f"{file.name}~")
    file.write_text(text)
    own.unlink()
    lock.unlink()


def rename_over(file: Path, text: str) -> None:
    new = file.parent / f".tmp-{file.name}"
    new.write_text(text)
    new.replace(file)


def rename_over_from_a_strange_name(file: Path, text: str) -> None:
    new = file.parent / "sedXa81b"
    new.write_text(text)
    new.replace(file)


def rename_from_outside(file: Path, text: str) -> None:
    new = file.parents[2] / "outside.md"
    new.write_text(text)
    new.replace(file)


def sublime(file: Path, text: str) -> None:
    new = file.parent / ".subl3f.tmp"
    new.write_text(text)
    os.fsync(os.open(new, os.O_RDONLY))
    new.replace(file)


@pytest.mark.parametrize(
    "save",
    [
        plain,
        vim,
        emacs,
        rename_over,
        rename_over_from_a_strange_name,
        rename_from_outside,
        sublime,
    ],
)
def test_a_save_is_one_rebuild_however_the_editor_does_it(author: Author, save: Callable[[Path, str], None]):
    assert author.rebuilds(lambda: save(author.file, POST.format("words of the second version"))) == 1
    assert "words of the second version" in author.shown()


def test_reading_and_touching_are_no_rebuild(author: Author):
    def read() -> None:
        author.file.read_text()
        author.file.touch()
        author.file.chmod(0o600)
        author.file.write_text(author.file.read_text())

    assert author.rebuilds(read) == 0


def test_a_new_folder_with_a_post_is_one_rebuild(author: Author):
    def add() -> None:
        folder = author.root / "posts/2026/01/2026-01-03-b"
        folder.mkdir(parents=True)
        (folder / "index.md").write_text("---\ntitle: B\n---\nNew words.\n")

    assert author.rebuilds(add) == 1
    assert "New words" in author.shown("2026/01/03/b/index.html")


def test_deleting_and_renaming_show_at_once(author: Author):
    def rename() -> None:
        author.file.rename(author.file.with_name("2026-01-02-c.md"))

    assert author.rebuilds(rename) == 1
    assert (author.shown(), "words 0" in author.shown("2026/01/02/c/index.html")) == ("", True)


def test_a_folder_that_was_deleted_and_made_again_is_watched_again(author: Author):
    author.rebuilds(lambda: shutil.rmtree(author.root / "posts"))
    assert author.shown() == ""

    def restore() -> None:
        author.file.parent.mkdir()
        author.file.write_text(POST.format("back"))

    author.rebuilds(restore)
    until(lambda: "back" in author.shown())
    author.rebuilds(author.finish)
    assert author.rebuilds(lambda: plain(author.file, POST.format("and edited"))) == 1


def test_a_file_rewritten_again_and_again_is_shown_all_the_same_and_lastly_as_it_is(author: Author):
    data = author.root / "_data/x.yaml"
    data.parent.mkdir()
    data.write_text("n: 0\n")
    author.rebuilds(lambda: plain(author.file, POST.format("count {{ data.x.n }}.")))

    def hammer() -> None:
        for number in range(1, 121):
            data.write_text(f"n: {number}\n")
            author.shown()
            time.sleep(0.01)

    started = time.monotonic()
    rebuilds = author.rebuilds(hammer)
    seconds = time.monotonic() - started

    assert re.search(r"count (<[^>]*>)?120\b", author.shown())
    assert 2 <= rebuilds <= 4 * seconds


def test_a_broken_file_and_a_broken_template_never_end_the_preview(author: Author):
    template = author.root / "site/templates/post.html"
    template.parent.mkdir(parents=True)
    author.rebuilds(lambda: template.write_text("{% extends 'base.html' %}{% block content %}{{ nothing.at.all }}"))
    author.rebuilds(lambda: (author.root / "site/config.yaml").write_bytes(b"title: [\xff"))
    shutil.rmtree(author.root / "site")
    author.rebuilds(lambda: plain(author.file, POST.format("well again")))

    until(lambda: "well again" in author.shown())


def test_a_storm_of_files_is_two_rebuilds_at_most_and_ends_as_a_clean_build(author: Author):
    def check_out() -> None:
        lock = author.root / ".git/index.lock"
        lock.parent.mkdir()
        lock.write_text("")
        for number in range(420):
            (author.root / f"posts/2026-02-01-post-{number}.md").write_text(POST.format(f"number {number}"))
        lock.unlink()

    check_out()
    until(lambda: author.count() > 0)
    author.rebuilds(author.finish)

    assert author.count() <= 2
    assert author.is_as_built()


def test_a_lock_that_git_left_behind_holds_nothing_back(author: Author):
    lock = author.root / ".git/index.lock"
    lock.parent.mkdir()
    lock.write_text("")
    os.utime(lock, (1, 1))

    assert author.rebuilds(lambda: plain(author.file, POST.format("new"))) == 1


def test_a_sweep_finds_what_no_event_told_of(author: Author, monkeypatch: pytest.MonkeyPatch):
    assert author.running._watch
    assert author.running._watch._events
    author.running._watch._events._observer.unschedule_all()
    author.file.write_text(POST.format("unheard of"))

    until(lambda: "unheard of" in author.shown())


def _has_namespaces() -> bool:
    return bool(shutil.which("unshare")) and not subprocess.run(["unshare", "-Ur", "true"], check=False).returncode


LIMITED = """
import sys, time
from pathlib import Path
from generator.build import Options
from generator.preview.command import Running, Wishes

root, limit, value = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
if sys.argv[4] == "own":
    Path(f"/proc/sys/user/{limit}").write_text(value)
else:  # no namespace of our own here: what the system would say is said in its place
    from generator.preview import watch

    def refuse(*_):
        raise OSError(24, "inotify instance limit reached")

    watch.unwatched = lambda *_: 6
    if limit == "max_inotify_instances":
        watch.Events = refuse
lines = []
running = Running(Options(root, root / "_site", jobs=1), Wishes(port=0, watch=True), say=lines.append)
deadline = time.monotonic() + 8
while len(lines) < 2 and time.monotonic() < deadline:
    time.sleep(0.02)
(root / "posts/folder-9/2026-01-02-a.md").write_text("---\\ntitle: A\\n---\\nseen all the same\\n")
while time.monotonic() < deadline:
    output = running.session.get("2026/01/02/a/index.html")
    if output and b"seen all the same" in output.content:
        break
    time.sleep(0.02)
else:
    lines.append("never seen")
print("\\n".join(lines[1:2]))
running.close()
"""


@pytest.mark.parametrize(
    ("limit", "value", "told"),
    [
        (
            "max_inotify_watches",
            "6",
            "the system watches no more folders (`fs.inotify.max_user_watches`); 6 of 11 folders are not "
            "watched; the preview looks for changes every 0.4 s instead",
        ),
        (
            "max_inotify_instances",
            "0",
            "the system allows no more watchers (`fs.inotify.max_user_instances`); the preview looks for changes every "
            "0.4 s instead",
        ),
    ],
)
def test_at_the_systems_limit_the_preview_says_so_and_looks_itself(tmp_path: Path, limit: str, value: str, told: str):
    for number in range(10):
        (tmp_path / f"posts/folder-{number}").mkdir(parents=True)
    command = [sys.executable, "-c", LIMITED, str(tmp_path), limit, value]
    command = ["unshare", "-Ur", *command, "own"] if _has_namespaces() else [*command, "the machine's"]

    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    assert (ran.stdout.strip(), ran.stderr) == (told, "")


def test_a_leap_of_the_clock_is_noticed():
    leapt = module._leapt

    assert [leapt((0, 100), (0.4, 100.4)), leapt((0, 100), (0.4, 3700)), leapt((0, 100), (6, 106))] == [
        False,
        True,
        True,
    ]
