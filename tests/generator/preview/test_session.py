"""A session, after any edits, serves what a clean build would write."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generator.preview.session import Change, Session
from tests.conftest import SiteFactory
from tests.generator.preview.like_a_build import assert_like_a_build

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

A = "2026/01/01/a/index.html"

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


@settings(max_examples=15, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(edits, min_size=4, max_size=12), st.data())
def test_after_any_edits_the_session_holds_what_a_clean_build_makes(tmp_path_factory, done, data):
    factory = SiteFactory(tmp_path_factory.mktemp("site"))
    root = factory.write(SITE)
    session = Session(factory.options())
    session.refresh(None)
    for edit in done:
        session.refresh(apply(root, factory, edit))
        session.get(A)
        if data.draw(st.booleans()):
            assert_like_a_build(session, factory)
    assert_like_a_build(session, factory)


def begin(site, text: str = SITE, **changed: object) -> Session:
    site.write(text)
    session = Session(site.options(**changed))
    session.refresh(None)
    session.finish()
    return session


def save(site, session: Session, path: str, text: str) -> Change:
    file = site.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return session.refresh([path])


def page(session: Session, path: str = A) -> str:
    output = session.get(path)
    assert output is not None
    assert isinstance(output.content, bytes)
    return output.content.decode()


def test_a_broken_post_stays_as_it_last_was_until_it_is_mended(site):
    session = begin(site)
    good = page(session)
    broken = save(site, session, "posts/2026-01-01-a.md", "---\ntitle: A\n---\n{{ data.sweep.lss }}\n")
    kept = page(session)
    worse = save(site, session, "posts/2026-01-01-a.md", "---\ntitle: [\n---\n")
    kept_too = page(session)
    mended = save(site, session, "posts/2026-01-01-a.md", "---\ntitle: A\n---\nMended.\n")

    assert [str(error) for error in broken.errors] == [
        "posts/2026-01-01-a.md:4:4: error: `data.sweep.lss` does not exist\n"
        "    4 | {{ data.sweep.lss }}\n      |    ^\nhint: did you mean `loss`?"
    ]
    assert [error.place.path for error in worse.errors if error.place] == ["posts/2026-01-01-a.md"]
    assert (kept, kept_too) == (good, good)
    assert mended.errors == ()
    assert "Mended." in page(session)


def test_a_post_that_was_never_good_is_shown_as_far_as_it_comes(site):
    session = begin(site, "-- posts/2026-01-01-a.md --\n---\ntitle: A\n---\nFirst.\n\n{{ data.x }} and more.\n")

    assert "<p>First.</p>" in page(session)


def test_a_half_saved_data_file_keeps_its_last_good_value(site):
    session = begin(site)
    broken = save(site, session, "_data/sweep.yaml", "loss: 0.5\nname: [swe")
    shown = page(session)
    edited = save(site, session, "posts/2026-01-01-a.md", "---\ntitle: A\n---\nNow {{ data.sweep.loss }}.\n")
    mended = save(site, session, "_data/sweep.yaml", "loss: 0.5\nname: sweep\n")

    assert [error.place.path for error in broken.errors if error.place] == ["_data/sweep.yaml"]
    assert "Loss 0.25" in shown
    assert len(edited.errors) == 1
    assert mended.errors == ()
    assert "Now 0.5." in page(session)


def test_a_broken_template_leaves_every_page_as_it_was(site):
    session = begin(site)
    good = page(session)
    save(site, session, "site/templates/post.html", "{{ page.titel }}\n")
    change = session.finish()

    assert [str(error) for error in change.errors] == [
        "site/templates/post.html:1:9: error: a page has no `titel`\n"
        "    1 | {{ page.titel }}\n      |         ^\nhint: did you mean `title`?"
    ]
    assert page(session) == good
    (site.root / "site/templates/post.html").unlink()
    assert session.refresh(["site/templates"]).urls == ("*",)
    assert session.finish().errors == ()


def test_a_config_that_does_not_hold_leaves_the_last_one(site):
    session = begin(site)
    change = save(site, session, "site/config.yaml", "titel: Try\n")

    assert [str(error).split("\n")[0] for error in change.errors] == [
        "site/config.yaml:1:1: error: `titel` is not a key of the config"
    ]
    assert "<title>A · Try</title>" in page(session)


def test_a_comment_in_the_config_changes_nothing_but_where_its_mistakes_stand(site):
    session = begin(site)
    config = "title: Try\nurl: https://example.org\nmenu:\n- Lost: /lost/\n"
    save(site, session, "site/config.yaml", config)
    before = session.finish().errors
    change = save(site, session, "site/config.yaml", f"# a comment\n{config}")
    after = session.finish().errors

    assert change.urls == ()
    assert [str(error.place) for error in (*before, *after)] == ["site/config.yaml:4:1", "site/config.yaml:5:1"]


def test_a_post_reaches_only_itself_unless_it_says_something_new_to_others(site):
    session = begin(site)
    head = "---\ntitle: A\ntags: [one]\n---\nFirst.\n\n"
    save(site, session, "posts/2026-01-01-a.md", head)
    session.finish()

    assert save(site, session, "posts/2026-01-01-a.md", f"{head}Second.\n").urls == ("/2026/01/01/a/",)
    assert save(site, session, "posts/2026-01-01-a.md", f"{head}Second.\n").urls == ()
    assert save(site, session, "posts/2026-01-01-a.md", head.replace("title: A", "title: New")).urls == ("*",)


def test_a_data_value_reaches_the_pages_that_read_it(site):
    session = begin(site)

    assert save(site, session, "_data/sweep.yaml", "loss: 0.125\nname: sweep\n").urls in [("/2026/01/01/a/",), ("*",)]
    assert "Loss 0.125" in page(session)
    assert save(site, session, "_data/sweep.yaml", "loss: 0.125\nname: sweep\nmore: 1\n").urls == ()


def test_changed_style_sheets_and_pictures_are_named_by_address(site):
    session = begin(site)
    change = save(site, session, "site/static/style.css", "p { color: blue }\n")
    picture = save(site, session, "posts/2026-01-03-c/dot.svg", "<svg/>")

    assert (change.styles, change.urls) == (("/style.css",), ())
    assert (picture.styles, picture.urls) == (("/2026/01/03/c/dot.svg",), ())


def test_a_post_that_becomes_a_draft_or_is_deleted_is_gone(site):
    session = begin(site)
    page(session)
    change = save(site, session, "posts/2026-01-01-a.md", "---\ntitle: A\ndraft: true\n---\n")
    hidden = session.get(A)
    shutil.rmtree(site.root / "posts")
    session.refresh(["posts"])

    assert (change.urls, hidden) == (("*",), None)
    assert session.get("2026/01/02/b/index.html") is None
    assert "Nothing" not in page(session, "404.html")


def test_what_a_build_refuses_the_preview_shows_and_warns_of(site):
    session = begin(site)
    body = "{% claim data.sweep.loss > 0.5 %}Large.{% endclaim %} About [0.37]{= data.sweep.loss }."
    change = save(site, session, "posts/2026-01-01-a.md", f"---\ntitle: A\n---\n{body}\n")
    html = page(session)

    assert change.errors == ()
    assert [str(warning).split("\n")[0] for warning in change.warnings] == [
        "posts/2026-01-01-a.md:4:1: warning: the claim `data.sweep.loss > 0.5` does not hold: 0.25 is not > 0.5",
        "posts/2026-01-01-a.md:4:61: warning: `0.37` no longer holds: the value is 0.25",
    ]
    assert '<span class="claim labpress-broken" tabindex="0" title="the claim `data.sweep.loss &gt; 0.5`' in html
    assert 'no longer holds: the value is 0.25">0.37</mark>' in html
    assert A not in {output.path for output in session.outputs()}


def test_a_link_that_leads_nowhere_is_told_once_the_whole_site_is_known(site):
    session = begin(site)
    text = "---\ntitle: A\n---\n[there](/nowhere/)\n"
    at_once = save(site, session, "posts/2026-01-01-a.md", text)
    later = session.finish()
    mended = save(site, session, "posts/2026-01-01-a.md", text.replace("/nowhere/", "/about/"))

    assert (at_once.errors, mended.errors) == ((), ())
    assert [error.what for error in later.errors] == ["`/nowhere/` leads nowhere"]


def test_pages_can_be_asked_for_by_many_threads_while_the_site_changes(site):
    session = begin(site)
    stop, wrong = threading.Event(), list[str]()

    def read() -> None:
        while not stop.is_set():
            for path in (A, "2026/01/02/b/index.html", "index.html", "style.css", "atom.xml", "nowhere"):
                output = session.get(path)
                if (output is None) != (path == "nowhere"):
                    wrong.append(path)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(30):
        save(site, session, "posts/2026-01-01-a.md", f"---\ntitle: A\n---\nNumber {number}.\n")
        save(site, session, "_data/sweep.yaml", f"loss: {number}\nname: sweep\n")
        session.work()
    stop.set()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert "Number 29." in page(session)
    assert_like_a_build(session, site)


def test_a_file_that_cannot_be_copied_costs_only_itself(site):
    site.write(SITE)
    (site.root / "site/static/lost.css").symlink_to("nowhere.css")
    session = Session(site.options())
    session.refresh(None)
    change = session.finish()

    assert "site/static/lost.css" in [error.place.path for error in change.errors if error.place]
    assert session.get("style.css") is not None
    assert session.get("theme/site.css") is not None


def test_every_page_follows_a_value_they_all_read(site):
    session = begin(site, "-- _data/x.yaml --\nvalue: 1\n")
    for number in range(60):
        save(
            site, session, f"posts/2026-01-01-p{number}.md", f"---\ntitle: P{number}\n---\nIs {{{{ data.x.value }}}}.\n"
        )
    session.finish()
    first, last = "2026/01/01/p0/index.html", "2026/01/01/p59/index.html"
    page(session, first)
    change = save(site, session, "_data/x.yaml", "value: 2\n")

    assert change.urls == ("*",)
    assert "Is 2." in page(session, first)
    assert "Is 2." in page(session, last)
    session.finish()
    assert_like_a_build(session, site)
