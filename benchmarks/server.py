"""A preview server in a process of its own, as an author starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
ADDRESS = re.compile(r"(http://\S+?/)\s")
OURS = re.compile(rb'<script type="module" src="/__labpress/[^"]*" data-revision="\d+"></script>\n')


class Server:
    """`python -m generator serve --watch` on a free port, for one site."""

    def __init__(self, root: Path, *flags: str) -> None:
        """Start it and wait until it answers."""
        started = time.perf_counter()
        command = [sys.executable, "-m", "generator", "serve", "--watch", "--port", "0", "--source", str(root), *flags]
        self.said: list[str] = []
        self._process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.url = self._address()
        self.seconds = time.perf_counter() - started
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        return self._process.poll() is None

    def megabytes(self) -> float:
        """Return the resident memory of the process."""
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True, check=True)
        return int(told.stdout) / 1024

    def get(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of an address, without what the preview put into a page."""
        try:
            with urllib.request.urlopen(self.url.rstrip("/") + path, timeout=60) as answer:
                return answer.status, OURS.sub(b"", answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def token(self) -> str:
        """Return the secret of this start, as its pages have it."""
        with urllib.request.urlopen(self.url, timeout=60) as answer:
            found = re.search(r"/__labpress/([^/]+)/live\.js", answer.read().decode())
        assert found, "a page holds no client"
        return found[1]

    def close(self) -> None:
        """End it as Ctrl-C does."""
        if self.is_alive:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=10)
        assert self._process.stdout
        self._process.stdout.close()

    def _address(self) -> str:
        assert self._process.stdout
        for line in self._process.stdout:
            self.said.append(line.rstrip())
            if found := ADDRESS.search(line):
                return found[1]
        raise RuntimeError("the server ended: " + "\n".join(self.said))

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.said.append(line.rstrip())
