"""Exports of every program: what is read of them, what is dropped and why."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from experiments.persona import whatsapp
from experiments.persona.export import threads
from experiments.persona.made_up import OWNER, export_files, write_export
from experiments.persona.messages import DELETED, Message, Thread, Told
from experiments.persona.mojibake import repaired
from experiments.persona.owner import Presence, find_owner
from experiments.persona.spoken import kind_of
from generator.errors import SiteError, flatten


def write(root: Path, files: dict[str, object]) -> Path:
    """Write an export as a folder; whatever is no text or bytes becomes JSON."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return root


def read(path: Path, told: Told | None = None) -> list[Thread]:
    return list(threads(path, told or Told()))


def said(thread: Thread) -> list[tuple[str, str, str]]:
    return [(message.sender, message.text, message.kind) for message in thread.messages]


def page(*rows: dict[str, object], people: tuple[str, ...] = ("Ann", "Bo")) -> dict[str, object]:
    return {"participants": [{"name": name} for name in people], "messages": list(rows), "title": "x"}


def row(sender: str, time: int, content: str | None = None, **more: object) -> dict[str, object]:
    text = {} if content is None else {"content": content}
    return {"sender_name": sender, "timestamp_ms": time, **text, **more}


# Messenger ------------------------------------------------------------------
@pytest.mark.parametrize(
    "root",
    [
        "messages/inbox",
        "your_activity_across_facebook/messages/inbox",
        "your_facebook_activity/messages/e2ee_cutover",
        "inbox",
    ],
)
def test_messenger_is_known_in_every_layout(tmp_path: Path, root: str) -> None:
    told = Told()
    found = read(
        write(tmp_path, {f"{root}/bo_1/message_1.json": page(row("Bo", 2, "hi"), row("Ann", 1, "hello"))}), told
    )

    assert told.format == "Messenger or Instagram"
    assert [said(one) for one in found] == [[("Ann", "hello", "text"), ("Bo", "hi", "text")]]


def test_pages_are_joined_by_their_numbers_and_a_page_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    pages = {f"inbox/bo_1/message_{n}.json": page(row("Ann", 100 - n, f"page {n}")) for n in range(1, 12)}
    pages["inbox/bo_1/message_2 (1).json"] = pages["inbox/bo_1/message_2.json"]
    (thread,) = read(write(tmp_path, pages))

    assert [message.text for message in thread.messages] == [f"page {n}" for n in range(11, 0, -1)]


def test_the_same_words_at_the_same_moment_are_kept_twice_when_one_page_says_so(tmp_path: Path) -> None:
    (thread,) = read(write(tmp_path, {"inbox/a/message_1.json": page(row("Ann", 1, "ha"), row("Ann", 1, "ha"))}))

    assert [message.text for message in thread.messages] == ["ha", "ha"]


def test_what_one_page_says_twice_is_not_said_more_often_by_the_next(tmp_path: Path) -> None:
    ha, ho = row("Ann", 1, "ha"), row("Ann", 1, "ho")
    pages = {f"inbox/a/message_{n}.json": page(*rows) for n, rows in enumerate([(ha, ho, ha), (ha,), (ha, ha, ha)])}
    (thread,) = read(write(tmp_path, pages))

    assert [message.text for message in thread.messages] == ["ha", "ha", "ho", "ha"]


def test_messages_of_one_moment_stay_in_the_order_they_were_said(tmp_path: Path) -> None:
    (thread,) = read(write(tmp_path, {"inbox/a/message_1.json": page(row("Ann", 1, "last"), row("Ann", 1, "first"))}))

    assert [message.text for message in thread.messages] == ["first", "last"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"content": "caf\u00c3\u00a9 \u00e2\u009d\u00a4"}, ("café ❤", "text")),
        ({"content": "already café"}, ("already café", "text")),
        ({"content": "two\nlines"}, ("two lines", "text")),
        ({"content": "gone", "is_unsent": True}, ("gone", "unsent")),
        ({"photos": [{"uri": "a.jpg"}]}, ("", "attachment")),
        ({"sticker": {"uri": "a.png"}}, ("", "attachment")),
        ({}, ("", "empty")),
        ({"content": "Ann called you.", "call_duration": 3}, ("Ann called you.", "call")),
        ({"content": "Ann missed your call.", "type": "Call"}, ("Ann missed your call.", "call")),
        ({"content": "The video chat ended."}, ("The video chat ended.", "call")),
        ({"content": "Ann added Bo to the group.", "type": "Subscribe"}, ("Ann added Bo to the group.", "system")),
        ({"content": "Ann left the group."}, ("Ann left the group.", "system")),
        ({"content": "Ann named the group Tea ☕."}, ("Ann named the group Tea ☕.", "system")),
        ({"content": "Ann set the nickname for Bo to B."}, ("Ann set the nickname for Bo to B.", "system")),
        ({"content": "You are now connected on Messenger"}, ("You are now connected on Messenger", "system")),
        ({"content": "Ann sent an attachment."}, ("Ann sent an attachment.", "attachment")),
        ({"content": "Reacted \u00e2\u009d\u00a4 to your message "}, ("Reacted ❤ to your message", "reaction")),
        ({"content": "Ann played 8 Ball Pool", "share": {}}, ("Ann played 8 Ball Pool", "game")),
        ({"content": "x", "share": {"share_text": "Last update: 3"}}, ("x", "game")),
        ({"content": "look", "share": {"link": "https://a.example"}}, ("look https://a.example", "text")),
        ({"content": "Ann sent a link.", "share": {"link": "https://a.example"}}, ("https://a.example", "text")),
        ({"content": "Ann sent a location.", "share": {"share_text": "The park"}}, ("The park", "text")),
        ({"share": {"link": "https://a.example"}}, ("https://a.example", "text")),
        ({"content": "i left the group project to you"}, ("i left the group project to you", "text")),
        ({"content": "she called you names"}, ("she called you names", "text")),
        ({"content": 5}, ("", "empty")),
    ],
)
def test_a_messenger_row_is_what_its_fields_or_its_words_say(tmp_path: Path, fields: dict, expected: tuple) -> None:
    (thread,) = read(
        write(tmp_path, {"inbox/a/message_1.json": page({"sender_name": "Ann", "timestamp_ms": 1, **fields})})
    )

    assert [(message.text, message.kind) for message in thread.messages] == [expected]


def test_names_are_repaired_and_deleted_accounts_are_one(tmp_path: Path) -> None:
    rows = row("Zo\u00c3\u00ab", 1, "a"), row("Facebook user", 2, "b"), row("", 3, "c")
    (thread,) = read(write(tmp_path, {"inbox/a/message_1.json": page(*rows, people=("Zo\u00c3\u00ab",))}))

    assert thread.participants == ("Zoë",)
    assert [(message.sender, message.kind) for message in thread.messages] == [
        ("Zoë", "text"),
        (DELETED, "text"),
        ("", "nobody"),
    ]


def test_encrypted_chats_are_read_flat_or_beside_the_others(tmp_path: Path) -> None:
    flat = {
        "participants": ["Ann", "Bo"],
        "threadName": "Bo_1",
        "messages": [
            {"senderName": "Bo", "text": "later", "timestamp": 2, "type": "text", "isUnsent": False},
            {"senderName": "Ann", "text": "caf\u00c3\u00a9", "timestamp": 1, "type": "text"},
            {"senderName": "Ann", "text": "", "timestamp": 3, "type": "media", "media": [{"uri": "x"}]},
            {"senderName": "Ann", "text": "x", "timestamp": 4, "type": "placeholder"},
            {"senderName": "Ann", "text": "y", "timestamp": 5, "isUnsent": True},
        ],
    }
    expected = [
        ("Ann", "café", "text"),
        ("Bo", "later", "text"),
        ("Ann", "", "attachment"),
        ("Ann", "x", "system"),
        ("Ann", "y", "unsent"),
    ]
    alone = read(write(tmp_path / "alone", {"Bo_1.json": flat}))
    files = {"messages/inbox/c_1/message_1.json": page(row("Ann", 1, "a")), "messages/Bo_1.json": flat}
    beside = read(write(tmp_path / "beside", files))

    assert [said(one) for one in alone] == [expected]
    assert said(beside[1]) == expected


# WhatsApp -------------------------------------------------------------------
WHATSAPP = [
    ("1/13/21, 12:05 - Ann: Hi\n1/14/21, 00:10 - Bo: Ho", (1610539500000, 1610583000000)),
    ("[23/06/18, 01:55:00] Ann: Hi\n[24/06/18, 13:00:01] Bo: Ho", (1529718900000, 1529845201000)),
    ("[23/06/18, 1:55:00\u202fPM] \u200eAnn: Hi\n[24/06/18, 12:00:01\u202fAM] Bo: Ho", (1529762100000, 1529798401000)),
    ("23/06/2018, 01:55 p.m. - Ann: Hi\n23/06/2018, 02:00 p.m. - Bo: Ho", (1529762100000, 1529762400000)),
    ("13.06.18 21.25.15: Ann: Hi\n14.06.18 00.00.00: Bo: Ho", (1528925115000, 1528934400000)),
    ("13.6.2018 klo 21.25 - Ann: Hi\n14.6.2018 klo 0.00 - Bo: Ho", (1528925100000, 1528934400000)),
    ("13. 6. 2018. 21:25:15 Ann: Hi\n14. 6. 2018. 00:00:00 Bo: Ho", (1528925115000, 1528934400000)),
    ("2018/06/13, 21:25 - Ann: Hi\n2018/06/14, 00:00 - Bo: Ho", (1528925100000, 1528934400000)),
    ("2018-06-13 21:25 - Ann: Hi\n2018-06-14 00:00 - Bo: Ho", (1528925100000, 1528934400000)),
    ("2018년 6월 13일 오후 9:25, Ann : Hi\n2018년 6월 14일 오전 12:00, Bo : Ho", (1528925100000, 1528934400000)),
]


@pytest.mark.parametrize(("text", "times"), WHATSAPP)
def test_whatsapp_dates_are_read_as_the_phone_wrote_them(tmp_path: Path, text: str, times: tuple) -> None:
    told = Told()
    (thread,) = read(write(tmp_path, {"_chat.txt": text}), told)

    assert told.format == "WhatsApp"
    assert thread.messages == (Message("Ann", times[0], "Hi"), Message("Bo", times[1], "Ho"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("size", [2, 3, 5, 8192])
def test_a_chat_is_read_in_pieces_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, encoding: str
) -> None:
    monkeypatch.setattr(whatsapp, "AT_ONCE", size)
    text = "13/1/21, 10:00 - Ann: 한국 😀\r\nstill\n\n13/1/21, 10:01 - Bo: né\u2028e\r\n13/1/21, 10:02 - Bo: end"
    (thread,) = read(write(tmp_path, {"chat.txt": text.encode(encoding)}))

    assert [message.text for message in thread.messages] == ["한국 😀 still", "né e", "end"]


@pytest.mark.parametrize("size", [2, 5, 8192])
@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf"])
def test_the_byte_that_is_not_utf_8_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, head: bytes
) -> None:
    monkeypatch.setattr(whatsapp, "AT_ONCE", size)
    content = head + "13/1/21, 10:00 - Ann: 😀\n".encode() * 3 + b"x\xe9y\n" + b"\n" * 9
    with pytest.raises(ExceptionGroup) as error:
        read(write(tmp_path, {"chat.txt": content}))
    (only,) = flatten(error.value)

    assert str(only).endswith(f"/chat.txt: error: byte {content.index(0xE9)} is not UTF-8\nhint: export the chat again")


def test_the_order_of_day_and_month_is_told_by_the_whole_file(tmp_path: Path) -> None:
    american = "".join(f"{month}/1/21, 10:00 - Ann: x\n{month}/2/21, 10:00 - Bo: y\n" for month in range(1, 5))
    (thread,) = read(write(tmp_path, {"chat.txt": american}))
    days = [(b.time_ms - a.time_ms) // 86_400_000 for a, b in zip(thread.messages, thread.messages[1:], strict=False)]

    assert days == [1, 30, 1, 27, 1, 30, 1]


def test_whatsapp_lines_are_told_apart(tmp_path: Path) -> None:
    text = (
        "13/06/18, 21:20 - Messages to this group are now secured with end-to-end encryption.\n"
        '13/06/18, 21:21 - Ann created group "Tea: the club"\n'
        "13/06/18, 21:22 - Ann: one\nmore line\n5/5 would read again\n"
        "13/06/18, 21:23 - Ann: <Media omitted>\n"
        "13/06/18, 21:24 - Bo: IMG-2018.jpg (file attached)\n"
        "13/06/18, 21:25 - Bo: This message was deleted\n"
        "13/06/18, 21:26 - +49 151 000000: fixed <This message was edited>\n"
        "13/06/18, 21:27 - Bo:\n"
    )
    (thread,) = read(write(tmp_path, {"chat.txt": text}))

    assert [(m.sender, m.text, m.kind) for m in thread.messages][2:] == [
        ("Ann", "one more line 5/5 would read again", "text"),
        ("Ann", "<Media omitted>", "attachment"),
        ("Bo", "IMG-2018.jpg (file attached)", "attachment"),
        ("Bo", "This message was deleted", "unsent"),
        ("+49 151 000000", "fixed", "text"),
        ("Bo", "", "empty"),
    ]
    assert [m.kind for m in thread.messages][:2] == ["system", "system"]


def test_a_whatsapp_zip_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "chat.zip", "w") as archive:
        archive.writestr("_chat.txt", "\ufeff" + WHATSAPP[1][0])
        archive.writestr("photo.jpg", b"\xff\xd8")

    assert len(read(tmp_path / "chat.zip")[0].messages) == 2


# Telegram -------------------------------------------------------------------
CHAT = {
    "name": "Bo",
    "type": "personal_chat",
    "id": 7,
    "messages": [
        {
            "id": 1,
            "type": "service",
            "date": "2021-01-01T10:00:00",
            "actor": "Bo",
            "action": "joined_telegram",
            "text": "",
        },
        {
            "id": 2,
            "type": "message",
            "date": "2021-01-01T10:00:01",
            "date_unixtime": "1609495201",
            "from": "Ann",
            "from_id": "user1",
            "text": ["see ", {"type": "link", "text": "a.example"}, "!"],
        },
        {"id": 3, "type": "message", "date": "2021-01-01T10:00:02", "from": None, "from_id": "user9", "text": "old"},
        {
            "id": 4,
            "type": "message",
            "date": "2021-01-01T10:00:03",
            "from": "Bo",
            "from_id": "user2",
            "photo": "(File not included)",
            "text": "",
        },
        {
            "id": 5,
            "type": "message",
            "date": "2021-01-01T10:00:04",
            "from": "Bo",
            "from_id": "user2",
            "forwarded_from": "News",
            "text": "news",
        },
        {"id": 6, "type": "service", "date": "2021-01-01T10:00:05", "action": "phone_call", "text": ""},
    ],
}
TOLD = [
    ("", "", "system"),
    ("Ann", "see a.example!", "text"),
    (DELETED, "old", "text"),
    ("Bo", "", "attachment"),
    ("Bo", "news", "forwarded"),
    ("", "", "call"),
]


def test_telegram_is_read_as_one_chat_and_as_an_account(tmp_path: Path) -> None:
    saved = {**CHAT, "type": "saved_messages", "id": 8}
    account = {
        "personal_information": {"first_name": "Ann", "last_name": ""},
        "chats": {"list": [CHAT, saved]},
        "left_chats": {"list": [{**CHAT, "type": "public_channel"}]},
    }
    told = Told()
    one = read(write(tmp_path / "one", {"result.json": CHAT}))
    many = read(write(tmp_path / "many", {"result.json": account}), told)

    assert said(one[0]) == TOLD
    assert one[0].messages[1].time_ms == 1609495201000
    assert [thread.kind for thread in many] == ["chat", "notes", "channel"]
    assert told == Told("Telegram", 3, [], "Ann")


# Discord --------------------------------------------------------------------
def test_discord_keeps_what_people_write(tmp_path: Path) -> None:
    def entry(number: int, kind: str, content: str, **author: object) -> dict[str, object]:
        who = {"id": "1", "name": "ann", "nickname": "Annie", "isBot": False, **author}
        return {
            "id": str(number),
            "type": kind,
            "timestamp": f"2021-01-01T10:00:0{number}.1+02:00",
            "content": content,
            "author": who,
            "attachments": [],
        }

    channel = {
        "guild": {"id": "0", "name": "Direct Messages"},
        "channel": {"id": "5", "type": "DirectTextChat", "name": "bo"},
        "messages": [
            entry(1, "Default", "hi"),
            entry(2, "Reply", "ho", name="bo"),
            entry(3, "Call", "Started a call"),
            entry(4, "ChannelPinnedMessage", "Pinned"),
            entry(5, "Default", "beep", isBot=True),
            entry(6, "Default", "", name="Deleted User"),
        ],
    }
    told = Told()
    (thread,) = read(write(tmp_path, {"bo.json": channel}), told)

    assert told.format == "Discord"
    assert said(thread) == [
        ("ann", "hi", "text"),
        ("bo", "ho", "text"),
        ("ann", "Started a call", "call"),
        ("ann", "Pinned", "system"),
        ("ann", "beep", "bot"),
        (DELETED, "", "empty"),
    ]
    assert thread.messages[0].time_ms == 1609488001100


# parts ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("caf\u00c3\u00a9", "café"),
        ("\u00ed\u0095\u009c", "한"),
        ("\u00f0\u009f\u0098\u0080", "😀"),
        ("café", "café"),
        ("한국어", "한국어"),
        ("Ã", "Ã"),
        ("é ☕", "é ☕"),
        ("", ""),
    ],
)
def test_only_mojibake_is_repaired(text: str, expected: str) -> None:
    assert repaired(text) == expected


@pytest.mark.parametrize(
    "text",
    ["i missed your call, sorry", "who left the group", "you changed", "we started a company", "waved at you? no"],
)
def test_a_sentence_about_such_things_is_a_sentence(text: str) -> None:
    assert kind_of(text) == "text"


def presence(*threads_: tuple[str, ...]) -> Presence:
    found = Presence()
    for place, people in enumerate(threads_):
        found.add(Thread(str(place), people, tuple(Message(name, 1, "x") for name in people)))
    return found


def test_the_owner_is_who_is_in_every_thread() -> None:
    assert find_owner(presence(("Me", "Ann"), ("Me", "Bo"), ("Ann", "Me", "Bo")), Told(), "") == "Me"


def test_the_owner_is_asked_for_when_two_could_be() -> None:
    with pytest.raises(SiteError) as error:
        find_owner(presence(("Me", "Ann")), Told(), "")

    assert str(error.value) == "error: this export does not say whose it is\nhint: say `owner=` with one of `Ann`, `Me`"


def test_an_owner_nobody_knows_is_told_with_the_nearest_name() -> None:
    with pytest.raises(SiteError) as error:
        find_owner(presence(("Quill", "Ann"), ("Quill", "Bo")), Told(), "Quil")

    assert str(error.value) == "error: nobody in this export is called `Quil`\nhint: did you mean `Quill`?"


def test_the_made_up_export_is_the_same_bytes_and_reads_as_it_says(tmp_path: Path) -> None:
    one, two = (write_export(tmp_path / f"{n}.zip", 12).read_bytes() for n in "ab")
    told, found = Told(), Presence()
    kinds: dict[str, int] = {}
    for thread in threads(tmp_path / "a.zip", told):
        found.add(thread)
        for message in thread.messages:
            kinds[message.kind] = kinds.get(message.kind, 0) + 1
    rows = sum(
        len(json.loads(content)["messages"])
        for name, content in export_files(12).items()
        if "message_" in name and "(1)" not in name
    )

    assert one == two
    assert find_owner(found, told, "") == OWNER
    assert sum(kinds.values()) == rows
    assert {"text", "system", "game", "unsent", "attachment", "call", "reaction"} <= set(kinds)
    assert "Zéa Chimère" in found.present
