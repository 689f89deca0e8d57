"""Telegram: `result.json`, of one chat or of a whole account; texts may be lists of words and links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from experiments.persona.archive import Archive, Member
from experiments.persona.documents import Document, Row, number_of, text_of
from experiments.persona.messages import DELETED, Message, Thread

KINDS = {"saved_messages": "notes", "bot_chat": "bot"}
MEDIA = ("photo", "file", "media_type", "sticker_emoji", "location_information", "contact_information", "poll")


def is_chat(document: Document) -> bool:
    """Tell an export of this program by its keys."""
    return isinstance(document.value("chats"), dict) or (
        isinstance(document.value("type"), str)
        and document.value("messages") is not None
        and document.value("id") is not None
    )


def read(archive: Archive, member: Member) -> Iterator[Thread]:
    """Yield the chats of a file, one at a time.

    Raises:
        SiteError: when the file is broken.
    """
    document = Document(archive, member.name, member.size)
    if document.value("type") is not None and document.value("messages") is not None:
        head = {"name": document.value("name"), "type": document.value("type"), "id": document.value("id")}
        yield _thread(member, head, document.items("messages"))
        return
    for part in ("chats", "left_chats"):
        for chat in document.items(part, "list"):
            if isinstance(chat, dict):
                rows = chat.get("messages")
                yield _thread(member, chat, iter(rows if isinstance(rows, list) else ()))


def account(document: Document) -> str:
    """Return the owner's name from an account's export, "" without one."""
    person = document.value("personal_information")
    names = [text_of(person, key) for key in ("first_name", "last_name")] if isinstance(person, dict) else []
    return " ".join(name for name in names if name)


def _thread(member: Member, head: Row, rows: Iterator[object]) -> Thread:
    messages = sorted((_message(row) for row in rows if isinstance(row, dict)), key=lambda message: message.time_ms)
    names = dict.fromkeys(message.sender for message in messages if message.sender and message.kind == "text")
    kind = text_of(head, "type")
    known = KINDS.get(kind, "channel" if kind.endswith("_channel") else "chat")
    return Thread(
        f"{member.name}#{number_of(head, 'id') or text_of(head, 'name')}", tuple(names), tuple(messages), known
    )


def _message(row: Row) -> Message:
    sender = " ".join(text_of(row, "from").split())
    if not sender and "from_id" in row:
        sender = DELETED
    text = " ".join(_text(row.get("text")).split())
    if text_of(row, "type") == "service":
        kind = "call" if text_of(row, "action") == "phone_call" else "system"
    elif "forwarded_from" in row:
        kind = "forwarded"
    elif "via_bot" in row:
        kind = "bot"
    elif not text:
        kind = "attachment" if any(key in row for key in MEDIA) else "empty"
    else:
        kind = "text" if sender else "nobody"
    return Message(sender, _time(row), text, kind)


def _text(value: object) -> str:
    """Join a text that is a list of words and marked pieces."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if not isinstance(value, list):
        return ""
    pieces = [item if isinstance(item, str) else item.get("text") for item in value if isinstance(item, str | dict)]
    return "".join(piece for piece in pieces if isinstance(piece, str)).encode("utf-8", "replace").decode()


def _time(row: Row) -> int:
    """Return the moment; old files lack `date_unixtime`, and their `date` is the phone's own time."""
    seconds = number_of(row, "date_unixtime")
    if seconds is not None:
        return seconds * 1000
    return moment(text_of(row, "date"))


def moment(text: str) -> int:
    """Return milliseconds of an ISO date, read as UTC where it names no zone; 0 for what is no date."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
