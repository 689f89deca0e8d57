"""Liquid for a whole site: its filters and tags, built once per process and only when a body speaks Liquid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

from liquid.builtin.expressions.filtered import FilteredExpression
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode

from generator.config import Config
from generator.data.view import View
from generator.errors import did_you_mean
from generator.read.page import Page
from generator.render.jinja import BodyLanguage
from generator.render.liquid.jekyll_filters import JEKYLL_FILTERS, SCRIPTED_JEKYLL_FILTERS
from generator.render.liquid.list_filters import LIST_FILTERS, SCRIPTED_LIST_FILTERS
from generator.render.liquid.names import ELSEWHERE, Names
from generator.render.liquid.number_filters import NUMBER_FILTERS
from generator.render.liquid.parsing import Node, Parsed, Parser, walk
from generator.render.liquid.plugin import Plugin
from generator.render.liquid.plugins import PLUGINS
from generator.render.liquid.run import Run
from generator.render.liquid.split import Mistake
from generator.render.liquid.text_filters import KEEPING, TEXT_FILTERS
from generator.render.listing import Listing

FILTER_HINTS = {
    "safe": "print it with `| markdownify`",
    "markdown": "write `| markdownify`",
    "tojson": "write `| jsonify`",
    "length": "write `| size`",
    "count": "write `| size`",
    "lower": "write `| downcase`",
    "upper": "write `| upcase`",
    "trim": "write `| strip`",
    "toc": "say `toc: true` in the front matter",
    "asset_url": "write the path of the file: `/assets/x.png`",
    "asset_path": "write the path of the file: `/assets/x.png`",
    "t": "write the words themselves",
}


class Liquid:
    """What a Liquid body may say."""

    elsewhere = ELSEWHERE

    def __init__(self, config: Config, root: Path, listing: Listing) -> None:
        self.config, self.root, self.listing = config, root, listing
        self.filters: dict[str, Callable[..., object]] = {
            **TEXT_FILTERS,
            **NUMBER_FILTERS,
            **LIST_FILTERS,
            **JEKYLL_FILTERS,
        }
        self.scripted: dict[str, Callable[..., object]] = {**SCRIPTED_LIST_FILTERS, **SCRIPTED_JEKYLL_FILTERS}
        self.keeping: Mapping[str, Callable[..., object]] = KEEPING
        self.plugins: Mapping[str, Plugin] = PLUGINS
        self.parser = Parser({name: plugin.is_block for name, plugin in PLUGINS.items()})

    def run(self, page: Page, view: View) -> Run:
        """Return a run of one page's body."""
        view.cells_are_text = True
        names = Names(page, view, self.config, self.listing)
        return Run(self, page, names.all(), names.reads)

    def check(self, parsed: Parsed) -> list[Mistake]:
        """Return the filters of a file that there are not, also in branches that are never taken."""
        known = {*self.filters, *self.scripted}
        mistakes = []
        for expression in _filtered(iter(parsed.nodes)):
            for step in expression.filters or ():
                if step.name not in known:
                    hint = FILTER_HINTS.get(step.name) or did_you_mean(step.name, sorted(known))
                    mistakes.append(Mistake(f"there is no filter named `{step.name}`", step.token.start_index, hint))
        return mistakes


_known: WeakKeyDictionary[BodyLanguage, Liquid] = WeakKeyDictionary()


def liquid_for(language: BodyLanguage) -> Liquid:
    """Return the Liquid of a site, made at first need."""
    if language not in _known:
        _known[language] = Liquid(language.config, language.root, language.listing)
    return _known[language]


def _filtered(nodes: Iterator[Node]) -> Iterator[FilteredExpression]:
    for node in walk(nodes):
        if isinstance(node, OutputNode | AssignNode) and isinstance(node.expression, FilteredExpression):
            yield node.expression
