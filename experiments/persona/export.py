"""An export, whatever program wrote it: recognised by what is in it, read thread by thread.

Only one thread is in memory at a time. A file that is broken stops the reading, all such files told at once;
with `on_error="skip"` it is left out, and `told.skipped` says so.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from experiments.persona import discord, messenger, telegram, whatsapp
from experiments.persona.archive import Archive, Member
from experiments.persona.documents import Document
from experiments.persona.messages import Thread, Told
from generator.errors import Place, SiteError, several

ON_ERROR = ("stop", "skip")
HINT = (
    "give the zip or the folder of a Messenger or Instagram download in JSON, a WhatsApp chat, "
    "Telegram's `result.json`, or JSON of DiscordChatExporter"
)
Read = Callable[[], Iterator[Thread]]


@dataclass(frozen=True)
class Part:
    """A piece of an export that is read, or skipped, as one."""

    name: str
    read: Read


def threads(path: Path, told: Told, on_error: str = "stop") -> Iterator[Thread]:
    """Yield every thread of an export that holds a message, in the order of their places in it.

    Raises:
        SiteError: when it is no export, or no format that is known.
        ExceptionGroup: of SiteError, the broken files, unless they are to be skipped.
    """
    archive = _opened(path)
    mistakes = list(archive.mistakes)
    for part in _parts(archive, told, mistakes):
        try:
            for thread in part.read():
                told.files += 1
                if thread.messages:
                    yield thread
        except SiteError as error:
            mistakes.append(error)
    if mistakes and on_error != "skip":
        raise several(mistakes)
    told.skipped += [str(error).partition("\n")[0] for error in mistakes]


def _opened(path: Path) -> Archive:
    try:
        return Archive(path.expanduser())
    except (zipfile.LargeZipFile, RecursionError, ValueError) as error:
        raise SiteError(f"this export cannot be opened: {error}", Place(path.name), HINT) from None


def _parts(archive: Archive, told: Told, mistakes: list[SiteError]) -> list[Part]:
    """Recognise the format by names first, then by keys."""
    members = tuple(member for member in archive.members if not _is_clutter(member.name))
    if pages := messenger.groups(members):
        told.format = "Messenger or Instagram"
        told.account = _account(archive, members, mistakes)
        read = messenger.read_thread
        parts = [Part(folder, partial(_alone, read, archive, folder, pages[folder])) for folder in pages]
        return parts + _encrypted(archive, members, mistakes)
    texts = [member for member in members if member.name.endswith(".txt") and _is_whatsapp(archive, member, mistakes)]
    if texts:
        told.format = "WhatsApp"
        return [Part(member.name, partial(_alone, whatsapp.read, archive, member.name)) for member in texts]
    parts = _by_keys(archive, members, told, mistakes)
    if not parts and not mistakes:
        raise SiteError("this is no chat export that is known", Place(archive.name), HINT)
    return parts


def _by_keys(archive: Archive, members: tuple[Member, ...], told: Told, mistakes: list[SiteError]) -> list[Part]:
    parts = []
    for member in members:
        if not member.name.endswith(".json"):
            continue
        try:
            document = Document(archive, member.name, member.size)
            if discord.is_channel(document):
                told.format = "Discord"
                parts.append(Part(member.name, partial(_alone, discord.read, archive, member)))
            elif document.value("threadName") is not None:
                told.format = "Messenger, encrypted chats"
                parts.append(Part(member.name, partial(_alone, messenger.read_encrypted, archive, member)))
            elif telegram.is_chat(document):
                told.format, told.account = "Telegram", telegram.account(document)
                parts.append(Part(member.name, partial(telegram.read, archive, member)))
        except SiteError as error:
            mistakes.append(error)
    return parts


def _alone(read: Callable[..., Thread], *arguments: object) -> Iterator[Thread]:
    """Read the one thread of a part, when it is its turn."""
    yield read(*arguments)


def _encrypted(archive: Archive, members: tuple[Member, ...], mistakes: list[SiteError]) -> list[Part]:
    try:
        flat = list(messenger.encrypted(archive, members))
    except SiteError as error:
        mistakes.append(error)
        return []
    return [Part(member.name, partial(_alone, messenger.read_encrypted, archive, member)) for member in flat]


def _account(archive: Archive, members: tuple[Member, ...], mistakes: list[SiteError]) -> str:
    try:
        return messenger.account(archive, members)
    except SiteError as error:
        mistakes.append(error)
        return ""


def _is_whatsapp(archive: Archive, member: Member, mistakes: list[SiteError]) -> bool:
    try:
        with archive.open(member.name) as stream:
            head = stream.read(8192)
    except SiteError as error:
        mistakes.append(error)
        return False
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return whatsapp.looks_like(head.decode(encoding, "ignore"))


def _is_clutter(name: str) -> bool:
    """Tell files that a computer put beside an export."""
    path = PurePosixPath(name)
    return path.name.startswith((".", "._")) or "__MACOSX" in path.parts
