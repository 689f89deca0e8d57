"""Connections: sockets that listen, a thread for each client, and room for newcomers whatever the slow ones do.

When every place is taken, the client that has waited longest without finishing its request makes room: so
neither slow headers nor idle sockets keep a browser out. Event streams have places of their own.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from generator.preview.guard import Peer
from generator.preview.hub import Listener
from generator.preview.request import Refused, Request, read_request
from generator.preview.response import CHUNK, Response, narrowed, refusal

MOST_CLIENTS = 128
SECONDS_TO_TAKE = 10.0  # a piece of an answer
SECONDS_BEFORE_GIVING_WAY = 5.0  # for a client that is being sent something
SECONDS_TO_LINGER = 1.0  # reading what a refused client still sends, so that it gets to see why
ASKING, TAKING, LISTENING = "asking", "taking", "listening"

Answer = Callable[[Request, Peer], Response]
Report = Callable[[Exception], None]


@dataclass(eq=False)
class Client:
    """One open connection."""

    socket: socket.socket
    peer: Peer
    state: str = ASKING
    since: float = field(default_factory=time.monotonic)  # of this state

    def turn(self, state: str) -> None:
        """Enter another state."""
        self.state, self.since = state, time.monotonic()

    def hang_up(self) -> None:
        """Wake the thread that serves this client, so that it ends."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


class Connections:
    """All clients of the listening sockets."""

    def __init__(self, listening: Sequence[socket.socket], answer: Answer, report: Report) -> None:
        self._listening, self._answer, self._report = tuple(listening), answer, report
        self._lock = threading.Lock()
        self._clients: set[Client] = set()
        self._threads: set[threading.Thread] = set()
        self._wake, self._waker = socket.socketpair()
        self._acceptor = threading.Thread(target=self._accept, name="preview accept", daemon=True)

    def start(self) -> None:
        """Begin to take clients."""
        self._acceptor.start()

    def close(self) -> None:
        """Take no more clients, hang up on all, and wait a moment for their threads."""
        self._waker.send(b"x")
        self._acceptor.join(2)
        for listener in self._listening:
            listener.close()
        with self._lock:
            clients, threads = tuple(self._clients), tuple(self._threads)
        for client in clients:
            client.hang_up()
        deadline = time.monotonic() + 1
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._wake.close()
        self._waker.close()

    @property
    def count(self) -> int:
        """Count the open connections."""
        return len(self._clients)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            for listener in (*self._listening, self._wake):
                listener.setblocking(False)
                selector.register(listener, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._wake:
                        return
                    self._welcome(key.fileobj)  # type: ignore[arg-type]

    def _welcome(self, listener: socket.socket) -> None:
        try:
            accepted, address = listener.accept()
            client = Client(accepted, Peer(address[0], accepted.getsockname()[0]))
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BlockingIOError:
            return
        except OSError:  # the client went again, or this process has no more file descriptors
            self._make_room(0)
            time.sleep(0.01)
            return
        if not self._make_room(MOST_CLIENTS):
            accepted.close()
            return
        thread = threading.Thread(target=self._serve, args=(client,), name="preview client", daemon=True)
        with self._lock:
            self._clients.add(client)
            self._threads.add(thread)
        try:
            thread.start()
        except RuntimeError:  # the system gives no more threads: this client has to come again, the others stay
            accepted.close()
            with self._lock:
                self._clients.discard(client)
                self._threads.discard(thread)

    def _make_room(self, most: int) -> bool:
        """Hang up on the client that has waited longest, when there are `most` already."""
        with self._lock:
            if len(self._clients) < most:
                return True
            late = time.monotonic() - SECONDS_BEFORE_GIVING_WAY
            can_go = [client for client in self._clients if client.state == ASKING]
            can_go = can_go or [one for one in self._clients if one.state == TAKING and one.since < late]
            if not can_go:
                return False
            oldest = min(can_go, key=lambda client: client.since)
            self._clients.discard(oldest)
        oldest.hang_up()
        return True

    def _serve(self, client: Client) -> None:
        try:
            with contextlib.suppress(OSError), client.socket:
                self._converse(client)
        except Exception as bug:
            self._report(bug)
        finally:
            with self._lock:
                self._clients.discard(client)
                self._threads.discard(threading.current_thread())

    def _converse(self, client: Client) -> None:
        """Answer request after request, until one of the two sides has had enough."""
        buffer = bytearray()
        goes_on = True
        while goes_on:
            client.turn(ASKING)
            try:
                request = read_request(client.socket, buffer)
            except Refused as refused:
                client.turn(TAKING)
                _send(client, refusal(refused), keeps_open=False, with_body=True)
                _linger(client.socket)
                return
            if request is None:
                return
            client.turn(TAKING)
            response = self._answered(request, client.peer)
            goes_on = request.keeps_open and not isinstance(response.body, Listener) and response.status < 500
            _send(client, response, keeps_open=goes_on, with_body=request.method != "HEAD")
        _linger(client.socket)

    def _answered(self, request: Request, peer: Peer) -> Response:
        """Answer one request; a bug of ours is told and costs no more than this answer."""
        try:
            return narrowed(self._answer(request, peer), request)
        except Refused as refused:
            return refusal(refused)
        except Exception as bug:
            self._report(bug)
            return refusal(Refused(500, "this is a bug in labpress; the terminal says more"))


def _send(client: Client, response: Response, *, keeps_open: bool, with_body: bool) -> None:
    """Send an answer piece by piece; a client that takes nothing for some seconds is given up."""
    client.socket.settimeout(SECONDS_TO_TAKE)
    head, body = response.head(keeps_open=keeps_open), response.body
    try:
        if isinstance(body, bytes):
            pieces = head + body if with_body else head
            for start in range(0, len(pieces), CHUNK):
                client.socket.sendall(pieces[start : start + CHUNK])
            return
        client.socket.sendall(head)
        if isinstance(body, Listener):
            client.turn(LISTENING)
        for piece in body.pieces() if with_body else ():
            client.socket.sendall(piece)
    finally:
        if isinstance(body, Listener):
            body.leave()


def _linger(client: socket.socket) -> None:
    """Read on for a moment: closing with unread bytes would take the answer away from the client."""
    client.shutdown(socket.SHUT_WR)
    deadline = time.monotonic() + SECONDS_TO_LINGER
    while (left := deadline - time.monotonic()) > 0:
        client.settimeout(left)
        if not client.recv(CHUNK):
            return
