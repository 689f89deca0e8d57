"""Page to Rendered: run the body's template, then Markdown; keep what the site may ask later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator.config import Config
from generator.data.ledger import Ledger
from generator.data.tree import Tree
from generator.errors import Place, SiteError, several
from generator.read.page import Page
from generator.render.drawings import Drawings
from generator.render.expand import expand_partly
from generator.render.jinja import BodyLanguage
from generator.render.listing import Listing
from generator.render.markup.markdown import Document, Markup
from generator.render.tags.claim import claims
from generator.render.tags.registry import filters, tags
from generator.render.tags.strip import Artifact, File


@dataclass(frozen=True)
class Rendered:
    """A page's HTML, and everything the rest of the site may ask about it."""

    page: Page
    title: str  # plain text: `<title>`, feeds, lists
    title_html: str  # the same, styled: the heading
    summary: str  # HTML: the front matter's excerpt, or the document's own
    document: Document
    reads: tuple[str, ...]  # data keys this page depends on, sorted
    warnings: tuple[SiteError, ...]
    files: tuple[File, ...] = ()  # what its tables and charts offer to take away


@dataclass(frozen=True)
class Tools:
    """What rendering needs besides the page: built once, never changed."""

    tree: Tree
    ledger: Ledger
    language: BodyLanguage
    markup: Markup


def make_tools(root: Path, config: Config, tree: Tree, ledger: Ledger, pages: Iterable[Page] = ()) -> Tools:
    """Build the body language and the Markdown parser of one site; `pages` are those that are shown.

    Raises:
        ExceptionGroup: of SiteError, when the site's own TeX macros do not hold.
    """
    markup = Markup(config)
    if errors := markup.check_config():
        raise several(errors)
    language = BodyLanguage(config, root, Listing.of(pages))
    language.filters.update(filters(ledger))
    language.tags.update(claims(ledger))  # type: ignore[arg-type]
    language.tags.update(tags(ledger, Drawings(root / ".labpress" / "charts")))
    return Tools(tree, ledger, language, markup)


def render(page: Page, tools: Tools) -> Rendered:
    """Turn one page's body into HTML, and note every data key it read.

    Raises:
        ExceptionGroup: of SiteError, all the mistakes of this page.
    """
    rendered, errors = render_partly(page, tools)
    if errors:
        raise several(errors)
    return rendered


def render_partly(page: Page, tools: Tools) -> tuple[Rendered, list[SiteError]]:
    """Render a page as far as it goes, and return all its mistakes beside it; a preview shows what there is."""
    view = tools.tree.view()
    expanded, found = expand_partly(page, view, tools.language)
    errors = [mistake for mistake in found if mistake.level == "error"]
    document = tools.markup.convert(expanded, page.meta.markup)
    errors += document.errors
    title_html, title = _inline(page, "title", page.meta.title, tools.markup, errors)
    summary = document.summary
    if page.meta.excerpt:
        summary = f"<p>{_inline(page, 'excerpt', page.meta.excerpt, tools.markup, errors)[0]}</p>"
    files = {file.name: file for value in expanded.values if isinstance(value, Artifact) for file in value.files}
    told = (mistake for mistake in found if mistake.level != "error")
    warnings = (*page.warnings, *told, *document.warnings)
    whole = Rendered(page, title, title_html, summary, document, expanded.reads, warnings, tuple(files.values()))
    return whole, errors


def _inline(page: Page, key: str, text: str, markup: Markup, errors: list[SiteError]) -> tuple[str, str]:
    """Style one front-matter text; a mistake in it stands where the key stands."""
    place = page.meta.places.get(key, Place(page.source.path))
    try:
        return markup.inline(text, place)
    except* SiteError as group:
        errors.extend(error for error in group.exceptions if isinstance(error, SiteError))
    return text, text
