"""From a chat export to examples: what every rule drops, how long the rest is, and which block size holds it.

Rebuilds the data preparation of a persona model: threads in one language, messages merged into turns, contexts cut
at the median pause of their thread, four turns of context, three distractors, train and validation apart by thread
and by time. What is written here counts and names nobody; the examples themselves stay in the private folder.
Without `export=` everything runs on the made-up export of a made-up person.
Post: none yet. About 5 s on one CPU core for the made-up export.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.persona.examples import TRAIN, VALIDATION, Example, Funnel, Rules, of_thread, percentile
from experiments.persona.export import ON_ERROR, threads
from experiments.persona.made_up import write_export
from experiments.persona.masking import Masker, masker
from experiments.persona.messages import KINDS, Message, Thread, Told
from experiments.persona.owner import Presence, find_owner
from experiments.persona.private import Store, private_folder
from generator.errors import SiteError, did_you_mean

WRITES = {"funnel": "table", "lengths": "series", "yields": "series", "gaps": "table", "counts": "scalar"}
PRESETS = {"smoke": {"conversations": 12, "vocab_size": 400}}
PRIVATE = ("export", "owner")
BLOCKS = (16, 32, 64, 128, 256, 512, 1024)
END = "<|endoftext|>"


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    export: str = ""  # a zip or a folder; empty: the made-up one
    owner: str = ""  # as the export writes the name; empty: inferred
    on_error: str = "stop"  # or "skip": leave broken files out
    language: str = "en"  # empty: every language
    language_share: float = 0.5
    gap_percentile: float = 50.0
    turns: int = 4
    distractors: int = 3
    held_threads: float = 0.1
    held_time: float = 0.1
    mask: bool = True
    vocab_size: int = 1024
    conversations: int = 60  # in each thread of the made-up export
    seed: int = 0


def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Prepare the data and count."""
    if c.on_error not in ON_ERROR:
        hint = did_you_mean(c.on_error, ON_ERROR) or "there are `stop` and `skip`"
        raise SiteError(f"`on_error={c.on_error}` is not known", None, hint)
    with _export(c) as path:
        told, funnel = Told(), Funnel()
        presence = _presence(path, c.on_error)
        owner = find_owner(presence, presence.told, c.owner)
        mask = masker(presence.people(), owner) if c.mask else None
        store = Store(private_folder() / ("made_up" if not c.export else "corpus"))
        log(1, 3, threads=presence.threads)
        store.write(_examples(path, owner, mask, c, told, funnel), funnel)
    log(2, 3, examples=funnel.examples[TRAIN] + funnel.examples[VALIDATION])
    lengths = _lengths(store, c)
    log(3, 3, vocabulary=lengths.vocab_size)
    return {
        "funnel": _funnel(funnel, told, presence.threads),
        "lengths": _histogram(lengths.tokens),
        "yields": [
            {"block_size": block, "yield": sum(size <= block for size in lengths.tokens) / len(lengths.tokens)}
            for block in BLOCKS
        ],
        "gaps": [
            {"percentile": percent, "seconds": percentile(funnel.gaps_s, percent)} for percent in (0, 10, 25, 50, 75, 90, 100)
        ],
        "counts": _counts(funnel, told, presence, lengths),
    }


# reading --------------------------------------------------------------------
class _export:  # noqa: N801 - reads as the statement it is
    """The export to read: the writer's own, or the made-up one in a folder that goes away."""

    def __init__(self, c: Config) -> None:
        self._c, self._folder = c, tempfile.TemporaryDirectory(prefix="labpress-")

    def __enter__(self) -> Path:
        if self._c.export:
            return Path(os.path.expandvars(self._c.export)).expanduser()
        return write_export(Path(self._folder.name) / "made-up-export.zip", self._c.conversations, self._c.seed)

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


class _Seen(Presence):
    """Who is in the export, with what reading it told."""

    def __init__(self) -> None:
        super().__init__()
        self.told = Told()

    def people(self) -> list[str]:
        return sorted(self.present)


def _presence(path: Path, on_error: str) -> _Seen:
    seen = _Seen()
    for thread in threads(path, seen.told, on_error):
        seen.add(thread)
    return seen


def _examples(
    path: Path, owner: str, mask: Masker | None, c: Config, told: Told, funnel: Funnel
) -> Iterator[Example]:
    rules = Rules(
        c.language, c.language_share, c.gap_percentile, c.turns, c.distractors, c.held_threads, c.held_time, c.seed
    )
    for thread in threads(path, told, c.on_error):
        yield from of_thread(_masked(thread, mask) if mask else thread, owner, rules, funnel)


def _masked(thread: Thread, mask: Masker) -> Thread:
    """Mask what was said before any rule sees it; senders are never written anywhere."""
    messages = tuple(
        Message(said.sender, said.time_ms, mask(said.text), said.kind) if said.kind == "text" else said
        for said in thread.messages
    )
    return Thread(thread.name, thread.participants, messages, thread.kind)


# counting -------------------------------------------------------------------
@dataclass(frozen=True)
class _Lengths:
    tokens: Sequence[int]  # of each example's longest row, context and candidate with their ends
    characters: int
    vocab_size: int
    total: int


def _lengths(store: Store, c: Config) -> _Lengths:
    """Train the tokenizer on the training part, and measure the rows of all examples with it.

    Raises:
        SiteError: when there is nothing to train on.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=c.vocab_size,
        special_tokens=[END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator((text for example in store.read(TRAIN) for text in _texts(example)), trainer)
    tokens, characters, total = [], 0, 0
    for part in (TRAIN, VALIDATION):
        for example in store.read(part):
            history = sum(len(bpe.encode(turn.text).ids) + 1 for turn in example.history)
            candidates = [len(bpe.encode(text).ids) + 1 for text in (example.reply, *example.distractors)]
            tokens.append(history + max(candidates))
            total += history + sum(candidates)
            characters += sum(len(text) for text in (*_texts(example), *example.distractors))
    if not tokens:
        raise SiteError("no example is left of this export", None, "look at the rules: language, gap, replies a thread")
    bpe.save(str(store.folder / "tokenizer.json"))
    return _Lengths(tokens, characters, bpe.get_vocab_size(), total)


def _texts(example: Example) -> Iterator[str]:
    yield from (turn.text for turn in example.history)
    yield example.reply


def _histogram(tokens: Sequence[int]) -> list[dict[str, float]]:
    """Count examples by length, in steps of eight tokens."""
    top = max(tokens)
    width = max(8, -(-top // 40 // 8) * 8)
    counts = [0] * (top // width + 1)
    for size in tokens:
        counts[size // width] += 1
    return [{"tokens": index * width + width / 2, "examples": count} for index, count in enumerate(counts)]


def _funnel(funnel: Funnel, told: Told, found: int) -> list[dict[str, object]]:
    """Return one row for each rule: what came in, what it dropped, what is left."""
    rows: list[dict[str, Any]] = [{"stage": "threads", "what": "read", "count": found}]
    rows += [{"stage": "threads", "what": what, "count": -count} for what, count in sorted(funnel.threads.items()) if what != "used"]
    rows += [{"stage": "threads", "what": "used", "count": funnel.threads["used"]}]
    rows += [{"stage": "files", "what": "broken and skipped", "count": len(told.skipped)}]
    rows += [{"stage": "messages", "what": "read", "count": funnel.messages["read"]}]
    order = [what for what in (*sorted(key for key in funnel.messages if key.startswith("in a ")), *KINDS.values())]
    rows += [
        {"stage": "messages", "what": what, "count": -funnel.messages[what]} for what in order if funnel.messages[what]
    ]
    rows += [{"stage": "messages", "what": "used", "count": funnel.messages["used"]}]
    dropped = sorted(what for what in funnel.examples if what not in (TRAIN, VALIDATION))
    made = sum(funnel.examples.values())
    rows += [{"stage": "replies", "what": "of the owner", "count": made}]
    rows += [{"stage": "replies", "what": what, "count": -funnel.examples[what]} for what in dropped]
    rows += [{"stage": "examples", "what": part, "count": funnel.examples[part]} for part in (TRAIN, VALIDATION)]
    return rows


def _counts(funnel: Funnel, told: Told, presence: Presence, lengths: _Lengths) -> dict[str, object]:
    return {
        "format": told.format,
        "people": len(presence.present),
        "threads": presence.threads,
        "messages": funnel.messages["read"],
        "train": funnel.examples[TRAIN],
        "validation": funnel.examples[VALIDATION],
        "vocab_size": lengths.vocab_size,
        "tokens": lengths.total,
        "characters_per_token": lengths.characters / lengths.total,
    }
