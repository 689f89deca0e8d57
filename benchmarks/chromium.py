"""A headless Chromium driven through its DevTools protocol, over a pipe: for tests and measurements.

A `Browser` is one process with a profile of its own; a `Tab` is one page in it. Every command waits for its answer.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --disable-dev-shm-usage --remote-debugging-pipe"
).split()
PATIENCE = 30.0  # seconds for an answer, or for what a test waits for


class Browser:
    """One Chromium, to be closed."""

    def __init__(self, *flags: str) -> None:
        """Start it."""
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        to_read, self._commands = os.pipe()
        self._answers, to_write = os.pipe()
        command = [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={self.profile}", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", *command],
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self.console: list[str] = []  # what the pages wrote to it, errors among them
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, method: str, session: str = "", **parameters: object) -> dict[str, Any]:
        """Run a command and return its result."""
        number = next(self._numbers)
        answer: queue.Queue[dict[str, Any]] = queue.Queue()
        self._waiting[number] = answer
        command = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        with self._lock:
            _write(self._commands, json.dumps(command).encode() + b"\0")
        try:
            told = answer.get(timeout=PATIENCE)
        except queue.Empty:
            raise TimeoutError(f"no answer to {method} in {PATIENCE:g} s") from None
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']['message']}")
        return dict(told["result"])

    def tab(self, url: str = "about:blank", width: int = 1280, height: int = 900) -> Tab:
        """Open a page in a tab of its own."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, target, session)
        tab.send("Emulation.setFocusEmulationEnabled", enabled=True)  # as seen, whichever tab is in front
        for domain in ("Page", "Runtime"):
            tab.send(f"{domain}.enable")
        tab.resize(width, height)
        if url != "about:blank":
            tab.open(url)
        return tab

    def close(self) -> None:
        """End it and forget its profile."""
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            self.send("Browser.close")
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._commands)
        self._reader.join(timeout=10)
        os.close(self._answers)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read(self) -> None:
        """Hand each answer to who waits for it; a NUL ends a message."""
        rest = b""
        while data := os.read(self._answers, 1 << 16):
            *whole, rest = (rest + data).split(b"\0")
            for message in map(json.loads, whole):
                if waiting := self._waiting.pop(message.get("id", 0), None):
                    waiting.put(message)
                self._note(message)
        for waiting in self._waiting.values():
            waiting.put({"error": {"message": "the browser ended"}})

    def _note(self, message: dict[str, Any]) -> None:
        told = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            details = told["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description") or details["text"])
        if message.get("method") == "Runtime.consoleAPICalled" and told["type"] in {"error", "assert"}:
            self.console.append(" ".join(str(part.get("value", part.get("description"))) for part in told["args"]))


class Tab:
    """One page of a browser."""

    def __init__(self, browser: Browser, target: str, session: str) -> None:
        """Take over a target that is attached already."""
        self.browser, self.target, self.session = browser, target, session

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Run a command on this page."""
        return self.browser.send(method, self.session, **parameters)

    def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        self.send("Page.navigate", url=url)
        self.wait(f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'")

    def resize(self, width: int, height: int) -> None:
        """Make the page so large."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, **features: str) -> None:
        """Set what the reader prefers: `color_scheme="dark"`."""
        wanted = [{"name": f"prefers-{name.replace('_', '-')}", "value": value} for name, value in features.items()]
        self.send("Emulation.setEmulatedMedia", features=wanted)

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression; of a promise, what it comes to."""
        told = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            details = told["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description") or details["text"])
        return told["result"].get("value")

    def wait(self, condition: str, seconds: float = PATIENCE) -> None:
        """Wait until an expression is true."""
        until = time.monotonic() + seconds
        while True:
            with contextlib.suppress(RuntimeError):  # a page that is being left has nothing to say
                if self.evaluate(f"Boolean({condition})"):
                    return
            if time.monotonic() > until:
                raise TimeoutError(f"not true in {seconds:g} s: {condition}")
            time.sleep(0.01)

    def press(self, key: str) -> None:
        """Press and let go a key by its name."""
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def type(self, text: str) -> None:
        """Write into what has the focus."""
        self.send("Input.insertText", text=text)

    def screenshot(self, file: Path) -> None:
        """Save what is seen as a PNG."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        """Close the tab."""
        self.browser.send("Target.closeTarget", targetId=self.target)


def _write(pipe: int, data: bytes) -> None:
    while data:
        data = data[os.write(pipe, data) :]
