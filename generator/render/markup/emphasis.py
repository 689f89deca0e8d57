"""Emphasis beside Chinese, Japanese and Korean text, where words have no spaces around them.

CommonMark asks for a space or punctuation outside a `**` whose inside touches punctuation, so that
`**한국어(Korean)**는` is not bold. As in the `cjk-friendly` amendment, a CJK character outside will do too,
and CJK punctuation counts as a letter. Text without CJK characters reads as CommonMark says.
"""

from __future__ import annotations

import re

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned

CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe6f\uff00-\uffef"
    "\U0001aff0-\U0001b16f\U0001f200-\U0001f2ff\U00020000-\U0003ffff]"
)

HIDDEN = re.compile("[\ufdd0-\ufdd5]")  # a value, or the end of a claim, may touch a mark from outside


class InlineState(StateInline):
    """The library's state with our reading of emphasis marks."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """Measure a run of marks and tell whether it can open and close emphasis."""
        marker, end = self.src[start], start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        opens, closes = _flanks(before, after), _flanks(after, before)
        return Scanned(
            opens and (canSplitWord or not closes or _is_punctuation(before)),
            closes and (canSplitWord or not opens or _is_punctuation(after)),
            end - start,
        )


def _flanks(outside: str, inside: str) -> bool:
    """Tell whether a mark between these two characters leans on the inside one."""
    if inside.isalnum():
        return True
    if isWhiteSpace(ord(inside)):
        return False
    if not _is_punctuation(inside) or CJK.match(inside):
        return True
    return isWhiteSpace(ord(outside)) or _is_punctuation(outside) or bool(CJK.match(outside) or HIDDEN.match(outside))


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)
