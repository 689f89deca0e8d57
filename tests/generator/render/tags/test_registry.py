"""The tags as a body calls them: arguments, labels, and where the data comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from generator.render.markup.findings import Label

DATA = """
-- _data/d.yaml --
rows:
  - {name: a, x: 1, y: 2}
  - {name: b, x: 2, y: 3}
texts: [x, y]
-- posts/2026-01-01-a.md --
---
title: A
---
"""


def errors(site: Any, call: str) -> str:
    return str(site.errors(f"{DATA}{{{{ {call} }}}}\n".lstrip("\n"))[0]).split("\n    ")[0]


def test_tables_and_figures_are_counted_apart_in_their_order(site: Callable[..., Any]):
    built = site(
        DATA.lstrip("\n") + "{{ chart(data.d.rows, x='x', y='y', caption='One.', label='one') }}\n\n"
        "{{ table(data.d.rows, caption='Two.', label='two') }}\n\n"
        "{{ table(data.d.rows, caption='Not counted.') }}\n\n"
        "> {{ chat({'candidate_log': []}, label='three') }}\n\n"
        "{{ table(data.d.rows, label='tab:four') }}\n"
    )
    body = built.body("/2026/01/01/a/")

    assert [label for label in built.built.site.posts[0].document.labels if label.kind != "section"] == [
        Label("fig:one", "figure", "1"),
        Label("tab:two", "table", "1"),
        Label("fig:three", "figure", "2"),
        Label("tab:four", "table", "2"),
    ]
    assert "<figcaption><strong>Figure 1.</strong> One.</figcaption>" in body
    assert "<caption><strong>Table 1.</strong> Two.</caption>" in body
    assert "<caption>Not counted.</caption>" in body
    assert "<figcaption><strong>Figure 2.</strong> </figcaption>" in body
    assert "<caption><strong>Table 2.</strong> </caption>" in body
    assert "<!--number-->" not in body


def test_images_of_the_text_share_the_count(site: Callable[..., Any]):
    built = site(
        DATA.lstrip("\n") + '![a](/a.svg "A *caption*"){#fig:a}\n\n{{ chart(data.d.rows, x="x", y="y", label="b") }}\n'
        "\n-- site/static/a.svg --\n<svg/>\n"
    )
    body = built.body("/2026/01/01/a/")

    assert "<figcaption><strong>Figure 1.</strong> A <em>caption</em></figcaption>" in body
    assert "<figcaption><strong>Figure 2.</strong> </figcaption>" in body


def test_a_label_stands_once(site: Any):
    text = "{{ table(data.d.rows, label='t') }}\n\n{{ table(data.d.rows, label='t') }}\n"

    assert site.errors(DATA.lstrip("\n") + text) == [
        "posts/2026-01-01-a.md:6: error: the id `tab:t` is used twice\n"
        "    6 | {{ table(data.d.rows, label='t') }}\nhint: the first is at posts/2026-01-01-a.md:4"
    ]


def test_the_same_drawing_twice_has_ids_of_its_own(site: Callable[..., Any]):
    built = site(DATA.lstrip("\n") + "{{ chart(data.d.rows, x='x', y='y') }}\n\n" * 3)
    body = built.body("/2026/01/01/a/")
    ids = [part.partition('"')[0] for part in body.split(' id="')[1:]]

    assert len(ids) == len(set(ids)) > 6
    assert all(f'id="{part.partition(chr(34))[0]}"' in body for part in body.split('href="#')[1:])


def test_a_filtered_list_keeps_its_origin_and_a_made_one_has_none(site: Callable[..., Any]):
    built = site(
        DATA.lstrip("\n") + "{{ table(data.d.rows | selectattr('x', 'gt', 1) | list) }}\n\n{{ table([{'a': 1}]) }}\n"
    )
    body = built.body("/2026/01/01/a/")

    assert body.count("<code>data.d.rows</code>, written by hand") == 1
    assert body.count("computed on this page") == 1


def test_names_may_come_from_data(site: Callable[..., Any]):
    built = site(DATA.lstrip("\n") + "{{ table(data.d.rows, columns=data.d.texts) }}\n")

    assert '<thead><tr><th scope="col" class="number">x</th><th scope="col" class="number">y</th></tr></thead>' in (
        built.body("/2026/01/01/a/")
    )


def test_a_page_without_charts_never_imports_matplotlib(site: Callable[..., Any]):
    import subprocess
    import sys

    built = site(DATA.lstrip("\n") + "{{ table(data.d.rows) }} \n")
    code = (
        "import sys; from generator.__main__ import main; "
        f"main(['build', '--source', {str(built.root)!r}, '--output', {str(built.root / 'out')!r}]); "
        "assert not {'matplotlib', 'numpy'} & set(sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr == ""


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("table(data.d.rows, best=[1])", "`best` must be text"),
        ("table(data.d.rows, caption=true)", "`caption` must be text"),
        ("table(data.d.rows, derive='x')", "`derive` must be a mapping"),
        ("table(data.d.rows, format=['x'])", "`format` must be a mapping"),
        ("table(data.d.rows, columns=[[1]])", "`columns` must be text"),
        ("table(data.d.rows, label='fig:x')", "the label `fig:x` is not one of a table"),
        ("chart(data.d.rows, kind={})", "`kind` must be text"),
        ("chart(data.d.rows, x='x', y={'a': 1})", "`y` must be text"),
        (
            "chart(data.d.rows, x='x', y='y', height=data.d.rows)",
            "`height` of a chart must be between 1 and 20, not `[{'name': 'a', 'x': 1, 'y': 2}, {'name':`",
        ),
        ("chat(data.d.rows)", "this value is not a chat"),
        ("chat({'candidate_log': []}, label='tab:x')", "the label `tab:x` is not one of a figure"),
    ],
)
def test_an_argument_of_the_wrong_sort_is_named_at_its_place(site: Any, call: str, message: str):
    assert errors(site, call) == f"posts/2026-01-01-a.md:4:4: error: {message}"
