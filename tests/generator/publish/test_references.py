"""References across posts: where they lead, what they say, and what is told when they lead nowhere."""

from __future__ import annotations

import re

OWNER = """\
-- posts/2026-01-02-owner.md --
---
title: The *first* & only
---
$$
a = b
$$ {#eq:loss}

![A curve](https://example.org/a.png "Falling"){#fig:curve}

## How it ends

The end.
"""


def references(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<a href="([^"]*)" class="ref">(.*?)</a>', html)


def test_a_label_of_another_post_is_found_and_its_post_named(site):
    built = site(OWNER + "-- posts/2026-01-03-b.md --\nSee @fig:curve, @eq:loss and @sec:how-it-ends.\n")

    assert references(built["2026/01/03/b/index.html"]) == [
        ("../../../../2026/01/02/owner/#fig:curve", "Figure\u00a01 of <em>The <em>first</em> &amp; only</em>"),
        ("../../../../2026/01/02/owner/#eq:loss", "equation\u00a0(1) of <em>The <em>first</em> &amp; only</em>"),
        ("../../../../2026/01/02/owner/#how-it-ends", "section How it ends of <em>The <em>first</em> &amp; only</em>"),
    ]


def test_a_label_of_the_page_itself_comes_first(site):
    other = OWNER.replace("2026-01-02-owner", "2026-01-03-b").replace("The end.", "See @fig:curve.")
    built = site(OWNER + other)

    assert references(built["2026/01/03/b/index.html"]) == [("#fig:curve", "Figure\u00a01")]


def test_a_reference_in_an_excerpt_leads_to_its_post(site):
    built = site(OWNER + "-- posts/2026-01-03-b.md --\nSee @fig:curve.\n")

    assert references(built["index.html"])[0][0] == "./2026/01/02/owner/#fig:curve"
    assert 'content="See the figure."' in built["2026/01/03/b/index.html"]


def test_a_reference_in_a_feed_is_absolute(site):
    built = site(
        "-- site/config.yaml --\nurl: https://example.org/blog\n" + OWNER + "-- posts/2026-01-03-b.md --\n@Fig:curve.\n"
    )

    assert (
        '&lt;a href="https://example.org/blog/2026/01/02/owner/#fig:curve" class="ref"&gt;Figure\u00a01 of'
        in built["atom.xml"]
    )


def test_a_page_follows_when_the_number_of_a_figure_elsewhere_changes(site):
    user = "-- posts/2026-01-03-b.md --\nSee @fig:curve.\n"
    site(OWNER + user)
    built = site(OWNER.replace("![A", '![New](https://example.org/n.png "New"){#fig:new}\n\n![A') + user)

    assert references(built["2026/01/03/b/index.html"])[0][1].startswith("Figure\u00a02 of")


def test_a_reference_to_nothing_is_an_error_with_the_nearest_label(site):
    messages = site.errors(OWNER + "-- posts/2026-01-03-b.md --\nSo says\n@fig:curv, or nobody.\n")

    assert messages == [
        "posts/2026-01-03-b.md:2:1: error: there is no figure `fig:curv`\n"
        "    2 | @fig:curv, or nobody.\n"
        "      | ^\n"
        "hint: did you mean `fig:curve`?"
    ]


def test_a_reference_like_no_label_may_be_an_at_sign(site):
    messages = site.errors("-- posts/2026-01-03-b.md --\nAsk @tab:me there.\n")

    assert messages == [
        "posts/2026-01-03-b.md:1:5: error: there is no table `tab:me`\n"
        "    1 | Ask @tab:me there.\n"
        "      |     ^\n"
        "hint: write `\\@` for an at sign"
    ]


def test_a_label_without_a_number_is_explained(site):
    messages = site.errors("-- posts/2026-01-03-b.md --\nA paragraph.\n{#fig:me}\n\nSee @fig:me.\n")

    assert messages == [
        "posts/2026-01-03-b.md:4:5: error: there is no figure `fig:me`\n"
        "    4 | See @fig:me.\n"
        "      |     ^\n"
        "hint: `fig:me` is the id of something without a number: only an image alone in its paragraph is a figure"
    ]


def test_a_label_that_two_other_posts_have_is_an_error_with_both(site):
    twin = OWNER.replace("2026-01-02-owner", "2026-01-04-twin")
    messages = site.errors(OWNER + twin + "-- posts/2026-01-03-b.md --\nSee @eq:loss.\n")

    assert messages == [
        "posts/2026-01-03-b.md:1:5: error: `@eq:loss` may mean several things: `posts/2026-01-04-twin.md` and"
        " `posts/2026-01-02-owner.md` have one\n"
        "    1 | See @eq:loss.\n"
        "      |     ^\n"
        "hint: give it another name in one of them"
    ]


def test_a_label_that_may_stand_in_a_post_that_failed_is_not_missed(site):
    failing = OWNER.replace("The end.", "{{ nothing }}")
    messages = site.errors(failing + "-- posts/2026-01-03-b.md --\nSee @eq:loss.\n")

    assert [message.partition("\n")[0] for message in messages] == [
        "posts/2026-01-02-owner.md:12:4: error: `nothing` is not defined"
    ]


def test_a_post_that_refers_to_a_figure_of_another_is_mentioned_there(site):
    built = site(OWNER + "-- posts/2026-01-03-b.md --\nSee @fig:curve.\n")
    mentions = built.built.site.backlinks["/2026/01/02/owner/"]

    assert [post.page.url for post in mentions] == ["/2026/01/03/b/"]
