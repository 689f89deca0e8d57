"""Generation token for token against transformers, and the promises its settings make."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from experiments.transformer.generate import Settings, filter_logits, generate
from experiments.transformer.gpt2 import gpt2_settings, to_gpt2
from experiments.transformer.model import Shape, Transformer
from generator.errors import SiteError

SHAPE = Shape(vocab_size=53, block_size=64, layers=2, heads=2, width=32)
GREEDY = Settings(temperature=0.0)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(shape: Shape = SHAPE) -> Transformer:
    """A model far from uniform: its weights are ten times as large as at the start."""
    made = Transformer(shape, seeded())
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(10 if parameter.dim() > 1 else 1)
    return made.eval()


@pytest.fixture(scope="module")
def model() -> Transformer:
    return make()


@pytest.fixture(scope="module")
def theirs(model: Transformer) -> Any:
    from transformers import GPT2Config, GPT2LMHeadModel

    made = GPT2LMHeadModel(GPT2Config(**gpt2_settings(SHAPE), bos_token_id=0, eos_token_id=0)).eval()
    made.load_state_dict(to_gpt2(model.state_dict()))
    return made


def continued(theirs: Any, ids_BT: Tensor, **options: Any) -> list[list[int]]:
    attention_mask = options.pop("attention_mask", torch.ones_like(ids_BT))
    torch.manual_seed(11)
    options = {"max_new_tokens": 20, "pad_token_id": 0, "eos_token_id": None, "top_k": 0, **options}
    return theirs.generate(ids_BT, attention_mask=attention_mask, **options)[:, ids_BT.shape[1] :].tolist()  # type: ignore[no-any-return]


def ids(replies: list[Any]) -> list[list[int]]:
    return [list(reply.ids) for reply in replies]


# against transformers -------------------------------------------------------
def test_the_likeliest_ids_are_those_of_transformers(model: Transformer, theirs: Any):
    prompts_BT = torch.randint(53, (4, 7), generator=seeded(1))

    assert ids(generate(model, prompts_BT, 20, GREEDY)) == continued(theirs, prompts_BT, do_sample=False)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temperature": 0.7},
        {"top_k": 5},
        {"top_p": 0.6},
        {"min_p": 0.2},
        {"temperature": 1.5, "top_k": 20, "top_p": 0.9, "min_p": 0.05},
    ],
    ids=str,
)
def test_sampled_ids_are_those_of_transformers_with_the_same_seed(
    model: Transformer, theirs: Any, options: dict[str, Any]
):
    prompts_BT = torch.randint(53, (3, 5), generator=seeded(2))

    found = generate(model, prompts_BT, 20, Settings(**options), seeded(11))

    assert ids(found) == continued(theirs, prompts_BT, do_sample=True, **options)


@pytest.mark.parametrize(
    "options", [{"repetition": 1.4}, {"no_repeat": 2}, {"no_repeat": 1, "repetition": 0.8}], ids=str
)
def test_repetitions_are_held_back_as_in_transformers(model: Transformer, theirs: Any, options: dict[str, Any]):
    prompts_BT = torch.randint(53, (3, 5), generator=seeded(2))
    names = {"repetition": "repetition_penalty", "no_repeat": "no_repeat_ngram_size"}

    found = generate(model, prompts_BT, 20, replace(GREEDY, **options))

    their_options = {names[name]: value for name, value in options.items()}
    assert ids(found) == continued(theirs, prompts_BT, do_sample=False, **their_options)


def test_prompts_of_different_lengths_are_continued_as_in_transformers(model: Transformer, theirs: Any):
    prompts = [[5, 6, 7, 8, 9, 10], [11], [12, 13, 14]]
    padded_BT = torch.tensor([[0] * (6 - len(prompt)) + prompt for prompt in prompts])
    mask_BT = torch.tensor([[0] * (6 - len(prompt)) + [1] * len(prompt) for prompt in prompts])

    found = generate(model, prompts, 20, GREEDY)

    assert ids(found) == continued(theirs, padded_BT, do_sample=False, attention_mask=mask_BT)


CASES = list(itertools.product([5, 50, 3000], [0.3, 1.0, 2.0], [0, 1, 3, 40], [0.1, 0.5, 0.9, 1.0], [0.0, 0.1]))


@pytest.mark.parametrize("ties", [False, True])
def test_filters_leave_what_the_warpers_of_transformers_leave(ties: bool):
    from transformers.generation import logits_process as warpers

    differences = []
    for vocab, temperature, top_k, top_p, min_p in CASES:
        logits_BV = torch.randn(4, vocab, generator=seeded(vocab)) * 3
        expected = (logits_BV := logits_BV.round() if ties else logits_BV) * 1.0
        steps: list[Callable[..., Tensor]] = [warpers.TemperatureLogitsWarper(temperature)] * (temperature != 1)
        steps += [warpers.TopKLogitsWarper(top_k)] if top_k else []
        steps += [warpers.TopPLogitsWarper(top_p)] if top_p < 1 else []
        steps += [warpers.MinPLogitsWarper(min_p)] if min_p else []
        for step in steps:
            expected = step(None, expected)
        found = filter_logits(logits_BV, Settings(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p))
        differences += [] if torch.equal(found, expected) else [(vocab, temperature, top_k, top_p, min_p)]

    assert (len(CASES), differences) == (288, [])


# promises -------------------------------------------------------------------
@pytest.mark.parametrize("changes", [{}, {"positions": "sinusoidal"}, {"norm": "post", "attention": "plain"}], ids=str)
def test_a_row_is_continued_as_it_would_be_alone_and_without_a_cache(changes: dict[str, Any]):
    model = make(replace(SHAPE, **changes)).double()
    prompts = [[1, 2, 3, 4, 5], [6], [7, 8, 9]]

    together = ids(generate(model, prompts, 12, GREEDY))

    for prompt, found in zip(prompts, together, strict=True):
        text = list(prompt)
        for _ in range(12):
            text.append(int(model(torch.tensor([text]))[0, -1].argmax()))
        assert found == text[len(prompt) :]
        assert ids(generate(model, [prompt], 12, GREEDY)) == [found]


def test_log_probabilities_are_those_of_the_model_without_filters(model: Transformer):
    prompt = [3, 1, 4]

    (reply,) = generate(model, [prompt], 10, Settings(temperature=0.5, top_k=3), seeded())

    text = torch.tensor([[*prompt, *reply.ids]])
    expected = model(text).log_softmax(-1)[0, 2:-1].gather(1, text[0, 3:, None]).squeeze(1)
    torch.testing.assert_close(torch.tensor(reply.log_probs), expected, rtol=1e-4, atol=1e-4)


def test_a_reply_ends_with_its_stop_id_and_others_go_on(model: Transformer):
    prompts_BT = torch.randint(53, (6, 4), generator=seeded(3))
    free = ids(generate(model, prompts_BT, 15, GREEDY))
    stop = free[0][4]

    found = generate(model, prompts_BT, 15, replace(GREEDY, stop=(stop,)))

    for reply, whole in zip(found, free, strict=True):
        end = whole.index(stop) + 1 if stop in whole else 15
        assert (list(reply.ids), len(reply.log_probs)) == (whole[:end], end)
        assert reply.is_ended == (stop in whole)
    assert found[0].is_ended


def test_the_same_generator_state_gives_the_same_replies(model: Transformer):
    prompts_BT = torch.randint(53, (3, 4), generator=seeded(3))

    one, same, other = (ids(generate(model, prompts_BT, 9, Settings(), seeded(seed))) for seed in (0, 0, 1))

    assert one == same != other


def test_top_k_of_one_and_a_tiny_top_p_are_greedy(model: Transformer):
    prompts_BT = torch.randint(53, (3, 4), generator=seeded(3))
    greedy = ids(generate(model, prompts_BT, 9, GREEDY))

    for settings in (Settings(top_k=1), Settings(top_p=1e-9), Settings(min_p=1.0), Settings(temperature=1e-4)):
        assert ids(generate(model, prompts_BT, 9, settings, seeded())) == greedy


def test_the_nucleus_is_the_smallest_set_of_at_least_its_mass():
    for seed in range(20):
        logits_BV = torch.randn(1, 30, generator=seeded(seed), dtype=torch.float64) * 2
        probabilities = logits_BV.softmax(-1)[0]
        kept = filter_logits(logits_BV, Settings(top_p=0.8))[0].isfinite()

        assert probabilities[kept].sum() >= 0.8
        assert probabilities[kept].sum() - probabilities[kept].min() < 0.8
        assert probabilities[kept].min() > probabilities[~kept].max()


def test_draws_follow_the_filtered_distribution():
    """Chi-square of 100,000 draws: 7 degrees of freedom, 24.3 is passed once in 1,000 times."""
    from experiments.transformer.generate import choose

    logits_V = torch.randn(12, generator=seeded(4))
    settings = Settings(temperature=0.8, top_k=8)
    drawn = choose(logits_V.expand(100_000, 12), settings, seeded(5))
    expected_V = filter_logits(logits_V[None], settings)[0].softmax(-1) * 100_000
    counts_V = drawn.bincount(minlength=12)

    kept_V = expected_V > 0
    assert int(kept_V.sum()) == 8
    assert counts_V[~kept_V].sum() == 0
    assert ((counts_V - expected_V).square() / expected_V)[kept_V].sum() < 24.3


def test_a_text_longer_than_the_block_goes_on_from_its_newer_half():
    model = make(replace(SHAPE, block_size=8)).double()
    prompt = list(range(20))

    (reply,) = generate(model, [prompt], 7, GREEDY)

    text, log_probs = list(prompt), []
    for read in (8, 4, 5, 6, 7, 8, 4):
        found = model(torch.tensor([text[-read:]]))[0, -1].log_softmax(-1).max(-1)
        text.append(int(found.indices))
        log_probs.append(found.values.item())
    assert list(reply.ids) == text[20:]
    assert list(reply.log_probs) == pytest.approx(log_probs, abs=1e-5)


def test_a_full_block_takes_nothing_from_a_row_whose_ids_are_in_its_newer_half():
    model = make(replace(SHAPE, block_size=8)).double()

    _, short = ids(generate(model, [[1, 2, 3, 4, 5, 6, 7], [8]], 6, GREEDY))

    assert [short] == ids(generate(model, [[8]], 6, GREEDY))


def test_generation_leaves_the_model_in_the_mode_it_was_in():
    model = Transformer(replace(SHAPE, dropout=0.5), seeded())

    one, two = (ids(generate(model.train(), [[1, 2]], 5, GREEDY)) for _ in range(2))

    assert one == two
    assert model.training


def test_the_scripts_of_the_guide_train_and_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    guide = (Path(__file__).parents[3] / "site/pages/guide/models.md").read_text()
    train, write = (
        next(block for block in re.findall(r"```python[^\n]*\n(.*?)```", guide, re.DOTALL) if word in block)
        for word in ("fit(", "generate(")
    )
    assert "Plan(2000, " in train
    monkeypatch.chdir(tmp_path)
    Path("corpus.txt").write_text("To be, or not to be: that is the question. " * 9)
    names: dict[str, Any] = {}

    exec(train.replace("Plan(2000, ", "Plan(1, ") + write, names)

    assert [len(reply.ids) for reply in names["replies"]] == [100, 100]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            lambda m: generate(m, [[1]], 3),
            "error: sampling needs a generator\nhint: give one, or `temperature=0` for the likeliest ids",
        ),
        (
            lambda m: generate(m, [[1], []], 3, GREEDY),
            "error: prompt 2 is empty\nhint: begin with the id that begins or ends a text",
        ),
        (
            lambda m: generate(m, [[1, 53]], 3, GREEDY),
            "error: prompt 1 holds the id 53\nhint: this model knows 0 to 52",
        ),
        (
            lambda m: Settings(top_p=0.0),
            "error: `top_p=0.0` is out of range\nhint: give a number more than 0 and at most 1",
        ),
        (lambda m: Settings(temperature=-1), "error: `temperature=-1` is out of range\nhint: give a number 0 or more"),
    ],
)
def test_what_cannot_be_generated_is_told(model: Transformer, act: Callable[[Transformer], object], message: str):
    with pytest.raises(SiteError) as told:
        act(model)

    assert str(told.value) == message
