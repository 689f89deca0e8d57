"""Exports larger than anybody's: a made-up Messenger zip and a made-up WhatsApp text, read in a process of its own.

The zip holds threads of unlike sizes in pages of 10,000 messages, in texts whose bytes are torn to Latin-1, whole, or
plain; reading it means everything up to examples on disk. Counts must be exact, and memory stay below 300 MB: what is
held is one thread, so the largest thread decides. With `whole`, all of it is one thread, or one file.
Run: python -m benchmarks.export_flood [whole] [megabytes of Messenger] [megabytes of WhatsApp]
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.persona_memory import peak

OWNER, MB = "Quill Madeup", 1_000_000
BYTES = 225  # of a message, somewhat less than any thread's mean: one thread of so many fills the zip
PAGE = 10_000  # messages, as in a real download
SIZES = (200, 2_000, 8_000, 30_000)  # messages of a thread, in turn
MOST_MEMORY, MOST_SECONDS = 300, 300
START_MS = 1_500_000_000_000
WORDS = (
    "the of train soup rain jazz lamp never always maybe tomorrow lunch café naïve über garçon ☕ 😀 élan who knows "
    "why because it is late and nobody came to the garden when we called them from the window again"
).split()
DATES = ("%d/%m/%Y, %H:%M - ", "[%d.%m.%y, %H:%M:%S] ", "%m/%d/%y, %I:%M\u202f%p - ", "\u200e[%Y-%m-%d, %H:%M:%S] ")


def write_messenger(path: Path, megabytes: int, sizes: tuple[int, ...] = SIZES) -> int:
    """Write a zip of so many megabytes unpacked; return how many messages it holds."""
    rng = random.Random(0)
    written = messages = number = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        while written < megabytes * MB:
            size = sizes[number % len(sizes)]
            for name, page in pages(number, size, rng):
                archive.writestr(zipfile.ZipInfo(name, (2021, 1, 1, 0, 0, 0)), page, zipfile.ZIP_DEFLATED)
                written += len(page)
            messages += size
            number += 1
    return messages


def pages(number: int, size: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the files of one thread, the newest messages in the first."""
    other = f"Zéa Made {number}"
    clock = START_MS + number * 1_000_000
    rows = []
    for index in range(size):
        clock += int(rng.lognormvariate(3.5, 1.5) * 1000) + 1
        sender = OWNER if rng.random() < 0.5 else torn(other)
        text = " ".join(rng.choices(WORDS, k=rng.randint(2, 24)))
        if index % 10:  # a tenth of the texts is whole, as after somebody repaired a file
            text = torn(text)
        rows.append({"sender_name": sender, "timestamp_ms": clock, "content": text, "is_geoblocked_for_viewer": False})
    rows.reverse()
    head = {"participants": [{"name": torn(other)}, {"name": OWNER}]}
    for page, start in enumerate(range(0, size, PAGE), 1):
        name = f"your_activity_across_facebook/messages/inbox/zeamade{number}_{number}/message_{page}.json"
        yield name, json.dumps({**head, "messages": rows[start : start + PAGE], "title": torn(other)}, indent=2)


def torn(text: str) -> str:
    """Take every byte of a text's UTF-8 for a character, as the download does."""
    return text.encode().decode("latin-1")


def write_whatsapp(path: Path, megabytes: int, chat: int = 2) -> int:
    """Write chats of some megabytes, each with dates in a way of its own; return how many messages they hold."""
    rng = random.Random(1)
    messages = number = written = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        while written < megabytes * MB:
            moment, lines, held = datetime(2020, 1, 1, tzinfo=UTC), list[str](), 0
            while held < chat * MB:
                moment += timedelta(seconds=int(rng.lognormvariate(5, 1.5)) + 1)
                sender = OWNER if rng.random() < 0.5 else f"\u202aPerson {number}\u202c"
                text = " ".join(rng.choices(WORDS, k=rng.randint(2, 24)))
                lines.append(f"{moment.strftime(DATES[number % len(DATES)])}{sender}: {text}\n")
                held += len(lines[-1].encode())
            archive.writestr(f"WhatsApp Chat with Person {number}.txt", "".join(lines))
            written, messages, number = written + held, messages + len(lines), number + 1
    return messages


def read(path: Path) -> None:
    """Be the process that reads, and print what came of it."""
    from experiments.persona.examples import Funnel, Rules, of_thread
    from experiments.persona.export import threads
    from experiments.persona.messages import Told
    from experiments.persona.private import Store, private_folder

    at_rest = peak()
    began, told, funnel, rules = time.perf_counter(), Told(), Funnel(), Rules(language="")
    cpu = time.process_time()
    store = Store(private_folder() / "flood")
    store.write((one for thread in threads(path, told) for one in of_thread(thread, OWNER, rules, funnel)), funnel)
    found = {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "peak": peak(),
        "at_rest": at_rest,
        "messages": funnel.messages["read"],
        "threads": told.files,
        "examples": funnel.examples["train"] + funnel.examples["validation"],
    }
    print(json.dumps(found))


def flood(kind: str, megabytes: int, *, whole: bool = False) -> None:
    """Write, read, compare, print."""
    with tempfile.TemporaryDirectory(prefix="labpress-flood-") as folder:
        path = Path(folder) / "flood.zip"
        if kind == "Messenger":
            messages = write_messenger(path, megabytes, (megabytes * MB // BYTES + 1,) if whole else SIZES)
        else:
            messages = write_whatsapp(path, megabytes, megabytes if whole else 2)
        packed = path.stat().st_size / MB
        command = [sys.executable, "-m", "benchmarks.export_flood", "--read", str(path)]
        environment = {**os.environ, "LABPRESS_PRIVATE": folder}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["messages"] == messages, f"{messages} messages were written, {found['messages']} read"
    print(f"{kind}: {megabytes} MB, {packed:.0f} packed, {messages:,} messages in {found['threads']:,} threads")
    print(f"  {found['seconds']:.1f} s ({found['cpu']:.1f} s of cpu), {messages / found['cpu']:,.0f} messages/s of cpu")
    is_held = found["peak"] <= MOST_MEMORY and found["seconds"] <= MOST_SECONDS
    print(
        f"  {found['examples']:,} examples; peak {found['peak']:.0f} MB, {found['at_rest']:.0f} before reading", end=""
    )
    print(f"; bars {MOST_MEMORY} MB and {MOST_SECONDS} s: {'held' if is_held else 'MISSED'}", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--read", path]:
            read(Path(path))
        case words:
            sizes = [int(word) for word in words if word != "whole"]
            first, second = (*sizes, *(1000, 200)[len(sizes) :])
            for kind, megabytes in (("Messenger", first), ("WhatsApp", second)):
                if megabytes:
                    flood(kind, megabytes, whole="whole" in words)
