"""Where and with what a run was made: git, libraries, hardware, memory. No host and no user is named."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from generator.data.declared import FOLDER


def git_state(root: Path) -> dict[str, object]:
    """Return the commit, and whether `experiments/` differs from it; empty outside a repository."""
    commit = _git(root, "rev-parse", "HEAD")
    return {"commit": commit, "dirty": bool(_git(root, "status", "--porcelain", "--", FOLDER))} if commit else {}


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except OSError:  # git is not installed
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def versions(libraries: Iterable[str]) -> dict[str, str]:
    """Return the installed version behind each imported top-level name, as far as one is known."""
    import importlib.metadata  # a third of the time that `list` would take

    owners = importlib.metadata.packages_distributions()
    found = {name: owner for library in libraries for owner in owners.get(library, [])[:1] for name in [owner]}
    return {name: importlib.metadata.version(owner) for name, owner in sorted(found.items())}


def hardware() -> dict[str, object]:
    """Return processor, cores and, where torch is loaded, its instruction set and the GPU."""
    found: dict[str, object] = {"cpu": _processor(), "cores": os.cpu_count() or 0}
    if torch := sys.modules.get("torch"):
        found["cpu_capability"] = torch.backends.cpu.get_cpu_capability()
        if torch.cuda.is_available():
            found["gpu"] = torch.cuda.get_device_name(0)
    return found


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def peak_memory_mb() -> int:
    """Return the most memory this process ever held, in megabytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))
