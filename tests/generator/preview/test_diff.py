"""What differs from the last published build: pages, numbers with their per cent, claims."""

from __future__ import annotations

from generator.build import build
from generator.preview.diff import compare
from generator.preview.session import Session
from generator.preview.visible import read

SITE = """
    -- posts/2026-01-01-a.md --
    ---
    title: A
    ---
    The error fell to {{ data.fit.error | num(3) }} after a while, in all {{ data.fit.steps }} steps.

    {% claim data.fit.error < 0.3 %}It is small.{% endclaim %}

    {{ table(data.rows) }}
    -- posts/2026-01-02-b.md --
    ---
    title: B
    ---
    Old words.
    -- posts/2026-01-03-c.md --
    ---
    title: C & D
    ---
    Stays.
    -- _data/fit.yaml --
    error: 0.25
    steps: 40
    -- _data/rows.csv --
    method,loss
    plain,1.5
    ours,0.5
"""


def begin(site) -> Session:
    site.write(SITE)
    build(site.options())
    session = Session(site.options())
    session.refresh(None)
    session.finish()
    return session


def after(session: Session, *paths: str) -> dict[str, object]:
    session.refresh(paths)
    session.finish()
    return session.diff()


def test_nothing_differs_from_a_build_of_the_same_files(site):
    same = {"ready": True, "published": True, "pages": [], "numbers": [], "claims": []}

    assert begin(site).diff() == same


def test_without_a_build_there_is_nothing_to_hold_the_site_against(site):
    site.write(SITE)
    session = Session(site.options())
    session.refresh(None)

    assert session.diff() == {"ready": False}
    session.finish()
    assert session.diff() == {"ready": True, "published": False, "pages": [], "numbers": [], "claims": []}


def test_a_changed_value_is_told_in_the_text_and_in_tables_with_its_claim(site):
    session = begin(site)
    (site.root / "_data/fit.yaml").write_text("error: 0.5\nsteps: 40\n")
    (site.root / "_data/rows.csv").write_text("method,loss\nplain,1.5\nours,0.4\n")

    assert after(session, "_data/fit.yaml", "_data/rows.csv") == {
        "ready": True,
        "published": True,
        "pages": [{"url": "/2026/01/01/a/", "title": "A", "kind": "changed"}],
        "numbers": [
            {
                "url": "/2026/01/01/a/",
                "old": "0.250",
                "new": "0.500",
                "percent": 100.0,
                "context": "The error fell to 0.500 after a while,",
            },
            {"url": "/2026/01/01/a/", "old": "0.5000", "new": "0.4000", "percent": -20.0, "context": "ours, loss"},
        ],
        "claims": [
            {
                "place": "posts/2026-01-01-a.md:6:1",
                "text": "the claim `data.fit.error < 0.3` does not hold: 0.5 is not < 0.3",
            }
        ],
    }


def test_pages_are_new_changed_or_gone_and_their_neighbours_do_not_count(site):
    session = begin(site)
    (site.root / "posts/2026-01-02-b.md").write_text("---\ntitle: B\n---\nNew words.\n")
    (site.root / "posts/2026-01-04-e.md").write_text("---\ntitle: E\n---\nNew.\n")
    (site.root / "posts/2026-01-03-c.md").unlink()
    told = after(session, "posts")

    assert told["pages"] == [
        {"url": "/2026/01/04/e/", "title": "E", "kind": "new"},
        {"url": "/2026/01/02/b/", "title": "B", "kind": "changed"},
        {"url": "/2026/01/03/c/", "title": "C & D · A labpress blog", "kind": "gone"},
    ]


def test_a_new_build_is_the_new_ground_of_comparison(site):
    session = begin(site)
    (site.root / "posts/2026-01-02-b.md").write_text("---\ntitle: B\n---\nNew words.\n")
    changed = after(session, "posts/2026-01-02-b.md")
    build(site.options())

    assert [len(told["pages"]) for told in (changed, session.diff())] == [1, 0]


def test_what_is_no_finite_number_is_a_word_and_a_small_change_is_still_one():
    """By hand: 0.00001 of 0.25 is 0.004 %, 1 of 3 is 33.3 %, 0.003 of 0.002 is 150 %; of 0 there is no part."""
    row = "<tr><td>{}</td><td>{}</td></tr>"
    rows = [("a", "0.25", "0.25001"), ("b", "NaN", "nan"), ("c", "inf", "1"), ("d", "0", "5"), ("e", "3", "2")]
    rows += [("f", "−0.002", "0.001"), ("g", "1e-300", "1e300")]
    old, new = ("<table>" + "".join(row.format(name, pair[at]) for name, *pair in rows) + "</table>" for at in (0, 1))

    assert [(one["context"], one["percent"]) for one in compare(read(old)[0], read(new)[0])] == [
        ("a", 0.004),
        ("d", None),
        ("e", -33.3),
        ("f", 150.0),
        ("g", None),
    ]


def test_numbers_are_matched_where_rows_and_sentences_moved():
    head = "<table><thead><tr><th>name</th><th>loss</th></tr></thead>"
    old = '<main><p>We saw <data value="1" title="1 · x, y">1</data> cats.</p>' + head
    old += "<tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></table></main>"
    new = '<main><p>More words.</p><p>We saw <data value="3" title="3 · x, y">3</data> cats.</p>' + head
    new += "<tr><td>c</td><td>9</td></tr><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>0</td></tr></table></main>"

    assert list(compare(read(old)[0], read(new)[0])) == [
        {"old": "1", "new": "3", "percent": 200.0, "context": "We saw 3 cats."},
        {"old": "2", "new": "0", "percent": -100.0, "context": "b, loss"},
    ]
