"""A stage for the browser side: a server of a few lines that says what a test wants said, and a headless Chromium."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from benchmarks.chromium import CHROMIUM, PATIENCE, Browser, Tab

CLIENT = Path(__file__).parents[3] / "generator" / "preview" / "client"
ELSEWHERE = "another-machine.test"  # plain http from there: the page has no locks and no clipboard
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8", ".json": "application/json"}


class Stage:
    """Pages by address, and the events a test sends."""

    def __init__(self, port: int = 0, token: str = "t1") -> None:
        self.token, self.revision, self.session = token, 1, token
        self.pages: dict[str, str] = {}
        self.answers: dict[str, object] = {"facts": {"runs": [], "warnings": []}, "diff": {"ready": True}}
        self.client: dict[str, str] = {}  # files of the client that a test has changed
        self.asked: list[str] = []  # the targets of all requests
        self.posted: list[object] = []
        self.opened = 0  # streams of events
        self._listeners: list[queue.Queue[str]] = []
        self.errors: list[dict[str, object]] = []
        self.hello: dict[str, object] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"stage": self}))
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def page(self, url: str, body: str, head: str = "") -> None:
        """Set what is at an address now."""
        self.pages[url] = (
            f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'
        )

    def send(self, **message: object) -> None:
        """Send an event to every page that listens."""
        for listener in self._listeners:
            listener.put(json.dumps(message))

    def update(self, *urls: str, styles: tuple[str, ...] = ()) -> int:
        """Say that pages changed, and return the new revision."""
        self.revision += 1
        self.send(type="update", revision=self.revision, urls=urls, styles=styles)
        return self.revision

    def show(self, tab: Tab, body: str, head: str = "", after: str = "") -> None:
        """Open a page, wait until it listens, mark its nodes, and run a script in it."""
        self.page("/p/", body, head)
        tab.open(f"{self.url}/p/")
        tab.wait("document.documentElement.dataset.labpressRevision === '1'")
        until(lambda: self.listening() == 1)
        tab.evaluate("for (const node of document.querySelectorAll('main *')) node.seen = true")
        if after:
            tab.evaluate(after)

    def change(self, tab: Tab, body: str, head: str = "") -> None:
        """Change the page, and wait until that is shown."""
        self.page("/p/", body, head)
        revision = self.update("/p/")
        tab.wait(f"document.documentElement.dataset.labpressRevision === '{revision}'")

    def listening(self) -> int:
        return len(self._listeners)

    def hang_up(self) -> None:
        """End every stream of events."""
        for listener in list(self._listeners):
            listener.put("")

    def close(self) -> None:
        """End the server."""
        self.hang_up()
        self._server.shutdown()
        self._server.server_close()

    def served(self, target: str) -> tuple[int, str, str]:
        """Return status, type and body for an address."""
        path = urlsplit(target).path
        ours = path.removeprefix(f"/__labpress/{self.token}/")
        if path.startswith("/__labpress/"):
            if ours == path:
                return 404, ".html", "gone"
            if ours == "rerun":
                return 405, ".html", ""
            if ours in self.answers:
                return 200, ".json", json.dumps(self.answers[ours])
            return 200, Path(ours).suffix, self.client.get(ours) or (CLIENT / ours).read_text(encoding="utf-8")
        if path not in self.pages:
            return 404, ".html", "<!doctype html><title>404</title>"
        tag = (
            f'<script type="module" src="/__labpress/{self.token}/live.js" data-revision="{self.revision}"></script>\n'
        )
        return 200, Path(path).suffix or ".html", self.pages[path].replace("</body>", f"{tag}</body>")


class _Handler(BaseHTTPRequestHandler):
    stage: Stage
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.stage.asked.append(self.path)
        if self.path == f"/__labpress/{self.stage.token}/events":
            return self._events()
        status, kind, body = self.stage.served(self.path)
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", TYPES[kind])
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)
        return None

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.stage.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(202)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def _events(self) -> None:
        stage, mine = self.stage, queue.Queue[str]()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        hello = {"type": "hello", "revision": stage.revision, "session": stage.session, **stage.hello}
        mine.put(json.dumps(hello))
        mine.put(json.dumps({"type": "errors", "errors": stage.errors}))
        stage._listeners.append(mine)
        stage.opened += 1
        try:
            while message := mine.get():
                self.wfile.write(f"data: {message}\n\n".encode())
                self.wfile.flush()
        except OSError:
            pass  # the page was closed
        finally:
            stage._listeners.remove(mine)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, "it never was"
        time.sleep(0.01)


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Tab]:
    """Return a new tab, whose pages must leave no error in the console."""
    opened = chromium.tab()
    yield opened
    opened.close()
    errors, chromium.console[:] = list(chromium.console), []

    assert errors == []


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Return a server that serves what a test gives it."""
    staged = Stage()
    yield staged
    staged.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return one browser for all tests."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    with Browser(f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1") as running:
        yield running
