"""Models of this family: the base that knows how people talk, and the persona made from it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from experiments.persona import hub
from experiments.persona.batches import Encoded, encode
from experiments.persona.device import find_place
from experiments.persona.examples import TRAIN, VALIDATION, Funnel, Rules, of_thread
from experiments.persona.loop import Plan, fit
from experiments.persona.made_up import strangers
from experiments.persona.model import Persona, Shape
from experiments.persona.prepare import Prepared, Source, prepare, tokens_of
from experiments.persona.private import private_folder
from experiments.persona.tokens import Tokens
from generator.errors import SiteError

TRAINED = "model"  # the folder of the persona that is talked to


@dataclass(frozen=True)
class Setup:
    """What most experiments start from."""

    tokens: Tokens
    train: tuple[Encoded, ...]
    held: tuple[Encoded, ...]
    base: Persona
    prepared: Prepared


@dataclass(frozen=True)
class Size:
    """How large everything is."""

    vocab_size: int = 1024
    block_size: int = 128
    layers: int = 2
    heads: int = 4
    width: int = 128
    dropout: float = 0.1
    base_strangers: int = 30  # whose talk the base learns from; 0: random weights
    base_conversations: int = 60  # of each
    base_epochs: float = 3.0
    base: str = ""  # a folder or a model of the hub in GPT-2's layout, in place of all of it


def set_up(source: Source, size: Size, seed: int) -> Setup:
    """Read the export, train or fetch the base, and encode the examples: once, however many processes need them.

    Raises:
        SiteError: when the export or the base cannot be had.
    """
    made: Setup = find_place().told_by_leader(lambda: _set_up(source, size, seed))
    return made


def _set_up(source: Source, size: Size, seed: int) -> Setup:
    made = prepare(source, Rules())
    if size.base:
        base, tokens = hub.load(hub.find(size.base))
    else:
        tokens = tokens_of(made.store, size.vocab_size)
        base = base_model(tokens, size, seed)
    block = base.shape.block_size
    train, held = (_encoded(made, part, tokens, block) for part in (TRAIN, VALIDATION))
    return Setup(tokens, train, held, base, made)


def base_model(tokens: Tokens, size: Size, seed: int) -> Persona:
    """Train a model on strangers' talk, or take the one that the same words and sizes gave before.

    The kept copy is only a saving of time: it holds the bytes that training again would give.
    """
    shape = Shape(len(tokens), size.block_size, size.layers, size.heads, size.width, size.dropout)
    model = Persona(shape, torch.Generator().manual_seed(seed))
    if not size.base_strangers:
        return model
    key = json.dumps([repr(size), seed, torch.__version__, tokens.bpe.to_str()])
    kept = private_folder() / "bases" / hashlib.sha256(key.encode()).hexdigest()[:16]
    if (kept / hub.WEIGHTS).is_file():
        return hub.load(kept)[0]
    rules = Rules(language="", held_threads=0.0, held_time=0.0, seed=seed)
    found = [
        replace(one, candidates=(one.candidates[one.gold],), gold=0)  # nothing to choose from: the rows are shorter
        for thread in strangers(size.base_strangers, size.base_conversations, seed)
        for example in of_thread(thread, "Stranger", rules, Funnel())
        if (one := encode(example, tokens, size.block_size)) is not None
    ]
    plan = Plan(epochs=size.base_epochs, lr=2e-3, mc_weight=0.0, batch_size=16, seed=seed, alone=True)
    fit(model, found, (), plan)
    model.choice.requires_grad_(True)
    hub.save(model, tokens, kept)
    return hub.load(kept)[0]


def model_folder(name: str = TRAINED) -> Path:
    """Return where `persona.train` keeps the persona.

    Raises:
        SiteError: for a name that cannot be one.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        hint = "small letters, digits and underscores, as `second`"
        raise SiteError(f"`folder={name}` cannot name a folder of the private one", None, hint)
    return private_folder() / name


def base_folder(name: str = TRAINED) -> Path:
    """Return where `persona.train` keeps what the persona was made from."""
    return model_folder(name).with_name("base" if name == TRAINED else f"{name}_base")


def trained_folder() -> Path:
    """Return where the trained persona is.

    Raises:
        SiteError: when none was trained yet.
    """
    if not (model_folder() / hub.CONFIG).is_file():
        hint = "run `python -m experiments run persona.train`: weights are private, and not in the repository"
        raise SiteError("there is no trained persona yet", None, hint)
    return model_folder()


def clone(model: Persona) -> Persona:
    """Return a copy of a model with the same weights and dropout."""
    copy = Persona(model.shape, torch.Generator().manual_seed(0))
    copy.load_state_dict(model.state_dict())
    return copy


def _encoded(made: Prepared, part: str, tokens: Tokens, block_size: int) -> tuple[Encoded, ...]:
    found: Sequence[Encoded | None] = [encode(example, tokens, block_size) for example in made.store.read(part)]
    return tuple(one for one in found if one is not None)
