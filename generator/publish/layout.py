"""Theme and compose: put a rendered page into its template and make the finished file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup

from generator.address import output_path
from generator.config import Config
from generator.errors import Place, SiteError, did_you_mean
from generator.publish import links
from generator.publish.meta import metadata, site_metadata
from generator.publish.output import Output
from generator.publish.site import Site
from generator.publish.templates import Templates
from generator.publish.views import PageView, SiteView
from generator.render.render import Rendered


class Theme:
    """The templates of one site, over those of the default theme."""

    def __init__(self, root: Path, config: Config) -> None:
        self._config, self._templates = config, Templates(root / "site" / "templates")
        self._seen: tuple[Site, SiteView] | None = None

    def render(self, template: str, **context: object) -> str:
        """Run a template.

        Raises:
            SiteError: at the line of the template that is wrong.
        """
        return self._templates.render(template, context)

    def page(self, template: str, site: Site, url: str, because: str, **context: object) -> Output:
        """Make a page of the site's own, such as a list of posts, at `url`."""

        def describe(title: str) -> Markup:
            return site_metadata(title, url, site)

        html = self._finish(template, site, url, describe, {"page": None, **context})
        return Output(output_path(url), html, because)

    def post(self, rendered: Rendered, site: Site) -> Output:
        """Make the file of a post or a page, in the layout it asks for."""

        def describe(_title: str) -> Markup:
            return metadata(rendered, site)

        page = rendered.page
        html = self._finish(self._layout(rendered), site, page.url, describe, {"page": PageView(rendered, site)})
        return Output(page.path, html, page.source.path)

    def _finish(
        self, template: str, site: Site, url: str, describe: Callable[[str], Markup], context: dict[str, object]
    ) -> bytes:
        seen = self._seen
        if seen is None or seen[0] is not site:
            self._seen = seen = site, SiteView(site)  # a preview composes in several threads
        html = self.render(template, site=seen[1], url=links.encode(url), metadata=describe, **context)
        return links.relative(html, url, self._config.url).encode()

    def _layout(self, rendered: Rendered) -> str:
        meta = rendered.page.meta
        name = meta.layout if meta.layout.endswith(".html") else f"{meta.layout}.html"
        known = [known for known in self._templates.names if "/" not in known]
        if name not in self._templates.names:
            place = meta.places.get("layout", Place(rendered.page.source.path))
            hint = did_you_mean(meta.layout, (known.removesuffix(".html") for known in known))
            raise SiteError(f"there is no layout `{meta.layout}`", place, hint or f"write `site/templates/{name}`")
        return name


def compose(rendered: Rendered, site: Site, theme: Theme) -> tuple[Output, ...]:
    """Make the finished file of a post or a page, and the small files its figures offer.

    Raises:
        SiteError: when its layout does not exist, or the template is wrong.
    """
    page = theme.post(rendered, site)
    folder = page.path.rpartition("/")[0]
    beside = [Output(f"{folder}/{file.name}".lstrip("/"), file.text.encode(), page.because) for file in rendered.files]
    return page, *beside
