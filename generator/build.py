"""The whole story of a build: read, parse, render, compose, check, write.

Each stage takes one type and returns the next. A page that fails goes no further, the others do, so that
one run reports every mistake of every file. Nothing is written unless every stage and every check passed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from generator.config import read_config
from generator.data.ledger import Ledger
from generator.data.tree import Tree
from generator.errors import Place, SiteError, in_order, several
from generator.publish import assets, feeds, redirects, runs, sitemap, taxonomy
from generator.publish.check import check
from generator.publish.freshness import judge, pending
from generator.publish.layout import Theme, compose
from generator.publish.output import Output, Written, write
from generator.publish.site import Site, collect
from generator.publish.spoiled import not_following, spoils_addresses, spoils_bodies
from generator.read.page import hidden_because, parse
from generator.read.source import find_sources, read_source
from generator.render.cache import salt
from generator.render.pages import render_all
from generator.render.pool import run
from generator.render.render import make_tools

In = TypeVar("In")
Out = TypeVar("Out")

PRODUCERS: tuple[Callable[[Site, Theme], Iterable[Output]], ...] = (
    taxonomy.produce,
    feeds.produce,
    sitemap.produce,
    redirects.produce,
    runs.produce,
    assets.produce,
)


@dataclass(frozen=True)
class Options:
    """What the command line says about a build."""

    source: Path  # the site's root
    output: Path
    drafts: bool = False
    future: bool = False
    strict: bool = False
    jobs: int = 0  # processes; 0: one a core
    now: datetime = field(default_factory=lambda: clock())


@dataclass(frozen=True)
class Built:
    """What a build made, and what the author should still look at."""

    site: Site
    outputs: tuple[Output, ...]
    warnings: tuple[SiteError, ...]
    hidden: tuple[tuple[str, str], ...]  # (source path, reason) of each page that stays out


def build(options: Options) -> tuple[Built, Written]:
    """Make the site and write it.

    Raises:
        ExceptionGroup: of SiteError, every mistake of the site; the old output is untouched.
        CannotWrite: when the disk or another build is in the way.
    """
    built = assemble(options)
    return built, write(built.outputs, options.output, options.source)


def assemble(options: Options) -> Built:
    """Do all of a build but the writing."""
    root = options.source
    reading = read_config(root)
    config, broken, errors = reading.config, reading.broken, [*reading.errors]
    tree, ledger = Tree(root, config.data_megabytes), Ledger(root)

    sources = each(find_sources(root), lambda path: read_source(root, path), errors)
    pages = each(sources, lambda source: parse(source, config), errors)
    unread = bool(errors)
    hidden = [(page, hidden_because(page, options.now, options.drafts, options.future)) for page in pages]
    shown = [page for page, reason in hidden if not reason]
    readable = [] if spoils_bodies(broken) else shown
    tools = make_tools(root, config, tree, ledger, readable)
    rendered, failures = render_all(readable, tools, salt(config.digest, root), options.jobs)
    waiting = [(page.source.path, reason) for page, mistakes in failures if (reason := pending(mistakes, ledger))]
    errors += [mistake for _, mistakes in failures if not pending(mistakes, ledger) for mistake in mistakes]
    errors += [] if "data_megabytes" in broken else tree.check()
    judged = judge(rendered, ledger)
    held = [*waiting, *judged.held]

    site = collect(judged.shown, config, tree, ledger)
    theme = Theme(root, config)
    composed = each(site.everything, lambda item: compose(item, site, theme), errors)
    produced = each(PRODUCERS, lambda produce: tuple(produce(site, theme)), errors)
    outputs = [output for made in [*composed, *produced] for output in made]

    done = {item.page.source.path for item in site.everything}
    failed = [page for page in shown if page.source.path not in done]
    unread = unread or len(produced) < len(PRODUCERS)
    found = [] if spoils_addresses(broken) else check(site, outputs, failed, unread)
    warnings = [*judged.warnings, *site.warnings, *(warning for item in site.everything for warning in item.warnings)]
    warnings += [mistake for mistake in found if mistake.level == "warning"]
    errors += [mistake for mistake in found if mistake.level == "error"]
    if options.strict:
        errors += [SiteError(warning.what, warning.place, warning.hint) for warning in warnings]
        errors += [SiteError(f"held back: {reason}", Place(path)) for path, reason in held]
    if errors:
        raise several(in_order(not_following(errors, broken)))
    out = [(page.source.path, reason) for page, reason in hidden if reason]
    return Built(site, tuple(outputs), tuple(in_order(warnings)), tuple(sorted([*out, *held])))


def each(items: Iterable[In], stage: Callable[[In], Out], errors: list[SiteError]) -> list[Out]:
    """Run a stage on all items; those that fail add to `errors` and go no further."""
    done = []
    for result, mistakes in run(list(items), stage, jobs=1):
        errors.extend(mistakes)
        if result is not None:
            done.append(result)
    return done


def clock() -> datetime:
    """Return the time a build takes as now: `SOURCE_DATE_EPOCH` when it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
