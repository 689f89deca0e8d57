"""Split a Liquid body into text and tags as Ruby Liquid does, each with its true offset in the file.

The parts are python-liquid's tokens, so that its parser can read on. `{%-` and `-%}` eat all white space beside
them, comments vanish, and what stands between `raw` and `endraw` is text, also for the eater of white space.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG, Token

LONGEST_TAG = 10_000  # characters; python-liquid's reader of expressions is slow on very long ones
DEEPEST = 30  # brackets in brackets
MOST_JOINED = 200  # conditions joined by `and` and `or`
BLANK = "\0\t\n\v\f\r "  # what Ruby strips
OPENER = re.compile(r"\{\{|\{%")
NAME = re.compile(r"#|\w*")
UNMARKED = re.compile(r"\n\s*[^#\s]")  # a line of a comment that does not begin with `#`
END_RAW = re.compile(r"\{%-?\s*endraw\s*-?%\}")
EDGE_OF_COMMENT = re.compile(r"\{%-?\s*(comment|endcomment|raw)\b")
JOINED = re.compile(r"\b(?:and|or)\b")
LITERAL_HINT = "braces that are not a tag go between `{% raw %}` and `{% endraw %}`"


class Mistake(NamedTuple):
    """Something wrong at an offset of the file."""

    what: str
    offset: int
    hint: str = ""
    level: str = "error"


class Split(NamedTuple):
    """The parts of a body, and what is wrong with them."""

    tokens: list[Token]
    mistakes: list[Mistake]
    spans: list[tuple[int, int]]  # of the `{% liquid %}` tags, in order


class _Line(NamedTuple):
    """A tag without its braces: its name and the words behind it, each with its offset in the file."""

    name: str
    name_start: int
    words: str
    words_start: int

    @staticmethod
    def of(text: str, start: int) -> _Line:
        bare = text.strip()
        name_start = start + len(text) - len(text.lstrip())
        found = NAME.match(bare)
        name = found[0] if found else ""
        words = bare[len(name) :].lstrip()
        return _Line(name, name_start, words, name_start + len(bare) - len(words))


class _Splitter:
    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0
        self.tokens: list[Token] = []
        self.mistakes: list[Mistake] = []
        self.spans: list[tuple[int, int]] = []
        self._eats_after = False

    def run(self) -> Split:
        text = self.text
        while found := OPENER.search(text, self.position):
            start = found.start()
            self._literal(self.position, start, eats_before=text[start + 2 : start + 3] == "-")
            close = "}}" if found[0] == "{{" else "%}"
            end = text.find(close, start + 2)
            if end < 0:
                hint = f"close it with `{close}`; {LITERAL_HINT}"
                self.mistakes.append(Mistake(f"`{found[0]}` is never closed", start, hint))
                return Split(self.tokens, self.mistakes, self.spans)
            end += 2
            self._eats_after = text[end - 3] == "-" and end - 3 > start + 1
            self.position = end
            if found[0] == "{{":
                self._output(start, end)
            else:
                self._tag(start, end)
        self._literal(self.position, len(text), eats_before=False)
        return Split(self.tokens, self.mistakes, self.spans)

    def _literal(self, start: int, end: int, eats_before: bool) -> None:
        """Add the text between two tags, without the white space the tags eat."""
        text = self.text[start:end]
        if self._eats_after:
            text = text.lstrip(BLANK)
            start = end - len(text)
        if eats_before:
            text = text.rstrip(BLANK)
        if end > start or text:
            self._eats_after = False
        if text:
            self._add(TOKEN_CONTENT, text, start)

    def _output(self, start: int, end: int) -> None:
        first = start + (3 if self.text[start + 2] == "-" and end - start > 4 else 2)
        last = end - (3 if self.text[end - 3] == "-" and end - 3 >= first else 2)
        inside = self.text[first:last]
        shown = inside.strip() or "nil"
        self._add(TOKEN_OUTPUT, inside, start)
        self._expression(shown, first + len(inside) - len(inside.lstrip()))

    def _tag(self, start: int, end: int) -> None:
        first = start + (3 if self.text[start + 2] == "-" else 2)
        last = end - (3 if self.text[end - 3] == "-" and end - 3 >= first else 2)
        inside = self.text[first:last]
        tag = _Line.of(inside, first)
        if not tag.name:
            hint = f"write a tag such as `{{% if x %}}`; {LITERAL_HINT}"
            self.mistakes.append(Mistake("this tag has no name", start, hint))
        elif tag.name == "raw":
            self._raw(start)
        elif tag.name == "comment":
            self._comment(start)
        elif tag.name == "liquid":
            self.spans.append((start, end))
            self._lines(tag.words, tag.words_start, start)
        elif tag.name != "#":
            self._add(TOKEN_TAG, tag.name, start)
            if tag.words:
                self._expression(tag.words, tag.words_start)
        elif found := UNMARKED.search(inside, inside.index("#")):
            hint = "begin it with `#`, or write `{% comment %}…{% endcomment %}`"
            self.mistakes.append(Mistake("this line of a comment has no `#`", first + found.end() - 1, hint))

    def _raw(self, start: int) -> None:
        close = END_RAW.search(self.text, self.position)
        if close is None:
            hint = "write `{% endraw %}` where the literal text ends"
            self.mistakes.append(Mistake("`raw` is never closed", start, hint))
            self.position = len(self.text)
            return
        self._add(TOKEN_TAG, "raw", start)
        self._add(TOKEN_EXPRESSION, self.text[self.position : close.start()], self.position)
        self.position = close.end()

    def _comment(self, start: int) -> None:
        """Skip a comment and those in it; what looks like a tag in there is not one, but for `raw`."""
        depth, has_raw = 1, True
        while depth and (found := EDGE_OF_COMMENT.search(self.text, self.position)):
            end = self.text.find("%}", found.end())
            if end < 0:
                break
            self.position = end + 2
            if found[1] == "raw":
                close = END_RAW.search(self.text, self.position) if has_raw else None
                has_raw = close is not None  # where one is never closed, no later one is
                self.position = close.end() if close else self.position
                continue
            depth += 1 if found[1] == "comment" else -1
            self._eats_after = self.text[end - 1] == "-"
        if depth:
            hint = "write `{% endcomment %}` where it ends"
            self.mistakes.append(Mistake("`comment` is never closed", start, hint))
            self.position = len(self.text)

    def _lines(self, text: str, offset: int, start: int) -> None:
        """Read `{% liquid %}`: a tag on each line."""
        hides = False
        for line in text.split("\n"):
            tag = _Line.of(line, offset)
            while tag.name == "liquid" and len(tag.words) <= LONGEST_TAG:
                tag = _Line.of(tag.words, tag.words_start)
            if tag.name in {"comment", "endcomment"}:
                hides = tag.name == "comment"
            elif hides or tag.name == "#":
                pass
            elif tag.name:
                self._add(TOKEN_TAG, tag.name, tag.name_start)
                if tag.words:
                    self._expression(tag.words, tag.words_start)
            elif tag.words:
                self.mistakes.append(Mistake("this line of `liquid` is no tag", offset, "write `assign x = 1`"))
            offset += len(line) + 1
        if hides:
            self.mistakes.append(Mistake("`comment` is never closed", start, "write `endcomment` on a line below"))

    def _expression(self, inside: str, start: int) -> None:
        what = ""
        if len(inside) > LONGEST_TAG:
            what = f"this tag has more than {LONGEST_TAG:,} characters"
        elif _depth(inside) > DEEPEST:
            what = f"brackets stand more than {DEEPEST} deep in this tag"
        elif len(JOINED.findall(inside)) > MOST_JOINED:
            what = f"this tag joins more than {MOST_JOINED} conditions"
        if what:
            self.mistakes.append(Mistake(what, start))
            inside = "nil"
        self._add(TOKEN_EXPRESSION, inside, start)

    def _add(self, kind: str, value: str, start: int) -> None:
        self.tokens.append(Token(kind, value, start, self.text))


def split(text: str) -> Split:
    """Split a body; where a tag is never closed, the parts end before it."""
    return _Splitter(text).run()


def _depth(inside: str) -> int:
    deepest = depth = 0
    for character in inside:
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    return deepest
