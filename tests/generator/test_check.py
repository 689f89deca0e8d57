"""The command `check` as a writer runs it: what it prints, what it writes, how it ends."""

from __future__ import annotations

from pathlib import Path

from generator.__main__ import main

POST = "posts/2026-01-02-x.md"
WRONG = "The loss is [~0.37]{= data.run.loss }."


def write(root: Path, text: str) -> Path:
    for path, content in (("_data/run.yaml", "loss: 0.4213\n"), (POST, text)):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return root / POST


def check(root: Path, *flags: str) -> int:
    return main(["check", "--source", str(root), "--jobs", "1", *flags])


def test_check_alone_changes_nothing(tmp_path: Path, capsys):
    file = write(tmp_path, f"{WRONG}\n")

    assert check(tmp_path) == 1
    assert file.read_text() == f"{WRONG}\n"
    assert capsys.readouterr().err == (
        f"{POST}:1:13: error: `~0.37` no longer holds: the value is 0.4213\n"
        f"    1 | {WRONG}\n"
        "      |             ^\n"
        "hint: write `~0.42`, or let `python -m generator check --fix` do it\n\n"
        "1 error in 1 file; nothing was written\n"
    )


def test_fix_rewrites_the_literal_and_shows_the_difference(tmp_path: Path, capsys):
    file = write(tmp_path, f"{WRONG}\n")
    right = WRONG.replace("~0.37", "~0.42")

    assert check(tmp_path, "--fix") == 0
    assert file.read_text() == f"{right}\n"
    assert capsys.readouterr().out.startswith(
        f"--- {POST}\n+++ {POST}\n@@ -1,2 +1,2 @@\n-{WRONG}\n+{right}\n \n1 literal rewritten\n"
    )


def test_fix_still_ends_badly_when_something_else_is_wrong(tmp_path: Path, capsys):
    file = write(tmp_path, f"{WRONG}\n\n[Nowhere](/nowhere/).\n")

    assert check(tmp_path, "--fix") == 1
    assert "[~0.42]" in file.read_text()
    assert capsys.readouterr().err.splitlines()[0] == f"{POST}:3:11: error: `/nowhere/` leads nowhere"


def test_fix_says_when_there_was_nothing_to_do(tmp_path: Path, capsys):
    write(tmp_path, "Text.\n")

    assert check(tmp_path, "--fix") == 0
    assert capsys.readouterr().out.splitlines()[0] == "0 literals rewritten"


def test_numbers_are_listed_and_only_strict_holds_posts_to_their_promise(tmp_path: Path, capsys):
    write(tmp_path, "---\nnumbers: 100\n---\nA loss of 0.4.\n")

    assert check(tmp_path, "--numbers") == 0
    assert capsys.readouterr().out == f"{POST}:4: naked    0.4\n{POST}: 0 of 1 numbers rest on something (0%)\n\n"
    assert check(tmp_path, "--numbers", "--strict") == 1
    assert capsys.readouterr().err.endswith("1 error in 1 file; nothing was written\n")
