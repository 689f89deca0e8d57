"""`python -m generator serve` as an author starts and ends it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
POST = "---\ntitle: A post\n---\n{}\n"


class Served:
    """A preview in a process of its own."""

    def __init__(self, root: Path, *flags: str) -> None:
        self.root, self.file = root, root / "posts/2026-01-02-a.md"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(POST.format("words"))
        self.log = root.parent / "log.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "generator", "serve", "--source", str(root), "--jobs", "1", *flags],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until the terminal shows something."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.log.read_text()):
                return found
            time.sleep(0.01)
        raise AssertionError(f"{pattern!r} never came:\n{self.log.read_text()}")

    def open(self, path: str) -> socket.socket:
        """Ask for something, and leave the connection open."""
        port = int(self.wait_for(r"http://localhost:(\d+)/  ")[1])
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        proof = f"Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
        client.sendall(f"GET {path} HTTP/1.1\r\n{proof}\r\n".encode())
        return client

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[object]:
    started: list[Served] = []

    def start(*flags: str) -> Served:
        started.append(Served(tmp_path / "site", "--port", "0", *flags))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def token_of(page: socket.socket) -> str:
    """Read a page as far as the secret in its script's address."""
    received = b""
    while not (found := re.search(rb"/__labpress/([^/]+)/live.js", received)):
        received += (part := page.recv(1 << 16))
        assert part, received
    return found[1].decode()


def test_the_terminal_tells_what_goes_on(serve):
    preview = serve("--watch")
    preview.wait_for("Ctrl-C ends it\n")
    preview.file.write_text(POST.format("{{ data.x.y }}"))
    preview.wait_for("1 mistake")
    preview.wait_for("hint: ")
    preview.file.write_text(POST.format("mended"))
    preview.wait_for("mended: the site has no mistakes")
    preview.end()

    told = re.sub(r"[\d.,]+ (m?s)\b", r"… \1", re.sub(r"localhost:\d+", "localhost:4000", preview.log.read_text()))
    assert told == (
        "http://localhost:4000/  built in … s, watching posts/, _drafts/, _data/, site/, experiments/; Ctrl-C ends it\n"
        "posts/2026-01-02-a.md: 1 mistake, the last good pages are shown, … ms\n"
        "posts/2026-01-02-a.md:4:4: error: `data.x` does not exist\n"
        "    4 | {{ data.x.y }}\n"
        "      |    ^\n"
        "hint: `data` is empty\n"
        "\n"
        "posts/2026-01-02-a.md: all pages, … ms\n"
        "mended: the site has no mistakes\n"
    )


def test_what_changed_while_the_program_was_stopped_is_shown(serve):
    """More events than the system keeps: the last ones are lost."""
    preview = serve("--watch")
    preview.wait_for("Ctrl-C ends it\n")
    other = preview.file.with_name("2026-01-03-b.md")
    preview.process.send_signal(signal.SIGSTOP)
    with preview.file.open("a") as first, other.open("w") as second:
        for number in range(9_000):  # in turns: the same event twice is one
            for file in (first, second):
                print(f"number {number}", file=file, flush=True)
    other.unlink()
    late = preview.file.with_name("2026-01-04-late.md")
    late.write_text(POST.format("late"))
    preview.process.send_signal(signal.SIGCONT)
    preview.wait_for(r" [\d,]+ ms\n")
    time.sleep(0.3)

    shown = {}
    for path in ("/2026/01/02/a/", "/2026/01/03/b/", "/2026/01/04/late/"):
        with preview.open(path) as page:
            page.shutdown(socket.SHUT_WR)
            shown[path] = b"".join(iter(lambda client=page: client.recv(1 << 16), b""))
    assert b"number 8999" in shown["/2026/01/02/a/"]
    assert b"404 Not Found" in shown["/2026/01/03/b/"]
    assert b"<p>late</p>" in shown["/2026/01/04/late/"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_at_once_and_leaves_nothing_behind(serve, number: int):
    preview = serve("--watch", "--allow-run")
    page = preview.open("/")
    token = token_of(page)
    stream = preview.open(f"/__labpress/{token}/events")
    assert b"200 OK" in stream.recv(1 << 16)

    assert preview.end(number) == 0
    assert sorted(entry.name for entry in preview.root.iterdir()) in (["posts"], [".labpress", "posts"])
    assert "Traceback" not in preview.log.read_text()
    for client in (page, stream):
        client.close()


def test_open_hands_the_home_page_to_the_browser_of_the_author(tmp_path: Path, monkeypatch, serve):
    browser, told = tmp_path / "browser.sh", tmp_path / "told.txt"
    browser.write_text(f'#!/bin/sh\necho "$@" > {told}.new\nmv {told}.new {told}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    preview = serve("--open")
    port = preview.wait_for(r"http://localhost:(\d+)/  ")[1]
    deadline = time.monotonic() + 10
    while not told.exists() and time.monotonic() < deadline:
        time.sleep(0.02)

    assert told.read_text() == f"http://localhost:{port}/\n"
    assert preview.end() == 0


def test_nothing_is_opened_unasked(tmp_path: Path, monkeypatch, serve):
    told = tmp_path / "told.txt"
    monkeypatch.setenv("BROWSER", f"touch {told}")
    preview = serve()
    preview.wait_for("Ctrl-C ends it\n")
    time.sleep(0.3)

    assert preview.end() == 0
    assert not told.exists()


def test_a_taken_port_is_said_aloud(serve):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        preview = serve("--port", str(port))
        told = preview.wait_for(
            rf"port {port} is taken; (\d+) is free\nhttp://localhost:(\d+)/  built in \S+ s; Ctrl-C"
        )

        assert told[1] == told[2] != str(port)


def test_without_watch_nothing_is_rebuilt(serve):
    preview = serve()
    preview.wait_for("Ctrl-C ends it\n")
    preview.file.write_text(POST.format("changed"))
    time.sleep(0.3)
    with preview.open("/2026/01/02/a/") as page:
        assert b"<p>words</p>" in page.recv(1 << 16)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--host", "nowhere.invalid"], "error: `nowhere.invalid` is no address of this machine\n"),
        (["--source", "/nowhere/at/all"], "error: there is no folder `/nowhere/at/all`\n"),
    ],
)
def test_a_wrong_command_ends_with_a_line(serve, flags: list[str], told: str):
    preview = serve(*flags)

    assert preview.process.wait(20) == 2
    assert preview.log.read_text() == told


def test_a_port_is_a_number(serve):
    preview = serve("--port", "99999")

    assert preview.process.wait(20) == 2
    assert preview.log.read_text().endswith("error: argument --port: `99999` is not a port: a number from 0 to 65535\n")


def test_a_site_that_does_not_build_is_served_all_the_same(tmp_path: Path, serve):
    (tmp_path / "site/site").mkdir(parents=True)
    (tmp_path / "site/site/config.yaml").write_text("titel: x\n")
    preview = serve("--watch")

    assert preview.wait_for("did you mean `title`")
    with preview.open("/2026/01/02/a/") as page:
        assert b"200 OK" in page.recv(1 << 16)


def rerun(preview: Served, body: str) -> None:
    """Start an experiment from a page, and wait until it is under way."""
    folder, sign = preview.root / "experiments", preview.root / "begun"
    folder.mkdir()
    (folder / "slow.py").write_text(
        '"""Slow."""\nimport pathlib, signal, time\nfrom dataclasses import dataclass\n\nWRITES = {"x": "scalar"}\n\n\n'
        "@dataclass(frozen=True)\nclass Config:\n    seed: int = 0\n\n\n"
        f"def run(c, log):\n    {body}\n    pathlib.Path({str(sign)!r}).touch()\n    time.sleep(30)\n"
    )
    with preview.open("/") as page:
        token, port = token_of(page), page.getpeername()[1]
    sent = '{"experiment": "slow"}'
    head = (
        f"POST /__labpress/{token}/rerun HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n{sent}"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(head.encode())
        assert b"202 Accepted" in client.recv(1 << 16)
    deadline = time.monotonic() + 20
    while not sign.exists():
        assert time.monotonic() < deadline, preview.log.read_text()
        time.sleep(0.02)


def is_running(preview: Served) -> bool:
    listed = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=False).stdout
    return f"--root {preview.root}" in listed


def test_a_rerun_dies_with_the_preview(serve):
    preview = serve("--allow-run")
    rerun(preview, "pass")

    assert is_running(preview)
    assert preview.end() == 0
    assert not is_running(preview)


def test_a_second_ctrl_c_leaves_nothing_undone(serve):
    preview = serve("--allow-run")
    rerun(preview, "signal.signal(signal.SIGINT, signal.SIG_IGN)")
    preview.process.send_signal(signal.SIGINT)
    time.sleep(0.3)

    assert preview.end() == 0
    assert not is_running(preview)
    assert "interrupted" not in preview.log.read_text()
