"""Text as it reads: what looks alike becomes alike, and what cannot be seen goes.

A private sentence stays what it is with a Cyrillic `о`, an accent, a soft hyphen or a space of no width in it. Case
is kept, since a name may be told from a word by it.
"""

from __future__ import annotations

import unicodedata

# Letters of other scripts that most typefaces draw as a Latin one (a part of Unicode's confusables, UTS 39).
_LATIN = dict(
    zip(
        "аеорсухіјѕԁһӏАВЕКМНОРСТХУІЈЅαοενικρυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡ",
        "aeopcyxijsdhlABEKMHOPCTXYIJSaoevikpuxABEZHIKMNOPTYXiag",
        strict=True,
    )
)
_SIGNS = {**dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"), **dict.fromkeys("’‘ʼ`´＇", "'"), **dict.fromkeys("·•∙⋅・", ".")}
_TABLE = str.maketrans(_LATIN | _SIGNS)


def plain(text: str) -> str:
    """Return a text without accents, invisible characters, and letters that only look like others."""
    whole = unicodedata.normalize("NFKD", text)
    seen = "".join(one for one in whole if unicodedata.category(one) not in ("Mn", "Me", "Cf"))
    return unicodedata.normalize("NFKC", seen.translate(_TABLE))
