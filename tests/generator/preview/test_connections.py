"""Slow, idle and greedy clients: none of them keeps another one out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from generator.preview import connections as module
from generator.preview.connections import Connections
from generator.preview.guard import Peer
from generator.preview.hub import Hub
from generator.preview.ports import listen
from generator.preview.request import Refused, Request
from generator.preview.response import Response, whole

LARGE = b"x" * 20_000_000


class House:
    """A server with a few rooms, and the bugs it told of."""

    def __init__(self) -> None:
        self.bugs: list[str] = []
        self.is_closed = False
        self.hub = Hub(lambda: [{"type": "hello"}])
        self.listening = listen("127.0.0.1", 0)
        self.port = self.listening.port
        self.connections = Connections(self.listening.sockets, self.answer, lambda bug: self.bugs.append(repr(bug)))
        self.connections.start()

    def answer(self, request: Request, _peer: Peer) -> Response:
        if request.target == "/bug":
            raise ZeroDivisionError("a bug")
        if request.target == "/no":
            raise Refused(403, "not you")
        if request.target == "/events":
            listener = self.hub.listen()
            return Response(200, (("Content-Type", "text/event-stream"),), listener or b"")
        return whole("x.txt", LARGE if request.target == "/large" else request.target.encode())

    def ask(self, *targets: str, method: str = "GET") -> bytes:
        """Send requests on one connection, the last with the wish to close it."""
        with self.open() as client:
            for target in targets:
                ending = "Connection: close\r\n" if target == targets[-1] else ""
                client.sendall(f"{method} {target} HTTP/1.1\r\nHost: x\r\n{ending}\r\n".encode())
            return b"".join(iter(lambda: client.recv(1 << 16), b""))

    def open(self, sent: bytes = b"") -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        client.sendall(sent)
        return client

    def close(self) -> None:
        self.is_closed = True
        self.hub.close()
        self.connections.close()


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    if not made.is_closed:
        made.close()


def test_requests_on_one_connection_are_answered_in_order(house: House):
    answers = house.ask("/one", "/two", "/three")

    assert [part.rpartition(b"\r\n\r\n")[2] for part in answers.split(b"HTTP/1.1 200 OK")] == [
        b"",
        b"/one",
        b"/two",
        b"/three",
    ]


def test_a_head_request_gets_the_headers_only(house: House):
    answer = house.ask("/page", method="HEAD")

    assert b"Content-Length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_a_refusal_leaves_the_connection_open(house: House):
    answers = house.ask("/no", "/page")

    assert [b"403 Forbidden\r\n" in answers, b"not you" in answers, answers.endswith(b"/page")] == [True] * 3


def test_a_bug_costs_one_answer_and_is_told(house: House):
    assert b"500 Internal Server Error\r\n" in house.ask("/bug")
    assert house.ask("/page").endswith(b"/page")
    assert house.bugs == ["ZeroDivisionError('a bug')"]


def test_who_sends_too_much_still_gets_to_see_why(house: House):
    with house.open(b"A" * 300_000) as client:
        answer = client.recv(1 << 16)

    assert answer.startswith(b"HTTP/1.1 414 ")


def test_five_hundred_idle_sockets_keep_nobody_out(house: House):
    idle = [house.open() for _ in range(500)]
    try:
        assert house.ask("/page").endswith(b"/page")
        assert house.connections.count <= module.MOST_CLIENTS
    finally:
        for client in idle:
            client.close()


def test_two_hundred_slow_headers_keep_nobody_out(house: House):
    slow = [house.open(b"GET / HTTP/1.1\r\nX: ") for _ in range(200)]
    try:
        answers = [house.ask("/page") for _ in range(20)]

        assert all(answer.endswith(b"/page") for answer in answers)
        assert house.connections.count <= module.MOST_CLIENTS
    finally:
        for client in slow:
            client.close()


def test_clients_that_take_nothing_give_way_when_all_places_are_taken(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_CLIENTS", 8)
    monkeypatch.setattr(module, "SECONDS_BEFORE_GIVING_WAY", 0.0)
    greedy = [house.open(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(12)]
    try:
        assert house.ask("/page").endswith(b"/page")
    finally:
        for client in greedy:
            client.close()


def test_event_streams_do_not_give_way(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_CLIENTS", 4)
    stream = house.open(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"text/event-stream" in stream.recv(1 << 16)
    idle = [house.open() for _ in range(10)]
    assert house.ask("/page").endswith(b"/page")
    house.hub.publish({"type": "update"})

    received = b""
    while b"update" not in received:
        received += (part := stream.recv(1 << 16))
        assert part
    for client in [stream, *idle]:
        client.close()


def test_closing_ends_streams_and_threads_at_once(house: House):
    streams = [house.open(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(3)]
    assert all(stream.recv(1) for stream in streams)
    house.close()

    for stream in streams:
        assert b"".join(iter(lambda client=stream: client.recv(1 << 16), b""))  # to the end
        stream.close()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("preview")] == []
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", house.port), timeout=1)
