"""Mojibake: UTF-8 that an exporter wrote byte by byte as Latin-1, made text again; good text is left alone."""

from __future__ import annotations


def repaired(text: str) -> str:
    """Return what was meant: `cafÃ©` becomes `café`, and `café`, `한국어` and a lone `Ã` stay as they are.

    Messenger and Instagram write every byte of a text as `\\u00XX`. The way back is exact: the characters as Latin-1
    bytes, the bytes as UTF-8; where either step fails, the text was no mojibake.
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
