"""`fetch` against servers that misbehave: each is told in one line, and nothing is kept."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from experiments.runner import fetch
from generator.data.artifacts import sha256

TEXT = b"word " * 20
SOURCES = """
from types import SimpleNamespace

SOURCES = {"words": SimpleNamespace(file="words.txt", sha256="{digest}", urls=["{url}"], assemble=b"".join)}
"""
HINT = "`--from FILE` takes a copy that you have"


class Rogue(BaseHTTPRequestHandler):
    """Each path is another mistake."""

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        answers: dict[str, Any] = {
            "/whole": lambda: self.answer(200, TEXT, Content_Length="100"),
            "/moved": lambda: self.answer(301, Location="/whole"),
            "/half": lambda: self.answer(200, TEXT[:40], Content_Length="100"),
            "/half-chunk": lambda: self.answer(200, b"64\r\n" + TEXT[:40], Transfer_Encoding="chunked"),
            "/round": lambda: self.answer(302, Location="/round"),
            "/to-a-file": lambda: self.answer(302, Location="file:///etc/hostname"),
            "/zipped": lambda: self.answer(200, gzip.compress(TEXT), Content_Encoding="gzip"),
            "/portal": lambda: self.answer(200, b"<html>Please log in</html>"),
            "/ill": lambda: self.answer(503),
            "/silent": lambda: None,
            "/asleep": lambda: time.sleep(0.5),
            "/no-http": lambda: self.wfile.write(b"220 ready\r\n\r\n"),
        }
        answers[self.path]()
        self.close_connection = True


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Rogue)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(fetch, "PATIENCE", 0.2)
    return tmp_path / "home"


def asked(lab: Any, url: str) -> Any:
    text = SOURCES.replace("{digest}", sha256(TEXT)).replace("{url}", url)
    lab.write("experiments/family/sources.py", f'"""What there is."""\n{text}')
    return lab("fetch", "words")


@pytest.mark.parametrize("path", ["/whole", "/moved"])
def test_a_text_that_moved_is_followed(lab: Any, server: str, home: Path, path: str):
    said = asked(lab, server + path)

    assert (said.code, (home / ".cache/labpress/words.txt").read_bytes()) == (0, TEXT)


@pytest.mark.parametrize(
    ("path", "what", "hint"),
    [
        ("/half", "{url} broke off after 40 of 100 bytes", f"try again; {HINT}"),
        ("/half-chunk", "{url} broke off", f"try again; {HINT}"),
        (
            "/round",
            "{url} answered 302 The HTTP server returned a redirect error that would lead to an infinite loop.",
            HINT,
        ),
        (
            "/to-a-file",
            "{url} answered 302 Found - Redirection to url 'file:///etc/hostname' is not allowed",
            HINT,
        ),
        ("/zipped", "{url} answered in `gzip`, which nobody asked for", HINT),
        ("/ill", "{url} answered 503 Service Unavailable", HINT),
        ("/silent", "{url} cannot be reached: Remote end closed connection without response", HINT),
        ("/asleep", "{url} cannot be reached: timed out", HINT),
        ("/no-http", "{url} cannot be reached: 220 ready", HINT),
        (
            "/portal",
            f"what was fetched for `words` has SHA-256 {sha256(b'<html>Please log in</html>')[:12]}…, "
            f"not {sha256(TEXT)[:12]}…",
            f"nothing was kept; {HINT}",
        ),
    ],
)
def test_what_goes_wrong_is_told_in_one_line_and_nothing_is_kept(
    lab: Any, server: str, home: Path, path: str, what: str, hint: str
):
    said = asked(lab, server + path)

    assert (said.code, said.err) == (2, f"error: {what.replace('{url}', server + path)}\nhint: {hint}\n")
    assert not (home / ".cache").exists()


def test_what_is_no_address_is_told(lab: Any, home: Path):
    said = asked(lab, "http://[here")

    assert (said.code, said.err) == (2, f"error: http://[here cannot be reached: Invalid IPv6 URL\nhint: {HINT}\n")


def test_a_cache_that_cannot_be_written_is_told(lab: Any, server: str, home: Path):
    home.write_text("not a folder")
    said = asked(lab, server + "/whole")

    assert (said.code, said.err) == (2, "error: `~/.cache/labpress/words.txt` cannot be written: Not a directory\n")
