from __future__ import annotations

import json

from generator.preview import hub as hubs
from generator.preview.hub import LONGEST_QUEUE, MOST_LISTENERS, Hub, Listener, encode


def messages(listener: Listener | None, count: int) -> list[object]:
    """Read messages from a stream."""
    assert listener is not None
    found: list[object] = []
    for event in listener.pieces():
        found += [json.loads(line[6:]) for line in event.decode().splitlines() if line.startswith("data: ")]
        if len(found) >= count:
            break
    return found


def test_a_listener_is_greeted_and_gets_every_message_in_order():
    hub = Hub(lambda: [{"type": "hello"}])
    first, second = hub.listen(), hub.listen()
    hub.publish({"type": "update", "revision": 1})
    hub.publish({"type": "update", "revision": 2})

    told = [{"type": "hello"}, {"type": "update", "revision": 1}, {"type": "update", "revision": 2}]
    assert (told, told) == (messages(first, 3), messages(second, 3))


def test_a_message_is_one_line_whatever_it_holds():
    assert encode({"text": "a\nb\r\n\ud800é"}) == b'data: {"text": "a\\nb\\r\\n?\xc3\xa9"}\n\n'


def test_a_listener_that_does_not_keep_up_is_let_go():
    hub = Hub(list)
    slow, quick = hub.listen(), hub.listen()
    assert slow is not None
    assert quick is not None
    for number in range(LONGEST_QUEUE + 5):
        hub.publish({"number": number})
        messages(quick, 1)

    assert list(slow.pieces()) == []
    assert hub.listeners == 1


def test_there_are_only_so_many_listeners():
    hub = Hub(list)
    listeners = [hub.listen() for _ in range(MOST_LISTENERS)]

    assert hub.listen() is None
    first = listeners[0]
    assert first is not None
    first.leave()
    assert hub.listen() is not None


def test_a_silent_stream_shows_that_it_lives(monkeypatch):
    monkeypatch.setattr(hubs, "HEARTBEAT_SECONDS", 0.01)
    listener = Hub(list).listen()
    assert listener is not None
    pieces = listener.pieces()

    assert [next(pieces), next(pieces)] == [b"retry: 300\n\n", b'data: {"type": "beat"}\n\n']


def test_closing_ends_every_stream_at_once():
    hub = Hub(list)
    listener = hub.listen()
    assert listener is not None
    hub.publish({"type": "update"})
    hub.close()

    assert list(listener.pieces()) == []
    assert hub.listen() is None
