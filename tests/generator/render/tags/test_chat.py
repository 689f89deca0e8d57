"""Conversations: turns as turns, every string as text, the decoding under them."""

from __future__ import annotations

import pytest

from generator.errors import SiteError
from generator.render.tags.chat import SHAPE, chat, decoding_line
from generator.render.tags.strip import Source

STRIP = '<div class="strip"><p class="source"><span>computed on this page</span></p></div>'


def test_a_conversation_is_a_list_of_turns():
    data = {"candidate_log": ["hi <b>", "a\nb", "bye"], "baseline_log": ["x"], "parameters": {"samples": 3, "seed": 0}}
    made = chat(data, Source(), (), "A & B", "fig:talk")

    assert made.html == (
        '<figure class="chat" id="fig:talk"><ol class="turns">'
        '<li class="person"><b dir="auto">you</b> <p dir="auto">hi &lt;b&gt;</p></li>'
        '<li class="model"><b dir="auto">model</b> <p dir="auto">a<br>b</p></li>'
        '<li class="person"><b dir="auto">you</b> <p dir="auto">bye</p></li></ol>'
        '<details class="baseline"><summary>The same with baseline</summary><ol class="turns">'
        '<li class="person"><b dir="auto">you</b> <p dir="auto">x</p></li></ol></details>'
        '<p class="decoding">sample 1 of 3; seed 0</p>'
        f"<figcaption><!--number-->A &amp; B</figcaption>{STRIP}</figure>"
    )
    assert (made.text, made.label) == ("you: hi <b>\nmodel: a\nb\nyou: bye", "fig:talk")


def test_names_that_are_not_given_keep_their_own():
    html = chat({"candidate_log": ["a", "b"], "baseline_log": ["c"]}, Source(), ("Ann",), "", "").html

    assert [name in html for name in (">Ann<", ">model<", "with baseline", ">you<")] == [True, True, True, False]


def test_an_empty_log_says_so():
    assert chat({"candidate_log": []}, Source(), (), "", "").html == (
        f'<figure class="chat"><p class="empty">This conversation is empty.</p>{STRIP}</figure>'
    )


def test_the_decoding_line_tells_sample_rule_and_settings():
    parameters = {
        "sample": 2,
        "samples": 5,
        "rule": "first with no repeat",
        "top_p": 0.9,
        "top_k": None,
        "seed": 0,
        "x": 1,
    }

    assert decoding_line(parameters) == "sample 2 of 5, chosen by: first with no repeat; top-p 0.9, seed 0"
    assert [decoding_line({}), decoding_line({"rule": "best"}), decoding_line({"top_k": 3})] == [
        "",
        "chosen by: best",
        "top-k 3",
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "this value is not a chat"),
        ({"log": []}, "this value is not a chat"),
        ({"candidate_log": "text"}, "`candidate_log` of this chat is not a list of texts"),
        ({"candidate_log": ["a", 1]}, "`candidate_log` of this chat is not a list of texts"),
        ({"candidate_log": [], "baseline_log": [None]}, "`baseline_log` of this chat is not a list of texts"),
        ({"candidate_log": [], "parameters": [1]}, "`parameters` of this chat is not a mapping"),
    ],
)
def test_what_is_no_chat_is_refused(data: object, message: str):
    with pytest.raises(SiteError) as caught:
        chat(data, Source(), (), "", "")

    assert (caught.value.what, caught.value.hint) == (message, SHAPE)
