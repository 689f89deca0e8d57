"""The seam of the body language: run a body's template; lines stay true, values leave as placeholders.

Nothing else knows which language a body speaks. A body without tags, and one whose front matter says
`templating: none`, goes through as it is.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from generator.data.text import Text as SourceText
from generator.data.tree import View
from generator.errors import Place, SiteError, several
from generator.read.page import Page
from generator.render.body.texts import LINE_MARK, MARKDOWN_OPEN
from generator.render.jinja import BodyLanguage, Run
from generator.render.scan import has_tags
from generator.render.values import Expanded

if TYPE_CHECKING:
    from generator.render.liquid.run import Run as LiquidRun

CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1|`[^`\n]*`", re.DOTALL | re.MULTILINE)
RAW_ELEMENT = re.compile(r"<(/?)(script|style|textarea|title|template)\b", re.IGNORECASE)


def expand(page: Page, view: View, language: BodyLanguage) -> Expanded:
    """Run the template of a page's body.

    Raises:
        ExceptionGroup: of SiteError, all the mistakes of the body.
    """
    expanded, found = expand_partly(page, view, language)
    if errors := [mistake for mistake in found if mistake.level == "error"]:
        raise several(errors)
    return expanded


def expand_partly(page: Page, view: View, language: BodyLanguage) -> tuple[Expanded, list[SiteError]]:
    """Run the template of a page's body as far as it goes, so that later stages can find more mistakes.

    What is missing prints nothing; a body whose tags do not fit together comes out empty.
    """
    source = SourceText(page.source.path, page.body, page.body_line)
    if page.meta.templating == "none" or not has_tags(page.body):
        lines = page.body.split("\n")
        places = tuple(Place(source.path, number, 0, line) for number, line in enumerate(lines, page.body_line))
        return Expanded(page.body, (), places), []
    is_liquid = page.meta.templating == "liquid"
    run = _liquid(page, view, language) if is_liquid else Run(language, language.names(page, view))
    try:
        marked = run.expand(source)
    except SiteError as error:
        return Expanded("", (), (Place(source.path, page.body_line),)), [error]
    text, marks = _unmark(marked)
    places = _places(marks, run.sources)
    errors = run.errors
    if MARKDOWN_OPEN in text:
        errors += _refuse_markdown_in_html(text, places)
        text = text.replace(MARKDOWN_OPEN, "")
    return Expanded(text, tuple(run.values), places, tuple(sorted(view.reads | run.reads))), errors


def _liquid(page: Page, view: View, language: BodyLanguage) -> LiquidRun:
    """Start a body in Liquid; its library is imported when the first one comes along."""
    from generator.render.liquid.language import liquid_for

    return liquid_for(language).run(page, view)


def _unmark(marked: str) -> tuple[str, list[int]]:
    """Take the line marks out, and return for each line of the text the mark it stood under.

    Of several marks at the start of a line the last counts; a line without one, which a value with line
    breaks makes, belongs to the mark before it.
    """
    parts = LINE_MARK.split(marked)
    origins: list[int] = []
    current = origin = 0
    is_blank = True
    for index, part in enumerate(parts):
        if index % 2:
            current = int(part)
            if is_blank:
                origin = current
            continue
        head, *rest = part.split("\n")
        is_blank = is_blank and not head.strip()
        for line in rest:
            origins.append(origin)
            origin, is_blank = current, not line.strip()
    return "".join(parts[::2]), [*origins, origin]


def _places(marks: Sequence[int], sources: Sequence[tuple[int, SourceText]]) -> tuple[Place, ...]:
    """Return the author's line of each mark."""
    firsts = [first for first, _ in sources]
    lines = [source.text.split("\n") for _, source in sources]
    known: dict[int, Place] = {}
    for mark in set(marks):
        number = bisect.bisect_right(firsts, mark) - 1
        first, source = sources[number]
        known[mark] = Place(source.path, source.first_line + mark - first, 0, lines[number][mark - first])
    return tuple(known[mark] for mark in marks)


def _refuse_markdown_in_html(text: str, places: Sequence[Place]) -> list[SiteError]:
    """Make sure that no Markdown from data stands inside an HTML tag or a script, where it would be code."""
    errors = []
    for number, line in enumerate(text.split("\n")):
        if MARKDOWN_OPEN in line:
            before = "\n".join([*text.split("\n")[:number], line.partition(MARKDOWN_OPEN)[0]])
            if _is_inside_html(before):
                what = "Markdown from data cannot stand inside an HTML tag or a script"
                errors.append(SiteError(what, places[number], "print the value without `| markdown`"))
    return errors


def _is_inside_html(before: str) -> bool:
    opened = before.rfind("<")
    if opened > before.rfind(">") and re.match(r"[a-zA-Z/!?]", before[opened + 1 : opened + 2]):
        return True
    elements = RAW_ELEMENT.findall(CODE.sub("", before))
    return bool(elements) and not elements[-1][0]
