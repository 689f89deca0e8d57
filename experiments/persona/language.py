"""Which language a thread is in: letters that only one language writes first, then a library, over the whole thread.

A single line is too short to tell (`lol`, `ok`), so the words of many lines are judged together (py3langid: Lui and
Baldwin 2012, reduced to the languages that chats are likely in).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

LIKELY = ("en", "de", "es", "fr", "it", "pt", "nl", "sv", "pl", "tr", "id", "ru")
SCRIPTS = {
    "ko": re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"),
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
}
CHUNK = 400  # characters judged at once
MOST_CHUNKS = 25  # spread over the thread
LINK = re.compile(r"https?://\S+")
LETTER = re.compile(r"[^\W\d_]")


def share_of(language: str, texts: Iterable[str]) -> float:
    """Return the share of a thread's letters that are in a language, 0 to 1; 0 where nothing has a letter.

    Texts are judged in pieces of some hundred characters, evenly chosen from a long thread.
    """
    chunks = list(_chunks(texts))
    if len(chunks) > MOST_CHUNKS:
        chunks = [chunks[i * len(chunks) // MOST_CHUNKS] for i in range(MOST_CHUNKS)]
    sizes = [len(LETTER.findall(chunk)) for chunk in chunks]
    total = sum(sizes)
    ours = sum(size for chunk, size in zip(chunks, sizes, strict=True) if size and _language(chunk) == language)
    return ours / total if total else 0.0


def _chunks(texts: Iterable[str]) -> Iterable[str]:
    piece: list[str] = []
    size = 0
    for text in texts:
        words = LINK.sub("", text).strip()
        piece.append(words)
        size += len(words) + 1
        if size >= CHUNK:
            yield "\n".join(piece)
            piece, size = [], 0
    if size:
        yield "\n".join(piece)


def _language(text: str) -> str:
    letters = len(LETTER.findall(text))
    counts = {language: len(pattern.findall(text)) for language, pattern in SCRIPTS.items()}
    best = max(counts, key=lambda language: counts[language])
    if counts["ja"] and counts["ja"] + counts["zh"] > letters / 3:
        return "ja"  # kana among Chinese characters
    if counts[best] > letters / 3:
        return best
    return str(_identifier().classify(text)[0])


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LIKELY))
    return identifier
