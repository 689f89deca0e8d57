"""The persona's experiments under the runner: what they declare, their smoke presets, and what no record may hold."""

from __future__ import annotations

import ast
import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from experiments.persona.made_up import OWNER, write_export
from generator.data.declared import declared, names

REPOSITORY = Path(__file__).parents[3]
FAMILY = [name for name in names(REPOSITORY) if name.startswith("persona.")]
FOLDERS = {  # fields of Config that name a person, a person's files, or a computer of theirs
    "export",
    "owner",
    "base",
    "consent",
    "store",
}


@pytest.fixture
def persona(lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a site that holds nothing but this family, and a private folder of its own."""
    shutil.copytree(
        REPOSITORY / "experiments/persona", lab.root / "experiments/persona", ignore=shutil.ignore_patterns("__py*")
    )
    monkeypatch.setenv("LABPRESS_PRIVATE", str(tmp_path / "private"))
    return lab


def smoke(lab: Any, name: str, *words: str) -> None:
    said = lab("run", name, "--preset", "smoke", *words)
    assert said.code == 0, said.err
    assert said.out.startswith(f"{name} is done in ")


def everything(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_family_is_whole() -> None:
    all_of_it = "chat codes corpus epochs layouts memory published sweep train weights".split()

    assert [name.removeprefix("persona.") for name in FAMILY] == all_of_it


@pytest.mark.parametrize("name", [name for name in FAMILY if name != "persona.published"])  # quotes, computes nothing
def test_every_experiment_declares_what_the_runner_needs(name: str) -> None:
    found = declared(REPOSITORY, name)
    text = ast.get_docstring(ast.parse((REPOSITORY / found.path).read_text(encoding="utf-8"))) or ""

    assert found.claim.endswith((".", "?"))
    assert "\nPost: posts/" in text
    assert found.writes
    assert set(found.private) == FOLDERS & set(found.fields)
    assert "smoke" in found.presets or name == "persona.chat"  # what it costs is the questions, always the same
    assert all(set(preset) <= set(found.fields) for preset in found.presets.values())
    assert "seed" in found.fields
    assert all(found.defaults[key] == "" for key in found.private if key != "store")


def test_the_funnel_of_the_smoke_preset_adds_up(persona: Any) -> None:
    smoke(persona, "persona.corpus")
    rows = persona.data("persona/corpus/funnel.yaml")
    counts = persona.data("persona/corpus/counts.yaml")

    for stage in ("threads", "messages", "replies"):
        first, *between, last = [row["count"] for row in rows if row["stage"] == stage]
        assert first + sum(between) == last
    assert [row["count"] for row in rows if row["stage"] == "examples"] == [counts["train"], counts["validation"]]
    assert sum(row["examples"] for row in persona.data("persona/corpus/lengths.json")) == (
        counts["train"] + counts["validation"]
    )


def test_a_run_on_somebodys_export_publishes_neither_its_place_nor_its_owner(persona: Any, tmp_path: Path) -> None:
    path = write_export(tmp_path / "archive-of-quill.zip", conversations=12)
    smoke(persona, "persona.corpus", f"export={path}", f"owner={OWNER}")
    published = everything(persona.root / "_data")
    record = json.loads(published[str(persona.root / "_data/persona/corpus/record.json")])

    assert record["command"] == (
        "python -m experiments run persona.corpus 'export=(private)' 'owner=(private)' --preset smoke"
    )
    assert (record["config"]["export"], record["config"]["owner"]) == ("(private)", "(private)")
    assert record["overrides"] == {"export": "(private)", "owner": "(private)"}
    for file, text in published.items():
        assert [one for one in ("archive-of-quill", str(tmp_path), "Quill", "Madeup") if one in text] == [], file
    assert not list((persona.root / "_data").rglob("*.jsonl"))


def test_what_a_control_code_tells_is_bounded_in_the_smoke_preset(persona: Any) -> None:
    smoke(persona, "persona.codes", "--seed", "0")
    rows = persona.data("persona/codes/rows.yaml")

    assert [(row["corpus"], row["given"]) for row in rows] == [
        (corpus, given)
        for corpus in ("short and distinct", "long and alike")
        for given in ("no code", "code", "shuffled code")
    ]
    assert all(0 < row["bound"] < 1 for row in rows)


def test_layouts_of_the_smoke_preset_hold_the_same_tokens(persona: Any) -> None:
    smoke(persona, "persona.layouts")
    rows = {row["layout"]: row for row in persona.data("persona/layouts/rows.yaml")}
    tokens = {layout: row["positions"] * row["real"] for layout, row in rows.items()}

    assert len(rows) == 7
    assert next(iter(rows.values()))["positions"] == 4 * 128
    for kind in ("rows", "trees"):
        same = [count for layout, count in tokens.items() if layout.startswith(kind)]
        assert max(same) - min(same) < 1e-3 * max(same)
    assert max(tokens, key=tokens.__getitem__).startswith("rows")  # contexts count four times
    assert min(rows, key=lambda layout: rows[layout]["positions"]) == "trees, by length"


@pytest.mark.slow
def test_a_persona_is_trained_and_talks_in_the_smoke_presets(persona: Any, tmp_path: Path) -> None:
    smoke(persona, "persona.train", "folder=model")
    said = persona("run", "persona.chat", "max_length=8", "--alone")
    assert said.code == 0, said.err
    model = persona.data("persona/train/model.yaml")
    losses = {row["model"]: row for row in persona.data("persona/train/losses.yaml")}
    chats = [persona.data(f"persona/chat/{name}.json") for name in ("opinions", "plans", "hello")]

    assert losses["persona"]["lm_loss"] < losses["base"]["lm_loss"]
    assert losses["guessing"]["mc_loss"] == pytest.approx(1.3863, abs=1e-4)
    assert sha256((tmp_path / "private/persona/model/model.safetensors").read_bytes()).hexdigest() == model["sha256"]
    assert (tmp_path / "private/persona").stat().st_mode & 0o077 == 0  # nobody else reads what was learnt
    assert [len(chat["candidate_log"]) for chat in chats] == [10, 8, 8]
    assert all(chat["parameters"]["max_length"] == 8 for chat in chats)
    assert model["steps"] > 0
    assert persona.data("persona/train/opinions.yaml")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["epochs", "weights", "memory", "sweep"])
def test_questions_about_training_end_in_the_smoke_preset(persona: Any, name: str) -> None:
    smoke(persona, f"persona.{name}", "--seed", "0")
    found = declared(persona.root, f"persona.{name}")

    assert sorted(path.stem for path in (persona.root / "_data/persona" / name).iterdir()) == sorted(
        [*found.writes, "record"]
    )
