from __future__ import annotations

from pathlib import Path

import pytest

from generator.preview.request import Refused, Request
from generator.preview.response import File, Response, content_type, narrowed, redirect, refusal, whole

DIGITS = whole("notes.txt", b"0123456789")
TAG = dict(DIGITS.headers)["ETag"]


def asked(**headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return narrowed(DIGITS, Request("GET", "/notes.txt", (1, 1), named))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a/B.CSS", "text/css; charset=utf-8"),
        ("live.js", "text/javascript; charset=utf-8"),
        ("feed.xml", "application/xml; charset=utf-8"),
        ("p.png", "image/png"),
        ("v.mp4", "video/mp4"),
        ("CNAME", "application/octet-stream"),
        (".nojekyll", "application/octet-stream"),
        ("a.html/x", "application/octet-stream"),
        ("data.parquet", "application/octet-stream"),
    ],
)
def test_the_type_comes_from_the_name(path: str, kind: str):
    assert content_type(path) == kind


def test_every_answer_carries_the_guarding_headers():
    head = [line for line in DIGITS.head(keeps_open=True).decode().split("\r\n") if not line.startswith("Date: ")]

    assert head == [
        "HTTP/1.1 200 OK",
        "Content-Type: text/plain; charset=utf-8",
        f"ETag: {TAG}",
        "Accept-Ranges: bytes",
        "Content-Length: 10",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Cross-Origin-Resource-Policy: same-origin",
        "Cross-Origin-Opener-Policy: same-origin",
        "Content-Security-Policy: frame-ancestors 'self'",
        "Referrer-Policy: same-origin",
        "Connection: keep-alive",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("asks", "part", "told"),
    [
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=3-5", b"345", "bytes 3-5/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", b"0123456789", "bytes 0-9/10"),
    ],
)
def test_one_range_is_cut_out(asks: str, part: bytes, told: str):
    answer = asked(range=asks)

    assert (206, part, told) == (answer.status, answer.body, dict(answer.headers)["Content-Range"])


@pytest.mark.parametrize("asks", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_met(asks: str):
    answer = asked(range=asks)

    assert (answer.status, dict(answer.headers)["Content-Range"]) == (416, "bytes */10")


@pytest.mark.parametrize("asks", ["bytes=0-1,3-4", "bytes=5-3", "bytes=-", "bytes=a-b", "items=0-1", "bytes = 0-1"])
def test_a_range_that_means_nothing_gets_the_whole(asks: str):
    assert asked(range=asks) == DIGITS


def test_a_range_is_one_of_a_get():
    assert narrowed(DIGITS, Request("HEAD", "/notes.txt", (1, 1), {"range": "bytes=0-1"})) == DIGITS


def test_a_range_of_another_version_gets_the_whole():
    assert asked(range="bytes=0-1", if_range='"other"') == DIGITS
    assert asked(range="bytes=0-1", if_range=TAG).body == b"01"


@pytest.mark.parametrize("known", [TAG, f'"x", W/{TAG}', "*"])
def test_what_the_client_has_is_not_sent_again(known: str):
    answer = asked(if_none_match=known)

    assert (answer.status, answer.body) == (304, b"")
    assert b"Content-Length" not in answer.head(keeps_open=True)


def test_a_file_is_sent_from_where_it_lies_in_pieces(tmp_path: Path):
    (tmp_path / "large").write_bytes(b"x" * 200_000 + b"end")
    file = File(tmp_path / "large", 0, 200_003)
    response = Response(200, (("ETag", '"t"'),), file)

    part = narrowed(response, Request("GET", "/", (1, 1), {"range": "bytes=-4"})).body

    assert isinstance(part, File)
    assert (len(part), b"".join(part.pieces())) == (4, b"xend")
    assert [len(piece) for piece in file.pieces()] == [65536, 65536, 65536, 3395]


def test_a_file_that_shrank_is_not_filled_up(tmp_path: Path):
    (tmp_path / "small").write_bytes(b"abc")

    with pytest.raises(OSError, match="shrank while it was sent"):
        list(File(tmp_path / "small", 0, 5).pieces())


def test_a_refusal_says_why_and_escapes_it():
    answer = refusal(Refused(405, "not <this>", "GET, HEAD"))

    assert answer.body == (
        b"<!doctype html>\n<title>405 Method Not Allowed</title>\n<h1>405 Method Not Allowed</h1>\n"
        b"<p>not &lt;this&gt;</p>\n"
    )
    assert dict(answer.headers)["Allow"] == "GET, HEAD"


def test_a_redirect_is_a_path():
    assert dict(redirect("/a%20b/").headers)["Location"] == "/a%20b/"
