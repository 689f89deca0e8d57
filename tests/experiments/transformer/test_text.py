"""Tokenizers that lose nothing, a split by position, and losses that can be compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.transformer.text import ADVICE, END, Characters, cut, gpt2, make_tokenizer, train_bpe

TEXT = "Q: Where does Alda live?\nA: Alda lives in Ashmoor.\n\n" * 40


def test_characters_are_their_places_in_the_alphabet():
    tokenizer = make_tokenizer("characters", TEXT, "abc", 0)

    assert (tokenizer.size, tokenizer.encode("cab"), tokenizer.decode([2, 0, 1])) == (3, [2, 0, 1], "cab")


def test_a_character_outside_the_alphabet_is_named():
    with pytest.raises(ValueError) as refusal:
        Characters("ab").encode("abz")

    assert str(refusal.value) == "the alphabet lacks 'z'"


@pytest.fixture(scope="module")
def bpe():
    return train_bpe(TEXT, 270)


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_byte_pairs_give_back_any_text(bpe, text: str):
    assert bpe.decode(bpe.encode(text)) == text


def test_byte_pairs_know_all_bytes_and_the_end_and_stop_at_their_size(bpe):
    assert bpe.size == 270
    assert len(bpe.encode(END)) == 1
    assert len(bpe.encode(TEXT)) < len(TEXT)


def test_training_twice_gives_the_same_vocabulary(bpe):
    assert train_bpe(TEXT, 270).inner.to_str() == bpe.inner.to_str()


def test_a_text_is_cut_at_the_empty_line_after_its_share():
    assert cut("one\n\ntwo\n\nthree\n\nfour", 0.6) == ("one\n\ntwo\n\n", "three\n\nfour")
    assert cut("0123456789", 0.1) == ("012345678", "9")


def test_gpt2s_vocabulary_is_taken_from_a_folder(bpe, tmp_path: Path):
    (tmp_path / "tokenizer.json").write_text(bpe.inner.to_str())

    assert make_tokenizer(f"gpt2:{tmp_path}", "", "", 0).encode("Alda") == bpe.encode("Alda")


def test_without_gpt2s_vocabulary_there_is_one_line_of_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ValueError) as refusal:
        gpt2()
    with pytest.raises(ValueError) as other:
        gpt2(str(tmp_path))

    assert str(refusal.value) == ADVICE
    assert str(other.value) == f"`{tmp_path}/tokenizer.json` does not exist. {ADVICE}"


def test_an_unknown_tokenizer_is_refused_with_the_list():
    with pytest.raises(ValueError) as refusal:
        make_tokenizer("words", TEXT, "", 0)

    assert str(refusal.value) == "`words` is no tokenizer; there are `characters`, `bpe` and `gpt2`"
