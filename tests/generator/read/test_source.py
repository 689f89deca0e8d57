import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.errors import Place, SiteError
from generator.read.source import Source, find_sources, read_source
from generator.render.values import RESERVED


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


def complaint(root: Path, path: str) -> str:
    with pytest.raises(SiteError) as caught:
        read_source(root, path)
    return str(caught.value)


@contextmanager
def nobody() -> Iterator[None]:
    """Give up root's right to read everything."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)


def test_posts_drafts_and_pages_are_found_in_order(tmp_path: Path):
    write(
        tmp_path,
        dict.fromkeys(
            [
                "posts/2024-01-02-b.md",
                "posts/2024-01-01-a/index.md",
                "posts/2024/deeper/2024-02-03-c.markdown",
                "posts/drafts/d.md",
                "_drafts/e.md",
                "site/pages/index.md",
                "site/pages/guide/index.md",
                "site/pages/guide/more.MD",
                "site/pages/old.html",
            ],
            "text",
        ),
    )

    assert find_sources(tmp_path) == (
        "_drafts/e.md",
        "posts/2024-01-01-a/index.md",
        "posts/2024-01-02-b.md",
        "posts/2024/deeper/2024-02-03-c.markdown",
        "posts/drafts/d.md",
        "site/pages/guide/index.md",
        "site/pages/guide/more.MD",
        "site/pages/index.md",
        "site/pages/old.html",
    )


def test_hidden_files_and_what_editors_leave_behind_are_not_sources(tmp_path: Path):
    names = [".x.md", "x.md~", "#x.md#", ".#x.md", ".x.md.swp", ".tmp-x.md", ".git/x.md", "notes.txt", "old.html"]
    write(tmp_path, dict.fromkeys([f"posts/{name}" for name in names], "text"))

    assert find_sources(tmp_path) == ()


def test_markdown_beside_the_index_of_a_post_belongs_to_the_post(tmp_path: Path):
    write(tmp_path, dict.fromkeys(["posts/2024-01-01-a/index.md", "posts/2024-01-01-a/notes.md"], "text"))

    assert find_sources(tmp_path) == ("posts/2024-01-01-a/index.md",)


def test_a_site_without_any_folder_has_no_sources(tmp_path: Path):
    assert find_sources(tmp_path) == ()


def test_a_link_to_a_folder_of_the_site_is_followed(tmp_path: Path):
    write(tmp_path, {"shared/2024-01-01-a.md": "text"})
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/linked").symlink_to("../shared")

    assert find_sources(tmp_path) == ("posts/linked/2024-01-01-a.md",)


def test_reading_makes_line_ends_alike_and_keeps_the_digest_of_the_bytes(tmp_path: Path):
    data = b"\xef\xbb\xbfone\r\ntwo\rthree\n"
    write(tmp_path, {"posts/a.md": data})

    source = read_source(tmp_path, "posts/a.md")

    assert source == Source("posts/a.md", "one\ntwo\nthree\n", hashlib.sha256(data).hexdigest())


def test_a_place_brings_its_line_along():
    source = Source("posts/a.md", "one\ntwo\n", "")

    assert source.place(2, 3) == Place("posts/a.md", 2, 3, "two")
    assert source.place(9) == Place("posts/a.md", 9, 0, "")


def test_the_reserved_characters_are_those_of_render():
    from generator.data.printable import RESERVED as OURS

    assert OURS == RESERVED


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"fine\ncaf" + b"\xe9 au lait\n",
            "posts/a.md:2:4: error: byte 8 (`0xE9`) is not UTF-8\n"
            "    2 | caf\\xe9 au lait\n"
            "      |    ^\n"
            "hint: save the file as UTF-8",
        ),
        ("text".encode("utf-16"), "posts/a.md: error: the file is UTF-16, not UTF-8\nhint: save it as UTF-8"),
        (
            "some text\0\n",
            "posts/a.md:1:10: error: byte 9 is a NUL\n"
            "    1 | some text\n"
            "      |          ^\n"
            "hint: is it a text file, in UTF-8?",
        ),
        (
            "one\ntwo \ufdd0\n",
            "posts/a.md:2:5: error: the noncharacter U+FDD0 is reserved for the builder\n"
            "    2 | two\n"
            "      |     ^\n"
            "hint: remove it; it has no shape and no meaning",
        ),
    ],
)
def test_what_is_not_utf8_text_is_named_with_its_byte(tmp_path: Path, content: str | bytes, message: str):
    write(tmp_path, {"posts/a.md": content})

    assert complaint(tmp_path, "posts/a.md") == message


def test_a_link_out_of_the_site_is_named_with_its_target(tmp_path: Path):
    write(tmp_path, {"outside/secret.md": "text", "blog/posts/b.md": "text"})
    root = tmp_path / "blog"
    (root / "posts/a.md").symlink_to("../../outside/secret.md")
    (root / "posts/folder").symlink_to("../../outside")

    assert find_sources(root) == ("posts/a.md", "posts/b.md", "posts/folder")
    assert [complaint(root, path) for path in ("posts/a.md", "posts/folder", "posts/folder/secret.md")] == [
        "posts/a.md: error: `posts/a.md` is a link to `../../outside/secret.md`, outside the site\n"
        "hint: copy what it leads to into the site",
        "posts/folder: error: `posts/folder` is a link to `../../outside`, outside the site\n"
        "hint: copy what it leads to into the site",
        "posts/folder/secret.md: error: `posts/folder` is a link to `../../outside`, outside the site\n"
        "hint: copy what it leads to into the site",
    ]


def test_links_that_lead_in_a_circle_or_nowhere_are_named(tmp_path: Path):
    write(tmp_path, {"posts/b.md": "text"})
    (tmp_path / "posts/loop").symlink_to("..")
    (tmp_path / "posts/gone.md").symlink_to("nowhere.md")
    (tmp_path / "posts/self").symlink_to("self")

    assert find_sources(tmp_path) == ("posts/b.md", "posts/gone.md", "posts/loop", "posts/self")
    assert [complaint(tmp_path, path) for path in ("posts/gone.md", "posts/loop", "posts/self")] == [
        "posts/gone.md: error: `posts/gone.md` is a link to `nowhere.md`, which does not exist\n"
        "hint: mend the link or remove it",
        "posts/loop: error: `posts/loop` is a link to `..`, a folder that holds it\nhint: remove the link",
        "posts/self: error: `posts/self` is a link to `self`, which does not exist\nhint: mend the link or remove it",
    ]


def test_folders_pipes_and_files_in_each_others_place_are_named(tmp_path: Path):
    write(tmp_path, {"posts/a.md/index.md": "text", "_drafts": "text"})
    os.mkfifo(tmp_path / "posts/pipe.md")

    assert find_sources(tmp_path) == ("_drafts", "posts/a.md", "posts/pipe.md")
    assert [complaint(tmp_path, path) for path in find_sources(tmp_path)] == [
        "_drafts: error: this is a file, where a folder of pages belongs\nhint: rename it",
        "posts/a.md: error: this is a folder with the name of a page\nhint: rename it without the ending",
        "posts/pipe.md: error: this is not an ordinary file\nhint: put a text file in its place",
    ]


def test_a_file_or_folder_that_may_not_be_read_is_named(tmp_path: Path):
    write(tmp_path, {"posts/a.md": "text", "posts/closed/b.md": "text"})
    (tmp_path / "posts/a.md").chmod(0)
    (tmp_path / "posts/closed").chmod(0)
    outer = [tmp_path, *tmp_path.parents[:3]]
    modes = [folder.stat().st_mode for folder in outer]
    for folder in outer:
        folder.chmod(0o755)

    with nobody():
        found = find_sources(tmp_path)
        complaints = [complaint(tmp_path, path) for path in found]

    for folder, mode in zip(outer, modes, strict=True):
        folder.chmod(mode)
    (tmp_path / "posts/closed").chmod(0o755)
    assert found == ("posts/a.md", "posts/closed")
    assert complaints == [
        "posts/a.md: error: permission denied\nhint: allow reading it: `chmod u+rX posts/a.md`",
        "posts/closed: error: permission denied\nhint: allow reading it: `chmod u+rX posts/closed`",
    ]


def test_a_file_that_vanished_is_named(tmp_path: Path):
    assert complaint(tmp_path, "posts/a.md") == (
        "posts/a.md: error: the file vanished while the site was read\nhint: build again"
    )


def test_a_name_no_system_takes_is_named(tmp_path: Path):
    (tmp_path / "posts").mkdir()
    path = f"posts/{'a' * 300}.md"

    assert complaint(tmp_path, path) == f"{path}: error: the file cannot be read: file name too long"


def test_a_file_name_that_is_not_utf8_is_named(tmp_path: Path):
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / os.fsdecode(b"caf\xe9.md")).write_text("text")

    [path] = find_sources(tmp_path)

    assert complaint(tmp_path, path) == "posts/caf\\xe9.md: error: the name of this file is not UTF-8\nhint: rename it"
