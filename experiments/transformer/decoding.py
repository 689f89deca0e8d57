"""Ways to choose the next token, and what tells a text that was chosen well: perplexity, loops, variety.

The measures of Holtzman et al. (2020), as in the code they published: a text loops if its end repeats a phrase of at
least three tokens twice or more; variety is the share of n-grams that are different.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from experiments.transformer.generate import Reply, Settings

METHODS: Mapping[str, Settings] = {
    "greedy": Settings(temperature=0.0),
    "nucleus 0.5": Settings(top_p=0.5),
    "temperature 0.7": Settings(temperature=0.7),
    "top-k 5": Settings(top_k=5),
    "nucleus 0.95": Settings(top_p=0.95),
    "top-k 40": Settings(top_k=40),
    "pure sampling": Settings(),
    "temperature 1.5": Settings(temperature=1.5),
}
LONGEST_PHRASE = 90  # tokens
SHORTEST_PHRASE = 3


def perplexity(log_probs: Sequence[Sequence[float]]) -> float:
    """Return exp of the mean -ln p over all tokens of all texts."""
    every = [value for values in log_probs for value in values]
    return math.exp(-math.fsum(every) / len(every))


def loops(ids: Sequence[int]) -> bool:
    """Say whether a text ends in a phrase that stands there at least twice in a row."""
    for length in range(SHORTEST_PHRASE, min(LONGEST_PHRASE, len(ids) // 2) + 1):
        if tuple(ids[-length:]) == tuple(ids[-2 * length : -length]):
            return True
    return False


def variety(ids: Sequence[int], n: int = 4) -> float:
    """Return the share of n-grams that are different."""
    grams = [tuple(ids[at : at + n]) for at in range(len(ids) - n + 1)]
    return len(set(grams)) / len(grams)


def measures(replies: Sequence[Reply]) -> dict[str, float]:
    """Return what the texts of one method come to."""
    return {
        "perplexity": perplexity([reply.log_probs for reply in replies]),
        "loops": sum(loops(reply.ids) for reply in replies) / len(replies),
        "distinct_4": math.fsum(variety(reply.ids) for reply in replies) / len(replies),
    }
