"""What a family offers besides its experiments: a conversation, one more worker of its sweep, a doctor.

Each is a module of a fixed name in the family's folder, imported when asked for; nothing is known of models here.
"""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.runner.config import build
from experiments.runner.log import say
from experiments.runner.seeds import pin_threads, pin_torch
from generator.errors import SiteError, did_you_mean

_PACKAGE = sys.modules["experiments"]  # a site's own families are looked for before those installed


def offered(root: Path, family: str, name: str) -> Any:
    """Import what a family offers under a name.

    Raises:
        SiteError: if the family offers no such thing; those that do are named.
    """
    _PACKAGE.__path__[:] = list(dict.fromkeys([str(root / "experiments"), *_PACKAGE.__path__]))
    found = {path.parent.name for home in _PACKAGE.__path__ for path in Path(home).glob(f"*/{name}.py")}
    known = sorted(found - {"runner"})
    if family not in known:
        hint = did_you_mean(family, known) or f"these have one: {', '.join(f'`{one}`' for one in known)}"
        raise SiteError(f"there is no {name} for `{family}`", None, hint)
    return importlib.import_module(f"experiments.{family}.{name}")


def talk(root: Path, family: str, seed: int, consent: str) -> int:
    """Talk to a family's model in the terminal."""
    module = offered(root, family, "conversation")
    pin_threads(1)
    pin_torch(1)
    return int(module.interact(root, seed, consent))


def sweep(root: Path, family: str, words: Sequence[str], threads: int) -> int:
    """Work on a family's sweep until no trial waits; the settings are those of its experiment `sweep`."""
    module = offered(root, family, "sweep")
    pin_threads(threads)
    pin_torch(threads)
    config: Any = build(f"{family}.sweep", module.Config, {}, words)[0]
    done = module.worker(config, lambda count: say(f"{family}.sweep: trial {count} of this worker is done"))
    say(f"no trial waits; this worker ran {done}")
    told = shlex.join(["python", "-m", "experiments", "run", f"{family}.sweep", *words])
    say(f"publish the rows with `{told}`")
    return 0
