from __future__ import annotations

import os
from pathlib import Path

from generator.data.files import walk
from generator.errors import SiteError


def listed(root: Path, folder: str = "_data") -> list[tuple[str, str]]:
    found = walk(root, folder, lambda name: name.startswith("."))
    return [(path, str(entry) if isinstance(entry, SiteError) else "") for path, entry in found]


def files(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("1")


def test_files_are_listed_by_name_and_ignored_names_are_passed_over(tmp_path: Path):
    files(tmp_path, "_data/b.json", "_data/a/z.json", "_data/a/.hidden.json", "_data/.git/x.json", "other/x.json")

    assert listed(tmp_path) == [("_data/a/z.json", ""), ("_data/b.json", "")]


def test_a_folder_that_does_not_exist_has_no_files(tmp_path: Path):
    assert listed(tmp_path) == []


def test_links_inside_the_site_are_followed(tmp_path: Path):
    files(tmp_path, "shared/x/a.json")
    (tmp_path / "_data").mkdir()
    (tmp_path / "_data/linked").symlink_to(tmp_path / "shared/x")
    (tmp_path / "_data/one.json").symlink_to("../shared/x/a.json")

    assert listed(tmp_path) == [("_data/linked/a.json", ""), ("_data/one.json", "")]


def test_a_link_out_of_the_site_is_named(tmp_path: Path):
    site = tmp_path / "site"
    files(site, "_data/a.json")
    (site / "_data/etc").symlink_to("/etc")
    (site / "_data/near.json").symlink_to("../../site2.json")  # not inside, although the names start alike
    files(tmp_path, "site2.json")

    assert listed(site) == [
        ("_data/a.json", ""),
        (
            "_data/etc",
            "_data/etc: error: `_data/etc` is a link to `/etc`, outside the site\n"
            "hint: copy what it leads to into the site",
        ),
        (
            "_data/near.json",
            "_data/near.json: error: `_data/near.json` is a link to `../../site2.json`, outside the site\n"
            "hint: copy what it leads to into the site",
        ),
    ]


def test_a_link_in_a_circle_and_one_to_nothing_are_named(tmp_path: Path):
    files(tmp_path, "_data/a/x.json")
    (tmp_path / "_data/a/up").symlink_to("..")
    (tmp_path / "_data/self").symlink_to("self")
    (tmp_path / "_data/gone.json").symlink_to("nothing.json")

    assert listed(tmp_path) == [
        (
            "_data/a/up",
            "_data/a/up: error: `_data/a/up` is a link to `..`, a folder that holds it\nhint: remove the link",
        ),
        ("_data/a/x.json", ""),
        (
            "_data/gone.json",
            "_data/gone.json: error: `_data/gone.json` is a link to `nothing.json`, which does not exist\n"
            "hint: mend the link or remove it",
        ),
        (
            "_data/self",
            "_data/self: error: `_data/self` is a link to `self`, which does not exist\n"
            "hint: mend the link or remove it",
        ),
    ]


def test_the_folder_itself_may_not_lead_out_of_the_site(tmp_path: Path):
    files(tmp_path, "elsewhere/a.json")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/_data").symlink_to(tmp_path / "elsewhere")

    assert [path for path, error in listed(tmp_path / "site") if "outside the site" in error] == ["_data"]


def test_what_is_neither_file_nor_folder_is_named(tmp_path: Path):
    (tmp_path / "_data").mkdir()
    os.mkfifo(tmp_path / "_data/pipe.json")

    assert listed(tmp_path) == [
        (
            "_data/pipe.json",
            "_data/pipe.json: error: this is not an ordinary file\nhint: remove it, or put a file in its place",
        )
    ]
