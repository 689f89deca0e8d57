"""The soak: random edits, deletes, renames and mistakes for minutes; then the preview must equal a clean build.

The state at the end is one that builds: what is broken is mended first. Then every file of a clean build is asked of
the server, and compared byte by byte; files that are no more must be gone; and a page that was open all the time must
show what a page opened now shows.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from benchmarks.chromium import CHROMIUM, Browser, Tab
from benchmarks.corpus import WORDS, write_ours
from benchmarks.server import Server
from generator.build import Options, assemble

EDITS, SECONDS = 2000, 600.0
SETTLED = 60.0  # seconds the server has to come to rest
OPEN = "2020-06-06-open"  # the page that is open all the time; it is never deleted
BROKEN = {
    "front matter": "---\ntitle: [unfinished\n---\ntext\n",
    "template": "---\ntitle: T\n---\n{{ data.nowhere.at_all }} {% if %}\n",
    "half a save": "---\ntitle: Half a sa",
    "nothing": "",
    "bytes": "\ufffd\x00\x01",
}
SHOWN = """(() => {
  const copy = document.documentElement.cloneNode(true);
  for (const node of copy.querySelectorAll("*"))
    if (node.localName.startsWith("labpress-") || (node.src || "").includes("/__labpress/")) node.remove();
  for (const node of copy.querySelectorAll("[data-labpress-state]")) node.removeAttribute("data-labpress-state");
  return copy.querySelector("body").outerHTML;
})()"""


@dataclass
class Author:
    """Does one random thing after the other to a site, and remembers what must be mended."""

    root: Path
    rng: random.Random
    broken: dict[Path, str | None] = field(default_factory=dict)  # what each held before; None: it was not there
    made: int = 0

    def act(self) -> None:
        """Do one thing."""
        actions = [
            (40, self.edit_post),
            (6, self.replace_post),
            (6, self.new_post),
            (5, self.delete_post),
            (5, self.rename_post),
            (6, self.break_post),
            (6, self.mend_one),
            (12, self.edit_data),
            (2, self.break_data),
            (2, self.edit_template),
            (2, self.edit_style),
            (2, self.edit_config),
            (3, self.move_folder),
            (3, self.litter),
        ]
        weights = [weight for weight, _ in actions]
        action: Callable[[], None] = self.rng.choices([one for _, one in actions], weights)[0]
        action()

    def edit_post(self) -> None:
        """Add a paragraph to a post."""
        post = self._post()
        post.write_text(f"{self._text(post)}\n\n{self._words(12)}")

    def replace_post(self) -> None:
        """Save as many editors do: write beside it, rename over it."""
        post = self._post()
        beside = post.with_name(f".{post.name}.tmp")
        beside.write_text(f"{self._text(post)}\n\nRenamed over {self._words(5)}")
        beside.replace(post)

    def new_post(self) -> None:
        """Start a post."""
        self.made += 1
        day = f"{2000 + self.made % 30}-{1 + self.made % 12:02}-{1 + self.made % 28:02}"
        tags = ", ".join(self.rng.sample(WORDS[:12], 2))
        (self.root / "posts" / f"{day}-new-{self.made}.md").write_text(
            f"---\ntitle: New {self.made}\ntags: [{tags}]\n---\n\n{self._words(60)}\n\n{{{{ data.own.value }}}}\n"
        )

    def delete_post(self) -> None:
        """Delete a post."""
        post = self._post(others=True)
        post.unlink()
        self.broken.pop(post, None)

    def rename_post(self) -> None:
        """Give a post another address."""
        post = self._post(others=True)
        self.made += 1
        renamed = post.with_name(f"{post.stem[:10]}-renamed-{self.made}.md")
        post.rename(renamed)
        if post in self.broken:
            self.broken[renamed] = self.broken.pop(post)

    def break_post(self) -> None:
        """Save a mistake."""
        post = self._post()
        self.broken.setdefault(post, post.read_text())
        post.write_text(self.rng.choice(list(BROKEN.values())))

    def mend_one(self) -> None:
        """Mend one mistake."""
        if self.broken:
            self._mend(self.rng.choice(sorted(self.broken)))

    def edit_data(self) -> None:
        """Write the value that most posts read."""
        own = self.root / "_data" / "own.yaml"
        self.broken.pop(own, None)
        own.write_text(f"value: {self.rng.random()}\n")

    def break_data(self) -> None:
        """Save half a data file."""
        own = self.root / "_data" / "own.yaml"
        self.broken.setdefault(own, own.read_text())
        own.write_text("value: [1, 2\nother: {")

    def edit_template(self) -> None:
        """Put in, change, break or take away the site's own footer."""
        footer = self.root / "site" / "templates" / "partials" / "footer.html"
        self.broken.setdefault(footer, None)
        texts = [f"<footer><p>{self._words(4)}</p></footer>\n", "{% if %}", ""]
        _write(footer, self.rng.choice(texts))

    def edit_style(self) -> None:
        """Change the colours of the site."""
        _write(
            self.root / "site" / "static" / "theme" / "tokens.css",
            f":root {{ --ink: #{self.rng.randrange(4096):03x} }}\n",
        )

    def edit_config(self) -> None:
        """Change the config, or break it."""
        config = self.root / "site" / "config.yaml"
        self.broken.setdefault(config, None)
        _write(config, self.rng.choice([f"title: {self._words(2)}\n", "titel: x\n", "title: [\n"]))

    def move_folder(self) -> None:
        """Move all the year's posts away, or back."""
        aside, posts = self.root / "posts" / "aside", sorted((self.root / "posts").glob("2015-*.md"))
        if aside.exists():
            for post in aside.glob("*.md"):
                post.rename(self.root / "posts" / post.name)
                self._moved(post, self.root / "posts" / post.name)
            aside.rmdir()
        elif posts:
            aside.mkdir()
            for post in posts[:5]:
                post.rename(aside / post.name)
                self._moved(post, aside / post.name)

    def litter(self) -> None:
        """Leave what editors leave, and take it away again."""
        for name in ("4913", ".#a.md", "a.md~", ".a.md.swp"):
            file = self.root / "posts" / name
            file.write_text("litter")
            file.unlink()

    def mend_all(self) -> None:
        """Leave a site that builds."""
        for path in sorted(self.broken):
            self._mend(path)
        shutil.rmtree(self.root / "site" / "templates", ignore_errors=True)

    def _mend(self, path: Path) -> None:
        before = self.broken.pop(path)
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(before)

    def _moved(self, path: Path, to: Path) -> None:
        if path in self.broken:
            self.broken[to] = self.broken.pop(path)

    def _text(self, post: Path) -> str:
        """Return a good text of a post: what is saved now mends it."""
        return self.broken.pop(post, None) or post.read_text()

    def _post(self, others: bool = False) -> Path:
        posts = sorted((self.root / "posts").rglob("[0-9]*.md"))
        if others:
            posts = [post for post in posts if post.stem != OPEN]
        return self.rng.choice(posts) if self.rng.random() < 0.8 or others else self.root / "posts" / f"{OPEN}.md"

    def _words(self, count: int) -> str:
        return " ".join(self.rng.choice(WORDS) for _ in range(count)).capitalize() + "."


def differences(root: Path, server: Server, gone: Iterator[str]) -> list[str]:
    """Return what the server gives otherwise than a clean build writes."""
    built = assemble(Options(source=root, output=root / "_site", jobs=1))
    wrong = []
    for output in built.outputs:
        content = output.content.read_bytes() if isinstance(output.content, Path) else output.content
        path = "/" + quote(
            output.path.removesuffix("index.html") if output.path.endswith("/index.html") else output.path
        )
        status, served = server.get("/" if output.path == "index.html" else path)
        if status != 200 or served != content:
            wrong.append(f"{path}: {status}, {len(served):,} bytes instead of {len(content):,}")
    known = {output.path for output in built.outputs}
    wrong += [
        f"/{path}: is still there"
        for path in gone
        if f"{path}index.html" not in known and server.get(f"/{path}")[0] != 404
    ]
    return wrong


def settle(root: Path, server: Server, gone: set[str]) -> tuple[list[str], float]:
    """Compare until nothing differs or the time is over; return what differs, and the seconds it took."""
    started = time.monotonic()
    while True:
        wrong = differences(root, server, iter(sorted(gone)))
        if not wrong or time.monotonic() - started > SETTLED:
            return wrong, time.monotonic() - started
        time.sleep(0.5)


def soak(root: Path, seconds: float, count: int, posts: int = 100) -> list[str]:
    """Do `count` random things to a site in so many seconds, and return what is wrong at the end."""
    write_ours(root, posts)
    (root / "_data" / "own.yaml").write_text("value: 1\n")
    (root / "posts" / f"{OPEN}.md").write_text("---\ntitle: Open\n---\n\nIt is {{ data.own.value }}.\n")
    author, seen = Author(root, random.Random(count)), set[str]()
    with Server(root) as server, Browser() as browser:
        tab = _opened(browser, server)
        before, started = server.megabytes(), time.monotonic()
        for number in range(1, count + 1):
            author.act()
            seen.update(_address(post) for post in (root / "posts").rglob("[0-9]*.md"))
            time.sleep(max(0.0, started + number * seconds / count - time.monotonic()))
        author.mend_all()
        wrong, waited = settle(root, server, seen)
        wrong += _page_differs(tab, browser, server)
        wrong += [] if server.is_alive else ["the server is dead"]
        wrong += [line for line in server.said if "Traceback" in line or "bug in labpress" in line]
        print(
            f"{count:,} changes in {seconds:.0f} s, then {waited:.1f} s for builds and comparisons until all was equal"
        )
        print(f"memory {before:.0f} MB at the start, {server.megabytes():.0f} MB at the end; {len(wrong)} differences")
    return wrong


def main(seconds: float = SECONDS, count: float = 0) -> None:
    """Soak for so many seconds; without a count, at the pace of 2,000 changes in ten minutes."""
    assert CHROMIUM, "the soak needs a Chromium"
    with tempfile.TemporaryDirectory() as folder:
        wrong = soak(Path(folder).resolve(), seconds, int(count or EDITS * seconds / SECONDS))
    print("\n".join(wrong) or "equal to a clean build, byte by byte; the open page shows what a new one shows")
    if wrong:
        raise SystemExit(1)


def _opened(browser: Browser, server: Server) -> Tab:
    tab = browser.tab(f"{server.url}{_address(Path(f'{OPEN}.md'))}")
    tab.wait("document.documentElement.dataset.labpressRevision")
    return tab


def _page_differs(tab: Tab, browser: Browser, server: Server) -> list[str]:
    """Compare the page that was open all the time with one that is opened now."""
    time.sleep(1)
    fresh = _opened(browser, server)
    time.sleep(1)
    shown, wanted = tab.evaluate(SHOWN), fresh.evaluate(SHOWN)
    return [] if shown == wanted else [f"the open page shows {len(shown)} characters, a new one {len(wanted)}"]


def _address(post: Path) -> str:
    year, month, day, slug = post.stem.split("-", 3)
    return f"{year}/{month}/{day}/{slug}/"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
