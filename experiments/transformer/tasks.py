"""Three tasks whose answers can be checked exactly: reverse digits, sort them, add two numbers.

A sequence is a prompt followed by its answer. A model reads all tokens but the last and predicts all but the first;
the targets over the prompt are ignored, so that only the answer is learned. `reverse` of 1 2 3 4 gives

    x = 1 2 3 4 4 3 2        y = . . . 4 3 2 1        (a dot is ignored)

`sort` is minGPT's demo: 6 digits out of 3 symbols. `add` is its adder: two numbers of n digits each, the answer's
n + 1 digits from the last to the first, so that a carry is known before it is needed.
A quarter of all prompts is held out, by a hash: a prompt is on the same side in every run, with every seed.

Shapes: B sequences, P tokens of prompt, A of answer, S = P + A.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.transformer.batches import IGNORED, Drawn
from experiments.transformer.model import Transformer

NAMES = ("reverse", "sort", "add")
HELD_OUT = 4  # one prompt in so many


@dataclass(frozen=True)
class Task:
    """What is asked, and in which alphabet."""

    name: str = "reverse"  # one of NAMES
    length: int = 6  # digits to reverse or sort; digits of each summand
    symbols: int = 10  # 0 to symbols - 1; `add` carries at this base

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ValueError(f"`{self.name}` is no task; there are {', '.join(NAMES)}")

    @property
    def prompt(self) -> int:
        """How many tokens are given."""
        return 2 * self.length if self.name == "add" else self.length

    @property
    def answer(self) -> int:
        """How many tokens are asked for."""
        return self.length + 1 if self.name == "add" else self.length

    @property
    def context(self) -> int:
        """How many tokens a model reads at most: the last one is only predicted."""
        return self.prompt + self.answer - 1


def solve(task: Task, prompt_BP: Tensor) -> Tensor:
    """Return the right answers, B x A."""
    if task.name == "reverse":
        return prompt_BP.flip(1)
    if task.name == "sort":
        return prompt_BP.sort(dim=1).values
    places_P = task.symbols ** torch.arange(task.length - 1, -1, -1)
    first_BP, second_BP = prompt_BP.split(task.length, dim=1)
    sum_B1 = ((first_BP + second_BP) * places_P).sum(dim=1, keepdim=True)
    return sum_B1 // task.symbols ** torch.arange(task.answer) % task.symbols  # last digit first


def is_held_out(prompt_BP: Tensor) -> Tensor:
    """Say which prompts no training step may see: a quarter, by their hash alone."""
    return torch.tensor([zlib.crc32(bytes(prompt)) % HELD_OUT == 0 for prompt in prompt_BP.tolist()], dtype=torch.bool)


def draw(task: Task, count: int, rng: torch.Generator, *, held_out: bool) -> Tensor:
    """Draw sequences of one side of the split, B x S; the same may come twice, as there are only so many."""
    found: list[Tensor] = []
    while sum(map(len, found)) < count:
        prompt_BP = torch.randint(task.symbols, (count, task.prompt), generator=rng)
        found.append(prompt_BP[is_held_out(prompt_BP) == held_out])
    prompt_BP = torch.cat(found)[:count]
    return torch.cat([prompt_BP, solve(task, prompt_BP)], dim=1)


def shift(task: Task, sequence_BS: Tensor) -> tuple[Tensor, Tensor]:
    """Return what the model reads and what it should say next, both B x (S - 1)."""
    y_BT = sequence_BS[:, 1:].clone()
    y_BT[:, : task.prompt - 1] = IGNORED
    return sequence_BS[:, :-1], y_BT


def loader(task: Task, size: int, rng: torch.Generator) -> Drawn:
    """Return what draws fresh training examples for ever."""
    return Drawn(lambda rng: shift(task, draw(task, size, rng, held_out=False)), rng)


@torch.no_grad()
def exact_match(model: Transformer, task: Task, sequence_BS: Tensor) -> Tensor:
    """Say for each sequence whether the model, greedy and from the prompt alone, gives the whole answer."""
    was_training = model.training
    model.eval()
    ids_BT = sequence_BS[:, : task.prompt]
    for _ in range(task.answer):
        ids_BT = torch.cat([ids_BT, model(ids_BT)[:, -1:].argmax(dim=-1)], dim=1)
    model.train(was_training)
    return (ids_BT == sequence_BS).all(dim=1)
