"""The training loop: AdamW, warm-up and cosine, clipping, accumulation; exact resume; one process or several.

A run that is killed and resumed ends in the same bytes: the state holds weights, optimiser, loader and history, and
dropout is drawn afresh from `seed` and the step's number, so no generator's state is left behind.
bf16 and torch.compile are used on the devices where they pay (device.PAYS), never on a CPU.

Shapes: B sequences, T positions, N positions with a target, D width.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from experiments.transformer.batches import IGNORED, Batch, Loader, count_targets, share, work
from experiments.transformer.device import PAYS, Team, join
from experiments.transformer.model import Transformer

SAVE_SECONDS = 20.0
CACHED = 1 << 20  # logits that a core's cache still holds, 4 MB; more of them in one piece cost a third more time
Row = dict[str, Any]  # step and what was measured there
Log = Callable[..., None]


@dataclass(frozen=True)
class Plan:
    """How a model is trained."""

    steps: int
    lr: float = 1e-3  # at its highest
    warmup: int = 0  # steps until it is there, in a straight line
    final: float = 0.1  # share of `lr` left at the end of the cosine; 1: constant
    decay: float = 0.1  # weight decay per unit of `lr`, of matrices only
    betas: tuple[float, float] = (0.9, 0.95)
    clip: float = 1.0  # longest gradient; 0: any
    accumulate: int = 1  # batches per step
    evaluate_every: int = 0  # steps; 0: only at the end, if there is anything to evaluate on
    patience: int = 0  # evaluations without a better one until it stops; 0: never
    keep_best: bool = False  # end with the weights of the best evaluation; implied by `patience`
    log_every: int = 10  # steps
    save_every: int = 0  # steps; 0: by the clock
    precision: str = "auto"  # "float32" | "bfloat16" | "auto": bfloat16 where it pays
    compile: str = "auto"  # "yes" | "no" | "auto": where it pays
    seed: int = 0  # of dropout


@dataclass(frozen=True)
class Data:
    """What a model learns from, and what it is judged by."""

    loader: Loader
    held: Sequence[Batch] = ()  # gone through whole at each evaluation
    watch: Callable[[Transformer], Mapping[str, float]] | None = None  # more to measure there


@dataclass
class Fitted:
    """Where a run stands, and in the end its result."""

    history: list[Row] = field(default_factory=list)  # `step`: updates done before what the row holds was measured
    step: int = 0
    tokens: int = 0  # targets learned from
    seconds: float = 0.0  # in steps, over all sittings; the clock's, so not the same twice
    best: Row = field(default_factory=dict)  # the row of the lowest `held_loss`
    waited: int = 0  # evaluations since then


def fit(model: Transformer, data: Data, plan: Plan, log: Log = lambda *_, **__: None, checkpoint: Any = None) -> Fitted:
    """Train in place; return the history. Goes on from the checkpoint's state if it has one."""
    team = join()
    model.to(team.device)
    run = _Run(model, data, plan, team)
    if checkpoint is not None and (state := team.told_by_leader(checkpoint.load)) is not None:
        run.restore(state)
    saved = time.monotonic()
    while run.goes_on(log):
        run.update(log)
        is_due = run.so_far.step % plan.save_every == 0 if plan.save_every else time.monotonic() > saved + SAVE_SECONDS
        if checkpoint is not None and team.leads and is_due:
            checkpoint.save(run.state())
            saved = time.monotonic()
    if run.best_weights:
        model.load_state_dict(run.best_weights)
    return run.so_far


class _Run:
    """One training run: the objects whose state changes with each step."""

    def __init__(self, model: Transformer, data: Data, plan: Plan, team: Team) -> None:
        self.model, self.data, self.plan, self.team = model, data, plan, team
        self.optimiser = make_optimiser(model, plan, team.device)
        self.loss = wrapped(model, plan, team)
        self.so_far = Fitted()
        self.best_weights: dict[str, Tensor] = {}
        self.row: Row = {}

    def goes_on(self, log: Log) -> bool:
        """Evaluate if it is time; say whether there is another step to take."""
        plan, so_far = self.plan, self.so_far
        is_last = so_far.step >= plan.steps
        self.row = {"step": so_far.step}
        if is_last or (plan.evaluate_every and so_far.step % plan.evaluate_every == 0):
            self.row |= self.evaluation()
            is_last = is_last or 0 < plan.patience <= so_far.waited
        if is_last and len(self.row) > 1:
            self.note(log)
        return not is_last

    def evaluation(self) -> Row:
        """Judge the model as it is, and keep it if it is the best so far."""
        found: Row = {}
        if self.data.held:
            found["held_loss"] = evaluate(self.model, self.data.held)
        if self.data.watch:
            self.model.eval()
            found |= self.data.watch(self.model)
            self.model.train()
        if "held_loss" in found:
            self.compare(found)
        return found

    def compare(self, found: Row) -> None:
        """Note a new best; on a tie the earlier stays."""
        so_far = self.so_far
        if so_far.best and not found["held_loss"] < so_far.best["held_loss"]:
            so_far.waited += 1
            return
        so_far.best, so_far.waited = {"step": so_far.step, **found}, 0
        if self.plan.keep_best or self.plan.patience:
            self.best_weights = {name: value.detach().cpu().clone() for name, value in self.model.state_dict().items()}

    def update(self, log: Log) -> None:
        """Take one step: gradients of the mean over all tokens of all its batches, clipped, then AdamW."""
        plan, so_far, began = self.plan, self.so_far, time.perf_counter()
        torch.manual_seed((plan.seed * 1_000_003 + so_far.step) * self.team.size + self.team.rank)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(plan, so_far.step)
        batches = [self.data.loader() for _ in range(plan.accumulate)]
        tokens = sum(map(count_targets, batches))
        total = self.accumulate(batches, tokens)
        length = nn.utils.clip_grad_norm_(self.model.parameters(), plan.clip or math.inf)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        if so_far.step % plan.log_every == 0 or len(self.row) > 1:
            self.row |= {
                "loss": self.everywhere(total),
                "gradient_norm": length.item(),
                "lr": learning_rate(plan, so_far.step),
            }
            self.note(log)
        so_far.step += 1
        so_far.tokens += tokens
        so_far.seconds += time.perf_counter() - began

    def accumulate(self, batches: Sequence[Batch], tokens: int) -> Tensor:
        """Add up the gradients of this process's rows; return its part of the mean loss, still on the device."""
        team, total = self.team, torch.zeros((), device=self.team.device)
        for i, batch in enumerate(batches):
            mine = work(share(batch, team.rank, team.size), is_static=team.device.type in PAYS).to(team.device)
            is_waiting = team.size > 1 and i + 1 < len(batches)  # processes exchange gradients once a step
            with self.loss.no_sync() if is_waiting else nullcontext():
                with in_precision(self.plan, team.device):
                    part = self.loss(mine.ids, mine.at, mine.targets) / tokens
                (part * team.size).backward()  # several processes take the mean of their gradients: undo its division
            total += part.detach()
        return total

    def everywhere(self, part: Tensor) -> float:
        """Add up the parts of a loss over the processes."""
        if self.team.size > 1:
            distributed.all_reduce(part)
        return part.item()

    def note(self, log: Log) -> None:
        """Put this step's row into the history and the log."""
        self.so_far.history.append(self.row)
        log(self.row["step"], total=self.plan.steps, **{key: self.row[key] for key in self.row if key != "step"})

    def state(self) -> dict[str, Any]:
        """Return all that the rest of the run depends on."""
        return {
            "fitted": copy.deepcopy(vars(self.so_far)),
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "loader": self.data.loader.state(),
            "best_weights": self.best_weights,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.so_far = Fitted(**state["fitted"])
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.data.loader.restore(state["loader"])
        self.best_weights = dict(state["best_weights"])


# parts ----------------------------------------------------------------------
class SummedLoss(nn.Module):
    """The cross-entropy of a batch, summed over its targets, in nats; logits are made at those places only."""

    def __init__(self, model: Transformer) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids_BT: Tensor, at_N: Tensor | None, targets_N: Tensor) -> Tensor:
        """Return one number."""
        h_ND = self.model.hidden(ids_BT).flatten(0, 1)
        if at_N is not None:
            h_ND = h_ND[at_N]
        w_VD = self.model.head_weight
        pieces = in_pieces(len(h_ND), len(w_VD), h_ND.device)
        return F.linear_cross_entropy(h_ND, w_VD, targets_N, reduction="sum", ignore_index=IGNORED, options=pieces)


def in_pieces(targets: int, vocabulary: int, device: torch.device) -> nn.LinearCrossEntropyOptions | None:
    """Say in how many rows at a time the head is trained: where logits outgrow a CPU's cache they come piece by piece.

    torch then takes their gradients at once, so it is not for evaluation, nor for compiled or mixed-precision code.
    """
    is_plain = device.type == "cpu" and not torch.is_autocast_enabled("cpu") and not torch.compiler.is_compiling()
    if not is_plain or not torch.is_grad_enabled() or targets * vocabulary <= CACHED:
        return None
    return nn.LinearCrossEntropyOptions(batch_chunk_size=max(128, CACHED // vocabulary))


def wrapped(model: Transformer, plan: Plan, team: Team) -> Any:
    """Return the loss as it is trained: shared among processes, compiled where that pays."""
    loss: Any = SummedLoss(model).train()
    if team.size > 1:
        loss = DistributedDataParallel(loss, device_ids=None if team.device.type == "cpu" else [team.device.index])
    if plan.compile == "yes" or (plan.compile == "auto" and team.device.type in PAYS):
        loss.compile(dynamic=False)
    return loss


def in_precision(plan: Plan, device: torch.device) -> AbstractContextManager[Any]:
    """Compute matrix products in bf16 where it pays; weights, norms and losses stay float32."""
    is_half = plan.precision == "bfloat16" or (plan.precision == "auto" and device.type in PAYS)
    return torch.autocast(device.type, torch.bfloat16, enabled=is_half)


def make_optimiser(model: nn.Module, plan: Plan, device: torch.device) -> torch.optim.AdamW:
    """Make AdamW (Loshchilov and Hutter 2019) that decays the matrices of linear layers and nothing else.

    Biases, norms and embeddings are left alone, as in GPT-2's training; a tied head is an embedding.
    """
    matrices = {id(layer.weight) for layer in model.modules() if isinstance(layer, nn.Linear)}
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [one for one in parameters if id(one) in matrices], "weight_decay": plan.decay},
        {"params": [one for one in parameters if id(one) not in matrices], "weight_decay": 0.0},
    ]
    is_fused = device.type in ("cpu", "cuda")
    return torch.optim.AdamW(groups, lr=plan.lr, betas=plan.betas, fused=is_fused)


def learning_rate(plan: Plan, step: int) -> float:
    """Return the rate of one step: a straight line up, then half a cosine down to `final` of it."""
    if step < plan.warmup:
        return plan.lr * (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(1, plan.steps - plan.warmup)
    return plan.lr * (plan.final + (1 - plan.final) * (1 + math.cos(math.pi * min(done, 1.0))) / 2)


@torch.no_grad()
def evaluate(model: Transformer, batches: Sequence[Batch]) -> float:
    """Return the mean loss in nats per target, dropout off; a batch counts by its targets, not as one."""
    loss, device, was_training = SummedLoss(model), model.tokens.weight.device, model.training
    model.eval()
    total, tokens = 0.0, 0
    for batch in batches:
        asked = work(batch).to(device)
        total += loss(asked.ids, asked.at, asked.targets).item()
        tokens += count_targets(batch)
    model.train(was_training)
    return total / tokens
