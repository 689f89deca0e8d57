"""The strip: which run, how to make it again, where the data is; trouble is said aloud."""

from __future__ import annotations

import pytest

from generator.data.artifacts import Record
from generator.data.ledger import Provenance
from generator.data.staleness import Status
from generator.errors import SiteError
from generator.render.tags.strip import File, Source, describe, run_url, stem, strip, with_kind

RECORD = Record(
    name="family.run",
    command="python -m experiments run family.run lr=<3>",
    artifacts={},
    seeds=(0, 1, 2),
    git={"commit": "0123456789abcdef", "dirty": True},
    hardware={"cpu": "AMD <EPYC>", "cores": 2, "gpu": None},
    date="2026-11-21",
    seconds=59.77,
)


def source(state: str, *reasons: str, record: Record | None = RECORD) -> Source:
    return Source("family.run.curve", Provenance("family.run", "curve", Status("family.run", state, reasons, record)))


def test_a_fresh_run_is_told_quietly():
    assert strip(source("fresh", "a remark"), (File("fig-x y.csv", "", "CSV"),), ("one is missing",)) == (
        '<div class="strip"><p class="remark">One is missing</p>'
        '<p class="source"><a href="/runs/family/run/">family.run</a>'
        "<span>seeds 0–2 · 59.8\u202fs · commit 0123456 · with uncommitted changes · <time>2026-11-21</time></span></p>"
        '<p class="downloads"><a href="fig-x%20y.csv" download>CSV</a></p>'
        '<details class="again"><summary>Make it again</summary>'
        "<p><code>python -m experiments run family.run lr=&lt;3&gt;</code>"
        "<br>AMD &lt;EPYC&gt;, 2 cores</p></details></div>"
    )


@pytest.mark.parametrize("state", ["stale", "edited", "failed", "pending"])
def test_trouble_is_said_aloud_with_the_command_that_mends_it(state: str):
    html = strip(source(state, "a <changed>", "b", "c", "d"))

    assert html.startswith(
        f'<div class="strip {state}"><p class="trouble"><strong>{state}</strong> a &lt;changed&gt;; b; c '
        "<code>python -m experiments run family.run lr=&lt;3&gt;</code></p>"
    )


def test_a_run_that_goes_on_needs_no_command():
    assert strip(source("running", record=None)) == (
        '<div class="strip running"><p class="trouble"><strong>running</strong> </p>'
        '<p class="source"><a href="/runs/family/run/">family.run</a><span>not run yet</span></p>'
        '<details class="again"><summary>Make it again</summary>'
        "<p><code>python -m experiments run family.run</code></p></details></div>"
    )


def test_data_that_no_run_made_says_so():
    assert strip(Source("my.<rows>")) == (
        '<div class="strip"><p class="source"><span><code>data.my.&lt;rows&gt;</code>, written by hand</span></p></div>'
    )
    assert strip(Source()) == '<div class="strip"><p class="source"><span>computed on this page</span></p></div>'


def test_a_run_is_described_by_what_is_known():
    assert describe(None) == "not run yet"
    assert describe(Record("a", "b", {}, seeds=(7,), date="2026-01-01")) == "seed 7 · 2026-01-01"
    assert describe(Record("a", "b", {})) == ""


def test_a_label_gets_its_kind():
    assert [with_kind(label, "tab") for label in ("", "weights", "tab:a.b-c_1", "größe")] == [
        "",
        "tab:weights",
        "tab:a.b-c_1",
        "tab:größe",
    ]


@pytest.mark.parametrize(
    ("label", "message", "hint"),
    [
        ("../../etc", "`../../etc` cannot be a label", "write letters, digits, `-`, `_` and `.`"),
        ("a b", "`a b` cannot be a label", "write letters, digits, `-`, `_` and `.`"),
        ("x" * 99, f"`{'x' * 60}` cannot be a label", "write letters, digits, `-`, `_` and `.`"),
        ("fig:a", "the label `fig:a` is not one of a table", "write `tab:a`"),
    ],
)
def test_a_label_that_cannot_be_an_id_is_refused(label: str, message: str, hint: str):
    with pytest.raises(SiteError) as caught:
        with_kind(label, "tab")

    assert (caught.value.what, caught.value.hint) == (message, hint)


def test_files_are_named_by_label_or_by_run_and_content():
    assert stem("tab:weights", Source(), "table", "x") == "tab-weights"
    assert stem("", source("fresh"), "table", "x") == "family-run-curve-2d7116"
    assert stem("", Source("d"), "chart", "x") == "chart-2d7116"


def test_the_page_of_a_run_follows_its_name():
    assert run_url("family.deep.rün") == "/runs/family/deep/r%C3%BCn/"
