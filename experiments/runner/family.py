"""What a family offers besides its experiments: a conversation, or one more worker of its sweep."""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.runner.config import build
from experiments.runner.log import say
from experiments.runner.seeds import pin_threads, pin_torch
from generator.data.declared import FOLDER, RUNNER
from generator.errors import SiteError, did_you_mean


def talk(root: Path, family: str, seed: int, consent: str) -> int:
    """Talk to a family's model in the terminal."""
    module = _module(root, family, "interact", "has nobody to talk to")
    pin_threads(1)
    pin_torch(1)
    return int(module.interact(root, seed, consent))


def sweep(root: Path, family: str, words: Sequence[str], threads: int) -> int:
    """Work on a family's sweep until no trial waits; the settings are those of its experiment `sweep`."""
    module = _module(root, family, "sweep", "has no sweep")
    pin_threads(threads)
    pin_torch(threads)
    config: Any = build(f"{family}.sweep", module.Config, {}, words)[0]
    done = module.worker(config, lambda count: say(f"{family}.sweep: trial {count} of this worker is done"))
    say(f"no trial waits; this worker ran {done}")
    told = shlex.join(["python", "-m", "experiments", "run", f"{family}.sweep", *words])
    say(f"publish the rows with `{told}`")
    return 0


def _module(root: Path, family: str, name: str, lacks: str) -> Any:
    """Import a module of a family.

    Raises:
        SiteError: when there is no such family, or it has no such module.
    """
    folders = [path.parent.name for path in sorted((root / FOLDER).glob("*/__init__.py")) if path.parent.name != RUNNER]
    if family not in folders:
        raise SiteError(f"there is no family `{family}`", None, did_you_mean(family, folders))
    if not (root / FOLDER / family / f"{name}.py").is_file():
        having = [one for one in folders if (root / FOLDER / one / f"{name}.py").is_file()]
        hint = f"there is one in {', '.join(f'`{one}`' for one in having)}" if having else ""
        raise SiteError(f"`{family}` {lacks}", None, hint)
    return importlib.import_module(f"{FOLDER}.{family}.{name}")
