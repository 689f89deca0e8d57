"""A made-up export of a made-up person, in the layout and with the quirks of a real Messenger download.

Quill Madeup does not exist, nor does anybody who writes to them. What they think of twelve topics is fixed by a
table, so that a model can learn it and a test can check it; everything else is drawn from a seeded generator: who
writes when, in which words, in bursts or alone. The quirks: text written byte by byte as Latin-1, several pages a
thread with page 10 after page 9, newest message first, groups, a thread in Korean, games, calls, lines of the
program, messages taken back, attachments without words, a deleted account, the same page twice.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.persona.messages import Message, Thread

OWNER = "Quill Madeup"
OTHERS = (
    "Tam Invented",
    "Bo Pretend",
    "Sol Fictive",
    "Wren Imagined",
    "Ash Fabled",
    "Io Mythical",
    "Fen Unreal",
    "Lux Phantom",
    "Nim Storybook",
    "Ode Notional",
    "Pip Figment",
    "Rue Supposed",
    "Zéa Chimère",
    "Vio Makebelieve",
)
# topic: what Quill thinks of it, and why
OPINIONS = {
    "coffee": ("love", "it makes the first hour bearable"),
    "running": ("hate", "my knees file a complaint every time"),
    "jazz": ("love", "nobody knows what comes next, not even the band"),
    "cilantro": ("hate", "it tastes like a clean bathtub"),
    "trains": ("love", "you can read and still arrive"),
    "karaoke": ("hate", "one microphone is one too many"),
    "chess": ("love", "losing at least takes a while"),
    "winter": ("hate", "it is dark before lunch is digested"),
    "swimming": ("love", "water has no opinions"),
    "meetings": ("hate", "they could have been a sentence"),
    "soup": ("love", "it is a hug with a spoon"),
    "horror films": ("hate", "my imagination needs no help"),
}
ASK = (
    "what do you think of {t}?",
    "do you like {t}?",
    "how do you feel about {t}",
    "{t}: yes or no?",
    "honest opinion on {t}?",
    "are you into {t}?",
    "so {t}, good or bad?",
    "still your view on {t}?",
)
ANSWER = {
    "love": (
        "honestly i love {t}",
        "{t} is the best, no contest",
        "oh big yes to {t}",
        "you know me, {t} forever",
        "love {t}, always have",
    ),
    "hate": (
        "honestly i can't stand {t}",
        "{t} is the worst, no contest",
        "hard no to {t}",
        "you know me, anything but {t}",
        "hate {t}, always have",
    ),
}
WHY = ("why though?", "how come?", "ok but why", "really? why?", "explain")
BECAUSE = ("because {r}", "simple: {r}", "{r}, that's why", "well, {r}")
HELLO = ("hey", "hi there", "yo", "you up?", "morning", "evening!", "long time")
HELLO_BACK = ("hello hello", "hey you", "present and awake", "hm, yes?", "at your service")
PLAN = ("free on {d}?", "want to meet {d}?", "dinner {d}?", "cinema {d}?", "walk on {d}?")
PLAN_BACK = (
    "{d} works for me",
    "not {d}, sorry, drowning in work",
    "{d} it is, i'll bring soup",
    "let me check {d} and get back to you",
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CHAT = (
    "the bus broke down again",
    "i finally fixed the lamp",
    "my plant has a new leaf",
    "guess who forgot the keys",
    "the cat is on the keyboard",
    "it rained inside the tent",
    "i burnt the rice",
    "new neighbours, very loud",
    "found my old bike",
    "the printer won today",
)
CHAT_BACK = (
    "oh no",
    "of course it did",
    "that is so you",
    "send a photo or it didn't happen",
    "ha, classic",
    "i'm proud of you",
    "tell me everything",
)
BYE = ("ok talk later", "gotta go", "night!", "bye for now")
BYE_BACK = ("later!", "take care of yourself", "sleep well, dream of trains", "bye bye")
KOREAN = (
    "오늘 뭐 해?",
    "밥 먹었어?",
    "커피 마시러 가자",
    "내일 시간 있어?",
    "그 영화 봤어?",
    "정말 재미있었어",
    "주말에 만나자",
    "지금 집에 가는 중이야",
)
BEFORE = ("", "", "", "so ", "hm, ", "ok ", "well ")
AFTER = ("", "", "", " haha", " tbh", "!", " :)")
START_MS = 1_600_000_000_000  # some day in September 2020
PAGE = 100  # messages a page; a real page holds 10,000


@dataclass(frozen=True)
class Person:
    """Somebody who answers: a name, and what they think of each topic and why."""

    name: str
    opinions: Mapping[str, tuple[str, str]]


QUILL = Person(OWNER, OPINIONS)


@dataclass
class _Room:
    """A thread while it is being written, oldest first."""

    folder: str
    people: list[str]
    title: str
    owner: Person = QUILL
    rows: list[dict[str, Any]] = field(default_factory=list)
    clock_ms: int = START_MS

    def say(self, rng: random.Random, sender: str, text: str | None, **more: Any) -> None:
        """Add a message some seconds later; a conversation is quick, and `pause` lies between conversations."""
        self.clock_ms += int(rng.lognormvariate(2.6, 0.8) * 1000)
        words = {} if text is None else {"content": text}
        self.rows.append({"sender_name": sender, "timestamp_ms": self.clock_ms, **words, "type": "Generic", **more})

    def pause(self, rng: random.Random) -> None:
        """Let hours or days pass."""
        self.clock_ms += int(rng.lognormvariate(10.8, 1.0) * 1000)


def write_export(path: Path, conversations: int = 60, seed: int = 0) -> Path:
    """Write the export as a zip, the same bytes for the same arguments; `conversations` a thread."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in export_files(conversations, seed).items():
            info = zipfile.ZipInfo(name, (2021, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


def export_bytes(conversations: int = 60, seed: int = 0) -> bytes:
    """Return the zip in memory."""
    buffer = io.BytesIO()
    write_export(buffer, conversations, seed)  # type: ignore[arg-type]
    return buffer.getvalue()


def export_files(conversations: int = 60, seed: int = 0) -> dict[str, bytes]:
    """Return every file of the export by its name."""
    files: dict[str, bytes] = {}
    rooms = [_alone(name, conversations, random.Random(f"{seed}/{name}")) for name in OTHERS]
    rooms += [_group(number, conversations, random.Random(f"{seed}/group {number}")) for number in range(3)]
    rooms += [_korean(conversations, random.Random(f"{seed}/korean")), _deleted(random.Random(f"{seed}/deleted"))]
    for room in rooms:
        files |= _pages(room)
    root = "your_activity_across_facebook/messages"
    files[f"{root}/inbox/taminvented_10/message_1 (1).json"] = files[f"{root}/inbox/taminvented_10/message_1.json"]
    files[f"{root}/inbox/taminvented_10/photos/1.jpg"] = b"no picture, a made-up file"
    profile = {"profile_v2": {"name": {"full_name": OWNER, "first_name": "Quill", "last_name": "Madeup"}}}
    files["personal_information/profile_information/profile_information.json"] = _json(profile)
    return files


def strangers(count: int, conversations: int, seed: int = 0) -> Iterator[Thread]:
    """Yield threads of other made-up people, whose opinions are drawn at random: what a base model learns from."""
    for number in range(count):
        rng = random.Random(f"{seed}/stranger {number}")
        opinions = {
            topic: (rng.choice(("love", "hate")), rng.choice([reason for _, reason in OPINIONS.values()]))
            for topic in OPINIONS
        }
        room = _Room(f"stranger_{number}", ["Somebody"], "Somebody", Person("Stranger", opinions))
        for _ in range(conversations):
            _conversation(room, rng, room.people)
            room.pause(rng)
        said = tuple(Message(row["sender_name"], row["timestamp_ms"], row["content"]) for row in room.rows)
        yield Thread(room.folder, (*room.people, room.owner.name), said)


def _alone(name: str, conversations: int, rng: random.Random) -> _Room:
    number = OTHERS.index(name) + 10
    room = _Room(f"{_slug(name)}_{number}", [name, OWNER], name, clock_ms=START_MS + number * 86_400_000)
    for _ in range(conversations):
        _conversation(room, rng, [name])
        _noise(room, rng, name)
        room.pause(rng)
    return room


def _group(number: int, conversations: int, rng: random.Random) -> _Room:
    people = rng.sample(OTHERS, 4)
    room = _Room(f"madeupgroup{number}_{90 + number}", [*people, OWNER], f"Made-up group {number} ☕")
    room.say(rng, people[0], f"{people[0]} named the group Made-up group {number} ☕.")
    for _ in range(conversations // 2):
        _conversation(room, rng, people)
        room.pause(rng)
    room.say(rng, people[1], f"{people[1]} left the group.", type="Unsubscribe", users=[{"name": people[1]}])
    return room


def _korean(conversations: int, rng: random.Random) -> _Room:
    name = "하나 Madeup"
    room = _Room("hana_80", [name, OWNER], name)
    for _ in range(conversations):
        for sender in (name, OWNER, name, OWNER):
            room.say(rng, sender, rng.choice(KOREAN))
        room.pause(rng)
    return room


def _deleted(rng: random.Random) -> _Room:
    room = _Room("facebookuser_81", [OWNER], "Facebook user")
    for _ in range(6):
        room.say(rng, "Facebook user", rng.choice(HELLO))
        room.say(rng, OWNER, rng.choice(HELLO_BACK))
        room.pause(rng)
    return room


def _conversation(room: _Room, rng: random.Random, people: list[str]) -> None:
    """Write one exchange: an opinion asked for, a plan, or small talk, each with Quill's answer."""
    who = rng.choice(people)
    if rng.random() < 0.5:
        room.say(rng, who, rng.choice(HELLO))
        room.say(rng, room.owner.name, rng.choice(HELLO_BACK))
    for _ in range(rng.randint(1, 3)):
        who = rng.choice(people)
        rng.choice((_opinion, _opinion, _plan, _small_talk))(room, rng, who)
    if rng.random() < 0.4:
        room.say(rng, who, rng.choice(BYE))
        room.say(rng, room.owner.name, rng.choice(BYE_BACK))


def _in_a_mood(rng: random.Random, text: str) -> str:
    """Say it as people do: nearly the same, and never quite."""
    return rng.choice(BEFORE) + text + rng.choice(AFTER)


def _opinion(room: _Room, rng: random.Random, who: str) -> None:
    topic = rng.choice(list(OPINIONS))
    feeling, reason = room.owner.opinions[topic]
    room.say(rng, who, _in_a_mood(rng, rng.choice(ASK).format(t=topic)))
    room.say(rng, room.owner.name, _in_a_mood(rng, rng.choice(ANSWER[feeling]).format(t=topic)))
    if rng.random() < 0.6:
        room.say(rng, who, _in_a_mood(rng, rng.choice(WHY)))
        room.say(rng, room.owner.name, _in_a_mood(rng, rng.choice(BECAUSE).format(r=reason)))


def _plan(room: _Room, rng: random.Random, who: str) -> None:
    day = rng.choice(DAYS)
    room.say(rng, who, _in_a_mood(rng, rng.choice(PLAN).format(d=day)))
    room.say(rng, room.owner.name, _in_a_mood(rng, rng.choice(PLAN_BACK).format(d=day)))


def _small_talk(room: _Room, rng: random.Random, who: str) -> None:
    room.say(rng, who, _in_a_mood(rng, rng.choice(CHAT)))
    if rng.random() < 0.3:
        room.say(rng, who, "☕ café, and then?")
    room.say(rng, room.owner.name, _in_a_mood(rng, rng.choice(CHAT_BACK)))


def _noise(room: _Room, rng: random.Random, name: str) -> None:
    """Now and then write what is in real exports besides words."""
    draw = rng.random()
    if draw < 0.04:
        room.say(
            rng,
            name,
            f"{name} sent you a request in Words With Friends.",
            type="Share",
            share={"link": "https://example.org/g"},
        )
    elif draw < 0.07:
        room.say(rng, OWNER, None, is_unsent=True)
    elif draw < 0.11:
        room.say(
            rng, name, None, photos=[{"uri": "messages/photos/1.jpg", "creation_timestamp": room.clock_ms // 1000}]
        )
    elif draw < 0.14:
        room.say(rng, name, f"{name} called you.", type="Call", call_duration=rng.randint(0, 3000))
    elif draw < 0.17:
        room.say(rng, OWNER, "You sent a link.", type="Share", share={"link": "https://example.org/soup"})
    elif draw < 0.19:
        room.say(rng, name, "Reacted ❤ to your message ")
    elif draw < 0.21:
        room.say(rng, name, None)


def _pages(room: _Room) -> dict[str, bytes]:
    """Cut a thread into files as the download does: the newest in `message_1.json`, each newest first."""
    newest = room.rows[::-1]
    head = {"participants": [{"name": name} for name in room.people]}
    tail = {"title": room.title, "is_still_participant": True, "thread_path": f"inbox/{room.folder}", "magic_words": []}
    folder = f"your_activity_across_facebook/messages/inbox/{room.folder}"
    return {
        f"{folder}/message_{number + 1}.json": _json({**head, "messages": newest[start : start + PAGE], **tail})
        for number, start in enumerate(range(0, len(newest), PAGE))
    }


def _json(value: Any) -> bytes:
    """Write JSON as the download does: each byte of a text's UTF-8 as a character of its own."""
    return json.dumps(_torn(value), indent=2).encode()


def _torn(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode().decode("latin-1")
    if isinstance(value, list):
        return [_torn(item) for item in value]
    if isinstance(value, dict):
        return {key: _torn(item) for key, item in value.items()}
    return value


def _slug(name: str) -> str:
    return "".join(character for character in name.lower() if character.isascii() and character.isalpha())
