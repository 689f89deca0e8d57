"""Notebooks: text, code and stored outputs of an `.ipynb` as Markdown and pictures. Nothing is executed.

Tables of HTML outputs keep their cells and lose everything else: styles, scripts, attributes.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.errors import Place, SiteError
from generator.importers.html_pieces import ATTRIBUTE, PIECE, TAG_NAME
from generator.importers.quarto_body import Told, is_shown, take_options
from generator.importers.shapes import as_list, as_mapping

PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f]")
NO_CHARACTER = re.compile("[\ud800-\udfff\ufdd0-\ufdef]")  # JSON's escapes can write these, no file can hold them
MOST_CELLS, LONGEST_OUTPUT = 5_000, 200_000
TABLE_TAGS = frozenset("table caption thead tbody tfoot tr th td b i em strong sup sub br".split())
SPANS = frozenset(("colspan", "rowspan", "scope"))
HIDDEN_TAGS = {"hide_input", "hide-input", "remove_input", "remove-input"}
GONE_TAGS = {"remove_cell", "remove-cell", "hide_cell", "hide-cell"}
MUTE_TAGS = {"remove_output", "remove-output", "hide_output", "hide-output"}
ATTACHMENT = re.compile(r"\(attachment:([^)\s]+)\)")


@dataclass
class Notebook:
    """A notebook on its way to Markdown."""

    path: str
    folder: str  # of its pictures, relative to the post: "index_files"
    language: str
    translate: Callable[[str, int], str]  # Markdown of a cell, and its number
    is_echoed: bool = True
    files: dict[str, bytes] = field(default_factory=dict)  # pictures, by their path relative to the post
    told: Told = field(default_factory=Told)


def read_notebook(path: str, text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a notebook's metadata and cells, their types checked.

    Raises:
        SiteError: it is no notebook, or of a form nobody writes any more.
    """
    try:
        plain = json.loads(text)
    except RecursionError:
        raise SiteError("lists and mappings are nested too deep", Place(path), "is it a notebook?") from None
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        what = f"this is not a notebook: {getattr(error, 'msg', 'not JSON').lower()}"
        raise SiteError(what, Place(path, line), "open it in Jupyter and save it again") from None
    if isinstance(plain, dict) and isinstance(plain.get("worksheets"), list):
        raise SiteError("a notebook of version 3", Place(path), "open it in Jupyter and save it again")
    cells = plain.get("cells") if isinstance(plain, dict) else None
    if not isinstance(cells, list):
        raise SiteError("this is not a notebook: it has no list `cells`", Place(path), "open it in Jupyter and save it")
    if len(cells) > MOST_CELLS:
        raise SiteError(f"the notebook has {len(cells):,} cells; {MOST_CELLS:,} can be read", Place(path), "split it")
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
            raise SiteError(f"cell {number} is not a cell", Place(path), "open it in Jupyter and save it again")
        _joined(cell.get("source", ""), f"`source` of cell {number}", path)
    metadata = plain.get("metadata")
    return metadata if isinstance(metadata, dict) else {}, cells


def language_of(metadata: Mapping[str, Any]) -> str:
    """Return the language of a notebook's code."""
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        part = metadata.get(key)
        if isinstance(part, dict) and isinstance(part.get(name), str):
            return str(part[name]).lower()
    return "python"


def write_cells(notebook: Notebook, cells: list[dict[str, Any]]) -> str:
    """Return the cells as Markdown; pictures go to `notebook.files`."""
    parts = []
    for number, cell in enumerate(cells, 1):
        source = _joined(cell.get("source", ""), f"`source` of cell {number}", notebook.path)
        if cell["cell_type"] == "markdown":
            parts.append(notebook.translate(_with_attachments(notebook, cell, source, number), number))
        elif cell["cell_type"] == "code":
            parts += _code(notebook, cell, source, number)
        elif cell["cell_type"] != "raw":
            what = f"cell {number} is `{cell['cell_type']}`, which is neither text nor code"
            notebook.told.by_hand.append((0, what, "write it as a text cell"))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _code(notebook: Notebook, cell: dict[str, Any], source: str, number: int) -> list[str]:
    """Return the code of a cell and what it showed."""
    metadata = cell.get("metadata")
    tags = set(map(str, as_list(as_mapping(metadata).get("tags"))))
    options, lines = take_options(source.split("\n"))
    if tags & GONE_TAGS or options.get("include", "").lower() == "false":
        return []
    code = "\n".join(lines).strip("\n")
    parts = []
    if code and not tags & HIDDEN_TAGS and is_shown(options, notebook.is_echoed):
        fence = _fence(code)
        parts.append(f"{fence}{notebook.language}\n{code}\n{fence}")
    outputs = cell.get("outputs", [])
    if not isinstance(outputs, list):
        raise SiteError(f"`outputs` of cell {number} is no list", Place(notebook.path), "save it again in Jupyter")
    if not tags & MUTE_TAGS and options.get("output", "").lower() != "false":
        for index, output in enumerate(outputs, 1):
            if not isinstance(output, dict):
                raise SiteError(
                    f"output {index} of cell {number} is not an output", Place(notebook.path), "save it again"
                )
            parts.append(_output(notebook, output, options, f"{number}-{index}"))
    return parts


def _output(notebook: Notebook, output: dict[str, Any], options: Mapping[str, str], name: str) -> str:
    """Return one stored output: a picture before a table, a table before text."""
    kind = output.get("output_type")
    where = f"output {name} of `{notebook.path}`"
    if kind == "stream":
        return _text(notebook, _joined(output.get("text", ""), where, notebook.path), name)
    if kind == "error":
        lines = output.get("traceback")
        trace = (
            "\n".join(map(str, lines)) if isinstance(lines, list) else f"{output.get('ename')}: {output.get('evalue')}"
        )
        return _text(notebook, trace, name)
    data = output.get("data")
    if not isinstance(data, dict):
        return ""
    for media, ending in PICTURES.items():
        if media in data:
            return _picture(notebook, _joined(data[media], where, notebook.path), options, f"{name}.{ending}")
    for media in ("text/html", "text/markdown", "text/latex", "text/plain"):
        made = _of_media(notebook, media, data, where, name) if media in data else ""
        if made:
            return made
    if data:
        what = f"output {name} is `{', '.join(sorted(data))}`, which no page here can show"
        notebook.told.by_hand.append((0, what, "save it as a picture"))
    return ""


def _of_media(notebook: Notebook, media: str, data: Mapping[str, Any], where: str, name: str) -> str:
    text = _joined(data[media], where, notebook.path)
    if media == "text/html":
        table = safe_table(text)
        if table:
            notebook.told.changed.append((0, f"output {name}: a table, without its styles and attributes"))
        elif "text/plain" not in data:
            notebook.told.by_hand.append((0, f"output {name} is HTML that is no table", "save it as a picture"))
        return table
    if media == "text/latex":
        formula = text.strip().strip("$").strip()
        return f"$$\n{formula}\n$$"
    return _text(notebook, text, name) if media == "text/plain" else text


def _picture(notebook: Notebook, encoded: str, options: Mapping[str, str], name: str) -> str:
    """Store a picture beside the post."""
    content = _decoded(notebook, encoded, f"the picture of output {name.partition('.')[0]}")
    path = f"{notebook.folder}/cell-{name}"
    notebook.files[path] = content
    caption = options.get("fig-cap", "")
    alt = options.get("fig-alt") or caption or f"Output of cell {name.partition('-')[0]}"
    label = options.get("label", "")
    mark = f"{{#fig:{label.removeprefix('fig-')}}}" if label.startswith("fig-") and caption else ""
    title = f' "{caption.replace(chr(34), chr(39))}"' if caption else ""
    return f"![{alt}]({path}{title}){mark}"


def _decoded(notebook: Notebook, encoded: str, what: str) -> bytes:
    """Return the bytes of a picture."""
    try:
        return base64.b64decode(re.sub(r"\s+", "", encoded), validate=True)
    except (binascii.Error, ValueError):
        raise SiteError(f"{what} is not base64", Place(notebook.path), "run the cell again") from None


def _text(notebook: Notebook, text: str, name: str) -> str:
    """Fence text that a cell printed, without the codes of a terminal."""
    lines = text.replace("\r\n", "\n").split("\n")  # a progress bar writes over its line: the last state stays
    text = "\n".join(CONTROL.sub("", ANSI.sub("", line.rstrip("\r").rpartition("\r")[2])) for line in lines)
    if len(text) > LONGEST_OUTPUT:
        notebook.told.by_hand.append(
            (0, f"output {name} has {len(text):,} characters; its start came over", "shorten it")
        )
        text = text[:LONGEST_OUTPUT] + "\n…"
    text = text.strip("\n")
    fence = _fence(text)
    return f"{fence}text\n{text}\n{fence}" if text.strip() else ""


def _fence(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    return "`" * (longest + 1)


def _with_attachments(notebook: Notebook, cell: dict[str, Any], source: str, number: int) -> str:
    """Store the pictures that were pasted into a cell of text."""
    attachments = cell.get("attachments")

    def one(match: re.Match[str]) -> str:
        data = attachments.get(match[1]) if isinstance(attachments, dict) else None
        found = next(((m, v) for m, v in data.items() if m in PICTURES), None) if isinstance(data, dict) else None
        if not found:
            notebook.told.by_hand.append((0, f"cell {number} has no attachment `{match[1]}`", "add the picture"))
            return match[0]
        name = f"{notebook.folder}/cell-{number}-{re.sub(r'[^A-Za-z0-9._-]+', '-', match[1])}"
        what = f"the attachment `{match[1]}` of cell {number}"
        notebook.files[name] = _decoded(notebook, _joined(found[1], f"cell {number}", notebook.path), what)
        return f"({name})"

    return ATTACHMENT.sub(one, source)


def _joined(value: object, name: str, path: str) -> str:
    """Return text that may be stored as a list of lines."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if isinstance(value, str):
        return NO_CHARACTER.sub("\ufffd", value)
    kind = {dict: "a mapping", list: "a list of other things", type(None): "null"}.get(type(value), "a number")
    raise SiteError(f"{name} is {kind}, not text", Place(path), "open it in Jupyter and save it again")


def safe_table(text: str) -> str:
    """Return the tables of a piece of HTML with nothing but their cells; empty when there are none."""
    parts: list[str] = []
    at = depth = muted = 0
    for piece in [*PIECE.finditer(text), None]:
        if depth and not muted:
            parts.append(html.escape(html.unescape(text[at : piece.start() if piece else len(text)]), quote=False))
        named = TAG_NAME.match(piece[0]) if piece else None
        if not piece or not named:
            at = piece.end() if piece else at
            continue
        name, is_end, at = named[1].lower(), piece[0].startswith("</"), piece.end()
        muted = max(0, muted + (-1 if is_end else 1)) if name in {"style", "script"} else muted
        depth += name == "table" and not is_end
        if depth and not muted and name in TABLE_TAGS and not (is_end and name == "br"):
            parts.append(f"</{name}>" if is_end else f"<{name}{_spans(piece[0])}>")
        depth -= name == "table" and is_end and depth > 0
    return re.sub(r"\n[ \t]*(?=\n)", "", "".join(parts)).strip() if not depth else ""


def _spans(tag: str) -> str:
    """Return the attributes that make cells wide or name what they head."""
    found = [(key.lower(), a or b or c) for key, a, b, c in ATTRIBUTE.findall(tag)]
    return "".join(f' {key}="{html.escape(value)}"' for key, value in found if key in SPANS and value)
