"""Generation with a key-value cache: greedy or sampled, with the usual filters, each token with its log-probability.

Prompts of different lengths go through together, padded at the left; padding is never attended to nor counted as a
position, so each row gets the logits it would get alone, as long as the longest fits into the block. The rows share
one generator: a sampled reply depends on the batch it is drawn in. A model reads `block_size` ids at most: when the
longest row fills them, all rows read their newer half again.

Shapes: B prompts, T ids of a prompt, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import torch
from torch import Tensor

from experiments.transformer.model import Cache, Transformer
from experiments.transformer.step import Step
from generator.errors import SiteError

Prompts = Sequence[Sequence[int]] | Tensor


@dataclass(frozen=True)
class Settings:
    """How the next id is chosen. Filters apply in the order given here, as in transformers."""

    repetition: float = 1.0  # scores of ids that already stand there are divided by it (Keskar et al. 2019); 1: off
    no_repeat: int = 0  # n-grams of this size come once only; 0: off
    temperature: float = 1.0  # scores are divided by it; 0: always the likeliest id
    top_k: int = 0  # the k likeliest (Fan et al. 2018), with all that tie with the last; 0: all
    top_p: float = 1.0  # the fewest whose probabilities add up to p (Holtzman et al. 2020); 1: all
    min_p: float = 0.0  # those at least this share as likely as the likeliest; 0: all
    stop: tuple[int, ...] = ()  # ids that end a reply

    def __post_init__(self) -> None:
        ranges = {
            "repetition": (self.repetition > 0, "more than 0"),
            "no_repeat": (self.no_repeat >= 0, "0 or more"),
            "temperature": (self.temperature >= 0, "0 or more"),
            "top_k": (self.top_k >= 0, "0 or more"),
            "top_p": (0 < self.top_p <= 1, "more than 0 and at most 1"),
            "min_p": (0 <= self.min_p <= 1, "from 0 to 1"),
        }
        for name, (is_good, range_) in ranges.items():
            if not is_good:
                raise SiteError(f"`{name}={getattr(self, name)}` is out of range", None, f"give a number {range_}")


@dataclass(frozen=True)
class Reply:
    """What a model wrote after one prompt."""

    ids: tuple[int, ...]  # the id that ended it included
    log_probs: tuple[float, ...]  # of each id under the model itself, before any filter; nats
    is_ended: bool  # by an id of `stop`, not by length


@torch.inference_mode()
def generate(
    model: Transformer,
    prompts: Prompts,
    new_tokens: int,
    settings: Settings = Settings(),
    generator: torch.Generator | None = None,
) -> list[Reply]:
    """Write on after each prompt; a sampled reply needs a generator."""
    if settings.temperature and generator is None:
        raise SiteError("sampling needs a generator", None, "give one, or `temperature=0` for the likeliest ids")
    was_training = model.training
    model.eval()
    rows = _Rows(model, prompts, settings, new_tokens)
    for _ in range(new_tokens):
        if rows.are_done():
            break
        scores_BV = rows.scores()
        log_probs_BV = scores_BV.log_softmax(-1)
        next_B = choose(rows.restrained(scores_BV), settings, generator)
        rows.append(next_B, log_probs_BV.gather(1, next_B[:, None]).squeeze(1))
    model.train(was_training)
    return rows.replies()


def choose(scores_BV: Tensor, settings: Settings, generator: torch.Generator | None) -> Tensor:
    """Return the next id of each row."""
    if not settings.temperature:
        return scores_BV.argmax(-1)
    probabilities_BV = filter_logits(scores_BV, settings).softmax(-1)
    return torch.multinomial(probabilities_BV, 1, generator=generator).squeeze(1)


def filter_logits(logits_BV: Tensor, settings: Settings) -> Tensor:
    """Scale by the temperature, then put what may not come at -inf; at least one id is left in each row."""
    x_BV = logits_BV / settings.temperature
    if settings.top_k:
        least_B1 = x_BV.topk(min(settings.top_k, x_BV.shape[-1])).values[..., -1:]
        x_BV = x_BV.masked_fill(x_BV < least_B1, -torch.inf)
    if settings.top_p < 1:
        x_BV = x_BV.masked_fill(outside_nucleus(x_BV, settings.top_p), -torch.inf)
    if settings.min_p:
        probabilities_BV = x_BV.softmax(-1)
        least_B1 = settings.min_p * probabilities_BV.amax(-1, keepdim=True)
        x_BV = x_BV.masked_fill(probabilities_BV < least_B1, -torch.inf)
    return x_BV


def outside_nucleus(x_BV: Tensor, top_p: float) -> Tensor:
    """Say which ids the fewest that hold `top_p` of the probability leave out. Among equals the earlier go first.

    On a CPU numpy sorts scores without their ids, in a fifth of the time; the score of the last that stays tells the
    rest, unless one that goes has the same.
    """
    is_cpu = x_BV.device.type == "cpu"
    rising_BV = torch.from_numpy(numpy.sort(x_BV.numpy(force=True))) if is_cpu else x_BV.sort().values
    mass_BV = rising_BV.softmax(-1).cumsum(-1)  # a tail of mass 1 - p goes
    edge_B1 = mass_BV.new_full((*mass_BV.shape[:-1], 1), 1 - top_p)
    last_B1 = torch.searchsorted(mass_BV, edge_B1, right=True).clamp_max(x_BV.shape[-1] - 1)
    least_B1 = rising_BV.gather(-1, last_B1)
    is_tied_B1 = (last_B1 > 0) & (rising_BV.gather(-1, (last_B1 - 1).clamp_min(0)) == least_B1)
    if not is_tied_B1.any():
        return x_BV < least_B1
    is_tail_BV = torch.arange(x_BV.shape[-1], device=x_BV.device) < last_B1
    return is_tail_BV.scatter(-1, x_BV.sort().indices, is_tail_BV)


class _Rows:
    """The prompts and what has been written after them."""

    def __init__(self, model: Transformer, prompts: Prompts, settings: Settings, new_tokens: int) -> None:
        self.model, self.settings, self.device = model, settings, model.tokens.weight.device
        self.texts = _checked(prompts, model.shape.vocab_size)
        self.begins = [len(text) for text in self.texts]
        self.log_probs: list[Tensor] = []
        self.chosen: list[Tensor] = []
        self.stop = torch.tensor(settings.stop, device=self.device, dtype=torch.long)
        self.is_done_B = torch.zeros(len(self.texts), dtype=torch.bool, device=self.device)
        self.step: Step | None = None
        longest, count = max(self.begins), len(self.texts)
        self.room_BT = torch.zeros(count, longest + new_tokens, dtype=torch.long)
        self.length = longest  # of what is written there, padded at the left
        for row, text in zip(self.room_BT, self.texts, strict=True):
            row[longest - len(text) : longest] = torch.tensor(text)
        self.room_BT = self.room_BT.to(self.device)
        self.padding_B = torch.tensor([longest - len(text) for text in self.texts], device=self.device)
        self.is_even = len({*self.begins}) == 1

    def are_done(self) -> bool:
        """Say whether every reply has ended."""
        return bool(self.settings.stop) and bool(self.is_done_B.all())

    def scores(self) -> Tensor:
        """Return the logits after the newest id of each row; only those are computed."""
        block, step = self.model.shape.block_size, self.step
        if step is not None and step.cache.length < block:
            h_BD = step(self.room_BT[:, self.length - 1])
        else:
            h_BD = self.read(min(self.length, block if step is None else max(1, block // 2)))
        return (h_BD @ self.model.head_weight.T).float()

    def read(self, count: int) -> Tensor:
        """Read the newest ids of each row at once, into a cache of their own."""
        padding_B = (self.padding_B - (self.length - count)).clamp_min(0)
        cache = Cache(self.model, len(self.texts), padding_B=None if self.is_even else padding_B)
        h_BTD = self.model.hidden(self.room_BT[:, self.length - count : self.length], cache)
        self.step = Step(self.model, cache)
        return h_BTD[:, -1]

    def restrained(self, scores_BV: Tensor) -> Tensor:
        """Hold repetitions back."""
        size, penalty = self.settings.no_repeat, self.settings.repetition
        if not size and penalty == 1:
            return scores_BV
        scores_BV = scores_BV.clone()
        for row, text in zip(scores_BV, self.written(), strict=True):
            if penalty != 1:
                seen = torch.tensor(sorted({*text}), device=self.device)
                row[seen] = torch.where(row[seen] < 0, row[seen] * penalty, row[seen] / penalty)
            if size and len(text) >= size - 1:
                start = text[len(text) - size + 1 :]
                grams = (text[i : i + size] for i in range(len(text) - size + 1))
                row[[gram[-1] for gram in grams if gram[:-1] == start]] = -torch.inf
        return scores_BV

    def append(self, next_B: Tensor, log_probs_B: Tensor) -> None:
        """Write the next id of each row; what comes after an end is dropped later."""
        self.chosen.append(next_B)
        self.log_probs.append(log_probs_B)
        self.room_BT[:, self.length] = next_B
        self.length += 1
        if self.settings.stop:
            self.is_done_B |= torch.isin(next_B, self.stop)

    def written(self) -> list[list[int]]:
        """Return each row without its padding."""
        rows = self.room_BT[:, : self.length].tolist()
        return [row[gap:] for row, gap in zip(rows, self.padding_B.tolist(), strict=True)]

    def replies(self) -> list[Reply]:
        """Cut each row where it ended."""
        if not self.chosen:
            return [Reply((), (), is_ended=False) for _ in self.texts]
        table = zip(torch.stack(self.chosen, 1).tolist(), torch.stack(self.log_probs, 1).tolist(), strict=True)
        return [_reply(ids, log_probs, self.settings.stop) for ids, log_probs in table]


def _reply(ids: list[int], log_probs: list[float], stop: tuple[int, ...]) -> Reply:
    end = next((i + 1 for i, one in enumerate(ids) if one in stop), 0)
    length = end or len(ids)
    return Reply(tuple(ids[:length]), tuple(log_probs[:length]), is_ended=bool(end))


def _checked(prompts: Prompts, vocab_size: int) -> list[list[int]]:
    texts = prompts.tolist() if isinstance(prompts, Tensor) else [list(prompt) for prompt in prompts]
    for number, text in enumerate(texts, 1):
        if not text:
            raise SiteError(f"prompt {number} is empty", None, "begin with the id that begins or ends a text")
        if wrong := [one for one in text if not 0 <= one < vocab_size]:
            what = f"prompt {number} holds the id {wrong[0]}"
            raise SiteError(what, None, f"this model knows 0 to {vocab_size - 1}")
    return texts
