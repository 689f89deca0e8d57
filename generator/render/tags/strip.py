"""The strip under a table, chart or chat: which run made it, how to make it again, where its data is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from generator.data.artifacts import Record
from generator.data.ledger import Provenance
from generator.render.tags.quantity import show_duration
from generator.render.values import Block

TROUBLE = {"stale", "edited", "failed", "pending", "running"}


@dataclass(frozen=True)
class File:
    """A small file published beside the page that offers it."""

    name: str  # in the page's folder: "tab-methods.csv"
    text: str


@dataclass(frozen=True)
class Artifact(Block):
    """Finished HTML of a table, chart or chat, with the files it offers and the label it answers to."""

    files: tuple[File, ...] = ()
    label: str = ""  # "tab:methods"; "" when nothing refers to it
    caption: str = ""


def with_kind(label: str, kind: str) -> str:
    """Return a label with its kind: `weights` of a table is `tab:weights`."""
    return label if not label or ":" in label else f"{kind}:{label}"


def run_url(experiment: str) -> str:
    """Return the address of the page about a run."""
    return f"/runs/{quote(experiment.replace('.', '/'))}/"


def describe(record: Record | None) -> str:
    """Tell a run in one line: seeds, time, commit, day. The same words stand in titles and strips."""
    if record is None:
        return "not run yet"
    seeds = record.seeds
    told = [
        f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]}–{seeds[-1]}" if seeds else "",
        show_duration(record.seconds) if record.seconds else "",
        f"commit {str(record.git.get('commit', ''))[:7]}" if record.git.get("commit") else "",
        "with uncommitted changes" if record.git.get("dirty") else "",
        record.date,
    ]
    return " · ".join(part for part in told if part)


def strip(origin: Provenance | None, downloads: Sequence[tuple[str, str]], remarks: Sequence[str] = ()) -> str:
    """Return the strip's HTML; `downloads` are (label, address). Data made by hand says so."""
    links = " ".join(f'<a href="{escape(url)}" download>{escape(label)}</a>' for label, url in downloads)
    offered = f'<span class="downloads">{links}</span>' if links else ""
    told = "".join(f'<p class="remark">{escape(remark)}</p>' for remark in remarks)
    if origin is None:
        body = f'<p class="source"><span>data written by hand</span>{offered}</p>' if offered else ""
        return f'<div class="strip">{told}{body}</div>' if told or body else ""
    record = origin.record
    command = record.command if record else origin.status.command
    hardware = ", ".join(str(value) for value in record.hardware.values() if value) if record else ""
    made = [f"<code>{escape(command)}</code>", escape(hardware)]
    trouble = _trouble(origin)
    return (
        f'<div class="strip{" " + origin.status.state if trouble else ""}">{told}{trouble}'
        f'<p class="source"><a href="{run_url(origin.experiment)}">{escape(origin.experiment)}</a>'
        f"<span>{escape(describe(record))}</span>{offered}</p>"
        f"<details><summary>Make it again</summary><p>{'<br>'.join(part for part in made if part)}</p></details></div>"
    )


def _trouble(origin: Provenance) -> str:
    """Say aloud when the artifact cannot be believed."""
    status = origin.status
    if status.state not in TROUBLE:
        return ""
    why, mend = escape("; ".join(status.reasons[:3])), escape(status.command)
    return f'<p class="trouble"><strong>{status.state}</strong> {why} <code>{mend}</code></p>'
