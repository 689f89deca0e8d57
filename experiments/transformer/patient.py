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
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.transformer.model import Shape, Transformer
from generator.errors import Place, SiteError, did_you_mean, in_order, several

PARTS = {
    "build": "build(vocab_size, block_size, generator)",
    "loss": "loss(model, ids, targets)",
    "batch": "batch(rows, step)",
    "optimizer": "optimizer(model)",
    "evaluate": "evaluate(model, ids, targets)",
}
CONTRACT = f"the file needs `{PARTS['build']}`, which returns a module from ids to logits"
NAME = "_patient_"  # of the module that the file is loaded as; its frames are known by it
ELSEWHERE = re.compile(r"\b(cuda|mps|nvidia)\b|same device", re.IGNORECASE)  # in errors of what is not on the CPU
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
    warnings: tuple[SiteError, ...] = ()  # what the file holds and nobody asks for

    def try_out(self) -> None:
        """Call each function once, so that what is wrong with several is told in one run.

        Raises:
            ExceptionGroup: of a SiteError for each function that cannot be asked.
        """
        ids, targets = self.rows[:, :-1], self.rows[:, 1:]

        def model() -> None:
            made = self.build()
            self.logits(made, ids)
            self.judge(made, ids, targets)
            self.evaluate(made, ids[:BATCH], targets[:BATCH])

        calls = (model, lambda: self.batch(0), lambda: self.optimizer(self.build()))
        if mistakes := in_order(mistake for call in calls for mistake in _mistake_of(call)):
            raise several(mistakes)

    def build(self) -> nn.Module:
        """Make the model anew, from the same seeds each time."""
        torch.manual_seed(0)
        model = self.call("build", VOCABULARY, LENGTH, torch.Generator().manual_seed(0))
        if not isinstance(model, nn.Module):
            raise SiteError(f"`build` returned a `{type(model).__name__}`", Place(self.path), "return an `nn.Module`")
        if not list(model.parameters()):
            hint = "let layers be attributes of the module; a list of them should be an `nn.ModuleList`"
            raise SiteError("the model has no parameters", Place(self.path), hint)
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
        if len(found[0]) < 1 or found[0].shape[1] < 2:
            what = f"`batch` returned ids of shape `{tuple(found[0].shape)}`"
            raise SiteError(what, Place(self.path), "at least one row of two ids is needed")
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
            found = self.call("evaluate", model, ids_BT, targets_BT)
            if isinstance(found, int | float) or (isinstance(found, Tensor) and found.numel() == 1):
                return float(found)
            raise SiteError(f"`evaluate` returned a `{type(found).__name__}`", Place(self.path), "return one number")
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
        except (Exception, SystemExit) as error:
            raise told(self.path, f"`{name}`", error) from error


def _mistake_of(call: Callable[[], object]) -> Iterator[SiteError]:
    try:
        call()
    except SiteError as mistake:
        yield mistake


def told(path: str, what: str, error: BaseException) -> SiteError:
    """Turn what a file raised into an error that names the file's last line on the way to it."""
    if isinstance(error, SystemExit):
        hint = 'no `exit` on the way; keep its training behind `if __name__ == "__main__":`'
        return SiteError(f"{what} ended the program", spot(path, error), hint)
    text = traceback.format_exception_only(error)[-1].strip()
    hint = "everything runs on the CPU: leave the device out" if ELSEWHERE.search(text) else ""
    return SiteError(f"{what} raised `{text}`", spot(path, error), hint)


def spot(path: str, error: BaseException) -> Place:
    """Return the file's last line on the way to an error; the whole file if none led there."""
    steps = [step for step in traceback.walk_tb(error.__traceback__) if step[0].f_globals.get("__name__") == NAME]
    if steps:
        frame, line = steps[-1]
        return Place(path, line, 0, linecache.getline(frame.f_code.co_filename, line).rstrip())
    if isinstance(error, SyntaxError):
        return Place(path, error.lineno or 0, error.offset or 0, error.text or "")
    return Place(path)


def bring(file: str) -> Patient:
    """Load a file, or take the family's own model where none is named.

    Raises:
        SiteError: if there is no such file, it cannot be loaded, or it lacks `build`.
    """
    rows_RT = make_rows()
    if not file:
        return Patient(OWN, {"build": _own_build}, rows_RT)
    module = _loaded(file)
    own = {name: getattr(module, name) for name in PARTS if callable(getattr(module, name, None))}
    if "build" not in own:
        raise _without_build(file, module)
    return Patient(file, own, rows_RT, tuple(_unasked(file, module, own)))


def _loaded(file: str) -> ModuleType:
    if not Path(file).is_file():
        raise SiteError(f"there is no file `{file}`", None, CONTRACT)
    spec = importlib.util.spec_from_file_location(NAME, file)
    if spec is None or spec.loader is None:
        raise SiteError(f"`{file}` is not Python", None, CONTRACT)
    module = sys.modules[NAME] = importlib.util.module_from_spec(spec)  # a dataclass looks itself up there
    sys.path.insert(0, str(Path(file).resolve().parent))  # for what it imports from beside itself
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a script that parses its own command line gives up at ours
        raise told(file, "loading this file", error) from error
    return module


def _without_build(file: str, module: ModuleType) -> SiteError:
    if hasattr(module, "build"):
        kind = type(module.build).__name__
        return SiteError(f"`build` is of type `{kind}` and cannot be called", Place(file), CONTRACT)
    near = next((did_you_mean("build", [name]) for name in vars(module) if did_you_mean("build", [name])), "")
    return SiteError("there is no `build` in this file", Place(file), near.replace("did you mean", "is it") or CONTRACT)


def _unasked(file: str, module: ModuleType, own: dict[str, Callable[..., Any]]) -> Iterator[SiteError]:
    """Warn of what looks like one of the functions but is none, so that the default is asked."""
    lacking = [name for name in PARTS if name not in own]
    for name, value in vars(module).items():
        if name in lacking and value is not None:
            what = f"`{name}` is of type `{type(value).__name__}` and cannot be called; a default stands in"
            yield SiteError(what, Place(file), f"what is asked is `{PARTS[name]}`", level="warning")
        is_written_here = isinstance(value, FunctionType) and value.__module__ == NAME and name[0] != "_"
        if is_written_here and name not in PARTS and (near := did_you_mean(name, lacking)):
            line = value.__code__.co_firstlineno
            place = Place(file, line, 0, linecache.getline(value.__code__.co_filename, line).rstrip())
            yield SiteError(f"nobody asks for `{name}`; a default stands in", place, near, level="warning")


def _own_build(vocab_size: int, block_size: int, generator: torch.Generator) -> nn.Module:
    return Transformer(Shape(vocab_size, block_size), generator)
