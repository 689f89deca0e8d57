"""WordPress posts as Markdown: paragraphs as `wpautop` makes them, HTML kept, code fenced, formulas between dollars.

Text is escaped, so that a `*` or a `$` of the old post stays what it was.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

BLOCKS = frozenset(
    "address article aside blockquote center dd details div dl dt fieldset figure figcaption footer form "
    "h1 h2 h3 h4 h5 h6 header hr iframe li main nav ol p pre section summary table ul "
    "video audio object script style noscript".split()
)
EMPTY = frozenset(("hr", "br", "img", "input", "embed", "source", "col", "wbr"))
PIECE = re.compile(
    r"""<!--.*?(?:-->|\Z)|</?[a-zA-Z][a-zA-Z0-9-]*+(?:[\s/](?:"[^"]*+"|'[^']*+'|[^>"'])*+)?>""", re.DOTALL
)
TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
PRE = re.compile(r"<pre\b([^>]*)>\s*(?:<code\b([^>]*)>)?(.*?)(?:</code>\s*)?</pre\s*>", re.DOTALL | re.IGNORECASE)
CODE = re.compile(r"\[(code|sourcecode|source|python|php|java|css|js|html|sql|bash)\b([^\]]*)\](.*?)\[/\1\]", re.DOTALL)
LANGUAGE = re.compile(r"(?:lang(?:uage)?[=-]|brush:\s*)[\"']?([A-Za-z0-9+#-]+)")
FORMULA = re.compile(r"\[latex[^\]]*\](.*?)\[/latex\]|\$latex\s+(.+?)(?<!\\)\$", re.DOTALL)
CAPTION = re.compile(r"\[caption\b([^\]]*)\](.*?)\[/caption\]", re.DOTALL)
EMBED = re.compile(r"\[(?:embed|youtube|vimeo)\b[^\]]*?(?:=([^\]\s]+))?\](?:(https?://[^\s\[]+)\[/embed\])?")
SHORTCODE = re.compile(r"\[/?([a-z][a-z0-9_-]{2,})(?:\s[^\]\n]*)?/?\](?!\()")
BLOCK_COMMENT = re.compile(r"[ \t]*<!--\s*/?wp:[^>]*?-->[ \t]*\n?", re.DOTALL)
SPECIAL = re.compile(r"[\\`*_\[\]$~^|]|@(?=(?:fig|tab|eq|sec):)")
AT_START = re.compile(r"^(\s*)([#>+=:-]|\d+(?=[.)]))", re.MULTILINE)
KEPT = re.compile("\ue000(\\d+)\ue001")
HEADING = re.compile(r"<h([1-6])>(.*)</h\1\s*>", re.DOTALL | re.IGNORECASE)


@dataclass
class Body:
    """One post's content on its way."""

    kept: list[str] = field(default_factory=list)  # Markdown that no later step may touch
    changed: list[str] = field(default_factory=list)
    by_hand: list[tuple[str, str]] = field(default_factory=list)

    def keep(self, markdown: str) -> str:
        """Hide a piece of Markdown until the end."""
        self.kept.append(markdown)
        return f"\ue000{len(self.kept) - 1}\ue001"


def to_markdown(content: str, body: Body) -> str:
    """Turn the content of a post into Markdown."""
    text = content.replace("\r\n", "\n").replace("\r", "\n").replace("\ue000", "").replace("\ue001", "")
    has_blocks = "<!-- wp:" in text
    text = CODE.sub(lambda found: _fence(html.unescape(found[3]), LANGUAGE.search(found[2]), found[1], body), text)
    text = PRE.sub(lambda found: _pre(found, body), text)
    if has_blocks:
        text = BLOCK_COMMENT.sub("\n", text)
        body.changed.append("the comments around blocks are gone")
    text = text.replace("<!--more-->", f"\n\n{body.keep('<!--more-->')}\n\n")
    if "<!--nextpage-->" in text:
        text = text.replace("<!--nextpage-->", "\n\n")
        body.by_hand.append(("`<!--nextpage-->` cut the post into pages; it is whole here", "nothing to do"))
    text = CAPTION.sub(lambda found: _caption(found, body), text)
    text = FORMULA.sub(lambda found: _formula(found, text, body), text)
    text = EMBED.sub(lambda found: _embed(found, body), text)
    for name in dict.fromkeys(SHORTCODE.findall(text)):
        body.by_hand.append((f"the shortcode `[{name}]` is not known here and shows as it stands", "write it anew"))
    blocks = [_block(piece, has_blocks) for piece in _blocks(text)]
    made = "\n\n".join(block for block in blocks if block.strip())
    while KEPT.search(made):
        made = KEPT.sub(lambda found: body.kept[int(found[1])], made)
    return made.strip("\n") + "\n"


def escape(text: str) -> str:
    """Escape what Markdown would read in plain text; entities stay."""
    text = SPECIAL.sub(lambda found: f"\\{found[0]}", text)
    text = re.sub(r"<", "&lt;", text)
    return AT_START.sub(lambda found: f"{found[1]}\\{found[2]}" if not found[2].isdigit() else found[0], text)


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
    lines = [" ".join(line.split()) if "\ue000" not in line else line.strip() for line in text.strip().split("\n")]
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
    return SPECIAL.sub(lambda found: f"\\{found[0]}", first).replace("<", "&lt;") + newline + escape(rest)


def _pre(found: re.Match[str], body: Body) -> str:
    """Fence a preformatted block; one with tags of its own inside stays HTML."""
    inside = found[3]
    if re.search(r"<(?!/?(?:span|code|br)\b)[a-zA-Z]", inside):
        return _alone(body.keep(re.sub(r"\n(?=\n)", "\n&#8203;", found[0])))
    plain = re.sub(r"<br\s*/?>", "\n", inside)
    plain = html.unescape(re.sub(r"</?(?:span|code)\b[^>]*>", "", plain))
    language = LANGUAGE.search(found[1]) or LANGUAGE.search(found[2] or "")
    return _fence(plain, language, "", body)


def _alone(kept: str) -> str:
    """Let a kept piece be a block of its own."""
    return f"\n\n{kept}\n\n"


def _fence(code: str, language: re.Match[str] | None, name: str, body: Body) -> str:
    text = code.strip("\n")
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    known = language[1].lower() if language else "" if name in {"", "code", "sourcecode", "source"} else name
    body.changed.append(f"a block of code{f' in {known}' if known else ''} is fenced")
    return _alone(body.keep(f"{fence}{'' if known in {'plain', 'text'} else known}\n{text}\n{fence}"))


def _formula(found: re.Match[str], text: str, body: Body) -> str:
    tex = html.unescape((found[1] or found[2] or "").strip())
    line = text[text.rfind("\n", 0, found.start()) + 1 : (text.find("\n", found.end()) + 1 or len(text) + 1) - 1]
    body.changed.append(f"the formula `{_short(tex)}` stands between dollars")
    alone = line.strip() == found[0].strip()
    return _alone(body.keep(f"$$\n{tex}\n$$")) if alone else body.keep(f"${tex}$")


def _caption(found: re.Match[str], body: Body) -> str:
    """A picture with its caption is a figure."""
    picture = re.match(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", found[2], re.DOTALL)
    named = re.search(r"caption=\"([^\"]*)\"", found[1])
    image, words = (picture[1], picture[2].strip()) if picture else (found[2], "")
    words = words or (named[1] if named else "")
    body.changed.append("a picture with a caption is a figure")
    return f"\n\n<figure>{image}<figcaption>{words}</figcaption></figure>\n\n"


def _embed(found: re.Match[str], body: Body) -> str:
    address = found[2] or found[1] or ""
    if not address.startswith("http"):
        return found[0]
    body.changed.append(f"what was embedded from {address} is a link")
    return body.keep(f"<{address}>")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
