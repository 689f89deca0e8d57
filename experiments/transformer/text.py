"""A text as numbers: characters or byte pairs, a split by position, losses in nats per character.

Tokenizers are not comparable by their loss per token: one with longer tokens has fewer and harder ones. So every
loss is also told per character, the sum over all tokens divided by the characters they stand for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

END = "<|endoftext|>"
GPT2 = "openai-community/gpt2"  # its name on the hub
ADVICE = (
    "GPT-2's vocabulary is not on this machine: pass a folder that holds its `tokenizer.json`, "
    "or use `characters` or `bpe`, which need nothing"
)


class Tokenizer(Protocol):
    """What turns text into numbers and back, without loss."""

    @property
    def size(self) -> int:
        """How many tokens there are."""

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text."""

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of tokens."""


@dataclass(frozen=True)
class Characters:
    """One token per character of an alphabet, in the order of their code points."""

    alphabet: str

    @property
    def size(self) -> int:
        """How many characters there are."""
        return len(self.alphabet)

    def encode(self, text: str) -> list[int]:
        """Return the place of each character in the alphabet.

        Raises:
            ValueError: for a character that the alphabet lacks.
        """
        places = {character: place for place, character in enumerate(self.alphabet)}
        try:
            return [places[character] for character in text]
        except KeyError as missing:
            raise ValueError(f"the alphabet lacks {missing}") from None

    def decode(self, ids: Sequence[int]) -> str:
        """Return the characters at these places."""
        return "".join(self.alphabet[place] for place in ids)


class BytePairs:
    """Byte-level BPE (Radford et al., 2019, sec. 2.2): any text can be written, whatever it was trained on."""

    def __init__(self, inner: object) -> None:
        self.inner = inner  # a tokenizers.Tokenizer
        self.size: int = inner.get_vocab_size()  # type: ignore[attr-defined]

    def encode(self, text: str) -> list[int]:
        """Return the byte pairs of a text."""
        return list(self.inner.encode(text).ids)  # type: ignore[attr-defined]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of byte pairs; half a character becomes U+FFFD."""
        return str(self.inner.decode(list(ids), skip_special_tokens=False))  # type: ignore[attr-defined]


def train_bpe(text: str, size: int) -> BytePairs:
    """Train byte-level BPE on a text, the same on every machine; all 256 bytes are in the vocabulary."""
    from tokenizers import Tokenizer as Inner
    from tokenizers import decoders, models, pre_tokenizers, trainers

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    inner = Inner(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(text.splitlines(keepends=True), trainer)
    return BytePairs(inner)


def gpt2(folder: str = "") -> BytePairs:
    """Load GPT-2's own 50,257 tokens from a folder, or from what the hub's cache holds.

    Raises:
        ValueError: with one line of advice, if neither has them.
    """
    from tokenizers import Tokenizer as Inner

    if folder:
        path = Path(folder).expanduser() / "tokenizer.json"
        if not path.is_file():
            raise ValueError(f"`{path}` does not exist. {ADVICE}")
        return BytePairs(Inner.from_file(str(path)))
    # Without a network the hub's client would try for half a minute before it says so.
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(GPT2, "tokenizer.json")
    if not isinstance(found, str):
        raise ValueError(ADVICE)
    return BytePairs(Inner.from_file(found))


def make_tokenizer(kind: str, train: str, alphabet: str, size: int) -> Tokenizer:
    """Make the tokenizer of a name: `characters`, `bpe` (trained on `train`), `gpt2`, or `gpt2:FOLDER`.

    Raises:
        ValueError: if the name is none of these, or GPT-2's vocabulary is not there.
    """
    name, _, folder = kind.partition(":")
    if name == "characters":
        return Characters(alphabet)
    if name == "bpe":
        return train_bpe(train, size)
    if name == "gpt2":
        return gpt2(folder)
    raise ValueError(f"`{kind}` is no tokenizer; there are `characters`, `bpe` and `gpt2`")


def read_text(path: Path) -> str:
    """Read any text file; what is no UTF-8 becomes U+FFFD, and line ends become newlines."""
    return path.expanduser().read_text(encoding="utf-8", errors="replace")


def cut(text: str, share: float) -> tuple[str, str]:
    """Split by position, at the next empty line: neighbouring paragraphs are too alike to draw lots."""
    at = round(len(text) * (1 - share))
    found = text.find("\n\n", at)
    at = found + 2 if found >= 0 else at
    return text[:at], text[at:]
