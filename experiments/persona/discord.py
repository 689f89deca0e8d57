"""Discord: a channel as DiscordChatExporter writes it in JSON."""

from __future__ import annotations

from experiments.persona.archive import Archive, Member
from experiments.persona.documents import Document, Row, rows_of, text_of
from experiments.persona.messages import DELETED, Message, Thread
from experiments.persona.telegram import moment

SAID = {"Default", "Reply", "0", "19"}  # kinds of message that a person writes


def is_channel(document: Document) -> bool:
    """Tell a file of this program by its keys."""
    return isinstance(document.value("channel"), dict) and isinstance(document.value("guild"), dict)


def read(archive: Archive, member: Member) -> Thread:
    """Read one channel; a newer option of the exporter writes it newest first.

    Raises:
        SiteError: when the file is broken.
    """
    document = Document(archive, member.name, member.size)
    rows = (row for row in document.items("messages") if isinstance(row, dict))
    messages = sorted((_message(row) for row in rows), key=lambda message: message.time_ms)
    names = dict.fromkeys(message.sender for message in messages if message.kind == "text")
    return Thread(member.name, tuple(names), tuple(messages))


def _message(row: Row) -> Message:
    author = row.get("author")
    author = author if isinstance(author, dict) else {}
    name = text_of(author, "name")
    sender = DELETED if name.startswith("Deleted User") else name  # not the nickname: it differs between servers
    text = " ".join(text_of(row, "content").split())
    kind = text_of(row, "type")
    if author.get("isBot") is True:
        known = "bot"
    elif kind == "Call":
        known = "call"
    elif kind not in SAID:
        known = "system"
    elif isinstance(row.get("forwardedMessage"), dict):
        known = "forwarded"
    elif not text:
        known = "attachment" if rows_of(row, "attachments") or rows_of(row, "stickers") else "empty"
    else:
        known = "text" if sender else "nobody"
    return Message(sender, moment(text_of(row, "timestamp")), text, known)
