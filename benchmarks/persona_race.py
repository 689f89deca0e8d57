"""Our trees against the original's layout in transformers' `GPT2DoubleHeadsModel`: seconds, memory, and replies.

One process, steps taken in turn, the same weights and the same examples of the made-up export; before anything is
timed, the losses of all layouts must be equal, before and after an update. Memory is weighed in processes apart.
Replies are greedy and must be the same tokens as those of `generate` with its cache, which knows no speakers: the
owner's mark is 0 here, so that it adds nothing. Ratios are of CPU time, which neighbours disturb least.
Run: python -m benchmarks.persona_race [rounds]
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from dataclasses import dataclass, field
from typing import Any

import torch

from benchmarks import persona_memory
from benchmarks.persona_steps import (
    BATCH,
    LAYOUTS,
    ORIGINAL,
    TREE,
    TREE_STATIC,
    Data,
    Step,
    lengths,
    make_step,
    our_model,
    read_data,
    rounded,
    their_model,
    tree_length,
)
from experiments.persona import hub
from experiments.persona.batches import Loader
from experiments.persona.generate import Decoding, reply
from experiments.persona.model import Persona

BARS = {4096: 8.0, 50257: 25.0}  # by vocabulary
GENERATION_BAR, REPLY = 1.5, 60  # tokens of a reply


@dataclass
class Times:
    """Milliseconds of one layout or one program."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def __enter__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall.append((time.perf_counter() - self._wall) * 1e3)
        self.cpu.append((time.process_time() - self._cpu) * 1e3)


def race(data: Data, vocabulary: int, rounds: int) -> None:
    """Print one line a layout."""
    print(f"training step, vocabulary {vocabulary:,}, batch of {BATCH} examples, {rounds} rounds, one thread")
    loader = Loader(data.examples, BATCH, 0)
    steps = {layout: make_step(layout, data, vocabulary) for layout in LAYOUTS}
    check_losses(steps, loader)
    times = {layout: Times() for layout in LAYOUTS}
    for _ in range(rounds):
        batch = loader()
        for layout, step in steps.items():
            with times[layout]:
                step(batch)
    del steps
    memory = {layout: persona_memory.measured("layout", layout, str(vocabulary))["peak"] for layout in LAYOUTS}
    print(f"  {'':<26}  positions    cpu ms (best, median)   wall ms (best, median)   cpu ratio (best, median)", end="")
    print("   MB a step, ratio")
    base = times[ORIGINAL]
    for layout, mine in times.items():
        cells = (min(mine.cpu), middle(mine.cpu), min(mine.wall), middle(mine.wall))
        told = f"{cells[0]:>12.1f}{cells[1]:>12.1f}{cells[2]:>13.1f}{cells[3]:>12.1f}"
        ratios = f"{min(base.cpu) / cells[0]:>13.1f}x{middle(base.cpu) / cells[1]:>11.1f}x"
        weight = f"{memory[layout]:>13.1f}{memory[ORIGINAL] / memory[layout]:>7.1f}x"
        print(f"  {layout:<26}{positions(layout, data):>11.1f}{told}{ratios}{weight}")
    verdict("tree against original", middle(base.cpu) / middle(times[TREE].cpu), BARS[vocabulary])


def check_losses(steps: dict[str, Step], loader: Loader) -> None:
    """Take two steps each; the losses of the second tell whether the updates were the same, too."""
    for number in (1, 2):
        batch = loader()
        found = {layout: step(batch) for layout, step in steps.items()}
        for layout, (lm, mc) in found.items():
            print(f"  step {number}: lm {lm:.6f}, mc {mc:.6f}  {layout}")
        first = torch.tensor(found[ORIGINAL])
        for pair in found.values():
            torch.testing.assert_close(torch.tensor(pair), first, rtol=0, atol=1e-4)


def positions(layout: str, data: Data) -> float:
    """Return the positions an example costs, over one epoch."""
    loader, sizes = Loader(data.examples, BATCH, 0), lengths(layout, data)
    total = 0
    for _ in range(loader.batches_an_epoch):
        batch = loader()
        if layout in (TREE, TREE_STATIC):
            total += len(batch) * (sizes.tree or rounded(max(map(tree_length, batch))))
        else:
            total += sum(len(one.candidates) for one in batch) * (sizes.row or max(one.width for one in batch))
    return total / loader.taken / BATCH


def race_replies(data: Data, rounds: int) -> None:
    """Print tokens a second of our `reply` and of `generate`, in turn, on the same contexts."""
    print(f"greedy replies of {REPLY} tokens, vocabulary 4,096, {rounds} rounds, one thread")
    ours = restless_model(data)
    theirs = language_model(ours, data)
    me, end = data.tokens.me, data.tokens.end
    greedy = Decoding(0.0, 0, 1.0, 0, REPLY)
    times = {"reply": Times(), "generate": Times()}
    for one in [one for one in data.examples if len(one.history) <= 40][: rounds + 1]:
        history = list(one.history)
        ids = torch.tensor([history])
        with times["reply"]:
            mine = reply(ours, history, [me] * len(history), (me, end), greedy, torch.Generator()).ids
        with times["generate"]:
            other = theirs.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=REPLY, do_sample=False, pad_token_id=end
            )
        assert list(mine) == other[0, len(history) :].tolist(), "the replies differ"
        assert len(mine) == REPLY, "a reply ended early: the rounds would not be alike"
    for who, spent in times.items():
        del spent.cpu[0], spent.wall[0]  # the first wakes the libraries
        speeds = [REPLY / ms * 1e3 for ms in (min(spent.cpu), middle(spent.cpu), min(spent.wall), middle(spent.wall))]
        print(f"  {who:<10} tokens/s of cpu {speeds[0]:>7.0f} best {speeds[1]:>7.0f} median", end="")
        print(f"   of wall {speeds[2]:>7.0f} best {speeds[3]:>7.0f} median")
    print(f"  the same tokens, {len(set(mine))} different ones in the last reply")
    verdict("reply against generate", middle(times["generate"].cpu) / middle(times["reply"].cpu), GENERATION_BAR)


def restless_model(data: Data) -> Persona:
    """Return a model whose greedy replies wander: drawn weights say the same token for ever."""
    model = our_model(4096).eval()
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, one in model.named_parameters():
            if name != "tokens.weight":
                one.add_(torch.randn(one.shape, generator=rng) * 0.1)
        model.tokens.weight[data.tokens.me].zero_()  # the speaker adds nothing
        model.tokens.weight[data.tokens.end].zero_()  # and the end is never the likeliest
    return model


def language_model(ours: Persona, data: Data) -> Any:
    """Return transformers' model for `generate`, with our weights."""
    from transformers import GPT2LMHeadModel

    theirs = GPT2LMHeadModel(their_model(ours, data.tokens).config).eval()
    weights = hub.to_gpt2(ours)
    theirs.load_state_dict({name: weights[name] for name in weights if name.startswith("transformer.")}, strict=False)
    theirs.tie_weights()
    return theirs


def middle(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def verdict(what: str, ratio: float, bar: float) -> None:
    """Print a ratio beside the bar that it has to reach."""
    print(f"  {what}: {ratio:.1f}x, bar {bar:g}x: {'reached' if ratio >= bar else 'MISSED'}", flush=True)


def main(rounds: int) -> None:
    """Print all tables."""
    torch.set_num_threads(1)
    data = read_data()
    race_replies(data, rounds)
    for vocabulary in BARS:
        race(data, vocabulary, rounds)
    persona_memory.report()


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
