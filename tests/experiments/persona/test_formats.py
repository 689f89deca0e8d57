"""The same conversations in the formats of five programs come out as the same examples."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from experiments.persona.examples import Example, Funnel, Rules, of_thread
from experiments.persona.export import threads
from experiments.persona.made_up import OTHERS, OWNER, write_export
from experiments.persona.messages import Thread, Told

RULES = Rules(held_threads=0.0, held_time=0.0)


def moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms // 1000, UTC)


def whatsapp(chat: Thread) -> tuple[str, str]:
    lines = [f"{moment(m.time_ms):[%d/%m/%Y, %H:%M:%S]} {m.sender}: {m.text}" for m in chat.messages]
    return f"WhatsApp Chat with {chat.participants[0]}.txt", "\n".join(lines)


def telegram(chat: Thread) -> tuple[str, str]:
    rows = [
        {"id": i, "type": "message", "date_unixtime": str(m.time_ms // 1000), "from": m.sender, "text": m.text}
        for i, m in enumerate(chat.messages)
    ]
    return f"{chat.participants[0]}.json", json.dumps({"name": "x", "type": "personal_chat", "id": 1, "messages": rows})


def discord(chat: Thread) -> tuple[str, str]:
    rows = [
        {"type": "Default", "timestamp": moment(m.time_ms).isoformat(), "content": m.text, "author": {"name": m.sender}}
        for m in chat.messages
    ]
    whole = {"guild": {"id": "0"}, "channel": {"id": "1"}, "messages": rows[::-1]}
    return f"{chat.participants[0]}.json", json.dumps(whole)


def encrypted(chat: Thread) -> tuple[str, str]:
    rows = [{"senderName": m.sender, "text": m.text, "timestamp": m.time_ms} for m in chat.messages]
    whole = {"participants": list(chat.participants), "threadName": "x_1", "messages": rows}
    return f"{chat.participants[0]}_1.json", json.dumps(whole)


def examples(path: Path, told: Told, funnel: Funnel) -> list[list[Example]]:
    return [list(of_thread(thread, OWNER, RULES, funnel)) for thread in threads(path, told)]


@pytest.fixture(scope="module")
def chats(tmp_path_factory: pytest.TempPathFactory) -> list[Thread]:
    """Give what people said in the made-up export, to the second, two people at a time."""
    found = threads(write_export(tmp_path_factory.mktemp("made_up") / "export.zip", 20), Told())
    said = []
    for thread in found:
        if len(thread.participants) == 2 and thread.participants[0] in OTHERS:
            kept = [m for m in thread.messages if m.kind == "text"]
            kept = [type(m)(m.sender, m.time_ms // 1000 * 1000, m.text) for m in kept]
            said.append(Thread(thread.name, thread.participants, tuple(kept)))
    return said


@pytest.mark.parametrize(
    ("write", "program"),
    [
        (whatsapp, "WhatsApp"),
        (telegram, "Telegram"),
        (discord, "Discord"),
        (encrypted, "Messenger, encrypted chats"),
    ],
)
def test_the_same_words_give_the_same_examples(
    chats: list[Thread], tmp_path: Path, write: Callable[[Thread], tuple[str, str]], program: str
) -> None:
    for chat in chats:
        name, text = write(chat)
        (tmp_path / name).write_text(text, encoding="utf-8")
    told, funnel = Told(), Funnel()
    found = examples(tmp_path, told, funnel)
    expected = [[(one.history, one.reply) for one in of_thread(chat, OWNER, RULES, Funnel())] for chat in chats]

    assert told.format == program
    assert funnel.messages["used"] == sum(len(chat.messages) for chat in chats)
    came_out = [[(one.history, one.reply) for one in thread] for thread in found]
    assert sorted(came_out, key=str) == sorted(expected, key=str)
