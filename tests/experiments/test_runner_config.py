"""Words of the command line as values of a Config, and lists of seeds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from experiments.runner.config import as_word, build, parse, plain
from experiments.runner.seeds import parse_seeds, shown
from generator.errors import SiteError, flatten


@dataclass(frozen=True)
class Config:
    rate: float = 0.1
    steps: int = 10
    deep: bool = False
    method: Literal["prox", "adam", 3] = "prox"
    widths: tuple[int, ...] = (8, 16)
    pair: tuple[int, str] = (1, "a")
    limit: int | None = None
    label: str = "x"
    source: Path = Path("a.csv")
    extra: dict[str, int] | None = None


def messages(caught: pytest.ExceptionInfo[ExceptionGroup[SiteError]]) -> list[str]:
    return [str(error) for error in flatten(caught.value)]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("rate=1e-3", 1e-3),
        ("rate=3", 3.0),
        ("steps=1e3", 1000),
        ("steps=1_000", 1000),
        ("steps=-2", -2),
        ("deep=true", True),
        ("deep=No", False),
        ("method=adam", "adam"),
        ("method=3", 3),
        ("widths=1,2,3", (1, 2, 3)),
        ("widths=[1, 2]", (1, 2)),
        ("widths=0..4", (0, 1, 2, 3, 4)),
        ("widths=", ()),
        ("pair=2,b", (2, "b")),
        ("limit=none", None),
        ("limit=7", 7),
        ("label=a=b, c", "a=b, c"),
        ("source=b/c.csv", Path("b/c.csv")),
    ],
)
def test_a_word_is_typed_by_its_field(word: str, value: object) -> None:
    key = word.partition("=")[0]
    config, overrides = build("x", Config, {}, [word])

    assert (getattr(config, key), overrides, type(getattr(config, key))) == (value, {key: value}, type(value))


def test_a_preset_comes_first_and_the_command_after_it() -> None:
    config, overrides = build("x", Config, {"rate": 1, "widths": [1], "source": "z", "steps": 3}, ["steps=5"])

    assert (config, overrides) == (Config(rate=1.0, widths=(1,), source=Path("z"), steps=5), {"steps": 5})


def test_all_mistakes_are_told_at_once() -> None:
    words = ["stpes=1", "zzz=1", "steps=ten", "rate=fast", "deep=2", "method=sgd", "pair=1", "limit=x"]
    words += ["widths=1,b", "extra=1", "label=a", "label=b"]

    with pytest.raises(ExceptionGroup) as caught:
        build("x", Config, {"rtae": 1, "steps": "3"}, words)

    fields = "`rate`, `steps`, `deep`, `method`, `widths`, `pair`, `limit`, `label`, `source`, `extra`"
    assert messages(caught) == [
        "error: `x` has no `rtae` in its Config\nhint: did you mean `rate`?",
        "error: the preset of `x` sets `steps` to `'3'`: not a whole number",
        "error: `x` has no `stpes` in its Config\nhint: did you mean `steps`?",
        f"error: `x` has no `zzz` in its Config\nhint: it has {fields}",
        "error: `steps=ten`: not a whole number",
        "error: `rate=fast`: not a number",
        "error: `deep=2`: not `true` or `false`",
        "error: `method=sgd`: not one of `prox`, `adam`, `3`",
        "error: `pair=1`: 2 values are wanted, 1 given",
        "error: `limit=x`: not a whole number or `none`",
        "error: `widths=1,b`: not a whole number",
        "error: `extra=1`: not a value that can be set from outside (dict) or `none`",
        "error: `label` is set twice",
    ]


def test_a_field_without_a_value_is_asked_for() -> None:
    @dataclass(frozen=True)
    class Bare:
        steps: int

    with pytest.raises(ExceptionGroup) as caught:
        build("x", Bare, {}, [])

    assert messages(caught) == ["error: `steps` of `x` has no default\nhint: give one: `steps=…`"]


def test_a_config_that_is_no_dataclass_is_named() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        build("x", str, {}, [])

    assert messages(caught) == ["error: the Config of `x` is not a dataclass\nhint: write `@dataclass(frozen=True)`"]


def test_a_config_may_refuse_values() -> None:
    @dataclass(frozen=True)
    class Careful:
        steps: int = 1

        def __post_init__(self) -> None:
            if self.steps < 1:
                raise ValueError("no steps, no result")

    with pytest.raises(ExceptionGroup) as caught:
        build("x", Careful, {}, ["steps=0"])

    assert messages(caught) == ["error: `x` refuses this Config: no steps, no result"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [((1, 2), tuple[int, ...]), (True, bool), (None, int | None), (1e-05, float), ("a b", str), (Path("a/b"), Path)],
)
def test_a_plain_value_can_be_written_as_a_word_again(value: object, kind: Any) -> None:
    assert parse(as_word("key", plain(value)).removeprefix("key="), kind) == value


def test_a_record_does_not_name_the_home_folder() -> None:
    assert plain({"source": Path.home() / "export.zip"}) == {"source": "~/export.zip"}


@pytest.mark.parametrize(
    ("text", "seeds", "short"),
    [("3", (3,), "3"), ("0..4", (0, 1, 2, 3, 4), "0..4"), ("5,0..2", (5, 0, 1, 2), "5,0,1,2"), ("0,1", (0, 1), "0,1")],
)
def test_seeds_are_read_and_written(text: str, seeds: tuple[int, ...], short: str) -> None:
    assert (parse_seeds(text), shown(seeds)) == (seeds, short)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "error: `seed=a` is no list of seeds\nhint: write `3`, `0..4` or `0,2,5`"),
        ("4..0", "error: `seed=4..0` is no list of seeds\nhint: write `3`, `0..4` or `0,2,5`"),
        ("-1", "error: `seed=-1` is no list of seeds\nhint: write `3`, `0..4` or `0,2,5`"),
        ("0..2,1", "error: `seed=0..2,1` names a seed twice"),
    ],
)
def test_a_list_of_seeds_that_is_none_is_explained(text: str, message: str) -> None:
    with pytest.raises(SiteError) as caught:
        parse_seeds(text)

    assert str(caught.value) == message
