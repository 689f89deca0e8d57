"""What the code offers is in the guide: commands, settings, filters, tags, functions of claims."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from generator.__main__ import SYSTEMS, parser
from generator.config import Config
from generator.data.ledger import Ledger
from generator.data.tree import Tree
from generator.render.liquid.language import Liquid
from generator.render.liquid.nesting import BRANCHES, SINGLE
from generator.render.liquid.plugins import PLUGINS
from generator.render.listing import Listing
from generator.render.render import make_tools

ROOT = Path(__file__).parents[1]
GUIDE = "\n".join(page.read_text() for page in sorted((ROOT / "site/pages/guide").glob("*.md")))
CODE = set(re.findall(r"`([^`\n]+)`", GUIDE)) | set(re.findall(r"[\w.]+", " ".join(re.findall(r"`([^`\n]+)`", GUIDE))))
NOT_SETTINGS = {"digest", "places"}  # fields of Config that no author writes


def commands() -> list[str]:
    action = next(action for action in parser()._actions if hasattr(action, "choices") and action.choices)
    return sorted(action.choices)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_guide(command: str):
    assert f"python -m generator {command}" in GUIDE


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_one_can_move_in_from_is_in_the_guide(system: str):
    assert f"python -m generator import {system} " in GUIDE


@pytest.mark.parametrize(
    "setting", [field.name for field in dataclasses.fields(Config) if field.name not in NOT_SETTINGS]
)
def test_every_setting_is_in_the_guide(setting: str):
    assert setting in CODE


@pytest.mark.parametrize(
    "name",
    ["num", "percent", "sig", "si", "duration", "unit", "pm", "table", "chart", "chat", "offset", "limit", "tablerow"],
)
def test_what_a_body_can_call_is_in_the_guide_and_exists(name: str, tmp_path: Path):
    tools = make_tools(tmp_path, Config(), Tree(tmp_path), Ledger(tmp_path))

    assert name in tools.language.filters or name in tools.language.tags
    assert re.search(rf"\b{name}\b", GUIDE)


@pytest.mark.parametrize("name", ["min", "max", "mean", "std", "within", "argmin", "argmax"])
def test_every_function_of_claims_is_in_the_guide(name: str, tmp_path: Path):
    tools = make_tools(tmp_path, Config(), Tree(tmp_path), Ledger(tmp_path))

    assert name in tools.language.tags
    assert f"`{name}" in GUIDE


def table_of_old_posts() -> set[str]:
    """Return what the tables of the guide to old posts name."""
    page = (ROOT / "site/pages/guide/old-posts.md").read_text()
    return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", " ".join(re.findall(r"^\|.*", page, re.M))))))


def test_every_tag_and_filter_of_liquid_is_in_the_guide():
    language = Liquid(Config(), ROOT, Listing())
    refused = {"sassify", "scssify"}

    assert {*language.filters, *language.scripted, *BRANCHES, *SINGLE, *PLUGINS} - refused <= table_of_old_posts()


def test_the_readme_names_both_commands_of_the_makefile():
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()

    assert all(f"make {name} " in readme and f"\n{name}:" in makefile for name in ("site", "test"))
