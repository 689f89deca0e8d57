"""The strip under a table, chart or chat: which run made it, how to make it again, where its data is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from generator.data.artifacts import Record
from generator.data.ledger import Provenance
from generator.errors import SiteError
from generator.render.tags.quantity import show_duration
from generator.render.values import Block

TROUBLE = {"stale", "edited", "failed", "pending", "running"}
LABEL = re.compile(r"(?:(?P<kind>tab|fig):)?(?P<name>\w[\w.-]{0,79})")


@dataclass(frozen=True)
class File:
    """A small file published beside the page that offers it."""

    name: str  # in the page's folder: "tab-methods.csv"
    text: str
    title: str = ""  # what the link to it says: "CSV"


@dataclass(frozen=True)
class Artifact(Block):
    """Finished HTML of a table, chart or chat, with the files it offers."""

    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Source:
    """Where the data of a table, chart or chat comes from."""

    key: str = ""  # "group_lasso.digits.methods"; "" for what the page computed
    run: Provenance | None = None  # None: no experiment makes it


def with_kind(label: str, kind: str) -> str:
    """Return a label with its kind: `weights` of a table is `tab:weights`.

    Raises:
        SiteError: when it could be no id, no file name, or is a label of something else.
    """
    if not label:
        return ""
    found = LABEL.fullmatch(label)
    if not found:
        raise SiteError(f"`{label:.60}` cannot be a label", hint="write letters, digits, `-`, `_` and `.`")
    if found["kind"] not in {None, kind}:
        raise SiteError(f"the label `{label}` is not one of a {NAMES[kind]}", hint=f"write `{kind}:{found['name']}`")
    return f"{kind}:{found['name']}"


NAMES = {"tab": "table", "fig": "figure"}


def stem(label: str, source: Source, kind: str, *contents: str) -> str:
    """Return the name of the files that hold an artifact's data; two with other contents never share one."""
    if label:
        return label.replace(":", "-")
    digest = hashlib.sha256("\0".join(contents).encode("utf-8", "replace")).hexdigest()[:6]
    made = f"{source.run.experiment}.{source.run.artifact}".strip(".") if source.run else kind
    return f"{made.replace('.', '-')}-{digest}"


def run_url(experiment: str) -> str:
    """Return the address of the page about a run."""
    return f"/runs/{quote(experiment.replace('.', '/'))}/"


def describe(record: Record | None) -> str:
    """Tell a run in one line: seeds, time, commit, day. The same words stand in titles and strips."""
    if record is None:
        return "not run yet"
    seeds = record.seeds
    commit = str(record.git.get("commit") or "")[:7]
    told = [
        f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]}–{seeds[-1]}" if seeds else "",
        show_duration(record.seconds) if record.seconds else "",
        f"commit {commit}" if commit else "",
        "with uncommitted changes" if record.git.get("dirty") else "",
        record.date,
    ]
    return " · ".join(part for part in told if part)


def strip(source: Source, files: Sequence[File] = (), remarks: Sequence[str] = ()) -> str:
    """Return the strip's HTML. Data that no run made says so."""
    links = " ".join(f'<a href="{quote(file.name)}" download>{escape(file.title)}</a>' for file in files)
    offered = f'<p class="downloads">{links}</p>' if links else ""
    told = "".join(f'<p class="remark">{escape(remark[:1].upper() + remark[1:])}</p>' for remark in remarks)
    if source.run is None:
        origin = f"<code>data.{escape(source.key)}</code>, written by hand" if source.key else "computed on this page"
        return f'<div class="strip">{told}{offered}<p class="source"><span>{origin}</span></p></div>'
    run = source.run
    trouble = _trouble(run)
    return (
        f'<div class="strip{" " + run.status.state if trouble else ""}">{told}{trouble}'
        f'<p class="source"><a href="{run_url(run.experiment)}">{escape(run.experiment)}</a>'
        f"<span>{_told(run.record)}</span></p>{offered}{_again(run)}</div>"
    )


def _told(record: Record | None) -> str:
    """Return the words of `describe`, with a date that does not break at its hyphens."""
    told, day = escape(describe(record)), escape(record.date) if record else ""
    return f"{told.removesuffix(day)}<time>{day}</time>" if day else told


def _again(run: Provenance) -> str:
    """Tell how to make it again, and on what it was made."""
    record = run.record
    command = record.command if record else run.status.command
    parts = {**record.hardware} if record else {}
    if parts.get("cores"):
        parts["cores"] = f"{parts['cores']} core{'s' if parts['cores'] != 1 else ''}"
    hardware = ", ".join(str(part) for part in parts.values() if part)
    made = "<br>".join(part for part in (f"<code>{escape(command)}</code>", escape(hardware)) if part)
    return f'<details class="again"><summary>Make it again</summary><p>{made}</p></details>'


def _trouble(run: Provenance) -> str:
    """Say aloud when the artifact cannot be believed."""
    status = run.status
    if status.state not in TROUBLE:
        return ""
    why = escape("; ".join(status.reasons[:3]))
    mend = "" if status.state == "running" else f" <code>{escape(status.command)}</code>"
    return f'<p class="trouble"><strong>{status.state}</strong> {why}{mend}</p>'
