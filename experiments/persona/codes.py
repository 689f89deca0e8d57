"""A control code pays no more than it can: knowing the author saves at most ln A nats a text.

Keskar et al. (2019, "CTRL") put a code before each text; a study after it saw perplexity fall by more than a fifth.
With A authors as likely as each other and T tokens a text, the fall is at most 1 - exp(-ln A / T): the code cannot
tell more than who writes. Two made-up corpora of A authors, one whose texts are short and whose authors keep to
subjects of their own, one whose texts are long and alike; with the code, with one code for all, and with codes
drawn anew for every text, which must gain nothing. Only tokens of the text are counted, never the code.
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 1 minute a seed on one CPU core.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from experiments.persona.batches import IGNORED
from experiments.persona.model import Persona, Shape
from experiments.persona.tokens import Tokens, train_tokens

WRITES = {"rows": "table"}
PRESETS = {"smoke": {"texts": 20, "steps": 10, "authors": 4}}
SEEDS = (0, 1, 2)
SUBJECTS = (
    "kites salt clocks maps moss bells knots lamps tides ferns glass paper bricks honey smoke coins wool chalk "
    "gates drums seeds ropes tiles masts plums reeds vases wicks yarns zinc anvils barns canoes dunes eaves flutes "
    "grapes hinges inlets jars kilns looms mules nets oars pears quilts rafts"
).split()
SAYS = ("i mend {s}", "i sell {s}", "i dream of {s}", "nothing beats {s}", "have you seen my {s}?", "more {s} please")
LONG = ("and then there is the matter of the weather", "which nobody in this house will ever talk about again")
TEXT, VOCABULARY, BATCH = 64, 420, 32
CODES = ("no code", "code", "shuffled code")


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    authors: int = 16
    subjects: int = 3  # an author's own
    texts: int = 200  # of each author; a fifth is held out
    steps: int = 400
    lr: float = 2e-3
    seed: int = 0


def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Train six models: two corpora, three ways to give the code."""
    rows = []
    for corpus in ("short and distinct", "long and alike"):
        texts = make_texts(c, corpus)
        tokens = train_tokens([text for _, text in texts], VOCABULARY)
        losses = {code: one_loss(c, tokens, texts, code, log) for code in CODES}
        size = sum(len(tokens.encode(text)) + 1 for _, text in texts) / len(texts)
        for code in CODES:
            gain = 1 - math.exp(losses[code] - losses["no code"])
            rows.append(
                {
                    "corpus": corpus,
                    "given": code,
                    "loss": losses[code],
                    "perplexity": math.exp(losses[code]),
                    "gain": gain,
                    "bound": 1 - math.exp(-math.log(c.authors) / size),
                    "tokens_a_text": size,
                }
            )
    return {"rows": rows}


def make_texts(c: Config, corpus: str) -> list[tuple[int, str]]:
    """Return (author, text) pairs, every author as often as the others."""
    rng = random.Random(f"{c.seed}/{corpus}")
    texts = []
    for author in range(c.authors):
        own = SUBJECTS[author * c.subjects : (author + 1) * c.subjects]
        for _ in range(c.texts):
            if corpus == "short and distinct":
                text = rng.choice(SAYS).format(s=rng.choice(own))
            else:
                subject = rng.choice(own if rng.random() < 0.3 else SUBJECTS)
                text = f"{rng.choice(SAYS).format(s=subject)}, {rng.choice(LONG)}, {rng.choice(LONG)}"
            texts.append((author, text))
    rng.shuffle(texts)
    return texts


def one_loss(c: Config, tokens: Tokens, texts: Sequence[tuple[int, str]], code: str, log: Callable[..., None]) -> float:
    """Return the held-out loss in nats a token of a model that is given the code in one way."""
    rng = random.Random(f"{c.seed}/codes")
    marks = {"no code": lambda _: 0, "code": lambda author: author, "shuffled code": lambda _: rng.randrange(c.authors)}
    first = len(tokens)  # codes are tokens behind the vocabulary
    rows = [([first + marks[code](author), *tokens.encode(text)], tokens.end) for author, text in texts]
    width = max(len(ids) for ids, _ in rows)
    ids_NT, target_NT = torch.full((len(rows), width), tokens.end), torch.full((len(rows), width), IGNORED)
    for i, (ids, end) in enumerate(rows):
        ids_NT[i, : len(ids)] = torch.tensor(ids)
        target_NT[i, : len(ids)] = torch.tensor([*ids[1:], end])
    cut = len(rows) * 4 // 5
    model = Persona(Shape(first + c.authors, width, 2, 4, 64, 0.0), torch.Generator().manual_seed(c.seed))
    optimiser = torch.optim.AdamW([one for name, one in model.named_parameters() if "choice" not in name], lr=c.lr)
    draw = torch.Generator().manual_seed(c.seed)
    for step in range(c.steps):
        at = torch.randint(cut, (BATCH,), generator=draw)
        loss = _loss(model, ids_NT[at], target_NT[at], tokens.them)
        for group in optimiser.param_groups:
            group["lr"] = c.lr * (1 - step / c.steps)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 50 == 0:
            log(step, c.steps, loss=loss.item())
    model.eval()
    with torch.no_grad():
        return _loss(model, ids_NT[cut:], target_NT[cut:], tokens.them).item()


def _loss(model: Persona, ids_NT: torch.Tensor, target_NT: torch.Tensor, speaker: int) -> torch.Tensor:
    hidden = model.hidden(ids_NT, torch.full_like(ids_NT, speaker))
    return F.cross_entropy(model.logits(hidden).flatten(0, 1), target_NT.flatten(), ignore_index=IGNORED)
