"""Several fits in one run with one checkpoint: what is finished is kept, what was under way goes on.

`chapters = Chapters(checkpoint)`, then `result = chapters("dropout 0.1", lambda part: …fit(…, checkpoint=part)…)`.
A result is what a checkpoint can hold: numbers, text, tensors, and lists, tuples and mappings of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from experiments.transformer.device import join


class Chapters:
    """Runs parts by name, in the same order each time; one that is finished is only read."""

    def __init__(self, checkpoint: Any) -> None:
        self.checkpoint, self.team = checkpoint, join()
        held = self.team.told_by_leader(checkpoint.load) if checkpoint is not None else None
        self.done: dict[str, Any] = dict(held["done"]) if held else {}
        self.open: tuple[str, Any] | None = held["open"] if held else None

    def __call__(self, name: str, work: Callable[[Part], Any]) -> Any:
        """Return the result of one part, from the checkpoint or by doing its work."""
        if name not in self.done:
            self.done[name] = work(Part(self, name))
            self.open = None
            self.save()
        return self.done[name]

    def save(self) -> None:
        """Put on the disk what is finished and what is under way."""
        if self.checkpoint is not None and self.team.leads:
            self.checkpoint.save({"done": self.done, "open": self.open})


@dataclass(frozen=True)
class Part:
    """What the work of one part takes for its checkpoint."""

    chapters: Chapters
    name: str

    def load(self) -> Any:
        """Return the state this part was left in, None to begin it."""
        opened = self.chapters.open
        return opened[1] if opened and opened[0] == self.name else None

    def save(self, state: object) -> None:
        """Keep this part's state beside the results of those before it."""
        self.chapters.open = (self.name, state)
        self.chapters.save()
