"""A language model of one text: its tokens, windows to learn from and to be judged by, and its losses per character.

Training part and validation part are two stretches of the text. Both are judged the same way, dropout off, in windows
that overlap by half: each token is predicted once, from at least half a window of context where there is as much.

Shapes: N tokens of a part, T tokens of a window.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from experiments.transformer import ngram
from experiments.transformer.batches import IGNORED, Batch, windows
from experiments.transformer.model import Transformer, parameter_count
from experiments.transformer.text import Tokenizer, cut, make_tokenizer
from experiments.transformer.train import Data, Plan, evaluate, fit

JUDGED = 32  # windows in a batch of judging
Log = Callable[..., None]


@dataclass(frozen=True)
class Corpus:
    """A text in two stretches."""

    train: str
    validation: str

    @property
    def alphabet(self) -> str:
        """Every character of both stretches."""
        return "".join(sorted(set(self.train) | set(self.validation)))


@dataclass(frozen=True)
class Lesson:
    """A corpus in the tokens of one tokenizer."""

    corpus: Corpus
    tokenizer: Tokenizer
    train_ids: Tensor  # (N,)
    validation_ids: Tensor  # (N,)

    def characters_per_token(self, ids_N: Tensor) -> float:
        """Say how much text a token of a stretch stands for, in the mean."""
        return len(self.tokenizer.decode(ids_N.tolist())) / len(ids_N)

    def stretches(self, tokens: int) -> tuple[Tensor, Tensor]:
        """Return the end of the training part and the start of the other, of so many tokens; 0: all of the other."""
        count = min(tokens or len(self.validation_ids), len(self.validation_ids))
        return self.train_ids[-count:], self.validation_ids[:count]


@dataclass(frozen=True)
class Study:
    """How a lesson is learnt."""

    name: str  # its curves are `<name>_train` and `<name>_validation`, in nats per character
    plan: Plan
    batch: int  # windows a step
    judged_tokens: int  # of each stretch, on the way; 0: all


@dataclass(frozen=True)
class Learnt:
    """What there is to tell of a training run besides the model."""

    curve: list[dict[str, float]]
    tokens: int  # learned from


def make_corpus(text: str, share: float, train_characters: int = 0) -> Corpus:
    """Cut a text in two; keep only the last so many characters of the training part, 0: all."""
    train, validation = cut(text, share)
    return Corpus(train[-train_characters:] if train_characters else train, validation)


def make_lesson(corpus: Corpus, kind: str, vocabulary: int) -> Lesson:
    """Tokenise a corpus; the tokenizer is trained on the training part alone."""
    tokenizer = make_tokenizer(kind, corpus.train, corpus.alphabet, vocabulary)
    parts = [torch.tensor(tokenizer.encode(part)) for part in (corpus.train, corpus.validation)]
    return Lesson(corpus, tokenizer, *parts)


def judged(stream_N: Tensor, length: int) -> list[Batch]:
    """Cut tokens into windows that overlap by half, where only the second half is predicted; in the first, all."""
    step = max(1, length // 2)
    starts = range(0, max(1, len(stream_N) - 1 - length + step), step)
    rows = [_window(stream_N, start, length, skip=length - step if start else 0) for start in starts]
    full = [row for row in rows if len(row[0]) == length]
    short = [row for row in rows if len(row[0]) < length]
    groups = [full[at : at + JUDGED] for at in range(0, len(full), JUDGED)] + [[row] for row in short]
    return [(torch.stack([x for x, _ in group]), torch.stack([y for _, y in group])) for group in groups]


def _window(stream_N: Tensor, start: int, length: int, skip: int) -> tuple[Tensor, Tensor]:
    x_T, y_T = stream_N[start : start + length], stream_N[start + 1 : start + length + 1].clone()
    x_T = x_T[: len(y_T)]
    y_T[:skip] = IGNORED
    return x_T, y_T


def learn(
    model: Transformer, lesson: Lesson, study: Study, log: Log = lambda *_, **__: None, checkpoint: Any = None
) -> Learnt:
    """Train on windows of the text, judging both stretches as it goes."""
    length, stretches = model.shape.block_size, lesson.stretches(study.judged_tokens)
    seen, unseen = (judged(part, length) for part in stretches)
    names = {"train": f"{study.name}_train", "held_loss": f"{study.name}_validation"}
    per_token = dict(zip(names, (1 / lesson.characters_per_token(part) for part in stretches), strict=True))

    def told(row: Mapping[str, float]) -> dict[str, float]:
        return {name: row[key] * per_token[key] for key, name in names.items() if key in row}

    def tell(step: int, total: int | None = None, **row: float) -> None:
        if "held_loss" in row:
            log(step, total=total, **told(row))

    loader = windows(lesson.train_ids, length, study.batch, torch.Generator().manual_seed(study.plan.seed))
    data = Data(loader, unseen, lambda model: {"train": evaluate(model, seen)})
    fitted = fit(model, data, study.plan, tell, checkpoint)
    curve = [{"step": row["step"], **told(row)} for row in fitted.history if "held_loss" in row]
    return Learnt(curve, fitted.tokens)


def loss_row(model: Transformer, lesson: Lesson, name: str) -> dict[str, Any]:
    """Return a model's row among the losses: the whole validation stretch, per token and per character."""
    stretches = lesson.stretches(0)
    seen, unseen = (evaluate(model, judged(part, model.shape.block_size)) for part in stretches)
    per_token = [1 / lesson.characters_per_token(part) for part in stretches]
    return {
        "model": name,
        "parameters": parameter_count(model.shape),
        "train_per_token": seen,
        "validation_per_token": unseen,
        "train_per_character": seen * per_token[0],
        "validation_per_character": unseen * per_token[0],
    }


def baseline_rows(corpus: Corpus, orders: Sequence[int] = (1, 5)) -> list[dict[str, Any]]:
    """Return the rows of what needs no training: every character alike, and counting."""
    train, alphabet = corpus.train, corpus.alphabet
    seen = train[-len(corpus.validation) :]
    losses = {"every character alike": (math.log(len(alphabet)), math.log(len(alphabet)))}
    for order in orders:
        counted = ngram.count(train, order, alphabet)
        name = "unigram" if order == 1 else f"{order}-gram"
        losses[name] = ngram.loss(counted, seen), ngram.loss(counted, corpus.validation, train)
    return [
        {
            "model": name,
            "parameters": None,
            "train_per_token": seen_nats,
            "validation_per_token": nats,
            "train_per_character": seen_nats,
            "validation_per_character": nats,
        }
        for name, (seen_nats, nats) in losses.items()
    ]


@torch.no_grad()
def right_answers(model: Transformer, tokenizer: Tokenizer, asked: Sequence[tuple[str, str]]) -> list[bool]:
    """Say for each prompt and answer whether the model, greedy, gives this answer to its last character."""
    model.eval()
    prompts = [tokenizer.encode(prompt) for prompt, _ in asked]
    right = [False] * len(asked)
    for length in sorted({len(prompt) for prompt in prompts}):
        group = [place for place, prompt in enumerate(prompts) if len(prompt) == length]
        longest = max(len(tokenizer.encode(asked[place][1])) for place in group)
        ids_BT = torch.tensor([prompts[place] for place in group])
        for _ in range(longest):
            ids_BT = torch.cat([ids_BT, model(ids_BT)[:, -1:].argmax(dim=-1)], dim=1)
        for place, ids_T in zip(group, ids_BT.tolist(), strict=True):
            right[place] = tokenizer.decode(ids_T[length:]).startswith(asked[place][1])
    return right
