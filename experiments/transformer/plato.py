"""The same small model on fourteen dialogues of Plato: ahead of counting, and by heart where the text is short.

Benjamin Jowett's English of the dialogues that are printed with speaker labels, 1.36 million characters; edition and
hash are in sources.py, and `python -m experiments fetch plato` puts the file where the default of `corpus` looks for
it. The last tenth, nearly all of it the Philebus, is for validation. Two lessons: all of the rest in byte
pairs, and only its last `short` characters, one by one, read over and over until validation turns up.
Then the model of the whole goes on from places in the validation part, by each method of decoding.py; only measures
of what it writes are published.
Post: posts/2026-11-21-a-transformer-line-by-line. About 2 minutes a seed on one CPU core.

Shapes: see model.py and language.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from experiments.transformer import samples
from experiments.transformer.chapters import Chapters, Part
from experiments.transformer.decoding import METHODS, measures
from experiments.transformer.generate import generate
from experiments.transformer.language import (
    Corpus,
    Lesson,
    Study,
    baseline_rows,
    learn,
    loss_row,
    make_corpus,
    make_lesson,
)
from experiments.transformer.model import Shape, Transformer
from experiments.transformer.samples import beginnings, human_row
from experiments.transformer.text import read_text
from experiments.transformer.train import Plan

WRITES = {"curve": "series", "losses": "table", "overfit": "table", "decoding": "table", "counts": "scalar"}
SEEDS = (0, 1, 2)
PRESETS = {
    "smoke": {
        "limit": 40_000,
        "short": 5000,
        "steps": 2,
        "evaluate_every": 1,
        "judged_tokens": 300,
        "width": 16,
        "context": 16,
        "written": 8,
    }
}


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    corpus: Path = Path("~/.cache/labpress/plato.txt")  # any text file
    limit: int = 0  # characters of the text that are read; 0: all
    held_out: float = 0.1  # share of the text at its end
    lessons: tuple[str, ...] = ("whole", "short")  # also `characters`: the whole, one by one
    short: int = 25_000  # characters of the short lesson, the last before the validation stretch
    vocabulary: int = 1024  # byte pairs
    layers: int = 2
    heads: int = 4
    width: int = 128
    context: int = 64  # tokens
    steps: int = 1000
    batch: int = 12  # windows a step
    lr: float = 3e-3
    warmup: int = 50  # steps
    final: float = 0.1  # share of the rate at the end
    evaluate_every: int = 100  # steps
    judged_tokens: int = 8000  # of each stretch, on the way
    continued: int = 12  # beginnings in the validation stretch that the first lesson's model goes on from
    written: int = 160  # tokens after each
    seed: int = 0


# method ---------------------------------------------------------------------
def make_named(c: Config, name: str, text: str) -> Lesson:
    """Return the lesson of a name; its curves are called after it."""
    kind, characters = {"whole": ("bpe", 0), "characters": ("characters", 0), "short": ("characters", c.short)}[name]
    return make_lesson(make_corpus(text, c.held_out, characters), kind, c.vocabulary)


def study(c: Config, name: str, text: str, log: Callable[..., None], part: Part) -> dict[str, Any]:
    """Train one lesson; return its curve, its row among the losses, and what was counted."""
    lesson = make_named(c, name, text)
    shape = Shape(lesson.tokenizer.size, c.context, c.layers, c.heads, c.width)
    model = Transformer(shape, torch.Generator().manual_seed(c.seed))
    plan = Plan(c.steps, c.lr, c.warmup, c.final, evaluate_every=c.evaluate_every, seed=c.seed)
    learnt = learn(model, lesson, Study(name, plan, c.batch, c.judged_tokens), log, part)
    return {
        "decoding": decoding_rows(c, lesson, model) if name == c.lessons[0] else [],
        "curve": learnt.curve,
        "tokens": learnt.tokens,
        "passes": learnt.tokens / len(lesson.train_ids),
        "losses": loss_row(model, lesson, f"transformer, {name}"),
        "vocabulary": lesson.tokenizer.size,
        "characters_per_token": lesson.characters_per_token(lesson.validation_ids),
    }


def decoding_rows(c: Config, lesson: Lesson, model: Transformer) -> list[dict[str, Any]]:
    """Measure what the model writes by each method of decoding.py, beside the text itself."""
    begun_NT, goes_on_NT = beginnings(lesson, samples.Config(continued=c.continued, tokens=c.written))
    rows = [human_row(model, begun_NT, goes_on_NT)]
    for method, settings in METHODS.items():
        rng = torch.Generator().manual_seed(c.seed)
        rows.append({"method": method, **measures(generate(model, begun_NT, c.written, settings, rng))})
    return rows


def overfit_row(name: str, done: dict[str, Any]) -> dict[str, Any]:
    """Return where validation was lowest, and what became of it."""
    best = min(done["curve"], key=lambda row: row[f"{name}_validation"])
    last = done["curve"][-1]
    return {
        "lesson": name,
        "passes": done["passes"],
        "best_step": float(best["step"]),
        "best_validation": best[f"{name}_validation"],
        "last_validation": last[f"{name}_validation"],
        "last_train": last[f"{name}_train"],
        "gap": last[f"{name}_validation"] - last[f"{name}_train"],
    }


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None], checkpoint: Any) -> dict[str, object]:
    """Learn each lesson, and hold the losses beside what counting does on the same two stretches."""
    text, chapters = read_text(c.corpus), Chapters(checkpoint)
    text = text[: c.limit or None]
    corpus = make_corpus(text, c.held_out)
    done = {name: chapters(name, partial(study, c, name, text, log)) for name in c.lessons}
    short = Corpus(corpus.train[-c.short :], corpus.validation)
    counted = [{**row, "model": f"{row['model']}, short"} for row in baseline_rows(short)[1:]]
    return {
        "curve": [
            {key: value for row in rows for key, value in row.items()}
            for rows in zip(*(one["curve"] for one in done.values()), strict=True)
        ],
        "losses": [*baseline_rows(corpus), *counted, *(one["losses"] for one in done.values())],
        "decoding": done[c.lessons[0]]["decoding"],
        "overfit": [overfit_row(name, one) for name, one in done.items()],
        "counts": {
            "corpus_characters": len(text),
            "train_characters": len(corpus.train),
            "short_characters": len(short.train),
            "validation_characters": len(corpus.validation),
            "alphabet": len(corpus.alphabet),
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "tokens": sum(one["tokens"] for one in done.values()),
            **{
                name: {key: one[key] for key in ("vocabulary", "characters_per_token", "passes")}
                for name, one in done.items()
            },
        },
    }
