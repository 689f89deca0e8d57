"""Quarto's Markdown as ours: cells become code, callouts boxes, `@fig-x` is `@fig:x`. Nothing is executed.

Every change is found by one rule each, line by line, so that lines keep their numbers where they can.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from generator.importers.prose import in_prose, line_of

CELL = re.compile(
    r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*\{(?P<lang>[A-Za-z][\w+-]*)(?P<rest>[ ,][^}\n]*)?\}[ \t]*$"
)
LISTING = re.compile(r"^(?P<fence>[ \t]*(?:`{3,}|~{3,}))[ \t]*\{(?P<attributes>[^}\n]*\.[A-Za-z][^}\n]*)\}[ \t]*$")
OPTION = re.compile(r"^[ \t]*(?:#|//|--|%%)\|[ \t]*([\w-]+):[ \t]*(.*?)[ \t]*$")
OLD_OPTION = re.compile(r"\b(echo|include|eval)\s*=\s*(FALSE|F|false)\b")
DIV = re.compile(r"^(:{3,})[ \t]*\{([^}\n]*)\}[ \t]*:*[ \t]*$", re.MULTILINE)
CLASS = re.compile(r"\.([\w-]+)")
ID = re.compile(r"#([\w-]+)")
KINDS = {"fig": "fig", "tbl": "tab", "eq": "eq", "sec": "sec"}
LABEL = re.compile(r"\{([^{}\n]*)#(fig|tbl|eq|sec)-([\w-]+)")
REFERENCE = re.compile(r"(?<![\w@/.])(?:\[-?)?@(fig|tbl|eq|sec)-([\w-]+)\]?")
CITATION = re.compile(r"\[[^\[\]\n@]*(?<![\w.])@(?!fig:|tab:|eq:|sec:)[\w:.-]+[^\[\]\n]*\](?!\()")
PICTURE = re.compile(r"^!\[([^\]\n]+)\]\(([^()\s]+)\)((?:\{[^}\n]*\})?)[ \t]*$", re.MULTILINE)
CAPTION = re.compile(r"^:[ \t]+(.*?)[ \t]*(\{#tbl-[\w-]+[^}]*\})?[ \t]*$")
INLINE_NOTE = re.compile(r"\^\[((?:[^\[\]\n]|\[[^\[\]\n]*\])+)\]")
VIDEO = re.compile(r"\{\{<\s*video\s+([^\s>{]+)[^>{]*>\}\}")
SHORTCODE = re.compile(r"\{\{<\s*([\w-]+)[^>{\n]*>\}\}")
LINK = re.compile(r"(?<=\]\()([^()\[\]\s#]*+)((?:#[^()\[\]\s]*+)?+)(?=[)\s])")
ANCHOR = re.compile(r"^#(fig|tbl|eq|sec)-")
SOURCES = (".qmd", ".ipynb", ".md", ".rmd")
YES, NO = frozenset(("true", "yes")), frozenset(("false", "no"))


@dataclass
class Told:
    """What was changed in one body, by line; and what is left to the author."""

    changed: list[tuple[int, str]] = field(default_factory=list)
    by_hand: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """How one body is read."""

    is_echoed: bool  # the code of cells is seen unless they say otherwise
    resolve: Callable[[str], str]  # the new place of a file that a link names
    part: str = "inline"  # what footnotes of this body are named after


def translate_body(body: str, reading: Reading, told: Told) -> str:
    """Turn a body of Quarto's Markdown into ours."""
    notes: list[str] = []
    made = in_prose(body, lambda stretch, at: _prose(stretch, line_of(body, at), reading, told, notes))
    made = _cells(made, reading.is_echoed, told)
    if notes:
        made = made.rstrip("\n") + "\n\n" + "\n\n".join(notes) + "\n"
    return made


def is_shown(options: dict[str, str], is_echoed: bool) -> bool:
    """Tell whether the code of a cell is to be seen."""
    if options.get("include", "").lower() in NO:
        return False
    echo = options.get("echo", "").lower()
    return echo not in NO if echo else is_echoed


def take_options(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """Split the `#|` lines off the start of a cell; values are text without quotes."""
    options: dict[str, str] = {}
    at = 0
    while at < len(lines) and (found := OPTION.match(lines[at])):
        options[found[1]] = found[2].strip("\"'")
        at += 1
    return options, lines[at:]


def _cells(body: str, is_echoed: bool, told: Told) -> str:
    """Turn cells that would run into code that is shown, or into nothing."""
    lines, out, at = body.split("\n"), [], 0
    while at < len(lines):
        cell = CELL.match(lines[at])
        listing = None if cell else LISTING.match(lines[at])
        if not cell and not listing and not re.match(r"^[ \t]*(?:`{3,}|~{3,})", lines[at]):
            out.append(lines[at])
            at += 1
            continue
        fence = re.match(r"^[ \t]*(`{3,}|~{3,})", lines[at])
        assert fence, "one of the patterns began with a fence"
        mark = fence[1]
        end = next(
            (n for n in range(at + 1, len(lines)) if re.match(rf"^[ \t]*{mark[0]}{{{len(mark)},}}[ \t]*$", lines[n])),
            len(lines),
        )
        inside = lines[at + 1 : end]
        if cell:
            out += _cell(cell, inside, at + 1, is_echoed, told)
        elif listing:
            out += [_listing(listing), *inside, *lines[end : end + 1]]
        else:
            out += lines[at : end + 1]
        at = end + 1
    return "\n".join(out)


def _cell(cell: re.Match[str], inside: list[str], line: int, is_echoed: bool, told: Told) -> list[str]:
    """Return the lines that stand for one cell."""
    options, code = take_options(inside)
    options |= {key: "false" for key, _ in OLD_OPTION.findall(cell["rest"] or "")}
    if cell["lang"] in {"mermaid", "dot", "ojs"}:
        told.by_hand.append((line, f"a drawing in `{cell['lang']}` shows as code", "put a picture in its place"))
    elif options.get("eval", "").lower() not in NO and options.get("include", "").lower() not in NO:
        hint = "run it, save what it shows beside the post, and put it here"
        told.by_hand.append((line, f"a cell of {cell['lang']}: what it would show is not in the file", hint))
    if not is_shown(options, is_echoed):
        told.changed.append((line, f"a cell of {cell['lang']} whose code is hidden is left out"))
        return []
    told.changed.append((line, f"a cell of {cell['lang']} is code, never run"))
    caption = [f"*{options['fig-cap']}*"] if options.get("fig-cap") else []
    fence = f"{cell['indent']}{cell['fence']}"
    return [f"{fence}{cell['lang']}", *code, fence, *([""] if caption else []), *caption]


def _listing(listing: re.Match[str]) -> str:
    """Write the attributes of a fence as ours: `{.python filename="a.py"}`."""
    attributes = listing["attributes"]
    language = CLASS.search(attributes)
    name = re.search(r'filename="([^"]*)"', attributes)
    return f"{listing['fence']}{language[1] if language else ''}" + (f' {{file="{name[1]}"}}' if name else "")


def _prose(text: str, line: int, reading: Reading, told: Told, notes: list[str]) -> str:
    """Translate a stretch without code that starts at `line`."""

    def at(match: re.Match[str]) -> int:
        return line + match.string.count("\n", 0, match.start())

    def tell(match: re.Match[str], made: str) -> str:
        if made != match[0]:
            told.changed.append((at(match), f"`{_short(match[0])}` is `{_short(made)}`"))
        return made

    def note(match: re.Match[str]) -> str:
        name = f"{reading.part}-{len(notes) + 1}"
        notes.append(f"[^{name}]: {match[1]}")
        return tell(match, f"[^{name}]")

    def keep(match: re.Match[str]) -> str:
        told.by_hand.append(
            (at(match), f"`{_short(match[0])}` is not known here and shows as it stands", "write it anew")
        )
        return match[0]

    text = VIDEO.sub(lambda found: tell(found, f"[Video]({found[1]})"), text)
    text = SHORTCODE.sub(lambda found: tell(found, "") if found[1] == "pagebreak" else keep(found), text)
    text = PICTURE.sub(lambda found: tell(found, _picture(found)), text)
    text = LABEL.sub(lambda found: tell(found, f"{{{found[1]}#{KINDS[found[2]]}:{found[3]}"), text)
    text = REFERENCE.sub(lambda found: tell(found, f"@{KINDS[found[1]]}:{found[2]}"), text)
    text = DIV.sub(lambda found: tell(found, _div(found, at(found), told)), text)
    text = INLINE_NOTE.sub(note, text)
    text = LINK.sub(lambda found: tell(found, _link(found, reading.resolve)), text)
    for found in CITATION.finditer(text):
        hint = "write the work out, or as a footnote: `[^name]`"
        told.by_hand.append((at(found), f"the citation `{_short(found[0])}` has no list of works here", hint))
    return "\n".join(_caption(one, line + n, told) for n, one in enumerate(text.split("\n")))


def _picture(found: re.Match[str]) -> str:
    """Give a picture that stands alone its caption: there it is the words in brackets, here the title."""
    return f'![{found[1]}]({found[2]} "{html.escape(found[1], quote=False).replace(chr(34), chr(39))}"){found[3]}'


def _div(found: re.Match[str], line: int, told: Told) -> str:
    """Name a box as we do."""
    inside = found[2]
    classes = [one.removeprefix("callout-") for one in CLASS.findall(inside)]
    title = re.search(r'title="([^"]*)"', inside)
    folded = re.search(r'collapse="?(true|false)', inside)
    if folded and classes:
        return f"{found[1]} details {title[1] if title else classes[0].capitalize()}"
    if not classes and not ID.search(inside):
        told.by_hand.append((line, f"a box with a layout only: `{_short(found[0])}`", "arrange its parts yourself"))
        return f"{found[1]} layout"
    label = f"#{ID.findall(inside)[0]} " if ID.search(inside) else ""
    name = classes[0] if classes else "box"
    return f"{found[1]} {{{label}.{name}" + (f' title="{title[1]}"' if title else "") + "}"


def _link(found: re.Match[str], resolve: Callable[[str], str]) -> str:
    made = (resolve(found[1]) or found[1]) if found[1].lower().endswith(SOURCES) else found[1]
    return made + ANCHOR.sub(lambda anchor: f"#{KINDS[anchor[1]]}:", found[2])


def _caption(line: str, number: int, told: Told) -> str:
    """A line `: Caption {#tbl-x}` under a table would define a word here."""
    found = CAPTION.match(line)
    if not found or not found[1]:
        return line
    if "{#tab:" not in line and "{#tbl-" not in line:
        return line
    words = re.sub(r"\s*\{#ta?bl?[:-][^}]*\}", "", found[1])
    told.by_hand.append(
        (number, f"the table's caption `{_short(words)}` is a line without a number", "name the table in words")
    )
    return f"*{words}*"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
