from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.preview.guard import Guard, Peer, decode, split_target
from generator.preview.request import Refused, Request

LOCAL, GUEST = Peer("127.0.0.1", "127.0.0.1"), Peer("192.168.1.9", "192.168.1.5")
CLOSED = Guard(4000, "token")
OPEN = Guard(4000, "token", "key", frozenset({"blog.lan"}))


def asks(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("GET", "/", (1, 1), {"host": "localhost:4000", **named})


def status(check: object, *args: object, **kwargs: object) -> int:
    """Return the status a check refuses with, 200 where it lets through."""
    try:
        check(*args, **kwargs)  # type: ignore[operator]
    except Refused as refused:
        return refused.status
    return 200


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost:4000", True),
        ("LOCALHOST:4000", True),
        ("blog.localhost:4000", True),
        ("127.0.0.1:4000", True),
        ("[::1]:4000", True),
        ("localhost", False),
        ("localhost:4001", False),
        ("localhost:04000", False),
        ("localhost.:4000", False),
        ("localhost.evil.test:4000", False),
        ("evil-localhost:4000", False),
        ("-.localhost:4000", False),
        ("127.1:4000", False),
        ("[::]:4000", False),
        ("[::ffff:127.0.0.1]:4000", False),
        ("192.168.1.5:4000", False),
        ("", False),
    ],
)
def test_a_name_of_this_machine_has_our_port(host: str, is_ours: bool):
    assert CLOSED.knows(host, LOCAL) is is_ours


def test_on_port_80_no_port_is_written():
    assert Guard(80, "token").knows("localhost", LOCAL)


def test_guests_may_use_the_wished_name_and_the_address_they_reached():
    assert [OPEN.knows(host, GUEST) for host in ("blog.lan:4000", "192.168.1.5:4000", "192.168.1.6:4000")] == [
        True,
        True,
        False,
    ]
    assert OPEN.knows("[fe80::1]:4000", Peer("fe80::2%eth0", "fe80::1%eth0"))


@pytest.mark.parametrize(
    ("headers", "right", "right_when_strict"),
    [
        ({}, 200, 403),
        ({"origin": "http://localhost:4000"}, 200, 200),
        ({"origin": "http://localhost:4000", "sec_fetch_site": "cross-site"}, 403, 403),
        ({"sec_fetch_site": "same-origin"}, 200, 200),
        ({"sec_fetch_site": "none"}, 200, 403),
        ({"sec_fetch_site": "same-site"}, 403, 403),
        ({"sec_fetch_site": "cross-site"}, 403, 403),
    ],
)
def test_an_endpoint_is_for_our_own_pages(headers: dict[str, str], right: int, right_when_strict: int):
    assert status(CLOSED.check_endpoint, asks(**headers), LOCAL, strictly=False) == right
    assert status(CLOSED.check_endpoint, asks(**headers), LOCAL, strictly=True) == right_when_strict


@pytest.mark.parametrize(
    ("origin", "right"),
    [
        ("http://localhost:4000", 200),
        ("null", 403),
        ("http://evil.test", 403),
        ("https://localhost:4000", 403),
        ("http://localhost:4000.evil.test", 403),
        ("http://127.0.0.1:4000", 403),
        ("", 403),
    ],
)
def test_another_origin_gets_nothing(origin: str, right: int):
    assert status(CLOSED.check_origin, asks(origin=origin)) == right


def test_guests_show_the_key_of_the_printed_link():
    cookie = "theme=dark; labpress-4000=key"

    assert status(OPEN.check_key, asks(), LOCAL) == 200
    assert status(OPEN.check_key, asks(), GUEST) == 403
    assert status(OPEN.check_key, asks(cookie="labpress-4000=kez; x=key"), GUEST) == 403
    assert status(OPEN.check_key, asks(cookie=cookie), GUEST) == 200
    assert status(OPEN.check_endpoint, asks(cookie=cookie), GUEST, strictly=True) == 200


def test_a_wrong_secret_is_an_address_that_is_not_there():
    assert [status(CLOSED.check_token, token) for token in ("token", "toke", "tokens", "", "tökén")] == [
        200,
        404,
        404,
        404,
        404,
    ]


@pytest.mark.parametrize(
    ("target", "split"),
    [
        ("/", ("/", "")),
        ("/a/%C3%A9%20b/?x=%2e%2e/", ("/a/é b/", "x=%2e%2e/")),
        ("/a...b/.well-known/x", ("/a...b/.well-known/x", "")),
        ("http://localhost:4000/a?b", ("/a", "b")),
        ("/100%25", ("/100%", "")),
    ],
)
def test_an_address_is_decoded_once(target: str, split: tuple[str, str]):
    assert split_target(target, CLOSED, LOCAL) == split


@pytest.mark.parametrize(
    ("target", "right"),
    [
        ("http://evil.test/", 421),
        ("http://localhost:4000@evil.test/", 421),
        ("https://localhost:4000/", 400),
        ("a", 400),
        ("/#x", 400),
        ("/../x", 400),
        ("/%2e%2e/x", 400),
        ("/%252e%252e/x", 400),
        ("/a%2fb", 400),
        ("/a%5cb", 400),
        ("/a\\b", 400),
        ("/%00", 400),
        ("/%0a", 400),
        ("/%c2%80", 400),
        ("/%zz", 400),
        ("/%", 400),
        ("/%ff", 400),
        ("/%c0%ae%c0%ae/", 400),
        ("/a/. /b", 400),
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_refused(target: str, right: int):
    assert status(split_target, target, CLOSED, LOCAL) == right


@given(st.text(max_size=40), st.text("%./\\25ceEfF0", max_size=40))
def test_whatever_comes_through_is_one_path_below_the_root(text: str, escapes: str):
    for target in (f"/{quote(text, safe='/%', errors='surrogatepass')}", f"/{escapes}"):
        try:
            path, _ = split_target(target, CLOSED, LOCAL)
        except Refused as refused:
            path = "/" if refused.status == 400 else "wrong"

        assert path.startswith("/")
        assert {".", ".."}.isdisjoint(path.split("/"))
        assert re.search(r"[\x00-\x1f\x7f-\x9f\\]|%2e|%2f|%5c", path, re.IGNORECASE) is None


def test_an_escape_that_is_no_disguise_stays_text():
    assert decode("/50%25off") == "/50%off"
