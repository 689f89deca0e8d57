"""What is wrong with a language model that does not learn: ten questions, each with what to try first.

`python -m experiments doctor transformer` examines the family's own model, `doctor transformer FILE` somebody's
file (see patient.py for what it may hold). Each question is one line: measured, expected, and advice where it fails.

Shapes: B sequences, T positions, V ids.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.transformer.patient import VOCABULARY, Patient, bring

STEPS = 400  # most of a try to learn one batch
GOAL = 0.01  # nats
LOOK = 10  # steps between looks at the loss
UNIFORM = math.log(VOCABULARY)  # loss of one who knows nothing
SPREAD = 0.5  # nats that first weights may cost
FLOOR = math.log(1 + (VOCABULARY - 1) / math.e)  # least loss of probabilities taken for logits


@dataclass(frozen=True)
class Finding:
    """The answer to one question."""

    question: str
    is_good: bool
    measured: str
    expected: str
    advice: str = ""
    is_last: bool = False  # nothing else can be asked

    def __str__(self) -> str:
        mark = "✓" if self.is_good else "✗"
        line = f"{mark} {self.question:<36} {self.measured}"
        return line if self.is_good else f"{line}\n    expected: {self.expected}\n    try first: {self.advice}"


@dataclass(frozen=True)
class Try:
    """One try to learn a batch by heart."""

    model: nn.Module
    rate: float
    lowest: float  # loss, dropout off
    steps: int
    jump: tuple[float, float]  # first loss, and the highest of the first steps
    without_gradient: tuple[str, ...]  # parameters that never got one

    @property
    def is_good(self) -> bool:
        """Whether it knows the batch by heart."""
        return self.lowest < GOAL


class Practice:
    """What the patient does when it is to learn one batch by heart, and what would have helped it."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient

    @cached_property
    def same_batch(self) -> float:
        """The share of ids that stay where they are from step to step."""
        (first, _), *others = [self.patient.batch(step) for step in range(4)]
        return min((first == ids).float().mean().item() if ids.shape == first.shape else 0.0 for ids, _ in others)

    @cached_property
    def as_is(self) -> Try:
        """The try with its own batches and its own rate."""
        return self.attempt(1.0, is_fixed=False)

    @cached_property
    def fixed(self) -> Try:
        """The same, on one batch that stays."""
        return self.as_is if self.same_batch == 1 else self.attempt(1.0, is_fixed=True)

    @cached_property
    def best(self) -> Try:
        """The first that succeeds, with smaller rates if need be; else the one that came lowest."""
        tries = [self.fixed]
        for share in (0.1, 0.01):
            if not (tries[-1].is_good or self.has_two_softmaxes):  # that no rate mends
                tries.append(self.attempt(share, is_fixed=True))
        return min(tries, key=lambda one: (not one.is_good, one.lowest))

    @cached_property
    def losses(self) -> tuple[float, float, float]:
        """What the script calls its loss, the cross-entropy of the outputs, and that of their softmax."""
        with torch.no_grad():
            model, (ids_BT, targets_BT) = self.fixed.model, self.patient.batch(0)
            logits_NV = self.patient.logits(model, ids_BT).flatten(0, 1).float()
            both = [
                F.cross_entropy(scores, targets_BT.flatten()).item() for scores in (logits_NV, logits_NV.softmax(-1))
            ]
            return self.patient.judge(model, ids_BT, targets_BT), both[0], both[1]

    @cached_property
    def are_probabilities(self) -> bool:
        """Whether the model's outputs are positive and add up to 1."""
        with torch.no_grad():
            outputs_BTV = self.patient.logits(self.patient.build().eval(), self.patient.rows[:4, :-1])
        sums_BT = outputs_BTV.sum(-1)
        return bool((outputs_BTV >= 0).all()) and torch.allclose(sums_BT, torch.ones_like(sums_BT), atol=1e-4)

    @cached_property
    def has_two_softmaxes(self) -> bool:
        """Whether the outputs are softmaxed, or the script's loss is that of softmaxed outputs."""
        own, once, twice = self.losses
        return self.are_probabilities or abs(own - twice) < 1e-3 < abs(own - once)

    def attempt(self, share: float, *, is_fixed: bool) -> Try:
        """Train for a while with a share of the learning rate."""
        patient, model = self.patient, self.patient.build()
        optimiser = patient.optimizer(model)
        for group in optimiser.param_groups:
            group["lr"] *= share
        named = {name: one for name, one in model.named_parameters() if one.requires_grad}
        silent, lowest, the_one = set(named), math.inf, patient.batch(0)
        losses: list[float] = []
        for step in range(STEPS + 1):
            if step % LOOK == 0:
                lowest = min(lowest, patient.judge(model, *the_one))
            if step == STEPS or lowest < GOAL:
                break
            model.train()
            losses.append(patient.step(model, optimiser, the_one if is_fixed else patient.batch(step)))
            silent -= {name for name in silent if (grad := named[name].grad) is not None and bool((grad != 0).any())}
        jump = (losses[0], max(losses[:LOOK])) if losses else (lowest, lowest)
        rate = float(optimiser.param_groups[0]["lr"])
        return Try(model.eval(), rate, lowest, step, jump, tuple(sorted(silent)))


# questions ------------------------------------------------------------------
def start(patient: Patient, _: Practice) -> Finding:
    """A model that knows nothing gives each id the same chance."""
    rows = patient.rows
    loss = patient.judge(patient.build(), rows[:, :-1], rows[:, 1:])
    advice = "smaller first weights: deviation 0.02 for embeddings and head (Radford et al. 2019)"
    if loss < UNIFORM:
        advice = "look for the answer in what the model reads: these ids are drawn evenly, nobody can know them"
    if is_lost := not math.isfinite(loss):
        advice = "find the first `nan` or `inf`: a row that is masked altogether, a division by 0, a logarithm of 0"
    is_good = abs(loss - UNIFORM) < SPREAD
    expected = f"{UNIFORM:.2f} ± {SPREAD} nats, ln {VOCABULARY}"
    return Finding("knows nothing at the start", is_good, f"{loss:.2f} nats", expected, advice, is_lost)


@torch.no_grad()
def causality(patient: Patient, _: Practice) -> Finding:
    """Changing an id changes no logit before it, not by one bit."""
    model, ids_BT = patient.build().eval(), patient.rows[:4, :-1]

    def logits(read_BT: Tensor) -> Tensor:
        torch.manual_seed(0)  # dropout that is left on must not look like a leak
        return patient.logits(model, read_BT)

    before_BTV, worst, leaks = logits(ids_BT), 0.0, 0
    for t in range(1, ids_BT.shape[1]):
        changed_BT = ids_BT.clone()
        changed_BT[:, t] = (changed_BT[:, t] + 1) % VOCABULARY
        change = (logits(changed_BT) - before_BTV)[:, :t].abs().max().item()
        worst, leaks = max(worst, change), leaks + (change > 1e-6)
    measured = f"largest change {worst:.1g}" + (f", from {leaks} of {ids_BT.shape[1] - 1} positions" if leaks else "")
    advice = "mask the scores before the softmax: position t may read keys 0 to t only (`is_causal=True`, or `tril`)"
    return Finding("cannot see the future", leaks == 0, measured, "0", advice)


@torch.no_grad()
def shift(patient: Patient, practice: Practice) -> Finding:
    """What was learnt by heart is the next id, and not the one that was read."""
    ids_BT, targets_BT = patient.batch(0)
    said_BT = patient.logits(practice.best.model, ids_BT).argmax(-1)
    length = ids_BT.shape[1]
    shares = [(said_BT[:, : length - by] == ids_BT[:, by:]).float().mean().item() for by in range(3)]
    if max(shares) < 0.5:  # nothing was learnt: the targets themselves are all there is to ask
        shares = [(targets_BT[:, : length - by] == ids_BT[:, by:]).float().mean().item() for by in range(3)]
    by = shares.index(max(shares))
    names = ("the id that was just read", "the next id", "the id after the next")
    advice = "let `targets[:, t]` be `ids[:, t + 1]`: `ids, targets = rows[:, :-1], rows[:, 1:]`"
    if by == 2:
        advice = "shift once: either the targets or the loss, not both"
    return Finding("predicts the next id", by == 1, f"{shares[by]:.0%} are {names[by]}", "the next id", advice)


def one_softmax(_: Patient, practice: Practice) -> Finding:
    """The loss takes logits; of probabilities it makes a floor that no training can pass."""
    own, once, twice = practice.losses
    measured = f"loss {own:.3g}, cross-entropy of the logits {once:.3g}, of their softmax {twice:.3g}"
    if practice.are_probabilities:
        measured = f"the outputs are probabilities, each row adds up to 1; lowest loss {practice.fixed.lowest:.3g}"
    expected = f"the loss of logits; of probabilities it cannot pass ln(1 + (V - 1) / e) = {FLOOR:.2f}"
    advice = "no softmax in the model nor before the loss: `F.cross_entropy` takes logits"
    return Finding("softmax comes once", not practice.has_two_softmaxes, measured, expected, advice)


def gradients(_: Patient, practice: Practice) -> Finding:
    """Each parameter gets a gradient at least once."""
    without, count = practice.fixed.without_gradient, len(list(practice.fixed.model.named_parameters()))
    shown = ", ".join(f"`{name}`" for name in without[:4]) + (" …" if len(without) > 4 else "")
    measured = f"{len(without)} without: {shown}" if without else f"all {count} tensors"
    advice = "look for a `detach`, a `no_grad`, an unused layer, or a list that should be an `nn.ModuleList`"
    return Finding("gradients reach every parameter", not without, measured, "all", advice)


def one_batch(_: Patient, practice: Practice) -> Finding:
    """An overfit test trains on one batch, and a loader that shuffles hands out another each time."""
    share = practice.same_batch
    advice = "take the batch out of the loader once, before the loop, or set `shuffle=False`"
    return Finding("one batch stays one batch", share == 1, f"{share:.0%} of the ids stay", "100%", advice)


def overfit(_: Patient, practice: Practice) -> Finding:
    """A few sequences are learnt by heart."""
    found = practice.as_is
    measured = f"{found.lowest:.3g} nats after {found.steps} steps"
    advice = (
        ""
        if found.is_good
        else "; ".join(_reasons(practice)) or "no dropout and a wider model; then a look at the places that stay wrong"
    )
    return Finding("learns one batch by heart", found.is_good, measured, f"under {GOAL} in {STEPS} steps", advice)


def _reasons(practice: Practice) -> Iterator[str]:
    if practice.same_batch < 1:
        yield "one batch only: see `one batch stays one batch`"
    if practice.best.rate < practice.fixed.rate and practice.best.is_good:
        yield "a smaller rate: see `learning rate is not too large`"
    if practice.has_two_softmaxes:
        yield "logits for the loss: see `softmax comes once`"


def rate(_: Patient, practice: Practice) -> Finding:
    """The first steps do not throw the loss up, and no smaller rate learns what this one does not."""
    own, best = practice.fixed, practice.best
    first, highest = own.jump
    is_calm = highest < first + 1
    is_good = is_calm and (own.is_good or not best.is_good)
    measured = f"with {own.rate:g} the loss comes to {own.lowest:.3g}"
    if not is_calm:
        measured = f"with {own.rate:g} the loss jumps from {first:.3g} to {highest:.3g}, and comes to {own.lowest:.3g}"
    if best.rate < own.rate:
        measured += f"; with {best.rate:g} to {best.lowest:.3g}"
    lower = best.rate if best.rate < own.rate else own.rate / 10
    advice = f"a rate of {lower:g}, with a warm-up over the first steps"
    expected = "no jump by more than 1 nat, and no smaller rate that does better"
    return Finding("learning rate is not too large", is_good, measured, expected, advice)


def evaluation(patient: Patient, _: Practice) -> Finding:
    """An evaluation asked twice answers the same, and as it does with dropout off."""
    model, batch = patient.build(), patient.batch(0)
    one, two = (patient.evaluate(model, *batch) for _ in range(2))
    judged = [patient.judge(model, *batch) for _ in range(2)]
    spread = max(one, two, *judged) - min(one, two, *judged)
    advice = "`model.eval()` before and `model.train()` after; `F.dropout(x, p, self.training)`, or an `nn.Dropout`"
    if judged[0] != judged[1]:
        advice = "dropout that knows of `model.eval()`: `F.dropout(x, p, self.training)`, or an `nn.Dropout`"
    measured = f"{one:.4f}, then {two:.4f} nats" + ("" if one != two else f"; with dropout off {judged[0]:.4f}")
    return Finding("evaluates without dropout", spread <= 1e-4, measured, "the same each time", advice)


def repeatable(patient: Patient, _: Practice) -> Finding:
    """The same seeds give the same numbers."""

    def losses() -> list[float]:
        model = patient.build().train()
        optimiser = patient.optimizer(model)
        return [patient.step(model, optimiser, patient.batch(0)) for _ in range(3)]

    one, two = losses(), losses()
    measured = f"losses {', '.join(f'{loss:.4f}' for loss in one)}" + (
        f" and {', '.join(f'{loss:.4f}' for loss in two)}" if one != two else ", twice"
    )
    advice = "draw from `generator` or torch's global generator only: no clock, no `random`, no set's order"
    return Finding("the same seed gives the same run", one == two, measured, "the same twice", advice)


QUESTIONS: tuple[Callable[[Patient, Practice], Finding], ...] = (
    start,
    causality,
    evaluation,
    repeatable,
    one_batch,
    overfit,
    rate,
    one_softmax,
    shift,
    gradients,
)


def examine(file: str = "") -> Iterator[Finding]:
    """Ask every question, of a model that says no numbers only the first; answers come as soon as they are known.

    Raises:
        SiteError: if the file cannot be examined.
    """
    patient = bring(file)
    practice = Practice(patient)
    for question in QUESTIONS:
        finding = question(patient, practice)
        yield finding
        if finding.is_last:
            return
