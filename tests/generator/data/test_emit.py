"""YAML and JSON text that reads back as what went in, with bytes that are fixed here."""

from __future__ import annotations

import json

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.data.emit import to_json, to_yaml

TRAPS = "no on ~ << = 1:30 012 0x1f .inf 1_0 e5 2020-01-01 - ? : # --- ... null True x: a#b &a *a !a %a @a `a".split()
text = (
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
    | st.text("ab \n#:-{}[]|'\"\t,", max_size=10)
    | st.sampled_from([*TRAPS, "a #b", "- a", "a b\nc", "a\n", "\na", " a\nb", "a\n\n\nb"])
)
leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
plain = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=10
)


def typed(value: object) -> object:
    """Make `1`, `1.0` and `True` different, and the order of keys matter."""
    if isinstance(value, dict):
        return [(key, typed(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    return type(value).__name__, value


@settings(max_examples=300, deadline=None)
@given(plain)
def test_yaml_reads_back_as_what_was_written(value: object) -> None:
    written = to_yaml(value)

    assert typed(value) == typed(yaml.safe_load(written)) == typed(yaml.load(written, yaml.CSafeLoader))


@settings(max_examples=300, deadline=None)
@given(plain)
def test_json_reads_back_as_what_was_written(value: object) -> None:
    assert typed(value) == typed(json.loads(to_json(value)))


def test_a_table_has_one_row_a_line() -> None:
    rows = [
        {"method": "prox", "k": 14, "accuracy": 0.95, "note": "no: #1"},
        {"method": "adam", "k": 16, "accuracy": 1e-05},
    ]

    assert to_yaml(rows) == (
        '- {method: prox, k: 14, accuracy: 0.95, note: "no: #1"}\n- {method: adam, k: 16, accuracy: 1.0e-05}\n'
    )


def test_a_scalar_is_a_block_with_text_as_it_is() -> None:
    value = {
        "accuracy": 0.9,
        "best": {"strength": 0.02, "kept": [1, 5]},
        "said": "hello\n\n  you",
        "none": None,
        "on": True,
    }

    assert to_yaml(value) == (
        'accuracy: 0.9\nbest:\n  strength: 0.02\n  kept: [1, 5]\nsaid: |-\n  hello\n\n    you\nnone: null\n"on": true\n'
    )


def test_a_wide_row_becomes_a_block() -> None:
    assert to_yaml([{"prompt": "a" * 80, "reply": "b" * 80}]) == f"- prompt: {'a' * 80}\n  reply: {'b' * 80}\n"


def test_a_series_has_one_point_a_line() -> None:
    assert to_json([{"step": 1, "loss": 0.5}, {"step": 2, "loss": None}]) == (
        '[\n{"step": 1, "loss": 0.5},\n{"step": 2, "loss": null}\n]\n'
    )


def test_a_chat_has_one_line_of_talk_a_line() -> None:
    assert to_json({"candidate_log": ["hi", "hej då"], "turns": [{"a": 1}], "parameters": {"top_p": 0.9}}) == (
        '{\n"candidate_log": ["hi", "hej då"],\n"turns": [\n{"a": 1}\n],\n"parameters": {"top_p": 0.9}\n}\n'
    )
