"""The `latex` tag of old Jekyll sites: its body as our math, or as a drawing that TeX makes.

TeX is a program of this machine. It runs only where `tex: true` stands in the config; otherwise a drawing is shown as
its source, with a warning.
"""

from __future__ import annotations

import base64
import html
import re

from markupsafe import Markup

from generator.errors import SiteError, did_you_mean
from generator.render.liquid.plugin import Call
from generator.render.liquid.tex import TexError, draw, has_tex
from generator.render.values import Block

OPTIONS = ("class", "density", "usepackages")
DRAWING = re.compile(
    r"\\begin\s*\{(tikzpicture|tikzcd|dot2tex|digraph|graph|circuitikz|picture|pspicture|forest|axis|tabular|figure)\}"
    r"|\\(tikz|includegraphics|digraph|usetikzlibrary|xymatrix|chemfig)(?![A-Za-z])"
)
PACKAGES = ("amsmath", "amssymb", "mathtools", "tikz")
NEEDS_GRAPHVIZ = ("dot2tex", "digraph", "graph")
COMMENT = re.compile(r"(?<!\\)%.*")
EMPTY_LINES = re.compile(r"\n\s*\n")
DELIMITERS = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))
INLINE = {"kramdown": ("\\\\(", "\\\\)"), "commonmark": ("\\(", "\\)")}
DISPLAY = {"kramdown": ("\\\\[", "\\\\]"), "commonmark": ("$$", "$$")}


def latex(call: Call) -> Markup | Block:
    """Return a formula as the author's Markdown, or a drawing as a figure."""
    options = _options(call)
    if drawing := DRAWING.search(call.body):
        return _drawing(call, options, drawing[1] or drawing[2])
    body = EMPTY_LINES.sub("\n", COMMENT.sub("", call.body)).strip()
    if not body:
        raise SiteError("this `latex` block is empty", None, "write a formula between its tags")
    formula, is_whole = _bare(body)
    if not is_whole:
        return Markup(body)  # words with formulas among them
    is_display = options.get("class") == "center"
    opening, closing = (DISPLAY if is_display else INLINE)[call.page.meta.markup]
    if not is_display:
        formula = " ".join(formula.split())
    return Markup(f"{opening}{formula}{closing}")


def _options(call: Call) -> dict[str, str]:
    """Read `class=center density=150`."""
    options = {}
    for part in call.markup.split():
        key, sign, value = part.partition("=")
        if not sign or "=" in value or not key or not value:
            hint = "its options are written like `{% latex class=center %}`"
            raise SiteError(f"`{part}` is no option of `latex`", None, hint)
        if key not in OPTIONS:
            hint = did_you_mean(key, OPTIONS) or f"it takes {', '.join(f'`{name}`' for name in OPTIONS)}"
            raise SiteError(f"`latex` has no option `{key}`", None, hint)
        options[key] = value.strip("'\"")
    return options


def _bare(body: str) -> tuple[str, bool]:
    """Return a formula without its dollars, and whether the body holds nothing else."""
    for opening, closing in DELIMITERS:
        if body.startswith(opening) and body.endswith(closing) and len(body) > len(opening) + len(closing):
            inside = body[len(opening) : -len(closing)]
            if opening.strip("$") or "$" not in inside.replace("\\$", ""):
                return inside.strip("\n"), True
    is_mixed = "$" in body.replace("\\$", "") and not re.search(r"\\(?:text|mbox|textrm)\s*\{[^{}]*\$", body)
    return body, not is_mixed


def _drawing(call: Call, options: dict[str, str], kind: str) -> Block:
    """Return a picture that TeX made, or the source with a word about what is missing."""
    label = f"a drawing in TeX (`{kind}`)"
    if kind in NEEDS_GRAPHVIZ:
        hint = "TeX would have to start Graphviz for it: put a picture in its place, `dot -Tsvg` draws one"
        call.warn(f"{label} is shown as its source", hint)
    elif not call.config.tex:
        hint = "set `tex: true` in site/config.yaml to have TeX draw it, or put a picture in its place"
        call.warn(f"{label} is shown as its source", hint)
    elif not has_tex():
        call.warn(f"{label} is shown as its source", "`latex` and `dvisvgm` are not on the PATH")
    else:
        packages = [*PACKAGES, *filter(None, options.get("usepackages", "").split(","))]
        try:
            svg = draw(call.body, packages, call.root / ".labpress" / "tex")
        except TexError as failure:
            call.warn(f"TeX cannot draw {label}: {failure}", "it is shown as its source")
        else:
            address = "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")
            alt = html.escape(" ".join(call.body.split()))
            return Block(f'<figure class="tex"><img src="{address}" alt="{alt}" loading="lazy"></figure>', call.body)
    source = html.escape(call.body.strip("\n"))
    said = "<summary>A drawing in TeX that is not drawn here</summary>"
    listing = f'<div class="hl"><pre tabindex="0"><code>{source}</code></pre></div>'
    return Block(f'<details class="tex-source">{said}{listing}</details>', call.body)
