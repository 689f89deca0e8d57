"""Conversations with the persona, as a post shows them: scripted questions, its answers, and the base model's.

Every question is asked once and every answer is kept: what is shown is the first that the seed gives. Decoding
parameters, seed and rule stand in the artifact. Nothing passes that repeats a private message, names somebody who
did not consent, or holds a number, a link or an address (`gate.py`).
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 5 s on one CPU core.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from experiments.persona import hub
from experiments.persona.gate import make_gate, read_consent
from experiments.persona.generate import Decoding
from experiments.persona.models import base_folder, trained_folder
from experiments.persona.private import Store, private_folder
from experiments.persona.talk import Talk
from generator.errors import SiteError

WRITES = {"opinions": "chat", "plans": "chat", "hello": "chat"}
READS = {"train": "persona.train"}
PRIVATE = ("owner", "consent")
RULE = "the first answer that the seed gives, to every question, nothing left out"
SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "opinions": (
        "do you like trains?",
        "why though?",
        "and karaoke: yes or no?",
        "how come?",
        "what do you think of soup?",
    ),
    "plans": ("free on friday?", "cinema sunday?", "the cat is on the keyboard", "ok talk later"),
    "hello": ("hey", "what do you think of winter?", "explain", "night!"),
}


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    owner: str = ""
    consent: str = ""  # a JSON file: who may be named
    temperature: float = 0.8
    top_k: int = 100
    top_p: float = 0.5
    no_repeat_ngram_size: int = 0
    max_length: int = 40
    turns: int = 4
    seed: int = 0


def run(c: Config, log: Callable[..., None], inputs: Mapping[str, Any]) -> dict[str, object]:
    """Hold every conversation twice, with the persona and with the base, and pass the gate."""
    persona, tokens = hub.load(trained_folder())
    check_weights(inputs["train"]["model"]["sha256"])
    base, _ = hub.load(base_folder())
    decoding = Decoding(c.temperature, c.top_k, c.top_p, c.no_repeat_ngram_size, c.max_length)
    parameters = {**asdict(decoding), "turns": c.turns, "seed": c.seed, "rule": RULE}
    chats: dict[str, object] = {}
    for place, (name, questions) in enumerate(SCRIPTS.items(), 1):
        logs = [hold(Talk(model, tokens, decoding, c.seed, c.turns), questions) for model in (persona, base)]
        chats[name] = {"candidate_log": logs[0], "baseline_log": logs[1], "parameters": parameters}
        log(place, len(SCRIPTS), turns=len(logs[0]))
    gate = make_gate(private_store(), c.owner, read_consent(c.consent))
    gate.check([text for name in SCRIPTS for text in chats[name]["candidate_log"][1::2]], "the reply")  # type: ignore[index]
    return chats


def hold(talk: Talk, questions: Sequence[str]) -> list[str]:
    """Ask in order and return the log."""
    for question in questions:
        talk.say(question)
    return talk.log


def check_weights(sha256: str) -> None:
    """Make sure that the weights here are those whose losses were published.

    Raises:
        SiteError: when they are others.
    """
    found = hashlib.sha256((trained_folder() / hub.WEIGHTS).read_bytes()).hexdigest()
    if found != sha256:
        hint = "run `python -m experiments run persona.train --force`: weights are private, each machine makes its own"
        raise SiteError("the weights here are not those that `persona.train` published", None, hint)


def private_store() -> Store | None:
    """Return the examples of the writer's own export, None while there is only the made-up one."""
    store = Store(private_folder() / "export")
    return store if store.path("train").is_file() else None
