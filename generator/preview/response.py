"""Responses: bodies with their types, one range of them, entity tags, and the headers every answer carries."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path

from generator.preview.hub import Listener
from generator.preview.request import Refused, Request

CHUNK = 1 << 16
TYPES = {  # never the machine's own table: the same file has the same type everywhere
    "html": "text/html; charset=utf-8",
    "htm": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "map": "application/json; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "bib": "text/plain; charset=utf-8",
    "yaml": "text/plain; charset=utf-8",
    "yml": "text/plain; charset=utf-8",
    "toml": "text/plain; charset=utf-8",
    "py": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "ico": "image/x-icon",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "wasm": "application/wasm",
    "webmanifest": "application/manifest+json",
}
UNKNOWN_TYPE = "application/octet-stream"
ALWAYS = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Content-Security-Policy", "frame-ancestors 'self'"),
    ("Referrer-Policy", "same-origin"),
)
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class File:
    """A body that stays on the disk until it is sent."""

    path: Path
    start: int
    end: int  # the byte after the last one

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of the range, no more should the file have grown.

        Raises:
            OSError: the file went, or shrank: the length that was promised cannot be sent.
        """
        left = self.end - self.start
        with self.path.open("rb") as opened:
            opened.seek(self.start)
            while left > 0:
                if not (piece := opened.read(min(CHUNK, left))):
                    raise OSError(f"{self.path} shrank while it was sent")
                left -= len(piece)
                yield piece

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Response:
    """An answer that is ready to be sent."""

    status: int
    headers: Headers
    body: bytes | File | Listener = b""

    def head(self, *, keeps_open: bool) -> bytes:
        """Write the status line and all headers."""
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        length = (
            () if isinstance(self.body, Listener) or self.status == 304 else (("Content-Length", str(len(self.body))),)
        )
        going = (("Connection", "keep-alive" if keeps_open else "close"), ("Date", formatdate(usegmt=True)))
        lines += [f"{name}: {value}" for name, value in (*self.headers, *length, *ALWAYS, *going)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


def content_type(path: str) -> str:
    """Tell a file's type from its name."""
    name, dot, ending = path.rpartition("/")[2].rpartition(".")
    return TYPES.get(ending.lower(), UNKNOWN_TYPE) if name and dot else UNKNOWN_TYPE


def whole(path: str, body: bytes) -> Response:
    """Answer with the bytes of a file."""
    tag = hashlib.sha256(body).hexdigest()[:20]
    return Response(200, (("Content-Type", content_type(path)), ("ETag", f'"{tag}"'), ("Accept-Ranges", "bytes")), body)


def data(plain: object, status: int = 200) -> Response:
    """Answer with JSON."""
    body = json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace")
    return Response(status, (("Content-Type", TYPES["json"]),), body)


def redirect(location: str) -> Response:
    """Send the browser to another path of this server."""
    return Response(302, (("Location", location), ("Content-Type", TYPES["txt"])))


def refusal(refused: Refused) -> Response:
    """Say in a short page why a request is refused."""
    title = f"{refused.status} {HTTPStatus(refused.status).phrase}"
    body = f"<!doctype html>\n<title>{title}</title>\n<h1>{title}</h1>\n<p>{html.escape(refused.why)}</p>\n"
    allow = (("Allow", refused.allow),) if refused.allow else ()
    return Response(refused.status, (("Content-Type", TYPES["html"]), *allow), body.encode())


def narrowed(response: Response, request: Request) -> Response:
    """Answer with what the client asked for of a whole file: nothing if it has it, or one range of it.

    Several ranges, and units other than bytes, are answered with the whole, as RFC 9110 allows; a range of anything but
    a GET means nothing, as it demands.
    """
    if response.status != 200 or isinstance(response.body, Listener):
        return response
    tag = dict(response.headers).get("ETag", "")
    if tag and request.header("if-none-match") and _is_among(tag, request.header("if-none-match")):
        return Response(304, (("ETag", tag),))
    asked = RANGE.fullmatch(request.header("range")) if request.method == "GET" else None
    if not tag or not asked or request.header("if-range") not in {"", tag} or not (asked[1] or asked[2]):
        return response
    size = len(response.body)
    if asked[1]:
        start, end = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else size, size)
        if asked[2] and int(asked[2]) < int(asked[1]):
            return response
    else:
        start, end = max(size - int(asked[2]), 0), size
    if start >= end:
        return Response(416, (("Content-Range", f"bytes */{size}"), ("Content-Type", TYPES["txt"])))
    part = (
        response.body[start:end] if isinstance(response.body, bytes) else replace(response.body, start=start, end=end)
    )
    return Response(206, (*response.headers, ("Content-Range", f"bytes {start}-{end - 1}/{size}")), part)


def _is_among(tag: str, listed: str) -> bool:
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in listed.split(","))
