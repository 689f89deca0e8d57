"""WordPress posts as Markdown: paragraphs as `wpautop` makes them, HTML kept, code fenced, formulas between dollars.

Text is escaped, so that a `*` or a `$` of the old post stays what it was.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from generator.data.printable import RESERVED
from generator.importers.html_pieces import PIECE, TAG_NAME, replace_between

BLOCKS = frozenset(
    "address article aside blockquote center dd details div dl dt fieldset figure figcaption footer form "
    "h1 h2 h3 h4 h5 h6 header hr iframe li main nav ol p pre section summary table ul "
    "video audio object script style noscript".split()
)
EMPTY = frozenset(("hr", "br", "img", "input", "embed", "source", "col", "wbr"))
PRE = re.compile(r"<pre\b([^<>]*)>", re.IGNORECASE)
PRE_END = re.compile(r"</pre\s*>", re.IGNORECASE)
PRE_CODE = re.compile(r"\s*<code\b([^<>]*)>(.*?)(?:</code>)?\s*", re.DOTALL | re.IGNORECASE)
CODE_NAMES = ("code", "sourcecode", "source", "python", "php", "java", "css", "js", "html", "sql", "bash")
LANGUAGE = re.compile(r"(?:lang(?:uage)?[=-]|brush:\s*)[\"']?([A-Za-z0-9+#-]+)")
LATEX, LATEX_END = re.compile(r"\[latex[^\[\]]*\]"), re.compile(r"\[/latex\]")
DOLLARS = re.compile(r"\$latex\s+((?:[^$\\]|\\.)+)\$", re.DOTALL)
CAPTION, CAPTION_END = re.compile(r"\[caption\b([^\[\]]*)\]"), re.compile(r"\[/caption\]")
EMBED = re.compile(r"\[(?:embed|youtube|vimeo)\b([^\[\]]*)\](?:(https?://[^\s\[]+)\[/embed\])?")
SHORTCODE = re.compile(r"\[/?([a-z][a-z0-9_-]{2,})(?:\s[^\[\]\n]*)?/?\](?!\()")
BLOCK_COMMENT = re.compile(r"<!--\s*/?wp:(?:[^<-]|-(?!->)|<(?!!--))*+-->[ \t]*\n?")
ENTITIES = {"\\": "&#92;", "[": "&#91;", "<": "&lt;"}
SPECIAL = re.compile(r"[\\`*_\[<$~^|]|@(?=(?:fig|tab|eq|sec):)")
AT_START = re.compile(r"^(\s*)([#>+=:-]|\d+(?=[.)]))", re.MULTILINE)
ALONE = re.compile("^[ \t]*\ufdd0(\\d+)\ufdd1[ \t]*$", re.MULTILINE)
KEPT = re.compile("\ufdd0(\\d+)\ufdd1")
HEADING = re.compile(r"<h([1-6])>(.*)</h\1\s*>", re.DOTALL | re.IGNORECASE)


@dataclass
class Body:
    """One post's content on its way."""

    kept: list[str] = field(default_factory=list)  # Markdown that no later step may touch
    formulas: dict[int, str] = field(default_factory=dict)  # of what is kept: those that may be displays
    changed: list[str] = field(default_factory=list)
    by_hand: list[tuple[str, str]] = field(default_factory=list)

    def keep(self, markdown: str) -> str:
        """Hide a piece of Markdown until the end."""
        self.kept.append(markdown)
        return f"\ufdd0{len(self.kept) - 1}\ufdd1"


def to_markdown(content: str, body: Body) -> str:
    """Turn the content of a post into Markdown."""
    text = RESERVED.sub("", content.replace("\r\n", "\n").replace("\r", "\n"))
    has_blocks = "<!-- wp:" in text
    text = _without_code(text, body)
    if has_blocks:
        text = BLOCK_COMMENT.sub("\n", text)
        body.changed.append("the comments around blocks are gone")
    text = text.replace("<!--more-->", _alone(body.keep("<!--more-->")))
    if "<!--nextpage-->" in text:
        text = text.replace("<!--nextpage-->", "\n\n")
        body.by_hand.append(("`<!--nextpage-->` cut the post into pages; it is whole here", "nothing to do"))
    text = _without_shortcodes(text, body)
    blocks = [_block(piece, has_blocks) for piece in _blocks(text)]
    made = "\n\n".join(block for block in blocks if block.strip())
    while KEPT.search(made):
        made = KEPT.sub(lambda found: body.kept[int(found[1])], made)
    return made.strip("\n") + "\n"


def _without_code(text: str, body: Body) -> str:
    """Hide blocks of code, fenced, before anything else looks into them."""
    for name in CODE_NAMES:
        opening, closing = re.compile(rf"\[{name}\b([^\[\]]*)\]"), re.compile(rf"\[/{name}\]")
        text = replace_between(text, opening, closing, partial(_code, body, name))
    return replace_between(text, PRE, PRE_END, lambda found, inside: _pre(found, inside, body))


def _without_shortcodes(text: str, body: Body) -> str:
    """Turn the shortcodes that are known into Markdown and HTML, and name the others."""
    text = replace_between(text, CAPTION, CAPTION_END, lambda found, inside: _caption(found, inside, body))
    text = replace_between(text, LATEX, LATEX_END, lambda _, tex: _formula(tex, body, may_be_display=True))
    text = DOLLARS.sub(lambda found: _formula(found[1], body, may_be_display=False), text)
    text = ALONE.sub(lambda found: _display(found, body), text)
    text = EMBED.sub(lambda found: _embed(found, body), text)
    for name in dict.fromkeys(SHORTCODE.findall(text)):
        body.by_hand.append((f"the shortcode `[{name}]` is not known here and shows as it stands", "write it anew"))
    return text


def escape(text: str) -> str:
    """Escape what Markdown would read in plain text; entities stay."""
    text = SPECIAL.sub(_harmless, text)
    return AT_START.sub(lambda found: f"{found[1]}\\{found[2]}" if not found[2].isdigit() else found[0], text)


def _harmless(found: re.Match[str]) -> str:
    """Write one mark so that it means itself; a backslash before a bracket would start a formula."""
    return ENTITIES.get(found[0]) or f"\\{found[0]}"


def _escape_number(text: str) -> str:
    """Keep `1986. A year` a sentence."""
    return re.sub(r"^(\s*\d+)([.)])(?=\s)", r"\1\\\2", text)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield (`inline`, text) for what stands in no block, and (name, HTML) for each outermost block."""
    at = start = depth = 0
    outer = ""
    for piece in PIECE.finditer(text):
        named = TAG_NAME.match(piece[0])
        name = named[1].lower() if named else ""
        if name not in BLOCKS:
            continue
        if depth == 0 and not piece[0].startswith("</"):
            yield "inline", text[at : piece.start()]
            outer, start = name, piece.start()
            if name in EMPTY:
                yield name, piece[0]
                at = piece.end()
                continue
            depth, at = 1, start
        elif name == outer and depth:
            depth += -1 if piece[0].startswith("</") else 1
            if depth == 0:
                yield outer, text[start : piece.end()]
                at = piece.end()
    yield (outer, text[start:]) if depth else ("inline", text[at:])


def _block(piece: tuple[str, str], has_blocks: bool) -> str:
    """Return the Markdown of one block."""
    name, text = piece
    if name == "inline":
        parts = re.split(r"\n[ \t]*\n", text)
        return "\n\n".join(_paragraph(part, has_blocks) for part in parts if part.strip())
    if name == "hr":
        return "***"
    if name == "p" and re.match(r"<p>", text, re.IGNORECASE):
        return _paragraph(re.sub(r"^<p>|</p\s*>$", "", text, flags=re.IGNORECASE), True)
    if heading := HEADING.fullmatch(text.strip()):
        return f"{'#' * int(heading[1])} {_inline(' '.join(heading[2].split()))}"
    return re.sub(r"\n[ \t]*(?=\n)", "", text.strip())  # an empty line would end the block


def _paragraph(text: str, keeps_lines: bool) -> str:
    """Write one paragraph; a line break of an old post is a line break."""
    lines = [" ".join(line.split()) if "\ufdd0" not in line else line.strip() for line in text.strip().split("\n")]
    return _escape_number(_inline(("\n" if keeps_lines else "<br>\n").join(lines)))


def _inline(text: str) -> str:
    """Escape text, keep tags."""
    parts, at = [], 0
    for piece in PIECE.finditer(text):
        parts += [_escape_piece(text[at : piece.start()], at == 0), piece[0]]
        at = piece.end()
    return "".join([*parts, _escape_piece(text[at:], at == 0)])


def _escape_piece(text: str, is_start: bool) -> str:
    """Escape what lies between two tags; marks at the start of a line only count there."""
    if is_start:
        return escape(text)
    first, newline, rest = text.partition("\n")
    return SPECIAL.sub(_harmless, first) + newline + escape(rest)


def _code(body: Body, name: str, found: re.Match[str], code: str) -> str:
    """Fence what stands between `[code]` and its end; the name of a language may be the mark itself."""
    language = LANGUAGE.search(found[1])
    known = language[1].lower() if language else "" if name in {"code", "sourcecode", "source"} else name
    return _fence(html.unescape(code), known, body)


def _pre(found: re.Match[str], inside: str, body: Body) -> str:
    """Fence a preformatted block; one with tags of its own inside stays HTML."""
    inner = PRE_CODE.fullmatch(inside)
    attributes, text = (f"{found[1]} {inner[1]}", inner[2]) if inner else (found[1], inside)
    if re.search(r"<(?!/?(?:span|code|br)\b)[a-zA-Z]", text):
        return _alone(body.keep(re.sub(r"\n(?=\n)", "\n&#8203;", f"{found[0]}{inside}</pre>")))
    plain = re.sub(r"<br\s*/?>", "\n", text)
    plain = html.unescape(re.sub(r"</?(?:span|code)\b[^<>]*>", "", plain))
    language = LANGUAGE.search(attributes)
    return _fence(plain, language[1].lower() if language else "", body)


def _alone(kept: str) -> str:
    """Let a kept piece be a block of its own."""
    return f"\n\n{kept}\n\n"


def _fence(code: str, language: str, body: Body) -> str:
    text = code.strip("\n")
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    body.changed.append(f"a block of code{f' in {language}' if language else ''} is fenced")
    return _alone(body.keep(f"{fence}{'' if language in {'plain', 'text'} else language}\n{text}\n{fence}"))


def _formula(tex: str, body: Body, may_be_display: bool) -> str:
    """Set a formula between dollars."""
    tex = html.unescape(tex.strip())
    body.changed.append(f"the formula `{_short(tex)}` stands between dollars")
    if may_be_display:
        body.formulas[len(body.kept)] = tex
    return body.keep(f"${tex}$")


def _display(found: re.Match[str], body: Body) -> str:
    """Make a formula that stands alone on its line a display."""
    index = int(found[1])
    if index not in body.formulas:
        return found[0]
    body.kept[index] = f"$$\n{body.formulas[index]}\n$$"
    return _alone(found[0].strip())


def _caption(found: re.Match[str], inside: str, body: Body) -> str:
    """A picture with its caption is a figure."""
    picture = re.match(r"\s*((?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?)(.*)", inside, re.DOTALL)
    named = re.search(r"caption=\"([^\"]*)\"", found[1])
    image, words = (picture[1], picture[2].strip()) if picture else (inside, "")
    words = words or (named[1] if named else "")
    body.changed.append("a picture with a caption is a figure")
    return _alone(f"<figure>{image}<figcaption>{words}</figcaption></figure>")


def _embed(found: re.Match[str], body: Body) -> str:
    named = re.search(r"=\s*[\"']?(https?://[^\s\"']+)", found[1])
    address = found[2] or (named[1] if named else "")
    if not address.startswith("http"):
        return found[0]
    body.changed.append(f"what was embedded from {address} is a link")
    return body.keep(f"<{address}>")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
