"""Training steps of the same examples and weights in four layouts: `persona_race` times them, `persona_memory` weighs.

The original lays out four rows of 128 an example, in transformers' `GPT2DoubleHeadsModel`, with logits at every
position. A larger vocabulary is a larger table of embeddings only; the text keeps its tokens.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from experiments.persona import hub
from experiments.persona.batches import STEP, Encoded, encode, make_rows, make_tree
from experiments.persona.examples import TRAIN, Funnel, Rules, of_thread
from experiments.persona.export import threads
from experiments.persona.loop import Losses, Plan, make_optimiser
from experiments.persona.made_up import OWNER, write_export
from experiments.persona.messages import Told
from experiments.persona.model import Persona, Shape
from experiments.persona.prepare import texts
from experiments.persona.tokens import Tokens, train_tokens

BLOCK, BATCH, TEXT_VOCABULARY = 128, 8, 1024
ORIGINAL, ORIGINAL_SHORT = "original, 4 rows of 128", "original, batch's length"
TREE_STATIC, TREE = "tree, one length", "tree, batch's length"
LAYOUTS = (ORIGINAL, ORIGINAL_SHORT, TREE_STATIC, TREE)
Step = Callable[[Sequence[Encoded]], tuple[float, float]]


@dataclass(frozen=True)
class Data:
    """Examples of the made-up export as numbers."""

    tokens: Tokens
    examples: list[Encoded]


@dataclass(frozen=True)
class Lengths:
    """What a layout is laid out to; 0: what its batch needs."""

    row: int = 0
    tree: int = 0
    slots: int = 0


def read_data() -> Data:
    """Make the export, read it, train its tokenizer; nothing of it is kept."""
    with tempfile.TemporaryDirectory(prefix="labpress-race-") as folder:
        path = write_export(Path(folder) / "made-up-export.zip")
        found = [
            example
            for thread in threads(path, Told())
            for example in of_thread(thread, OWNER, Rules(), Funnel())
            if example.part == TRAIN
        ]
    tokens = train_tokens((text for example in found for text in texts(example)), TEXT_VOCABULARY)
    encoded = (encode(example, tokens, BLOCK) for example in found)
    return Data(tokens, [one for one in encoded if one is not None])


def tree_length(one: Encoded) -> int:
    """Return how many tokens a tree holds."""
    return len(one.history) + sum(map(len, one.candidates))


def rounded(size: int) -> int:
    """Round up as `make_tree` does."""
    return -(-size // STEP) * STEP


def lengths(layout: str, data: Data) -> Lengths:
    """Return the lengths of a layout."""
    if layout == TREE_STATIC:
        slots = max(len(one.candidates[one.gold]) for one in data.examples)
        return Lengths(0, rounded(max(map(tree_length, data.examples))), rounded(slots))
    return Lengths(BLOCK if layout == ORIGINAL else 0)


def our_model(vocabulary: int) -> Persona:
    """Return our model with random weights, without dropout, so that losses can be compared."""
    return Persona(Shape(vocabulary, BLOCK, 2, 4, 128, 0.0), torch.Generator().manual_seed(0))


def their_model(ours: Persona, tokens: Tokens) -> Any:
    """Return transformers' model with the same weights."""
    from transformers import GPT2Config, GPT2DoubleHeadsModel

    theirs = GPT2DoubleHeadsModel(GPT2Config(**hub.config(ours.shape, tokens)))
    theirs.load_state_dict(hub.to_gpt2(ours), strict=False)
    theirs.tie_weights()
    return theirs.train()


def make_step(layout: str, data: Data, vocabulary: int) -> Step:
    """Return a whole step: lay out, both losses, gradients, their length, AdamW."""
    ours = our_model(vocabulary)
    sizes = lengths(layout, data)
    if layout in (TREE, TREE_STATIC):
        return _step(ours, _of_trees(ours, sizes))
    theirs = their_model(ours, data.tokens)
    return _step(theirs, _of_rows(theirs, sizes, data.tokens.end))


def _step(model: nn.Module, losses: Callable[[Sequence[Encoded]], tuple[Tensor, Tensor]]) -> Step:
    optimiser = make_optimiser(model, Plan())

    def step(batch: Sequence[Encoded]) -> tuple[float, float]:
        lm, mc = losses(batch)
        (lm + mc).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        return lm.item(), mc.item()

    return step


def _of_rows(model: Any, sizes: Lengths, end: int) -> Callable[[Sequence[Encoded]], tuple[Tensor, Tensor]]:
    def losses(batch: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
        rows = make_rows(batch, sizes.row or max(one.width for one in batch), end)
        out = model(
            rows.ids,
            token_type_ids=rows.types,
            mc_token_ids=rows.last,
            labels=rows.labels,
            mc_labels=rows.gold,
            use_cache=False,
        )
        return out.loss, out.mc_loss

    return losses


def _of_trees(model: Persona, sizes: Lengths) -> Callable[[Sequence[Encoded]], tuple[Tensor, Tensor]]:
    both = Losses(model).train()

    def losses(batch: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
        tree = make_tree(batch, sizes.tree, sizes.slots)
        lm, mc = both(tree)
        return lm / tree.targets, mc / tree.examples

    return losses
