"""Each experiment of the family from the command line at its smallest, and one that is killed on the way."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from experiments.transformer import grammar
from generator.data.declared import declared

REPOSITORY = Path(__file__).parents[3]
NAMES = ("corpus", "dropout", "overfit", "plato", "reverse", "samples")


@pytest.fixture
def family(lab: Any) -> Any:
    """A site that has the real family in it, and a text to learn."""
    shutil.copytree(REPOSITORY / "experiments/transformer", lab.root / "experiments/transformer")
    told = grammar.dialogues(grammar.make_world(), 30_000)
    lab.write("text.txt", "".join(dialogue.text for dialogue in told))
    return lab


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_runs_from_the_command_line_with_its_smallest_preset(family: Any, name: str):
    words = ["corpus=text.txt"] if name == "plato" else []
    os.chdir(family.root)
    said = family("run", f"transformer.{name}", *words, "seed=0", "--preset", "smoke")
    published = {path.rpartition(".")[0] for path in family.published(f"transformer.{name}")}

    assert said.code == 0, said.err
    assert published == set(declared(REPOSITORY, f"transformer.{name}").writes)


@pytest.fixture(autouse=True)
def _stay_here(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(REPOSITORY)


def test_any_text_file_can_be_the_corpus_and_its_hash_is_recorded(family: Any):
    os.chdir(family.root)
    family("run", "transformer.corpus", "corpus=text.txt", "seed=0", "--preset", "smoke", "tokenizers=characters")
    fresh = family("status", "transformer.corpus").out.splitlines()[1]
    family.edit("text.txt", "Alda", "Olda")
    stale = family("status", "transformer.corpus").out.splitlines()[1]

    assert fresh == "  made with the preset `smoke`, which is for trying out"
    assert "file text.txt changed" in family("why", "transformer.corpus").out
    assert stale == fresh
    assert family.data("transformer/corpus/answers.yaml") == []  # nobody knows the right answers of a text file


def test_another_task_by_one_flag(family: Any):
    family("run", "transformer.reverse", "task=sort", "seed=0", "--preset", "smoke")

    assert family.data("transformer/reverse/summary.yaml")["task"] == "sort"


def test_an_unknown_task_gets_the_list(family: Any):
    said = family("run", "transformer.reverse", "task=shuffle")

    assert said.err == "error: `task=shuffle`: not one of `reverse`, `sort`, `add`\n"


def test_gpt2s_vocabulary_that_is_not_there_is_told_before_the_run(family: Any):
    said = family("run", "transformer.corpus", f"tokenizers=gpt2:{family.root}")

    assert said.err == (
        f"error: `transformer.corpus` refuses this Config: `{family.root}/tokenizer.json` does not exist. GPT-2's "
        "vocabulary is not on this machine: pass a folder that holds its `tokenizer.json`, or use `characters` or "
        "`bpe`, which need nothing\n"
    )


@pytest.mark.slow
def test_a_run_that_is_killed_and_resumed_ends_in_the_same_bytes(family: Any):
    words = (
        "run",
        "transformer.dropout",
        "rates=0,0.5",
        "steps=80",
        "evaluate_every=40",
        "judged_tokens=300",
        "seed=0",
    )
    assert family(*words).code == 0
    expected = family.published("transformer.dropout")
    family("clean", "transformer.dropout")
    (family.root / "_data/transformer/dropout/record.json").unlink()
    first_part = family.root / ".runs/transformer.dropout/0/checkpoint.json"
    process = family.start(*words, stdout=-3, stderr=-3)
    while process.poll() is None and not first_part.exists():
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    was_on_its_way = first_part.exists()
    family(*words)

    assert was_on_its_way
    assert family.published("transformer.dropout") == expected
