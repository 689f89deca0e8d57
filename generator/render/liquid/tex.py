"""Drawings by the TeX of this machine: `latex`, then `dvisvgm`, with no shell, no file outside, no time without end.

One SVG a drawing under `.labpress/tex/`, named by a digest of the whole document.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from generator.data.artifacts import atomic_write

SECONDS = 60
PACKAGE = re.compile(r"[A-Za-z0-9_-]+")
COMPLAINT = re.compile(r"^! *(.+)$", re.MULTILINE)
DOCUMENT = """\\documentclass[border=2pt]{{standalone}}
{packages}
\\begin{{document}}
{body}
\\end{{document}}
"""
LATEX = ("latex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "drawing.tex")
DVISVGM = ("dvisvgm", "--no-fonts", "--exact-bbox", "--verbosity=1", "--output=drawing.svg", "drawing.dvi")


class TexError(Exception):
    """What TeX said when it gave up."""


def has_tex() -> bool:
    """Tell whether both programs are on the PATH."""
    return all(shutil.which(command[0]) for command in (LATEX, DVISVGM))


def draw(body: str, packages: Sequence[str], folder: Path) -> bytes:
    """Return the SVG of a document body, made now or kept from an earlier build.

    Raises:
        TexError: TeX does not understand it, or is not done in a minute.
    """
    names = [name for name in dict.fromkeys(packages) if PACKAGE.fullmatch(name)]
    document = DOCUMENT.format(packages="\n".join(f"\\usepackage{{{name}}}" for name in names), body=body.strip())
    kept = folder / f"{hashlib.sha256(document.encode()).hexdigest()}.svg"
    with suppress(OSError):
        return kept.read_bytes()
    with tempfile.TemporaryDirectory(prefix="labpress-tex-") as workshop:
        (Path(workshop) / "drawing.tex").write_text(document, encoding="utf-8")
        _run(LATEX, workshop)
        _run(DVISVGM, workshop)
        try:
            svg = (Path(workshop) / "drawing.svg").read_bytes()
        except OSError:
            raise TexError("no drawing came out") from None
    with suppress(OSError):  # a full disk only costs the time saved
        atomic_write(kept, svg)
    return svg


def _run(command: tuple[str, ...], workshop: str) -> None:
    """Run one program in the workshop; it may neither write nor read files elsewhere, as far as TeX can be told."""
    environment = {**os.environ, "openout_any": "p", "openin_any": "p", "TEXMFOUTPUT": workshop, "shell_escape": "f"}
    try:
        done = subprocess.run(
            command, cwd=workshop, env=environment, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise TexError(f"`{command[0]}` was not done after {SECONDS} seconds") from None
    if done.returncode:
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        complaint = COMPLAINT.search(said)
        raise TexError(complaint[1].strip() if complaint else f"`{command[0]}` gave up")
