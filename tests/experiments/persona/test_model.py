"""The persona model against transformers' own, and its trees against the original's rows."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from experiments.persona import hub, loop
from experiments.persona.batches import IGNORED, Encoded, Loader, in_order, make_rows, make_tree
from experiments.persona.generate import Decoding, filtered, reply
from experiments.persona.loop import Losses, Plan, evaluate, fit
from experiments.persona.model import Past, Persona, Shape, parameter_count
from experiments.persona.tokens import Tokens, train_tokens

END, ME, THEM = 0, 1, 2
SHAPE = Shape(vocab_size=50, block_size=64, layers=2, heads=2, width=16, dropout=0.0)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def persona(shape: Shape = SHAPE) -> Persona:
    model = Persona(shape, rng())
    with torch.no_grad():  # biases and norms of a trained model are not 0 and 1
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=rng(1)) * 0.05)
    return model.double()


def examples(count: int = 6) -> list[Encoded]:
    draw = rng(2)

    def words(most: int) -> tuple[int, ...]:
        size = int(torch.randint(1, most, (1,), generator=draw))
        return (*torch.randint(3, 50, (size,), generator=draw).tolist(), END)

    made = []
    for i in range(count):
        turns = [words(7) for _ in range(1 + i % 3)]
        speakers = [THEM if place % 2 == 0 else ME for place, turn in enumerate(turns) for _ in turn]
        history = tuple(token for turn in turns for token in turn)
        made.append(Encoded(history, tuple(speakers), tuple(words(9) for _ in range(4)), i % 4, ME))
    return made


def oracle(model: Persona):
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(
        vocab_size=50, n_positions=64, n_embd=16, n_layer=2, n_head=2, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        summary_first_dropout=0.0, bos_token_id=END, eos_token_id=END, num_labels=1,
    )  # fmt: skip
    theirs = transformers.GPT2DoubleHeadsModel(config).double().eval()
    missing = theirs.load_state_dict(hub.to_gpt2(model), strict=False)
    assert missing.unexpected_keys == []
    assert missing.missing_keys == ["lm_head.weight"]
    theirs.tie_weights()
    return theirs


def test_both_losses_are_those_of_the_double_heads_model_on_the_original_layout() -> None:
    model, batch = persona(), examples()
    rows = make_rows(batch, 32, END)
    theirs = oracle(model)(
        rows.ids, token_type_ids=rows.types, mc_token_ids=rows.last, labels=rows.labels, mc_labels=rows.gold
    )
    tree = make_tree(batch)

    lm, mc = Losses(model)(tree)

    torch.testing.assert_close(lm / tree.targets, theirs.loss, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(mc / tree.examples, theirs.mc_loss, rtol=1e-12, atol=1e-12)


def test_where_the_true_reply_stands_among_the_candidates_changes_no_loss() -> None:
    model, (one, *_) = persona(), examples()
    turned = Encoded(one.history, one.speakers, one.candidates[::-1], 3 - one.gold, ME)

    for a, b in zip(Losses(model)(make_tree([one])), Losses(model)(make_tree([turned])), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=0)


def test_padding_a_tree_changes_no_loss() -> None:
    model, batch = persona(), examples()
    small, large = make_tree(batch), make_tree(batch, length=160, slots=32)

    assert large.ids.shape == (6, 160)
    for a, b in zip(Losses(model)(small), Losses(model)(large), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_one_candidate_does_not_see_another() -> None:
    model, (one, *_) = persona(), examples()
    other = Encoded(one.history, one.speakers, (one.candidates[0], (7, 7, END), *one.candidates[2:]), 0, ME)
    scores = [
        model.scores(model.hidden(tree.ids, tree.types, tree.positions, tree.mask)[0, tree.last[0]])
        for tree in (make_tree([one]), make_tree([other]))
    ]

    assert torch.equal(scores[0][[0]], scores[1][[0]])
    assert not torch.equal(scores[0][[1]], scores[1][[1]])


def test_parameters_are_counted_in_closed_form() -> None:
    assert parameter_count(SHAPE) == sum(one.numel() for one in Persona(SHAPE, rng()).parameters())


def test_a_cache_gives_what_reading_everything_again_gives() -> None:
    model = persona().eval()
    ids, types = torch.randint(3, 50, (2, 20), generator=rng(3)), torch.ones(2, 20, dtype=torch.long)
    whole, past = model.hidden(ids, types), Past()
    parts = [
        model.hidden(ids[:, a:b], types[:, a:b], past=past) for a, b in ((0, 7), *((i, i + 1) for i in range(7, 20)))
    ]

    torch.testing.assert_close(torch.cat(parts, 1), whole, rtol=1e-12, atol=1e-12)


def test_greedy_replies_are_those_of_transformers_generate() -> None:
    model = persona().eval()
    theirs = oracle(model)
    history = [5, 9, 11, END]
    with torch.no_grad():
        ids, types = torch.tensor([history]), torch.tensor([[THEM] * 4])
        for _ in range(12):
            token = theirs(ids, token_type_ids=types).logits[0, -1].argmax()
            ids = torch.cat((ids, token.view(1, 1)), 1)
            types = torch.cat((types, torch.tensor([[ME]])), 1)
            if token == END:
                break
    greedy = Decoding(temperature=0.0, top_k=0, top_p=1.0, no_repeat_ngram_size=0, max_length=12)
    made = reply(model, history, [THEM] * 4, (ME, END), greedy, rng())

    expected = ids[0, 4:].tolist()
    assert list(made.ids) == [token for token in expected if token != END]


@pytest.mark.parametrize("vocabulary", [5, 50, 1000])
@pytest.mark.parametrize(
    "decoding", [Decoding(0.8, 0, 1.0), Decoding(1.0, 3, 1.0), Decoding(0.7, 0, 0.5), Decoding(1.3, 20, 0.9)]
)
def test_filters_are_those_of_transformers(vocabulary: int, decoding: Decoding) -> None:
    warpers = pytest.importorskip("transformers.generation.logits_process")
    logits = torch.randn(1, vocabulary, generator=rng(vocabulary), dtype=torch.float64)
    expected = warpers.TemperatureLogitsWarper(decoding.temperature)(None, logits)
    if decoding.top_k:
        expected = warpers.TopKLogitsWarper(min(decoding.top_k, vocabulary))(None, expected)
    if decoding.top_p < 1:
        expected = warpers.TopPLogitsWarper(decoding.top_p)(None, expected)

    assert torch.equal(filtered(logits[0], decoding), expected[0])


def test_no_reply_repeats_three_tokens_when_told_not_to() -> None:
    made = reply(persona().eval(), [5, END], [THEM] * 2, (ME, END), Decoding(0.0, 0, 1.0, 3, 40), rng())
    said = [5, END, *made.ids]
    grams = [tuple(said[i : i + 3]) for i in range(len(said) - 2)]

    assert len(grams) == len(set(grams))


def tokens() -> Tokens:
    return train_tokens(["do you like trains?", "i love trains", "<|me|> is no mark here"], 300)


def test_a_saved_model_opens_in_transformers_and_here(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    made = tokens()
    model = Persona(Shape(len(made), 64, 2, 2, 16, 0.0), rng()).eval()
    hub.save(model, made, tmp_path)
    again, their_tokens = hub.load(tmp_path)
    again.eval()
    theirs = transformers.GPT2DoubleHeadsModel.from_pretrained(tmp_path).eval()
    ids = torch.tensor([made.encode("do you like trains?")])
    types = torch.full_like(ids, made.them)

    ours = model.logits(model.hidden(ids, types))

    assert torch.equal(again.logits(again.hidden(ids, types)), ours)
    torch.testing.assert_close(theirs(ids[:, None], token_type_ids=types[:, None]).logits[:, 0], ours)
    assert transformers.AutoTokenizer.from_pretrained(tmp_path)("i love trains").input_ids == their_tokens.encode(
        "i love trains"
    )
    assert (
        transformers.AutoModelForCausalLM.from_pretrained(tmp_path).num_parameters()
        == parameter_count(model.shape) - 17
    )


def test_marks_in_a_text_are_words() -> None:
    made = tokens()
    ids = made.encode("<|endoftext|><|me|>")

    assert not {made.end, made.me, made.them} & set(ids)
    assert made.decode(made.encode("한국어 ☕ \x00")) == "한국어 ☕ \x00"


def test_training_lowers_both_losses_and_evaluation_weighs_tokens() -> None:
    model, batch = Persona(SHAPE, rng()), examples(24)
    before = evaluate(model, batch)
    fit(model, batch, (), Plan(epochs=100, batch_size=8, lr=1e-2))
    after = evaluate(model, batch)
    singles = [(evaluate(model, [one]), len(one.candidates[one.gold])) for one in batch]
    mean = sum(found["lm_loss"] * size for found, size in singles) / sum(size for _, size in singles)

    assert after["lm_loss"] < before["lm_loss"] / 2
    assert after["mc_loss"] < before["mc_loss"] / 2
    assert abs(mean - after["lm_loss"]) < 1e-5


@pytest.mark.parametrize("options", [{"accumulate": 4}, {"saves_memory": True}])
def test_saving_memory_changes_no_loss(options: dict) -> None:
    batch = examples(24)
    curves = [
        [row["loss"] for row in fit(Persona(SHAPE, rng()), batch, (), Plan(epochs=3, log_every=1, **more)).history]
        for more in ({}, options)
    ]

    torch.testing.assert_close(torch.tensor(curves[0]), torch.tensor(curves[1]), rtol=1e-4, atol=1e-5)


def test_without_the_second_loss_its_head_stays_as_it_was() -> None:
    model = Persona(SHAPE, rng())
    before = model.choice.weight.clone()
    fit(model, examples(24), (), Plan(epochs=2, mc_weight=0.0))

    assert torch.equal(model.choice.weight, before)


class Kept:
    """A checkpoint in memory, that kills the run after a number of saves."""

    def __init__(self, kill_after: int = 0) -> None:
        self.state, self.saves, self.kill_after = None, 0, kill_after

    def load(self):
        return self.state

    def save(self, state) -> None:
        import copy

        self.state, self.saves = copy.deepcopy(state), self.saves + 1
        if self.saves == self.kill_after:
            raise KeyboardInterrupt


def test_a_killed_run_goes_on_to_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)
    shape, batch, plan = Shape(50, 64, 2, 2, 16, dropout=0.1), examples(24), Plan(epochs=6, log_every=1)
    whole = Persona(shape, rng())
    fitted = fit(whole, batch, batch[:4], plan)
    kept = Kept(kill_after=7)
    with pytest.raises(KeyboardInterrupt):
        fit(Persona(shape, rng()), batch, batch[:4], plan, checkpoint=kept)
    kept.kill_after = 0
    resumed = Persona(shape, rng(9))
    again = fit(resumed, batch, batch[:4], plan, checkpoint=kept)

    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))
    assert again.history == fitted.history


def test_a_step_needs_no_look_at_the_data() -> None:
    """On the meta device a hidden `.item()` or a shape that depends on values raises: what a TPU would stumble on."""
    model = Persona(SHAPE, rng()).to("meta")
    lm, mc = Losses(model)(make_tree(examples()).to(torch.device("meta")))
    (lm + mc).backward()

    assert lm.shape == ()
    assert model.tokens.weight.grad.device.type == "meta"


def test_batches_hold_every_example_once_an_epoch_and_can_be_taken_up() -> None:
    batch = examples(24)
    loader = Loader(batch, 8, 0)
    epoch = [one for _ in range(3) for one in loader()]
    later = Loader(batch, 8, 0)
    later.taken = 3

    assert sorted(map(hash, epoch)) == sorted(map(hash, batch))
    assert later() == loader()
    assert sorted(hash(one) for part in in_order(batch, 5) for one in part) == sorted(map(hash, batch))
    assert int((make_tree(batch).target != IGNORED).sum()) == sum(len(one.candidates[one.gold]) for one in batch)
