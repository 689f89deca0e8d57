import pytest

from generator.data.json_loader import load_json
from generator.data.text import Text
from generator.data.toml_loader import load_toml
from generator.data.typed import Typed, describe, name
from generator.data.yaml_loader import load_yaml


@pytest.mark.parametrize(
    ("text", "load", "written"),
    [
        ("x: 1.10 # price", load_yaml, "1.10"),
        ("x: [2020, 1.10]", load_yaml, "a list"),
        ("x: True", load_yaml, "True"),
        ("x: &anchor 1.10", load_yaml, "1.1"),
        ("x: 0x1f", load_yaml, "31"),
        ("x: -0", load_yaml, "-0"),
        ('{"x": 1.10}', load_json, "1.10"),
        ("x = 1_000", load_toml, "1_000"),
        ("x = 1.50 # price", load_toml, "1.50"),
    ],
)
def test_a_bare_value_taken_as_text_is_as_it_was_written(text: str, load, written: str):
    loaded = load(Text("a.yaml", text))
    typed = Typed(loaded)

    found = typed.text(loaded.value["x"], ("x",))

    assert (found or describe(loaded.value["x"])) == written


def test_characters_no_page_may_hold_are_mistakes_wherever_they_stand():
    loaded = load_json(Text("a.json", '{"a": ["x\\u0000"], "b\\ufdd0": 1, "c": "fine\\n\\ttoo"}'))

    assert [str(error) for error in Typed(loaded).errors] == [
        "a.json:1:8: error: this text holds the control character U+0000\n"
        '    1 | {"a": ["x\\u0000"], "b\\ufdd0": 1, "c": "fine\\n\\ttoo"}\n'
        "      |        ^\n"
        "hint: use single quotes: in double quotes a `\\` starts an escape",
        "a.json:1:20: error: the noncharacter U+FDD0 is reserved for the builder\n"
        '    1 | {"a": ["x\\u0000"], "b\\ufdd0": 1, "c": "fine\\n\\ttoo"}\n'
        "      |                    ^\n"
        "hint: remove it",
    ]


def test_a_path_of_keys_is_named_as_a_template_writes_it():
    assert [name(("menu", 2, "url")), name(("x",))] == ["`menu[2].url`", "`x`"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({}, "a mapping"),
        ([], "a list"),
        (True, "`true`"),
        (None, "empty"),
        ("", "empty"),
        (3, "the number 3"),
        ("a", "`a`"),
    ],
)
def test_a_value_is_described_by_its_kind_when_that_is_the_point(value: object, shown: str):
    assert describe(value) == shown
