"""Images and figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.render.markup.markdown import Document

Html = Callable[..., str]
Complaints = Callable[..., list[str]]

IMAGE = '<img src="{src}" alt="{alt}" loading="lazy" decoding="async">'
A = IMAGE.format(src="a.png", alt="a curve")


def test_an_image_alone_is_a_figure_with_its_title_as_caption(html: Html) -> None:
    assert html('![a curve](a.png "The *loss* of `f`")') == (
        f"<figure>{A}<figcaption>The <em>loss</em> of <code>f</code></figcaption>\n</figure>\n"
    )


def test_a_figure_needs_no_caption_and_may_be_a_link(html: Html) -> None:
    assert html("![a curve](a.png)") == f"<figure>{A}</figure>\n"
    assert html("[![a curve](a.png)](https://b.c)") == f'<figure><a href="https://b.c">{A}</a></figure>\n'


def test_an_image_beside_text_stays_in_its_paragraph(html: Html) -> None:
    title = A.replace(" loading", ' title="A title" loading')

    assert html('Text ![a curve](a.png "A title")') == f"<p>Text {title}</p>\n"
    assert html("![a curve](a.png) ![a curve](a.png)") == f"<p>{A} {A}</p>\n"
    assert html("- ![a curve](a.png)") == f"<ul>\n<li>{A}</li>\n</ul>\n"


def test_id_and_class_go_to_the_figure_and_the_rest_to_the_image(html: Html) -> None:
    assert html('![a curve](a.png "b"){#a .wide width=300}\n{.dark}') == (
        '<figure class="dark wide" id="a">'
        '<img src="a.png" alt="a curve" width="300" loading="lazy" decoding="async">'
        "<figcaption>b</figcaption>\n</figure>\n"
    )


def test_the_author_may_ask_for_an_image_at_once(html: Html) -> None:
    assert html("![a curve](a.png){loading=eager}") == f"<figure>{A.replace('lazy', 'eager')}</figure>\n"


def test_a_figure_by_reference(html: Html) -> None:
    assert html('![a curve][x]\n\n[x]: a.png "b"') == f"<figure>{A}<figcaption>b</figcaption>\n</figure>\n"


def test_the_description_is_plain_text(html: Html) -> None:
    assert 'alt="a curve of f &amp; -- &quot;g&quot;"' in html('![a *curve* of `f` & -- "g"](a.png)')


def test_an_image_without_a_description_is_reported(complaints: Complaints) -> None:
    hint = "hint: say between the brackets what it shows, for readers who do not see it: `![a falling loss curve](…)`"

    assert complaints("text\n\ntext\n![](a.png)") == [
        f"posts/x.md:4:5: warning: the image `a.png` has no description\n    4 | ![](a.png)\n      |     ^\n{hint}"
    ]
    assert complaints("![ ](@0)", "a.png") == [
        f"posts/x.md:1: warning: the image `a.png` has no description\n    1 | ![ ](@0)\n{hint}"
    ]


@pytest.mark.parametrize("caption", ["See [there](b.md)", "<b>x</b> [^n]\n\n[^n]: y"])
def test_a_caption_is_read_like_any_text(convert: Callable[..., Document], caption: str) -> None:
    title, _, rest = caption.partition("\n")
    document = convert(f'![a](a.png "{title}")\n{rest}')

    assert document.errors == ()
    assert "<figcaption>" in document.html
    assert [link.target for link in document.links] in (["a.png", "b.md"], ["b.md", "a.png"], ["a.png"])
