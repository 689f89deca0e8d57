"""The tag `highlight`: a listing as finished HTML, coloured like those between fences."""

from __future__ import annotations

import re

from markdown_it.token import Token

from generator.errors import did_you_mean
from generator.render.body.bounds import require
from generator.render.body.texts import MARK
from generator.render.liquid.run import Run
from generator.render.markup.code import MOST_LINES, Listing, listing_html
from generator.render.markup.highlight import known, languages
from generator.render.values import Block

Out = list[str]
WORDS = re.compile(r"([a-zA-Z0-9.+#_-]+)((?:\s+\w+(?:=(?:\w+|\"[^\"]*\"))?)*)")
OPTION = re.compile(r"(\w+)(?:=(?:\"([^\"]*)\"|(\w+)))?")
MARKED = {"mark_lines", "hl_lines"}
TAIL = 6  # parts of the output that show where a listing stands


def draw(run: Run, words: str, code: str, at: int) -> Block:
    """Return the listing of a `highlight` tag.

    Raises:
        Refused: the tag names no language.
    """
    found = WORDS.fullmatch(words.strip())
    require(found is not None, "`highlight` names no language", "write `{% highlight python %}`")
    assert found is not None, "checked above"
    language = found[1].lower()
    if not known(language):
        hint = did_you_mean(language, sorted(languages()))
        run.warn_at(at, f"no language is called `{language}`: the code is shown without colours", hint)
    options = {match[1]: match[2] or match[3] or "" for match in OPTION.finditer(found[2])}
    marked = frozenset(line for key in MARKED & options.keys() for line in _lines(options[key]))
    code = code.strip("\n\r").rstrip()
    token = Token("fence", "code", 0, content=code + "\n")
    token.meta["listing"] = Listing(language, marked=marked, first=1 if "linenos" in options else 0)
    return Block(listing_html(token), code)


def place(out: Out, shown: str) -> str:
    """Set a listing apart from the words around it; in an item of a list and in HTML it stays where it is."""
    before = MARK.sub("", "".join(out[-TAIL:]))
    line = before.rpartition("\n")[2]
    above = before[: len(before) - len(line)]
    if before.rstrip().endswith(">"):
        return shown
    if line.strip():
        return f"\n\n{shown}\n\n"
    opens = not above.strip(" \t") or above.endswith("\n\n")
    return f"{'' if opens else chr(10) + line}{shown}\n"


def _lines(text: str) -> set[int]:
    """Read `1 2 4-6`."""
    numbers: set[int] = set()
    for first, last in re.findall(r"(\d{1,6})(?:-(\d{1,6}))?", text):
        numbers.update(range(int(first), min(int(last or first), MOST_LINES) + 1))
    return numbers
