"""Tasks against examples made by hand, and the split that keeps held-out prompts out of every batch."""

from __future__ import annotations

import itertools

import pytest
import torch

from experiments.transformer.model import Shape, Transformer
from experiments.transformer.tasks import IGNORED, Task, draw, exact_match, is_held_out, loader, shift, solve


def test_reversing_reads_the_answer_behind_the_prompt_and_ignores_the_prompt():
    task = Task("reverse", 4)

    x_BT, y_BT = shift(task, torch.tensor([[1, 2, 3, 4, 4, 3, 2, 1]]))

    assert x_BT.tolist() == [[1, 2, 3, 4, 4, 3, 2]]
    assert y_BT.tolist() == [[IGNORED, IGNORED, IGNORED, 4, 3, 2, 1]]


@pytest.mark.parametrize(
    ("task", "prompt", "answer"),
    [
        (Task("reverse", 4), [1, 2, 3, 4], [4, 3, 2, 1]),
        (Task("sort", 6, 3), [0, 0, 2, 1, 0, 1], [0, 0, 0, 1, 1, 2]),  # minGPT's own example
        (Task("add", 2), [8, 5, 5, 0], [5, 3, 1]),  # and its adder's: 85 + 50 = 135, last digit first
        (Task("add", 3), [9, 9, 9, 0, 0, 1], [0, 0, 0, 1]),
    ],
    ids=lambda value: value.name if isinstance(value, Task) else None,
)
def test_each_task_has_the_answer_worked_out_by_hand(task: Task, prompt: list[int], answer: list[int]):
    assert solve(task, torch.tensor([prompt])).tolist() == [answer]


def test_addition_agrees_with_arithmetic_for_all_pairs_of_two_digits():
    pairs = list(itertools.product(range(100), repeat=2))
    prompt_BP = torch.tensor([[a // 10, a % 10, b // 10, b % 10] for a, b in pairs])

    told = solve(Task("add", 2), prompt_BP).tolist()

    assert told == [[int(digit) for digit in f"{a + b:03}"[::-1]] for a, b in pairs]


@pytest.mark.parametrize("task", [Task("reverse", 3), Task("sort", 4, 3), Task("add", 1)], ids=lambda task: task.name)
def test_no_prompt_is_on_both_sides_of_the_split(task: Task):
    rng = torch.Generator().manual_seed(0)
    sides = [
        {tuple(prompt) for prompt in draw(task, 20_000, rng, held_out=held_out)[:, : task.prompt].tolist()}
        for held_out in (False, True)
    ]

    assert sides[0] & sides[1] == set()
    assert len(sides[0] | sides[1]) == task.symbols**task.prompt  # and none is on neither


def test_a_quarter_is_held_out():
    prompt_BP = torch.tensor(list(itertools.product(range(10), repeat=4)))

    assert abs(is_held_out(prompt_BP).float().mean().item() - 0.25) < 0.02


def test_the_split_is_the_same_with_every_seed_and_batches_are_the_same_with_one():
    task = Task("sort", 6, 3)
    first, again, other = (loader(task, 8, torch.Generator().manual_seed(seed))()[0] for seed in (0, 0, 1))

    assert first.equal(again)
    assert not first.equal(other)
    assert not is_held_out(torch.cat([first, other])[:, : task.prompt]).any()


class Oracle(Transformer):
    """Knows the answer, and says so for all but the second sequence."""

    def __init__(self, task: Task) -> None:
        super().__init__(Shape(task.symbols, task.context, layers=1, heads=1, width=4), torch.Generator())
        self.task = task

    def forward(self, ids_BT: torch.Tensor, cache: object = None) -> torch.Tensor:
        answer_BA = solve(self.task, ids_BT[:, : self.task.prompt])
        answer_BA[1, -1] = (answer_BA[1, -1] + 1) % self.task.symbols
        logits_BTV = torch.zeros(*ids_BT.shape, self.task.symbols)
        logits_BTV[:, -1] = torch.nn.functional.one_hot(answer_BA[:, ids_BT.shape[1] - self.task.prompt], 10).float()
        return logits_BTV


@pytest.mark.parametrize("name", ["reverse", "add"])
def test_exact_match_wants_every_digit(name: str):
    task = Task(name, 3)
    sequence_BS = draw(task, 3, torch.Generator().manual_seed(0), held_out=True)

    assert exact_match(Oracle(task), task, sequence_BS).tolist() == [True, False, True]


def test_an_unknown_task_is_refused_with_the_list():
    with pytest.raises(ValueError) as refusal:
        Task("shuffle")

    assert str(refusal.value) == "`shuffle` is no task; there are reverse, sort, add"
