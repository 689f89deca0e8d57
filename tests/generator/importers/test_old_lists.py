"""Old lists: tags, categories, authors, dates, pages and feeds of every system lead to the nearest list here."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from generator.publish.feeds import NAMESPACE
from tests.generator.importers.wordpress_export import export, item

REDIRECT = re.compile(r'content="0; url=([^"]+)"')


def redirects(found) -> dict[str, str]:
    """Return the redirects that stand in the config."""
    part = found.text("site/config.yaml").partition("redirects:\n")[2]
    lines = re.findall(r'  "([^"]+)": "([^"]+)"\n', re.split(r"^\S", part, maxsplit=1, flags=re.MULTILINE)[0])
    return dict(lines)


PELICAN = "-- pelicanconf.py --\nAUTHOR = 'Ann Example'\nDEFAULT_PAGINATION = 2\n" + "".join(
    f"-- content/Hill walks/p{day}.md --\nTitle: Post {day}\nDate: 2020-01-0{day}\n"
    f"Tags: C++, Größe\nAuthors: Ann Example; Bob O'Neil\n\nText.\n"
    for day in range(1, 6)
)


def test_pelicans_lists_are_those_that_pelican_wrote(moved):
    """What `pelican content -s pelicanconf.py` of Pelican 4.12 writes for this site, but for articles."""
    found = moved("pelican", PELICAN + "-- content/draft.md --\nTitle: D\nDate: 2021-01-01\nStatus: draft\n\nx\n")

    assert redirects(found) == {
        "/archives.html": "/archive/",
        "/author/ann-example.html": "/archive/",
        "/author/ann-example2.html": "/archive/",
        "/author/ann-example3.html": "/archive/",
        "/author/bob-oneil.html": "/archive/",
        "/author/bob-oneil2.html": "/archive/",
        "/author/bob-oneil3.html": "/archive/",
        "/authors.html": "/archive/",
        "/categories.html": "/archive/",
        "/category/hill-walks.html": "/archive/",
        "/category/hill-walks2.html": "/archive/",
        "/category/hill-walks3.html": "/archive/",
        "/feeds/all-en.atom.xml": "/atom.xml",
        "/feeds/all.atom.xml": "/atom.xml",
        "/feeds/ann-example.atom.xml": "/atom.xml",
        "/feeds/ann-example.rss.xml": "/atom.xml",
        "/feeds/bob-oneil.atom.xml": "/atom.xml",
        "/feeds/bob-oneil.rss.xml": "/atom.xml",
        "/feeds/hill-walks.atom.xml": "/atom.xml",
        "/index2.html": "/archive/",
        "/index3.html": "/archive/",
        "/tag/c.html": "/tags/c-plus-plus/",
        "/tag/c2.html": "/tags/c-plus-plus/",
        "/tag/c3.html": "/tags/c-plus-plus/",
        "/tag/grosse.html": "/tags/größe/",
        "/tag/grosse2.html": "/tags/größe/",
        "/tag/grosse3.html": "/tags/größe/",
        "/tags.html": "/tags/",
    }


def test_pelicans_own_patterns_are_followed(moved):
    conf = """
        -- pelicanconf.py --
        DEFAULT_PAGINATION = 1
        PAGINATION_PATTERNS = (
            (1, "{url}", "{save_as}"),
            (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
        )
        PAGINATED_TEMPLATES = {"category": None}
        TAG_SAVE_AS = ""
        AUTHOR_SAVE_AS = ""
        CATEGORY_URL = "{slug}/"
        CATEGORY_SAVE_AS = "{slug}/index.html"
        ARCHIVES_SAVE_AS = "archives/index.html"
        DIRECT_TEMPLATES = ["index", "archives"]
        YEAR_ARCHIVE_SAVE_AS = "{date:%Y}/index.html"
        FEED_ALL_ATOM = None
        TRANSLATION_FEED_ATOM = None
        CATEGORY_FEED_ATOM = "feeds/%s.xml"
        AUTHOR_FEED_ATOM = None
        AUTHOR_FEED_RSS = None
    """
    posts = "".join(
        f"        -- content/p{day}.md --\n        Title: P{day}\n        Date: 2020-01-0{day}\n"
        "        Category: Hills\n        Tags: a\n\n        x\n"
        for day in (1, 2)
    )

    assert redirects(moved("pelican", conf.rstrip(" ") + posts)) == {
        "/2020/": "/archive/",
        "/archives/": "/archive/",
        "/feeds/hills.xml": "/atom.xml",
        "/hills/": "/archive/",
        "/hills/page/2/": "/archive/",
    }


JEKYLL = """
    -- _config.yml --
    paginate: 1
    paginate_path: /blog/page:num/
    plugins: [jekyll-paginate, jekyll-archives, jekyll-feed]
    feed: {categories: [boats], tags: true}
    jekyll-archives:
      enabled: [year, tags, categories]
      permalinks: {tag: '/topics/:name/'}
    -- _posts/2020-01-02-a.md --
    ---
    title: A
    tags: [Dry stone, knot]
    categories: boats
    ---
    -- _posts/2021-01-02-b.md --
    ---
    title: B
    category: knot
    ---
    -- rss.xml --
    ---
    ---
    <rss/>
"""


def test_jekylls_archives_pages_and_feeds_lead_on(moved):
    assert redirects(moved("jekyll", JEKYLL)) == {
        "/2020/": "/archive/",
        "/2021/": "/archive/",
        "/blog/page2/": "/archive/",
        "/category/boats/": "/archive/",
        "/category/knot/": "/tags/knot/",
        "/feed.xml": "/atom.xml",
        "/feed/boats.xml": "/atom.xml",
        "/feed/by_tag/knot.xml": "/tags/knot/atom.xml",
        "/rss.xml": "/atom.xml",
        "/topics/dry-stone/": "/tags/dry-stone/",
        "/topics/knot/": "/tags/knot/",
    }


def test_pages_of_the_list_that_stand_here_as_well_need_no_redirect(moved):
    posts = "".join(f"-- _posts/2020-01-{day:02}-a.md --\n---\ntitle: A\n---\n" for day in range(1, 24))
    found = moved("jekyll", "-- _config.yml --\npaginate: 5\n" + posts)

    assert redirects(found) == {}
    assert found.leads(["/page2/", "/page5/"]) == {"/page2/": "the builder", "/page5/": "the builder"}


HUGO = """
    -- hugo.toml --
    [pagination]
    pagerSize = 1
    [taxonomies]
    tag = "tags"
    series = "series"
    -- content/posts/a.md --
    +++
    title = "A"
    date = 2020-01-02
    tags = ["Open Sea"]
    series = ["boats"]
    +++
    -- content/posts/b.md --
    +++
    title = "B"
    date = 2020-01-03
    tags = ["Open Sea"]
    +++
    -- content/posts/c.md --
    +++
    title = "C"
    date = 2999-01-03
    tags = ["future"]
    +++
"""


def test_hugos_sections_terms_pages_and_feeds_lead_on(moved):
    assert redirects(moved("hugo", HUGO)) == {
        "/index.xml": "/atom.xml",
        "/page/2/": "/archive/",
        "/posts/": "/archive/",
        "/posts/index.xml": "/atom.xml",
        "/posts/page/2/": "/archive/",
        "/series/": "/tags/",
        "/series/boats/": "/archive/",
        "/series/boats/index.xml": "/atom.xml",
        "/tags/open-sea/index.xml": "/tags/open-sea/atom.xml",
        "/tags/open-sea/page/2/": "/tags/open-sea/",
    }


def test_hugos_lists_with_patterns_of_their_own_are_told(moved):
    found = moved("hugo", HUGO.replace("[taxonomies]", "[permalinks]\n    tags = '/t/:slug/'\n    [taxonomies]"))

    assert redirects(found) == {"/index.xml": "/atom.xml"}
    assert "by hand: hugo.toml:3:1: lists with addresses of their own pattern: they have no redirects" in found.notes


def test_hugo_without_feeds_has_none_to_keep(moved):
    found = moved("hugo", HUGO.replace("[pagination]", 'disableKinds = ["RSS", "term", "section"]\n    [pagination]'))

    assert redirects(found) == {"/page/2/": "/archive/"}


def test_gatsbys_feed_is_kept_and_its_code_told(moved):
    found = moved(
        "gatsby",
        """
        -- gatsby-config.js --
        module.exports = {
          siteMetadata: {title: "T"},
          plugins: [{resolve: `gatsby-plugin-feed`, options: {feeds: [{output: "/blog/rss.xml"}]}}],
        }
        -- gatsby-node.js --
        exports.createPages = ({actions}) => actions.createPage({path: "/tags/x"})
        -- content/blog/a/index.md --
        ---
        title: A
        date: 2020-01-02
        ---
    """,
    )

    assert redirects(found) == {"/blog/rss.xml": "/atom.xml"}
    assert "by hand: gatsby-node.js: lists that `createPage` makes are not known here" in found.notes


def test_quartos_feed_of_a_listing_is_kept(moved):
    listing = "---\ntitle: Home\nlisting: {contents: posts, feed: true}\n---\n"
    post = "-- posts/a.qmd --\n---\ntitle: A\ndate: 2020-01-02\n---\n"

    assert redirects(moved("quarto", f"-- _quarto.yml --\n-- index.qmd --\n{listing}{post}")) == {
        "/index.xml": "/atom.xml"
    }


def test_wordpress_lists_stand_where_it_puts_them(moved):
    above = (
        "<wp:category><wp:category_nicename>sky</wp:category_nicename><wp:category_parent></wp:category_parent>"
        "<wp:cat_name><![CDATA[Sky &amp; sea]]></wp:cat_name></wp:category>"
        "<wp:category><wp:category_nicename>stars</wp:category_nicename><wp:category_parent>sky</wp:category_parent>"
        "<wp:cat_name><![CDATA[Stars]]></wp:cat_name></wp:category>"
    )
    terms = (
        '<category domain="category" nicename="stars"><![CDATA[Stars]]></category>'
        '<category domain="post_tag" nicename="%eb%b0%a4"><![CDATA[밤]]></category>'
    )
    found = moved.of_file("wordpress", export(above, item("A", "Text.", "a", more=terms)))

    assert redirects(found) == {
        "/2020/": "/archive/",
        "/2020/01/": "/archive/",
        "/2020/01/02/": "/archive/",
        "/author/ann/": "/archive/",
        "/category/sky/": "/archive/",
        "/category/sky/stars/": "/archive/",
        "/feed/": "/atom.xml",
        "/tag/밤/": "/tags/밤/",
    }


def test_wordpress_addresses_of_numbers_had_no_lists_a_file_can_be(moved):
    found = moved.of_file("wordpress", export(item("A", "Text.", "a", link="https://stars.example/?p=1")))

    assert redirects(found) == {}


@pytest.mark.parametrize(
    ("system", "site"), [("pelican", PELICAN), ("jekyll", JEKYLL), ("hugo", HUGO)], ids=["pelican", "jekyll", "hugo"]
)
def test_every_redirect_is_built_and_an_import_run_twice_changes_nothing(moved, system: str, site: str):
    found = moved(system, site)
    before = found.files
    moved.again(system)

    assert before == found.files
    outputs = found.build()
    led = {old: outputs[_path(old)].content.decode() for old in redirects(found)}
    assert all(REDIRECT.search(html) for old, html in led.items() if not old.endswith(".xml"))
    feeds = [ElementTree.fromstring(content) for old, content in led.items() if old.endswith(".xml")]
    assert {feed.tag for feed in feeds} == {f"{{{NAMESPACE}}}feed"}


def _path(old: str) -> str:
    return f"{old[1:]}index.html" if old.endswith("/") else old[1:]


def test_a_feed_that_was_a_folder_is_told(moved):
    found = moved.of_file("wordpress", export(item("A", "Text.", "a")))

    assert (
        "- `old.xml`: `/feed/` was a feed; a page leads on from there, and few readers of feeds follow one\n"
        "  Hint: redirect `/feed/` to `/atom.xml` at your web server\n"
    ) in found.report


def test_an_old_list_at_an_address_no_file_can_have_is_told(moved):
    archives = "jekyll-archives: {enabled: [tags], permalinks: {tag: '/t:x/:name/'}}\n"
    text = f"-- _config.yml --\nplugins: [jekyll-archives]\n{archives}"
    found = moved("jekyll", text + "-- _posts/2020-01-02-a.md --\n---\ntitle: A\ntags: [a]\n---\n")

    assert (
        "- `_config.yml:2:1`: the old list at `/t:x/a/` leads nowhere now: "
        "`/t:x/a/` holds `:`, which not every file system takes\n"
        "  Hint: add a redirect at your web server\n"
    ) in found.report


def test_of_two_lists_that_differ_in_capitals_one_has_a_redirect(moved):
    config = "-- _config.yml --\nplugins: [jekyll-feed]\nfeed: {tags: true}\n"
    post = "-- _posts/2020-01-02-a.md --\n---\ntitle: A\ntags: [Knot, knot]\n---\n"

    found = moved("jekyll", config + post)

    assert redirects(found) == {"/feed.xml": "/atom.xml", "/feed/by_tag/Knot.xml": "/tags/knot/atom.xml"}
    assert "feed/by_tag/Knot.xml" in found.build()
