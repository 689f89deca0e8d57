"""Redirects: a small page at each old address of a page, that leads on to the new one."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from generator.address import output_path
from generator.publish.layout import Theme
from generator.publish.links import encode
from generator.publish.output import Output
from generator.publish.site import Site
from generator.render.render import Rendered

_PAGE = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{canonical}">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={target}">
</head>
<body>
<p>This page has moved: <a href="{target}">{title}</a></p>
</body>
</html>
""")


def produce(site: Site, _theme: Theme) -> Iterator[Output]:
    """Make a page for every alias; `check` reports one that takes another page's place."""
    for item in site.everything:
        for alias in dict.fromkeys(item.page.meta.aliases):
            yield Output(output_path(alias), _redirect(alias, item, site), item.page.source.path)


def _redirect(alias: str, item: Rendered, site: Site) -> bytes:
    url = encode(item.page.url)
    target = ("../" * (alias.count("/") - 1) or "./") + url.lstrip("/")
    html = _PAGE.format(
        language=site.config.language,
        title=item.title,
        canonical=site.config.url + url if site.config.url else target,
        target=target,
    )
    return html.encode()
