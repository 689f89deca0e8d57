"""Jekyll's tags and names: includes, links, code, and what `site` and `page` know of other pages."""

# ruff: noqa: E501 - bodies and pages stand whole
from __future__ import annotations

import pytest

POST = """
-- posts/2020-01-02-a.md --
---
title: A
templating: liquid
tags: [x]
---
"""
OTHERS = """
-- posts/2019-05-06-older/index.md --
---
title: Older
tags: [x, y]
excerpt: In *short*
---
Text with <b>HTML</b>.

More.
-- site/pages/guide/start.md --
---
title: Start
---
Start.
-- site/static/files/paper.pdf --
%PDF
"""
SITE = OTHERS + POST


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("[x]({% post_url 2019-05-06-older %})", '<p><a href="/2019/05/06/older/">x</a></p>\n'),
        ("[x]({% link _posts/2019-05-06-older/index.md %})", '<p><a href="/2019/05/06/older/">x</a></p>\n'),
        ("[x]({% link site/pages/guide/start.md %})", '<p><a href="/guide/start/">x</a></p>\n'),
        ("[x]({% link guide/start.md %})", '<p><a href="/guide/start/">x</a></p>\n'),
        ("[x]({% link files/paper.pdf %})", '<p><a href="/files/paper.pdf">x</a></p>\n'),
        ("{% assign n = '2019-05-06-older' %}[x]({% post_url {{ n }} %})", '<p><a href="/2019/05/06/older/">x</a></p>\n'),
        ("{{ page.previous.title }} {{ page.previous.next.title }} {% if page.next %}x{% endif %}", "<p>Older A</p>\n"),
        ("{{ site.posts.first.url }} {{ site.posts[1].date | date: '%Y' }}", "<p>/2020/01/02/a/ 2019</p>\n"),
        ("{% for t in site.tags %}{{ t[0] }}{{ t[1].size }} {% endfor %}{{ site.tags.y[0].title }}", "<p>x2 y1 Older</p>\n"),
        ("{{ site.posts | where_exp: 'p', 'p.tags contains \"y\"' | map: 'title' }}", "<p>Older</p>\n"),
        ("{{ site.posts[1].excerpt }}", "<p>In <em>short</em></p>\n"),
        ("{{ site.posts[1].content | strip_html | truncatewords: 3 }}", "<p>Text with HTML....</p>\n"),
        ("{{ site.pages | map: 'url' | join }} {{ site.related_posts.size }}", "<p>/guide/start/ 1</p>\n"),
        ("{{ site.time | date: '%F' }} {{ site.baseurl }}{{ page.collection }}", "<p>2020-01-02 posts</p>\n"),
        ("{{ page.path }} {{ page.url }} {{ page.slug }} {{ page.id }}", "<p>posts/2020-01-02-a.md /2020/01/02/a/ a /2020/01/02/a</p>\n"),
        ("{% highlight text %}\n```\ncode\n{% endhighlight %}", '<div class="hl"><pre tabindex="0"><code class="language-text">```\ncode\n</code></pre></div>\n\n'),
    ],
)  # fmt: skip
def test_what_a_body_knows_of_the_site(site, body: str, html: str):
    built = site(f"{SITE}{body}\n")

    assert built.body("/2020/01/02/a/") == html
    assert built.warnings == []


def test_an_include_is_given_values_and_may_set_names(site):
    built = site(
        f"""
-- site/includes/card.html --
{{% assign seen = include.title %}}[{{{{ include.title }}}}|{{{{ include.post.title }}}}|{{{{ include.n }}}}]
-- site/includes/deep/part.html --
{{% include card.html title="in" post=include.post %}}
{POST}{{% include card.html title='it\\'s' post=page n=3 %}} {{{{ seen }}}}

{{% include deep/part.html post=page %}}{{% include_cached card.html title="c" %}}

{{% assign name = "card" %}}{{% include {{{{ name }}}}.html title="by value" %}}
"""
    )

    assert built.body("/2020/01/02/a/") == (
        "<p>[it’s|A|3]\nit’s</p>\n<p>[in|A|]</p>\n<p>[c||]</p>\n<p>[by value||]</p>\n"
    )


def test_render_sees_only_what_it_is_given(site):
    built = site(
        f"-- site/includes/r.html --\n[{{{{ x }}}}{{{{ y }}}}{{% assign x = 9 %}}]\n"
        f"{POST}{{% assign x = 1 %}}{{% render 'r.html', y: 2 %}}{{{{ x }}}}{{% render 'r.html' for site.data.n as y %}}\n"
        "-- _data/n.yaml --\n[5, 6]\n"
    )

    assert built.body("/2020/01/02/a/") == "<p>[2]</p>\n<p>1[5]</p>\n<p>[6]</p>\n"


def test_a_page_is_equal_to_itself_only_and_prints_without_its_neighbours(site):
    body = "{% for p in site.posts %}{% if p == page %}{{ p | jsonify | size }} {{ site.posts | uniq | size }}{% endif %}{% endfor %}"
    built = site(f"{SITE}{body}{{{{ site.posts contains page }}}}\n".replace("{{ site.posts contains page }}", ""))

    assert built.body("/2020/01/02/a/").split()[1] == "2</p>"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{{ 'now' | date: '%Y' }}", "5:1: warning: `now` is the day of the newest page here"),
        ("{{ site.posts | sample | map: 'title' }}", "5:1: warning: `sample` takes the first items here"),
        ("{% for x in (1..3) limit:2 reversed %}{{ x }}{% endfor %}", "5:28: warning: `reversed` behind `limit` or `offset` does nothing"),
        ("{{ paginator.page }}", "5:4: warning: `paginator` does not exist"),
        ("{{ site.github.url }}", "5:4: warning: `site.github` does not exist"),
        ("{{ 'x'.y }}{% for x in nothing %}{% endfor %}", "5:7: error: expected the end of the tag, found `.`"),
        ("{{ 'a' | upcase: nothing }}", "5:10: error: `upcase`: it takes 0 values behind `:`, not 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_as_in_jekyll_is_told(site, body: str, told: str):
    text = f"{POST}{body}\n".replace("tags: [x]\n", "")
    found = site.errors(text) if "error:" in told else site(text).warnings

    assert found[0].split("\n")[0] == f"posts/2020-01-02-a.md:{told}"


def test_a_listing_stays_in_its_item_and_in_its_html(site):
    code = "{% highlight ruby linenos %}\n   puts {{ 1 }}\n   {% endhighlight %}"
    built = site(f"{POST}1. Do:\n\n   {code}\n\n2. Next\n\n<div>{code}</div>\n")
    listing = (
        '<div class="hl"><pre class="numbered" tabindex="0"><code class="language-ruby"><span class="line">'
        '   <span class="nb">puts</span> <span class="mi">1</span>\n</span></code></pre></div>\n'
    )

    assert built.body("/2020/01/02/a/") == (
        f"<ol>\n<li>\n<p>Do:</p>\n{listing}\n</li>\n<li>\n<p>Next</p>\n</li>\n</ol>\n<div>{listing}</div>\n"
    )


def test_a_language_nobody_knows_is_told(site):
    built = site(f"{POST}{{% highlight pyhton %}}x{{% endhighlight %}}\n")

    assert [warning.split("\n")[0] for warning in built.warnings] == [
        "posts/2020-01-02-a.md:6:1: warning: no language is called `pyhton`: the code is shown without colours"
    ]


def test_includes_may_stay_where_jekyll_has_them(site):
    text = f"-- _includes/a.html --\none\n{POST}{{% include a.html %}}\n"
    old = site(text).body("/2020/01/02/a/")
    changed = site("-- _includes/a.html --\ntwo\n").body("/2020/01/02/a/")
    ours = site("-- site/includes/a.html --\nthree\n").body("/2020/01/02/a/")

    assert (old, changed, ours) == ("<p>one</p>\n", "<p>two</p>\n", "<p>three</p>\n")


def test_an_include_of_an_old_site_cannot_climb_out_either(site):
    errors = site.errors(f"-- _includes/a.html --\none\n-- secret.txt --\ns\n{POST}{{% include ../secret.txt %}}\n")

    assert [error.split("\n")[0] for error in errors] == [
        "posts/2020-01-02-a.md:6:1: error: `../secret.txt` leads out of `site/includes`"
    ]
