from __future__ import annotations

from dataclasses import replace

import pytest

from generator.errors import SiteError
from generator.publish.layout import Theme, compose

POST = "-- posts/2026-01-02-x.md --\n---\ntitle: X <y>\nsubtitle: Su & b\n---\nText.\n"


def test_a_template_of_the_author_takes_the_place_of_ours(site):
    built = site(POST + "-- site/templates/post.html --\n<!doctype html><title>{{ page.subtitle }}</title>\n")

    assert built["2026/01/02/x/index.html"] == "<!doctype html><title>Su &amp; b</title>\n"


def test_a_template_of_the_author_may_build_on_the_one_it_replaces(site):
    template = '{% extends "theme/post.html" %}{% block head %}<meta name="mine" content="1">{% endblock %}'
    html = site(f"{POST}-- site/templates/post.html --\n{template}\n")["2026/01/02/x/index.html"]

    assert '<meta name="mine" content="1">' in html
    assert "<h1>X &lt;y&gt;</h1>" in html


def test_a_template_of_the_author_may_build_on_a_base_of_the_author(site):
    html = site(
        POST
        + "-- site/templates/base.html --\nmine: {% block content %}{% endblock %}\n"
        + '-- site/templates/wide.html --\n{% extends "theme/page.html" %}\n'
        + "-- site/pages/about.md --\n---\nlayout: wide\n---\nBody.\n"
    )["about/index.html"]

    assert html.startswith('mine: <article class="post">')


def test_a_page_chooses_its_layout_by_name(site):
    built = site("""
        -- site/templates/bare.html --
        {{ page.content }}
        -- site/pages/a.md --
        ---
        layout: bare
        ---
        *Text*
    """)

    assert built["a/index.html"] == "<p><em>Text</em></p>\n\n"


def test_a_layout_that_does_not_exist_is_an_error_where_it_is_asked_for(site):
    errors = site.errors("-- site/pages/a.md --\n---\ntitle: A\nlayout: pots\n---\nText\n")

    assert errors == [
        "site/pages/a.md:3:9: error: there is no layout `pots`\n"
        "    3 | layout: pots\n"
        "      |         ^\n"
        "hint: did you mean `post`?"
    ]


def test_links_of_a_page_are_relative_so_that_the_site_works_anywhere(site):
    html = site(POST)["2026/01/02/x/index.html"]

    assert 'href="../../../../theme/site.css"' in html
    assert 'href="/' not in html
    assert 'src="/' not in html


def test_the_page_for_lost_readers_has_rooted_links_below_the_path_of_the_site(site):
    html = site("-- site/config.yaml --\nurl: https://example.org/blog\n" + POST)["404.html"]

    assert 'href="/blog/theme/site.css"' in html


def test_everything_a_template_prints_is_escaped(site):
    html = site(POST + '-- site/templates/post.html --\n<p title="{{ page.subtitle }}">{{ "<b>" }}{{ page.content }}\n')

    assert html["2026/01/02/x/index.html"] == '<p title="Su &amp; b">&lt;b&gt;<p>Text.</p>\n\n'


def test_a_character_that_may_not_stand_in_a_page_is_replaced(site):
    template = "-- site/templates/post.html --\n{{ site.data.odd.x }}\n"
    html = site(POST + template + '-- _data/odd.json --\n{"x": "a\\ufdd0b"}\n')["2026/01/02/x/index.html"]

    assert html == "a\ufffdb\n"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "<p>\n{{ page.subtitel }}\n",
            "site/templates/post.html:2:9: error: a page has no `subtitel`\n"
            "    2 | {{ page.subtitel }}\n      |         ^\nhint: did you mean `subtitle`?",
        ),
        (
            "{{ site.titel }}\n",
            "site/templates/post.html:1:9: error: the site has no `titel`\n"
            "    1 | {{ site.titel }}\n      |         ^\nhint: did you mean `title`?",
        ),
        (
            "{{ pag.title }}\n",
            "site/templates/post.html:1:4: error: `pag` is not defined\n"
            "    1 | {{ pag.title }}\n      |    ^\nhint: did you mean `page`?",
        ),
        (
            "{{ site.data.lab.runz }}\n",
            "site/templates/post.html:1:18: error: `data.lab.runz` does not exist\n"
            "    1 | {{ site.data.lab.runz }}\n      |                  ^\nhint: did you mean `runs`?",
        ),
        (
            "{{ page.date | dya }}\n",
            "site/templates/post.html:1: error: no filter named `dya`\n"
            "    1 | {{ page.date | dya }}\nhint: did you mean `day`?",
        ),
        (
            "<p>\n{% if page %}\n<p>\n",
            "site/templates/post.html:3: error: unexpected end of template. Jinja was looking for the following tags: "
            "`elif` or `else` or `endif`. The innermost block that needs to be closed is `if`\n    3 | <p>",
        ),
        (
            '{% extends "bsae.html" %}\n',
            "site/templates/post.html:1: error: there is no template `bsae.html`\n"
            '    1 | {% extends "bsae.html" %}\nhint: did you mean `base.html`?',
        ),
        (
            "<p>\n\n{{ page.words / 0 }}\n",
            "site/templates/post.html:3: error: division by zero\n    3 | {{ page.words / 0 }}",
        ),
        (
            '{% from "partials/broken.html" import x %}\n',
            "site/templates/partials/broken.html:2:4: error: `nobody` is not defined\n"
            "    2 | {{ nobody }}\n      |    ^",
        ),
    ],
)
def test_a_mistake_in_a_template_is_shown_at_its_line(site, template, message):
    files = "-- _data/lab.yaml --\nruns: 3\n-- site/templates/partials/broken.html --\n<p>\n{{ nobody }}\n"

    assert site.errors(f"{POST}{files}-- site/templates/post.html --\n{template}") == [message]


def test_a_mistake_in_a_template_of_the_theme_names_the_theme(site):
    built = site(POST)
    theme = Theme(built.root, built.built.site.config)

    with pytest.raises(SiteError) as error:
        theme.render("partials/meta.html", post=None)

    assert str(error.value).startswith("theme/templates/partials/meta.html:3: error: ")


def test_a_template_may_ask_whether_a_name_exists(site):
    template = "{% if page.subtitel is defined %}yes{% else %}no{% endif %} {{ page.oops | default('none') }}\n"

    assert site(f"{POST}-- site/templates/post.html --\n{template}")["2026/01/02/x/index.html"] == "no none\n"


def test_a_template_reads_data_by_name_and_in_loops(site):
    template = (
        "{% for key, value in site.data.lab.pairs %}{{ key }}={{ value[0] }} {% endfor %}{{ site.data.lab.b[-1] }}\n"
    )
    data = "-- _data/lab.yaml --\na: [1, 2]\nb: [3]\n"

    assert site(f"{POST}{data}-- site/templates/post.html --\n{template}")["2026/01/02/x/index.html"] == "a=1 b=3 3\n"


def test_a_key_of_the_data_comes_before_a_method_of_the_same_name(site):
    template = "{{ site.data.lab.items[0] }} {{ site.data.other.items() | length }}\n"
    data = "-- _data/lab.yaml --\nitems: [1]\n-- _data/other.yaml --\na: 2\n"

    assert site(f"{POST}{data}-- site/templates/post.html --\n{template}")["2026/01/02/x/index.html"] == "1 1\n"


def test_a_template_in_another_encoding_is_an_error(site):
    site.write(POST)
    folder = site.root / "site" / "templates"
    folder.mkdir(parents=True)
    (folder / "post.html").write_bytes("Größe".encode("latin-1"))

    assert site.errors("") == ["site/templates/post.html: error: byte 2 of the template is not UTF-8"]


def test_a_symbolic_link_out_of_the_templates_is_refused(site, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.html"
    secret.write_text("secret")
    site.write(POST)
    folder = site.root / "site" / "templates"
    folder.mkdir(parents=True)
    (folder / "post.html").symlink_to(secret)

    assert site.errors("") == [
        "site/templates/post.html: error: a symbolic link leads out of the folder of templates\nhint: copy the file"
    ]


def test_our_own_mistakes_keep_their_traceback(site):
    built = site(POST)
    rendered = built.built.site.posts[0]
    broken = replace(rendered, document=None)  # type: ignore[arg-type]

    with pytest.raises(AttributeError):
        compose(broken, built.built.site, Theme(built.root, built.built.site.config))
