"""Judging a text: each token once, the same number as one long window gives, and per character by the right count."""

from __future__ import annotations

import math

import pytest
import torch

from experiments.transformer.batches import IGNORED
from experiments.transformer.language import (
    Corpus,
    Study,
    baseline_rows,
    judged,
    learn,
    loss_row,
    make_corpus,
    make_lesson,
    right_answers,
)
from experiments.transformer.model import Shape, Transformer
from experiments.transformer.train import Plan, evaluate

TEXT = "Q: Where does Alda live?\nA: Alda lives in Ashmoor.\n\n" * 12


@pytest.mark.parametrize("length", [1, 2, 7, 8])
@pytest.mark.parametrize("tokens", [2, 3, 8, 9, 40, 41, 100])
def test_every_token_but_the_first_is_predicted_once_from_what_stands_before_it(tokens: int, length: int):
    stream_N = torch.arange(tokens)
    predicted = [
        (int(y), int(x))
        for ids_BT, targets_BT in judged(stream_N, length)
        for x, y in zip(ids_BT.flatten(), targets_BT.flatten(), strict=True)
        if y != IGNORED
    ]

    assert sorted(predicted) == [(token, token - 1) for token in range(1, tokens)]


def test_all_but_the_first_windows_tokens_have_half_a_window_before_them():
    for ids_BT, targets_BT in judged(torch.arange(100), 8):
        for ids_T, targets_T in zip(ids_BT, targets_BT, strict=True):
            first = int((targets_T != IGNORED).nonzero()[0])
            assert first == (0 if ids_T[0] == 0 else 4)


def test_the_loss_of_windows_is_the_mean_of_each_tokens_own():
    """One token at a time, with exactly the context its window gives it."""
    stream_N = torch.randint(5, (30,), generator=torch.Generator().manual_seed(0))
    model = Transformer(Shape(5, 8, 1, 1, 8), torch.Generator().manual_seed(0)).double().eval()
    surprises = []
    for at in range(1, 30):
        start = 0 if at <= 8 else (at - 5) // 4 * 4
        with torch.no_grad():
            scores_V = model(stream_N[None, start:at])[0, -1].log_softmax(-1)
        surprises.append(-scores_V[stream_N[at]].item())

    assert evaluate(model, judged(stream_N, 8)) == pytest.approx(math.fsum(surprises) / 29, rel=1e-12)


def test_a_loss_per_token_times_the_tokens_is_the_loss_per_character_times_the_characters():
    lesson = make_lesson(make_corpus(TEXT, 0.3), "bpe", 270)
    model = Transformer(Shape(lesson.tokenizer.size, 8, 1, 1, 8), torch.Generator().manual_seed(0))
    row = loss_row(model, lesson, "any")

    assert row["validation_per_token"] * len(lesson.validation_ids) == pytest.approx(
        row["validation_per_character"] * len(lesson.corpus.validation)
    )


def test_what_counting_does_stands_in_the_same_columns():
    rows = baseline_rows(make_corpus(TEXT, 0.3))
    lesson = make_lesson(make_corpus(TEXT, 0.3), "characters", 0)
    model = Transformer(Shape(lesson.tokenizer.size, 8, 1, 1, 8), torch.Generator().manual_seed(0))

    assert [row["model"] for row in rows] == ["every character alike", "unigram", "5-gram"]
    assert {tuple(row) for row in rows} == {tuple(loss_row(model, lesson, "any"))}
    assert rows[0]["validation_per_character"] == pytest.approx(math.log(len(set(TEXT))))


def test_a_short_lesson_has_the_end_of_the_training_part_and_the_same_validation():
    whole, short = make_corpus(TEXT, 0.3), make_corpus(TEXT, 0.3, 60)

    assert short == Corpus(whole.train[-60:], whole.validation)


def test_learning_logs_what_its_curve_holds_and_ends_below_where_it_began():
    lesson = make_lesson(make_corpus(TEXT, 0.3), "characters", 0)
    model = Transformer(Shape(lesson.tokenizer.size, 16, 1, 2, 16), torch.Generator().manual_seed(0))
    logged = []
    learnt = learn(
        model,
        lesson,
        Study("mine", Plan(30, 1e-2, evaluate_every=10), 4, 0),
        lambda step, total, **row: logged.append({"step": step, **row}),
    )

    assert logged == learnt.curve
    assert [list(row) for row in logged] == [["step", "mine_train", "mine_validation"]] * 4
    assert learnt.tokens == 30 * 4 * 16
    assert learnt.curve[-1]["mine_validation"] < learnt.curve[0]["mine_validation"] - 0.5


class Parrot(Transformer):
    """Says the text it was given, character by character, wherever it is asked to go on."""

    def __init__(self, lesson, text: str) -> None:
        super().__init__(Shape(lesson.tokenizer.size, 64, 1, 1, 4), torch.Generator())
        self.ids = lesson.tokenizer.encode(text)

    def forward(self, ids_BT: torch.Tensor, cache: object = None) -> torch.Tensor:
        following = [self.ids[self._end(ids_T.tolist())] for ids_T in ids_BT]
        return torch.nn.functional.one_hot(torch.tensor(following), self.shape.vocab_size)[:, None].float()

    def _end(self, read: list[int]) -> int:
        return next(at + len(read) for at in range(len(self.ids)) if self.ids[at : at + len(read)] == read)


def test_an_answer_is_right_only_to_its_last_character():
    lesson = make_lesson(make_corpus(TEXT, 0.3), "characters", 0)
    asked = [("Alda live?\nA:", " Alda lives in Ashmoor.\n"), ("live?\nA:", " Alda lives in Ashmoor\n"), ("A:", " Q")]

    assert right_answers(Parrot(lesson, TEXT), lesson.tokenizer, asked) == [True, False, False]
