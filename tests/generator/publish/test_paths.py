from __future__ import annotations

import pytest

from generator.publish.paths import Output, check_paths


def told(*paths: str) -> list[str]:
    return [str(error) for error in check_paths([Output(path, b"", f"posts/{i}.md") for i, path in enumerate(paths)])]


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "2020/01/02/x/index.html",
        ".well-known/security.txt",
        "안녕/index.html",
        "console/x",
        "a b.html",
        "..a/b..c",
        "x" * 255,
    ],
)
def test_a_plain_path_can_be_written(path: str):
    assert told(path) == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../x", "leaves the output folder"),
        ("a/../../x", "leaves the output folder"),
        ("a/..", "leaves the output folder"),
        ("/etc/passwd", "is absolute"),
        ("C:/x", "is absolute"),
        ("a\\b", "holds a backslash"),
        ("..\\x", "holds a backslash"),
        ("a//b", "has an empty part"),
        ("a/./b", "has an empty part"),
        ("", "has an empty part"),
        ("a/", "has an empty part"),
        ("CON", "holds `CON`, which Windows reserves"),
        ("tags/nul.html", "holds `nul.html`, which Windows reserves"),
        ("com1/index.html", "holds `com1`, which Windows reserves"),
        ("tags/c./index.html", "has a part that ends in a dot or a space"),
        ("tags/c /index.html", "has a part that ends in a dot or a space"),
        (".labpress.json", "is the builder's own list of files"),
    ],
)
def test_a_path_that_cannot_be_written_everywhere_is_refused(path: str, reason: str):
    assert told(path) == [f"posts/0.md: error: the output path `{path}` {reason}"]


def test_control_characters_and_long_names_are_shown_readably():
    assert told("a\0b", "x/" + "é" * 128, "\ud800") == [
        "posts/0.md: error: the output path `a\\x00b` holds a control character",
        f"posts/1.md: error: the output path `x/{'é' * 77}…` has a part of 256 bytes; 255 is the most",
        "posts/2.md: error: the output path `\\ud800` is not Unicode",
    ]


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("a/x.html", "a/x.html", "two files of the site are both `a/x.html`"),
        ("a/X.html", "A/x.html", "`a/X.html` and `A/x.html` are one file on systems that ignore case"),
        ("caf\u00e9", "cafe\u0301", "`caf\u00e9` and `cafe\u0301` are one file on systems that ignore case"),
        ("straße", "STRASSE", "`straße` and `STRASSE` are one file on systems that ignore case"),
    ],
)
def test_two_outputs_that_are_one_file_are_named_both(one: str, other: str, what: str):
    assert told(one, "between", other) == [f"posts/2.md: error: {what}\nhint: the other comes from `posts/0.md`"]


@pytest.mark.parametrize("file", ["a", "A"])
def test_a_file_where_another_needs_a_folder_is_named(file: str):
    assert told(file, "a/b/c") == [
        f"posts/1.md: error: `a/b/c` needs a folder where `{file}` is a file\nhint: the other comes from `posts/0.md`"
    ]
