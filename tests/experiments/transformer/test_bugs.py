"""Each planted bug does what its name says, and a sound judge is not taken in."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from experiments.transformer import overfit
from experiments.transformer.bugs import (
    BUGS,
    HABITS,
    Habits,
    honest_loss,
    lowest_double_softmax,
    make_model,
    practise,
    seen_loss,
)
from experiments.transformer.model import Shape, Transformer

SHAPE = Shape(7, 6, layers=1, heads=2, width=16)


def batch(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    window_BT = torch.randint(7, (3, 7), generator=torch.Generator().manual_seed(seed))
    return window_BT[:, :-1], window_BT[:, 1:]


def test_the_six_bugs_of_the_journal_are_planted_one_at_a_time():
    differing = {
        name: {key for key, value in vars(HABITS[name]).items() if value != getattr(Habits(), key)} for name in BUGS
    }

    assert differing == {
        "softmax twice": {"normalises_twice"},
        "reshuffled": {"reshuffles"},
        "rate 0.1": {"lr"},
        "sees the future": {"sees_future"},
        "not shifted": {"is_shifted"},
        "dropout in evaluation": {"dropout", "judges_as_trained"},
    }


@pytest.mark.parametrize("vocabulary", [2, 10, 50_257])
def test_the_floor_of_a_double_softmax_is_what_a_sure_and_right_model_gets(vocabulary: int):
    logits_V = torch.full((vocabulary,), -1e4, dtype=torch.float64)
    logits_V[0] = 1e4
    loss = cross_entropy(logits_V.softmax(0)[None], torch.tensor([0])).item()

    assert lowest_double_softmax(vocabulary) == pytest.approx(loss, rel=1e-12)


def test_the_floors_of_the_journal_are_those():
    assert [round(lowest_double_softmax(vocabulary), 2) for vocabulary in (10, 50_257)] == [1.46, 9.82]


def test_no_probabilities_at_all_get_below_the_floor():
    rng = torch.Generator().manual_seed(0)
    for _ in range(200):
        logits_V = torch.randn(10, generator=rng) * torch.rand(1, generator=rng) * 50
        loss = cross_entropy(logits_V.softmax(0)[None], torch.tensor([3])).item()
        assert loss >= lowest_double_softmax(10) - 1e-6


def test_the_same_weights_are_drawn_for_each_script():
    states = [make_model(SHAPE, habits, 0).state_dict() for habits in HABITS.values()]

    assert all(state[name].equal(states[0][name]) for state in states for name in states[0])


def test_a_forgotten_mask_lets_a_later_id_change_an_earlier_answer():
    ids_BT, _ = batch()
    other_BT = ids_BT.clone()
    other_BT[:, -1] = (other_BT[:, -1] + 1) % 7
    moved = {
        name: (make_model(SHAPE, HABITS[name], 0).eval()(ids_BT) - make_model(SHAPE, HABITS[name], 0).eval()(other_BT))[
            :, 0
        ]
        .abs()
        .max()
        .item()
        for name in ("sound", "sees the future")
    }

    assert moved["sound"] == 0
    assert moved["sees the future"] > 0


def test_a_sound_judge_hides_the_future_from_a_model_that_sees_it():
    clairvoyant = make_model(SHAPE, HABITS["sees the future"], 0)
    sound = Transformer(SHAPE, torch.Generator().manual_seed(0))

    assert honest_loss(clairvoyant, batch()) == honest_loss(sound, batch())


def test_a_sound_judge_turns_dropout_off():
    model = make_model(SHAPE, replace(HABITS["dropout"], dropout=0.5), 0).train()

    assert honest_loss(model, batch()) == honest_loss(model, batch())


def test_without_a_bug_the_script_and_the_judge_agree():
    model = make_model(SHAPE, HABITS["sound"], 0).eval()

    assert seen_loss(model, batch(), HABITS["sound"]).item() == pytest.approx(honest_loss(model, batch()), rel=1e-6)


def test_labels_that_are_not_shifted_ask_for_what_was_read():
    ids_BT, _ = batch()
    model = make_model(SHAPE, HABITS["sound"], 0).eval()
    loss = seen_loss(model, batch(), HABITS["not shifted"]).item()

    assert loss == pytest.approx(cross_entropy(model(ids_BT).flatten(0, 1), ids_BT.flatten()).item(), rel=1e-6)


def test_practice_looks_at_the_start_now_and_then_and_at_the_end():
    model = make_model(SHAPE, HABITS["sound"], 0)
    moments = list(practise(model, HABITS["sound"], lambda _: batch(), steps=7, every=3))

    assert [moment.step for moment in moments] == [0, 3, 6, 7]
    assert abs(moments[0].seen - math.log(7)) < 0.2
    assert moments[-1].seen < moments[0].seen


def test_only_the_reshuffling_script_asks_for_other_batches():
    asked = {"sound": [], "reshuffled": []}
    for name, steps in asked.items():
        list(
            practise(
                make_model(SHAPE, HABITS[name], 0), HABITS[name], lambda s, to=steps: to.append(s) or batch(s), 3, 3
            )
        )

    assert set(asked["sound"]) == {0}
    assert set(asked["reshuffled"]) == {0, 1, 2, 3}


def test_looking_at_a_model_through_dropout_does_not_change_its_training():
    """The two dropout scripts differ in what they see, and in nothing else."""
    trained = []
    for name in ("dropout", "dropout in evaluation"):
        torch.manual_seed(0)
        model = make_model(SHAPE, HABITS[name], 0)
        seen = [moment.seen for moment in practise(model, HABITS[name], lambda _: batch(), steps=6, every=2)]
        trained.append((seen, model.state_dict()))

    (sharp, one), (blurred, other) = trained
    assert sharp != blurred
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_a_script_that_is_begun_again_after_the_others_comes_to_the_same():
    """A run killed between two scripts goes on with a generator that the first ones did not use."""
    config = overfit.Config(characters=5000, steps=4, every=2, width=16)
    states: list[Any] = []
    checkpoint = SimpleNamespace(load=lambda: None, save=lambda state: states.append(copy.deepcopy(state)))
    torch.manual_seed(0)
    whole = overfit.run(config, lambda *_, **__: None, checkpoint)

    for state in states:
        torch.manual_seed(0)
        resumed = SimpleNamespace(load=lambda state=state: copy.deepcopy(state), save=lambda _: None)
        assert overfit.run(config, lambda *_, **__: None, resumed) == whole
    assert [len(state["done"]) for state in states] == [1, 2, 3, 4, 5, 6, 7, 8]
