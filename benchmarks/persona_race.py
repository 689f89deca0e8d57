"""Our trees against the original's layout in transformers' `GPT2DoubleHeadsModel`: seconds, memory, and replies.

One process, steps taken in turn, the same weights and the same examples of the made-up export; before anything is
timed, the losses of all layouts must be equal. The original: four rows of 128 an example, logits at every position.
A larger vocabulary is a larger table of embeddings only; the text keeps its tokens.
Memory is the high-water mark of a process of its own for each layout. Replies are greedy, and must be the same tokens
as those of `generate` with its cache; it cannot give a new token a speaker of its own, so both run without one.
Run: python -m benchmarks.persona_race [rounds]
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from experiments.persona import hub
from experiments.persona.batches import Encoded, Loader, encode, make_rows, make_tree
from experiments.persona.examples import TRAIN, Funnel, Rules, of_thread
from experiments.persona.export import threads
from experiments.persona.generate import Decoding, reply
from experiments.persona.loop import Losses, Plan, make_optimiser
from experiments.persona.made_up import OWNER, write_export
from experiments.persona.messages import Told
from experiments.persona.model import Persona, Shape
from experiments.persona.prepare import texts
from experiments.persona.tokens import Tokens, train_tokens

BLOCK, BATCH, TEXT_VOCABULARY = 128, 8, 1024
VOCABULARIES = (4096, 50257)
BARS = {4096: 8.0, 50257: 25.0}
GENERATION_BAR, REPLIES, REPLY = 1.5, 5, 60  # rounds, and tokens of a reply
LAYOUTS = ("original", "original, batch's length", "tree, one length", "tree")
MEMORY_STEPS = 3


# the same work, laid out in four ways ---------------------------------------


@dataclass(frozen=True)
class Data:
    """Examples of the made-up export as numbers."""

    tokens: Tokens
    examples: list[Encoded]

    @property
    def longest(self) -> int:
        """Return the length of the longest tree, rounded up as `make_tree` does."""
        return -(-max(map(tree_length, self.examples)) // 16) * 16

    @property
    def slots(self) -> int:
        """Return how many tokens the longest true reply holds, rounded up likewise."""
        return -(-max(len(one.candidates[one.gold]) for one in self.examples) // 16) * 16


def tree_length(one: Encoded) -> int:
    """Return how many tokens a tree holds."""
    return len(one.history) + sum(map(len, one.candidates))


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


def our_model(vocabulary: int) -> Persona:
    """Return our model with random weights, without dropout, so that losses can be compared."""
    return Persona(Shape(vocabulary, BLOCK, 2, 4, 128, 0.0), torch.Generator().manual_seed(0))


def their_model(ours: Persona, tokens: Tokens) -> Any:
    """Return transformers' model with the same weights."""
    from transformers import GPT2Config, GPT2DoubleHeadsModel

    plain = {**hub.config(ours.shape, tokens), "use_cache": False}
    theirs = GPT2DoubleHeadsModel(GPT2Config(**plain))
    theirs.load_state_dict(hub.to_gpt2(ours), strict=False)
    theirs.tie_weights()
    return theirs.train()


Loss = Callable[[Sequence[Encoded]], tuple[Tensor, Tensor]]


def losses_of(layout: str, data: Data, vocabulary: int) -> tuple[nn.Module, Loss]:
    """Return a model and what computes both its mean losses of a batch in a layout, laying out included."""
    model = our_model(vocabulary)
    if layout.startswith("original"):
        theirs = their_model(model, data.tokens)

        def original(batch: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
            length = BLOCK if layout == "original" else max(one.width for one in batch)
            rows = make_rows(batch, length, data.tokens.end)
            out = theirs(
                rows.ids, token_type_ids=rows.types, mc_token_ids=rows.last, labels=rows.labels, mc_labels=rows.gold
            )
            return out.loss, out.mc_loss

        return theirs, original
    losses = Losses(model).train()
    length, slots = (data.longest, data.slots) if layout == "tree, one length" else (0, 0)

    def tree(batch: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
        made = make_tree(batch, length, slots)
        lm, mc = losses(made)
        return lm / made.targets, mc / made.examples

    return model, tree


def stepper(layout: str, data: Data, vocabulary: int) -> Callable[[Sequence[Encoded]], tuple[float, float]]:
    """Return a whole training step: lay out, losses, gradients, their length, AdamW."""
    model, losses = losses_of(layout, data, vocabulary)
    optimiser = make_optimiser(model, Plan())

    def step(batch: Sequence[Encoded]) -> tuple[float, float]:
        lm, mc = losses(batch)
        (lm + mc).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        return lm.item(), mc.item()

    return step


# the race -------------------------------------------------------------------


@dataclass
class Times:
    """Seconds of the steps of one layout."""

    wall: list[float]
    cpu: list[float]


def race(data: Data, vocabulary: int, rounds: int) -> None:
    """Print one line a layout; the losses of the first steps have to be equal."""
    loader = Loader(data.examples, BATCH, 0)
    steps = {layout: stepper(layout, data, vocabulary) for layout in LAYOUTS}
    for number in range(2):  # the second after one update, so that gradients are compared as well
        batch = loader()
        found = {layout: step(batch) for layout, step in steps.items()}
        told = "  ".join(f"{layout}: {lm:.5f} + {mc:.5f}" for layout, (lm, mc) in found.items())
        print(f"  losses of step {number + 1}: {told}")
        first = torch.tensor(found[LAYOUTS[0]])
        for pair in found.values():
            torch.testing.assert_close(torch.tensor(pair), first, rtol=1e-4, atol=1e-4)
    times = {layout: Times([], []) for layout in LAYOUTS}
    for _ in range(rounds):
        batch = loader()
        for layout, step in steps.items():
            wall, cpu = time.perf_counter(), time.process_time()
            step(batch)
            times[layout].wall.append(time.perf_counter() - wall)
            times[layout].cpu.append(time.process_time() - cpu)
    base = times[LAYOUTS[0]]
    memory = {layout: extra_memory(layout, vocabulary) for layout in LAYOUTS}
    print(f"  {'layout':<26}{'positions':>10}{'cpu ms: best':>14}{'median':>9}{'wall: best':>12}{'median':>9}", end="")
    print(f"{'ratio cpu: best':>17}{'median':>9}{'MB a step':>12}{'ratio':>7}")
    for layout, mine in times.items():
        cells = [best(mine.cpu) * 1e3, middle(mine.cpu) * 1e3, best(mine.wall) * 1e3, middle(mine.wall) * 1e3]
        ratios = best(base.cpu) / best(mine.cpu), middle(base.cpu) / middle(mine.cpu)
        print(f"  {layout:<26}{positions(layout, data):>10.1f}{cells[0]:>14.1f}{cells[1]:>9.1f}", end="")
        print(f"{cells[2]:>12.1f}{cells[3]:>9.1f}{ratios[0]:>16.1f}x{ratios[1]:>8.1f}x", end="")
        print(f"{memory[layout]:>12.1f}{memory[LAYOUTS[0]] / max(memory[layout], 0.1):>6.1f}x")
    verdict("tree against the original", middle(base.cpu) / middle(times["tree"].cpu), BARS[vocabulary])


def positions(layout: str, data: Data) -> float:
    """Return the positions an example costs, over one epoch."""
    loader = Loader(data.examples, BATCH, 0)
    total = examples = 0
    for _ in range(loader.batches_an_epoch):
        batch = loader()
        examples += len(batch)
        if layout.startswith("original"):
            total += 4 * len(batch) * (BLOCK if layout == "original" else max(one.width for one in batch))
        else:
            longest = -(-max(map(tree_length, batch)) // 16) * 16
            total += len(batch) * (data.longest if layout == "tree, one length" else longest)
    return total / examples


def best(seconds: list[float]) -> float:
    """Return the least."""
    return min(seconds)


def middle(seconds: list[float]) -> float:
    """Return the median."""
    return statistics.median(seconds)


def verdict(what: str, ratio: float, bar: float) -> None:
    """Print a ratio beside the bar that it has to reach."""
    print(f"  {what}: {ratio:.1f}x, bar {bar}x: {'reached' if ratio >= bar else 'MISSED'}", flush=True)


# replies --------------------------------------------------------------------


def race_replies(data: Data, rounds: int) -> None:
    """Print tokens a second of our `reply` and of `generate`, the same tokens, in turn."""
    from transformers import GPT2LMHeadModel

    ours = our_model(VOCABULARIES[0]).eval()
    with torch.no_grad():  # type tokens with no embedding of their own say nothing, and end never comes first
        ours.tokens.weight[data.tokens.me].zero_()
        ours.tokens.weight[data.tokens.end].zero_()
        ours.norm.bias.normal_(0, 1.0, generator=torch.Generator().manual_seed(1))
    config = their_model(ours, data.tokens).config
    config.use_cache = True
    theirs = GPT2LMHeadModel(config).eval()
    weights = {name: value for name, value in hub.to_gpt2(ours).items() if not name.startswith("multiple")}
    theirs.load_state_dict(weights, strict=False)
    theirs.tie_weights()
    greedy = Decoding(0.0, 0, 1.0, 0, REPLY)
    me = data.tokens.me
    times: dict[str, list[float]] = {"ours": [], "generate": []}
    made = 0
    for number in range(rounds):
        history = list(data.examples[number].history)
        began = time.process_time()
        mine = reply(ours, history, [me] * len(history), (me, data.tokens.end), greedy, torch.Generator()).ids
        times["ours"].append(time.process_time() - began)
        began = time.process_time()
        ids = torch.tensor([history])
        other = theirs.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=REPLY, do_sample=False, use_cache=True,
            pad_token_id=data.tokens.end,
        )  # fmt: skip
        times["generate"].append(time.process_time() - began)
        assert list(mine) == other[0, len(history) :].tolist(), (mine, other)
        made = len(mine)
        assert made == REPLY, "a reply ended early: the rounds would not be alike"
    for who, seconds in times.items():
        print(f"  {who:<10}{made / best(seconds):8.0f} tokens/s at best, {made / middle(seconds):8.0f} in the middle")
    verdict("replies against generate", middle(times["generate"]) / middle(times["ours"]), GENERATION_BAR)


# memory ---------------------------------------------------------------------


def extra_memory(layout: str, vocabulary: int) -> float:
    """Return by how many MB the steps of a layout raise the high-water mark of a fresh process."""
    return float(measured("layout", layout, str(vocabulary))["extra"])


def measured(*words: str) -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.persona_race", "--measure", *words]
    environment = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "0", "MALLOC_MMAP_THRESHOLD_": "65536"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def resident() -> float:
    """Return the memory that this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def peak() -> float:
    """Return the most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measure(kind: str, *words: str) -> dict[str, float]:
    """Be the process of its own."""
    if kind == "layout":
        return measure_layout(words[0], int(words[1]))
    return measure_options(words[0])


def measure_layout(layout: str, vocabulary: int) -> dict[str, float]:
    """Return what steps cost beyond the model and its data."""
    data = read_data()
    if not layout.startswith("original"):
        their_model(our_model(64), data.tokens)  # the same libraries in memory as for the others
    step = stepper(layout, data, vocabulary)
    before = resident()
    floor = reset_peak()
    loader = Loader(data.examples, BATCH, 0)
    for _ in range(MEMORY_STEPS):
        step(loader())
    return {"extra": peak_since(floor) - before, "before": before}


def reset_peak() -> float:
    """Start the high-water mark anew where the system can; return what it is then."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_since(0.0)


def peak_since(floor: float) -> float:
    """Return the high-water mark since it was started anew, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return max(floor, int(line.split()[1]) * 1024 / 1e6)
    return max(floor, peak())


if __name__ == "__main__":
    pass
