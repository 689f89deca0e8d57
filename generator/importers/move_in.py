"""Moving in: read an old site, settle its addresses, put it in place, say what happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from generator.errors import Place, SiteError, in_order
from generator.importers.haul import File, Haul, count
from generator.importers.landing import Landed, land, require_apart
from generator.importers.report import NAMES, REPORT, counts, write_report
from generator.importers.settle import CONFIG, settle

SYSTEMS = tuple(NAMES)


@dataclass(frozen=True)
class Moved:
    """What an import did, for the terminal."""

    haul: Haul
    landed: Landed
    report: Path

    @property
    def errors(self) -> list[SiteError]:
        """Every mistake that kept a file out, in order."""
        return in_order(self.haul.errors)

    @property
    def summary(self) -> str:
        """Say in a few lines what came over."""
        if not self.landed.written:
            return f"nothing to do: {self.report.parent} is up to date\n{self._kept()}".rstrip()
        found = counts(self.haul)
        lines = [
            f"{self.report.parent}: {count(found['posts'], 'post')}, {count(found['pages'], 'page')}, "
            f"{count(found['others'], 'other file')}; {count(len(self.landed.written), 'file')} written",
            f"as they were: {found['same']:,}; translated: {found['changed']:,}; "
            f"needs a hand: {found['hands']:,}; did not come over: {found['errors']:,}",
            f"old addresses kept: {found['kept_addresses']:,} of {found['addresses']:,}",
            self._kept(),
            f"the report: {self.report}",
            f"next: python -m generator check --source {self.report.parent}",
        ]
        return "\n".join(line for line in lines if line)

    def _kept(self) -> str:
        return "\n".join(f"left alone: {path}: {why}" for path, why in self.landed.kept)


def move_in(system: str, source: Path, target: Path) -> Moved:
    """Import the site of another builder.

    Raises:
        SiteError: before anything is written: the old site cannot be read, or the folders are one.
    """
    require_apart(source, target)
    gather: Callable[[Path], Haul] = import_module(f"generator.importers.{system}").gather
    haul = gather(source)
    settle(haul)
    landed = land(haul.files.values(), target, system)
    if CONFIG in dict(landed.kept):
        needed = {key: haul.settings[key] for key in ("permalink", "templating", "markup") if key in haul.settings}
        what = "the config is yours, and the old addresses count on settings it may not have"
        lists = ", and under `redirects:` the lists and feeds below" if haul.redirects else ""
        haul.by_hand(Place(CONFIG), what, f"see that it says `{json.dumps(needed)[1:-1]}`{lists}")
    report = File(REPORT, write_report(haul, landed.kept).encode(), REPORT)
    told = land([report], target, system)
    landed.written.extend(told.written)
    landed.kept.extend(told.kept)
    return Moved(haul, landed, target / REPORT)
