"""Broken and hostile exports: each ends in a clear message, none in a traceback, and nothing is written."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.persona import archive as archive_module
from experiments.persona import documents
from experiments.persona.archive import Archive
from experiments.persona.examples import Funnel, Rules, of_thread
from experiments.persona.export import threads
from experiments.persona.messages import Told
from generator.errors import SiteError, flatten

GOOD = json.dumps(
    {"participants": [{"name": "Ann"}], "messages": [{"sender_name": "Ann", "timestamp_ms": 1, "content": "hi"}]}
)
PAGE = "inbox/a_1/message_1.json"


def zipped(**files: str | bytes) -> bytes:
    return made(lambda archive: [archive.writestr(name, content) for name, content in files.items()])


def made(fill: Callable[[zipfile.ZipFile], object]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    return buffer.getvalue()


def link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("inbox/a_1/message_2.json")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")
    archive.writestr(PAGE, GOOD)


def twice(archive: zipfile.ZipFile) -> None:
    archive.writestr(PAGE, GOOD)
    with warnings.catch_warnings(action="ignore"):
        archive.writestr(PAGE, GOOD.replace("hi", "ho"))


def locked(data: bytes) -> bytes:
    """Set the flag of an encrypted entry in both of its headers."""
    data = bytearray(data)
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.index(mark) + offset
        data[at : at + 2] = struct.pack("<H", struct.unpack("<H", data[at : at + 2])[0] | 1)
    return bytes(data)


def overlapping() -> bytes:
    """Let two entries of the directory point at the same packed bytes."""
    data = bytearray(made(lambda archive: [archive.writestr(f"inbox/a_1/message_{n}.json", GOOD) for n in (1, 2)]))
    second = data.rindex(b"PK\1\2")
    data[second + 42 : second + 46] = struct.pack("<I", 5)
    return bytes(data)


def flipped(data: bytes) -> bytes:
    """Change one byte of what is packed, so that its checksum no longer fits."""
    at = data.index(b"message_1.json") + 30
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def messenger(content: str | bytes) -> bytes:
    return zipped(**{PAGE: content})


def messages(row: str) -> bytes:
    return messenger(f'{{"messages": [{row}]}}')


ROW = '{"sender_name": "Ann", "timestamp_ms": 1, "content": "hi"}'
STOPPED = {
    "a name that climbs out": (
        zipped(**{"../../inbox/message_1.json": GOOD, PAGE: GOOD}),
        "is no name for a file inside an export",
    ),
    "an absolute name": (zipped(**{"/etc/message_1.json": GOOD, PAGE: GOOD}), "is no name for a file inside an export"),
    "a name with backslashes": (
        zipped(**{"inbox\\..\\message_1.json": GOOD, PAGE: GOOD}),
        "is no name for a file inside an export",
    ),
    "a name of a drive": (zipped(**{"C:/message_1.json": GOOD, PAGE: GOOD}), "is no name for a file inside an export"),
    "a link": (made(link), "this entry of the zip is a link"),
    "an entry twice": (made(twice), "this file is in the zip twice"),
    "a password": (locked(messenger(GOOD)), "this file needs a password"),
    "overlapping entries": (overlapping(), "entries of this zip overlap"),
    "a bomb": (messenger(b" " * 30_000_000), "this file unpacks to more than"),
    "a flipped byte": (flipped(messenger(GOOD * 50)), "this file of the zip is torn"),
    "half a zip": (messenger(GOOD)[:-30], "this zip cannot be opened"),
    "only the start of a zip": (b"PK\3\4", "this zip cannot be opened"),
    "an empty zip": (zipped(), "this is no chat export that is known"),
    "an empty file": (b"", "this is no chat export that is known"),
    "bytes": (os.urandom(4000), "this is no chat export that is known"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "this is no chat export that is known"),
    "HTML instead of JSON": (zipped(**{"inbox/a_1/message_1.html": "<html>"}), "this is no chat export that is known"),
    "HTML in a JSON file": (messenger("<html>"), "this is no whole JSON: expecting value"),
    "JSON cut in a text": (messenger(GOOD[:-5]), "this is no whole JSON: unterminated string"),
    "JSON cut in a list": (messenger(GOOD[:-2]), "this is no whole JSON: expecting"),
    "JSON with more behind": (messenger(GOOD + "}{"), "this is no whole JSON: extra data"),
    "an empty page": (messenger(""), "this is no whole JSON: expecting value"),
    "a list": (messenger("[1]"), "an object was expected here, and not a list"),
    "a text": (messenger('"x"'), "an object was expected here, and not a text"),
    "a number": (messenger("3"), "an object was expected here, and not a number"),
    "null": (messenger("null"), "an object was expected here, and not null"),
    "no messages": (messenger('{"participants": []}'), "this file has no `messages`"),
    "deep nesting": (messenger('{"messages": ' + "[" * 100_000), "this file is nested deeper than any export"),
    "a number of 5,000 digits": (messenger('{"messages": ' + "9" * 5000 + "}"), "this is no JSON of an export"),
    "UTF-16": (messenger(GOOD.encode("utf-16")), "this file is UTF-16, and JSON is UTF-8"),
    "Latin-1": (messenger(GOOD.replace("hi", "é").encode("latin-1")), "is not UTF-8"),
    "one broken page of two": (
        zipped(**{PAGE: GOOD, "inbox/b_2/message_1.json": "{"}),
        "this is no whole JSON: expecting property name",
    ),
    "a WhatsApp file of no order": (
        b"13/13/21, 10:00 - Ann: x\n",
        "the dates of this file fit neither day first, nor month first, nor year first",
    ),
    "a WhatsApp file of two phones": (
        b"13/1/21, 10:00 - Ann: x\n1/13/21, 10:00 - Ann: x\n",
        "the dates of this file fit neither day first, nor month first, nor year first",
    ),
    "WhatsApp in Latin-1": (b"13/1/21, 10:00 - Ann: caf\xe9\n", "is not UTF-8"),
}


def give(root: Path, name: str, content: bytes) -> Path:
    suffix = "zip" if content[:2] == b"PK" else "txt" if name.startswith(("a WhatsApp", "WhatsApp")) else "bin"
    path = root / f"export.{suffix}"
    path.write_bytes(content)
    return path


def outside(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


@pytest.mark.parametrize("name", STOPPED)
def test_a_broken_export_is_told_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    content, expected = STOPPED[name]
    path = give(tmp_path, name, content)

    with pytest.raises((SiteError, ExceptionGroup)) as error:
        list(threads(path, Told()))

    told = [str(one) for one in flatten(error.value)]
    assert any(expected in one for one in told), told
    assert all(one.partition(": error: ")[0].startswith("export.") for one in told)
    assert outside(tmp_path) == {path.name}


@pytest.mark.parametrize("name", ["a name that climbs out", "a link", "an entry twice", "one broken page of two"])
def test_a_broken_file_is_left_out_when_asked_and_counted(tmp_path: Path, name: str) -> None:
    told = Told()
    found = list(threads(give(tmp_path, name, STOPPED[name][0]), told, on_error="skip"))

    assert [message.text for thread in found for message in thread.messages] == ["hi"]
    assert len(told.skipped) == 1


READ = {
    "a byte order mark": (messenger(b"\xef\xbb\xbf" + GOOD.encode()), ["hi"]),
    "no participants": (messenger(f'{{"messages": [{ROW}]}}'), ["hi"]),
    "participants that are no list": (messenger(f'{{"participants": 3, "messages": [{ROW}]}}'), ["hi"]),
    "participants without names": (messenger(f'{{"participants": [{{}}, null, 3], "messages": [{ROW}]}}'), ["hi"]),
    "messages that are no list": (messenger('{"messages": 3}'), []),
    "messages that are no objects": (messenger(f'{{"messages": [3, null, "x", [], {ROW}]}}'), ["hi"]),
    "no sender": (messenger('{"messages": [{"timestamp_ms": 1, "content": "hi"}]}'), ["hi"]),
    "no time": (messenger('{"messages": [{"sender_name": "Ann", "content": "hi"}]}'), ["hi"]),
    "a time that is text": (messages(ROW.replace(": 1,", ': "1",')), ["hi"]),
    "a time that is nothing": (messages(ROW.replace(": 1,", ": null,")), ["hi"]),
    "a time beyond time": (messages(ROW.replace(": 1,", ": 1e300,")), ["hi"]),
    "a share that is no object": (messages(ROW.replace("}", ', "share": 3}')), ["hi"]),
    "half a character": (
        messenger('{"messages": [{"sender_name": "Ann", "timestamp_ms": 1, "content": "a\\ud83d"}]}'),
        ["a?"],
    ),
    "a NUL": (messenger('{"messages": [{"sender_name": "Ann", "timestamp_ms": 1, "content": "a\\u0000b"}]}'), ["a\0b"]),
    "an empty thread": (messenger('{"participants": [], "messages": []}'), []),
    "a message of 100,000 characters": (messenger(GOOD.replace("hi", "x" * 100_000)), ["x" * 100_000]),
    "a message of 100,000 spaces": (messenger(GOOD.replace("hi", "a" + " " * 100_000 + "b")), ["a b"]),
    "a message of 100,000 words that a program could have said": (
        messenger(GOOD.replace("hi", "Ann added " * 10_000)),
        [("Ann added " * 10_000).strip()],
    ),
    "markup": (messenger(GOOD.replace("hi", "<script>alert(1)</script>|```")), ["<script>alert(1)</script>|```"]),
    "clutter of a computer": (
        zipped(**{PAGE: GOOD, "__MACOSX/inbox/._message_1.json": b"\0\1", ".DS_Store": b"\0"}),
        ["hi"],
    ),
    "other files beside": (zipped(**{PAGE: GOOD, "ads/advertisers.json": "[]", "posts/x.json": "{"}), ["hi"]),
    "WhatsApp with a colon in a name": (b"13/1/21, 10:00 - Ann: B: x\n", ["B: x"]),
    "WhatsApp with Windows lines": (b"13/1/21, 10:00 - Ann: x\r\ny\r\n", ["x y"]),
    "WhatsApp in UTF-16": ("13/1/21, 10:00 - Ann: x\n".encode("utf-16"), ["x"]),
}


@pytest.mark.parametrize("name", READ)
def test_an_odd_export_is_read_for_what_is_there(tmp_path: Path, name: str) -> None:
    content, expected = READ[name]
    suffixed = tmp_path / ("chat.txt" if name.startswith("WhatsApp") else "export.zip")
    suffixed.write_bytes(content)
    found = list(threads(suffixed, Told()))

    assert [message.text for thread in found for message in thread.messages] == expected


def test_a_chat_with_one_voice_gives_no_example(tmp_path: Path) -> None:
    rows = [{"sender_name": "Ann", "timestamp_ms": i, "content": f"line {i}"} for i in range(50)]
    path = give(tmp_path, "one-sided", messenger(json.dumps({"messages": rows})))
    funnel = Funnel()
    (thread,) = threads(path, Told())

    assert list(of_thread(thread, "Ann", Rules(), funnel)) == []
    assert dict(funnel.threads) == {"with one voice": 1}
    assert dict(funnel.messages) == {"read": 50, "in a thread with one voice": 50}


def test_a_link_out_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(GOOD)
    folder = tmp_path / "export" / "inbox" / "a_1"
    folder.mkdir(parents=True)
    (folder / "message_1.json").symlink_to(tmp_path / "secret.json")
    (folder / "message_2.json").write_text(GOOD)

    with pytest.raises(ExceptionGroup) as error:
        list(threads(tmp_path / "export", Told()))

    assert [str(one) for one in flatten(error.value)] == [
        "export/inbox/a_1/message_1.json: error: this link leads out of the export\nhint: delete it"
    ]


def test_no_such_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SiteError) as error:
        list(threads(tmp_path / "nothing.zip", Told()))

    assert str(error.value).partition(": ")[2] == (
        "error: there is no `nothing.zip`\nhint: `export=` is a zip or the unpacked folder"
    )


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MOST_FILES", 2)
    (tmp_path / "x.zip").write_bytes(zipped(a="1", b="2", c="3"))

    with pytest.raises(SiteError, match="this zip holds 3 files, more than 2"):
        Archive(tmp_path / "x.zip")


def test_a_large_file_is_read_as_a_stream_to_the_same_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"sender_name": "Ann", "timestamp_ms": i, "content": f"line {i} ☕"} for i in range(50)]
    content = json.dumps({"messages": rows, "participants": [{"name": "Ann"}, {"name": "Bo"}]})
    (tmp_path / "x.zip").write_bytes(messenger(b"\xef\xbb\xbf" + content.encode()))
    (tmp_path / "torn.zip").write_bytes(messenger(content[: content.index("participants")]))
    whole = list(threads(tmp_path / "x.zip", Told()))
    monkeypatch.setattr(documents, "AT_ONCE", 10)

    assert list(threads(tmp_path / "x.zip", Told())) == whole
    with pytest.raises(ExceptionGroup) as error:
        list(threads(tmp_path / "torn.zip", Told()))
    assert "this is no whole JSON: parse error: premature EOF" in str(next(flatten(error.value)))
