"""Exports of WordPress of our own, for tests."""

from __future__ import annotations

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/5.9" -->
<rss version="2.0"
  xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>Star log</title>
<link>https://stars.example</link>
<description>Nights &amp; notes</description>
<language>en-US</language>
<wp:base_site_url>https://stars.example</wp:base_site_url>
<wp:base_blog_url>https://stars.example</wp:base_blog_url>
"""
FOOT = "</channel>\n</rss>\n"


def export(*items: str) -> str:
    """Return an export that holds these items."""
    return f"{HEAD}{''.join(items)}{FOOT}"


def item(title: str, content: str, name: str, link: str = "", more: str = "", **changed: str) -> str:
    """Return one item: a published post unless it is said otherwise."""
    told = {"status": "publish", "post_type": "post", "post_date": "2020-01-02 03:04:05", **changed}
    texts = "".join(f"<wp:{key}><![CDATA[{value}]]></wp:{key}>\n" for key, value in told.items())
    where = link or f"https://stars.example/{told['post_date'][:4]}/{told['post_date'][5:7]}/{name}/"
    return (
        f"<item>\n<title>{title}</title>\n<link>{where}</link>\n<dc:creator><![CDATA[ann]]></dc:creator>\n"
        f"<content:encoded><![CDATA[{content}]]></content:encoded>\n"
        f"<wp:post_name><![CDATA[{name}]]></wp:post_name>\n{texts}{more}</item>\n"
    )


HELLO = """2*3*4 for $5, <em>in all</em>.
Second line.

[caption id="a" width="300"]<img src="https://stars.example/wp-content/uploads/a.png" alt="A" /> A star[/caption]

[code lang="python"]
if a &lt; b:

    print("x")
[/code]

The formula $latex a_1 < b$ and

[latex]\\frac{1}{2}[/latex]

<ul>
<li>one</li>

<li>two</li>
</ul>

<h2>Further</h2>
<!--more-->
<pre class="brush: bash">ls -l
</pre>

[gallery ids="1,2"]

1986. A year. See <a href="https://stars.example/about/">about</a>."""

BLOCKS = """<!-- wp:paragraph -->
<p>Words.</p>
<!-- /wp:paragraph -->

<!-- wp:code -->
<pre class="wp-block-code"><code>a &lt; b</code></pre>
<!-- /wp:code -->"""

EXPORT = export(
    item(
        "Hello &amp; *stars*",
        HELLO,
        "hello-stars",
        post_date="2019-03-01 10:00:00",
        post_date_gmt="2019-03-01 01:00:00",
        more=(
            "<excerpt:encoded><![CDATA[In short.]]></excerpt:encoded>\n"
            '<category domain="category" nicename="news"><![CDATA[News]]></category>\n'
            '<category domain="post_tag" nicename="a-b"><![CDATA[A &amp; B]]></category>\n'
            "<wp:comment><wp:comment_id>2</wp:comment_id></wp:comment>\n"
        ),
    ),
    item("Star", "Bright.", "%eb%b3%84", post_date="2019-04-02 10:00:00"),
    item("About", BLOCKS, "about", link="https://stars.example/about/", post_type="page"),
    item("Team", "Me.", "team", link="https://stars.example/about/team/", post_type="page"),
    item("Idea", "x", "", link="https://stars.example/?p=9", status="draft", post_date="0000-00-00 00:00:00"),
    item("Secret", "x", "secret", status="private"),
    item("Locked", "x", "locked", post_password="open"),
    item(
        "a", "", "a", post_type="attachment", status="inherit",
        more="<wp:attachment_url>https://stars.example/wp-content/uploads/a.png</wp:attachment_url>\n",
    ),
    item("Menu", "", "menu", post_type="nav_menu_item"),
)  # fmt: skip
