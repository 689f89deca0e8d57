"""Requests of the preview: read within limits, parsed strictly; what is not exact HTTP is refused, never guessed.

`http.server` reads lines of 64 KiB without a deadline and forgives much; a port that every web page in the
author's browser can reach must not.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_LINE = 8 << 10  # bytes of the request line
LONGEST_HEADERS = 16 << 10  # bytes of all headers
MOST_HEADERS = 100
LONGEST_BODY = 4 << 10  # of a POST
SECONDS_TO_ASK = 5.0  # from the first byte, or from the connection, to the end of the headers

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rb"(" + TOKEN + rb") ([\x21-\x7e]+) HTTP/(\d)\.(\d)")
HEADER = re.compile(rb"(" + TOKEN + rb"):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
LONE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?![\n])(?!\Z)")
# A second one of these means that two programs would read two different requests.
ONCE = frozenset({"host", "origin", "content-length", "content-type", "transfer-encoding", "range", "sec-fetch-site"})


@dataclass(frozen=True)
class Request:
    """A request whose form is right; nothing is said yet about who asks, or for what."""

    method: str
    target: str  # as sent: printable ASCII
    version: tuple[int, int]
    headers: Mapping[str, str]  # by lower-case name
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return a header's value, empty when it was not sent."""
        return self.headers.get(name, "")

    @property
    def keeps_open(self) -> bool:
        """Say whether the client will ask again on this connection."""
        wish = self.header("connection").lower()
        return "close" not in wish and (self.version >= (1, 1) or "keep-alive" in wish)


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """A request that gets an error as its answer."""

    def __init__(self, status: int, why: str, allow: str = "") -> None:
        super().__init__(status, why)
        self.status, self.why, self.allow = status, why, allow


def read_request(client: socket.socket, buffer: bytearray) -> Request | None:
    """Read the next request; what came after it stays in `buffer`. None when the client went or never asked.

    Raises:
        Refused: it is too long, too slow, or not HTTP.
    """
    deadline = time.monotonic() + SECONDS_TO_ASK
    while (end := buffer.find(b"\r\n\r\n")) < 0:
        _check_so_far(buffer)
        if not _receive(client, buffer, deadline):
            return None
    _check_so_far(buffer[: end + 2])
    request = parse(bytes(buffer[:end]))
    del buffer[: end + 4]
    length = body_length(request)
    while len(buffer) < length:
        if not _receive(client, buffer, deadline):
            return None
    body = bytes(buffer[:length])
    del buffer[:length]
    return Request(request.method, request.target, request.version, request.headers, body)


def parse(head: bytes) -> Request:
    """Parse everything before the empty line.

    Raises:
        Refused: a line is not of the form HTTP/1.1 gives it, or there are too many.
    """
    first, *lines = head.split(b"\r\n")
    line = REQUEST_LINE.fullmatch(first)
    if not line:
        raise Refused(400, "this is no request line of HTTP")
    version = int(line[3]), int(line[4])
    if version[0] != 1:
        raise Refused(505, "this server speaks HTTP/1.1")
    if len(lines) > MOST_HEADERS:
        raise Refused(431, f"more than {MOST_HEADERS} headers")
    headers: dict[str, str] = {}
    for text in lines:
        header = HEADER.fullmatch(text)
        if not header:
            raise Refused(400, "a header is not `name: value`")
        name, value = header[1].decode("ascii").lower(), header[2].decode("latin-1")
        if name in headers and name in ONCE:
            raise Refused(400, f"two headers `{name}`")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(line[1].decode("ascii"), line[2].decode("ascii"), version, headers)


def body_length(request: Request) -> int:
    """Return how many bytes of body follow the headers.

    Raises:
        Refused: the length is not one number, too large, or told in chunks.
    """
    if "transfer-encoding" in request.headers:
        raise Refused(501, "bodies in chunks are not read here")
    if "expect" in request.headers:
        raise Refused(417, "no request here needs `Expect`")
    length = request.headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise Refused(400, "`Content-Length` is not a number")
    if int(length) > LONGEST_BODY:
        raise Refused(413, f"a body here has at most {LONGEST_BODY:,} bytes")
    if int(length) and request.method in {"GET", "HEAD"}:
        raise Refused(400, f"a {request.method} has no body")
    return int(length)


def _check_so_far(buffer: bytes | bytearray) -> None:
    """Refuse early what can never become a request, so that nobody waits for its end.

    Raises:
        Refused: a line or the headers are too long, a line ends in half a line end, or the first byte is no letter.
    """
    if buffer and not chr(buffer[0]).isalpha():
        raise Refused(400, "this is no request of HTTP")
    if LONE_LINE_END.search(buffer):
        raise Refused(400, "a line must end in CR LF")
    line = buffer.find(b"\r\n")
    if line > LONGEST_LINE or (line < 0 and len(buffer) > LONGEST_LINE):
        raise Refused(414, f"the request line is longer than {LONGEST_LINE:,} bytes")
    if line >= 0 and len(buffer) - line > LONGEST_HEADERS:
        raise Refused(431, f"the headers are longer than {LONGEST_HEADERS:,} bytes")


def _receive(client: socket.socket, buffer: bytearray, deadline: float) -> bool:
    """Wait for more bytes; return False when the client went, or said nothing at all in time.

    Raises:
        Refused: it began to ask and did not finish in time.
    """
    left = deadline - time.monotonic()
    try:
        client.settimeout(max(left, 0.001))
        part = client.recv(1 << 14) if left > 0 else b""
    except TimeoutError:
        left, part = 0.0, b""
    except OSError:
        return False
    if left <= 0 and buffer:
        raise Refused(408, f"the request was not finished within {SECONDS_TO_ASK:.0f} seconds")
    buffer += part
    return bool(part)
