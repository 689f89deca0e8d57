"""Markdown to HTML: the parser with its rules in their order, and the Document that comes out.

The order of the core rules is the order of work on a page. Rules before `inline` see lines, rules after
it see tokens with placeholders in them; from `reveal` on, values are in place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.deflist import deflist_plugin

from generator.config import Config
from generator.errors import Place, SiteError, did_you_mean, several, sort_key
from generator.render.markup.attributes import attribute_rules, attributes
from generator.render.markup.blocks import alerts, block_rules, tasks
from generator.render.markup.code import code
from generator.render.markup.figures import figures, images
from generator.render.markup.findings import Findings, Heading, Label, Link
from generator.render.markup.headings import headings, outline
from generator.render.markup.highlight import styles
from generator.render.markup.html import raw_html
from generator.render.markup.kramdown import rules as kramdown
from generator.render.markup.kramdown.lines import spread_tabs
from generator.render.markup.links import link_rules, links
from generator.render.markup.math import inline_math_rules, math_rules, typeset
from generator.render.markup.notes import footnotes, note_rules
from generator.render.markup.numbering import numbering
from generator.render.markup.parser import new_parser, prepare
from generator.render.markup.plain import page_text, plain_text
from generator.render.markup.references import plain_references, reference_rules, settle_references
from generator.render.markup.renderer import Renderer, for_elsewhere
from generator.render.markup.reveal import clean, reveal_values
from generator.render.markup.tables import table_rules
from generator.render.markup.tex import TexConverter, check_macros
from generator.render.markup.typography import typography
from generator.render.values import Expanded

__all__ = ["Document", "Heading", "Label", "Link", "Markup"]

MORE = re.compile(r"\s*<!--\s*more\s*-->\s*", re.I)
# Tags a title may hold; any other `<Word>` in it is text, such as the `List<T>` of a programmer.
STYLING = re.compile(
    r"<(/?)(em|strong|i|b|u|s|code|kbd|samp|var|sub|sup|small|mark|abbr|q|span|bdi|br|wbr)\s*(/?)>", re.I
)
EMPTY = frozenset({"br", "wbr"})
LINK = frozenset({"link_open", "link_close"})

Parse = Callable[[str, EnvType], list[Token]]
CoreRules = Sequence[str | Callable[[StateCore], None]]


@dataclass(frozen=True)
class Document:
    """A body as HTML, and what the rest of the site may ask about it."""

    html: str
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    labels: tuple[Label, ...]
    errors: tuple[SiteError, ...]
    warnings: tuple[SiteError, ...]
    summary: str  # HTML of what stands before `<!--more-->`, else of the first paragraph
    text: str  # plain, for search and descriptions
    has_math: bool
    ids: frozenset[str] = frozenset()  # every id of the body, for links to `#id`


class Markup:
    """Built once per process, for one site."""

    def __init__(self, config: Config, extend: Iterable[Callable[[MarkdownIt], None]] = ()) -> None:
        self._config = config
        self._converter = TexConverter(config.macros)
        self._md = build_parser(extend)
        self._kramdown = build_kramdown(extend)

    def convert(self, expanded: Expanded, markup: str = "commonmark") -> Document:
        """Turn one body into HTML; mistakes come back in the document, all of them."""
        tokens, env, has_math = self._parse(expanded, self._parser(markup).parse)
        findings: Findings = env["findings"]
        brief = _brief(tokens) if "<!--" in expanded.text else []
        return Document(
            html=self._render(tokens, env),
            headings=tuple(outline(tokens, self._md, env)),
            links=tuple(findings.links),
            labels=tuple(findings.labels),
            errors=tuple(sorted(findings.errors, key=sort_key)),
            warnings=tuple(sorted(findings.warnings, key=sort_key)),
            summary=self._render(for_elsewhere(brief or _first_paragraph(tokens)), env).strip(),
            text=page_text(tokens, findings),
            has_math=has_math,
            ids=frozenset(findings.ids),
        )

    def tokens(self, expanded: Expanded, markup: str = "commonmark") -> list[Token]:
        """Return a body's tokens with their values in place, for who looks at its words."""
        return self._parse(expanded, self._parser(markup).parse)[0]

    def inline(self, text: str, place: Place) -> tuple[str, str]:
        """Return a title or an excerpt as HTML that may stand inside a link, and as plain text.

        Raises:
            ExceptionGroup: of SiteError, the mistakes in it.
        """
        tokens, env, _ = self._parse(Expanded(text, (), (place,)), self._md.parseInline)
        findings: Findings = env["findings"]
        if findings.errors:
            raise several(findings.errors)
        children = [child for child in for_elsewhere(tokens[0].children or ()) if child.type not in LINK]
        inline = Token("inline", "", 0, children=children)
        return self._render([inline], env), plain_text(children, findings).strip()

    def check_config(self) -> list[SiteError]:
        """Return the mistakes in what the config says about math and code."""
        errors = [
            SiteError(f"the macro `{name}`: {wrong}", self._config.place(f"macros.{name}"))
            for name, wrong in check_macros(self._config.macros)
        ]
        for key in ("code_style_light", "code_style_dark"):
            style = getattr(self._config, key)
            if style not in styles():
                hint = did_you_mean(style, styles()) or "Pygments has `xcode`, `monokai`, `github-dark` and more"
                errors.append(SiteError(f"no style of code is called `{style}`", self._config.place(key), hint))
        return errors

    def _parser(self, markup: str) -> MarkdownIt:
        return self._kramdown if markup == "kramdown" else self._md

    def _parse(self, expanded: Expanded, parse: Parse) -> tuple[list[Token], EnvType, bool]:
        expanded = clean(expanded)
        findings = Findings(expanded)
        env: EnvType = {"findings": findings}
        tokens = parse(expanded.text, env)
        typeset_page = typeset(tokens, expanded, self._converter)
        findings.errors.extend(typeset_page.errors)
        for name, text in typeset_page.labels:
            findings.labels.append(Label(name, "equation", text))
            findings.ids.setdefault(name, 0)
        settle_references(tokens, findings)
        return tokens, env, typeset_page.count > 0

    def _render(self, tokens: Sequence[Token], env: EnvType) -> str:
        return str(self._md.renderer.render(tokens, self._md.options, env))


def build_parser(extend: Iterable[Callable[[MarkdownIt], None]] = ()) -> MarkdownIt:
    """Return CommonMark with everything a post may use."""
    md = new_parser().enable("strikethrough")
    md.renderer = Renderer(md)
    for add_rules in (
        attribute_rules,
        block_rules,
        note_rules,
        link_rules,
        reference_rules,
        table_rules,
        deflist_plugin,
        math_rules,
        *extend,
    ):
        add_rules(md)
    return _with_core(md, CORE_RULES)


def build_kramdown(extend: Iterable[Callable[[MarkdownIt], None]] = ()) -> MarkdownIt:
    """Return kramdown's Markdown, on the same tokens and with the same work on links, math and code."""
    md = new_parser().enable("strikethrough")
    md.renderer = Renderer(md)
    for add_rules in (note_rules, link_rules, inline_math_rules, kramdown.kramdown_rules, *extend):
        add_rules(md)
    return _with_core(md, KRAMDOWN_CORE_RULES)


def _with_core(md: MarkdownIt, rules: CoreRules) -> MarkdownIt:
    """Put the core rules in their order, and make the parser ready."""
    before = "normalize"
    for rule in rules:
        if not isinstance(rule, str):
            md.core.ruler.after(before, rule.__name__, rule)
        before = rule if isinstance(rule, str) else rule.__name__
    return prepare(md)


def _brief(tokens: list[Token]) -> list[Token]:
    """Return what stands before `<!--more-->`, and take that mark out of the page."""
    top = 0  # where the block begins that is not inside another one
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting >= 0 and token.type != "inline":
            top = index
        if token.type == "html_block" and MORE.fullmatch(token.content):
            del tokens[index]
            return tokens[:top]
        for number, child in enumerate(token.children or ()):
            if child.type == "html_inline" and MORE.fullmatch(child.content):
                del (token.children or [])[number]
                cut = token.copy(children=(token.children or [])[:number])
                return [*tokens[:index], cut, tokens[index + 1]] if token.level == 1 else tokens[:top]
    return []


def _first_paragraph(tokens: list[Token]) -> list[Token]:
    for index, token in enumerate(tokens):
        if token.type == "paragraph_open" and token.level == 0:
            return tokens[index : index + 3]
    return []


def _title_tags(state: StateCore) -> None:
    """Core rule, for titles: a tag that is not plain styling, opened and closed, is text."""
    if not state.inlineMode:
        return
    children = state.tokens[0].children or []
    tags = [match for token in children if token.type == "html_inline" and (match := STYLING.fullmatch(token.content))]
    opened = Counter(match[2].lower() for match in tags if not match[1])
    closed = Counter(match[2].lower() for match in tags if match[1])
    for token in children:
        tag = STYLING.fullmatch(token.content) if token.type == "html_inline" else None
        name = tag[2].lower() if tag else ""
        if token.type == "html_inline" and name not in EMPTY and (not tag or opened[name] != closed[name]):
            token.type = "text"


# The order of the work on a page; a name is a rule of the library.
CORE_RULES: CoreRules = (
    "block",
    attributes,
    alerts,
    tasks,
    "inline",
    plain_references,
    figures,
    footnotes,
    typography,
    "text_join",
    _title_tags,
    code,
    raw_html,
    reveal_values,
    numbering,
    images,
    links,
    headings,
)
KRAMDOWN_CORE_RULES: CoreRules = (
    spread_tabs,
    "block",
    kramdown.named_attributes,
    attributes,
    kramdown.languages,
    kramdown.offset,
    "inline",
    kramdown.span_attributes,
    figures,
    footnotes,
    kramdown.words,
    "text_join",
    kramdown.abbreviations,
    code,
    raw_html,
    reveal_values,
    numbering,
    images,
    links,
    headings,
    kramdown.contents,
)
