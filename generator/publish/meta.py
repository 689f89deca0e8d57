"""What a page tells search engines and link previews: canonical address, Open Graph, Twitter cards, JSON-LD.

An address in there must be absolute, so those lines need `url` in the site's config and are left out without it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin

from markupsafe import Markup, escape

from generator.publish.links import EXTERNAL, encode
from generator.publish.site import Site
from generator.publish.text import cut, plain
from generator.render.render import Rendered

NOT_FOUND = "/404.html"
_JSON_IN_HTML = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})  # no `</script>` in an island


@dataclass(frozen=True)
class Card:
    """What one page says about itself."""

    title: str
    url: str
    description: str
    image: str  # rooted or of another site; "" for none
    kind: str  # Open Graph's type
    author: str
    facts: tuple[tuple[str, str], ...] = ()  # further Open Graph properties


def metadata(rendered: Rendered, site: Site) -> Markup:
    """Describe a post or a page for the `<head>`."""
    page, meta = rendered.page, rendered.page.meta
    image = urljoin(page.url, meta.social_image) if meta.social_image else site.config.social_image
    is_post = page.kind == "post"
    facts = [
        ("article:published_time", meta.date.isoformat() if meta.date else ""),
        ("article:modified_time", meta.updated.isoformat() if meta.updated else ""),
        ("article:section", next(iter(meta.categories), "")),
        *(("article:tag", site.tag_name(tag)) for tag in meta.tags),
    ]
    card = Card(
        title=rendered.title,
        url=page.url,
        description=description(rendered),
        image=image,
        kind="article" if is_post else "website",
        author=meta.author or site.config.author.name,
        facts=tuple(facts) if is_post else (),
    )
    return _head(card, site, _blog_posting(card, rendered, site) if is_post else {})


def site_metadata(title: str, url: str, site: Site) -> Markup:
    """Describe a page of the site's own, such as the home page or the page of a tag."""
    if url == NOT_FOUND:
        return Markup('<meta name="robots" content="noindex">')
    config = site.config
    card = Card(title or config.title, url, cut(config.description), config.social_image, "website", config.author.name)
    home: dict[str, object] = {"@type": "WebSite", "name": config.title, "description": config.description}
    return _head(card, site, home | {"url": config.url} if url == "/" else {})


def description(rendered: Rendered) -> str:
    """Return what a page is about in at most 160 characters: its front matter's words, or its first ones."""
    return cut(" ".join(rendered.page.meta.description.split()) or plain(rendered.summary))


def _head(card: Card, site: Site, data: dict[str, object]) -> Markup:
    """Write the lines; one without content is left out."""
    config = site.config
    url = config.url + encode(card.url) if config.url else ""
    image = _address(card.image, site)
    named = [
        ("description", card.description),
        ("author", card.author),
        ("twitter:card", "summary_large_image" if image else "summary"),
    ]
    properties = [
        ("og:title", card.title),
        ("og:type", card.kind),
        ("og:url", url),
        ("og:description", card.description),
        ("og:site_name", config.title),
        ("og:locale", config.language.replace("-", "_") if "-" in config.language else ""),
        ("og:image", image),
        *card.facts,
    ]
    return Markup("\n").join(
        [
            *([Markup('<link rel="canonical" href="{}">').format(url)] if url else []),
            *_lines("name", named),
            *_lines("property", properties),
            *([_island(data)] if data else []),
        ]
    )


def _lines(attribute: str, pairs: Iterable[tuple[str, str]]) -> Iterable[Markup]:
    for name, content in pairs:
        if content:
            yield Markup('<meta {}="{}" content="{}">').format(Markup(attribute), escape(name), content)


def _blog_posting(card: Card, rendered: Rendered, site: Site) -> dict[str, object]:
    """Describe a post in the words of schema.org."""
    config, meta = site.config, rendered.page.meta
    url = config.url + encode(card.url) if config.url else ""
    person = {"@type": "Person", "name": card.author}
    if card.author == config.author.name and config.author.url:
        person["url"] = config.author.url
    return {
        "@type": "BlogPosting",
        "headline": card.title,
        "description": card.description,
        "datePublished": meta.date.isoformat() if meta.date else "",
        "dateModified": (moment := meta.updated or meta.date) and moment.isoformat(),
        "author": person if card.author else "",
        "image": _address(card.image, site),
        "keywords": [site.tag_name(tag) for tag in meta.tags],
        "inLanguage": config.language,
        "mainEntityOfPage": url,
        "url": url,
    }


def _island(data: dict[str, object]) -> Markup:
    """Write JSON that no text in it can end early; empty values are left out."""
    said = {"@context": "https://schema.org", **{key: value for key, value in data.items() if value}}
    text = json.dumps(said, ensure_ascii=False).translate(_JSON_IN_HTML)
    return Markup(f'<script type="application/ld+json">{text}</script>')


def _address(image: str, site: Site) -> str:
    """Return the absolute address of an image; empty when it has none or cannot be known."""
    if not image or EXTERNAL.match(image):
        return image
    return site.config.url + encode("/" + image.lstrip("/")) if site.config.url else ""
