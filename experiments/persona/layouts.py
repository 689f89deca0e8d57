"""How many positions and logits an example costs in each layout of a batch: trees of candidates cost the fewest.

The post this family rebuilds lays every candidate out as a row of its own, padded to the block, with logits at every
position. Here the same examples are laid out in seven ways and counted, so that the figures are the same on every
machine: rows padded to the block, padded to their batch, gathered by length, or packed one behind the other; and
trees, which hold the context once, of one length, padded to their batch, or gathered by length.
`real` is the share of positions that hold a token; in rows the context counts once for each candidate. `logits` are
those where a true reply is predicted; made everywhere, as in the original, they are as many as the positions.
Post: posts/2026-11-21-talking-to-a-model-of-nobody. About 15 s on one CPU core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from experiments.persona.batches import IGNORED, STEP, Encoded, Loader, encode, in_order, make_rows, make_tree
from experiments.persona.device import find_place
from experiments.persona.examples import TRAIN, Rules
from experiments.persona.prepare import Prepared, Source, prepare, tokens_of

WRITES = {"rows": "table"}
PRESETS = {"smoke": {"conversations": 12, "vocab_size": 400}}
PRIVATE = ("export", "owner")
Batches = Iterable[Sequence[Encoded]]


@dataclass(frozen=True)
class Config:
    """What can be set from the command line."""

    export: str = ""
    owner: str = ""
    conversations: int = 80
    batch_size: int = 8
    block_size: int = 128
    vocab_size: int = 1024
    seed: int = 0


@dataclass(frozen=True)
class Count:
    """What a layout makes of all examples."""

    positions: int  # that the decoder computes, padding included
    tokens: int  # positions that hold a token
    logits: int  # when they are made only where the true reply is predicted


def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Lay out and count."""
    source = Source(c.export, c.owner, conversations=c.conversations, seed=c.seed)
    made: Prepared = find_place().told_by_leader(lambda: prepare(source, Rules(seed=c.seed)))
    tokens = tokens_of(made.store, c.vocab_size)
    found = (encode(example, tokens, c.block_size) for example in made.store.read(TRAIN))
    examples = [one for one in found if one is not None]
    counts: dict[str, Count] = {}
    for layout, count in layouts(examples, c, tokens.end).items():
        counts[layout] = count()
        log(len(counts), 7, positions=counts[layout].positions / len(examples))
    original = next(iter(counts.values())).positions
    return {
        "rows": [
            {
                "layout": layout,
                "positions": one.positions / len(examples),
                "real": one.tokens / one.positions,
                "fewer": original / one.positions,
                "logits": one.logits / len(examples),
                "fewer_logits": original / one.logits,
            }
            for layout, one in counts.items()
        ]
    }


def layouts(examples: Sequence[Encoded], c: Config, end: int) -> dict[str, Callable[[], Count]]:
    """Return the seven layouts, the original's first."""
    longest = -(-max(map(tree_length, examples)) // STEP) * STEP
    slots = -(-max(len(one.candidates[one.gold]) for one in examples) // STEP) * STEP
    return {
        "rows, padded to the block": lambda: as_rows(drawn(examples, c), end, c.block_size),
        "rows, padded to the batch": lambda: as_rows(drawn(examples, c), end),
        "rows, by length": lambda: as_rows(in_order(examples, c.batch_size), end),
        "rows, packed": lambda: packed(examples, c.block_size),
        "trees, of one length": lambda: as_trees(drawn(examples, c), longest, slots),
        "trees, padded to the batch": lambda: as_trees(drawn(examples, c)),
        "trees, by length": lambda: as_trees(sorted_trees(examples, c.batch_size)),
    }


def drawn(examples: Sequence[Encoded], c: Config) -> Batches:
    """Yield one epoch as training draws it, and the examples that did not fill a batch as a last, smaller one."""
    loader = Loader(examples, c.batch_size, c.seed)
    seen = set[int]()
    for _ in range(loader.batches_an_epoch):
        batch = loader()
        seen.update(map(id, batch))
        yield batch
    if rest := [one for one in examples if id(one) not in seen]:
        yield rest


def sorted_trees(examples: Sequence[Encoded], batch_size: int) -> Batches:
    """Yield all examples, trees of like length together."""
    ordered = sorted(examples, key=lambda one: (tree_length(one), one.history, one.candidates))
    for start in range(0, len(ordered), batch_size):
        yield ordered[start : start + batch_size]


def tree_length(one: Encoded) -> int:
    """Return how many tokens its tree holds."""
    return len(one.history) + sum(map(len, one.candidates))


def row_lengths(one: Encoded) -> list[int]:
    """Return how many tokens each of its rows holds."""
    return [len(one.history) + len(candidate) for candidate in one.candidates]


def as_rows(batches: Batches, end: int, length: int = 0) -> Count:
    """Count rows padded to a length, or to the longest of their batch."""
    positions = tokens = logits = 0
    for batch in batches:
        rows = make_rows(batch, length or max(one.width for one in batch), end)
        positions += rows.ids.numel()
        tokens += sum(sum(row_lengths(one)) for one in batch)
        logits += int((rows.labels != IGNORED).sum())
    return Count(positions, tokens, logits)


def as_trees(batches: Batches, length: int = 0, slots: int = 0) -> Count:
    """Count trees of a fixed length and fixed places for logits, or of what their batch needs."""
    positions = tokens = logits = 0
    for batch in batches:
        tree = make_tree(batch, length, slots)
        positions += tree.ids.numel()
        tokens += sum(map(tree_length, batch))
        logits += tree.source.numel()
    return Count(positions, tokens, logits)


def packed(examples: Sequence[Encoded], block_size: int) -> Count:
    """Count rows put one behind the other into blocks: the longest first, each into the fullest block with room."""
    lengths = sorted((length for one in examples for length in row_lengths(one)), reverse=True)
    open_blocks = [0] * (block_size + 1)  # how many blocks have so much room left
    blocks = 0
    for length in lengths:
        room = next((room for room in range(length, block_size + 1) if open_blocks[room]), 0)
        if room:
            open_blocks[room] -= 1
        else:
            room, blocks = block_size, blocks + 1
        open_blocks[room - length] += 1
    targets = sum(len(one.candidates[one.gold]) for one in examples)
    return Count(blocks * block_size, sum(lengths), targets)
