"""What is wrong with a language model that does not learn: ten questions, each with what to try first.

`python -m experiments doctor transformer` examines the family's own model, `doctor transformer FILE` somebody's
file (see patient.py for what it may hold). Each question is one line: measured, expected, and advice where it fails.

Shapes: B sequences, T positions, V ids.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.transformer.patient import OWN, VOCABULARY, Patient, bring, spot
from generator.errors import SiteError

STEPS = 400  # most of a try to learn one batch
GOAL = 0.01  # nats
LOOK = 10  # steps between looks at the loss
UNIFORM = math.log(VOCABULARY)  # loss of one who knows nothing
SPREAD = 0.5  # nats that first weights may cost
FLOOR = math.log(1 + (VOCABULARY - 1) / math.e)  # least loss of probabilities taken for logits


@dataclass(frozen=True)
class Answer:
    """What was found when a question was asked."""

    is_good: bool
    measured: str
    expected: str
    advice: str
    is_last: bool = False  # nothing that comes after it could be answered


@dataclass(frozen=True)
class Finding:
    """A question and its answer."""

    question: str
    answer: Answer

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong there."""
        return self.answer.is_good

    def __str__(self) -> str:
        mark, found = "✓" if self.is_good else "✗", self.answer
        line = f"{mark} {self.question:<36} {found.measured}"
        return line if self.is_good else f"{line}\n    expected: {found.expected}\n    try first: {found.advice}"


@dataclass(frozen=True)
class Try:
    """One try to learn a batch by heart."""

    model: nn.Module  # as it was built, if its loss did not stay finite
    rate: float
    losses: tuple[float, ...]  # before each step
    looks: tuple[float, ...]  # losses now and then, dropout off
    without_gradient: tuple[str, ...]  # parameters that never got one
    broken: tuple[str, ...]  # parameters whose first gradient was not finite

    @property
    def is_good(self) -> bool:
        """Whether it knows the batch by heart."""
        return self.lowest < GOAL

    @property
    def lowest(self) -> float:
        """The least loss, dropout off."""
        return min(filter(math.isfinite, self.looks), default=math.inf)

    @property
    def is_finite(self) -> bool:
        """Whether each loss was a number."""
        return all(map(math.isfinite, (*self.losses, *self.looks)))

    @property
    def jump(self) -> tuple[float, float]:
        """The first loss, and the highest of the first steps."""
        first = [loss if math.isfinite(loss) else math.inf for loss in self.losses[:LOOK]] or [self.lowest]
        return first[0], max(first)

    @property
    def end(self) -> str:
        """What there is to add where a loss was no number."""
        return "" if self.is_finite else ", then is not finite"


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
        return min(tries, key=lambda one: (not one.is_good, not one.is_finite, one.lowest))

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
        silent, broken, the_one = set(named), list[str](), patient.batch(0)
        losses, looks = list[float](), list[float]()
        for step in range(STEPS + 1):
            if step % LOOK == 0:
                looks.append(patient.judge(model, *the_one))
            if step == STEPS or looks[-1] < GOAL or not all(map(math.isfinite, (looks[-1], *losses[-1:]))):
                break
            model.train()
            losses.append(patient.step(model, optimiser, the_one if is_fixed else patient.batch(step)))
            grads = {name: one.grad for name, one in named.items() if one.grad is not None}
            silent -= {name for name, grad in grads.items() if name in silent and bool((grad != 0).any())}
            if step == 0:
                broken = [name for name, grad in grads.items() if not bool(grad.sum().isfinite())]
        rate = float(optimiser.param_groups[0]["lr"])
        found = Try(model.eval(), rate, tuple(losses), tuple(looks), tuple(sorted(silent)), tuple(broken))
        return found if found.is_finite else replace(found, model=patient.build().eval())


# questions ------------------------------------------------------------------
def start(patient: Patient, _: Practice) -> Answer:
    """A model that knows nothing gives each id the same chance."""
    rows, model = patient.rows, patient.build()
    loss = patient.judge(model, rows[:, :-1], rows[:, 1:])
    if fault := _no_number(patient, model, (loss, patient.judge(model, *patient.batch(0)))):
        return fault
    expected = f"{UNIFORM:.2f} ± {SPREAD} nats, ln {VOCABULARY}"
    advice = "smaller first weights: deviation 0.02 for embeddings and head (Radford et al. 2019)"
    if loss < UNIFORM:
        advice = "look for the answer in what the model reads: these ids are drawn evenly, nobody can know them"
    return Answer(abs(loss - UNIFORM) < SPREAD, f"{loss:.2f} nats", expected, advice)


def _no_number(patient: Patient, model: nn.Module, losses: tuple[float, ...]) -> Answer | None:
    """Answer where a loss or a logit of the new model is no number, which every other question reads."""
    with torch.no_grad():
        logits_BTV = patient.logits(model, patient.rows[:, :-1])
    held = "nan" if bool(logits_BTV.isnan().any()) else "inf" if bool((logits_BTV == math.inf).any()) else ""
    worst = next((loss for loss in losses if not math.isfinite(loss)), losses[0])
    if math.isfinite(worst) and not held:
        return None
    advice = "look in `loss` for the logarithm of zero or the mean of nothing"
    if held:
        advice = "look in `forward` for a row of scores that is all `-inf`, a division by zero, a root below zero"
    if weights := [f"`{name}`" for name, one in model.named_parameters() if not bool(one.isfinite().all())]:
        advice = f"first weights that are numbers: {weights[0]} is not finite as `build` returns it"
    measured = f"the loss is {worst:.3g}, the logits {f'hold {held}' if held else 'are numbers'}"
    return Answer(False, f"{measured}; no other question is asked", "numbers", advice, is_last=True)


@torch.no_grad()
def causality(patient: Patient, _: Practice) -> Answer:
    """Changing an id changes no logit before it, not by one bit."""
    model, ids_BT = patient.build().eval(), patient.rows[:4, :-1]

    def logits(read_BT: Tensor) -> Tensor:
        torch.manual_seed(0)  # dropout that is left on must not look like a leak
        return patient.logits(model, read_BT)

    before_BTV, worst, leaks = logits(ids_BT), 0.0, 0
    for t in range(1, ids_BT.shape[1]):
        changed_BT = ids_BT.clone()
        changed_BT[:, t] = (changed_BT[:, t] + 1) % VOCABULARY
        after_BTV = logits(changed_BT)
        change_BTV = (after_BTV - before_BTV).abs().nan_to_num(math.inf, math.inf)
        change = change_BTV.masked_fill(after_BTV == before_BTV, 0.0)[:, :t].max().item()  # -inf stays -inf
        worst, leaks = max(worst, change), leaks + (change > 1e-6)
    measured = f"largest change {worst:.1g}" + (f", from {leaks} of {ids_BT.shape[1] - 1} positions" if leaks else "")
    advice = "mask the scores before the softmax: position t may read keys 0 to t only (`is_causal=True`, or `tril`)"
    return Answer(leaks == 0, measured, "0", advice)


@torch.no_grad()
def shift(patient: Patient, practice: Practice) -> Answer:
    """What was learnt by heart is the next id, and not the one that was read."""
    ids_BT, targets_BT = patient.batch(0)
    said_BT = patient.logits(practice.best.model, ids_BT).argmax(-1)
    shares = _shares(said_BT, ids_BT)
    if max(shares) < 0.5:  # nothing was learnt: the targets themselves are all there is to ask
        shares = _shares(targets_BT, ids_BT)
    by = shares.index(max(shares))
    names = ("the id that was just read", "the next id", "the id after the next")
    advice = "let `targets[:, t]` be `ids[:, t + 1]`: `ids, targets = rows[:, :-1], rows[:, 1:]`"
    if by == 2:
        advice = "shift once: either the targets or the loss, not both"
    return Answer(by == 1, f"{shares[by]:.0%} are {names[by]}", "the next id", advice)


def _shares(said_BT: Tensor, ids_BT: Tensor) -> list[float]:
    """Return how often what is said after an id is this id, the next one, the one after."""
    length = ids_BT.shape[1]
    return [(said_BT[:, : length - by] == ids_BT[:, by:]).float().mean().item() for by in range(min(3, length))]


def one_softmax(_: Patient, practice: Practice) -> Answer:
    """The loss takes logits; of probabilities it makes a floor that no training can pass."""
    own, once, twice = practice.losses
    measured = f"loss {own:.3g}, cross-entropy of the logits {once:.3g}, of their softmax {twice:.3g}"
    if practice.are_probabilities:
        measured = f"the outputs are probabilities, each row adds up to 1; lowest loss {practice.fixed.lowest:.3g}"
    expected = f"the loss of logits; of probabilities it cannot pass ln(1 + (V - 1) / e) = {FLOOR:.2f}"
    advice = "no softmax in the model nor before the loss: `F.cross_entropy` takes logits"
    return Answer(not practice.has_two_softmaxes, measured, expected, advice)


def gradients(_: Patient, practice: Practice) -> Answer:
    """Each parameter gets a gradient at least once."""
    if broken := practice.fixed.broken:
        advice = "look for the root, logarithm or norm of zero, or a `where` over one: its gradient is nan or infinite"
        return Answer(False, f"not finite at the first step: {_listed(broken)}", "numbers", advice)
    without, count = practice.fixed.without_gradient, len(list(practice.fixed.model.named_parameters()))
    measured = f"{len(without)} without: {_listed(without)}" if without else f"all {count} tensors"
    advice = "look for a `detach`, a `no_grad`, an unused layer, or a list that should be an `nn.ModuleList`"
    return Answer(not without, measured, "all", advice)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names[:4]) + (" …" if len(names) > 4 else "")


def one_batch(_: Patient, practice: Practice) -> Answer:
    """An overfit test trains on one batch, and a loader that shuffles hands out another each time."""
    share = practice.same_batch
    advice = "take the batch out of the loader once, before the loop, or set `shuffle=False`"
    return Answer(share == 1, f"{share:.0%} of the ids stay", "100%", advice)


def overfit(_: Patient, practice: Practice) -> Answer:
    """A few sequences are learnt by heart."""
    found = practice.as_is
    measured = f"{found.lowest:.3g} nats after {len(found.losses)} steps{found.end}"
    advice = (
        ""
        if found.is_good
        else "; ".join(_reasons(practice)) or "no dropout and a wider model; then a look at the places that stay wrong"
    )
    return Answer(found.is_good, measured, f"under {GOAL} in {STEPS} steps", advice)


def _reasons(practice: Practice) -> Iterator[str]:
    if practice.same_batch < 1:
        yield "one batch only: see `one batch stays one batch`"
    if practice.best.rate < practice.fixed.rate and practice.best.is_good:
        yield "a smaller rate: see `learning rate is not too large`"
    elif not practice.fixed.is_finite:
        yield "a loss that stays finite: see `learning rate is not too large`"
    if practice.has_two_softmaxes:
        yield "logits for the loss: see `softmax comes once`"


def rate(_: Patient, practice: Practice) -> Answer:
    """The first steps do not throw the loss up, and no smaller rate learns what this one does not."""
    own, best = practice.fixed, practice.best
    first, highest = own.jump
    is_calm = highest < first + 1
    is_good = own.is_finite and is_calm and (own.is_good or not best.is_good)
    jump = "" if is_calm else f" jumps from {first:.3g} to {highest:.3g}, and"
    measured = f"with {own.rate:g} the loss{jump} comes to {own.lowest:.3g}{own.end}"
    if best.rate < own.rate:
        measured += f"; with {best.rate:g} to {best.lowest:.3g}"
    lower = best.rate if best.rate < own.rate else own.rate / 10
    advice = f"a rate of {lower:g}, with a warm-up over the first steps"
    if own.broken:
        advice = "it is not the rate: see `gradients reach every parameter`"
    expected = "no jump by more than 1 nat, and no smaller rate that does better"
    return Answer(is_good, measured, expected, advice)


def evaluation(patient: Patient, _: Practice) -> Answer:
    """An evaluation asked twice answers the same, and as it does with dropout off."""
    model, batch = patient.build(), patient.batch(0)
    one, two = (patient.evaluate(model, *batch) for _ in range(2))
    judged = [patient.judge(model, *batch) for _ in range(2)]
    if not (math.isfinite(one) and math.isfinite(two)):
        advice = f"look in `evaluate`: dropout off, `loss` itself is {judged[0]:.4f}"
        return Answer(False, f"{one:.4f}, then {two:.4f} nats", "numbers", advice)
    spread = max(one, two, *judged) - min(one, two, *judged)
    advice = "`model.eval()` before and `model.train()` after; `F.dropout(x, p, self.training)`, or an `nn.Dropout`"
    if judged[0] != judged[1]:
        advice = "dropout that knows of `model.eval()`: `F.dropout(x, p, self.training)`, or an `nn.Dropout`"
    measured = f"{one:.4f}, then {two:.4f} nats" + ("" if one != two else f"; with dropout off {judged[0]:.4f}")
    return Answer(spread <= 1e-4, measured, "the same each time", advice)


def repeatable(patient: Patient, _: Practice) -> Answer:
    """The same seeds give the same numbers."""

    def losses() -> list[float]:
        model = patient.build().train()
        optimiser = patient.optimizer(model)
        return list(takewhile(math.isfinite, (patient.step(model, optimiser, patient.batch(0)) for _ in range(3))))

    one, two = losses(), losses()
    if not (one and two):
        advice = "look at what `model.train()` turns on: with it off the loss is finite"
        return Answer(False, "the first loss of a training is not finite", "a number", advice)
    measured = f"losses {', '.join(f'{loss:.4f}' for loss in one)}" + (
        f" and {', '.join(f'{loss:.4f}' for loss in two)}" if one != two else ", twice"
    )
    advice = "draw from `generator` or torch's global generator only: no clock, no `random`, no set's order"
    return Answer(one == two, measured, "the same twice", advice)


QUESTIONS: dict[str, Callable[[Patient, Practice], Answer]] = {
    "knows nothing at the start": start,
    "cannot see the future": causality,
    "evaluates without dropout": evaluation,
    "the same seed gives the same run": repeatable,
    "one batch stays one batch": one_batch,
    "learns one batch by heart": overfit,
    "learning rate is not too large": rate,
    "softmax comes once": one_softmax,
    "predicts the next id": shift,
    "gradients reach every parameter": gradients,
}


def examine(file: str = "") -> Iterator[Finding | SiteError]:
    """Ask every question; each answer comes as soon as it is known, after the warnings about the file.

    Raises:
        SiteError, ExceptionGroup: if the file cannot be examined.
        KeyboardInterrupt: with the file and the question, if it is stopped.
    """
    at = "it was being loaded"
    try:
        patient = bring(file)
        yield from patient.warnings
        at = "each of its functions was being called once"
        patient.try_out()
        practice = Practice(patient)
        for question, ask in QUESTIONS.items():
            at = f"the question was `{question}`"
            answer = ask(patient, practice)
            yield Finding(question, answer)
            if answer.is_last:
                return
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(str(SiteError(at, spot(file or OWN, stop), level="stopped"))) from stop
