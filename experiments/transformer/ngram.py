"""What counting can do: character models from unigram to 5-gram, in nats per character.

Interpolated Witten-Bell smoothing: Witten & Bell (1991), method C, in the recursive form of Chen & Goodman (1999),
eq. 16 f. After a context h that was seen c(h) times, followed by t(h) different characters,

    p(x | h) = (c(h, x) + t(h) p(x | h')) / (c(h) + t(h)),

where h' is h without its oldest character and the empty context falls back on 1 / V. A context never seen
passes the question on to h'. Every distribution sums to 1, and no character of the alphabet has probability 0.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Ngram:
    """Counts of a text: what followed each context, from none to `order - 1` characters long."""

    order: int
    alphabet: str
    followers: Mapping[str, Counter[str]]
    totals: Mapping[str, int]  # how often each context was followed by anything

    def probability(self, character: str, context: str) -> float:
        """Return p(character | context); only the last `order - 1` characters of the context count."""
        context = context[-(self.order - 1) :] if self.order > 1 else ""
        p = 1 / len(self.alphabet)
        for length in range(len(context) + 1):
            known = context[len(context) - length :]
            if known not in self.totals:
                break  # a longer context that ends in this one was not seen either
            followers = self.followers[known]
            p = (followers[character] + len(followers) * p) / (self.totals[known] + len(followers))
        return p


def count(text: str, order: int, alphabet: str) -> Ngram:
    """Count what follows what.

    Raises:
        ValueError: if the text holds a character that the alphabet lacks.
    """
    if unknown := set(text) - set(alphabet):
        raise ValueError(f"the alphabet lacks {min(unknown)!r}")
    followers: dict[str, Counter[str]] = defaultdict(Counter)
    for length in range(order):
        for end in range(length, len(text)):
            followers[text[end - length : end]][text[end]] += 1
    return Ngram(order, alphabet, dict(followers), {context: sum(seen.values()) for context, seen in followers.items()})


def loss(model: Ngram, text: str, before: str = "") -> float:
    """Return the mean of -ln p over the characters of a text, which continues `before`."""
    whole, start = before + text, len(before)
    reach = model.order - 1
    surprises = (
        -math.log(model.probability(whole[at], whole[max(0, at - reach) : at])) for at in range(start, len(whole))
    )
    return math.fsum(surprises) / len(text)
