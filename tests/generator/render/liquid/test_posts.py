"""Whole posts in Liquid: what stands on the page, what is told, and what makes a page stale."""

# ruff: noqa: E501 - bodies and pages stand whole
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

POST = """
-- posts/2020-01-02-a.md --
---
title: A
templating: liquid
---
"""
IN_BOTH = {
    "liquid": """
{% assign best = data_rows | first %}
## Results

{% for row in data_rows %}
- {{ row.name }}: {{ row.loss | round: 2 }}{% if row.loss < 1 %} (good){% endif %}
{% endfor %}

The best is **{{ best.name }}** of {{ data_rows | size }}: `{{ best.name }}`, {{ best.note }}, $x = {{ best.loss }}$.

| name | loss |
|------|------|
{% for row in data_rows -%}
| {{ row.name }} | {{ row.loss }} |
{% endfor %}
""",
    "jinja": """
{% set best = data_rows | first %}
## Results

{% for row in data_rows %}
- {{ row.name }}: {{ row.loss | round(2) }}{% if row.loss < 1 %} (good){% endif %}

{% endfor %}

The best is **{{ best.name }}** of {{ data_rows | length }}: `{{ best.name }}`, {{ best.note }}, $x = {{ best.loss }}$.

| name | loss |
|------|------|
{% for row in data_rows -%}
| {{ row.name }} | {{ row.loss }} |
{% endfor %}
""",
}


def test_the_same_post_in_liquid_and_in_jinja_gives_the_same_html(site):
    posts = ""
    for number, (language, body) in enumerate(IN_BOTH.items(), 1):
        body = body.replace("data_rows", "site.data.rows" if language == "liquid" else "data.rows")
        posts += f"-- posts/2020-01-0{number}-{language}.md --\n---\ntitle: T\ntemplating: {language}\n---\n{body}"
    built = site(
        f"""
-- _data/rows.yaml --
- {{name: "a|b <i>*x*</i>", loss: 0.37619, note: "[link](x) `code`"}}
- {{name: two, loss: 2, note: ""}}
{posts}"""
    )

    assert built.body("/2020/01/01/liquid/") == built.body("/2020/01/02/jinja/")
    assert "a|b &lt;i&gt;*x*&lt;/i&gt;</strong> of 2" in built.body("/2020/01/01/liquid/")


def test_data_is_text_wherever_it_is_printed(site):
    built = site(
        f"""
-- _data/x.yaml --
text: "<script>alert(1)</script> *not bold* ``` | # {{{{ site.title }}}}"
{POST}{{{{ site.data.x.text }}}}

# {{{{ site.data.x.text }}}}

<a title="{{{{ site.data.x.text }}}}">here</a>
"""
    )
    shown = "&lt;script&gt;alert(1)&lt;/script&gt; *not bold* ``` | # {{ site.title }}"

    assert f"<p>{shown}</p>" in built.body("/2020/01/02/a/")
    assert f'<a title="{shown}">here</a>' in built.body("/2020/01/02/a/")


def test_a_missing_name_is_told_once_for_each_place(site):
    built = site(
        f"""
-- _data/rows.yaml --
- {{loss: 1}}
{POST}{{% for i in (1..3) %}}{{{{ page.tilte }}}}{{{{ site.data.rows[0].lsos }}}}{{% endfor %}}
{{% if page.nothing %}}x{{% endif %}}{{{{ page.nothing | default: "y" }}}}
"""
    )

    assert built.warnings == [
        "posts/2020-01-02-a.md:5:25: warning: `page.tilte` does not exist\n"
        "    5 | {% for i in (1..3) %}{{ page.tilte }}{{ site.data.rows[0].lsos }}{% endfor %}\n"
        "      |                         ^\n"
        "hint: did you mean `title`?",
        "posts/2020-01-02-a.md:5:41: warning: `site.data.rows[0].lsos` does not exist\n"
        "    5 | {% for i in (1..3) %}{{ page.tilte }}{{ site.data.rows[0].lsos }}{% endfor %}\n"
        "      |                                         ^\n"
        "hint: did you mean `loss`?",
    ]


def test_liquid_strict_makes_missing_names_errors(site):
    errors = site.errors(f"-- site/config.yaml --\nliquid_strict: true\n{POST}{{{{ page.tilte }}}}\n")

    assert errors == [
        "posts/2020-01-02-a.md:5:4: error: `page.tilte` does not exist\n"
        "    5 | {{ page.tilte }}\n"
        "      |    ^\n"
        "hint: did you mean `title`?"
    ]


def test_all_mistakes_of_a_page_are_told_in_one_run(site):
    body = """
{{ "x" | upcsae }}
{{ 1 | divided_by: 0 }}
{% link posts/nowhere.md %}
{% include nowhere.html %}
{{ "a" | truncate: 1, 2, 3 }}
{{ "a" | plus: 1 | date_to_string }}
{% if 1 < "2" %}x{% endif %}
{% incude "a.html" %}
"""
    heads = [error.split("\n")[0] for error in site.errors(POST + body)]

    assert heads == [
        "posts/2020-01-02-a.md:6:10: error: there is no filter named `upcsae`",
        "posts/2020-01-02-a.md:7:8: error: `divided_by`: a number cannot be divided by 0",
        "posts/2020-01-02-a.md:8:1: error: `link` finds no page or file `posts/nowhere.md`",
        "posts/2020-01-02-a.md:9:1: error: there is no include named `nowhere.html`",
        "posts/2020-01-02-a.md:10:10: error: `truncate`: it takes 0 to 2 values behind `:`, not 3",
        "posts/2020-01-02-a.md:12:1: error: a number cannot be compared with text",
        "posts/2020-01-02-a.md:13:1: error: there is no tag named `incude`",
    ]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("one\n{% if true %}\ntwo", "6:1: error: `if` is never closed"),
        ("{% if a %}{% endif %}{% endif %}", "5:22: error: `endif` closes nothing: there is no open `if` before it"),
        ("{% if a %}\n{% for x in y %}\n{% endif %}", "6:1: error: `for` is still open where `endif`, 1 line below, "),
        ("{% fro x in y %}", "5:1: error: there is no tag named `fro`"),
        ("{% else %}", "5:1: error: `else` stands in no block"),
        ("{% case 1 %}{% elsif 2 %}{% endcase %}", "5:13: error: `elsif` stands in `case`"),
        ("{{ x", "5:1: error: `{{` is never closed"),
        ("a {% if x", "5:3: error: `{%` is never closed"),
        ("{% raw %}{{ x }}", "5:1: error: `raw` is never closed"),
        ("{% comment %}x", "5:1: error: `comment` is never closed"),
        ("{% for x y %}{% endfor %}", "5:10: error: expected `in`, found a name"),
        ("{% for %}{% endfor %}", "5:1: error: this tag says nothing more"),
        ("{% %}", "5:1: error: this tag has no name"),
        ("{% break %}", "5:1: error: `break` stands in no loop"),
        ("{% claim a < b %}", "5:1: error: there is no tag named `claim`"),
        ("{% include %}", "5:1: error: `include` names no file"),
        ("{% include a.html x %}", "5:1: error: `x` gives an include nothing"),
        ("{% highlight %}x{% endhighlight %}", "5:1: error: `highlight` names no language"),
        ("{{ 'x' | scssify }}", "5:10: error: `scssify`: style sheets are not compiled here"),
        ("{{ 'x' | date_to_string }}", "5:10: error: `date_to_string`: `x` is not a date"),
        ("{{ site.posts | where_exp: 'p', 'p ==' }}", "5:17: error: `where_exp`: `p ==` is no condition: "),
        ("{{ 'x' | slice: 'a' }}", "5:10: error: `slice`: `a` is not a whole number"),
        ("{{ 'x' | default: 1, alow_false: true }}", "5:10: error: `default`: it takes no value named `alow_false`"),
        ("{% post_url 2019-01-01-x %}", "5:1: error: `post_url` finds no post `2019-01-01-x`"),
    ],
)
def test_a_mistake_stands_where_it_was_made(site, body: str, told: str):
    errors = site.errors(f"{POST}{body}\n")

    assert errors[0].split("\n")[0].startswith(f"posts/2020-01-02-a.md:{told}")


def test_a_mistake_of_an_include_names_its_file_and_the_way_there(site):
    errors = site.errors(
        f"-- site/includes/a.html --\none\n{{% include b.html %}}\n-- site/includes/b.html --\n{{{{ 1 | upcsae }}}}\n"
        f"{POST}text\n{{% include a.html %}}\n"
    )

    assert errors == [
        "site/includes/b.html:1:8: error: there is no filter named `upcsae` "
        "(included at site/includes/a.html:2, posts/2020-01-02-a.md:6)\n"
        "    1 | {{ 1 | upcsae }}\n"
        "      |        ^\n"
        "hint: did you mean `upcase`?"
    ]


def test_a_page_that_lists_posts_is_made_again_when_one_changes(site):
    text = f"{POST}{{% for post in site.posts %}}{{{{ post.title }}}} {{% endfor %}}\n"
    other = "-- posts/2019-01-01-b.md --\n---\ntitle: {}\n---\nText.\n"
    before = site(text + other.format("Old")).body("/2020/01/02/a/")
    after = site(other.format("New")).body("/2020/01/02/a/")

    assert before == "<p>A Old</p>\n"
    assert after == "<p>A New</p>\n"


def test_a_page_is_made_again_when_its_data_or_the_file_beside_it_changes(site):
    site(
        f"-- _data/n.yaml --\n1\n-- posts/part.txt --\none\n{POST}{{{{ site.data.n }}}} {{% include_relative part.txt %}}\n"
    )
    first = site("-- _data/n.yaml --\n2\n").body("/2020/01/02/a/")
    second = site("-- posts/part.txt --\ntwo\n").body("/2020/01/02/a/")

    assert (first, second) == ("<p>2 one</p>\n", "<p>2 two</p>\n")


def test_drafts_that_are_not_shown_are_not_listed(site):
    built = site(
        f"-- posts/2019-01-01-b.md --\n---\ntitle: B\ndraft: true\n---\nx\n{POST}{{{{ site.posts | map: 'title' | join }}}}\n"
    )

    assert built.body("/2020/01/02/a/") == "<p>A</p>\n"


def test_the_language_can_be_chosen_by_path(site):
    built = site(
        """
        -- site/config.yaml --
        templating: {"posts/2020-*": liquid}
        -- posts/2020-01-02-a.md --
        {{ "a" | upcase }}
        -- posts/2021-01-02-b.md --
        {{ "a" | upper }}
        """
    )

    assert built.body("/2020/01/02/a/") == built.body("/2021/01/02/b/") == "<p>A</p>\n"


def test_cells_of_a_csv_file_are_text_as_they_are_written_there(site):
    """As in Jekyll: `2.50` stays `2.50`, and equals the text, not the number."""
    body = (
        '{% for row in site.data.n %}{{ row.loss }} {{ row.loss | plus: 1 }} {% if row.epoch == "2" %}two{% endif %} '
        "{% endfor %}{{ site.data.n[0].loss }}{{ site.data.n.first.epoch | append: '!' }}"
    )
    before = site(f"-- _data/n.csv --\nloss,epoch\n2.50,2\n0.0000517904197523513445,07\n{POST}{body}\n")
    shown = before.body("/2020/01/02/a/")
    after = site("-- _data/n.csv --\nloss,epoch\n2.5,2\n0.0000517904197523513445,07\n").body("/2020/01/02/a/")

    assert shown == "<p>2.50 3.5 two 0.0000517904197523513445 1.0000517904197523  2.502!</p>\n"
    assert after == "<p>2.5 3.5 two 0.0000517904197523513445 1.0000517904197523  2.52!</p>\n"


def test_a_site_without_liquid_does_not_import_it():
    code = "import sys, generator.build, generator.render.expand; print(sorted({'liquid', 'markupsafe'} & set(sys.modules)))"
    root = Path(__file__).parents[4]
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)

    assert ran.stdout == "['markupsafe']\n"


def test_liquid_works_in_several_processes(site):
    posts = "".join(
        f"-- posts/2019-01-{day:02}-p{day}.md --\n---\ntitle: P{day}\ntemplating: liquid\n---\n"
        "{{ page.title }} of {{ site.posts.size }}\n"
        for day in range(1, 31)
    )
    built = site(posts, jobs=2)

    assert built.body("/2019/01/07/p7/") == "<p>P7 of 30</p>\n"
