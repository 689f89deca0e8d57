"""An export made ready: examples in the private folder, and the people of it masked; the same for every experiment."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from experiments.persona.examples import TRAIN, Example, Funnel, Rules, of_thread
from experiments.persona.export import ON_ERROR, threads
from experiments.persona.gate import keep_people
from experiments.persona.made_up import write_export
from experiments.persona.masking import Masker, masker
from experiments.persona.messages import Message, Thread, Told
from experiments.persona.owner import Presence, find_owner
from experiments.persona.private import Store, private_folder
from experiments.persona.tokens import Tokens, train_tokens
from generator.errors import SiteError, did_you_mean


@dataclass(frozen=True)
class Source:
    """Which export, and how it is read."""

    export: str = ""  # a zip or a folder; empty: the made-up one
    owner: str = ""  # as the export writes the name; empty: inferred
    on_error: str = "stop"
    conversations: int = 60  # in each thread of the made-up export
    mask: bool = True
    seed: int = 0  # of the made-up export


@dataclass(frozen=True)
class Prepared:
    """What reading an export gave."""

    store: Store
    funnel: Funnel
    told: Told
    presence: Presence
    owner: str


def prepare(source: Source, rules: Rules) -> Prepared:
    """Read an export twice, once for who is in it, once for what was said, and write the examples.

    Raises:
        SiteError: when it cannot be read, the owner is not clear, or no example is left.
    """
    if source.on_error not in ON_ERROR:
        hint = did_you_mean(source.on_error, ON_ERROR) or "there are `stop` and `skip`"
        raise SiteError(f"`on_error={source.on_error}` is not known", None, hint)
    told, funnel, presence = Told(), Funnel(), Presence()
    with _opened(source) as path:
        for thread in threads(path, told, source.on_error):
            presence.add(thread)
        owner = find_owner(presence, told, source.owner)
        mask = masker(presence.present, owner) if source.mask else None
        store = Store(
            private_folder() / ("export" if source.export else f"made_up_{source.conversations}_{source.seed}")
        )
        keep_people(store, presence.present)
        store.write(_examples(threads(path, Told(), source.on_error), owner, mask, rules, funnel), funnel)
    if not funnel.examples[TRAIN]:
        raise SiteError("no example is left of this export", None, "look at the rules: language, gap, replies a thread")
    return Prepared(store, funnel, told, presence, owner)


def tokens_of(store: Store, vocab_size: int) -> Tokens:
    """Train a tokenizer on the training part."""
    return train_tokens((text for example in store.read(TRAIN) for text in texts(example)), vocab_size)


def texts(example: Example) -> Iterator[str]:
    """Yield what was said in an example: the context and the true reply."""
    yield from (turn.text for turn in example.history)
    yield example.reply


@contextmanager
def _opened(source: Source) -> Iterator[Path]:
    """Give the writer's export, or the made-up one in a folder that goes away."""
    if source.export:
        yield Path(os.path.expandvars(source.export)).expanduser()
        return
    with tempfile.TemporaryDirectory(prefix="labpress-") as folder:
        yield write_export(Path(folder) / "made-up-export.zip", source.conversations, source.seed)


def _examples(
    found: Iterator[Thread], owner: str, mask: Masker | None, rules: Rules, funnel: Funnel
) -> Iterator[Example]:
    for thread in found:
        yield from of_thread(_masked(thread, mask) if mask else thread, owner, rules, funnel)


def _masked(thread: Thread, mask: Masker) -> Thread:
    """Mask what was said before any rule sees it; senders are never written anywhere."""
    messages = tuple(
        Message(said.sender, said.time_ms, mask(said.text), said.kind) if said.kind == "text" else said
        for said in thread.messages
    )
    return Thread(thread.name, thread.participants, messages, thread.kind)
