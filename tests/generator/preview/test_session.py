"""A session, after any edits, serves what a clean build would write."""

from __future__ import annotations

import shutil
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generator.build import assemble
from generator.errors import SiteError, flatten
from generator.preview.session import Session
from generator.publish.output import Output
from tests.conftest import SiteFactory

SITE = """
    -- site/config.yaml --
    title: Try
    url: https://example.org
    -- posts/2026-01-01-a.md --
    ---
    title: A
    tags: [one]
    ---
    Loss {{ data.sweep.loss }}, see [B](2026-01-02-b.md).

    {% include "note.md" %}
    -- posts/2026-01-02-b.md --
    ---
    title: B
    tags: [one, two]
    ---
    ## Part

    Text with a [link](/about/).
    -- posts/2026-01-03-c/index.md --
    ---
    title: C
    ---
    ![A dot](dot.svg) and @tab:t.

    {{ table(data.rows, label="t", caption="Rows") }}
    -- posts/2026-01-03-c/dot.svg --
    <svg xmlns="http://www.w3.org/2000/svg"/>
    -- site/pages/about.md --
    # About

    About us: {{ data.sweep.name }}.
    -- site/includes/note.md --
    A note.
    -- site/static/style.css --
    p { color: red }
    -- _data/sweep.yaml --
    loss: 0.25
    name: sweep
    -- _data/rows.csv --
    name,loss
    a,1
    b,2
"""
POST = "---\ntitle: {title}\ntags: [{tag}]\n---\n{body}\n"
PATHS = {
    "post": [f"posts/2026-01-0{number}-{name}.md" for number, name in ((1, "a"), (2, "b"), (4, "d"), (5, "e"))],
    "page": ["site/pages/about.md", "site/pages/guide/one.md", "site/pages/index.md"],
}
BODIES = [
    "Plain text.",
    "Loss {{ data.sweep.loss }}.",
    "{% for row in data.rows %}\n* {{ row.name }}: {{ row.loss }}\n{% endfor %}",
    '{% include "note.md" %}',
    "See [A](2026-01-01-a.md) and [guide](/guide/one/) and [nowhere](/nowhere/).",
    "{{ data.sweep.missing }}",
    "{{ data.extra.value | default('none') }}",
    "{% if broken",
    "$x_1$ and `code` [](",
    "{% claim data.sweep.loss < 0.5 %}It is small.{% endclaim %}",
    "[0.25]{= data.sweep.loss }",
]
OTHERS = [
    ("_data/sweep.yaml", "loss: 0.5\nname: sweep\n"),
    ("_data/sweep.yaml", "loss: 0.25\nname: other\n"),
    ("_data/sweep.yaml", "loss: [\n"),
    ("_data/rows.csv", "name,loss\na,3\n"),
    ("_data/rows.csv", 'name,loss\n"a,3\n'),
    ("_data/extra.yaml", "value: 3\n"),
    ("site/config.yaml", "title: Other\n"),
    ("site/config.yaml", "title: Try\npermalink: /:slug/\n"),
    ("site/config.yaml", "titel: Try\n"),
    ("site/config.yaml", "# nothing\n"),
    ("site/includes/note.md", "Another note, {{ data.sweep.loss }}."),
    ("site/includes/note.md", "{% endif %}"),
    ("site/templates/post.html", "{{ page.title }} {{ page.content }} {{ site.posts | length }}\n"),
    ("site/templates/post.html", "{{ page.titel }}\n"),
    ("site/static/style.css", "p { color: blue }\n"),
    ("site/static/new.txt", "new\n"),
    ("posts/2026-01-03-c/more.txt", "more\n"),
    ("posts/2026-01-06-f/index.md", "---\ntitle: F\ndraft: true\n---\nDraft.\n"),
    ("posts/2026-01-02-b.md", "---\ntitle: [\n---\n"),
    ("posts/2026-01-02-b.md", "\x00"),
]
GONE = [
    "posts/2026-01-01-a.md",
    "posts/2026-01-03-c",
    "posts/2026-01-03-c/dot.svg",
    "site/templates",
    "site/includes/note.md",
    "site/config.yaml",
    "_data/rows.csv",
    "_data",
    "posts",
    "site/static/new.txt",
]
NEEDED = {"posts", "site"}

Edit = tuple[str, str, str]
edits = st.one_of(
    st.builds(
        lambda path, title, tag, body: ("write", path, POST.format(title=title, tag=tag, body=body)),
        st.sampled_from([*PATHS["post"], *PATHS["page"]]),
        st.sampled_from(["A", "B *b*", "New"]),
        st.sampled_from(["one", "two", "Two"]),
        st.sampled_from(BODIES),
    ),
    st.sampled_from([("write", path, text) for path, text in OTHERS]),
    st.sampled_from([("delete", path, "") for path in GONE]),
    st.builds(lambda old, new: ("rename", old, new), st.sampled_from(PATHS["post"]), st.sampled_from(PATHS["post"])),
    st.just(("restore", "", "")),
)


def apply(root: Path, factory: SiteFactory, edit: Edit) -> list[str] | None:
    """Make one edit and return the paths a watcher would name."""
    kind, path, text = edit
    file = root / path
    if kind == "restore":
        factory.write(SITE)
        return None
    if kind == "delete":
        shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
    elif kind == "rename":
        if not file.is_file() or path == text:
            return [path]
        file.replace(root / text)
        return [path, text]
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return [path]


def bytes_of(outputs: tuple[Output, ...]) -> list[tuple[str, bytes]]:
    return [(one.path, one.content if isinstance(one.content, bytes) else one.content.read_bytes()) for one in outputs]


@settings(max_examples=30, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(edits, min_size=4, max_size=12), st.data())
def test_after_any_edits_the_session_holds_what_a_clean_build_makes(tmp_path_factory, done, data):
    factory = SiteFactory(tmp_path_factory.mktemp("site"))
    root = factory.write(SITE)
    session = Session(factory.options())
    session.refresh(None)
    for edit in done:
        session.refresh(apply(root, factory, edit))
        session.get("2026/01/01/a/index.html")
        if data.draw(st.booleans()):
            assert_like_a_build(session, factory)
    assert_like_a_build(session, factory)


def assert_like_a_build(session: Session, factory: SiteFactory) -> None:
    change = session.finish()
    failures: list[str] = []
    built = None
    try:
        built = assemble(factory.options())
    except* SiteError as group:
        failures = [str(error) for error in flatten(group)]
    if built is not None:
        assert change.errors == ()
        assert bytes_of(built.outputs) == bytes_of(session.outputs())
        return
    shown = [str(error) for error in change.errors]
    downgraded = [str(warning).replace(": warning: ", ": error: ", 1) for warning in change.warnings]
    assert [text for text in failures if text not in {*shown, *downgraded}] == []
    # Where a build stops early, or has no value at all, the session goes on with the last good one and finds more.
    if not any(text.startswith(("site/config.yaml", "_data/")) for text in failures):
        assert [text for text in shown if text not in failures] == []
