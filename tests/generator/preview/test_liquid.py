"""Old posts in a preview: what a Liquid body says of other pages follows them."""

from __future__ import annotations

from generator.preview.session import Session
from tests.generator.preview.like_a_build import assert_like_a_build

SITE = """
    -- posts/2026-01-01-a.md --
    ---
    title: A
    templating: liquid
    ---
    {% for post in site.posts %}* {{ post.title }}
    {% endfor %}
    -- posts/2026-01-02-b.md --
    ---
    title: B
    ---
    Text.
"""
A = "2026/01/01/a/index.html"


def test_a_liquid_page_follows_the_titles_of_others(site):
    site.write(SITE)
    session = Session(site.options())
    session.refresh(None)
    before = session.get(A)
    (site.root / "posts/2026-01-02-b.md").write_text("---\ntitle: New title\n---\nText.\n")
    session.refresh(["posts/2026-01-02-b.md"])
    after = session.get(A)

    assert before is not None
    assert after is not None
    assert b"<li>B</li>" in before.content.replace(b"\n", b"")
    assert b"<li>New title</li>" in after.content.replace(b"\n", b"")
    assert_like_a_build(session, site)
