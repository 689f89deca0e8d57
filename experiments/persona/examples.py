"""Threads to examples: messages merged into turns, contexts cut at pauses, a reply, and replies it could have been.

The rules are those of the post this family rebuilds, without its slips: a turn keeps its start and its end, a pause
is the time between the end of one turn and the start of the next, distractors come from a seeded generator over the
sorted replies of the same part and are none of those in sight, and train and validation share no thread or no time.
"""

from __future__ import annotations

import bisect
import hashlib
import random
import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from experiments.persona.language import share_of
from experiments.persona.messages import KINDS, Message, Thread

TRAIN, VALIDATION = "train", "validation"
PARTS = 1000  # a thread falls into one of so many by its name


@dataclass(frozen=True)
class Rules:
    """What an example is."""

    language: str = "en"  # "" keeps every thread
    language_share: float = 0.5  # of a thread's letters
    gap_percentile: float = 50.0  # of the pauses of a thread; longer ones end a context
    turns: int = 4  # most turns of a context
    distractors: int = 3
    held_threads: float = 0.1  # share of threads that only validate
    held_time: float = 0.1  # share of every other thread, its newest part, that only validates
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person said before anybody else did, or before a pause."""

    is_owner: bool
    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Example:
    """A context, the owner's reply to it, and replies that the owner gave elsewhere."""

    history: tuple[Turn, ...]
    reply: str
    distractors: tuple[str, ...]
    part: str  # train or validation
    time_ms: int


@dataclass
class Funnel:
    """What became of every message and every thread: each line of it adds up."""

    threads: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    examples: Counter[str] = field(default_factory=Counter)
    gaps_s: list[float] = field(default_factory=list)  # where each thread was cut, in seconds


def of_thread(thread: Thread, owner: str, rules: Rules, funnel: Funnel) -> list[Example]:
    """Return the examples of one thread, in time."""
    funnel.messages["read"] += len(thread.messages)
    said = [message for message in thread.messages if message.kind == "text"]
    if why := _why_not(thread, said, owner, rules):
        funnel.threads[why] += 1
        funnel.messages[f"in a thread {why}"] += len(thread.messages)
        return []
    funnel.messages.update(KINDS[message.kind] for message in thread.messages if message.kind != "text")
    gap_ms = percentile([b.time_ms - a.time_ms for a, b in pairwise(said)], rules.gap_percentile)
    turns = merge(said, owner, gap_ms)
    replies = sorted({turn.text for turn in turns if turn.is_owner})
    if len(replies) <= rules.distractors + 1:
        why = "with too few replies"
        funnel.threads[why] += 1
        funnel.messages[f"in a thread {why}"] += len(said)
        return []
    funnel.threads["used"] += 1
    funnel.messages["used"] += len(said)
    funnel.gaps_s.append(gap_ms / 1000)
    border = _border(thread, turns, rules)
    own = [turn for turn in turns if turn.is_owner]
    draw = _Draw(
        thread.name,
        rules,
        border,
        {
            TRAIN: sorted({turn.text for turn in own if turn.start_ms < border}),
            VALIDATION: sorted({turn.text for turn in own if turn.start_ms >= border}),
        },
    )
    return list(_windows(turns, gap_ms, draw, funnel))


def merge(messages: Sequence[Message], owner: str, gap_ms: float) -> list[Turn]:
    """Join what one person said in a row, unless a pause of `gap_ms` or more lies between."""
    runs: list[list[Message]] = []
    for message in messages:
        last = runs[-1][-1] if runs else None
        if last and message.sender == last.sender and message.time_ms - last.time_ms < gap_ms:
            runs[-1].append(message)
        else:
            runs.append([message])
    return [
        Turn(run[0].sender == owner, " ".join(one.text for one in run), run[0].time_ms, run[-1].time_ms) for run in runs
    ]


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile, between two values where it falls there: numpy's default; infinite for no values."""
    if not values:
        return float("inf")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass(frozen=True)
class _Draw:
    """Draws distractors from the replies of the same part, the same for an example whatever else is in the export."""

    thread: str
    rules: Rules
    border_ms: float  # from here on an example validates
    replies: Mapping[str, Sequence[str]]  # by part

    def part(self, turn: Turn) -> str:
        return TRAIN if turn.start_ms < self.border_ms else VALIDATION

    def distractors(self, part: str, seen: set[str], time_ms: int) -> tuple[str, ...] | None:
        """Draw from all replies but those in sight, without looking at each of them: a thread may have 100,000."""
        replies = self.replies[part]
        places = sorted(
            at for text in seen if (at := bisect.bisect_left(replies, text)) < len(replies) and replies[at] == text
        )
        left = len(replies) - len(places)
        if left < self.rules.distractors:
            return None
        drawn = random.Random(f"{self.rules.seed}/{self.thread}/{time_ms}").sample(range(left), self.rules.distractors)
        return tuple(replies[_past(places, number)] for number in drawn)


def _past(places: Sequence[int], number: int) -> int:
    """Return the place of the number-th of those that are left when some places, in order, are taken out."""
    for place in places:
        number += place <= number
    return number


def _windows(turns: Sequence[Turn], gap_ms: float, draw: _Draw, funnel: Funnel) -> Iterable[Example]:
    """Slide over the turns; a pause empties the window, and so does the border between train and validation."""
    window: deque[Turn] = deque(maxlen=draw.rules.turns)
    for turn in turns:
        part = draw.part(turn)
        if window and (turn.start_ms - window[-1].end_ms >= gap_ms or draw.part(window[-1]) != part):
            window.clear()
        if turn.is_owner and not window:
            funnel.examples["without a context"] += 1
        elif turn.is_owner:
            seen = {turn.text, *(earlier.text for earlier in window)}
            if distractors := draw.distractors(part, seen, turn.start_ms):
                yield Example(tuple(window), turn.text, distractors, part, turn.start_ms)
            else:
                funnel.examples["with too few other replies"] += 1
        window.append(turn)


def _why_not(thread: Thread, said: Sequence[Message], owner: str, rules: Rules) -> str:
    """Say why a whole thread is left out, "" when it is not."""
    if thread.kind != "chat":
        return {"notes": "with oneself", "bot": "with a bot"}.get(thread.kind, "that is a channel")
    senders = {message.sender for message in said}
    if len(said) < 2 or len(senders) < 2:
        return "with one voice" if said else "with no words"
    if owner not in senders:
        return "without the owner"
    if rules.language and share_of(rules.language, (message.text for message in said)) < rules.language_share:
        return "in another language"
    return ""


def _border(thread: Thread, turns: Sequence[Turn], rules: Rules) -> float:
    """Return the time from which a thread validates: its start, or the start of its newest part."""
    digest = int.from_bytes(hashlib.sha256(f"{rules.seed}/{thread.name}".encode()).digest()[:8], "big")
    if digest % PARTS < rules.held_threads * PARTS:
        return float("-inf")
    first = int(len(turns) * (1 - rules.held_time))
    return turns[first].start_ms if first < len(turns) else float("inf")


def signature(example: Example) -> int:
    """Return a number that examples share whose last turn and reply are the same but for case, signs and spaces."""
    letters = _letters(example.history[-1].text) + "\n" + _letters(example.reply)
    return int.from_bytes(hashlib.sha256(letters.encode()).digest()[:8], "big")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()
