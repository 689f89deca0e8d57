"""Quarto and notebooks: text, code and stored outputs; nothing runs, and no output can carry a script."""

from __future__ import annotations

import base64
import json

import pytest

from generator.importers.notebook import safe_table

SITE = """
    -- _quarto.yml --
    project:
      type: website
    website:
      title: "Rain gauge"
      site-url: https://rain.example
      navbar: {left: [about.qmd]}
    lang: en
    format:
      html: {theme: plain}
    -- index.qmd --
    ---
    title: Home
    listing: {contents: posts}
    ---
    -- about.qmd --
    ---
    title: About
    ---

    Start with [the first](posts/first/index.qmd#sec-gauge).
    -- posts/first/index.qmd --
    ---
    title: "First rain"   # of the year
    author: "Ann Example"
    date: "5/22/2022"
    categories: [rain, code]
    ---

    ## The gauge {#sec-gauge}

    ::: {.callout-note}
    Empty it daily.
    :::

    ::: {.callout-tip collapse="true" title="How"}
    Tip it over.
    :::

    ![Drops on glass](drops.png){#fig-drops}

    See @fig-drops in @sec-gauge, and @eq-sum.^[Measured at nine.]

    $$
    s = a + b
    $$ {#eq-sum}

    ```{python}
    #| label: fig-week
    #| fig-cap: "A week"
    print(1)
    ```

    ```{python}
    #| echo: false
    secret = 2
    ```

    ```{.python filename="gauge.py"}
    x = 1  # @fig-drops stays in code
    ```

    {{< video https://film.example/a.mp4 >}}

    {{< include _part.qmd >}}

    As [@wet] says.
    -- posts/first/drops.png --
    (pixel)
    -- posts/dry.qmd --
    ---
    title: Dry
    date: 2022-06-01
    ---

    Nothing.
    -- posts/book/index.ipynb --
    {"cells": [
      {"cell_type": "raw", "metadata": {},
        "source": ["---\\n", "title: A notebook\\n", "date: 2022-03-04\\n", "---\\n"]},
      {"cell_type": "markdown", "metadata": {}, "source": ["Some **text** with $x$.\\n", "\\n", "![](drops.png)"]},
      {"cell_type": "code", "metadata": {}, "source": ["frame"], "outputs": [{"output_type": "execute_result",
        "data": {"text/html": ["<style>a{}</style><table class=\\"x\\" onclick=\\"y()\\"><tr><th></th></tr>\\n\\n",
        "<tr><td>1 &lt; 2<script>z()</script></td></tr></table>"], "text/plain": ["  a"]}, "metadata": {}}]},
      {"cell_type": "code", "metadata": {}, "source": "1 / 0", "outputs": [
        {"output_type": "stream", "name": "stdout", "text": ["10%\\r20%\\rdone\\n"]},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\\u001b[0;31mE\\u001b[0m: v"]}]},
      {"cell_type": "code", "metadata": {"tags": ["hide-input"]}, "source": "plot()", "outputs": [
        {"output_type": "display_data", "metadata": {},
          "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure>"]}}]}],
     "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4, "nbformat_minor": 4}
    -- posts/book/drops.png --
    (pixel)
    -- styles.css --
    body {}
"""


def test_every_old_address_leads_to_the_same_page(moved):
    found = moved("quarto", SITE)

    assert found.leads(
        ["/", "/about.html", "/posts/first/", "/posts/first/drops.png", "/posts/dry.html", "/posts/book/"]
    ) == {
        "/": "the builder",
        "/about.html": "site/pages/about.md",
        "/posts/first/": "posts/first/index.md",
        "/posts/first/drops.png": "posts/first/drops.png",
        "/posts/dry.html": "posts/dry.md",
        "/posts/book/": "posts/book/index.md",
    }


def test_quartos_markdown_becomes_ours(moved):
    assert (
        moved("quarto", SITE).text("posts/first/index.md")
        == """\
---
title: "First rain"   # of the year
author: "Ann Example"
date: "2022-05-22"
categories: [rain, code]
---

## The gauge <a id="sec-gauge"></a> {#sec:gauge}

::: {.note}
Empty it daily.
:::

::: details How
Tip it over.
:::

![Drops on glass](drops.png "Drops on glass"){#fig:drops}

See @fig:drops in @sec:gauge, and @eq:sum.[^inline-1]

$$
s = a + b
$$ {#eq:sum}

```python
print(1)
```

*A week*


```python {file="gauge.py"}
x = 1  # @fig-drops stays in code
```

[Video](https://film.example/a.mp4)

{{< include _part.qmd >}}

As [@wet] says.

[^inline-1]: Measured at nine.
"""
    )


def test_a_notebook_shows_what_it_stored(moved):
    found = moved("quarto", SITE)

    assert (
        found.body("posts/book/index.md")
        == """
Some **text** with $x$.

![](drops.png)

```python
frame
```

<table><tr><th></th></tr>
<tr><td>1 &lt; 2</td></tr></table>

```python
1 / 0
```

```text
done
```

```text
E: v
```

![Output of cell 4](index_files/cell-4-1.png)
"""
    )
    assert found.files["posts/book/index_files/cell-4-1.png"] == base64.b64decode("iVBORw0KGgo=")


def test_the_report_says_what_came_over_and_what_did_not(moved, golden):
    assert moved("quarto", SITE).report == golden("quarto")


def test_a_folder_of_notebooks_with_dated_names_is_a_blog(moved):
    book = json.dumps(
        {"cells": [{"cell_type": "markdown", "source": "# Rain\n\nWet.", "metadata": {}}], "metadata": {}}
    )
    found = moved("quarto", f"-- 2020-01-02-rain.ipynb --\n{book}\n")

    assert found.leads(["/2020-01-02-rain.html"]) == {"/2020-01-02-rain.html": "posts/2020-01-02-rain.md"}


@pytest.mark.parametrize(
    ("book", "error"),
    [
        ("[1, 2", "a.ipynb:2: error: this is not a notebook: expecting ',' delimiter"),
        ("[]", "a.ipynb: error: this is not a notebook: it has no list `cells`"),
        ('{"cells": {}}', "a.ipynb: error: this is not a notebook: it has no list `cells`"),
        ('{"worksheets": []}', "a.ipynb: error: a notebook of version 3"),
        ('{"cells": [3]}', "a.ipynb: error: cell 1 is not a cell"),
        ('{"cells": [{"cell_type": "code", "source": 3}]}', "a.ipynb: error: `source` of cell 1 is a number, not text"),
        (
            '{"cells": [{"cell_type": "code", "source": "", "outputs": 3}]}',
            "a.ipynb: error: `outputs` of cell 1 is no list",
        ),
        (
            '{"cells": [{"cell_type": "code", "source": "", "outputs": [{"data": {"image/png": "***"}}]}]}',
            "a.ipynb: error: the picture of output 1-1 is not base64",
        ),
        (
            '{"cells": [{"cell_type": "code", "source": "", "outputs": [null]}]}',
            "a.ipynb: error: output 1 of cell 1 is not an output",
        ),
        ("[" * 100_000, "a.ipynb: error: lists and mappings are nested too deep"),
    ],
)
def test_a_notebook_of_wrong_types_is_told_and_the_others_come_over(moved, book: str, error: str):
    found = moved("quarto", f"-- a.ipynb --\n{book}\n-- b.qmd --\n---\ntitle: B\n---\nb\n")

    assert [one.split("\n")[0] for one in found.errors] == [error]
    assert "site/pages/b.md" in found.files


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("<p>x</p>", ""),
        (
            "<table><tr><td><img src=x onerror=y>a<b>c</b></td></tr></table>",
            "<table><tr><td>a<b>c</b></td></tr></table>",
        ),
        (
            "<table><tr><td colspan='2' style='x'>&amp;</td></tr></table>",
            '<table><tr><td colspan="2">&amp;</td></tr></table>',
        ),
        ("<table><tr><td>never closed", ""),
    ],
)
def test_a_table_keeps_its_cells_and_nothing_else(text: str, table: str):
    assert safe_table(text) == table
