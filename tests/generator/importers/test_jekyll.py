"""Jekyll: posts stay byte for byte, addresses stay what Jekyll 4.3 made them, the rest is told."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from generator.errors import SiteError
from generator.importers.jekyll_addresses import STYLES, Post, fill, fill_page, moment, slug

SITE = """
    -- _config.yml --
    # The settings of a small blog.
    title: Tide tables
    description: >
      Notes on water
      and numbers.
    url: https://tides.example
    author:
      name: Ann Example
      email: ann@tides.example
      mastodon: "@ann"
    timezone: Asia/Seoul
    permalink: date
    paginate: 5
    excerpt_separator: "\\n\\n"
    plugins:
      - jekyll-feed
    social: {code: ann}
    collections:
      boats: {output: true}
    defaults:
      - scope: {path: "", type: posts}
        values: {layout: post, comments: true}
    -- Gemfile --
    source "https://rubygems.example"
    -- _posts/2016-05-04-Spring-Tide's.md --
    ---
    layout: post
    title: "Spring tide"   # the first one
    date: 2016-05-04 23:30:00
    tags: [water, moon]
    ---
    It was **high**.

    {% for row in site.data.tides %}
    {{ row.place }} {{ row.height | round: 1 }}
    {% endfor %}

    See [the other]({% post_url 2016-05-05-neap %}) and {{ site.social.code }}.
    -- _posts/2016-05-05-neap.markdown --
    ---
    title: Neap
    slug: Neap Tide
    categories: [Sea Water, Moon]
    ---
    Low.

    {% include note.html text="mind the gap" %}
    -- baltic/_posts/2016-05-06-flat.md --
    ---
    title: Flat
    redirect_from: /old/flat/
    ---
    ![A picture](/assets/img/flat.png)
    -- _posts/2017-01-02-wide.html --
    ---
    title: Wide
    permalink: /wide/
    ---
    <div>
        <p>One</p>

        <pre>
          two
        </pre>
    </div>
    -- _posts/undated.md --
    ---
    title: Undated
    ---
    -- _drafts/idea.md --
    ---
    title: An idea
    ---
    Soon.
    -- about.md --
    ---
    layout: default
    title: About
    ---
    Words about {{ site.title }}.
    -- contact.html --
    ---
    title: Contact
    permalink: /contact/
    ---
    <p>Write.</p>
    -- index.html --
    ---
    layout: home
    ---
    {% for post in paginator.posts %}{{ post.title }}{% endfor %}
    -- feed.xml --
    ---
    ---
    <feed></feed>
    -- assets/css/main.scss --
    ---
    ---
    body { color: red }
    -- assets/img/flat.png --
    (pixel)
    -- _assets/img/fast.png --
    (pixel)
    -- CNAME --
    tides.example
    -- _data/tides.csv --
    place,height
    Oban,3.94
    -- _includes/note.html --
    <p class="note">{{ include.text }}</p>
    -- _layouts/default.html --
    <html>{{ content }}</html>
    -- _boats/dory.md --
    ---
    title: Dory
    ---
    A boat.
"""

# jekyll 4.3.1 on the site above: `jekyll build && find _site -name '*.html' | sort`, without index.html
BY_JEKYLL = [
    "/2016/05/05/Spring-Tide's.html",
    "/about.html",
    "/baltic/2016/05/06/flat.html",
    "/boats/dory.html",
    "/contact/",
    "/sea water/moon/2016/05/05/Neap-Tide.html",
    "/wide/",
]


def test_every_address_jekyll_made_leads_to_the_same_page(moved):
    found = moved("jekyll", SITE).leads([*BY_JEKYLL, "/old/flat/", "/assets/img/flat.png", "/CNAME", "/"])

    assert found == {
        "/2016/05/05/Spring-Tide's.html": "posts/2016-05-04-Spring-Tide's.md",
        "/about.html": "site/pages/about.md",
        "/baltic/2016/05/06/flat.html": "posts/baltic/2016-05-06-flat.md",
        "/boats/dory.html": "site/pages/boats/dory.md",
        "/contact/": "site/pages/contact.html",
        "/sea water/moon/2016/05/05/Neap-Tide.html": "posts/2016-05-05-neap.markdown",
        "/wide/": "posts/2017-01-02-wide.md",
        "/old/flat/": "posts/baltic/2016-05-06-flat.md",
        "/assets/img/flat.png": "site/static/assets/img/flat.png",
        "/CNAME": "site/static/CNAME",
        "/": "the builder",
    }


def test_posts_and_pages_are_copied_byte_for_byte(moved):
    found = moved("jekyll", SITE)

    same = {
        "_drafts/idea.md": "_drafts/idea.md",
        "contact.html": "site/pages/contact.html",
        "_data/tides.csv": "_data/tides.csv",
        "_includes/note.html": "site/includes/note.html",
    }
    assert {old: (found.old / old).read_bytes() for old in same} == {
        old: (found.new / new).read_bytes() for old, new in same.items()
    }


def test_where_an_address_must_be_said_one_line_is_added_and_comments_stay(moved):
    found = moved("jekyll", SITE)

    old = (found.old / "_posts/2016-05-04-Spring-Tide's.md").read_text()
    line = 'permalink: "/2016/05/05/Spring-Tide\'s.html"\n'
    assert old.replace("moon]\n---", f"moon]\n{line}---") == found.text("posts/2016-05-04-Spring-Tide's.md")


def test_the_old_liquid_runs(moved):
    found = moved("jekyll", SITE)

    page = found.build()["2016/05/05/Spring-Tide's.html"].content.decode()
    assert "Oban 3.9" in " ".join(page.split())
    assert '<a href="../../../sea%20water/moon/2016/05/05/Neap-Tide.html">the other</a> and ann.' in page


def test_an_html_post_loses_its_indents_but_not_inside_pre(moved):
    found = moved("jekyll", SITE)

    assert found.body("posts/2017-01-02-wide.md") == "<div>\n<p>One</p>\n\n<pre>\n      two\n    </pre>\n</div>\n"


def test_the_settings_are_ours(moved):
    found = moved("jekyll", SITE)

    assert found.text("site/config.yaml") == (
        "title: Tide tables\n"
        "description: Notes on water and numbers.\n"
        "author:\n"
        "  name: Ann Example\n"
        '  email: "ann@tides.example"\n'
        "timezone: Asia/Seoul\n"
        "permalink: date\n"
        "paginate: 5\n"
        "params:\n"
        "  social:\n"
        "    code: ann\n"
        'url: "https://tides.example"\n'
        "templating:\n"
        '  "posts/*": liquid\n'
        '  "_drafts/*": liquid\n'
        '  "site/pages/*": liquid\n'
        "markup:\n"
        '  "posts/*": kramdown\n'
        '  "_drafts/*": kramdown\n'
        '  "site/pages/*": kramdown\n'
        "redirects:\n"
        '  "/feed.xml": "/atom.xml"\n'
        "menu:\n"
        '  - {title: About, url: "/about.html"}\n'
        '  - {title: Contact, url: "/contact/"}\n'
        '  - {title: Archive, url: "/archive/"}\n'
    )


def test_the_report_says_what_came_over_and_what_did_not(moved, golden):
    assert golden("jekyll") == moved("jekyll", SITE).report


# Left: a permalink and a post's words; right: the file jekyll 4.3.1 wrote, without `index.html`.
@pytest.mark.parametrize(
    ("style", "address"),
    [
        ("date", "/one%20two/2016/05/05/My-Slug.x.html"),
        ("pretty", "/one%20two/2016/05/05/My-Slug.x/"),
        ("none", "/one%20two/My-Slug.x.html"),
        ("ordinal", "/one%20two/2016/126/My-Slug.x.html"),
        ("weekdate", "/one%20two/2016/W18/Thu/My-Slug.x.html"),
        ("/blog/:year/:title/", "/blog/2016/My-Slug.x/"),
        ("/:categories/:i_month-:short_year/:slug:output_ext", "/one%20two/5-16/my-slug-x.html"),
    ],
)
def test_permalink_styles_are_jekylls(style: str, address: str):
    post = Post("sl", moment("2016-05-05", UTC), "My Slug.x", ["One Two"])

    assert address == fill(STYLES.get(style, style), post)


@pytest.mark.parametrize(
    ("style", "address"), [("pretty", "/a/b/"), ("date", "/a/b.html"), ("/x/:title/", "/a/b/"), ("/x/:title", "/a/b")]
)
def test_pages_follow_the_ending_of_the_posts_permalink(style: str, address: str):
    assert address == fill_page(style, "a", "b")


@pytest.mark.parametrize(
    ("written", "day"),
    [("2016-05-04 23:30:00", "05"), ("2016-05-04", "04"), ("2016-05-04 23:30:00 +0900", "04"), ("x", None)],
)
def test_a_moment_without_an_offset_is_universal_time_to_jekyll(written: str, day: str | None):
    found = moment(written, ZoneInfo("Asia/Seoul"))

    assert day == (f"{found:%d}" if found else None)


def test_slugs_keep_letters_of_every_script():
    assert (
        slug("\uc5ec\ub984 \uae00"),
        slug("C++", pretty=False) and slug("C++", pretty=True),
    ) == ("\uc5ec\ub984-\uae00", "C++")


def test_settings_that_cannot_be_read_stop_the_import(moved):
    with pytest.raises(SiteError) as error:
        moved("jekyll", "-- _config.yml --\ntitle: [a\n-- _posts/2020-01-02-a.md --\nx\n")

    assert (
        str(error.value).split("\n")[0] == "_config.yml:2:1: error: this is not YAML: did not find expected ',' or ']'"
    )
    assert not (Path(moved.folder) / "new").exists()


def test_redirects_of_the_plugin_begin_at_the_root(moved):
    post = "---\ntitle: A\nredirect_from:\n  - old/a\n  - /older/a/\n---\nx\n"
    found = moved("jekyll", f"-- _posts/2020-01-02-a.md --\n{post}")

    assert found.text("posts/2020-01-02-a.md") == '---\ntitle: A\nredirect_from: ["/old/a", "/older/a/"]\n---\nx\n'
    assert found.leads(["/old/a", "/older/a/"]) == {
        "/old/a": "posts/2020-01-02-a.md",
        "/older/a/": "posts/2020-01-02-a.md",
    }


def test_garbled_words_and_old_encodings_are_mended_and_told(moved):
    root = moved.write("-- _posts/2020-01-02-a.md --\n---\ntitle: A\n---\nthe people\u00e2\u20ac\u2122s\n")
    (root / "_data").mkdir()
    (root / "_data/names.csv").write_bytes("name\nZo\u00eb\n".encode("cp1252"))

    found = moved.again("jekyll")

    assert found.text("posts/2020-01-02-a.md") == "---\ntitle: A\n---\nthe people\u2019s\n"
    assert found.text("_data/names.csv") == "name\nZo\u00eb\n"
    assert found.notes == [
        "translated: _data/names.csv:2: read as Windows-1252, written as UTF-8 (byte 7 is `0xEB`)",
        "translated: _posts/2020-01-02-a.md:4: garbled words mended: "
        "`people\u00e2\u20ac\u2122s` \u2192 `people\u2019s`",
    ]


def test_addresses_that_begin_with_the_base_are_told(moved):
    text = "-- _config.yml --\nurl: https://a.example\nbaseurl: /blog\n-- a.md --\n---\ntitle: A\n---\n[x](/blog/b/)\n"

    assert moved("jekyll", text).notes == [
        "by hand: a.md:4: an address that begins with the `baseurl`, `/blog/`",
        "translated: a.md:3: `permalink: /a.html` keeps the old address",
    ]


def test_two_pages_of_one_address_are_told(moved):
    post = "---\ntitle: A\npermalink: /a/\n---\nx\n"
    found = moved("jekyll", f"-- _posts/2020-01-02-a.md --\n{post}-- _posts/2020-01-03-b.md --\n{post}")

    assert found.errors == [
        "_posts/2020-01-03-b.md: error: `_posts/2020-01-02-a.md` has the same address, `/a/`\n"
        "hint: give one of them another `permalink`"
    ]
