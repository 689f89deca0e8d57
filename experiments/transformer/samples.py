"""What the small model writes, by how the next token is chosen: facts, loops, and answers nobody picked.

Trains the corpus model of transformer.corpus again (weights stay out of `_data`), then lets it go on from beginnings
in the validation stretch by each method of decoding.py, and asks it the questions whose wordings the corpus leaves
out. Holtzman et al. (2020) is the source of methods and measures. Nothing is selected: the chats hold the first
three held-out questions, the first sample of each, whatever it says.
Post: posts/2026-11-21-a-transformer-line-by-line. About 1 minute a seed on one CPU core.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from experiments.transformer import corpus, grammar
from experiments.transformer.chapters import Chapters, Part
from experiments.transformer.decoding import METHODS, loops, measures, perplexity, variety
from experiments.transformer.generate import Reply, Settings, generate
from experiments.transformer.language import Lesson, learn, make_lesson
from experiments.transformer.model import Transformer

WRITES = {"decoding": "table", "answers": "table", "greedy": "chat", "nucleus": "chat", "hot": "chat"}
SEEDS = (0, 1, 2)
PRESETS = {
    "smoke": {"characters": 40_000, "steps": 2, "width": 16, "continued": 2, "tokens": 12, "asked": 3, "shown": 2}
}
SHOWN = {"greedy": "greedy", "nucleus": "nucleus 0.95", "hot": "temperature 1.5"}  # artifact to method
RULE = "the first {} questions whose wording the corpus leaves out, the first sample of each"


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    tokenizer: str = "bpe"
    characters: int = 200_000  # of the grammar's corpus
    width: int = 96
    steps: int = 600
    continued: int = 24  # beginnings in the validation stretch, evenly spaced
    beginning: int = 32  # tokens given
    tokens: int = 150  # written after each
    asked: int = 0  # held-out questions; 0: all
    shown: int = 3  # of them in the chats
    seed: int = 0  # of the model and of the sampling


# data -----------------------------------------------------------------------
def beginnings(lesson: Lesson, c: Config) -> tuple[Tensor, Tensor]:
    """Return the beginnings, and how the text goes on there by itself: continued x beginning, continued x tokens."""
    length = c.beginning + c.tokens
    start_N = torch.linspace(0, len(lesson.validation_ids) - length, c.continued).long()
    text_NT = lesson.validation_ids[start_N[:, None] + torch.arange(length)]
    return text_NT[:, : c.beginning], text_NT[:, c.beginning :]


# method ---------------------------------------------------------------------
@torch.no_grad()
def human_row(model: Transformer, begun_NT: Tensor, goes_on_NT: Tensor) -> dict[str, Any]:
    """Measure the text itself, as if the model had written it: what the other rows are held beside."""
    model.eval()
    block = model.shape.block_size
    text_NT = torch.cat([begun_NT, goes_on_NT], dim=1)
    log_probs: list[list[float]] = [[] for _ in text_NT]
    at = begun_NT.shape[1]
    while at < text_NT.shape[1]:  # when a block is full the newer half is read again, as in generation
        start = max(0, at - block // 2)
        window_NT = text_NT[:, start : start + block + 1]
        scores_NTV = model(window_NT[:, :-1]).log_softmax(dim=-1)
        told_NT = scores_NTV.gather(2, window_NT[:, 1:, None]).squeeze(2)[:, at - start - 1 :]
        for row, told_T in zip(log_probs, told_NT.tolist(), strict=True):
            row.extend(told_T)
        at = start + window_NT.shape[1]
    texts = goes_on_NT.tolist()
    return {
        "method": "the text itself",
        "perplexity": perplexity(log_probs),
        "loops": sum(map(loops, texts)) / len(texts),
        "distinct_4": sum(map(variety, texts)) / len(texts),
    }


def ask(
    model: Transformer, lesson: Lesson, questions: Sequence[grammar.Question], settings: Settings, seed: int
) -> list[str]:
    """Return the first sample of an answer to each question, up to its line end."""
    prompts = [lesson.tokenizer.encode(question.prompt) for question in questions]
    longest = max(len(lesson.tokenizer.encode(question.answer)) for question in questions)
    replies: list[Reply] = generate(model, prompts, 2 * longest, settings, torch.Generator().manual_seed(seed))
    texts = [lesson.tokenizer.decode(reply.ids) for reply in replies]
    return [text[: text.find("\n") + 1] or text for text in texts]


def chat(questions: Sequence[grammar.Question], said: Sequence[str], c: Config, method: str) -> dict[str, Any]:
    """Return the first questions and answers as a conversation, with all that made them."""
    settings = METHODS[method]
    turns = [
        turn.strip().removeprefix("Q: ").removesuffix("\nA:")
        for question, answer in list(zip(questions, said, strict=True))[: c.shown]
        for turn in (question.prompt, answer)
    ]
    decoding = {"temperature": settings.temperature, "top_p": settings.top_p, "top_k": settings.top_k or None}
    return {
        "candidate_log": turns,
        "parameters": {"sample": 1, "samples": 1, "rule": RULE.format(c.shown), **decoding, "seed": c.seed},
    }


def trained(c: Config, lesson: Lesson, log: Callable[..., None], part: Part) -> dict[str, Tensor]:
    """Train as transformer.corpus does; return the weights."""
    given = corpus.Config(characters=c.characters, width=c.width, steps=c.steps, seed=c.seed)
    model = corpus.make_model(given, lesson.tokenizer.size)
    learn(model, lesson, corpus.make_study(given, c.tokenizer), log, part)
    return model.state_dict()


# experiment -----------------------------------------------------------------
def run(c: Config, log: Callable[..., None], checkpoint: Any) -> dict[str, object]:
    """Let one model write in every way, and judge what it writes."""
    given = corpus.Config(characters=c.characters, width=c.width, steps=c.steps, seed=c.seed)
    lesson = make_lesson(corpus.read_corpus(given), c.tokenizer, given.vocabulary)
    model = corpus.make_model(given, lesson.tokenizer.size)
    model.load_state_dict(Chapters(checkpoint)("model", lambda part: trained(c, lesson, log, part)))
    begun_NT, goes_on_NT = beginnings(lesson, c)
    held_out = grammar.questions(grammar.make_world(), held_out=True)[: c.asked or None]
    rows, answers, said = [human_row(model, begun_NT, goes_on_NT)], [], {}
    for method, settings in METHODS.items():
        rng = torch.Generator().manual_seed(c.seed)
        rows.append({"method": method, **measures(generate(model, begun_NT, c.tokens, settings, rng))})
        said[method] = ask(model, lesson, held_out, settings, c.seed)
        right = sum(answer == question.answer for answer, question in zip(said[method], held_out, strict=True))
        answers.append({"method": method, "asked": len(held_out), "exact": right / len(held_out)})
    return {
        "decoding": rows,
        "answers": answers,
        **{name: chat(held_out, said[method], c, method) for name, method in SHOWN.items()},
    }
