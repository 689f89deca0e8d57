"""Facts: what a page should know of the runs behind its data: what state they are in, why, and what mends it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from generator.data.ledger import Ledger
from generator.errors import SiteError
from generator.preview.live import Going
from generator.publish.runs import INDEX
from generator.publish.site import Site
from generator.render.render import Rendered
from generator.render.tags.strip import run_url

# How a page names the run behind a number, a value that is not there yet, and a figure; the client reads the same.
NAMED = re.compile(
    r' title="[^"]* · ([\w.]+), \w+ · | data-experiment="([\w.]+)"|<p class="source"><a href="[^"]*">([\w.]+)</a>'
)


def of_page(
    site: Site, url: str, going: Mapping[str, Going], told: Iterable[SiteError], html: str = ""
) -> dict[str, object]:
    """Return the runs a page rests on or shows values of, and what is told of its source; `html` is what it shows.

    A list of posts reads no data, but the beginnings of posts in it hold numbers as the posts do.
    """
    item = find(site, url)
    keys = experiments(item, site.ledger) if item else _of_run_page(site, unquote(url))
    named = {"".join(groups) for groups in NAMED.findall(html)}
    known = sorted(named.intersection(status.name for status in site.ledger.all()))
    keys = {**dict.fromkeys(known, ()), **keys}
    source = item.page.source.path if item else ""
    runs = [{**of_run(name, site.ledger, going), "keys": list(read)} for name, read in sorted(keys.items())]
    warnings = [{"text": str(error)} for error in told if source and error.place and error.place.path == source]
    return {"runs": runs, "warnings": warnings}


def of_run(name: str, ledger: Ledger, going: Mapping[str, Going]) -> dict[str, Any]:
    """Return what is known about a run."""
    status, run = ledger.status(name), going.get(name)
    return {
        "experiment": name,
        "state": "running" if run else status.state,
        "reasons": list(status.reasons),
        "command": status.command,
        "progress": run.told() if run else None,
    }


def experiments(item: Rendered, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """Return the experiments a page reads from, sorted by name, each with the keys it reads."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key in item.reads:
        if origin := ledger.of(key):
            found[origin.experiment].append(key)
        elif key and "." not in key and "[" not in key:
            for status in ledger.all():
                if status.name.startswith(f"{key}."):
                    found[status.name].append(key)
    return {name: tuple(found[name]) for name in sorted(found)}


def readers(site: Site, names: Collection[str]) -> tuple[str, ...]:
    """Return the addresses of the pages that read from one of these experiments."""
    if not names:
        return ()
    urls = {item.page.url for item in site.everything if set(names) & experiments(item, site.ledger).keys()}
    return tuple(sorted({*urls, *map(run_url, names)}))


def find(site: Site, url: str) -> Rendered | None:
    """Return the page at an address as a browser shows it: encoded or not, with `index.html` or without."""
    plain = unquote(url.partition("#")[0].partition("?")[0]).removesuffix("index.html")
    return next((item for item in site.everything if unquote(item.page.url) in {plain, f"{plain}/"}), None)


def _of_run_page(site: Site, url: str) -> dict[str, tuple[str, ...]]:
    """Return the run that a run's own page is about."""
    name = url.removeprefix(INDEX).strip("/").replace("/", ".") if url.startswith(INDEX) else ""
    return {name: ()} if name and any(status.name == name for status in site.ledger.all()) else {}
