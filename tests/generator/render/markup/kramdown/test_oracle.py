"""Our reading of kramdown's Markdown against kramdown's own, as trees.

`tests/markup/kramdown/*.text` are snippets, the `.html` beside each is what kramdown 2.4.0 made of it with
`ruby tests/markup/kramdown/oracle.rb`; where Ruby is at hand, that is checked again.

Before they are compared, both trees are freed of what is this house's own or nobody's: white space, comments, the
anchor and the boxes around tables and code, colours of code, how images load, the ids of notes and of the table of
contents. Addresses are decoded. A figure is the paragraph with its image, a formula its TeX between dollars, a note's
mark its number.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import html5lib
import pytest

from generator.config import Config
from generator.errors import Place
from generator.render.markup.markdown import Markup
from generator.render.values import Expanded

FOLDER = Path(__file__).parents[4] / "markup" / "kramdown"
SNIPPETS = sorted(path.stem for path in FOLDER.glob("*.text"))
DROPPED = {"loading", "decoding", "tabindex", "role", "aria-label", "rel-note"}
UNWRAPPED = {("div", "table"), ("div", "hl"), ("span", "nobr")}
INLINE = {"a", "abbr", "b", "code", "del", "em", "img", "small", "span", "strong", "sup"}
SAME = {"s": "del", "figure": "p", "section": "div"}

DIFFERENCES = {
    "emphasis": "three marks: `<em><strong>` here, `<strong><em>` there; both look the same",
    "options": "`auto_ids` has no effect: every heading has an id here",
}


def convert(text: str) -> str:
    places = tuple(Place("posts/x.md", number, 0, line) for number, line in enumerate(text.split("\n"), 1))
    return MARKUP.convert(Expanded(text, (), places), "kramdown").html


MARKUP = Markup(Config())


def tree(html: str) -> list[object]:
    """Return HTML as nested lists of tag, attributes and children, normalised."""
    return merge(children(html5lib.parseFragment(html, namespaceHTMLElements=False)))


def children(element: Element) -> list[object]:
    found: list[object] = [element.text or ""]
    for child in element:
        found += node(child) if isinstance(child.tag, str) else []
        found.append(child.tail or "")
    return found


def node(element: Element) -> list[object]:
    """Return what an element becomes: itself, its inside, or nothing."""
    tag, names = element.tag.rpartition("}")[2], element.get("class", "").split()
    if tag == "math":
        block = element.get("display") == "block"
        return ["$$" + words(element.get("alttext", "")) + "$$" if block else f"${words(element.get('alttext', ''))}$"]
    if "kdmath" in names:
        return [re.sub(r"\$\$\s*(.*?)\s*\$\$", r"$$\1$$", words("".join(element.itertext())))]
    if "anchor" in names or "footnote-back" in names or "reversefootnote" in names:
        return []
    if (
        tag == "p"
        and len(element) == 1
        and element[0].get("role") == "doc-backlink"
        and not (element.text or "").strip()
    ):
        return []
    if any((tag, name) in UNWRAPPED for name in names) or (tag == "div" and "equation" in names):
        return children(element)
    if tag == "sup" and element.find("a") is not None:
        return [["sup", {}, ["".join(element.itertext())]]]
    if tag == "input":
        return ["[x] " if "checked" in element.attrib else "[ ] "]
    kept = attributes(tag, element)
    inside = children(element) if tag not in {"code", "pre"} or element.find("code") is not None else [text(element)]
    return [[SAME.get(tag, tag), kept, merge(inside, tag in {"code", "pre"})]]


def attributes(tag: str, element: Element) -> dict[str, str]:
    kept = {name: value for name, value in element.attrib.items() if name not in DROPPED}
    kept = {name: value for name, value in kept.items() if name != "id" or not re.match("fn|markdown-toc-", value)}
    classes = [name for name in kept.pop("class", "").split() if not name.startswith(("task", "footnote"))]
    caption = element.find("figcaption")
    if caption is not None:
        element.remove(caption)
        element[0].set("title", "".join(caption.itertext()))
        kept = {}
    kept |= {name: unquote(kept[name]) for name in ("href", "src") if name in kept}
    if "style" in kept:
        kept["style"] = kept["style"].replace(" ", "").rstrip(";")
    return kept | ({"class": " ".join(sorted(classes))} if classes else {})


def text(element: Element) -> str:
    return "".join(element.itertext())


def words(value: str) -> str:
    return " ".join(value.split())


def merge(parts: list[object], verbatim: bool = False) -> list[object]:
    """Join texts that touch, with their space folded; what is only space is dropped."""
    merged: list[object] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    if verbatim:
        return [part.strip("\n") if isinstance(part, str) else part for part in merged]
    return [part for part in (fold(merged, number) for number in range(len(merged))) if part]


def fold(parts: list[object], number: int) -> object:
    """Fold the space of a text; beside a block and at the border of one there is none."""
    part = parts[number]
    if not isinstance(part, str):
        return part
    folded = re.sub(r"\s+", " ", part)
    folded = folded if number and parts[number - 1][0] in INLINE else folded.lstrip()
    return folded if number + 1 < len(parts) and parts[number + 1][0] in INLINE else folded.rstrip()


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_reads_as_in_kramdown(name: str):
    ours = tree(convert((FOLDER / f"{name}.text").read_text(encoding="utf-8")))
    theirs = tree((FOLDER / f"{name}.html").read_text(encoding="utf-8"))

    if name in DIFFERENCES:
        assert ours != theirs
    else:
        assert ours == theirs


def test_the_differences_are_of_snippets_that_exist():
    assert set(DIFFERENCES) <= set(SNIPPETS)
    assert len(SNIPPETS) - len(DIFFERENCES) > 100


def test_the_stored_output_is_what_kramdown_makes_today():
    stored = {name: (FOLDER / f"{name}.html").read_text(encoding="utf-8") for name in SNIPPETS}
    ruby = shutil.which("ruby")
    command = [ruby or "", "-EUTF-8:UTF-8", str(FOLDER / "oracle.rb"), "--print"]
    made = json.loads(subprocess.run(command, capture_output=True, check=True).stdout) if ruby else stored

    assert made == stored
