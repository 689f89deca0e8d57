"""Links and images: what is noted, what is refused, what goes into the HTML."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.common.normalize_url import normalizeLink

from generator.errors import Place
from generator.render.markup.links import PLAIN, encode, scheme_of
from generator.render.markup.markdown import Document, Link
from generator.render.values import LINK_CLOSE, LINK_OPEN

Convert = Callable[..., Document]
Html = Callable[..., str]
Complaints = Callable[..., list[str]]

HINT = "hint: use http, https, mailto, tel or a path inside the site"


def test_every_target_inside_the_site_is_noted_with_its_place(convert: Convert) -> None:
    lines = [
        "Text [a](/about/) and",
        "[b](../x/?q#f) `co",
        "de` ![c](img/d.png) [e](#f)",
        '<a href="g/">h</a> <img src="i.png" alt="">',
        "",
        "[j][k]",
        "",
        '[k]: l.html "m"',
    ]

    document = convert("\n".join(lines))

    def link(target: str, line: int, kind: str) -> Link:
        return Link(target, Place("posts/x.md", line, lines[line - 1].rindex(target) + 1, lines[line - 1]), kind)

    assert set(document.links) == {
        link("/about/", 1, "link"),
        link("../x/?q#f", 2, "link"),
        link("img/d.png", 3, "image"),
        link("#f", 3, "anchor"),
        link("g/", 4, "link"),
        link("i.png", 4, "image"),
        link("l.html", 8, "link"),
    }


@pytest.mark.parametrize(
    "target",
    ["https://a.b/c.md", "http://a.b", "//a.b/c", "mailto:a@b.c", "tel:+1", "ftp://a.b", "irc://a", "MAILTO:a@b.c"],
)
def test_what_points_elsewhere_is_not_noted_and_stays(convert: Convert, target: str) -> None:
    document = convert(f"[a]({target})")

    assert document.links == ()
    assert document.errors == ()
    assert f'href="{target}"' in document.html


@pytest.mark.parametrize(
    "target",
    ["2026-01-02-x.md", "../posts/x.md#frag", "/posts/x.md", "index.md", "x.markdown?q", "./X.MD", "a b.md"],
)
@pytest.mark.parametrize("form", ["[a](<{}>)", "[a][b]\n\n[b]: <{}>", '<a href="{}">a</a>', "x <a href='{}'>a</a>"])
def test_a_link_to_a_source_file_is_left_to_the_site(convert: Convert, target: str, form: str) -> None:
    document = convert(form.format(target))

    assert f'href="{LINK_OPEN}0{LINK_CLOSE}"' in document.html
    assert [(link.target, link.kind) for link in document.links] == [(target, "link")]


@pytest.mark.parametrize("target", ["x.md.html", "xmd", "x.mdx", "/md/", "https://a.b/x.md"])
def test_other_links_are_not(convert: Convert, target: str) -> None:
    assert LINK_OPEN not in convert(f"[a]({target})").html


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JavaScript:x",
        "vbscript:x",
        "data:text/html,x",
        "data:image/svg+xml,x",
        "&#106;avascript:x",
    ],
)
@pytest.mark.parametrize("form", ["a [b]({})", "a [b][c]\n\n[c]: {}"])
def test_a_script_is_no_address(convert: Convert, target: str, form: str) -> None:
    document = convert(form.format(target))

    assert len(document.errors) == 1
    assert "script:" not in document.html.replace("javascript", "")


def test_a_refused_address_is_told_with_its_place(complaints: Complaints) -> None:
    assert complaints("a\nb [c](javascript:x) <vbscript:y>") == [
        "posts/x.md:2:7: error: the address `javascript:x` is not allowed here\n"
        f"    2 | b [c](javascript:x) <vbscript:y>\n      |       ^\n{HINT}",
        "posts/x.md:2:22: error: the address `vbscript:y` is not allowed here\n"
        f"    2 | b [c](javascript:x) <vbscript:y>\n      |                      ^\n{HINT}",
    ]


@pytest.mark.parametrize(
    "tag", ['<a href="javascript:x">a</a>', "<a href=' java&#10;script:x'>a</a>", "<form action=javascript:x>"]
)
def test_nor_in_a_tag(convert: Convert, tag: str) -> None:
    assert len(convert(tag).errors) == 1
    assert len(convert(f"text {tag}").errors) == 1


def test_pictures_may_be_written_as_data(html: Html) -> None:
    assert 'src="data:image/png;base64,AA=="' in html("![a](data:image/png;base64,AA==)")
    assert 'src="data:image/svg+xml,x"' in html("![a](data:image/svg+xml,x)")


def test_an_empty_address_is_reported(complaints: Complaints) -> None:
    assert complaints("[a]()") == [
        "posts/x.md:1: warning: this address is empty\n    1 | [a]()\nhint: a link to the same page is `#id`"
    ]


@pytest.mark.parametrize(
    ("value", "href"),
    [
        ("https://a.b/c?d=e&f", "https://a.b/c?d=e&amp;f"),
        ("/a b/ü", "/a%20b/%C3%BC"),
        ('"><script>', "%22%3E%3Cscript%3E"),
        ("a\nb", "a%0Ab"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("#x", "#x"),
        ("100%", "100%25"),
        ("%41", "%41"),
    ],
)
def test_a_value_as_an_address_is_encoded(html: Html, value: str, href: str) -> None:
    assert html("[a](@0)", value) == f'<p><a href="{href}">a</a></p>\n'
    assert html("[a](/x/@0/y)", "b c") == '<p><a href="/x/b%20c/y">a</a></p>\n'


@pytest.mark.parametrize(
    "value", ["javascript:x", " javascript:x", "java\tscript:x", "data:image/png;base64,A", "ftp://a", "blob:x"]
)
@pytest.mark.parametrize(
    "form", ["[a](@0)", "![a](@0)", "[a][b]\n\n[b]: @0", '<a href="@0">a</a>', "<@0>", "x <img src=@0 alt=a>"]
)
def test_a_value_may_choose_a_page_and_nothing_else(convert: Convert, value: str, form: str) -> None:
    if form == "<@0>":  # no scheme in sight: text
        assert convert(form, value).errors == ()
    else:
        assert [error.what for error in convert(form, value).errors] == [f"the address `{value}` is not allowed here"]


def test_a_value_behind_a_scheme_of_the_author_is_fine(html: Html) -> None:
    assert html("[a](ftp://b/@0)", "c") == '<p><a href="ftp://b/c">a</a></p>\n'


def test_the_place_of_a_link_from_a_value_is_its_line(convert: Convert) -> None:
    document = convert("a\n[b](@0) [c](/d/@0/e)", "f")

    assert [(link.target, link.place.line, link.place.column) for link in document.links] == [
        ("f", 2, 0),
        ("/d/f/e", 2, 13),
    ]


def test_a_label_given_twice_is_reported(complaints: Complaints) -> None:
    assert complaints("[A]\n\n[a]: b\n\n[A]: c") == [
        "posts/x.md:5: warning: the address of `[a]` is given twice, and this one is not used\n"
        "    5 | [A]: c\n"
        "hint: the first is at posts/x.md:3"
    ]


def test_percent_signs_smuggle_in_no_placeholder(html: Html) -> None:
    assert html("<https://a.b/%EF%B7%907%EF%B7%91>") == (
        '<p><a href="https://a.b/%EF%B7%907%EF%B7%91">https://a.b/�7�</a></p>\n'
    )


def test_lines_inside_a_value_do_not_count(complaints: Complaints) -> None:
    body = 'a @0 `@0` <b title="@0">x</b>\n[b](javascript:x)'

    assert complaints(body, "1\n2\n3")[0].startswith("posts/x.md:2:5: error: the address `javascript:x`")


def test_every_embedded_file_is_noted(convert: Convert) -> None:
    document = convert(
        '<video src="a.mp4" poster="b.png"><source src=c.webm></video> '
        '<img srcset="d.png 1x, e.png 2x" alt=""><object data="f.pdf"></object><use href="#g"></use>'
    )

    assert [(link.target, link.kind) for link in document.links] == [
        ("a.mp4", "image"),
        ("b.png", "image"),
        ("c.webm", "image"),
        ("d.png", "image"),
        ("e.png", "image"),
        ("f.pdf", "image"),
        ("#g", "anchor"),
    ]


@given(st.from_regex(PLAIN, fullmatch=True))
def test_a_plain_address_needs_no_encoding(url: str) -> None:
    assert encode(url) == url


@given(st.from_regex(r"(https?://[a-z.]{1,9}|/|\.\./)[A-Za-z0-9\-._~/?#&=]*", fullmatch=True))
def test_and_the_library_agrees(url: str) -> None:
    assert normalizeLink(url) == encode(url)


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("http://a", "http"),
        ("a/b:c", ""),
        ("a:b", "a"),
        ("\x01javascript:x", "javascript"),
        ("#a:b", ""),
        ("/a:b", ""),
        ("", ""),
    ],
)
def test_the_scheme_a_browser_would_see(url: str, scheme: str) -> None:
    assert scheme_of(url) == scheme
