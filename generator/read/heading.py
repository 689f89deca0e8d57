"""The heading a body starts with, which may be the title of a page that has no other."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

NO_HEADING = frozenset(" \t#>*+-`|~<{")  # a line that starts so is something else, also over a row of `=`


@dataclass(frozen=True)
class LeadingHeading:
    """A first-level heading before anything else in a body."""

    text: str  # Markdown, without `{#id .class}`
    line: int  # of the body, from 0
    column: int  # of the text, from 1
    end: int  # the first line of the body behind it, from 0


def find_heading(body: str) -> LeadingHeading | None:
    """Return the first-level heading that a body starts with, written `# Title` or underlined with `=`."""
    lines = body.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return None
    line, below = lines[first].rstrip(), "".join(lines[first + 1 : first + 2]).rstrip()
    if line.startswith(("# ", "#\t")):
        text = line[1:].strip()
        bare = text.rstrip("#")
        text = bare.rstrip() if not bare or bare.endswith((" ", "\t")) else text
        end = first + 1
    elif below and not below.strip("=") and line[0] not in NO_HEADING:
        text, end = line, first + 2
    else:
        return None
    text = _without_marks(text)
    return LeadingHeading(text, first, line.find(text) + 1, end) if text else None


def title_from(words: str) -> str:
    """Return the title of a page that only has a name: `group-lasso` is `Group lasso`."""
    title = unicodedata.normalize("NFC", re.sub(r"[-_\s]+", " ", words)).strip()
    return title[:1].upper() + title[1:] if title else "Home"


def _without_marks(heading: str) -> str:
    start = heading.rfind("{")
    return heading[:start].rstrip() if heading.endswith("}") and heading[start + 1] in "#." else heading
