"""Gatsby: folders of posts with their pictures, `path`, and settings that are read and never run."""

from __future__ import annotations

import pytest

from generator.importers.literals import read_javascript

SITE = """
    -- gatsby-config.js --
    const social = require("./social")

    module.exports = {
      pathPrefix: `/notes`,
      siteMetadata: {
        title: `Paper boats`, // folded
        author: { name: 'Ann Example', summary: `who folds paper` },
        description: "Notes on folding, and on water.",
        siteUrl: `https://boats.example/`,
        social: { code: `ann`, since: 2015 },
        version: social.version(),
      },
      plugins: [
        { resolve: `gatsby-source-filesystem`, options: { path: `${__dirname}/content/blog`, name: `blog` } },
      ],
    }
    -- content/blog/hello-boat/index.md --
    ---
    title: Hello, boat
    date: "2015-05-01T22:12:03.284Z"
    path: "/first-boat/"
    excerpt: "The first boat sank."
    ---

    <small>Folded twice.</small> It sank.

    ![A boat](./boat.png)

    A boat <img class="inline" src="./boat.png" alt="boat" width="20"> in a line, and {{ braces }}.
    -- content/blog/hello-boat/boat.png --
    (pixel)
    -- content/blog/second/index.md --
    ---
    title: Second
    date: "2016-02-03"
    description: "It floats."
    ---

    Better. See [the first](/first-boat/).
    -- content/blog/2017/third.md --
    ---
    title: Third
    date: '2017-01-01'
    slug: /paper/third/
    ---
    Best.
    -- content/blog/draft/index.md --
    ---
    title: Draft
    date: "2018-01-01"
    draft: true
    ---
    -- content/blog/live.mdx --
    ---
    title: Live
    ---
    <Boat/>
    -- src/pages/about.md --
    ---
    title: About
    ---
    Folded by hand.
    -- src/pages/index.js --
    export default () => null
    -- src/styles/site.css --
    body {}
    -- static/robots.txt --
    User-agent: *
    -- package.json --
    {}
"""


def test_every_old_address_leads_to_the_same_page(moved):
    found = moved("gatsby", SITE)

    assert found.leads(
        ["/first-boat/", "/first-boat/boat.png", "/second/", "/paper/third/", "/about/", "/robots.txt"]
    ) == {
        "/first-boat/": "posts/hello-boat/index.md",
        "/first-boat/boat.png": "posts/hello-boat/boat.png",
        "/second/": "posts/second/index.md",
        "/paper/third/": "posts/2017/third.md",
        "/about/": "site/pages/about.md",
        "/robots.txt": "site/static/robots.txt",
    }


def test_posts_are_copied_byte_for_byte(moved):
    found = moved("gatsby", SITE)

    for name in ("hello-boat/index.md", "hello-boat/boat.png", "second/index.md", "draft/index.md"):
        assert (found.new / "posts" / name).read_bytes() == (found.old / "content/blog" / name).read_bytes()


def test_html_in_a_line_and_braces_stay(moved):
    page = moved("gatsby", SITE).build()["first-boat/index.html"].content.decode()

    assert "<p><small>Folded twice.</small> It sank.</p>" in page
    assert "in a line, and {{ braces }}.</p>" in page


def test_the_settings_are_read_as_text(moved):
    assert moved("gatsby", SITE).text("site/config.yaml") == (
        "title: Paper boats\n"
        'description: "Notes on folding, and on water."\n'
        'url: "https://boats.example/notes"\n'
        "author:\n"
        "  name: Ann Example\n"
        "params:\n"
        "  social:\n"
        "    code: ann\n"
        "    since: 2015\n"
        "  author:\n"
        "    summary: who folds paper\n"
        'permalink: "/:title/"\n'
        "templating: none\n"
    )


def test_the_report_says_what_came_over_and_what_did_not(moved, golden):
    assert moved("gatsby", SITE).report == golden("gatsby")


@pytest.mark.parametrize(
    ("text", "values", "unread"),
    [
        ("{}", {}, {}),
        (
            "{a: 'it\\'s', \"b-c\": `two`, d: [1, -2.5, true, null, x], }",
            {"a": "it's", "b-c": "two", "d": [1, -2.5, True, None]},
            {},
        ),
        ("{a: f(1, {b: 2}), ...rest, short, c: 3}", {"c": 3}, {"a": 1, "...rest": 1, "short": 1}),
        ("{a: `x${y}`, /* b: 1 */ // c: 2\n d: 4}", {"d": 4}, {"a": 1}),
        ("{a: {b: {c: 1}}}", {"a": {"b": {"c": 1}}}, {}),
        ("{a: 1", {"a": 1}, {}),
        ("{" * 50, {}, None),
    ],
)
def test_literals_of_javascript_are_read_and_the_rest_is_named(text: str, values: object, unread: object):
    found = read_javascript(f"x = {{ siteMetadata: {text} }}", "siteMetadata")

    assert found.values == values
    assert unread is None or found.unread == unread
