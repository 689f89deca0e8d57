from __future__ import annotations

import json
import re

import html5lib
import pytest

URL = "url: https://example.org/blog\n"


def head(built, path: str) -> list[str]:
    """Return the lines that describe a page to other programs."""
    text = built[path].split("</head>")[0]
    return re.findall(
        r'<(?:link rel="canonical"|meta (?:property|name="(?:description|author|twitter|robots))).*', text
    )


def data(built, path: str) -> dict[str, object]:
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', built[path])
    return json.loads(found)


def with_config(config: str, more: str = "") -> str:
    return f"""\
-- site/config.yaml --
title: Blog
{config}
-- posts/2026-01-02-x.md --
---
title: X & *y*
updated: 2026-02-03T04:05:06+09:00
tags: [group-lasso, "a <b>"]
categories: [Notes]
{more}
---
Some *words*.
-- site/static/card.png --
"""


def test_a_post_is_described_whole_when_the_site_knows_its_address(site):
    config = f"{URL}author: {{name: Ada, url: 'https://example.org/ada'}}\nlanguage: en-GB\nsocial_image: card.png"
    built = site(with_config(config))

    assert head(built, "2026/01/02/x/index.html") == [
        '<link rel="canonical" href="https://example.org/blog/2026/01/02/x/">',
        '<meta name="description" content="Some words.">',
        '<meta name="author" content="Ada">',
        '<meta name="twitter:card" content="summary_large_image">',
        '<meta property="og:title" content="X &amp; y">',
        '<meta property="og:type" content="article">',
        '<meta property="og:url" content="https://example.org/blog/2026/01/02/x/">',
        '<meta property="og:description" content="Some words.">',
        '<meta property="og:site_name" content="Blog">',
        '<meta property="og:locale" content="en_GB">',
        '<meta property="og:image" content="https://example.org/blog/card.png">',
        '<meta property="article:published_time" content="2026-01-02T00:00:00+00:00">',
        '<meta property="article:modified_time" content="2026-02-03T04:05:06+09:00">',
        '<meta property="article:section" content="Notes">',
        '<meta property="article:tag" content="group-lasso">',
        '<meta property="article:tag" content="a &lt;b&gt;">',
    ]
    assert data(built, "2026/01/02/x/index.html") == {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": "X & y",
        "description": "Some words.",
        "datePublished": "2026-01-02T00:00:00+00:00",
        "dateModified": "2026-02-03T04:05:06+09:00",
        "author": {"@type": "Person", "name": "Ada", "url": "https://example.org/ada"},
        "image": "https://example.org/blog/card.png",
        "keywords": ["group-lasso", "a <b>"],
        "inLanguage": "en-GB",
        "mainEntityOfPage": "https://example.org/blog/2026/01/02/x/",
        "url": "https://example.org/blog/2026/01/02/x/",
    }


def test_without_the_sites_address_nothing_that_needs_it_is_said(site):
    built = site(with_config("social_image: card.png", "author: Grace\nseries: S"))

    assert head(built, "2026/01/02/x/index.html") == [
        '<meta name="description" content="Some words.">',
        '<meta name="author" content="Grace">',
        '<meta name="twitter:card" content="summary">',
        '<meta property="og:title" content="X &amp; y">',
        '<meta property="og:type" content="article">',
        '<meta property="og:description" content="Some words.">',
        '<meta property="og:site_name" content="Blog">',
        '<meta property="article:published_time" content="2026-01-02T00:00:00+00:00">',
        '<meta property="article:modified_time" content="2026-02-03T04:05:06+09:00">',
        '<meta property="article:section" content="Notes">',
        '<meta property="article:tag" content="group-lasso">',
        '<meta property="article:tag" content="a &lt;b&gt;">',
    ]
    assert data(built, "2026/01/02/x/index.html") == {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": "X & y",
        "description": "Some words.",
        "datePublished": "2026-01-02T00:00:00+00:00",
        "dateModified": "2026-02-03T04:05:06+09:00",
        "author": {"@type": "Person", "name": "Grace"},
        "keywords": ["group-lasso", "a <b>"],
        "inLanguage": "en",
    }


@pytest.mark.parametrize(
    ("social_image", "expected"),
    [
        ("/card.png", "https://example.org/blog/card.png"),
        ("../../../../card.png", "https://example.org/blog/card.png"),
        ("https://images.example.org/a.png", "https://images.example.org/a.png"),
    ],
)
def test_the_image_of_a_post_is_found_from_its_own_address(site, social_image: str, expected: str):
    built = site(with_config(URL, f"social_image: {social_image}"))

    assert f'<meta property="og:image" content="{expected}">' in built["2026/01/02/x/index.html"]


def test_an_image_in_the_folder_of_a_post_is_the_posts_own(site):
    built = site(
        f"-- site/config.yaml --\n{URL}"
        "-- posts/2026-01-02-x/index.md --\n---\nsocial_image: own.png\n---\nText.\n-- posts/2026-01-02-x/own.png --\n"
    )

    assert 'content="https://example.org/blog/2026/01/02/x/own.png"' in built["2026/01/02/x/index.html"]


def test_home_is_described_as_a_web_site(site):
    built = site(with_config(f"{URL}description: All about <b>"))

    assert head(built, "index.html") == [
        '<link rel="canonical" href="https://example.org/blog/">',
        '<meta name="description" content="All about &lt;b&gt;">',
        '<meta name="twitter:card" content="summary">',
        '<meta property="og:title" content="Blog">',
        '<meta property="og:type" content="website">',
        '<meta property="og:url" content="https://example.org/blog/">',
        '<meta property="og:description" content="All about &lt;b&gt;">',
        '<meta property="og:site_name" content="Blog">',
    ]
    assert data(built, "index.html") == {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": "Blog",
        "description": "All about <b>",
        "url": "https://example.org/blog",
    }


def test_the_page_for_lost_readers_is_not_for_search_engines(site):
    assert head(site(with_config(URL)), "404.html") == ['<meta name="robots" content="noindex">']


def test_a_description_is_cut_after_a_word(site):
    built = site(f"-- posts/2026-01-02-x.md --\n---\ndescription: {'word ' * 60}\n---\nText.\n")
    (content,) = re.findall(r'<meta name="description" content="([^"]*)">', built["2026/01/02/x/index.html"])

    assert content == "word " * 31 + "word…"


@pytest.mark.parametrize("text", ["</script><script>no</script>", "<!--", '"><img src=x>', "a\u2028b", "]]>", "&lt;"])
def test_no_text_can_leave_its_place_in_the_head(site, text: str):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    built = site(
        f'-- posts/2026-01-02-x.md --\n---\ntitle: X\ndescription: "{quoted}"\ntags: ["t {quoted}"]\n---\nText.\n'
    )
    page = html5lib.parse(built["2026/01/02/x/index.html"], namespaceHTMLElements=False)
    (island,) = page.findall(".//script[@type='application/ld+json']")
    (described,) = page.findall(".//meta[@name='description']")

    assert json.loads(island.text or "")["description"] == described.get("content") == " ".join(text.split())
    assert page.findall(".//img") == []
