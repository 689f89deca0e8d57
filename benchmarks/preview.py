"""From the save to the page: how long an edit takes to be seen in a real browser.

`python -m benchmarks.preview 1000 50` makes a site of 1,000 posts, opens one in headless Chromium, edits that post 50
times, then 50 times a value that it alone reads, then 50 times a value that all posts read. A time runs from just
before the file is written to the moment the page holds the new text and is laid out.
`python -m benchmarks.preview soak 600`: 2,000 edits, deletes and renames in ten minutes (benchmarks/soak.py).
`python -m benchmarks.preview live`: a run seen in the page while it goes on (benchmarks/live_run.py).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chromium import Browser, Tab
from benchmarks.corpus import stem, write_ours
from benchmarks.server import Server

PAUSE = 0.6  # seconds between two saves: a quick writer
POST = 500  # the one that is edited; others are about as long

# Note the wall-clock time at which a text is in the page and laid out. The page's clock starts from the wall clock.
WATCH = """
window.waits = new Map(); window.seen = new Map();
new MutationObserver((records) => {
  for (const [text, watched] of waits) {
    if (!document.querySelector("main").textContent.includes(text)) continue;
    document.body.offsetHeight; // lay it out
    seen.set(text, performance.timeOrigin + performance.now());
    waits.delete(text);
  }
}).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
"""


# When the page began to ask for its new form, and had it.
ASKED = """(() => {
  const asked = performance.getEntriesByName(location.href, "resource").at(0);
  return [asked.fetchStart, asked.responseEnd].map((time) => performance.timeOrigin + time);
})()"""


@dataclass(frozen=True)
class Time:
    """One edit on its way to the page, in milliseconds."""

    told: float  # from the save until the page asks
    answered: float
    shown: float

    @property
    def total(self) -> float:
        """Return the whole way."""
        return self.told + self.answered + self.shown


def measure(tab: Tab, text: str, save: Callable[[], object]) -> Time:
    """Save, wait until the text is in the page, and return what it took."""
    tab.evaluate(f"performance.clearResourceTimings(); waits.set({text!r}, true)")
    started = time.time() * 1000
    save()
    tab.wait(f"seen.has({text!r})", 120)
    asked, answered = tab.evaluate(ASKED)
    return Time(asked - started, answered - asked, tab.evaluate(f"seen.get({text!r})") - answered)


def report(what: str, times: list[Time]) -> None:
    """Print median, 95th percentile and worst, and the medians of the three parts."""
    ordered = sorted(each.total for each in times)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    parts = [
        statistics.median(part)
        for part in zip(*((each.told, each.answered, each.shown) for each in times), strict=True)
    ]
    print(f"{what}: median {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms, worst {ordered[-1]:.0f} ms")
    print("  until the page asks {:.0f}, until it has the answer {:.0f}, until it is shown {:.0f} ms".format(*parts))


def prepare(root: Path, posts: int) -> Path:
    """Write the site and return the post that is edited."""
    write_ours(root, posts)
    (root / "_data" / "own.yaml").write_text("value: 0\n")
    post = root / "posts" / f"{stem(min(POST, posts - 1))}.md"
    text = post.read_text()
    head, _, body = text.partition("\n\n")
    post.write_text(f"{head}\n\nEdit 0 of this post.\n\nIts own value is {{{{ data.own.value }}}}.\n\n{body}")
    return post


def edits(root: Path, post: Path, count: int, tab: Tab) -> None:
    """Do the three kinds of edits and print their times."""
    text = post.read_text()

    def of_post(number: int) -> Time:
        word = f"Edit {number} of this post"
        return measure(tab, word, lambda: post.write_text(text.replace("Edit 0 of this post", word)))

    def of_value(number: int) -> Time:
        value = f"value is {number}71"
        return measure(tab, value, lambda: (root / "_data" / "own.yaml").write_text(f"value: {number}71\n"))

    sweep = root / "_data" / "sweep.csv"
    rows = sweep.read_text()
    last = rows.splitlines()[-1]

    def of_all(number: int) -> Time:
        changed = last.replace("run-15", f"run-{number}-of-all")
        return measure(tab, f"run-{number}-of-all", lambda: sweep.write_text(rows.replace(last, changed)))

    kinds = [
        ("one post saved", of_post),
        ("a value read by one post saved", of_value),
        ("a value read by every post saved", of_all),
    ]
    for what, edit in kinds:
        times = []
        for number in range(1, count + 1):
            times.append(edit(number))
            time.sleep(PAUSE)
        report(what, times)


def main(arguments: list[str]) -> None:
    """Measure, with a number of posts and of edits; or hand on to the soak or the live run."""
    if arguments[:1] == ["soak"]:
        from benchmarks.soak import main as soak

        return soak(*map(float, arguments[1:]))
    if arguments[:1] == ["live"]:
        from benchmarks.live_run import main as live

        return live(*arguments[1:])
    posts, count = (int(argument) for argument in (*arguments, *("1000", "50")[len(arguments) :]))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        post = prepare(root, posts)
        with Server(root) as server, Browser() as browser:
            print(f"{posts:,} posts, server ready in {server.seconds:.1f} s, {server.megabytes():.0f} MB")
            year, month, day, slug = post.stem.split("-", 3)
            tab = browser.tab(f"{server.url}{year}/{month}/{day}/{slug}/")
            tab.wait("document.documentElement.dataset.labpressRevision")
            tab.evaluate(WATCH)
            time.sleep(2)
            edits(root, post, count, tab)
            print(f"{server.megabytes():.0f} MB at the end; reloads: {int(tab.evaluate('!window.waits'))}")
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
