"""Assets: files copied as they are, from `site/static/`, from beside the pages, and from the theme.

`site/static/**` goes to the root of the site and wins over the theme's own `theme/**`. A page in a folder of
its own brings the other files of that folder along; a page that is one file brings those it links to. What a page
wants from `/assets/` may also lie in `site/assets/`, or in Jekyll's `assets/` and `_assets/`.
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from generator.data.files import check_way, walk
from generator.errors import Place, SiteError, did_you_mean, several
from generator.publish.links import EXTERNAL, target_of
from generator.publish.output import Output
from generator.render.liquid.assets import behind

if TYPE_CHECKING:
    from generator.publish.layout import Theme
    from generator.publish.site import Site
    from generator.read.page import Page
    from generator.render.render import Rendered

STATIC, PAGES = "site/static", "site/pages"
BESIDE_PAGES = ("posts/", "_drafts/", f"{PAGES}/")  # files elsewhere are never published by a link
THEME = Path(__file__).parents[1] / "theme"
CODE_CSS = "theme/code.css"
CODE_STYLES = ("xcode", "lightbulb")  # the theme's own file is written in these
LITTER = ("*~", "#*#", "*.swp", "*.swo", "*.tmp", "*.bak", ".tmp-*", "Thumbs.db", "desktop.ini", ".DS_Store")
GIT = (".git", ".gitignore", ".gitkeep", ".gitattributes")
MARKDOWN, PAGE_TYPES = (".md", ".markdown"), (".md", ".markdown", ".html")


def produce(site: Site, _theme: Theme) -> Iterator[Output]:
    """Yield every file that can be copied, and then say what is wrong with others.

    Raises:
        ExceptionGroup: of SiteError, links that lead out of the site, and files that cannot be read.
    """
    root = site.tree.root
    errors: list[SiteError] = []
    found = {output.path: output for output in _of_theme(site, errors)}
    found |= {output.path: output for output in _of_folder(root, STATIC, "", _is_litter, errors)}
    beside: dict[str, Output] = {}
    for item in site.everything:
        for output in [*_of_bundle(root, item.page, errors), *_of_links(root, item, errors)]:
            first = beside.setdefault(output.path, output)
            if first.content != output.content:
                errors.append(_two_files(first, output, item.page))
    yield from found.values()
    yield from beside.values()
    if errors:
        raise several({str(error): error for error in errors}.values())  # two pages may follow one bad link


def _of_theme(site: Site, errors: list[SiteError]) -> Iterator[Output]:
    """Yield the theme's own files, the colours of code in the styles the author chose."""
    for output in _of_folder(THEME, "static", "theme/", _is_litter, errors):
        styles = (site.config.code_style_light, site.config.code_style_dark)
        if output.path == CODE_CSS and styles != CODE_STYLES:
            yield Output(CODE_CSS, _code_css(*styles, errors), "site/config.yaml")
        else:
            yield Output(output.path, output.content, f"generator/theme/{output.because}")


def _code_css(light: str, dark: str, errors: list[SiteError]) -> bytes:
    from pygments.styles import get_all_styles

    from generator.render.markup.highlight import code_css

    known = set(get_all_styles())
    unknown = [style for style in (light, dark) if style not in known]
    for style in unknown:
        what = f"`{style}` is not a style of Pygments"
        errors.append(SiteError(what, Place("site/config.yaml"), did_you_mean(style, sorted(known))))
    return b"" if unknown else code_css(light, dark).encode()


def _of_bundle(root: Path, page: Page, errors: list[SiteError]) -> Iterator[Output]:
    """Yield the files in a page's own folder, but for sources and for folders of other pages."""
    if not page.bundle:
        return
    folder = page.path.rpartition("/")[0]
    others: dict[str, bool] = {}  # folders below; whether they are a page's own
    for output in _of_folder(root, page.bundle, f"{folder}/" if folder else "", _is_hidden, errors):
        if output.because != page.source.path and not _is_of_another_page(root, page, output.because, others):
            yield output


def _is_of_another_page(root: Path, page: Page, path: str, others: dict[str, bool]) -> bool:
    """Tell whether a file is a page, or lies in the folder of one; below posts/ a folder holds one page only."""
    if not path.startswith(f"{PAGES}/"):
        return False
    folder = posixpath.dirname(path)
    while folder != page.bundle:
        if folder not in others:
            others[folder] = any((root / folder / f"index{end}").is_file() for end in PAGE_TYPES)
        if others[folder]:
            return True
        folder = posixpath.dirname(folder)
    return path.lower().endswith(PAGE_TYPES)


def _of_links(root: Path, item: Rendered, errors: list[SiteError]) -> Iterator[Output]:
    """Yield the files beside its own source that a page links to; what is not there, `check` reports."""
    page = item.page
    targets = {link.target: None for link in item.document.links if link.kind != "anchor"}
    if page.meta.social_image:
        targets[page.meta.social_image] = None
    for target in targets:
        name = unquote(target.partition("#")[0].partition("?")[0])
        if asset := behind(root, name):
            if error := check_way(root, asset):
                errors.append(error)
            elif not (root / STATIC / name.removeprefix("/")).exists():
                yield Output(name.removeprefix("/"), root / asset, asset)
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page.source.path), name))
        goes_to = target_of(target, page.url)
        if not name or name.startswith("/") or EXTERNAL.match(target) or goes_to is None or not _may_be_linked(path):
            continue
        if error := check_way(root, path):
            errors.append(error)
        elif (root / path).is_file() and not goes_to[0].startswith("/../"):
            yield Output(goes_to[0].removeprefix("/"), root / path, path)


def _may_be_linked(path: str) -> bool:
    """Tell whether a link may publish a file: it lies among the posts or pages, and is neither hidden nor a source."""
    sources = PAGE_TYPES if path.startswith(f"{PAGES}/") else MARKDOWN
    is_hidden = any(_is_hidden(part) for part in path.split("/"))
    return path.startswith(BESIDE_PAGES) and not is_hidden and not path.lower().endswith(sources)


def _of_folder(
    root: Path, folder: str, to: str, is_ignored: Callable[[str], bool], errors: list[SiteError]
) -> Iterator[Output]:
    """Yield the files below a folder, for the place `to` of the site."""
    for path, entry in walk(root, folder, is_ignored):
        if isinstance(entry, SiteError):
            errors.append(entry)
        else:
            yield Output(to + path.removeprefix(f"{folder}/"), root / path, path)


def _two_files(first: Output, second: Output, page: Page) -> SiteError:
    what = f"`{second.because}` would be published as `/{second.path}`, where `{first.because}` is"
    return SiteError(what, Place(page.source.path), "rename one of the two")


def _is_litter(name: str) -> bool:
    """Tell what editors, file managers and git leave behind; other hidden files may be meant: `.nojekyll`."""
    return name in GIT or any(fnmatch.fnmatchcase(name, pattern) for pattern in LITTER)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or _is_litter(name)
