"""The `serve` command: opens the port, makes the site, answers and watches until it is told to end."""

from __future__ import annotations

import secrets
import signal
import socket
import sys
import threading
import traceback
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.preview.builder import Builder
from generator.preview.connections import Connections
from generator.preview.guard import Guard
from generator.preview.news import News, say
from generator.preview.ports import LOOPBACK, Listening, listen
from generator.preview.rerun import Reruns
from generator.preview.serve import OURS, Preview
from generator.preview.session import Session
from generator.preview.sweep import ROOMS
from generator.preview.watch import Watch

if TYPE_CHECKING:
    from types import FrameType

    from generator.build import Options

LOCAL = ("", "0.0.0.0", "::", "localhost", *LOOPBACK)  # listening there, this machine is reached as `localhost`
ENDS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@dataclass(frozen=True)
class Wishes:
    """What the command line says about a preview, besides what it says about a build."""

    host: str = "127.0.0.1"
    port: int = 4000  # 0: any free one
    watch: bool = False
    opens: bool = False
    allow_run: bool = False
    debug: bool = False


class Running:
    """A preview that answers; `close` ends all of it."""

    def __init__(self, options: Options, wishes: Wishes, say: Callable[[str], None] = say) -> None:
        self._say, self._debug = say, wishes.debug
        self._host = "localhost" if wishes.host in LOCAL else _bracketed(wishes.host)
        listening = listen(wishes.host, wishes.port)
        self.port, self.token = listening.port, secrets.token_urlsafe(24)
        self.key = secrets.token_urlsafe(24) if listening.is_exposed else ""
        guard = Guard(self.port, self.token, self.key, _names(wishes.host))
        self.news = News(may_rerun=wishes.allow_run, say=say)
        self._reruns = Reruns(options.source, self.news.hub.publish)
        try:
            self.session = Session(options)
            builder = Builder(self.session, self.news, self.bug)
            self._watch = Watch(options.source, builder, say) if wishes.watch else None
            self._first = self.session.refresh(None)  # before any thread: it may fork
        except BaseException:
            for one in listening.sockets:
                one.close()
            raise
        self.news.begin(self._first)
        rerun = self._reruns.start if wishes.allow_run else None
        preview = Preview(self.session, self.news, guard, options.source, rerun)
        self._connections = Connections(listening.sockets, preview.answer, self.bug)
        self._connections.start()
        self._greet(wishes, listening)
        if self._watch:
            self._watch.start()
        else:
            threading.Thread(target=_finish, args=(builder,), name="preview work", daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address of the home page on this machine."""
        return f"http://{self._host}:{self.port}/"

    def close(self) -> None:
        """End everything that was started: streams, connections, watches, experiments."""
        self.news.hub.close()
        if self._watch:
            self._watch.close()
        self._reruns.close()
        self._connections.close()

    def bug(self, error: Exception) -> None:
        """Tell of a fault of ours, and go on."""
        lines = traceback.format_exception(error) if self._debug else traceback.format_exception_only(error)
        hint = "" if self._debug else "; run again with --debug and report it"
        sys.stderr.write(f"{''.join(lines).strip()}\nthis is a bug in labpress{hint}; the preview goes on\n\n")
        sys.stderr.flush()

    def _greet(self, wishes: Wishes, listening: Listening) -> None:
        """Say where the preview is, what is watched and who can see it."""
        if wishes.port not in {0, self.port}:
            self._say(f"port {wishes.port} is taken; {self.port} is free")
        watched = f", watching {', '.join(f'{room}/' for room in ROOMS)}" if wishes.watch else ""
        self._say(f"{self.url}  built in {self._first.seconds:.2f} s{watched}; Ctrl-C ends it")
        if self.key:
            names = sorted({_reachable(wishes.host, address) for address in listening.addresses})
            links = " or ".join(f"http://{name}:{self.port}{OURS}enter/{self.key}" for name in names)
            self._say(f"warning: other machines can reach this preview, drafts included; this link lets in: {links}")


def serve(options: Options, wishes: Wishes) -> int:
    """Serve a preview until Ctrl-C, which is how it normally ends.

    Raises:
        CannotListen: the address is not one of this machine, or no port is free.
    """
    sys.setswitchinterval(0.001)  # a page is sent while the next ones are made
    running = Running(options, wishes)
    with _ending() as end:
        if wishes.opens:
            threading.Thread(target=webbrowser.open, args=(running.url,), daemon=True).start()
        while not end.wait(1):  # on Windows a wait without an end cannot be interrupted
            pass
        running.close()  # a second Ctrl-C must not leave a half of it undone
    return 0


@contextmanager
def _ending() -> Iterator[threading.Event]:
    """Turn the signals that end a program into an event."""
    end = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        end.set()

    numbers = [getattr(signal, name) for name in ENDS if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _names(host: str) -> frozenset[str]:
    """Return how `--host` stands in a request; addresses that mean any address are no name."""
    return frozenset() if host in LOCAL else frozenset({_bracketed(host.lower())})


def _reachable(host: str, address: str) -> str:
    """Return the name other machines use; for any address, the one this machine reaches others from."""
    if address not in {"0.0.0.0", "::"}:
        return _bracketed(host)
    family, far = (socket.AF_INET, "192.0.2.1") if "." in address else (socket.AF_INET6, "2001:db8::1")
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((far, 9))  # sends nothing; only the way there is looked up
            name = str(asking.getsockname()[0])
        except OSError:
            name = socket.gethostname()
    return _bracketed(name)


def _bracketed(host: str) -> str:
    """Write a host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def _finish(builder: Builder) -> None:
    """Do what can wait, until there is no more of it."""
    while builder.work():
        pass
