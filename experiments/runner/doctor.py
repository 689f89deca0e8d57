"""`doctor FAMILY [FILE]`: the questions a family asks of a model that does not learn, one line an answer.

A family that has a doctor holds `experiments/<family>/doctor.py` with `examine(file)`, which yields findings with
`is_good` and a text, and a SiteError where it warns; stopped, it raises a KeyboardInterrupt that says where.
This module imports it when asked, and knows nothing of models.
"""

from __future__ import annotations

from pathlib import Path

from experiments.runner.family import offered
from experiments.runner.log import say
from experiments.runner.run import STOPPED, report
from experiments.runner.seeds import pin_threads
from generator.errors import SiteError

WELL, ILL = 0, 1


def consult(root: Path, family: str, file: str) -> int:
    """Print each finding as it comes; return 1 if one is bad, 130 if it was stopped.

    Raises:
        SiteError: if the family has no doctor, or the file cannot be examined.
    """
    module = offered(root, family, "doctor")
    pin_threads(1)
    findings = []
    try:
        for finding in module.examine(file):
            if isinstance(finding, SiteError):
                report(finding)
            else:
                say(str(finding))
                findings.append(finding.is_good)
    except KeyboardInterrupt as stop:
        say(str(stop) or "stopped")
        return STOPPED
    bad = findings.count(False)
    say(f"{len(findings)} question{'s' * (len(findings) != 1)}, {bad} bad answer{'s' * (bad != 1)}")
    return ILL if bad else WELL
