"""`doctor FAMILY [FILE]`: the questions a family asks of a model that does not learn, one line an answer.

A family that has a doctor holds `experiments/<family>/doctor.py` with `examine(file)`, which yields findings with
`is_good` and a text. This module imports it when asked, and knows nothing of models.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from experiments.runner.log import say
from experiments.runner.seeds import pin_threads
from generator.errors import SiteError, did_you_mean

WELL, ILL = 0, 1
_PACKAGE = sys.modules["experiments"]  # a site's own families are looked for before those installed


def consult(root: Path, family: str, file: str) -> int:
    """Print each finding as it comes; return 1 if one is bad.

    Raises:
        SiteError: if the family has no doctor, or the file cannot be examined.
    """
    _PACKAGE.__path__[:] = [str(root / "experiments"), *_PACKAGE.__path__]
    known = sorted({path.parent.name for home in _PACKAGE.__path__ for path in Path(home).glob("*/doctor.py")})
    known.remove("runner")
    if family not in known:
        hint = did_you_mean(family, known) or f"these have one: {', '.join(f'`{one}`' for one in known)}"
        raise SiteError(f"there is no doctor for `{family}`", None, hint)
    pin_threads(1)
    findings = []
    for finding in importlib.import_module(f"experiments.{family}.doctor").examine(file):
        say(str(finding))
        findings.append(finding.is_good)
    bad = findings.count(False)
    say(f"{len(findings)} questions, {bad} bad answer{'s' * (bad != 1)}")
    return ILL if bad else WELL
