"""May a page be shown? Stale and edited artifacts are warnings; pending and failed ones hold the page back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.data.ledger import Ledger
from generator.data.staleness import Status
from generator.errors import Place, SiteError
from generator.read.page import Page
from generator.render.render import Rendered

HELD = {"pending", "failed"}
MOST_REASONS = 4  # told in one warning


@dataclass(frozen=True)
class Judged:
    """The pages of a build, sorted by whether their artifacts allow them to be shown."""

    shown: tuple[Rendered, ...]
    held: tuple[tuple[str, str], ...]  # (source path, reason)
    warnings: tuple[SiteError, ...]


def judge(rendered: Iterable[Rendered], ledger: Ledger) -> Judged:
    """Hold pages back whose artifacts are pending or failed; warn about stale and edited ones."""
    shown, held, warnings = [], [], []
    for item in rendered:
        used = experiments(item, ledger)
        if missing := [status for status in used if status.state in HELD or status.record is None]:
            held.append((item.page.source.path, "; ".join(_why_held(status) for status in missing)))
            continue
        shown.append(item)
        warnings += [_warning(item.page, status) for status in used if status.state in {"stale", "edited"}]
    return Judged(tuple(shown), tuple(held), tuple(warnings))


def experiments(item: Rendered, ledger: Ledger) -> list[Status]:
    """Return the experiments a page reads from, sorted by name."""
    found = {provenance.experiment: provenance.status for key in item.reads if (provenance := ledger.of(key))}
    return [found[name] for name in sorted(found)]


def pending(errors: Sequence[SiteError], ledger: Ledger) -> str:
    """Tell which experiment a page waits for when all its mistakes are values nobody has computed yet.

    Returns an empty string when something else is wrong too: that must be told as the error it is.
    """
    waiting: dict[str, Status] = {}
    for error in errors:
        missing = _never_run(error.key, ledger) if error.key else []
        if not missing:
            return ""
        waiting.update((status.name, status) for status in missing)
    return "; ".join(_why_held(waiting[name]) for name in sorted(waiting))


def _never_run(key: str, ledger: Ledger) -> list[Status]:
    """Return the experiments without a record that a missing key belongs to, or stands above."""
    provenance = ledger.of(key)
    found = [provenance.status] if provenance else [s for s in ledger.all() if s.name.startswith(f"{key}.")]
    return [status for status in found if status.record is None]


def _why_held(status: Status) -> str:
    """Say what is missing and what mends it."""
    reasons = f" ({'; '.join(status.reasons[:MOST_REASONS])})" if status.state == "failed" else ""
    return f"`{status.name}` is {status.state}{reasons}: run `{status.command}`"


def _warning(page: Page, status: Status) -> SiteError:
    more = len(status.reasons) - MOST_REASONS
    reasons = "; ".join(status.reasons[:MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")
    what = f"`{status.name}` is {status.state}: {reasons}"
    hint = f"run `{status.command}`, or `python -m experiments accept {status.name} --reason …`"
    return SiteError(what, Place(page.source.path), hint, level="warning")
