"""Tokens to HTML. All decisions were made by the rules before; here is only spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from generator.render.markup.code import listing_html
from generator.render.markup.notes import NOTES

ID = re.compile(r"""\sid="[^"]*"|\sid='[^']*'""")
# The tags that are nearly all of a page, for when they carry no attributes.
READY = {
    "paragraph_open": "<p>",
    "paragraph_close": "</p>\n",
    "tr_open": "<tr>\n",
    "tr_close": "</tr>\n",
    "td_open": "<td>",
    "td_close": "</td>\n",
    "th_open": "<th>",
    "th_close": "</th>\n",
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "s_open": "<s>",
    "s_close": "</s>",
    "link_close": "</a>",
    "softbreak": "\n",
    "hardbreak": "<br>\n",
    "table_close": "</table></div>\n",
}


CLOSING = re.compile(r"[.,;:!?)\]’”…]+")


class Renderer(RendererHTML):
    """The library's renderer with our spelling; plugins add theirs with `md.add_render_rule`."""

    def render(self, tokens: Sequence[Token], options: OptionsDict, env: EnvType) -> str:
        """Return the HTML of block tokens."""
        written = []
        for index, token in enumerate(tokens):
            kind = token.type
            if kind == "inline":
                written.append(self.renderInline(token.children or (), options, env))
            elif token.hidden:
                continue
            elif not token.attrs and kind in READY:
                written.append(READY[kind])
            else:
                written.append(self._spell(tokens, index, options, env))
        return "".join(written)

    def renderInline(self, tokens: Sequence[Token], options: OptionsDict, env: EnvType) -> str:  # noqa: N802
        """Return the HTML of the tokens inside a paragraph."""
        written: list[str] = []
        for index, token in enumerate(tokens):
            kind = token.type
            if kind == "text":
                before = tokens[index - 1] if index else token
                if before.type == "math_inline" and not before.meta.get("display"):
                    written.append(_after_formula(written, token.content))
                else:
                    written.append(escapeHtml(token.content))
            elif not token.attrs and kind in READY:
                written.append(READY[kind])
            else:
                written.append(self._spell(tokens, index, options, env))
        return "".join(written)

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Open a list item, with a box to tick when it is a task."""
        item = self.renderToken(tokens, idx, options, env)
        if "checked" not in tokens[idx].meta:
            return item
        state = 'aria-label="done" checked' if tokens[idx].meta["checked"] else 'aria-label="to do"'
        return f'{item}<input type="checkbox" disabled {state}> '

    def _spell(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        kind = tokens[index].type
        if kind in SPELLINGS:
            return SPELLINGS[kind](tokens[index])
        if kind in self.rules:
            return str(self.rules[kind](tokens, index, options, env))
        return self.renderToken(tokens, index, options, env)


def for_elsewhere(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens as they may stand on another page, or inside a link: no ids, no footnotes."""
    return [_without_id(token) for token in tokens if token.type != "footnote_ref"]


def _without_id(token: Token) -> Token:
    if not (token.attrs or token.meta or token.children):
        return token
    attrs = {name: value for name, value in token.attrs.items() if name != "id"}
    meta = {name: value for name, value in token.meta.items() if name != "anchor"}
    if "html" in meta:
        meta["html"] = ID.sub("", meta["html"])
    return token.copy(attrs=attrs, meta=meta, children=for_elsewhere(token.children or ()))


def _after_formula(written: list[str], text: str) -> str:
    """Keep the punctuation behind a formula on its line: browsers break there, where no one else would."""
    mark = CLOSING.match(text)
    if not mark:
        return escapeHtml(text)
    written[-1] = f'<span class="nobr">{written[-1]}{escapeHtml(mark[0])}</span>'
    return escapeHtml(text[mark.end() :])


def _code(token: Token) -> str:
    code = f"<code{RendererHTML.renderAttrs(token)}>{escapeHtml(token.content)}</code>"
    return f"<bdi>{code}</bdi>" if token.meta.get("turns") else code


def _heading_end(token: Token) -> str:
    """Close a heading, with the link beside it that a reader can copy."""
    if "anchor" not in token.meta:
        return f"</{token.tag}>\n"
    target = escapeHtml(token.meta["anchor"])
    return f' <a class="anchor" href="#{target}" aria-label="Link to this section">#</a></{token.tag}>\n'


def _table(token: Token) -> str:
    """Open a table in a box of its own, which scrolls when the table is wider than the page."""
    box = '<div class="table" role="region" aria-label="Table" tabindex="0">'
    return f"{box}<table{RendererHTML.renderAttrs(token)}>\n"


SPELLINGS: dict[str, Callable[[Token], str]] = {
    "value": lambda token: token.meta["html"],
    "block_value": lambda token: f"{token.meta['html']}\n",
    "fence": listing_html,
    "code_block": listing_html,
    "code_inline": _code,
    "image": lambda token: f"<img{RendererHTML.renderAttrs(token)}>",
    "heading_close": _heading_end,
    "table_open": _table,
    **NOTES,
}
