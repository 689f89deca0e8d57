"""Gatsby: folders of Markdown with their pictures come over as they are, at the `path` they name or their folder's.

`gatsby-config.js` is read as text for its `siteMetadata`; nothing of it runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from generator.errors import Place, SiteError
from generator.importers.haul import Document, Haul, Listing
from generator.importers.heads import read_head, renamed_key
from generator.importers.literals import Literals, read_javascript
from generator.importers.old_site import list_site

LEFT_OUT = (".*", "node_modules", "public", "*.lock", "package*.json", "tsconfig.json", "*.d.ts")
CONFIGS = ("gatsby-config.js", "gatsby-config.mjs", "gatsby-config.ts")
NODES = ("gatsby-node.js", "gatsby-node.mjs", "gatsby-node.ts")
FEED = re.compile(r"output:\s*[`'\"]/?([\w./-]+\.xml)[`'\"]")
FOLDERS = ("content/blog", "content/posts", "content", "src/pages", "src/posts", "posts", "blog", "src/markdown-pages")
FOLDER_OF_SOURCE = re.compile(r"path:\s*[`'\"](?:\$\{__dirname\}/?|\./)?([\w./-]+?)/?[`'\"]")
MARKDOWN = (".md", ".markdown")
CODE = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".css", ".scss", ".graphql", ".json")


def gather(source: Path) -> Haul:
    """Read a Gatsby site.

    Raises:
        SiteError: there is none.
    """
    haul = Haul("gatsby", list_site(source, LEFT_OUT))
    config = next((name for name in CONFIGS if haul.site.has(name)), "")
    if not config and not any(haul.site.below(folder) for folder in FOLDERS):
        raise SiteError(f"`{source}` is not a Gatsby site", None, "name the folder that holds `gatsby-config.js`")
    text = haul.text_of(config) if config else ""
    _settings(haul, config, read_javascript(text, "siteMetadata"), text)
    _lists(haul, config, text)
    named = [found[1].strip("./") for found in FOLDER_OF_SOURCE.finditer(text)]
    folders = sorted({one for one in (*named, *FOLDERS) if haul.site.below(one)}, key=lambda one: (-len(one), one))
    haul.settings |= {"permalink": "/:title/", "templating": "none"}
    for path in haul.site.files:
        with haul.each():
            _take(haul, path, folders)
    if "gatsby-remark-autolink-headers" in text:  # without it, headings have no ids
        haul.documents = [replace(document, anchors="slugger") for document in haul.documents]
    return haul


def _settings(haul: Haul, config: str, metadata: Literals, text: str) -> None:
    """Turn `siteMetadata` into our settings."""
    values = dict(metadata.values)
    ours = haul.settings
    for key, name in (("title", "title"), ("description", "description")):
        if isinstance(values.get(key), str):
            ours[name] = " ".join(values[key].split())
    url = str(values.get("siteUrl") or values.get("url") or "").rstrip("/")
    prefix = re.search(r"pathPrefix:\s*[`'\"]([^`'\"$]+)[`'\"]", text)
    if url.startswith(("http://", "https://")):
        ours["url"] = url + ("/" + prefix[1].strip("/") if prefix and prefix[1].strip("/") else "")
    author = values.get("author")
    if isinstance(author, dict) and isinstance(author.get("name"), str):
        ours["author"] = {key: str(author[key]) for key in ("name", "email") if author.get(key)}
        values["author"] = {key: value for key, value in author.items() if key not in {"name", "email"}}
    elif isinstance(author, str):
        ours["author"] = author
        values["author"] = None
    taken = {"title", "description", "siteUrl", "url", "author"}
    params = {key: value for key, value in values.items() if key not in taken and value is not None}
    if values.get("author"):
        params["author"] = values["author"]
    if params:
        ours["params"] = params
        haul.translated(Place(config), f"the rest of `siteMetadata` stands under `params:`: {', '.join(params)}")
    for key, line in sorted(metadata.unread.items()):
        haul.by_hand(Place(config, line), f"`{key}` in `siteMetadata` is computed, and nothing is run here", "write it")


def _lists(haul: Haul, config: str, text: str) -> None:
    """Find where the plugin wrote feeds; lists are made by code, which is not run."""
    if "gatsby-plugin-feed" in text:
        line = text.count("\n", 0, text.index("gatsby-plugin-feed")) + 1
        for path in FEED.findall(text) or ["rss.xml"]:
            haul.listings.append(Listing(f"/{path}", is_feed=True, place=Place(config, line)))
    for path in haul.site.files:
        if path in NODES and "createPage" in haul.text_of(path):
            hint = "add those that readers know to `redirects` in site/config.yaml"
            haul.by_hand(Place(path), "lists that `createPage` makes are not known here", hint)


def _take(haul: Haul, path: str, folders: list[str]) -> None:
    """Bring one file to its place."""
    where = PurePosixPath(path)
    folder = next((one for one in folders if path.startswith(f"{one}/")), "")
    ending = where.suffix.lower()
    if path.startswith("static/"):
        haul.copy(path, f"site/static/{path.removeprefix('static/')}")
    elif ending == ".mdx":
        haul.by_hand(Place(path), "a post with components in it (MDX)", "write it as Markdown; HTML may stay")
    elif folder and ending in MARKDOWN:
        _take_page(haul, path, folder)
    elif path in CONFIGS or where.name in {"README.md", "LICENSE"}:
        return
    elif folder and ending not in CODE:
        _take_picture(haul, path, folder)
    elif ending in CODE or path.startswith("src/"):
        haul.by_hand(Place(path), "code or a style of Gatsby", "the look is the theme's: see site/templates/")
    else:
        haul.by_hand(Place(path), "a file Gatsby does not publish", "move it yourself if the new site needs it")


def _take_page(haul: Haul, path: str, folder: str) -> None:
    """Take a page over; with a date it is a post."""
    read = text = haul.text_of(path)
    head = read_head(path, text)
    values: Mapping[str, Any] = {key.lower(): value for key, value in head.values.items()}
    inner = PurePosixPath(path.removeprefix(f"{folder}/"))
    stem = inner.parent if inner.stem == "index" else inner.with_suffix("")
    given = next((str(values[key]) for key in ("path", "permalink", "slug") if values.get(key)), "")
    name = "" if str(stem) == "." else str(stem)
    address = f"/{given.strip('/')}/" if given else quote(f"/{name}/" if name else "/", safe="/~!$&'()+,;=@")
    is_draft = values.get("draft") is True or values.get("published") is False
    is_post = bool(values.get("date")) and bool(name)
    to = f"{'posts' if is_post else 'site/pages'}/{inner}"
    if "slug" in values and "/" in str(values["slug"]):
        text = _slug_as_path(haul, path, text)
    haul.add_document(Document(to, text, path, "" if is_draft else address, original=read))


def _slug_as_path(haul: Haul, path: str, text: str) -> str:
    """A slug that is a path is a permalink here: the key is renamed, the value stays."""
    changed = renamed_key(text, "slug", "permalink")
    line = changed.count("\n", 0, changed.index("permalink")) + 1
    haul.translated(Place(path, line), "`slug` holds a path, which is `permalink` here")
    return changed


def _take_picture(haul: Haul, path: str, folder: str) -> None:
    """Keep a file beside its page."""
    inner = path.removeprefix(f"{folder}/")
    parents = [str(PurePosixPath(path).parent), *map(str, PurePosixPath(path).parents)]
    page = next((f"{one}/index{end}" for one in parents for end in MARKDOWN if haul.site.has(f"{one}/index{end}")), "")
    beside = page or next((one for one in haul.site.below(parents[0]) if one.endswith(MARKDOWN)), "")
    is_post = not beside or "date" in {
        key.lower() for key in read_head(beside, haul.site.read(beside).decode("utf-8", "replace")).values
    }
    haul.copy(path, f"{'posts' if is_post else 'site/pages'}/{inner}")
