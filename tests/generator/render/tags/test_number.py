"""Numbers in a line: shown by their filter, bound to the full value and its origin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.data.ledger import Ledger
from generator.errors import SiteError
from generator.render.tags.number import bind, filters, guard, to_number
from generator.render.tags.quantity import Shown

RECORD = """{"schema_version": 1, "name": "fam.run", "command": "c", "seeds": [0, 1],
"date": "2026-11-21", "seconds": 90,
"git": {"commit": "0123456789", "dirty": false},
"artifacts": {"best": {"kind": "scalar", "file": "best.yaml", "sha256": "x"}}}"""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    folder = tmp_path / "_data" / "fam" / "run"
    folder.mkdir(parents=True)
    (folder / "record.json").write_text(RECORD)
    (folder / "best.yaml").write_text("loss: 0.1\n")
    return Ledger(tmp_path)


class Leaf(float):
    path = "fam.run.best.loss"


class Hand(int):
    path = "mine.<count>"


def test_a_number_tells_its_run(ledger: Ledger):
    assert filters(ledger)["num"](Leaf(0.37249), 2, "nats") == Shown(
        '<data class="num" value="0.37249" tabindex="0" '
        'title="0.37249 · fam.run, best · seeds 0–1 · 1\u202fmin 30\u202fs · commit 0123456 · 2026-11-21">'
        "0.37\u202fnats</data>",
        "0.37\u202fnats",
        0.37249,
        "nats",
        "fam.run.best.loss",
    )


def test_a_number_by_hand_tells_its_key_and_a_computed_one_that(ledger: Ledger):
    assert [bind(ledger, 3, path, "3").html for path in ("mine.<count>", "")] == [
        '<data class="num" value="3" tabindex="0" title="3 · data.mine.&lt;count&gt;, written by hand">3</data>',
        '<data class="num" value="3" tabindex="0" title="3 · computed on this page">3</data>',
    ]


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("num", (0.9998, 3), "1.000"),
        ("num", ("0.5",), "0.500"),
        ("sig", (123456, 2), "120,000"),
        ("sig", (5.2, 2, "<m>"), "5.2\u202f<m>"),
        ("percent", (0.0640326, 1), "6.4%"),
        ("si", (17_700_000,), "17.7\u202fM"),
        ("si", (1500, 2, "B"), "1.5\u202fkB"),
        ("duration", (7384,), "2\u202fh 3\u202fmin"),
        ("unit", (2.5, "nats"), "2.500\u202fnats"),
        ("pm", (2.951, 0.0114), "2.951\u202f±\u202f0.011"),
        ("pm", (2, 0.5, 1), "2.0\u202f±\u202f0.5"),
        ("num", (float("nan"),), "not a number"),
    ],
)
def test_each_filter_shows_text_for_feeds_and_search(ledger: Ledger, name: str, arguments: Any, text: str):
    shown = filters(ledger)[name](*arguments)

    assert isinstance(shown, Shown)
    assert shown.text == text
    assert "<m>" not in shown.html


def test_filters_add_to_each_other(ledger: Ledger):
    made = filters(ledger)
    loss = made["num"](2.9512, 2, "nats")

    assert [
        made["pm"](loss, 0.011).text,
        made["unit"](made["num"](2.9512, 1), "bits").text,
        made["num"](loss, 1).text,
    ] == [
        "2.95\u202f±\u202f0.01\u202fnats",
        "3.0\u202fbits",
        "3.0",
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("num", None), "this value is null, not a number"),
        (("num", "a lot"), "`a lot` is not a number"),
        (("num", "x" * 99), f"`{'x' * 40}` is not a number"),
        (("num", True), "`true` is not a number"),
        (("num", [1]), "a list is not a number"),
        (("num", {}), "this value is not a number"),
        (("num", 10**400), "a whole number of more than 308 digits is not a number"),
        (("num", 1, 99), "`num` takes a number of digits between 0 and 20, not `99`"),
        (("num", 1, "2"), "`num` takes a number of digits between 0 and 20, not `2`"),
        (("sig", 1, 0), "`sig` takes a number of digits between 1 and 20, not `0`"),
        (("percent", 1, -1), "`percent` takes a number of digits between 0 and 20, not `-1`"),
        (("si", 1, 1.5), "`si` takes a number of digits between 1 and 20, not `1.5`"),
        (("pm", 1, None), "this value is null, not a number"),
    ],
)
def test_what_is_no_number_is_named(ledger: Ledger, call: Any, message: str):
    name, *arguments = call
    with pytest.raises(SiteError) as caught:
        filters(ledger)[name](*arguments)

    assert caught.value.what == message


def test_numbers_keep_their_key(ledger: Ledger):
    assert [to_number(Leaf(0.5)), to_number(Hand(3)), to_number("1e3"), to_number(bind(ledger, 2, "a.b", "2"))] == [
        (0.5, "fam.run.best.loss"),
        (3, "mine.<count>"),
        (1000.0, ""),
        (2, "a.b"),
    ]


def test_a_guarded_number_stays_as_it_was_typed(ledger: Ledger):
    assert guard(ledger, Leaf(0.3749), "~0.37").text == "~0.37"


def test_a_guard_that_fails_tells_the_value_the_run_and_what_to_write(ledger: Ledger):
    with pytest.raises(SiteError) as caught:
        guard(ledger, Leaf(0.379), "~0.35")

    assert caught.value.what == (
        "`~0.35` no longer holds: the value is 0.379; "
        "fam.run, best · seeds 0–1 · 1\u202fmin 30\u202fs · commit 0123456 · 2026-11-21"
    )
    assert caught.value.hint == "write `~0.38`, or let `python -m generator check --fix` do it"
    assert caught.value.repair == ("~0.35", "~0.38")


def test_a_guard_that_no_number_mends_offers_none(ledger: Ledger):
    with pytest.raises(SiteError) as caught:
        guard(ledger, 5.0, "between 3 and 4")

    assert (caught.value.what, caught.value.hint, caught.value.repair) == (
        "`between 3 and 4` no longer holds: the value is 5",
        "say it another way",
        ("", ""),
    )


@pytest.mark.parametrize(
    ("value", "typed", "message"),
    [
        (0.5, "about half", "`about half` holds no number to guard"),
        (float("inf"), "3", "`3` cannot be judged: the value is ∞"),
        (None, "3", "this value is null, not a number"),
    ],
)
def test_what_cannot_be_guarded_says_why(ledger: Ledger, value: object, typed: str, message: str):
    with pytest.raises(SiteError) as caught:
        guard(ledger, value, typed)

    assert caught.value.what == message


def test_feeds_and_search_hold_the_number_as_plain_text(site: Callable[..., Any]):
    built = site(
        "-- _data/d.yaml --\nx: 0.37249\nrows: [{a: 1, b: 2}, {a: 2, b: 3}]\n-- site/config.yaml --\ntitle: T\n"
        "-- posts/2026-01-01-a.md --\n---\ntitle: A\n---\nThe loss is {{ data.d.x | num(2) }}, no more.\n\n"
        "{{ chart(data.d.rows, x='a', y='b') }}\n"
    )
    feed = built["atom.xml"]

    assert "&lt;p&gt;The loss is 0.37, no more.&lt;/p&gt;" in feed
    assert "&lt;details" not in feed
    assert "The loss is 0.37, no more." in built.built.site.posts[0].document.text
    assert '<meta name="description" content="The loss is 0.37, no more.">' in built["2026/01/01/a/index.html"]
