"""A run seen in the page while it goes on: three screenshots, and the updates that came against the points written.

The experiment is published once with few steps, so that the post has a finished curve to begin with; then it runs for
20 seconds in another process, as an author would start it in another terminal.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from benchmarks.chromium import Browser, Tab
from benchmarks.server import REPOSITORY, Server

EXPERIMENT = '''\
"""A curve that takes its time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

WRITES = {"curve": "series"}


@dataclass(frozen=True)
class Config:
    """What can be set."""

    points: int = 400
    pause: float = 0.05  # seconds
    seed: int = 0


def run(c: Config, log: Callable[..., None]) -> dict[str, object]:
    """Fall like a loss does."""
    curve = []
    for step in range(1, c.points + 1):
        time.sleep(c.pause)
        loss = 1 / math.sqrt(step) + 0.03 * math.sin(step * c.seed + step)
        log(step, c.points, loss=loss)
        curve.append({"step": step, "loss": loss})
    return {"curve": curve}
'''
POST = """\
---
title: A curve that grows
---

The loss of a model that does not exist, while it is trained.

{{ chart(data.demo.slow.curve, "line", x="step", y="loss", caption="The loss so far.") }}

It ends at {{ data.demo.slow.curve[-1].loss | num(3) }}.
"""
URL = "2026/01/02/live/"
COUNT = """
window.drawn = 0; window.told = new Set();
new MutationObserver((records) => {
  if (records.some((record) => [...record.addedNodes].some((node) => node.localName === "svg"))) drawn++;
}).observe(document.body, { subtree: true, childList: true });
setInterval(() => {
  const why = document.querySelector("labpress-badge")?.shadowRoot.querySelector(".why")?.textContent;
  if (why) told.add(why);
}, 50);
"""


def write_site(root: Path) -> None:
    """Write a site with one experiment and one post that shows its curve."""
    (root / "experiments" / "demo").mkdir(parents=True)
    for package in ("experiments", "experiments/demo"):
        (root / package / "__init__.py").touch()
    (root / "experiments" / "demo" / "slow.py").write_text(EXPERIMENT)
    (root / "posts").mkdir()
    (root / "posts" / "2026-01-02-live.md").write_text(POST)


def run(root: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start the experiment in a process of its own."""
    command = [sys.executable, "-m", "experiments", "run", "demo.slow", "--root", str(root), *words]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def listen(server: Server, heard: Counter[str]) -> threading.Thread:
    """Count the events the server sends, by type."""
    connection = http.client.HTTPConnection(server.url.split("/")[2])
    headers = {"Origin": server.url.rstrip("/"), "Accept": "text/event-stream"}

    def count() -> None:
        connection.request("GET", f"/__labpress/{server.token()}/events", headers=headers)
        for line in connection.getresponse():
            if line.startswith(b"data: "):
                heard[json.loads(line[6:])["type"]] += 1

    thread = threading.Thread(target=count, daemon=True)
    thread.start()
    return thread


def watch(tab: Tab, process: subprocess.Popen[bytes], shots: Path) -> None:
    """Take a screenshot early, in the middle and at the end of the run."""
    badge = "document.querySelector('labpress-badge')?.shadowRoot.textContent"
    tab.wait(f"{badge}?.includes('step ')")
    for name, pause in (("early", 2), ("middle", 9)):
        time.sleep(pause)
        print(f"{name}: {tab.evaluate(badge.replace('textContent', 'querySelector(`.why`).textContent'))}")
        tab.screenshot(shots / f"live-{name}.png")
    process.wait()
    tab.wait("!document.querySelector('[data-labpress-state]')")
    time.sleep(1)
    tab.screenshot(shots / "live-finished.png")


def main(shots: str = "shots") -> None:
    """Run it, and print what was seen."""
    heard = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write_site(root)
        run(root, "points=20", "pause=0.001").wait()
        with Server(root) as server, Browser() as browser:
            listen(server, heard)
            tab = browser.tab(f"{server.url}{URL}", height=1000)
            tab.wait("document.documentElement.dataset.labpressRevision")
            tab.evaluate(COUNT)
            tab.evaluate("window.kept = true")
            started = time.monotonic()
            watch(tab, run(root), Path(shots))
            seconds = time.monotonic() - started
            lines = len(next((root / ".runs").glob("demo.slow/*/metrics.jsonl")).read_text().splitlines())
            drawn, told, kept = tab.evaluate("[drawn, told.size, Boolean(window.kept)]")
            print(f"{lines} points written in {seconds:.0f} s; events: {dict(sorted(heard.items()))}")
            print(f"the page drew the curve {drawn} times, its badge said {told} different things; reloads: {1 - kept}")


if __name__ == "__main__":
    main(*sys.argv[1:])
