"""WhatsApp: one text file a chat, whose dates look as the phone was set; which way round is inferred from the file.

A message begins with a date, a time and a name with a colon; lines without a date go on with the message before.
A line with a date and no name was written by the program. Times have no zone and are taken as UTC.
"""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import BinaryIO

from experiments.persona.archive import Archive
from experiments.persona.messages import Message, Thread
from generator.errors import Place, SiteError

HEAD = re.compile(
    r"\[?(?P<date>(?P<a>\d{1,4})(?P<sep>[./-])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<c>\d{1,4})\.?)"
    r",?\s(?:(?:klo|kl\.|um|à|alle|às)\s)?(?:(?P<early>오전|오후)\s)?"
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:\s?(?P<half>[aApP]\.?\s?[mM]\.?|오전|오후))?"
    r"(?:\]\s?|\s?[-–]\s|:\s|\s(?=[^-\s]))(?P<rest>.*)"
)
KOREAN = re.compile(  # `2021년 1월 1일 오후 3:04, 이름 : 글`
    r"(?P<a>\d{4})년 (?P<b>\d{1,2})월 (?P<c>\d{1,2})일 (?P<early>오전|오후) "
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2}), (?P<rest>.*)"
)
NAME = re.compile(r"(?P<name>[^:\n\"“”]{1,100}?)\s?:(?:\s(?P<text>.*)|$)", re.DOTALL)  # a title in quotes is no name
MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff"))  # of writing direction
SPACES = str.maketrans("\u202f\u00a0\u2009", "   ")
MEDIA = re.compile(
    r"<?(?:Media omitted|Medien ausgeschlossen|Multimedia omitido|Médias omis|Mídia oculta|Media omessi"
    r"|Media weggelaten|Arquivo de mídia oculto|Archivo omitido|미디어 파일을 제외했습니다|미디어 생략됨"
    r"|メディアは含まれていません"
    r"|省略多媒体文件|Без медиафайлов|Medya dahil edilmedi|Pominięto multimedia|Media jätetty pois|Media utelämnat"
    r"|Media udeladt|Uten vedlegg|<?Medios omitidos|הקובץ לא נכלל|तम मीडिया छोड़ा गया)>?"
    r"|(?:image|video|audio|sticker|GIF|document|Contact card|voice message|video note) omitted"
    r"|.{1,120}\.(?:jpg|jpeg|png|webp|mp4|opus|m4a|pdf|vcf|docx?|gif) \((?:file attached|Datei angehängt"
    r"|archivo adjunto|fichier joint|arquivo anexado|file allegato)\)"
    r"|<(?:attached|Anhang|adjunto|pièce jointe|anexado): .{1,160}>",
    re.IGNORECASE,
)
GONE = re.compile(
    r"(?:This message was deleted|You deleted this message|Diese Nachricht wurde gelöscht|Se eliminó este mensaje"
    r"|Ce message a été supprimé|Mensagem apagada|삭제된 메시지입니다)\.?",
    re.IGNORECASE,
)
CALLED = re.compile(
    r"(?:Missed (?:voice|video|group) call|(?:Voice|Video) call.{0,40}|Verpasster .{1,20}anruf).{0,40}", re.I
)
EDITED = re.compile(r"\s*<This message was edited>$")
AT_ONCE = 2**20  # bytes
MOST_UNDATED = 20  # lines at the start, before which no chat begins


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it stands in the file."""

    date: tuple[int, int, int]  # in the order of the file
    second: int  # of the day
    text: str  # name included


def looks_like(head: str) -> bool:
    """Tell a chat by its first lines."""
    return any(_match(_plain(line)) for line in head.splitlines()[:MOST_UNDATED])


def read(archive: Archive, name: str) -> Thread:
    """Read one chat.

    Raises:
        SiteError: when the file is no UTF-8, or a date in it fits no order of day and month.
    """
    with archive.open(name) as stream:
        lines = list(_lines(_decoded(stream, archive.place(name))))
    if not lines:
        raise SiteError("no line of this file begins with a date", archive.place(name), "is it a WhatsApp chat?")
    order = _order([date for date, _ in groupby(line.date for line in lines)])
    if order is None:
        what = "the dates of this file fit neither day first, nor month first, nor year first"
        raise SiteError(what, archive.place(name), "was the file joined from two phones? give them one by one")
    lines.reverse()
    messages = [_message(lines.pop(), order) for _ in range(len(lines))]  # either is held, not both
    names = dict.fromkeys(message.sender for message in messages if message.sender)
    messages.sort(key=lambda message: message.time_ms)
    return Thread(name, tuple(names), tuple(messages))


def _decoded(stream: BinaryIO, place: Place) -> Iterator[str]:
    """Yield the lines of a file piece by piece: a text in memory takes up to four bytes a letter."""
    data, before, rest = stream.read(AT_ONCE), 0, ""
    decoder = codecs.getincrementaldecoder("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")()
    if data.startswith(codecs.BOM_UTF8):
        data, before = data[3:] + stream.read(AT_ONCE), 3
    while True:
        waiting = len(decoder.getstate()[0])
        try:
            *lines, rest = (rest + decoder.decode(data, final=not data)).split("\n")
        except UnicodeDecodeError as error:
            what = f"byte {before - waiting + error.start:,} is not UTF-8"
            raise SiteError(what, place, "export the chat again") from None
        yield from lines
        if not data:
            yield rest
            return
        before += len(data)
        data = stream.read(AT_ONCE)


def _lines(raws: Iterable[str]) -> Iterator[Line]:
    """Join the lines of a file to messages; what has no date belongs to the one before."""
    found: re.Match[str] | None = None
    parts: list[str] = []
    for raw in raws:
        line = _plain(raw.rstrip("\r"))
        if match := _match(line):
            if found:
                yield _line(found, parts)
            found, parts = match, [match["rest"]]
        elif found:
            parts.append(line)
    if found:
        yield _line(found, parts)


def _match(line: str) -> re.Match[str] | None:
    match = HEAD.match(line) or KOREAN.match(line)
    return match if match and int(match["hour"]) < 24 and int(match["minute"]) < 60 else None


def _line(match: re.Match[str], parts: Sequence[str]) -> Line:
    parts_of_day = match.groupdict()
    half = (parts_of_day.get("half") or parts_of_day["early"] or "").lower().replace(".", "").replace(" ", "")
    hour = int(match["hour"])
    if half in ("pm", "오후") and hour < 12:
        hour += 12
    elif half in ("am", "오전") and hour == 12:
        hour = 0
    second = parts_of_day.get("second")
    date = int(match["a"]), int(match["b"]), int(match["c"])
    seconds = hour * 3600 + int(match["minute"]) * 60 + int(second or 0) % 60
    return Line(date, seconds, "\n".join(parts).strip())


def _order(dates: Sequence[tuple[int, int, int]]) -> tuple[int, int, int] | None:
    """Return which parts are year, month and day: the one order that gives a date for every line.

    Where day first and month first are both possible, the one wins whose days run on with fewer steps back; a chat
    inside the first twelve days of one month stays open, and is read day first, as most of the world writes.
    """
    possible = [order for order in ((2, 1, 0), (2, 0, 1), (0, 1, 2)) if all(_date(date, order) for date in dates)]
    if not possible:
        return None
    return min(possible, key=lambda order: (_steps_back(dates, order), _span(dates, order)))


def _steps_back(dates: Sequence[tuple[int, int, int]], order: tuple[int, int, int]) -> int:
    days = [_date(date, order) for date in dates]
    return sum(later < earlier for earlier, later in pairwise(days) if later and earlier)


def _span(dates: Sequence[tuple[int, int, int]], order: tuple[int, int, int]) -> int:
    """Return the days from first to last: the wrong order scatters a week over months."""
    days = [found for date in dates if (found := _date(date, order))]
    return (max(days) - min(days)).days


def _date(parts: tuple[int, int, int], order: tuple[int, int, int]) -> datetime | None:
    year, month, day = (parts[index] for index in order)
    year += 2000 if year < 100 else 0
    try:
        return datetime(year, month, day, tzinfo=UTC) if 1990 <= year < 2200 else None
    except ValueError:
        return None


def _message(line: Line, order: tuple[int, int, int]) -> Message:
    date = _date(line.date, order)
    assert date is not None, "the order was chosen so that every line has a date"
    time_ms = (int(date.timestamp()) + line.second) * 1000
    match = NAME.match(line.text)
    if match is None:
        return Message("", time_ms, " ".join(line.text.split()), "system")
    text = EDITED.sub("", " ".join((match["text"] or "").split()))
    return Message(sys.intern(match["name"].strip().removeprefix("~").strip()), time_ms, text, _kind(text))


def _kind(text: str) -> str:
    if not text:
        return "empty"
    for pattern, kind in ((GONE, "unsent"), (MEDIA, "attachment"), (CALLED, "call")):
        if pattern.fullmatch(text):
            return kind
    return "text"


def _plain(line: str) -> str:
    """Drop the invisible marks that the program puts around names and dates."""
    return line.translate(MARKS).translate(SPACES)
