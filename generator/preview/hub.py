"""Hub: messages to every open page; a page that does not keep up is let go and asks anew.

Each listener has a bounded queue of its own, so that publishing never waits for a slow browser.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

MOST_LISTENERS = 48  # browsers share one connection between their tabs
LONGEST_QUEUE = 500  # messages a listener may lag behind
HEARTBEAT_SECONDS = 8.0

Message = Mapping[str, object]


class Listener:
    """One open page's stream of events."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._waiting: queue.Queue[bytes | None] = queue.Queue(LONGEST_QUEUE)

    def put(self, event: bytes) -> bool:
        """Add an event; return False when the listener lags too far behind."""
        try:
            self._waiting.put_nowait(event)
        except queue.Full:
            return False
        return True

    def end(self) -> None:
        """Tell the stream to end, whatever still waits."""
        with suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()
        self._waiting.put(None)

    def pieces(self) -> Iterator[bytes]:
        """Yield events as they come, and a sign of life when none do, until the stream is to end."""
        while True:
            try:
                event = self._waiting.get(timeout=HEARTBEAT_SECONDS)
            except queue.Empty:
                event = BEAT
            if event is None:
                return
            yield event

    def leave(self) -> None:
        """Take no more events."""
        self._hub.leave(self)


class Hub:
    """All open event streams."""

    def __init__(self, greet: Callable[[], Sequence[Message]]) -> None:
        self._greet = greet  # the messages a new listener gets first
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._is_closed = False

    def publish(self, message: Message) -> None:
        """Send a message to every listener, in the order of the calls."""
        event = encode(message)
        with self._lock:
            for listener in tuple(self._listeners):
                if not listener.put(event):
                    self._listeners.discard(listener)
                    listener.end()

    def listen(self) -> Listener | None:
        """Return a new stream of events, None when there are too many already."""
        listener = Listener(self)
        with self._lock:
            if self._is_closed or len(self._listeners) >= MOST_LISTENERS:
                return None
            listener.put(b"retry: 300\n\n" + b"".join(encode(message) for message in self._greet()))
            self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a stream whose client is gone."""
        with self._lock:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every stream, and take no more listeners."""
        with self._lock:
            self._is_closed = True
            for listener in self._listeners:
                listener.end()
            self._listeners.clear()

    @property
    def listeners(self) -> int:
        """Count the open streams."""
        return len(self._listeners)


def encode(message: Message) -> bytes:
    """Write a message as a server-sent event; JSON has no line ends of its own."""
    return b"data: " + json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n\n"


BEAT = encode({"type": "beat"})  # a comment would do for proxies, but no script of a page ever sees one
