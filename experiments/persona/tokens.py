"""Tokens: byte-level BPE trained on the corpus itself, or GPT-2's own; what ends a turn and who speaks it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from generator.errors import Place, SiteError

END, ME, THEM = "<|endoftext|>", "<|me|>", "<|them|>"


class Tokens:
    """A tokenizer with its three marks."""

    def __init__(self, bpe: Any) -> None:
        self.bpe = bpe
        self.end, self.me, self.them = (self._mark(name) for name in (END, ME, THEM))

    def __len__(self) -> int:
        return int(self.bpe.get_vocab_size())

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text; marks that stand in it as words are words."""
        for mark in (END, ME, THEM):
            text = text.replace(mark, mark.replace("<|", "< |"))
        return list(self.bpe.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of tokens, without marks."""
        return str(self.bpe.decode(list(ids), skip_special_tokens=True))

    def save(self, path: Path) -> None:
        """Write `tokenizer.json`."""
        self.bpe.save(str(path))

    def _mark(self, name: str) -> int:
        """Return a mark's number; a vocabulary that lacks it, as GPT-2's lacks the speakers, gets it at its end."""
        if self.bpe.token_to_id(name) is None:
            self.bpe.add_special_tokens([name])
        return int(self.bpe.token_to_id(name))


def train_tokens(texts: Iterable[str], vocab_size: int) -> Tokens:
    """Train byte-level BPE; any text can be written in it, since every byte is in its alphabet."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[END, ME, THEM],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    return Tokens(bpe)


def load_tokens(path: Path) -> Tokens:
    """Read a `tokenizer.json`.

    Raises:
        SiteError: when it is absent or no tokenizer.
    """
    from tokenizers import Tokenizer

    if not path.is_file():
        raise SiteError("there is no tokenizer here", Place(path.name), "run `python -m experiments run persona.train`")
    try:
        return Tokens(Tokenizer.from_file(str(path)))
    except Exception as error:  # the library raises nothing more specific
        raise SiteError(f"this is no tokenizer: {error}", Place(path.name)) from None
