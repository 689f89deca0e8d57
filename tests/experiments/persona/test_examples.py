"""From messages to examples: merging, pauses, windows, distractors, the border between train and validation."""

from __future__ import annotations

import random

import numpy
import pytest

from experiments.persona.examples import (
    TRAIN,
    VALIDATION,
    Funnel,
    Rules,
    _Draw,
    merge,
    of_thread,
    percentile,
    signature,
)
from experiments.persona.export import threads
from experiments.persona.language import share_of
from experiments.persona.made_up import OWNER, write_export
from experiments.persona.messages import Message, Thread, Told
from experiments.persona.private import Store

ENGLISH = "what do you think about the weather today and the train tomorrow"


def chat(*said: tuple[str, int, str], name: str = "x") -> Thread:
    return Thread(name, ("Me", "Ann"), tuple(Message(who, time * 1000, text) for who, time, text in said))


def test_one_person_in_a_row_is_one_turn_until_a_pause() -> None:
    thread = chat(("Ann", 0, "a"), ("Ann", 5, "b"), ("Ann", 15, "c"), ("Me", 16, "d"), ("Ann", 17, "e"))

    assert [
        (turn.is_owner, turn.text, turn.start_ms, turn.end_ms) for turn in merge(thread.messages, "Me", 10_000)
    ] == [
        (False, "a b", 0, 5000),
        (False, "c", 15_000, 15_000),
        (True, "d", 16_000, 16_000),
        (False, "e", 17_000, 17_000),
    ]


@pytest.mark.parametrize("percent", [0, 10, 37.5, 50, 90, 100])
def test_percentiles_are_numpys(percent: float) -> None:
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]

    assert percentile(values, percent) == pytest.approx(numpy.percentile(values, percent))
    assert percentile([], percent) == float("inf")


def long_chat(name: str = "x", count: int = 60) -> Thread:
    said = []
    for i in range(count):
        said += [("Ann", i * 100, f"{ENGLISH} {i}"), ("Me", i * 100 + 5 + i % 3, f"{ENGLISH} is my answer number {i}")]
    return chat(*said, name=name)


def test_a_reply_has_its_context_and_distractors_that_are_in_sight_nowhere() -> None:
    funnel = Funnel()
    made = list(of_thread(long_chat(), "Me", Rules(held_threads=0.0), funnel))
    (first, *_) = made

    assert first.history[-1].text == f"{ENGLISH} 0"
    assert first.reply == f"{ENGLISH} is my answer number 0"
    for example in made:
        assert len(set(example.distractors)) == 3
        assert example.reply not in example.distractors
        assert not {turn.text for turn in example.history} & set(example.distractors)
        assert len(example.history) <= 4


@pytest.mark.parametrize("count", [0, 3, 7, 8, 30])
def test_distractors_are_drawn_as_if_those_in_sight_were_not_there(count: int) -> None:
    replies = sorted(f"reply {number}" for number in range(count))
    draw = _Draw("thread", Rules(), 0.0, {TRAIN: replies})
    for time in range(50):
        seen = {"another", *random.Random(time).sample(replies, min(4, count))}
        others = [reply for reply in replies if reply not in seen]
        expected = tuple(random.Random(f"0/thread/{time}").sample(others, 3)) if len(others) >= 3 else None

        assert draw.distractors(TRAIN, seen, time) == expected


def test_examples_do_not_depend_on_other_threads_and_repeat() -> None:
    alone = list(of_thread(long_chat(), "Me", Rules(), Funnel()))
    list(of_thread(long_chat("y"), "Me", Rules(), Funnel()))
    later = list(of_thread(long_chat(), "Me", Rules(), Funnel()))

    assert alone == later


def test_validation_is_later_or_another_thread_and_shares_no_reply() -> None:
    parts = {one.part for n in range(30) for one in of_thread(long_chat(f"t{n}"), "Me", Rules(held_time=0.0), Funnel())}
    thread = list(of_thread(long_chat("t1"), "Me", Rules(held_threads=0.0), Funnel()))
    last_train = max(one.time_ms for one in thread if one.part == TRAIN)
    first_held = min(turn.start_ms for one in thread if one.part == VALIDATION for turn in one.history)
    known = {one.reply for one in thread if one.part == TRAIN}

    assert parts == {TRAIN, VALIDATION}
    assert last_train < first_held
    assert not known & {text for one in thread if one.part == VALIDATION for text in one.distractors}


def test_a_held_reply_said_before_in_the_same_letters_is_left_out(tmp_path) -> None:
    funnel, store = Funnel(), Store(tmp_path)
    made = list(of_thread(long_chat(), "Me", Rules(held_threads=0.0), Funnel()))
    held = [one for one in made if one.part == VALIDATION]
    copy = [type(one)(one.history, one.reply.upper() + "!", one.distractors, TRAIN, one.time_ms) for one in held[:1]]
    store.write([*copy, *held], funnel)

    assert signature(copy[0]) == signature(held[0])
    assert dict(funnel.examples) == {TRAIN: 1, VALIDATION: len(held) - 1, "said before in training": 1}
    assert list(store.read(VALIDATION)) == held[1:]


@pytest.mark.parametrize(
    ("thread", "why"),
    [
        (Thread("n", (), long_chat().messages, kind="notes"), "with oneself"),
        (Thread("c", (), long_chat().messages, kind="channel"), "that is a channel"),
        (chat(("Ann", 0, "a"), ("Ann", 1, "b")), "with one voice"),
        (chat(("Ann", 0, "a"), ("Bo", 1, "b")), "without the owner"),
        (chat(("Ann", 0, "오늘 뭐 해?"), ("Me", 1, "집에 있어"), ("Ann", 2, "커피 마시자")), "in another language"),
        (chat(("Ann", 0, ENGLISH), ("Me", 1, ENGLISH), ("Ann", 2, ENGLISH)), "with too few replies"),
    ],
)
def test_a_thread_that_is_left_out_says_why(thread: Thread, why: str) -> None:
    funnel = Funnel()

    assert list(of_thread(thread, "Me", Rules(), funnel)) == []
    assert dict(funnel.threads) == {why: 1}


def test_every_message_is_used_or_dropped_by_one_rule(tmp_path) -> None:
    funnel = Funnel()
    for thread in threads(write_export(tmp_path / "x.zip", 20), Told()):
        list(of_thread(thread, OWNER, Rules(), funnel))

    assert funnel.messages["read"] == sum(count for what, count in funnel.messages.items() if what != "read")
    assert funnel.threads["in another language"] == 1


@pytest.mark.parametrize(
    ("language", "texts", "least", "most"),
    [
        ("en", [ENGLISH] * 5, 0.9, 1.0),
        ("ko", ["오늘 뭐 해?", "집에 가는 중이야"], 0.9, 1.0),
        ("en", ["오늘 뭐 해?", "집에 가는 중이야"], 0.0, 0.0),
        ("de", ["ich weiß nicht, ob wir morgen mit dem Zug fahren oder doch lieber laufen"] * 3, 0.9, 1.0),
        ("en", ["https://a.example", "123 !!", ""], 0.0, 0.0),
        ("ja", ["今日は何をしていますか", "明日は電車で行きます"], 0.9, 1.0),
    ],
)  # fmt: skip
def test_the_language_of_a_thread_is_told_from_all_of_it(
    language: str, texts: list[str], least: float, most: float
) -> None:
    assert least <= share_of(language, texts) <= most
