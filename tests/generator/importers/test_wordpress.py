"""WordPress: exports as a stream, content as Markdown, what is dangerous refused."""

from __future__ import annotations

import pytest

from generator.errors import SiteError
from generator.importers.wordpress_body import Body, to_markdown
from tests.generator.importers.wordpress_export import EXPORT, export, item


def test_every_old_address_leads_to_the_same_page(moved):
    found = moved.of_file("wordpress", EXPORT)

    assert found.leads(["/2019/03/hello-stars/", "/2019/04/%EB%B3%84/", "/about/", "/about/team/"]) == {
        "/2019/03/hello-stars/": "posts/2019-03-01-hello-stars.md",
        "/2019/04/%EB%B3%84/": "posts/2019-04-02-\ubcc4.md",
        "/about/": "site/pages/about.md",
        "/about/team/": "site/pages/team.md",
    }


def test_a_post_is_markdown_with_its_dates_and_names(moved):
    assert (
        moved.of_file("wordpress", EXPORT).text("posts/2019-03-01-hello-stars.md")
        == r"""---
title: "Hello & \\*stars\\*"
date: "2019-03-01 10:00:00 +0900"
author: ann
categories: [News]
tags: ["A & B"]
excerpt: In short.
---

2\*3\*4 for \$5, <em>in all</em>.<br>
Second line.

<figure><img src="https://stars.example/wp-content/uploads/a.png" alt="A" /><figcaption>A star</figcaption></figure>

```python
if a < b:

    print("x")
```

The formula $a_1 < b$ and

$$
\frac{1}{2}
$$

<ul>
<li>one</li>
<li>two</li>
</ul>

## Further

<!--more-->

```bash
ls -l
```

&#91;gallery ids="1,2"]

1986\. A year. See <a href="/about/">about</a>.
"""
    )


def test_the_settings_follow_the_addresses_of_the_posts(moved):
    assert moved.of_file("wordpress", EXPORT).text("site/config.yaml") == (
        "title: Star log\n"
        'description: "Nights & notes"\n'
        "language: en-US\n"
        'permalink: "/:year/:month/:slug/"\n'
        "templating: none\n"
        "redirects:\n"
        '  "/2019/": "/archive/"\n'
        '  "/2019/03/": "/archive/"\n'
        '  "/2019/03/01/": "/archive/"\n'
        '  "/2019/04/": "/archive/"\n'
        '  "/2019/04/02/": "/archive/"\n'
        '  "/author/ann/": "/archive/"\n'
        '  "/category/news/": "/archive/"\n'
        '  "/feed/": "/atom.xml"\n'
        '  "/tag/a-b/": "/tags/a-b/"\n'
    )


def test_the_report_says_what_came_over_and_what_did_not(moved, golden):
    assert moved.of_file("wordpress", EXPORT).report == golden("wordpress")


def test_a_truncated_export_gives_what_stands_before_its_end(moved):
    cut = EXPORT[: EXPORT.index("<title>About</title>")]

    found = moved.of_file("wordpress", cut)

    assert [error.split("\n")[0] for error in found.errors] == [
        f"old.xml:{cut.count(chr(10)) + 1}:1: error: this is not XML: no element found"
    ]
    assert "posts/2019-03-01-hello-stars.md" in found.files


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_declarations_are_refused_before_they_grow(moved, declaration: str):
    with pytest.raises(SiteError) as error:
        moved.of_file("wordpress", EXPORT.replace("?>\n", f"?>\n{declaration}\n", 1))

    assert error.value.what == "the file declares a type or entities of its own"


def test_control_characters_are_dropped_and_counted(moved):
    found = moved.of_file("wordpress", export(item("A\x0b", "one\x00two", "a")))

    assert "translated: old.xml: 2 control characters that no XML may hold are gone" in found.notes
    assert found.body("posts/2020-01-02-a.md") == "\nonetwo\n"


def test_two_posts_of_one_name_both_come_over(moved):
    second = item("B", "b", "a", link="https://stars.example/other/")
    found = moved.of_file("wordpress", export(item("A", "a", "a"), second))

    assert [path for path in found.files if path.startswith("posts/")] == [
        "posts/2020-01-02-a-2.md",
        "posts/2020-01-02-a.md",
    ]


@pytest.mark.parametrize(
    ("content", "markdown"),
    [
        ("one\n\ntwo\nthree", "one\n\ntwo<br>\nthree\n"),
        ("<!-- wp:paragraph -->\n<p>one\ntwo</p>\n<!-- /wp:paragraph -->", "one\ntwo\n"),
        ("# no heading\n\n- no list\n\n> no quote", "\\# no heading\n\n\\- no list\n\n\\> no quote\n"),
        ("a_b_c `d` [e](f) g*h", "a\\_b\\_c \\`d\\` &#91;e](f) g\\*h\n"),
        ("C:\\[x] and \\(y\\)", "C:&#92;&#91;x] and &#92;(y&#92;)\n"),
        ("a < b &amp; c > d", "a &lt; b &amp; c > d\n"),
        ("<pre>a &lt; b\n\nc</pre>", "```\na < b\n\nc\n```\n"),
        ('<pre><code class="language-go">x</code></pre>', "```go\nx\n```\n"),
        ("[code]```\nx\n```[/code]", "````\n```\nx\n```\n````\n"),
        ("<blockquote>a\n\nb</blockquote>", "<blockquote>a\nb</blockquote>\n"),
        ("<h3>A *star*</h3>text", "### A \\*star\\*\n\ntext\n"),
        ("<div>never closed\n\nx", "<div>never closed\nx\n"),
        ("[embed]https://a.example/v[/embed]", "<https://a.example/v>\n"),
        ("before<hr />after", "before\n\n***\n\nafter\n"),
        ("", "\n"),
        ('<a title="x', '&lt;a title="x\n'),
    ],
)
def test_content_becomes_markdown(content: str, markdown: str):
    assert to_markdown(content, Body()) == markdown
