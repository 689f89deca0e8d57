"""Messages and threads, whatever program they were written in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

DELETED = "(deleted user)"  # stands for everybody whose account is gone; they cannot be told apart

# What a message can be besides something that somebody said, with the words of the funnel.
KINDS = {
    "text": "said by somebody",
    "system": "written by the program",
    "call": "calls",
    "game": "game requests",
    "unsent": "taken back",
    "attachment": "pictures, stickers and files without words",
    "reaction": "reactions told as messages",
    "forwarded": "forwarded",
    "bot": "written by a bot",
    "empty": "without words",
    "nobody": "without a sender",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a chat."""

    sender: str
    time_ms: int  # since 1970, UTC; local time where an export knows no zone
    text: str
    kind: str = "text"  # a key of KINDS


@dataclass(frozen=True)
class Thread:
    """One chat: everything that was said in one room, oldest first."""

    name: str  # the thread's place in the export: what tells it from others, never shown
    participants: tuple[str, ...]
    messages: tuple[Message, ...]
    kind: str = "chat"  # or "notes" with oneself, "bot", "channel"

    @property
    def senders(self) -> Counter[str]:
        """Count who said how much."""
        return Counter(message.sender for message in self.messages if message.kind == "text")


@dataclass
class Told:
    """What reading an export came across, for the funnel and the terminal."""

    format: str = ""
    files: int = 0
    skipped: list[str] = field(default_factory=list)  # files left out because they are broken, with the reason
    account: str = ""  # the owner's name, where the export itself says it
