"""From a chat export to examples: what every rule drops, how long the rest is, and which block size holds it.

Rebuilds the data preparation of a persona model: threads in one language, messages merged into turns, contexts cut
at the median pause of their thread, four turns of context, three distractors, train and validation apart by thread
and by time. What is written here counts and names nobody; the examples themselves stay in the private folder.
Without `export=` everything runs on the made-up export of a made-up person.
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 5 s on one CPU core for the made-up export.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.persona.batches import encode
from experiments.persona.device import find_place
from experiments.persona.examples import TRAIN, VALIDATION, Rules, percentile
from experiments.persona.messages import KINDS
from experiments.persona.prepare import Prepared, Source, prepare, tokens_of

WRITES = {"funnel": "table", "lengths": "series", "yields": "series", "gaps": "table", "counts": "scalar"}
PRESETS = {"smoke": {"conversations": 12, "vocab_size": 400}}
PRIVATE = ("export", "owner")
BLOCKS = (16, 32, 64, 128, 256, 512, 1024)
PERCENTILES = (0, 10, 25, 50, 75, 90, 100)


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    export: str = ""  # a zip or a folder; empty: the made-up one
    owner: str = ""  # as the export writes the name; empty: inferred
    on_error: str = "stop"  # or "skip": leave broken files out
    language: str = "en"  # empty: every language
    language_share: float = 0.5  # of a thread's letters
    gap_percentile: float = 50.0  # of a thread's pauses; longer ones end a context
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
    rules = Rules(
        c.language, c.language_share, c.gap_percentile, c.turns, c.distractors, c.held_threads, c.held_time, c.seed
    )
    source = Source(c.export, c.owner, c.on_error, c.conversations, c.mask, c.seed)
    made: Prepared = find_place().told_by_leader(lambda: prepare(source, rules))
    log(1, 2, train=made.funnel.examples[TRAIN], validation=made.funnel.examples[VALIDATION])
    tokens = tokens_of(made.store, c.vocab_size)
    widths, characters, total = [], 0, 0
    for part in (TRAIN, VALIDATION):
        for example in made.store.read(part):
            encoded = encode(example, tokens, max(BLOCKS))
            assert encoded is not None, "nothing is dropped here"
            widths.append(encoded.width)
            total += len(encoded.history) + sum(map(len, encoded.candidates))
            said = [*(turn.text for turn in example.history), example.reply, *example.distractors]
            characters += sum(map(len, said))
    log(2, 2, vocab_size=len(tokens))
    return {
        "funnel": funnel_rows(made),
        "lengths": histogram(widths),
        "yields": [{"block_size": block, "yield": sum(w <= block for w in widths) / len(widths)} for block in BLOCKS],
        "gaps": [{"percentile": one, "seconds": percentile(made.funnel.gaps_s, one)} for one in PERCENTILES],
        "counts": {
            "format": made.told.format,
            "people": len(made.presence.present),
            "threads": made.presence.threads,
            "messages": made.funnel.messages["read"],
            "train": made.funnel.examples[TRAIN],
            "validation": made.funnel.examples[VALIDATION],
            "vocab_size": len(tokens),
            "tokens": total,
            "characters_per_token": characters / total,
        },
    }


def funnel_rows(made: Prepared) -> list[dict[str, object]]:
    """Return one row for each rule: what came in, what it dropped, what is left. Each stage adds up."""
    funnel = made.funnel
    dropped = sorted(what for what in funnel.examples if what not in (TRAIN, VALIDATION))
    kinds = [*sorted(what for what in funnel.messages if what.startswith("in a thread")), *KINDS.values()]
    return [
        *_stage(
            "threads", made.presence.threads, {k: funnel.threads[k] for k in sorted(funnel.threads) if k != "used"}
        ),
        {"stage": "files", "what": "broken and skipped", "count": len(made.told.skipped)},
        *_stage("messages", funnel.messages["read"], {what: funnel.messages[what] for what in kinds}),
        *_stage("replies", sum(funnel.examples.values()), {what: funnel.examples[what] for what in dropped}),
        {"stage": "examples", "what": "to train on", "count": funnel.examples[TRAIN]},
        {"stage": "examples", "what": "to validate on", "count": funnel.examples[VALIDATION]},
    ]


def _stage(stage: str, read: int, drops: dict[str, int]) -> list[dict[str, Any]]:
    rows = [{"stage": stage, "what": what, "count": -count} for what, count in drops.items() if count]
    left = read - sum(drops.values())
    return [{"stage": stage, "what": "read", "count": read}, *rows, {"stage": stage, "what": "used", "count": left}]


def histogram(sizes: Sequence[int]) -> list[dict[str, float]]:
    """Count examples by length, at most some forty bars."""
    width = max(4, -(-max(sizes) // 160) * 4)
    counts = [0] * (max(sizes) // width + 1)
    for size in sizes:
        counts[size // width] += 1
    return [{"tokens": index * width + width / 2, "examples": count} for index, count in enumerate(counts)]
