"""Our transformer against transformers' `GPT2LMHeadModel`: training steps, memory, generation, in one interleaved run.

Same weights, batches, optimiser (fused AdamW), clipping; float32, one thread. The bare loop is the shortest one that
trains the Hugging Face model; `Trainer` is theirs, timed from its first step to its last. Each round takes some steps
with each contender and one large matrix product, whose best speed is the machine's peak; medians of CPU seconds.
Generation takes turns too: the ratio is the median of the pairs', with the least and the greatest beside it.
Memory is the peak of a process that does nothing else, its libraries included.
Run: python -m benchmarks.transformer_race [rounds [shape …]], with shapes as in RACES.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.transformer.batches import IGNORED, Batch, Drawn, count_targets, work
from experiments.transformer.generate import Settings, generate
from experiments.transformer.gpt2 import gpt2_settings, to_gpt2
from experiments.transformer.model import Shape, Transformer, parameter_count
from experiments.transformer.train import Data, Plan, fit

STEPS = 8  # of a contender in a round
LR = 1e-3


@dataclass(frozen=True)
class Race:
    """One shape, and what its batches look like."""

    shape: Shape
    batch: int
    is_padded: bool = False  # dialogues of different lengths, of which only the last answer is to be learned


RACES = {
    "characters": Race(Shape(76, 64, layers=2, heads=4, width=128), 12),
    "byte pairs": Race(Shape(4096, 128, layers=2, heads=4, width=128), 8),
    "deeper": Race(Shape(1024, 128, layers=6, heads=8, width=256), 4),
    "answers": Race(Shape(4096, 128, layers=2, heads=4, width=128), 8, is_padded=True),
}


def batches(race: Race, count: int = STEPS) -> list[Batch]:
    """Return the same batches to whoever asks."""
    rng = torch.Generator().manual_seed(0)
    made = []
    for _ in range(count):
        whole_BT = torch.randint(race.shape.vocab_size, (race.batch, race.shape.block_size + 1), generator=rng)
        ids_BT, targets_BT = whole_BT[:, :-1].clone(), whole_BT[:, 1:].clone()
        if race.is_padded:
            length_B1 = torch.randint(race.shape.block_size // 4, race.shape.block_size, (race.batch, 1), generator=rng)
            place_T = torch.arange(race.shape.block_size)
            targets_BT[(place_T >= length_B1) | (place_T < length_B1 * 3 // 4)] = IGNORED
            ids_BT[place_T > length_B1] = 0
        made.append((ids_BT, targets_BT))
    return made


def their_model(model: Transformer) -> Any:
    """Return transformers' model with the weights of ours."""
    from transformers import GPT2Config, GPT2LMHeadModel

    made = GPT2LMHeadModel(GPT2Config(**gpt2_settings(model.shape), bos_token_id=0, eos_token_id=0))
    made.load_state_dict(to_gpt2(model.state_dict()))
    return made


def labels(targets: Tensor) -> Tensor:
    """Return targets (B, T) as their model wants them: it shifts labels itself."""
    return torch.cat([torch.full_like(targets[:, :1], IGNORED), targets[:, :-1]], dim=1)


# contenders -----------------------------------------------------------------
def ours(race: Race) -> Callable[[], float]:
    """Return what takes some steps with our loop and returns the CPU seconds."""
    model, drawn = Transformer(race.shape, torch.Generator().manual_seed(0)), batches(race)

    def go() -> float:
        turn = iter(drawn)
        loader = Drawn(lambda _: next(turn), torch.Generator())
        started = time.process_time()
        fit(model, Data(loader), Plan(STEPS, lr=LR, final=1.0, log_every=STEPS))
        return time.process_time() - started

    return go


def bare(race: Race) -> Callable[[], float]:
    """Return the same for the shortest loop around their model."""
    model, drawn = their_model(Transformer(race.shape, torch.Generator().manual_seed(0))).train(), batches(race)
    optimiser = torch.optim.AdamW(model.parameters(), lr=LR, weight_decay=0.1, fused=True)
    pairs = [(ids_BT, labels(targets_BT)) for ids_BT, targets_BT in drawn]

    def go() -> float:
        started = time.process_time()
        for ids_BT, labels_BT in pairs:
            optimiser.zero_grad()
            model(input_ids=ids_BT, labels=labels_BT).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
        return time.process_time() - started

    return go


def with_trainer(race: Race) -> Callable[[], float]:
    """Return the same for their `Trainer`."""
    from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

    class Clock(TrainerCallback):
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            self.started = time.process_time()

        def on_train_end(self, *_: Any, **__: Any) -> None:
            self.seconds = time.process_time() - self.started

    model = their_model(Transformer(race.shape, torch.Generator().manual_seed(0)))
    rows = [
        {"input_ids": ids_T, "labels": labels_T}
        for ids_BT, targets_BT in batches(race)
        for ids_T, labels_T in zip(ids_BT, labels(targets_BT), strict=True)
    ]
    clock = Clock()
    folder = tempfile.mkdtemp()
    settings = TrainingArguments(
        folder, max_steps=STEPS, per_device_train_batch_size=race.batch, learning_rate=LR, weight_decay=0.1,
        lr_scheduler_type="constant", use_cpu=True, disable_tqdm=True, report_to=[], save_strategy="no",
        logging_strategy="no",
    )  # fmt: skip
    trainer = Trainer(model, settings, train_dataset=rows, callbacks=[clock])
    trainer.remove_callback(PrinterCallback)

    def go() -> float:
        trainer.train()
        return clock.seconds

    return go


CONTENDERS = {"ours": ours, "HF, bare loop": bare, "HF, Trainer": with_trainer}


# what is counted ------------------------------------------------------------
def flops(race: Race) -> float:
    """Count the products and sums of a step that our model needs: 6 a weight and position, and attention's."""
    shape, total = race.shape, 0.0
    for ids_BT, targets_BT in batches(race):
        asked = work((ids_BT, targets_BT))
        positions, length = asked.ids.numel(), asked.ids.shape[1]
        block = 12 * shape.width**2 * positions + shape.width * length * positions  # a causal half of T x T, twice
        total += 6 * (shape.layers * block + shape.vocab_size * shape.width * len(asked.targets))
    return total / STEPS


def peak_flops() -> float:
    """Return the speed of one large product of matrices."""
    a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
    started = time.process_time()
    for _ in range(4):
        a @ b
    return 4 * 2 * 1024**3 / (time.process_time() - started)


def race_steps(name: str, race: Race, rounds: int) -> None:
    """Print tokens per second, ratios, the share of the peak, and memory."""
    running = {one: make(race) for one, make in CONTENDERS.items()}
    seconds: dict[str, list[float]] = {one: [] for one in running}
    peaks = []
    for turn in range(rounds + 1):
        peaks.append(peak_flops())
        for one, go in running.items():
            taken = go()
            if turn:  # the first round warms up
                seconds[one].append(taken / STEPS)
    tokens = race.batch * race.shape.block_size
    learned = sum(map(count_targets, batches(race))) / STEPS
    print(f"\n{name}: {parameter_count(race.shape):,} parameters, {race.batch} x {race.shape.block_size} positions, "
          f"{learned:.0f} targets a step; peak {max(peaks) / 1e9:.0f} GFLOP/s")  # fmt: skip
    base = statistics.median(seconds["ours"])
    for one, taken in seconds.items():
        median = statistics.median(taken)
        share = f"{flops(race) / median / max(peaks):6.0%} of the peak" if one == "ours" else ""
        memory = peak_memory(one, name)
        print(f"  {one:14}{median * 1e3:8.1f} ms a step {tokens / median:9,.0f} positions/s"
              f"{median / base:7.2f}x the time {memory:7.0f} MB {share}")  # fmt: skip


# generation -----------------------------------------------------------------
def race_generation(race: Race, rounds: int, new: int = 100) -> None:
    """Print tokens per second of both, after checking that they are the same tokens."""
    model = Transformer(race.shape, torch.Generator().manual_seed(0)).eval()
    theirs, start = their_model(model).eval(), race.shape.block_size - new
    rng = torch.Generator().manual_seed(1)
    sampled, greedy = Settings(temperature=0.8, top_p=0.9), Settings(temperature=0.0)
    for batch, (way, settings) in ((b, w) for b in (1, 8) for w in (("greedy", greedy), ("nucleus 0.9", sampled))):
        prompts_BT = torch.randint(race.shape.vocab_size, (batch, start), generator=rng)
        options = {"do_sample": False} if way == "greedy" else {"do_sample": True, "top_k": 0, "top_p": 0.9}
        options |= {} if way == "greedy" else {"temperature": 0.8}

        def mine(prompts: Tensor = prompts_BT, settings: Settings = settings) -> list[list[int]]:
            found = generate(model, prompts, new, settings, torch.Generator().manual_seed(2))
            return [list(reply.ids) for reply in found]

        def other(prompts: Tensor = prompts_BT, options: dict[str, Any] = options) -> list[list[int]]:
            torch.manual_seed(2)
            options = {"max_new_tokens": new, "pad_token_id": 0, "eos_token_id": None, **options}
            found = theirs.generate(prompts, attention_mask=torch.ones_like(prompts), **options)
            return found[:, start:].tolist()  # type: ignore[no-any-return]

        is_same = mine() == other()
        pairs = [(timed(mine), timed(other)) for _ in range(rounds)]
        ours_s, theirs_s = (statistics.median(taken) for taken in zip(*pairs, strict=True))
        ratios = sorted(slow / fast for fast, slow in pairs)
        print(f"  {batch} prompt{'s' * (batch > 1):1} {way:12} ours {batch * new / ours_s:7,.0f} tokens/s, "
              f"`generate` {batch * new / theirs_s:7,.0f}: {statistics.median(ratios):.2f} times "
              f"({ratios[0]:.2f} to {ratios[-1]:.2f}); {'the same tokens' if is_same else 'OTHER TOKENS'}")  # fmt: skip


def timed(go: Callable[[], object]) -> float:
    """Return the CPU seconds of a call."""
    started = time.process_time()
    go()
    return time.process_time() - started


def peak_memory(contender: str, race: str) -> float:
    """Return the most memory, in MB, of a process that does nothing but take a few steps."""
    command = [sys.executable, "-m", "benchmarks.transformer_race", "--alone", contender, race]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def alone(contender: str, race: str) -> None:
    """Take a few steps with one contender and print this process's peak memory (Linux)."""
    CONTENDERS[contender](RACES[race])()
    lines = Path("/proc/self/status").read_text().splitlines()  # not `getrusage`, which counts the parent's pages too
    print(next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")))


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["--alone"]:
        alone(*sys.argv[2:])
    else:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 7
        for title in sys.argv[2:] or RACES:
            race_steps(title, RACES[title], count)
        for title in sys.argv[2:] or ("byte pairs", "characters"):
            longer = Shape(**{**vars(RACES[title].shape), "block_size": 256})
            print(f"\ngeneration, {title}: 156 tokens read, 100 written")
            race_generation(Race(longer, 1), count)
