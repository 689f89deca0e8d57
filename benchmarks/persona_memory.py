"""What a step of the persona holds in memory, each measured in a process of its own (Linux).

`layouts`: the high-water mark of a step above what the process held at rest, model and AdamW's state included.
`bytes`: weights, gradients and AdamW's state per parameter, by their tensors and by the system, beside 16 bytes.
`options`: activations of `fit`, plain, with `accumulate`, and with `saves_memory`.
Run: python -m benchmarks.persona_memory
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

WARM_EXAMPLES, STEPS = 1, 3
LARGE = {"vocab_size": 8192, "layers": 8, "heads": 8, "width": 320}  # some 12 million parameters
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "accumulate=4": {"accumulate": 4},
    "saves_memory": {"saves_memory": True},
    "both": {"accumulate": 4, "saves_memory": True},
}
OPTIONS_BATCH = 32
MB = 1e6


def report() -> None:
    """Print the tables that need no race."""
    print("bytes per parameter (fp32, AdamW)")
    found = measured("bytes")
    print(f"  {found['parameters']:,.0f} parameters; formula: 4 weights + 4 gradients + 8 AdamW = 16")
    for what in ("weights", "gradients", "adamw", "together"):
        print(f"  {what:<12}{found[what + '_tensors']:>8.3f} by tensors {found[what + '_rss']:>8.2f} by the system")
    print(f"peak of a step above the model, batch of {OPTIONS_BATCH} trees, and without 12 bytes a parameter")
    rest = measured("options", "plain")
    for name in OPTIONS:
        one = rest if name == "plain" else measured("options", name)
        line = f"  {name:<14}{one['peak']:>8.0f} MB {one['activations']:>8.0f} MB of activations"
        print(f"{line}{rest['activations'] / one['activations']:>6.1f}x less", flush=True)


def measured(*words: str) -> dict[str, Any]:
    """Measure in a process of its own, whose freed tensors go back to the system at once."""
    command = [sys.executable, "-m", "benchmarks.persona_memory", *words]
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def of_layout(layout: str, vocabulary: int) -> dict[str, float]:
    """Return by how much a step rises above what is held between steps."""
    from benchmarks.persona_steps import BATCH, make_step, read_data
    from experiments.persona.batches import Loader

    data = read_data()
    step = make_step(layout, data, vocabulary)
    step(data.examples[:WARM_EXAMPLES])  # AdamW's state is there from now on, and the libraries are awake
    before = forget_peak()
    loader = Loader(data.examples, BATCH, 0)
    for _ in range(STEPS):
        step(loader())
    return {"peak": peak() - before, "before": before}


def of_bytes() -> dict[str, float]:
    """Return bytes per parameter as each part of a step arrives."""
    import torch

    from benchmarks.persona_steps import BLOCK, read_data
    from experiments.persona.batches import make_tree
    from experiments.persona.loop import Losses, Plan, make_optimiser
    from experiments.persona.model import Persona, Shape

    data = read_data()
    tree = make_tree(data.examples[:1])
    small = Persona(Shape(len(data.tokens), BLOCK, 1, 1, 8, 0.0), torch.Generator().manual_seed(0))
    first = make_optimiser(small, Plan())
    sum(Losses(small)(tree)).backward()
    first.step()  # wakes the libraries
    marks = [resident()]
    model = Persona(Shape(block_size=BLOCK, dropout=0.0, **LARGE), torch.Generator().manual_seed(0))
    optimiser = make_optimiser(model, Plan())
    marks.append(resident())
    sum(Losses(model)(tree)).backward()
    marks.append(resident())
    optimiser.step()
    marks.append(resident())
    parameters = list(model.parameters())
    count = sum(one.numel() for one in parameters)
    tensors = [
        sum(one.nbytes for one in parameters),
        sum(one.grad.nbytes for one in parameters if one.grad is not None),
        sum(value.nbytes for state in optimiser.state.values() for value in state.values()),
    ]
    rises = [(after - before) * MB for before, after in pairwise(marks)]
    found: dict[str, float] = {"parameters": count}
    for name, held, rise in zip(("weights", "gradients", "adamw"), tensors, rises, strict=True):
        found |= {f"{name}_tensors": held / count, f"{name}_rss": rise / count}
    return found | {"together_tensors": sum(tensors) / count, "together_rss": sum(rises) / count}


def of_options(name: str) -> dict[str, float]:
    """Return the peak of `fit` above the model, and what is left of it without gradients and AdamW's state."""
    import torch

    from benchmarks.persona_steps import BLOCK, read_data
    from experiments.persona.loop import Plan, fit
    from experiments.persona.model import Persona, Shape, parameter_count

    examples = read_data().examples
    small = Persona(Shape(1024, BLOCK, 1, 1, 8, 0.0), torch.Generator().manual_seed(0))
    fit(small, examples[:1], (), Plan(epochs=1, batch_size=1))  # wakes the libraries
    shape = Shape(block_size=BLOCK, dropout=0.0, **LARGE)
    model = Persona(shape, torch.Generator().manual_seed(0))
    before = forget_peak()
    fit(model, examples[: OPTIONS_BATCH * 2], (), Plan(epochs=1, batch_size=OPTIONS_BATCH, **OPTIONS[name]))
    rise = peak() - before
    return {"peak": rise, "activations": rise - 12 * parameter_count(shape) / MB}


def resident() -> float:
    """Return the memory that this process holds now, in MB."""
    return _status("VmRSS")


def peak() -> float:
    """Return the most memory that it held since the mark was set down, in MB."""
    return _status("VmHWM")


def forget_peak() -> float:
    """Set the high-water mark down to what is held now, and return that."""
    Path("/proc/self/clear_refs").write_text("5")
    return resident()


def _status(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) * 1024 / MB


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["layout", layout, vocabulary]:
            print(json.dumps(of_layout(layout, int(vocabulary))))
        case ["bytes"]:
            print(json.dumps(of_bytes()))
        case ["options", name]:
            print(json.dumps(of_options(name)))
        case _:
            report()
