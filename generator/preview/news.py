"""News: what a rebuild changed, as messages for the open pages and as lines for the terminal."""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Callable, Sequence

from generator.errors import SiteError
from generator.preview.hub import Hub, Message
from generator.preview.session import Change

MOST_NAMED = 3  # changed files named in a line


def say(line: str) -> None:
    """Print a line for the author at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print a mistake, with an empty line after it."""
    sys.stderr.write(f"{text}\n\n")
    sys.stderr.flush()


class News:
    """What the open pages and the author have been told."""

    def __init__(self, *, may_rerun: bool = False, say: Callable[[str], None] = say) -> None:
        self.hub = Hub(self._greeting)
        self._say, self._may_rerun = say, may_rerun
        self._lock = threading.Lock()
        self._session = secrets.token_hex(8)
        self._revision = 0
        self._errors: tuple[str, ...] = ()
        self._warnings: tuple[str, ...] = ()
        self._told: Message = errors_message(())

    @property
    def revision(self) -> int:
        """Return the number of the newest state of the site."""
        return self._revision

    def begin(self, change: Change) -> None:
        """Take the first build as what everybody knows."""
        self._take(change)
        self._complain((), ())

    def tell(self, change: Change, paths: Sequence[str] = ()) -> None:
        """Tell the pages and the author what changed; nothing when nothing did."""
        before, errors, warnings = self._revision, self._errors, self._warnings
        self._take(change)
        if change.revision != before and (change.urls or change.styles):
            update = {"type": "update", "revision": change.revision, "urls": change.urls, "styles": change.styles}
            self.hub.publish(update)
        if change.live or change.runs:
            self.hub.publish({"type": "live", "revision": change.revision, "urls": change.live, "runs": change.runs})
        if self._errors != errors:
            self.hub.publish(self._told)
        if paths and change.revision != before:
            self._say(f"{named(paths)}: {outcome(change)}, {change.seconds * 1000:,.0f} ms")
        self._complain(errors, warnings)
        if errors and not self._errors:
            self._say("mended: the site has no mistakes")

    def _take(self, change: Change) -> None:
        with self._lock:
            self._revision = change.revision
            self._errors = tuple(str(error) for error in change.errors)
            self._warnings = tuple(str(warning) for warning in change.warnings)
            self._told = errors_message(change.errors)

    def _complain(self, errors: tuple[str, ...], warnings: tuple[str, ...]) -> None:
        """Print the mistakes that were not there before, as `build` prints them."""
        for text in (*self._warnings, *self._errors):
            if text not in errors and text not in warnings:
                complain(text)

    def _greeting(self) -> Sequence[Message]:
        with self._lock:
            hello = {"type": "hello", "revision": self._revision, "session": self._session, "rerun": self._may_rerun}
            return hello, self._told


def errors_message(errors: Sequence[SiteError]) -> Message:
    """Write all mistakes of the site for the page's overlay; an empty list takes it away."""
    return {"type": "errors", "errors": [_error(error) for error in errors]}


def named(paths: Sequence[str]) -> str:
    """Name the changed files, or count them when they are many."""
    if len(paths) > MOST_NAMED:
        return f"{len(paths):,} files"
    shown = ", ".join(paths)
    return "".join(character if character.isprintable() else "?" for character in shown)


def outcome(change: Change) -> str:
    """Say what came of a change: how many pages may look different, or how many mistakes there are."""
    if change.errors:
        return f"{counted(len(change.errors), 'mistake')}, the last good pages are shown"
    if "*" in change.urls:
        return "all pages"
    found = [counted(len(change.urls), "page")] * bool(change.urls)
    found += [counted(len(change.styles), "file")] * bool(change.styles)
    return " and ".join(found) or "no page changed"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _error(error: SiteError) -> dict[str, object]:
    place = error.place
    return {
        "path": place.path if place else "",
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "text": str(error),
        "what": error.what,
        "hint": error.hint,
        "level": error.level,
    }
