from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.preview import request as requests
from generator.preview.request import LONGEST_BODY, Refused, Request, body_length, parse, read_request


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def refused(head: bytes) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        body_length(parse(head))
    return caught.value.status, caught.value.why


def test_a_request_has_a_method_a_target_and_headers():
    request = parse(
        b"GET /a%20b?c=d HTTP/1.1\r\nHost: localhost:4000\r\nAccept: a\r\nX-Empty:\r\naccept:  b \r\nX: \xe9"
    )

    assert request == Request(
        "GET", "/a%20b?c=d", (1, 1), {"host": "localhost:4000", "accept": "a, b", "x-empty": "", "x": "é"}
    )


@pytest.mark.parametrize(
    ("head", "status", "why"),
    [
        (b"GET /", 400, "this is no request line of HTTP"),
        (b"GET / HTTP/1.1 ", 400, "this is no request line of HTTP"),
        (b"GET /\xc3\xa9 HTTP/1.1", 400, "this is no request line of HTTP"),
        (b"GET / HTTP/2.0", 505, "this server speaks HTTP/1.1"),
        (b"GET / HTTP/1.1" + b"\r\nA: b" * 101, 431, "more than 100 headers"),
        (b"GET / HTTP/1.1\r\nname : x", 400, "a header is not `name: value`"),
        (b"GET / HTTP/1.1\r\nA: b\r\n folded", 400, "a header is not `name: value`"),
        (b"GET / HTTP/1.1\r\nA: b\x00", 400, "a header is not `name: value`"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nhost: a", 400, "two headers `host`"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked", 501, "bodies in chunks are not read here"),
        (b"GET / HTTP/1.1\r\nExpect: 100-continue", 417, "no request here needs `Expect`"),
        (b"POST / HTTP/1.1\r\nContent-Length: +5", 400, "`Content-Length` is not a number"),
        (b"POST / HTTP/1.1\r\nContent-Length: 4097", 413, "a body here has at most 4,096 bytes"),
        (b"GET / HTTP/1.1\r\nContent-Length: 1", 400, "a GET has no body"),
    ],
)
def test_what_is_not_exact_is_refused(head: bytes, status: int, why: str):
    assert (status, why) == refused(head)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_refused(head: bytes):
    try:
        status = 200 if parse(head) else 0
    except Refused as refusal:
        status = refusal.status

    assert status in {200, 400, 431, 505}


@pytest.mark.parametrize(
    ("head", "keeps"),
    [
        (b"GET / HTTP/1.1", True),
        (b"GET / HTTP/1.1\r\nConnection: Close", False),
        (b"GET / HTTP/1.0", False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive", True),
    ],
)
def test_a_connection_is_kept_as_the_client_wishes(head: bytes, keeps: bool):
    assert parse(head).keeps_open is keeps


def test_requests_are_read_one_after_the_other(pair: tuple[socket.socket, socket.socket]):
    ours, theirs = pair
    theirs.sendall(b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n")
    theirs.close()
    buffer = bytearray()

    read = [read_request(ours, buffer) for _ in range(3)]

    assert [(one.method, one.target, one.body) for one in read if one] == [("POST", "/a", b"abc"), ("GET", "/b", b"")]
    assert read[2] is None


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        (b"\x16\x03\x01 a greeting of TLS", 400, "this is no request of HTTP"),
        (b"GET / HTTP/1.1\nHost: a\n\n", 400, "a line must end in CR LF"),
        (b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400, "a line must end in CR LF"),
        (b"A" * 8_193, 414, "the request line is longer than 8,192 bytes"),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 16_400, 431, "the headers are longer than 16,384 bytes"),
    ],
)
def test_what_can_never_become_a_request_is_refused_before_its_end(
    pair: tuple[socket.socket, socket.socket], sent: bytes, status: int, why: str
):
    ours, theirs = pair
    theirs.sendall(sent)

    with pytest.raises(Refused) as caught:
        read_request(ours, bytearray())

    assert (status, why) == (caught.value.status, caught.value.why)


def test_a_request_must_be_finished_in_time(pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(requests, "SECONDS_TO_ASK", 0.05)
    ours, theirs = pair
    theirs.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")

    with pytest.raises(Refused) as caught:
        read_request(ours, bytearray())

    assert caught.value.status == 408


def test_who_never_asks_gets_no_answer(pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(requests, "SECONDS_TO_ASK", 0.05)

    assert read_request(pair[0], bytearray()) is None


def test_a_body_may_be_as_long_as_the_limit():
    assert body_length(parse(b"POST / HTTP/1.1\r\nContent-Length: %d" % LONGEST_BODY)) == LONGEST_BODY
