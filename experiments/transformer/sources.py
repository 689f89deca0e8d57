"""Texts that a user's machine may fetch: where they lie, what is cut from them, and the hash of what is kept.

`python -m experiments fetch plato` reads this file. Nothing here is needed to run the default experiments.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

REPOSITORIES = "https://raw.githubusercontent.com/GITenberg"
BEGINS = "PERSONS OF THE DIALOGUE"
ENDS = re.compile(r"^(\*\*\* ?END OF|End of (the |this )?Project Gutenberg)", re.MULTILINE)
BETWEEN = "\n\n\n"  # dialogues; inside one, no more than one empty line in a row

# Fourteen dialogues of Plato that are printed with speaker labels, in Benjamin Jowett's English (1871 to 1892).
PLATO = (  # title, repository, commit, first digits of the SHA-256 of what is kept
    ("EUTHYPHRO", "Euthyphro_1642", "b768a8836b04", "d5c1a0e06decc627"),
    ("CRITO", "Crito_1657", "0c08f5504fa0", "2a593ee4455a6262"),
    ("ION", "Ion_1635", "f3ce3b33fb86", "ce15243ed1b13fae"),
    ("LESSER HIPPIAS", "Lesser-Hippias_1673", "186bc8cd95b0", "c4a4df32e271c38d"),
    ("LACHES", "Laches_1584", "faeae4443da1", "268835496e623ab1"),
    ("ALCIBIADES I", "Alcibiades-I_1676", "6b7cdd088fda", "5cdaf550212ae6df"),
    ("MENO", "Meno_1643", "7417878765cc", "08c45a7aa1305589"),
    ("GORGIAS", "Gorgias_1672", "bb2a09dfeb34", "550e81d9ac409c8d"),
    ("CRATYLUS", "Cratylus_1616", "3c98aa083ce5", "81efdc89d37e80d9"),
    ("PHAEDRUS", "Phaedrus_1636", "34a04b0bd85c", "124eae03c4ddf314"),
    ("THEAETETUS", "Theaetetus_1726", "ce806e2d02a7", "477a750ab3923798"),
    ("SOPHIST", "Sophist_1735", "0c62c8360c52", "d13b11876d19316a"),
    ("STATESMAN", "Statesman_1738", "6e27c739e415", "97febbb9285fd7b1"),
    ("PHILEBUS", "Philebus_1744", "c1015cd6f531", "a749c931052ae540"),
)


@dataclass(frozen=True)
class Source:
    """A file that can be fetched."""

    file: str  # its name in the cache
    sha256: str  # of the whole file
    urls: tuple[str, ...]  # what it is made of
    assemble: Callable[[Sequence[bytes]], bytes]  # raises ValueError where a part is not what it was


def assemble_plato(parts: Sequence[bytes], catalogue: Sequence[tuple[str, str, str, str]] = PLATO) -> bytes:
    """Join the dialogues, each without the e-text's header, introduction and footer.

    Raises:
        ValueError: naming the first dialogue that is another text than the one this was written for.
    """
    kept = []
    for part, (title, _, _, digest) in zip(parts, catalogue, strict=True):
        body = dialogue(part.decode("ascii", errors="replace"))
        if not hashlib.sha256(body.encode()).hexdigest().startswith(digest):
            raise ValueError(f"{title.title()} is another text than the one that was expected")
        kept.append(f"{title}\n\n{body}")
    return (BETWEEN.join(kept) + "\n").encode("ascii")


def dialogue(e_text: str) -> str:
    """Keep a dialogue from its list of persons to its last line; no word of it is changed."""
    text = e_text.replace("\r\n", "\n")
    text = text[max(text.rfind(BEGINS), 0) :]
    end = ENDS.search(text)
    text = text[: end.start()] if end else text
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


SOURCES = {
    "plato": Source(
        file="plato.txt",
        sha256="04f6ae2f4b4bbb14b921af0d0d0657370e89037b5ba4cf6419eaffe9b0a00a28",
        urls=tuple(
            f"{REPOSITORIES}/{repository}/{commit}/{repository.rpartition('_')[2]}.txt"
            for _, repository, commit, _ in PLATO
        ),
        assemble=partial(assemble_plato, catalogue=PLATO),
    )
}
