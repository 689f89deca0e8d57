"""Which run made a value: from a data key to the experiment, its record, and whether it can be believed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from generator.data.artifacts import RECORD, Artifact, Record
from generator.data.declared import names
from generator.data.staleness import Status, artifact_of, status

DATA = "_data"
MEND = {"stale": "run", "edited": "run", "pending": "run", "failed": "run", "running": "wait for"}


@dataclass(frozen=True)
class Provenance:
    """The origin of one value."""

    experiment: str  # "group_lasso.digits"
    artifact: str  # "methods"; "" where a key means the whole experiment
    status: Status

    @property
    def record(self) -> Record | None:
        """The birth certificate, None for what never finished."""
        return self.status.record

    @property
    def published(self) -> Artifact | None:
        """The published file the value stands in."""
        return self.record.artifacts.get(self.artifact) if self.record else None


class Ledger:
    """Answers for one build; each experiment is judged once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._statuses: dict[str, Status] = {}
        self._owners: dict[str, tuple[str, str] | None] = {}
        self._digests: dict[str, str] = {}
        self._all: tuple[Status, ...] | None = None

    def of(self, key: str) -> Provenance | None:
        """Return where the value of a data key came from, None for data that no experiment makes."""
        if key not in self._owners:
            self._owners[key] = artifact_of(self.root, key)
        owner = self._owners[key]
        return Provenance(*owner, self.status(owner[0])) if owner else None

    def status(self, experiment: str) -> Status:
        """Judge one experiment."""
        if experiment not in self._statuses:
            self._statuses[experiment] = status(self.root, experiment)
        return self._statuses[experiment]

    def all(self) -> tuple[Status, ...]:
        """Judge every experiment of the site, and those of which only the artifacts are left, by name."""
        if self._all is None:
            top = self.root / DATA
            records = (path.parent.relative_to(top).parts for path in top.rglob(RECORD) if path.parent != top)
            published = {".".join(parts) for parts in records if all(part.isidentifier() for part in parts)}
            self._all = tuple(self.status(name) for name in sorted({*names(self.root), *published}))
        return self._all

    def digest(self, key: str) -> str:
        """Return what must be equal for a page that reads the key to look the same, beside the value itself."""
        provenance = self.of(key)
        if provenance is None:
            return ""
        name, judged = provenance.experiment, provenance.status
        if name not in self._digests:
            record = judged.record.to_bytes() if judged.record else b""
            self._digests[name] = hashlib.sha256(record + repr((judged.state, judged.reasons)).encode()).hexdigest()
        return self._digests[name]
