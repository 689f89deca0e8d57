"""Hugo: sections, bundles, TOML and JSON heads, shortcodes; every address as Hugo makes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from generator.importers.hugo_addresses import Content, hugo_address
from generator.importers.shortcodes import translate_shortcodes

SITE = """
    -- hugo.toml --
    baseURL = "https://kites.example/"
    title = "Kite log"
    languageCode = "en-gb"
    disqusShortname = "kites"

    [pagination]
      pagerSize = 7

    [params]
      description = "Flights and falls."
      author = "Ann Example"
      accent = "red"

    [[menu.main]]
      name = "Gear"
      url = "/gear/"
      weight = 2
    [[menu.main]]
      name = "About"
      url = "/about"
      weight = 1
    -- content/_index.md --
    ---
    title: Home
    ---
    -- content/posts/_index.md --
    ---
    title: All posts
    ---
    Every flight.
    -- content/posts/First Flight.md --
    +++
    title = 'First "flight"'
    date = 2020-01-02T10:00:00+01:00
    tags = ["wind", "paper"]
    aliases = ["/old/first/", "older"]
    # a comment that stays
    [extra]
    wind = 4
    +++

    See [the second]({{< ref "posts/second" >}}) and [its end]({{< relref "second/index.md#end" >}}).

    {{< figure src="/img/kite.png" alt="A kite" caption="Up it goes" width="200px" >}}

    {{< highlight python "linenos=table,hl_lines=1 2-3" >}}
    print(1)
    print(2)
    print(3)
    {{< /highlight >}}

    {{< youtube abc123 >}}

    {{< wind speed="4" >}}
    gone
    {{< /wind >}}

    ```go-html-template
    {{</* figure src="x.png" */>}}
    ```
    -- content/posts/second/index.md --
    ---
    title: Second
    date: 2021-02-03
    slug: two
    draft: false
    ---

    ![A knot](knot.png)

    ## End

    Done.
    -- content/posts/second/knot.png --
    (pixel)
    -- content/posts/third.md --
    {
      "title": "Third",
      "date": "2021-03-04",
      "url": "/kites/third.html"
    }
    Short.
    -- content/posts/later.md --
    ---
    title: Later
    date: 2021-04-05
    draft: true
    ---
    -- content/posts/parts/index.md --
    ---
    title: Parts
    headless: true
    ---
    -- content/about.md --
    ---
    title: About
    layout: wide
    ---
    Words.
    -- content/gear/lines/index.md --
    ---
    title: Lines
    ---
    Strong.
    -- content/gear/lines/reel.png --
    (pixel)
    -- static/img/kite.png --
    (pixel)
    -- data/winds.json --
    [{"name": "north"}]
    -- layouts/shortcodes/wind.html --
    <b>{{ .Get "speed" }}</b>
    -- themes/paper/theme.toml --
    name = "paper"
"""


# hugo 0.168.0 on the site above, with layouts of one line: `hugo`, then `find public -name '*.html'` without lists
def test_every_old_address_leads_to_the_same_page(moved):
    found = moved("hugo", SITE)

    old = ["/posts/first-flight/", "/posts/two/", "/posts/two/knot.png", "/kites/third.html", "/about/", "/gear/lines/"]
    assert found.leads([*old, "/gear/lines/reel.png", "/img/kite.png", "/old/first/", "/posts/older"]) == {
        "/posts/first-flight/": "posts/First Flight.md",
        "/posts/two/": "posts/second/index.md",
        "/posts/two/knot.png": "posts/second/knot.png",
        "/kites/third.html": "posts/third.md",
        "/about/": "site/pages/about.md",
        "/gear/lines/": "site/pages/gear/lines/index.md",
        "/gear/lines/reel.png": "site/pages/gear/lines/reel.png",
        "/img/kite.png": "site/static/img/kite.png",
        "/old/first/": "posts/First Flight.md",
        "/posts/older": "posts/First Flight.md",
    }


def test_only_what_the_builder_cannot_read_is_changed(moved):
    assert (
        moved("hugo", SITE).text("posts/First Flight.md")
        == """\
+++
title = 'First "flight"'
date = 2020-01-02T10:00:00+01:00
tags = ["wind", "paper"]
aliases = ["/old/first/", "/posts/older"]
# a comment that stays
[extra]
wind = 4
+++

See [the second](/posts/second/index.md) and [its end](/posts/second/index.md#end).

![A kite](/img/kite.png "Up it goes"){width=200}

```python {hl=1,2-3 linenos}
print(1)
print(2)
print(3)
```

[Video on YouTube](https://www.youtube.com/watch?v=abc123)

{{< wind speed="4" >}}
gone
{{< /wind >}}

```go-html-template
{{< figure src="x.png" >}}
```
"""
    )


def test_posts_without_shortcodes_are_copied_byte_for_byte(moved):
    found = moved("hugo", SITE)

    for name in ("second/index.md", "third.md", "later.md"):
        assert (found.new / "posts" / name).read_bytes() == (found.old / "content/posts" / name).read_bytes()


def test_the_settings_are_ours(moved):
    assert moved("hugo", SITE).text("site/config.yaml") == (
        "title: Kite log\n"
        "language: en-gb\n"
        'url: "https://kites.example"\n'
        "description: Flights and falls.\n"
        "author: Ann Example\n"
        "params:\n"
        "  accent: red\n"
        "paginate: 7\n"
        "templating: none\n"
        'permalink: "/posts/:slug/"\n'
        "redirects:\n"
        '  "/categories/": "/tags/"\n'
        '  "/gear/": "/"\n'
        '  "/gear/index.xml": "/atom.xml"\n'
        '  "/index.xml": "/atom.xml"\n'
        '  "/posts/": "/archive/"\n'
        '  "/posts/index.xml": "/atom.xml"\n'
        '  "/tags/paper/index.xml": "/tags/paper/atom.xml"\n'
        '  "/tags/wind/index.xml": "/tags/wind/atom.xml"\n'
        "menu:\n"
        '  - {title: About, url: "/about"}\n'
    )


def test_the_report_says_what_came_over_and_what_did_not(moved, golden):
    assert moved("hugo", SITE).report == golden("hugo")


DAY = datetime(2021, 2, 3, tzinfo=UTC)
TITLE = {"posts": "/:year/:title/"}
NAME = {"posts": "/q/:contentbasename/"}


# Right: what hugo 0.168.0 wrote for a page of that name, title and slug, without `index.html`.
@pytest.mark.parametrize(
    ("content", "permalinks", "ugly", "address"),
    [
        (Content("posts/A Post.md", "", "", "", DAY), {}, False, "/posts/a-post/"),
        (Content("posts/k -- l_ m.md", "", "", "", DAY), {}, False, "/posts/k----l_-m/"),
        (Content("posts/f@g~h & j+j.md", "", "", "", DAY), {}, False, "/posts/f@g~h--j+j/"),
        (Content("posts/sub/x/index.md", "", "", "", DAY), {}, False, "/posts/sub/x/"),
        (Content("posts/x.md", "", "My Slug+x@y/z", "", DAY), {}, False, "/posts/my-slug+x@y/z/"),
        (Content("posts/x.md", "", "", "a/b.html", DAY), {}, False, "/a/b.html"),
        (Content("posts/v1.2.md", "", "", "", DAY), {}, True, "/posts/v1.2.html"),
        (
            Content("posts/x.md", "A Title: one, (two) & C++ 'q'", "", "", DAY),
            TITLE,
            False,
            "/2021/a-title-one-two-c-q/",
        ),
        (Content("posts/x.md", "a--b  c_d -e- .f.", "", "", DAY), TITLE, False, "/2021/a--b-c_d-e-.f./"),
        (Content("posts/x.md", "x+y + z++", "", "", DAY), TITLE, False, "/2021/x-y--z/"),
        (Content("posts/x.md", "R&D; 3*4=5 (x)!? 50%", "", "", DAY), TITLE, False, "/2021/rd-345-x-50/"),
        (Content("posts/x.md", "a/e f|g", "", "", DAY), TITLE, False, "/2021/a-e-fg/"),
        (Content("posts/k -- l_ m.md", "", "", "", DAY), NAME, False, "/q/k--l_-m/"),
        (Content("posts/x.md", "T", "", "", DAY), {"posts": "/:year/:month/:slugorfilename/"}, False, "/2021/02/x/"),
        (Content("posts/s/x.md", "T", "", "", DAY, ("posts",)), {"posts": "/:sections/:filename/"}, False, "/posts/x/"),
    ],
)
def test_addresses_are_hugos(content: Content, permalinks: dict[str, str], ugly: bool, address: str):
    assert hugo_address(content, permalinks, ugly) == address


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ('{{< figure src="a b.png" title="T" caption="C" >}}', '![T: C](<a b.png> "T: C")'),
        ('{{< figure src="a.png" link="/x/" alt="A" >}}', "[![A](a.png)](/x/)"),
        ("{{< vimeo 12 >}}", "[Video on Vimeo](https://vimeo.com/12)"),
        ("{{< gist ann 12 >}}", "[Code on GitHub](https://gist.github.com/ann/12)"),
        ('{{% details "More" %}}\nx\n{{% /details %}}', "::: details More\nx\n:::"),
        ("{{< /highlight >}}", "{{< /highlight >}}"),
        ("{{%/* notice */%}}", "{{% notice %}}"),
        ("{{ .Site.Title }} {{< >}} {{<", "{{ .Site.Title }} {{< >}} {{<"),
    ],
)
def test_shortcodes_become_markdown_or_stay(written: str, made: str):
    assert translate_shortcodes(written, lambda target: "")[0] == made
