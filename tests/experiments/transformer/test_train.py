"""The training loop: what a step is, exact resume, fitness for other devices."""

from __future__ import annotations

import copy
import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from experiments.transformer.batches import IGNORED, Batch, Drawn, windows, work
from experiments.transformer.chapters import Chapters
from experiments.transformer.device import Team
from experiments.transformer.model import Shape, Transformer
from experiments.transformer.train import (
    Data,
    Plan,
    SummedLoss,
    evaluate,
    fit,
    in_pieces,
    in_precision,
    learning_rate,
    make_optimiser,
    wrapped,
)

SHAPE = Shape(vocab_size=10, block_size=11, layers=2, heads=2, width=16, dropout=0.1)
CPU = torch.device("cpu")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(shape: Shape = SHAPE, seed: int = 0) -> Transformer:
    return Transformer(shape, seeded(seed))


def reversal(generator: torch.Generator, batch: int = 8, shortest: int = 2) -> Batch:
    """Digits, then the same backwards; up to 6 of them, so that rows have different numbers of targets."""
    ids_BT = torch.zeros(batch, 11, dtype=torch.long)
    targets_BT = torch.full((batch, 11), IGNORED)
    for b in range(batch):
        n = int(torch.randint(shortest, 7, (), generator=generator))
        digits = torch.randint(10, (n,), generator=generator)
        whole = torch.cat([digits, digits.flip(0)])
        ids_BT[b, : 2 * n - 1], targets_BT[b, n - 1 : 2 * n - 1] = whole[:-1], whole[n:]
    return ids_BT, targets_BT


def data(**changes: Any) -> Data:
    return Data(Drawn(reversal, seeded(3)), **changes)


@dataclass
class Disk:
    """A checkpoint in memory that keeps every state as bytes and reads the last back safely."""

    states: list[bytes] = field(default_factory=list)

    def save(self, state: object) -> None:
        stream = io.BytesIO()
        torch.save(state, stream)
        self.states.append(stream.getvalue())

    def load(self) -> Any:
        return torch.load(io.BytesIO(self.states[-1]), weights_only=True) if self.states else None


def equal(a: Any, b: Any) -> bool:
    if isinstance(a, Tensor):
        return torch.equal(a, b)
    if isinstance(a, Mapping):
        return set(a) == set(b) and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return bool(a == b)


# one step -------------------------------------------------------------------
def test_the_loss_is_cross_entropy_of_the_logits_at_the_targets():
    model, (ids_BT, targets_BT) = make(replace(SHAPE, dropout=0.0)).double(), reversal(seeded())
    asked = work((ids_BT, targets_BT))

    found = SummedLoss(model)(asked.ids, asked.at, asked.targets)

    expected = cross_entropy(model(ids_BT).flatten(0, 1), targets_BT.flatten(), reduction="sum")
    torch.testing.assert_close(found, expected, rtol=1e-14, atol=0)


def test_logits_that_outgrow_the_cache_come_in_pieces_with_the_same_loss_and_gradients():
    shape = Shape(vocab_size=6000, block_size=16, layers=1, heads=1, width=8, tied=False)
    model, rng = make(shape).double(), seeded(1)
    ids_BT, targets_BT = (torch.randint(6000, (20, 16), generator=rng) for _ in range(2))
    targets_BT[:, :3] = IGNORED
    asked = work((ids_BT, targets_BT))

    found = SummedLoss(model)(asked.ids, asked.at, asked.targets)
    found.backward()

    pieces = in_pieces(len(asked.targets), 6000, CPU)
    assert pieces is not None
    assert pieces.batch_chunk_size == 174 < len(asked.targets) == 260
    gradients = [parameter.grad for parameter in model.parameters()]
    model.zero_grad(set_to_none=True)
    expected = cross_entropy(model(ids_BT).flatten(0, 1), targets_BT.flatten(), reduction="sum")
    expected.backward()
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)
    for gradient, parameter in zip(gradients, model.parameters(), strict=True):
        torch.testing.assert_close(gradient, parameter.grad, rtol=1e-10, atol=1e-12)


def test_the_head_stays_in_one_piece_where_pieces_do_not_pay():
    assert in_pieces(1024, 1024, CPU) is None
    assert in_pieces(1024, 4096, torch.device("meta")) is None
    with torch.no_grad():
        assert in_pieces(1024, 4096, CPU) is None
    with torch.autocast("cpu", torch.bfloat16):
        assert in_pieces(1024, 4096, CPU) is None


def test_an_accumulated_step_is_the_step_of_one_large_batch():
    """Batches hold different numbers of targets: the mean is over all tokens, not over batches."""
    shape = replace(SHAPE, dropout=0.0)
    one, many = make(shape).double(), make(shape).double()
    batches = [reversal(seeded(i)) for i in range(4)]
    large = tuple(torch.cat(parts) for parts in zip(*batches, strict=True))
    counts = {int((targets != IGNORED).sum()) for _, targets in batches}

    whole = fit(one, Data(Drawn(lambda _: large, seeded())), Plan(1, log_every=1))
    queue = iter(batches)
    parts = fit(many, Data(Drawn(lambda _: next(queue), seeded())), Plan(1, log_every=1, accumulate=4))

    assert len(counts) > 1
    assert whole.tokens == parts.tokens
    assert whole.history[0]["loss"] == pytest.approx(parts.history[0]["loss"], rel=1e-14)
    for a, b in zip(one.parameters(), many.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-10)


def test_a_step_is_torchs_adamw_on_the_clipped_gradient():
    shape = replace(SHAPE, dropout=0.0)
    model, batch = make(shape).double(), reversal(seeded())
    other = copy.deepcopy(model)
    plan = Plan(3, lr=0.01, clip=0.25, final=1.0, decay=0.5)

    fit(model, Data(Drawn(lambda _: batch, seeded())), plan)

    decayed = [
        p for name, p in other.named_parameters() if name.endswith(("values.weight", "out.weight", "wide.weight"))
    ]
    rest = [p for p in other.parameters() if all(p is not one for one in decayed)]
    groups = [{"params": decayed, "weight_decay": 0.5}, {"params": rest, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.95), foreach=False, fused=False)
    for _ in range(3):
        optimiser.zero_grad()
        cross_entropy(other(batch[0]).flatten(0, 1), batch[1].flatten()).backward()
        length = math.sqrt(sum(p.grad.square().sum().item() for p in other.parameters() if p.grad is not None))
        for p in other.parameters():
            p.grad *= min(1.0, 0.25 / (length + 1e-6))
        optimiser.step()
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-10)


@pytest.mark.parametrize("tied", [True, False])
def test_only_matrices_of_linear_layers_decay(tied: bool):
    model = make(replace(SHAPE, tied=tied))
    names = {id(parameter): name for name, parameter in model.named_parameters()}

    decayed, spared = make_optimiser(model, Plan(1, decay=0.3), CPU).param_groups

    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.3, 0.0)
    parts = ["attention.queries_keys_values", "attention.out", "feed_forward.wide", "feed_forward.out"]
    matrices = {f"blocks.{i}.{part}.weight" for i in range(2) for part in parts} | (
        {"head.weight"} if not tied else set()
    )
    assert {names[id(one)] for one in decayed["params"]} == matrices
    assert len(decayed["params"]) + len(spared["params"]) == len(names)


def test_the_rate_rises_in_a_line_and_falls_in_half_a_cosine():
    plan = Plan(110, lr=2.0, warmup=10, final=0.1)

    found = {step: learning_rate(plan, step) for step in (0, 4, 9, 10, 60, 110, 500)}

    assert found == pytest.approx({0: 0.2, 4: 1.0, 9: 2.0, 10: 2.0, 60: 1.1, 110: 0.2, 500: 0.2}, abs=1e-12)


def test_evaluation_weighs_a_batch_by_its_targets():
    model = make()
    batches = [reversal(seeded(1), batch=2), reversal(seeded(2), batch=13)]
    large = tuple(torch.cat(parts) for parts in zip(*batches, strict=True))

    assert evaluate(model, batches) == pytest.approx(evaluate(model, [large]), rel=1e-6)
    assert model.training


@pytest.mark.filterwarnings("ignore:.*script_method. is deprecated")  # torch's own, when it loads its compiler
def test_half_precision_and_compilation_only_where_they_pay():
    def is_half(device: str, precision: str) -> bool:
        return in_precision(Plan(1, precision=precision), torch.device(device))._enabled  # type: ignore[attr-defined,no-any-return]

    assert [is_half("cpu", word) for word in ("auto", "float32", "bfloat16")] == [False, False, True]
    compiled = [wrapped(make(), Plan(1, compile=word), Team(CPU))._compiled_call_impl for word in ("auto", "no", "yes")]
    assert [one is not None for one in compiled] == [False, False, True]


# runs -----------------------------------------------------------------------
def test_it_learns_to_reverse_digits():
    def exact(model: Transformer) -> dict[str, float]:
        ids_BT, targets_BT = reversal(seeded(99), batch=200, shortest=6)
        right_BT = (model(ids_BT).argmax(-1) == targets_BT) | (targets_BT == IGNORED)
        return {"exact": right_BT.all(1).float().mean().item()}

    shape = replace(SHAPE, width=32, dropout=0.0)
    loader = Drawn(lambda generator: reversal(generator, batch=64, shortest=6), seeded(3))

    found = fit(make(shape), Data(loader, [reversal(seeded(98), 64, 6)], exact), Plan(100, lr=5e-3, warmup=10))

    assert found.history[0]["loss"] == pytest.approx(math.log(10), abs=0.2)
    assert found.history[-1]["step"] == 100
    assert found.history[-1]["exact"] > 0.97
    assert found.history[-1]["held_loss"] < 0.1


def test_a_row_tells_the_state_after_as_many_updates_as_its_step():
    """The loss of the batch and of the held-out set are of the same weights; the end is judged once more."""
    log: list[tuple[int, int, tuple[str, ...]]] = []

    found = fit(
        make(),
        data(held=[reversal(seeded(9))]),
        Plan(5, evaluate_every=2, log_every=4),
        lambda step, total, **metrics: log.append((step, total, tuple(metrics))),
    )

    judged, trained = ("held_loss",), ("loss", "gradient_norm", "lr")
    assert log == [(0, 5, judged + trained), (2, 5, judged + trained), (4, 5, judged + trained), (5, 5, judged)]
    assert [(row["step"], *row) for row in found.history] == [(step, "step", *names) for step, _, names in log]


def test_it_stops_when_nothing_gets_better_and_ends_with_the_best_weights():
    """Noise to learn by heart: the held-out loss is best at once and then grows."""
    noise = torch.randint(10, (8, 12), generator=seeded())
    held = torch.randint(10, (50, 12), generator=seeded(1))
    judged = [(held[:, :-1], held[:, 1:])]
    model = make(replace(SHAPE, dropout=0.0))

    found = fit(
        model,
        Data(Drawn(lambda _: (noise[:, :-1], noise[:, 1:]), seeded()), judged),
        Plan(1000, lr=0.01, evaluate_every=5, patience=3),
    )

    losses = [row["held_loss"] for row in found.history if "held_loss" in row]
    assert found.step < 200
    assert found.best["held_loss"] == min(losses)
    assert losses.index(min(losses)) == len(losses) - 4
    assert evaluate(model, judged) == min(losses)


# resume ---------------------------------------------------------------------
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("at", [0, 1, 6])
def test_a_run_resumed_at_any_step_ends_in_the_same_bits(precision: str, at: int):
    plan = Plan(
        9, warmup=3, evaluate_every=3, keep_best=True, save_every=1, log_every=2, accumulate=2, precision=precision
    )

    def run(disk: Disk, seed: int) -> tuple[Transformer, list[dict[str, Any]], dict[str, Any]]:
        torch.manual_seed(seed)  # what went before must not matter
        model = make(seed=seed)
        found = fit(model, Data(Drawn(reversal, seeded(seed)), [reversal(seeded(9))]), plan, checkpoint=disk)
        return model, found.history, found.best

    whole = Disk()
    model, history, best = run(whole, seed=0)
    other, resumed, again = run(Disk(whole.states[: at + 1]), seed=1)

    assert (resumed, again) == (history, best)
    assert equal(dict(model.state_dict()), dict(other.state_dict()))


def test_chapters_keep_what_is_finished_and_go_on_with_what_is_not():
    """Stopped at every state once: each run goes on in its own place and ends alike."""
    plan = Plan(4, save_every=2, log_every=1)

    def run(disk: Disk) -> tuple[list[str], dict[str, Any]]:
        begun: list[str] = []
        chapters = Chapters(disk)

        def part(name: str) -> Callable[[Any], Any]:
            def do(checkpoint: Any) -> Any:
                begun.append(name)
                model = make(seed=len(name))
                return {"history": fit(model, data(), plan, checkpoint=checkpoint).history, "model": model.state_dict()}

            return do

        return begun, {name: chapters(name, part(name)) for name in ("one", "three")}

    whole = Disk()
    begun, expected = run(whole)

    assert begun == ["one", "three"]
    assert len(whole.states) == 6  # steps 2 and 4, and the end, of each
    for count, still in enumerate([["one", "three"]] * 2 + [["three"]] * 3 + [[]], 1):
        begun, found = run(Disk(whole.states[:count]))
        assert (begun, equal(found, expected)) == (still, True)


# fitness for other devices --------------------------------------------------
def test_a_step_needs_no_value_from_the_device():
    """On `meta` tensors nothing can be read back: a hidden synchronisation or a data-dependent size would raise."""
    model = make().to("meta")
    plan, meta = Plan(1), torch.device("meta")
    asked = work(reversal(seeded()), is_static=True).to(meta)
    optimiser = make_optimiser(model, plan, meta)

    loss = SummedLoss(model)(asked.ids, asked.at, asked.targets) / 20
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
    optimiser.step()

    assert loss.device.type == "meta"
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("attention", ["fast", "plain"])
def test_batches_of_different_targets_are_one_graph_compiled_once(attention: str):
    from torch._dynamo.testing import CompileCounter

    torch._dynamo.reset()
    counter = CompileCounter()
    loss = torch.compile(SummedLoss(make(replace(SHAPE, attention=attention))), backend=counter, dynamic=False)
    for seed in range(3):
        asked = work(reversal(seeded(seed)), is_static=True)
        loss(asked.ids, asked.at, asked.targets)

    assert counter.frame_count == 1


def test_windows_train_too():
    stream_N = torch.arange(300) % 10

    found = fit(make(), Data(windows(stream_N, 11, 8, seeded())), Plan(60, lr=5e-3, log_every=59))

    assert found.tokens == 60 * 8 * 11
    assert found.history[1]["loss"] < 0.5 * found.history[0]["loss"]
