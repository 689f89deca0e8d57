"""Data that means harm, or only mischief, in every tag: it shows as text, and the page stays a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import html5lib
import pytest

NASTY = [
    "<script>alert(1)</script>",
    "</svg></td></table></figure><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "a | b `c` *d* [e](javascript:alert(1)) {{ x }} {% y %} $z$ \\(w\\)",
    "<!--number--> --> ]]> &lt;b&gt; &amp;",
    '#010203 id="x" url(#y) : #010203;',
    "tabs\tand\nlines\r\nand more",
    "emoji 🎸👩‍👩‍👧 and é",
    "שלום עולם \u202e reversed \u2066",
    "w" * 10_000,
    "two words " * 1_000,
    "",
    "007",
    "-inf",
]
ODD = [None, True, False, 0, -0.0, 1e-300, 1e300, -1.5, 12345678901234567890, [1, [2]], {"a": {"b": None}}, *NASTY]
ROWS = [
    {"name": text, "x": n, "y": n * 1.5, "odd": odd} for n, (text, odd) in enumerate(zip(NASTY * 2, ODD, strict=False))
]
ROWS += [{"x": 3, "<b>": 1}, {"name": "only"}]
CALLS = [
    "table(data.d.rows, best='min y', caption=data.d.text, label='LABEL')",
    "table(data.d.rows, columns={'name': data.d.text, 'odd': 'odd'}, format={'odd': '2'}, derive={'r': 'y / x'})",
    "chart(data.d.rows, x='x', y=['y', 'odd'], smooth=0.5, caption=data.d.text, title=data.d.text, label='LABEL')",
    "chart(data.d.rows, x='x', y='odd', log='xy', names={'odd': data.d.text, 'y': 'why'})",
    "chart(data.d.rows, 'scatter', 'x', 'y', group='name')",
    "chart(data.d.rows, 'bar', 'name', ['y', 'odd'], baselines={data.d.text: 2})",
    "chart(data.d.rows, 'histogram', y='odd', x_name=data.d.text, label='LABEL')",
    "chart(data.d.rows, 'heatmap', 'x', 'odd', value='y', numbers=true)",
    "chart(data.d.rows, 'parallel', y=['x', 'name', 'odd'], value='y')",
    "chat({'candidate_log': data.d.texts, 'baseline_log': data.d.texts, 'parameters': {'rule': data.d.text}})",
    "chat({'candidate_log': []}, names=data.d.texts, caption=data.d.text, label='LABEL')",
]
LIVE = {"script", "img", "iframe", "object", "embed", "form", "input", "base", "meta", "link", "style"}


def attributes(html: str) -> list[tuple[str, str, str]]:
    """Parse a fragment as strictly as the standard allows and return every (element, attribute, value)."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parseFragment(html)
    return [
        (str(node.tag).rpartition("}")[2], str(name), value)
        for node in tree.iter()
        if isinstance(node.tag, str)
        for name, value in (*node.attrib.items(), ("", ""))
    ]


@pytest.mark.parametrize("call", CALLS, ids=[f"{n} {call[:5]}" for n, call in enumerate(CALLS)])
def test_hostile_text_is_only_text(site: Callable[..., Any], call: str):
    texts = [0, 1, 4, 5, 9] if call.startswith("chart") else range(len(NASTY))
    calls = [call.replace("data.d.text,", f"data.d.texts[{n}],").replace("LABEL", f"l{n}") for n in texts]
    body = "\n\n".join(f"{{{{ {each} }}}}" for each in calls)
    data = json.dumps({"rows": ROWS, "texts": NASTY, "text": NASTY[1]})

    built = site(f"-- _data/d.json --\n{data}\n-- posts/2026-01-01-a.md --\n---\ntitle: A\n---\n{body}\n")

    found = attributes(built.body("/2026/01/01/a/"))
    ids = [value for _, name, value in found if name == "id"]
    assert {element for element, _, _ in found} & LIVE == set()
    assert [name for _, name, _ in found if name.startswith("on")] == []
    assert [value for _, name, value in found if name in {"href", "src"} and ":" in value] == []
    assert sorted(set(ids)) == sorted(ids)


def test_five_thousand_rows_are_cut_on_the_page_and_whole_in_the_files(site: Callable[..., Any]):
    rows = [{"name": f"run {n}", "loss": n / 7} for n in range(5000)]
    built = site(
        f"-- _data/d.json --\n{json.dumps(rows)}\n-- posts/2026-01-01-a.md --\n---\ntitle: A\n---\n"
        "{{ table(data.d, label='t') }}\n\n{{ chart(data.d, x='loss', y='loss', label='c') }}\n"
    )
    body = built.body("/2026/01/01/a/")

    assert len(body) < 250_000
    assert body.count("<tr>") == 1 + 500 + 1 + 60
    assert '<p class="remark">The first 500 of 5,000 rows; the files hold all of them</p>' in body
    assert "<summary>Data (60 of 5,000 rows)</summary>" in body
    assert json.loads(built["2026/01/01/a/tab-t.json"]) == rows
    assert json.loads(built["2026/01/01/a/fig-c.json"]) == [{"loss": row["loss"]} for row in rows]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (
            "chart(data.d, 'bar', 'name', 'loss')",
            "this chart cannot be drawn: 5,000 bars cannot be told apart: at most 200",
        ),
        (
            "chart(data.d, 'line', 'loss', 'loss', group='name')",
            "this chart cannot be drawn: 5,000 curves cannot be told apart: at most 24",
        ),
        (
            "chart(data.d, 'heatmap', 'name', 'loss', value='loss')",
            "this chart cannot be drawn: 5,000 by 5,000 cells are too many to see: at most 10,000",
        ),
    ],
)
def test_what_nobody_could_read_is_refused(site: Any, call: str, what: str):
    rows = [{"name": f"run {n}", "loss": n / 7} for n in range(5000)]
    errors = site.errors(
        f"-- _data/d.json --\n{json.dumps(rows)}\n-- posts/2026-01-01-a.md --\n---\ntitle: A\n---\n{{{{ {call} }}}}\n"
    )

    assert errors == [f"posts/2026-01-01-a.md:4:4: error: {what}\n    4 | {{{{ {call} }}}}\n      |    ^"]
