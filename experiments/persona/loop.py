"""Training with two losses, w_lm·L_lm + w_mc·L_mc, each logged apart, for training and for validation.

L_lm is the mean over the tokens of true replies, L_mc over examples; over several batches and processes they stay
such means, as evaluation's are, and are no means of means. A killed run goes on to the same bytes: what is saved
holds weights, optimiser, loader and history, and dropout is drawn afresh from `seed` and the step.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from experiments.persona.batches import IGNORED, Encoded, Loader, Tree, in_order, make_tree, tree_length
from experiments.persona.device import FAST_BF16, Place, alone, find_place
from experiments.persona.model import Persona
from generator.errors import SiteError

SAVE_SECONDS = 20.0
EVALUATION_BATCH = 32
Row = dict[str, Any]
Log = Callable[..., None]


@dataclass(frozen=True)
class Plan:
    """How a persona is trained."""

    epochs: float = 2.0
    batch_size: int = 8
    lr: float = 1e-3  # at first; falls to nothing in a straight line
    lm_weight: float = 1.0
    mc_weight: float = 1.0  # 0: the second head is left out
    decay: float = 0.01  # weight decay, of matrices
    clip: float = 1.0  # longest gradient
    accumulate: int = 1  # parts a batch is computed in, for devices with little memory
    evaluations: int = 8  # over the run, the first before any step
    log_every: int = 10  # steps
    bf16: str = "auto"  # "yes" | "no" | "auto": where it pays
    saves_memory: bool = False  # activation checkpointing
    compile: bool = False
    length: int = 0  # of trees; 0: as long as the batch needs. Fixed for devices that compile for shapes
    slots: int = 0
    alone: bool = False  # by this process, while others wait
    seed: int = 0


@dataclass
class Fitted:
    """Where a run stands, and in the end its result."""

    history: list[Row] = field(default_factory=list)
    step: int = 0
    tokens: int = 0  # of trees, as laid out
    seconds: float = 0.0  # in steps; the clock's, so not the same twice


class Losses(nn.Module):
    """Both losses of a batch, summed; logits are made only where a token of a true reply is predicted."""

    def __init__(self, model: Persona) -> None:
        super().__init__()
        self.model = model

    def forward(self, tree: Tree) -> tuple[Tensor, Tensor]:
        """Return the sums over target tokens and over examples, in nats. Shapes are the batch's: nothing is counted."""
        hidden_BTD = self.model.hidden(tree.ids, tree.types, tree.positions, tree.mask)
        lm = F.linear_cross_entropy(
            gather(hidden_BTD, tree.source).flatten(0, 1),
            self.model.tokens.weight,
            tree.target.flatten(),
            reduction="sum",
            ignore_index=IGNORED,
        )
        scores_BN = self.model.scores(gather(hidden_BTD, tree.last))
        return lm, F.cross_entropy(scores_BN, tree.gold, reduction="sum")


def gather(hidden_BTD: Tensor, at_BS: Tensor) -> Tensor:
    """Return what stands at some places of each row: (B, S, D), in a shape that does not depend on the data."""
    return hidden_BTD.gather(1, at_BS[:, :, None].expand(-1, -1, hidden_BTD.shape[-1]))


def fit(
    model: Persona,
    train: Sequence[Encoded],
    held: Sequence[Encoded],
    plan: Plan,
    log: Log = lambda *_, **__: None,
    checkpoint: Any = None,
) -> Fitted:
    """Train in place; return the history. Goes on from the checkpoint's state if it has one."""
    run = _Run(model, train, held, plan, alone() if plan.alone else find_place())
    if checkpoint is not None and (state := run.place.told_by_leader(checkpoint.load)) is not None:
        run.restore(state)
    saved = time.monotonic()
    while run.so_far.step < run.steps:
        run.step(log)
        if checkpoint is not None and run.place.leads and time.monotonic() > saved + SAVE_SECONDS:
            checkpoint.save(run.state())
            saved = time.monotonic()
    run.note(log, run.judged())
    return run.so_far


class _Run:
    """The objects whose state changes with each step."""

    def __init__(
        self, model: Persona, train: Sequence[Encoded], held: Sequence[Encoded], plan: Plan, place: Place
    ) -> None:
        self.model, self.held, self.plan, self.place = model.to(place.device), held, plan, place
        model.saves_memory = plan.saves_memory
        model.choice.requires_grad_(plan.mc_weight > 0)  # without gradients, DDP would wait for them for ever
        self.loader = Loader(train, plan.batch_size, plan.seed)
        self.steps = max(1, round(plan.epochs * self.loader.batches_an_epoch))
        self.optimiser = make_optimiser(model, plan)
        losses: Any = Losses(model).train()
        if plan.compile:
            losses.compile(dynamic=False)
        self.losses = DistributedDataParallel(losses) if place.size > 1 else losses
        self.so_far = Fitted()

    def step(self, log: Log) -> None:
        """Evaluate if it is time, then learn from one batch."""
        plan, so_far, began = self.plan, self.so_far, time.perf_counter()
        row = self.judged() if so_far.step % max(1, -(-self.steps // max(1, plan.evaluations))) == 0 else {}
        seconds = time.perf_counter() - began
        torch.manual_seed((plan.seed * 1_000_003 + so_far.step) * self.place.size + self.place.rank)
        for group in self.optimiser.param_groups:
            group["lr"] = plan.lr * (1 - so_far.step / self.steps)
        sums = self.accumulate(self.loader())
        length = nn.utils.clip_grad_norm_(self.model.parameters(), plan.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        if row or so_far.step % plan.log_every == 0:
            lm, mc = self.everywhere(sums).tolist()
            row |= {"lm_loss": lm, "mc_loss": mc, "loss": plan.lm_weight * lm + plan.mc_weight * mc}
            self.note(log, row | {"gradient_norm": length.item()})
        so_far.step += 1
        so_far.seconds += time.perf_counter() - began - seconds

    def accumulate(self, batch: list[Encoded]) -> Tensor:
        """Add up gradients of the weighted means; return this process's part of the two means."""
        plan, place, sums = self.plan, self.place, torch.zeros(2, device=self.place.device)
        targets = sum(len(one.candidates[one.gold]) for one in batch)  # of all processes
        shares = cut(batch, place.size, plan.accumulate)
        self.so_far.tokens += sum(len(part) * (plan.length or tree_length(part)) for mine in shares for part in mine)
        for part in shares[place.rank]:
            tree = make_tree(part, plan.length, plan.slots)
            uses_bf16 = plan.bf16 == "yes" or (plan.bf16 == "auto" and place.device.type in FAST_BF16)
            with torch.autocast(place.device.type, torch.bfloat16, enabled=uses_bf16):
                lm, mc = self.losses(tree.to(place.device))
            lm, mc = lm / targets, mc / len(batch)
            loss = plan.lm_weight * lm + plan.mc_weight * mc if plan.mc_weight else plan.lm_weight * lm
            (loss * place.size).backward()  # several processes take the mean of their gradients: undo its division
            sums += torch.stack((lm.detach(), mc.detach()))
        return sums

    def everywhere(self, sums: Tensor) -> Tensor:
        """Add the parts of the losses up over the processes."""
        if self.place.size > 1:
            distributed.all_reduce(sums)
        return sums

    def judged(self) -> Row:
        """Evaluate on what was held out."""
        if not self.held:
            return {}
        return {f"held_{name}": value for name, value in evaluate(self.model, self.held).items()}

    def note(self, log: Log, row: Row) -> None:
        """Put a row into the history and the log."""
        if row:
            self.so_far.history.append({"step": self.so_far.step, **row})
            log(self.so_far.step, total=self.steps, **row)

    def state(self) -> dict[str, Any]:
        """Return all that the rest of the run depends on."""
        return {
            "fitted": copy.deepcopy(vars(self.so_far)),
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "taken": self.loader.taken,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.so_far = Fitted(**state["fitted"])
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.loader.taken = state["taken"]


def cut(batch: Sequence[Encoded], processes: int, parts: int) -> list[list[Sequence[Encoded]]]:
    """Cut a batch into shares and each share into parts, as many for every process: they wait for one another.

    Raises:
        SiteError: when there are more processes than examples.
    """
    if len(batch) < processes:
        what = f"a batch of {len(batch)} cannot be shared by {processes} processes"
        raise SiteError(what, None, "take a larger `batch_size`, or fewer processes")
    parts = min(parts, len(batch) // processes)
    shares = [batch[rank::processes] for rank in range(processes)]
    return [[mine[i * len(mine) // parts : (i + 1) * len(mine) // parts] for i in range(parts)] for mine in shares]


def make_optimiser(model: nn.Module, plan: Plan) -> torch.optim.AdamW:
    """Make AdamW (Loshchilov and Hutter 2019) whose decay leaves biases, norms and embeddings alone."""
    matrices = {id(layer.weight) for layer in model.modules() if isinstance(layer, nn.Linear)}
    parameters = [one for one in model.parameters() if one.requires_grad]
    groups = [
        {"params": [one for one in parameters if id(one) in matrices], "weight_decay": plan.decay},
        {"params": [one for one in parameters if id(one) not in matrices], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.lr, betas=(0.9, 0.95), fused=parameters[0].device.type in ("cpu", "cuda"))


@torch.no_grad()
def evaluate(model: Persona, examples: Sequence[Encoded]) -> dict[str, float]:
    """Return both losses in nats and both accuracies, over all target tokens and all examples.

    `accuracy` is the share of the true replies' tokens, shifted by one as they are predicted, that are the likeliest;
    `choice` the share of examples whose true reply gets the highest score.
    """
    was_training, device = model.training, model.tokens.weight.device
    model.eval()
    totals = torch.zeros(6, dtype=torch.float64)
    for batch in in_order(examples, EVALUATION_BATCH):
        tree = make_tree(batch).to(device)
        hidden_BTD = model.hidden(tree.ids, tree.types, tree.positions, tree.mask)
        is_target = tree.target != IGNORED
        logits_MV = model.logits(gather(hidden_BTD, tree.source)[is_target])
        target_M, scores_BN = tree.target[is_target], model.scores(gather(hidden_BTD, tree.last))
        found = (
            F.cross_entropy(logits_MV, target_M, reduction="sum").item(),
            (logits_MV.argmax(-1) == target_M).sum().item(),
            len(target_M),
            F.cross_entropy(scores_BN, tree.gold, reduction="sum").item(),
            (scores_BN.argmax(-1) == tree.gold).sum().item(),
            len(batch),
        )
        totals += torch.tensor(found, dtype=torch.float64)
    model.train(was_training)
    lm, right, tokens, mc, chosen, count = totals.tolist()
    return {"lm_loss": lm / tokens, "mc_loss": mc / count, "accuracy": right / tokens, "choice": chosen / count}
