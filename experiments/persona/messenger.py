"""Messenger and Instagram: `message_1.json` and so on, in folders of threads; and the flat files of encrypted chats.

A thread's pages are joined by its folder, in the order of their numbers (10 after 9), and sorted by time: an
export is newest first, and its encrypted part promises no order. Folder names have changed over the years, so a
page is known by its own name and by the keys it holds, not by the way there.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from experiments.persona.archive import Archive, Member
from experiments.persona.documents import Document, Row, number_of, rows_of, text_of
from experiments.persona.messages import DELETED, Message, Thread
from experiments.persona.mojibake import repaired
from experiments.persona.spoken import is_game, kind_of
from generator.errors import SiteError

PAGE = re.compile(r"message_(\d+)(?: \(\d+\))?\.json")
FLAT = re.compile(r".+_\d+\.json")
BY_TYPE = {"Subscribe": "system", "Unsubscribe": "system", "Call": "call", "Payment": "system"}
ATTACHED = ("photos", "videos", "audio_files", "gifs", "files", "sticker")
NOBODY = {"Facebook user", "Instagram User", "Instagram user", "Messenger user"}
SENT = re.compile(r".{1,80} sent (an attachment|a link|a location|a live location)\.?")


def groups(members: tuple[Member, ...]) -> dict[str, list[Member]]:
    """Return the pages of each thread, by its folder, in the order of their numbers."""
    found: defaultdict[str, list[tuple[int, str, Member]]] = defaultdict(list)
    for member in members:
        path = PurePosixPath(member.name)
        if page := PAGE.fullmatch(path.name):
            found[str(path.parent)].append((int(page[1]), path.name, member))
    return {folder: [member for *_, member in sorted(pages)] for folder, pages in sorted(found.items())}


def read_thread(archive: Archive, folder: str, pages: list[Member]) -> Thread:
    """Read all pages of one thread; a message that two pages hold counts once.

    Raises:
        SiteError: for a page that is broken, or holds no messages.
    """
    participants: dict[str, None] = {}
    messages: list[Message] = []
    held: dict[Message, int] = {}  # how often a page before said the same at the same moment
    for member in pages:
        document = Document(archive, member.name, member.size)
        if document.value("messages") is None:
            hint = "an export of your own information in JSON has them; HTML exports cannot be read"
            raise SiteError("this file has no `messages`", archive.place(member.name), hint)
        people = document.value("participants")
        for person in people if isinstance(people, list) else []:
            participants.setdefault(_name(text_of(person, "name") if isinstance(person, dict) else ""))
        seen: dict[Message, int] = {}
        for row in document.items("messages"):
            if isinstance(row, dict):
                message = _message(row)
                seen[message] = seen.get(message, 0) + 1
                if seen[message] > held.get(message, 0):
                    messages.append(message)
        held = {one: max(count, held.get(one, 0)) for one, count in {**held, **seen}.items()} if held else seen
    return Thread(folder, tuple(participants), in_time(messages))


def encrypted(archive: Archive, members: tuple[Member, ...]) -> Iterator[Member]:
    """Yield the files that look like the separate download of end-to-end encrypted chats."""
    for member in members:
        path = PurePosixPath(member.name)
        if FLAT.fullmatch(path.name) and not PAGE.fullmatch(path.name) and len(path.parts) <= 3:
            document = Document(archive, member.name, member.size)
            if document.value("threadName") is not None and document.value("messages") is not None:
                yield member


def read_encrypted(archive: Archive, member: Member) -> Thread:
    """Read one flat file: camelCase keys, participants as bare names, the owner named nowhere.

    Raises:
        SiteError: when it is broken.
    """
    document = Document(archive, member.name, member.size)
    people = document.value("participants")
    names = [_name(person) for person in people if isinstance(person, str)] if isinstance(people, list) else []
    messages = [_encrypted(row) for row in document.items("messages") if isinstance(row, dict)]
    return Thread(member.name.removesuffix(".json"), tuple(dict.fromkeys(names)), in_time(messages))


def account(archive: Archive, members: tuple[Member, ...]) -> str:
    """Return the owner's name from the profile that a whole export brings, "" without one."""
    for member in members:
        if PurePosixPath(member.name).name == "profile_information.json":
            profile = Document(archive, member.name, member.size).value("profile_v2")
            name = profile.get("name") if isinstance(profile, dict) else None
            if isinstance(name, dict):
                return _name(text_of(name, "full_name"))
    return ""


def in_time(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Sort by time; messages of one moment stay in the order in which they were said, which is the file's reversed."""
    oldest_first = list(messages)[::-1]
    oldest_first.sort(key=lambda message: message.time_ms)
    return tuple(oldest_first)


def _message(row: Row) -> Message:
    sender, time = _name(text_of(row, "sender_name")), number_of(row, "timestamp_ms") or 0
    content = repaired(text_of(row, "content"))
    share = row.get("share")
    share = share if isinstance(share, dict) else {}
    link, shared = text_of(share, "link"), repaired(text_of(share, "share_text"))
    kind = _kind(row, content, shared)
    if kind == "text" or (kind == "attachment" and (link or shared) and SENT.fullmatch(content.strip())):
        content = _with_share(content, link, shared)
        kind = "text" if content.strip() else kind
    if not sender:
        kind = "nobody"
    return Message(sender, time, " ".join(content.split()), kind)


def _kind(row: Row, content: str, shared: str) -> str:
    """Say what a row is: by its fields, then its type, which newer exports lack, then its words."""
    if row.get("is_unsent") is True or row.get("is_taken_down") is True:
        return "unsent"
    if "call_duration" in row or row.get("missed") is True:
        return "call"
    kind = text_of(row, "type")
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    if is_game(content, shared):
        return "game"
    if not content.strip():
        has_words = bool(text_of(row.get("share") or {}, "link")) if isinstance(row.get("share"), dict) else False
        return "text" if has_words else "attachment" if any(row.get(key) for key in ATTACHED) else "empty"
    return kind_of(content)


def _with_share(content: str, link: str, shared: str) -> str:
    """Put what was shared into the words: alone, in place of "sent a link", or behind them."""
    if sent := SENT.fullmatch(content.strip()):
        return shared or link if "location" in sent[1] else link or shared
    return f"{content} {link}".strip() if link and link not in content else content


def _encrypted(row: Row) -> Message:
    sender, time = _name(text_of(row, "senderName")), number_of(row, "timestamp") or 0
    text, kind = repaired(text_of(row, "text")), text_of(row, "type").lower()
    if row.get("isUnsent") is True:
        known = "unsent"
    elif kind == "placeholder":
        known = "system"
    elif not text.strip():
        known = "attachment" if rows_of(row, "media") else "empty"
    else:
        known = kind_of(text)
    return Message(sender, time, " ".join(text.split()), known if sender else "nobody")


def _name(name: str) -> str:
    """Return a person's name, repaired before anything is compared with it; accounts that are gone share one."""
    name = " ".join(repaired(name).split())
    return DELETED if name in NOBODY else sys.intern(name)
