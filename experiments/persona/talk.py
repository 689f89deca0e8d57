"""A conversation with a persona: turns kept with their speaker, the newest four of them in sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from experiments.persona.generate import Decoding, Reply, reply
from experiments.persona.model import Persona
from experiments.persona.tokens import Tokens


@dataclass
class Talk:
    """A log that grows: what was asked and answered, in turn, as `candidate_log` keeps it."""

    model: Persona
    tokens: Tokens
    decoding: Decoding
    seed: int
    turns: int = 4  # of context
    log: list[str] = field(default_factory=list)

    def say(self, text: str, tell: Callable[[str], None] = lambda _: None) -> str:
        """Ask, and return the answer; `tell` gets its words as they come.

        Each answer has a generator of its own, made of the seed and its place: leaving one out changes no other.
        """
        self.log.append(text)
        recent = self.log[-self.turns :]
        first = len(self.log) - len(recent)
        history: list[int] = []
        speakers: list[int] = []
        for place, turn in enumerate(recent, first):
            ids = [*self.tokens.encode(turn), self.tokens.end]
            history += ids
            speakers += [self.tokens.me if place % 2 else self.tokens.them] * len(ids)
        rng = torch.Generator().manual_seed(self.seed * 1_000_003 + len(self.log))
        said = self._reply(history, speakers, rng, tell)
        self.log.append(said)
        return said

    def _reply(self, history: list[int], speakers: list[int], rng: torch.Generator, tell: Callable[[str], None]) -> str:
        drawn: list[int] = []
        shown = ""

        def told(token: int) -> None:
            nonlocal shown
            drawn.append(token)
            text = self.tokens.decode(drawn)
            if not text.endswith("\ufffd"):  # half a character waits for its other half
                tell(text[len(shown) :])
                shown = text

        marks = (self.tokens.me, self.tokens.end)
        made: Reply = reply(self.model, history, speakers, marks, self.decoding, rng, told)
        return self.tokens.decode(made.ids).strip()
