"""A model file that somebody brings to the doctor: what it holds, and every call into it guarded.

The file needs one function; the others are for those who want their own training script examined:

    build(vocab_size, block_size, generator) -> nn.Module   takes ids (B, T), returns logits (B, T, V)
    loss(model, ids, targets) -> Tensor                     default: mean cross-entropy of the logits
    batch(rows, step) -> (ids, targets)                     the one batch of an overfit test, from rows (R, T + 1)
    optimizer(model) -> Optimizer                           default: AdamW, rate 0.003
    evaluate(model, ids, targets) -> float                  default: `loss` after `model.eval()`

Shapes: B sequences, T positions, V ids, R rows of T + 1 ids.
"""

from __future__ import annotations

import importlib.util
import linecache
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.transformer.model import Shape, Transformer
from generator.errors import Place, SiteError, did_you_mean

PARTS = ("build", "loss", "batch", "optimizer", "evaluate")
CONTRACT = "the file needs `build(vocab_size, block_size, generator)`, which returns a module from ids to logits"
VOCABULARY, LENGTH, ROWS, BATCH = 50, 24, 64, 8
OWN = "experiments/transformer/model.py"  # who is examined when no file is brought


def make_rows() -> Tensor:
    """Return ids drawn evenly, (R, T + 1); no two of a batch begin alike, so that a batch can be known by heart."""
    rows_RT = torch.randint(VOCABULARY, (ROWS, LENGTH + 1), generator=torch.Generator().manual_seed(0))
    rows_RT[:, 0] = torch.arange(ROWS) % VOCABULARY
    return rows_RT


@dataclass(frozen=True)
class Patient:
    """The functions of one file, with our own in place of those it lacks."""

    path: str
    own: dict[str, Callable[..., Any]]  # what the file brings
    rows: Tensor  # (R, T + 1)

    def build(self) -> nn.Module:
        """Make the model anew, from the same seeds each time."""
        torch.manual_seed(0)
        model = self.call("build", VOCABULARY, LENGTH, torch.Generator().manual_seed(0))
        if not isinstance(model, nn.Module):
            raise SiteError(f"`build` returned a `{type(model).__name__}`", Place(self.path), "return an `nn.Module`")
        return model

    def logits(self, model: nn.Module, ids_BT: Tensor) -> Tensor:
        """Return what the model says after each id."""
        found = self.guarded("forward", model, ids_BT)
        shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
        if shape != (*ids_BT.shape, VOCABULARY):
            what = f"the model returned `{shape}` for ids of shape `{tuple(ids_BT.shape)}`"
            raise SiteError(what, Place(self.path), f"return logits of shape `{(*ids_BT.shape, VOCABULARY)}`")
        return found

    def loss(self, model: nn.Module, ids_BT: Tensor, targets_BT: Tensor) -> Tensor:
        """Return what is minimised."""
        if "loss" not in self.own:
            return F.cross_entropy(self.logits(model, ids_BT).flatten(0, 1).float(), targets_BT.flatten())
        found = self.call("loss", model, ids_BT, targets_BT)
        if not isinstance(found, Tensor) or found.numel() != 1:
            shown = f"tensor of shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
            raise SiteError(f"`loss` returned a `{shown}`", Place(self.path), "return one number as a tensor")
        return found

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Return what an overfit test trains on in a step."""
        if "batch" not in self.own:
            return self.rows[:BATCH, :-1], self.rows[:BATCH, 1:]
        found = self.call("batch", self.rows.clone(), step)
        is_pair = isinstance(found, tuple | list) and [type(one) for one in found] == [Tensor, Tensor]
        if not is_pair or found[0].shape != found[1].shape or found[0].dim() != 2:
            hint = "return `(ids, targets)`, two tensors of one shape (B, T)"
            raise SiteError("`batch` returned no pair of tensors of one shape", Place(self.path), hint)
        return found[0], found[1]

    def optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        """Return what takes the steps."""
        if "optimizer" not in self.own:
            return self.guarded("optimizer", lambda: torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.0))
        made = self.call("optimizer", model)
        if not isinstance(made, torch.optim.Optimizer):
            hint = "return a `torch.optim.Optimizer`"
            raise SiteError(f"`optimizer` returned a `{type(made).__name__}`", Place(self.path), hint)
        return made

    def step(self, model: nn.Module, optimiser: torch.optim.Optimizer, batch: tuple[Tensor, Tensor]) -> float:
        """Take one step of training; return the loss before it."""
        loss = self.loss(model, *batch)
        optimiser.zero_grad()
        self.guarded("loss.backward()", loss.backward)
        self.guarded("optimizer.step()", optimiser.step)
        return loss.item()

    def evaluate(self, model: nn.Module, ids_BT: Tensor, targets_BT: Tensor) -> float:
        """Return the loss as the file's own evaluation reports it."""
        if "evaluate" in self.own:
            model.train()
            return float(self.call("evaluate", model, ids_BT, targets_BT))
        return self.judge(model, ids_BT, targets_BT)

    @torch.no_grad()
    def judge(self, model: nn.Module, ids_BT: Tensor, targets_BT: Tensor) -> float:
        """Return the loss with dropout off."""
        model.eval()
        return float(self.loss(model, ids_BT, targets_BT))

    def call(self, name: str, *given: Any) -> Any:
        """Call a function of the file."""
        return self.guarded(name, self.own[name], *given)

    def guarded(self, name: str, function: Callable[..., Any], *given: Any) -> Any:
        """Call it; what it raises is told with the line of the file where it happened."""
        try:
            return function(*given)
        except SiteError:
            raise
        except Exception as error:
            raise told(self.path, f"`{name}` raised", error) from error


def told(path: str, what: str, error: BaseException) -> SiteError:
    """Turn an error of a file into one that names the file's last line on the way to it."""
    text = traceback.format_exception_only(error)[-1].strip()
    if isinstance(error, SyntaxError):
        return SiteError(f"{what} `{text}`", Place(path, error.lineno or 0, error.offset or 0, error.text or ""))
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    if not frames:
        return SiteError(f"{what} `{text}`", Place(path))
    line = frames[-1].lineno or 0
    return SiteError(f"{what} `{text}`", Place(path, line, 0, linecache.getline(path, line).rstrip()))


def bring(file: str) -> Patient:
    """Load a file, or take the family's own model where none is named.

    Raises:
        SiteError: if there is no such file, it cannot be loaded, or it lacks `build`.
    """
    rows_RT = make_rows()
    if not file:
        return Patient(OWN, {"build": _own_build}, rows_RT)
    if not Path(file).is_file():
        raise SiteError(f"there is no file `{file}`", None, CONTRACT)
    spec = importlib.util.spec_from_file_location("patient", file)
    if spec is None or spec.loader is None:
        raise SiteError(f"`{file}` is not Python", None, CONTRACT)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(Path(file).resolve().parent))  # for what it imports from beside itself
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a script that parses its own command line gives up at ours
        raise told(file, "loading this file raised", error) from error
    own = {name: getattr(module, name) for name in PARTS if callable(getattr(module, name, None))}
    if "build" not in own:
        near = next((did_you_mean("build", [name]) for name in vars(module) if did_you_mean("build", [name])), "")
        raise SiteError(
            "there is no `build` in this file", Place(file), near.replace("did you mean", "is it") or CONTRACT
        )
    return Patient(file, own, rows_RT)


def _own_build(vocab_size: int, block_size: int, generator: torch.Generator) -> nn.Module:
    return Transformer(Shape(vocab_size, block_size), generator)
