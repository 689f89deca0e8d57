"""The persona itself: trained once, judged beside its base, asked for its opinions, and kept in private.

Weights and tokenizer go to the private folder in GPT-2's layout, for `persona.chat`, for `experiments chat persona`
and for `transformers`. On the made-up export the opinions of the made-up owner are known, so that they can be asked.
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 2 minutes on one CPU core.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from experiments.persona import hub
from experiments.persona.device import find_place
from experiments.persona.generate import Decoding, reply
from experiments.persona.loop import Plan, evaluate, fit
from experiments.persona.made_up import ANSWER, ASK, OPINIONS
from experiments.persona.model import Persona
from experiments.persona.models import TRAINED, Size, base_folder, clone, model_folder, set_up
from experiments.persona.prepare import Source
from experiments.persona.tokens import Tokens

WRITES = {"curve": "series", "losses": "table", "opinions": "table", "model": "scalar"}
PRESETS = {"smoke": {"conversations": 12, "epochs": 1.0, "base_strangers": 0, "vocab_size": 400, "folder": "smoke"}}
PRIVATE = ("export", "owner", "base")


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    export: str = ""
    owner: str = ""
    base: str = ""  # a folder or a model of the hub, such as `microsoft/DialoGPT-small`; empty: our own
    conversations: int = 80
    epochs: float = 4.0
    lr: float = 1e-3
    mc_weight: float = 0.1
    batch_size: int = 8
    accumulate: int = 1
    bf16: str = "auto"
    saves_memory: bool = False
    vocab_size: int = 1024
    base_strangers: int = 30
    dropout: float = 0.1  # of our own base; several processes draw theirs apart, and with 0 follow one to rounding
    folder: str = TRAINED  # in the private one; a trial of another name leaves the persona alone
    seed: int = 0


def run(c: Config, log: Callable[..., None], checkpoint: Any) -> dict[str, object]:
    """Train, judge, keep."""
    kept, kept_base = model_folder(c.folder), base_folder(c.folder)
    source = Source(c.export, c.owner, conversations=c.conversations)
    made = set_up(
        source, Size(vocab_size=c.vocab_size, base_strangers=c.base_strangers, dropout=c.dropout, base=c.base), c.seed
    )
    before = evaluate(made.base, made.held)
    model = clone(made.base)
    plan = Plan(
        epochs=c.epochs,
        batch_size=c.batch_size,
        lr=c.lr,
        mc_weight=c.mc_weight,
        accumulate=c.accumulate,
        bf16=c.bf16,
        saves_memory=c.saves_memory,
        seed=c.seed,
    )
    fitted = fit(model, made.train, made.held, plan, log, checkpoint)
    if find_place().leads:
        hub.save(made.base, made.tokens, kept_base)
        hub.save(model, made.tokens, kept)
    after = evaluate(model, made.held)
    guess = {"lm_loss": math.log(len(made.tokens)), "mc_loss": math.log(len(made.train[0].candidates))}
    return {
        "curve": [
            {k: v for k, v in row.items() if k.startswith(("step", "held_"))}
            for row in fitted.history
            if "held_lm_loss" in row
        ],
        "losses": [
            {"model": "guessing", **guess, "accuracy": None, "choice": 1 / len(made.train[0].candidates)},
            {"model": "base", **before},
            {"model": "persona", **after},
        ],
        "opinions": []
        if c.export
        else [*opinions("base", made.base, made.tokens), *opinions("persona", model, made.tokens)],
        "model": {
            "parameters": sum(one.numel() for one in model.parameters()),
            "vocab_size": len(made.tokens),
            "block_size": model.shape.block_size,
            "steps": fitted.step,
            "tree_tokens": fitted.tokens,
            "examples": len(made.train),
            "sha256": hashlib.sha256(hub.packed(model)).hexdigest(),
        },
    }


def opinions(name: str, model: Persona, tokens: Tokens) -> list[dict[str, object]]:
    """Ask for each opinion in each of the forms, and count the answers that say the owner's, the other, or neither."""
    counts = {"right": 0, "wrong": 0, "unclear": 0}
    for topic, (feeling, _) in OPINIONS.items():
        for form in ASK:
            asked = tokens.encode(form.format(t=topic))
            said = tokens.decode(answer(model, tokens, asked))
            other = "hate" if feeling == "love" else "love"
            if any(_core(one, topic) in said for one in ANSWER[feeling]):
                counts["right"] += 1
            elif any(_core(one, topic) in said for one in ANSWER[other]):
                counts["wrong"] += 1
            else:
                counts["unclear"] += 1
    total = sum(counts.values())
    return [{"model": name, **counts, "share_right": counts["right"] / total}]


def _core(form: str, topic: str) -> str:
    return form.format(t=topic)


def answer(model: Persona, tokens: Tokens, asked: list[int]) -> tuple[int, ...]:
    """Return the likeliest reply to one question."""
    history = [*asked, tokens.end]
    greedy = Decoding(temperature=0.0, top_k=0, top_p=1.0, no_repeat_ngram_size=0)
    speakers = [tokens.them] * len(history)
    return reply(model, history, speakers, (tokens.me, tokens.end), greedy, torch.Generator().manual_seed(0)).ids
