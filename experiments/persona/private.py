"""The private folder: examples, tokenizers and models of a person, outside of the blog and of its repository."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from experiments.persona.examples import TRAIN, VALIDATION, Example, Funnel, Turn, signature
from generator.errors import SiteError

VARIABLE = "LABPRESS_PRIVATE"


def private_folder() -> Path:
    """Return the folder, made when it is not there, readable by its owner alone.

    Raises:
        SiteError: when it lies inside a git repository, from where it could be published.
    """
    named = os.environ.get(VARIABLE, "")
    base = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "labpress"
    base = base.expanduser().absolute()
    if inside := next((parent for parent in (base, *base.parents) if (parent / ".git").exists()), None):
        what = f"the private folder `{base}` is inside the repository `{inside.name}`"
        raise SiteError(what, None, f"set `{VARIABLE}` to a folder outside of it")
    folder = base / "persona"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


class Store:
    """Examples on disk, one JSON object a line, so that an export larger than memory can be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, examples: Iterable[Example], funnel: Funnel) -> None:
        """Write both parts; what validates must not have been said in training in the same letters."""
        known: set[int] = set()
        waiting = self.folder / "waiting.jsonl"
        with _private(self.path(TRAIN)) as train, _private(waiting) as held:
            for example in examples:
                if example.part == TRAIN:
                    known.add(signature(example))
                    funnel.examples[TRAIN] += 1
                (train if example.part == TRAIN else held).write(_line(example))
        with _private(self.path(VALIDATION)) as validation:
            for example in _read(waiting, VALIDATION):
                is_new = signature(example) not in known
                funnel.examples[VALIDATION if is_new else "said before in training"] += 1
                if is_new:
                    validation.write(_line(example))
        waiting.unlink()

    def read(self, part: str) -> Iterator[Example]:
        """Yield the examples of one part in the order they were written."""
        return _read(self.path(part), part)

    def path(self, part: str) -> Path:
        """Return the file of one part."""
        return self.folder / f"{part}.jsonl"


def _line(example: Example) -> str:
    turns = [[turn.is_owner, turn.text, turn.start_ms, turn.end_ms] for turn in example.history]
    return json.dumps([turns, example.reply, example.distractors, example.time_ms], ensure_ascii=False) + "\n"


def _read(path: Path, part: str) -> Iterator[Example]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            turns, reply, distractors, time_ms = json.loads(line)
            yield Example(tuple(Turn(*turn) for turn in turns), reply, tuple(distractors), part, time_ms)


def _private(path: Path):  # type: ignore[no-untyped-def]
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")
