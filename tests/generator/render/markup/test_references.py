"""References inside a page: where one begins and ends, what it says, and where it is text."""

from __future__ import annotations

import pytest

FIGURE = '![A](https://example.org/a.png "Caption"){#fig:a}\n\n'


def prose(html: str) -> str:
    """Return the last paragraph."""
    return html.rstrip().rpartition("<p>")[2].removesuffix("</p>")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("See @fig:a.", 'See <a href="#fig:a" class="ref">Figure\u00a01</a>.'),
        ("@Fig:a.", '<a href="#fig:a" class="ref">Figure\u00a01</a>.'),
        ("(@fig:a)", '(<a href="#fig:a" class="ref">Figure\u00a01</a>)'),
        ("**@fig:a**", '<strong><a href="#fig:a" class="ref">Figure\u00a01</a></strong>'),
        ("In Figure @fig:a", 'In Figure <a href="#fig:a" class="ref">1</a>'),
        ("In\nfigs. @fig:a", 'In\nfigs. <a href="#fig:a" class="ref">1</a>'),
    ],
)
def test_a_figure_is_named_with_its_number(convert, body: str, expected: str):
    assert prose(convert(FIGURE + body).html) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("By @eq:loss.", 'By <a href="#eq:loss" class="ref">equation\u00a0(1)</a>.'),
        ("@Eq:loss", '<a href="#eq:loss" class="ref">Equation\u00a0(1)</a>'),
        ("By eq. @eq:loss", 'By eq. <a href="#eq:loss" class="ref">(1)</a>'),
    ],
)
def test_the_number_of_an_equation_stands_in_parentheses(convert, body: str, expected: str):
    assert prose(convert("$$\nx\n$$ {#eq:loss}\n\n" + body).html) == expected


@pytest.mark.parametrize("heading", ["## What *follows*\n\n", "## What *follows* {#sec:what-follows}\n\n"])
def test_a_section_is_named_by_its_title(convert, heading: str):
    anchor = "sec:what-follows" if "{" in heading else "what-follows"

    assert prose(convert(heading + "See @sec:what-follows and § @sec:what-follows").html) == (
        f'See <a href="#{anchor}" class="ref">section What follows</a>'
        f' and § <a href="#{anchor}" class="ref">What follows</a>'
    )


@pytest.mark.parametrize(
    "body",
    [
        "me@fig:a",
        "a.b+c@tab:x.org",
        "x/@fig:a",
        "@figure:a",
        "@fig: a",
        "@lst:a",
        "@fig",
    ],
)
def test_what_looks_nearly_like_a_reference_is_text(convert, body: str):
    assert prose(convert(body).html) == body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("\\@fig:a", "@fig:a"),
        ("`@fig:a`", "<code>@fig:a</code>"),
        ("[see @fig:a](https://example.org)", '<a href="https://example.org">see @fig:a</a>'),
        ('<b title="@fig:a">x</b>', '<b title="@fig:a">x</b>'),
    ],
)
def test_in_code_links_and_tags_there_are_no_references(convert, body: str, expected: str):
    assert prose(convert(FIGURE + body).html) == expected


def test_the_description_of_an_image_holds_no_reference(convert):
    assert 'alt="as @fig:b"' in convert("![as @fig:b](https://example.org/a.png)").html


def test_a_title_holds_no_reference(markup):
    from generator.errors import Place

    assert markup.inline("On @fig:a", Place("x.md")) == ("On @fig:a", "On @fig:a")


def test_a_reference_in_a_heading_has_no_place_in_the_outline(convert):
    document = convert(FIGURE + "## After @fig:a\n")

    assert [(heading.id, heading.text, heading.html) for heading in document.headings] == [
        ("after-the-figure", "After Figure\u00a01", "After Figure\u00a01")
    ]


def test_references_work_in_tables_notes_and_captions(convert):
    html = convert(
        FIGURE + "| a |\n|---|\n| @fig:a |\n\nA note.[^1]\n\n[^1]: From @fig:a.\n\n"
        '![B](https://example.org/b.png "Like @fig:a"){#fig:b}\n'
    ).html

    assert html.count('<a href="#fig:a" class="ref">Figure\u00a01</a>') == 3


def test_a_label_of_another_page_is_left_to_the_site_with_words_that_stand_alone(convert):
    document = convert("As @tab:b and table @tab:b and\n@Tab:b show.")

    assert document.text == "As the table and table table and The table show."
    assert [(link.target, link.kind, str(link.place)) for link in document.links] == [
        ("tab@tab:b", "reference", "posts/x.md:1:4"),
        ("@tab:b", "reference", "posts/x.md:1:4"),
        ("Tab@tab:b", "reference", "posts/x.md:2:1"),
    ]
