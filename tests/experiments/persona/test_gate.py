"""Privacy: what is masked before training, what the gate holds back, where private files may lie."""

from __future__ import annotations

import io
import json
import re
import stat
from pathlib import Path

import pytest
import torch

from experiments.persona.conversation import interact, save
from experiments.persona.examples import Example, Funnel, Turn
from experiments.persona.gate import Gate, keep_people, make_gate, read_consent
from experiments.persona.generate import Decoding
from experiments.persona.masking import masker
from experiments.persona.model import Persona, Shape
from experiments.persona.private import VARIABLE, Store, private_folder
from experiments.persona.talk import Talk
from experiments.persona.tokens import train_tokens
from generator.errors import SiteError, flatten

PRIVATE = "I never told anyone that the blue house by the river was ours"


def gate(tmp_path: Path, **consent: bool) -> Gate:
    store = Store(tmp_path / "store")
    example = Example((Turn(False, "and?", 0, 0),), PRIVATE, ("a", "b", "c"), "train", 1)
    store.write([example], Funnel())
    keep_people(store, ["Quill Madeup", "Tam Invented", "Bo Pretend"])
    return make_gate(store, "Quill Madeup", {name.replace("_", " "): value for name, value in consent.items()})


def told(made: Gate, *texts: str) -> list[str]:
    with pytest.raises(ExceptionGroup) as error:
        made.check(texts, "the reply")
    return [str(one) for one in flatten(error.value)]


def test_a_private_sentence_is_stopped(tmp_path: Path) -> None:
    assert told(gate(tmp_path), "fine", "well, told ANYONE that the blue house, by the river!") == [
        "error: the reply 2 repeats a private message: `told anyone that the blue house by the`\n"
        "hint: draw another, train for fewer epochs, or leave this conversation out"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("the blue", "the\nblue"),
        ("blue", "bl\u200bue"),  # a space of no width
        ("blue", "bl\u00adue"),  # a hyphen that is not shown
        ("o", "\u043e"),  # of the Cyrillic alphabet
        ("blue", "\uff42\uff4c\uff55\uff45"),  # as wide as a Chinese letter
        ("house", "h\u00f3use"),
        ("house", "ho\u0301use"),
        (" ", "_"),
        (" ", "-"),
        ("anyone", "any one"),
        ("anyone", "any'one"),
        ("blue house", "bluehouse"),
        ("never told", "n e v e r t o l d"),
        ("told", "TOLD"),
    ],
)
def test_a_private_sentence_is_stopped_however_it_is_written(tmp_path: Path, old: str, new: str) -> None:
    said = "never told anyone that the blue house by".replace(old, new)

    (only,) = told(gate(tmp_path), said)
    assert only.startswith("error: the reply 1 repeats a private message: `n")


def test_seven_words_in_a_row_pass(tmp_path: Path) -> None:
    gate(tmp_path).check(["told anyone that the blue house by a lake"], "the reply")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("call me: +49 151 2345 6789", "holds `+49 151 2345 6789`, which looks like a phone or account number"),
        ("it's (555) 123-4567 ok", "holds `(555) 123-4567`, which looks like a phone or account number"),
        ("4111 1111 1111 1111", "holds `4111 1111 1111 1111`, which looks like a phone or account number"),
        ("mail a.b+c@mail.example.org", "holds `a.b+c@mail.example.org`, which looks like an e-mail address"),
        ("see https://a.example/b?c", "holds `https://a.example/b?c`, which looks like a link"),
        ("at 12 Old Mill Road", "holds `12 Old Mill Road`, which looks like a street address"),
        ("in der Lindenstraße 5", "holds `Lindenstraße 5`, which looks like a street address"),
        ("ask @somebody", "holds `@somebody`, which looks like somebody's handle"),
        ("it is 0151_2345_6789", "holds `0151_2345_6789`, which looks like a phone or account number"),
        ("it is 0151   2345   6789", "holds `0151   2345   6789`, which looks like a phone or account number"),
        (
            "call five five five one two three four",
            "holds `five five five one two three four`, which looks like a phone or account number",
        ),
        (
            "oh-one-5-one double three nine nine",
            "holds `oh-one-5-one double three nine nine`, which looks like a phone or account number",
        ),
        ("bob at example dot org", "holds `bob at example dot org`, which looks like an e-mail address"),
        ("bob [at] example (dot) org", "holds `bob [at] example (dot) org`, which looks like an e-mail address"),
        ("see example.com/bob", "holds `example.com/bob`, which looks like a link"),
        ("on t.me/bob", "holds `t.me/bob`, which looks like a link"),
    ],
)
def test_a_tell_tale_shape_is_stopped(tmp_path: Path, text: str, what: str) -> None:
    assert told(gate(tmp_path), text) == [f"error: the reply 1 {what}\nhint: in `{text}`; draw another"]


@pytest.mark.parametrize("between", ["\u2013", "\u2011", "\u2060", "\u00b7", "\u00a0", "\u2022", "-\u200b"])
def test_a_number_is_stopped_whatever_stands_between_its_digits(tmp_path: Path, between: str) -> None:
    (only,) = told(gate(tmp_path), f"it is 0151{between}2345{between}6789")

    assert "which looks like a phone or account number\n" in only


def test_numbers_of_everyday_speech_pass(tmp_path: Path) -> None:
    made = gate(tmp_path)
    for said in ("one or two of three", "at one point", "ok.it works", "in 2019, 2020 and 2021", "seven dot two"):
        made.check([said], "the reply")
    gate(tmp_path).check(["in 2021 we had 1,500 people and 3.5 days", "the code is 123456"], "the reply")


def test_a_name_without_consent_is_stopped(tmp_path: Path) -> None:
    assert told(gate(tmp_path), "ask Tam about it") == [
        "error: the reply 1 names `Tam`, who did not consent\n"
        'hint: ask them, then add `"Tam Invented": true` to the file that `consent=` names'
    ]


@pytest.mark.parametrize("name", ["tam", "TAM", "T\u00e1m", "T\u0430m", "T\u200bam", "Tam's", "tam invented"])
def test_a_name_is_stopped_however_it_is_written(tmp_path: Path, name: str) -> None:
    (only,) = told(gate(tmp_path), f"ask {name} about it")

    assert only.endswith('add `"Tam Invented": true` to the file that `consent=` names')


def test_whoever_shares_a_name_is_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.write([], Funnel())
    keep_people(store, ["Tam Invented", "Tam Supposed", "Tam Madeup", "Will Pretend"])
    made = make_gate(store, "Tam Madeup", {"Tam Supposed": False})
    made.check(["will you?"], "the reply")

    assert told(made, "tam", "ask Will") == [
        "error: the reply 1 names `tam`, who did not consent\n"
        'hint: ask them, then add `"Tam Invented": true`, `"Tam Supposed": true` to the file that `consent=` names',
        "error: the reply 2 names `Will`, who did not consent\n"
        'hint: ask them, then add `"Will Pretend": true` to the file that `consent=` names',
    ]


def test_the_owner_may_be_named_unless_the_map_says_no(tmp_path: Path) -> None:
    gate(tmp_path).check(["I am Quill"], "the reply")

    assert len(told(gate(tmp_path / "no", Quill_Madeup=False), "I am Quill")) == 1


def test_a_name_with_consent_passes_and_the_others_do_not(tmp_path: Path) -> None:
    made = gate(tmp_path, Tam_Invented=True, Bo_Pretend=False)
    made.check(["ask Tam Invented"], "the reply")

    assert len(told(made, "ask BO PRETEND, or bo pretend")) == 1


def test_a_consent_of_nobody_is_told(tmp_path: Path) -> None:
    with pytest.raises(SiteError) as error:
        gate(tmp_path, Tam_Inventd=True)

    assert str(error.value) == "error: nobody in the export is called `Tam Inventd`\nhint: did you mean `Tam Invented`?"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{", "this is no JSON"),
        ('["Tam"]', "a consent map holds names"),
        ('{"Tam": "yes"}', "a consent map holds names"),
    ],
)
def test_a_consent_map_of_another_form_is_told(tmp_path: Path, content: str, what: str) -> None:
    (tmp_path / "consent.json").write_text(content)

    with pytest.raises(SiteError, match=what):
        read_consent(str(tmp_path / "consent.json"))


def test_no_consent_map_is_told() -> None:
    with pytest.raises(SiteError, match="there is no such consent map"):
        read_consent("nowhere.json")


def test_people_get_stable_pseudonyms_and_shapes_are_marked() -> None:
    mask = masker(["Zoë Invented", "Will Pretend", "Quill Madeup"], "Quill Madeup")
    first = mask("Zoë, call WILL PRETEND on +1 555 010 0000 or a@b.example; will you? Quill will. https://x.example")

    assert first == mask(
        "Zoë, call WILL PRETEND on +1 555 010 0000 or a@b.example; will you? Quill will. https://x.example"
    )
    words = first.split()
    assert words[0].startswith("P")
    assert words[0].rstrip(",") == mask("Zoë Invented")
    assert first.endswith("on [number] or [email]; will you? Me will. [link]")
    assert "Invented" not in first


@pytest.mark.parametrize("said", ["zoë", "Zoe", "ZOE", "zoe inventëd", "Zoe\u0308 Invented"])
def test_a_name_is_masked_in_any_case_and_without_its_accents(said: str) -> None:
    mask = masker(["Zoë Invented", "Kim Inventëd"], "")

    assert re.fullmatch(r"ask P\d{4}\u0308?( P\d{4})? then", mask(f"ask {said} then"))


def test_letters_of_other_alphabets_that_fold_alike_are_no_mistake() -> None:
    assert masker(["Kim Lee"], "")("K\u0131M LEE") == masker(["Kim Lee"], "")("Kim Lee")


@pytest.mark.parametrize("piece", ["x", "a.", "A-", "a at b dot ", "1 ", "one ", "a  [", "12 Aa "])
def test_a_message_of_100_000_characters_is_gone_over_once(piece: str) -> None:
    """A pattern that begins anew at each letter would take minutes."""
    assert masker(["Tam Invented"], "")(piece * (100_000 // len(piece)) + " Tam").split()[-1].startswith("P")


def test_nothing_is_masked_where_nobody_is() -> None:
    assert masker([], "")("Zoë says hi") == "Zoë says hi"


# where private files lie ----------------------------------------------------
def test_the_private_folder_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "private"))
    store = Store(private_folder() / "x")
    store.write([], Funnel())

    assert stat.S_IMODE(private_folder().stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in store.folder.iterdir()} == {0o600}


def test_a_private_folder_inside_a_repository_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "data"))

    with pytest.raises(SiteError, match="is inside the repository"):
        private_folder()


# talking --------------------------------------------------------------------
@pytest.fixture
def talk() -> Talk:
    tokens = train_tokens(["do you like trains?", "i love trains"], 300)
    model = Persona(Shape(len(tokens), 128, 1, 2, 16, 0.0), torch.Generator().manual_seed(0))
    return Talk(model, tokens, Decoding(max_length=6), seed=1)


def test_an_answer_depends_on_its_place_and_seed_alone(talk: Talk) -> None:
    pieces: list[str] = []
    answer = talk.say("do you like trains?", pieces.append)
    again = Talk(talk.model, talk.tokens, talk.decoding, seed=1)

    assert again.say("do you like trains?") == answer
    assert "".join(pieces).strip() == answer or "\ufffd" in answer
    assert talk.log == ["do you like trains?", answer]


def test_a_conversation_is_saved_once_under_a_name_that_can_be_a_key(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "private"))
    talk.log += ["q", "a"]

    assert save(tmp_path, talk, "trains", {}) == "_data/persona/chats/trains.json"
    saved = json.loads((tmp_path / "_data/persona/chats/trains.json").read_text())
    assert saved["candidate_log"] == ["q", "a"]
    assert saved["parameters"]["seed"] == 1
    for name, what in (
        ("trains", "there is a conversation `trains` already"),
        ("../x", "`../x` cannot name a conversation"),
        ("", "`/save` needs a name"),
    ):
        with pytest.raises(SiteError, match=what):
            save(tmp_path, talk, name, {})


def test_the_terminal_talks_saves_and_leaves(talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.persona import hub
    from experiments.persona.models import model_folder

    monkeypatch.setenv(VARIABLE, str(tmp_path / "private"))
    hub.save(talk.model, talk.tokens, model_folder())
    out = io.StringIO()
    code = interact(tmp_path, 1, "", io.StringIO("hey\n/save one\n/what\n/reset\n\n/quit\nnever\n"), out)
    lines = out.getvalue().split("\n")

    assert code == 0
    assert lines[0] == "temperature 0.8, top_k 100, top_p 0.9, no_repeat_ngram_size 3, max_length 40, seed 1"
    assert ">>> saved _data/persona/chats/one.json" in lines
    assert any(line.startswith(">>> there is no `/what`: /save NAME") for line in lines)
    assert ">>> (a new conversation)" in lines


def test_without_a_model_the_terminal_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "private"))

    with pytest.raises(SiteError) as error:
        interact(tmp_path, 1, "", io.StringIO(), io.StringIO())

    assert str(error.value) == (
        "error: there is no trained persona yet\n"
        "hint: run `python -m experiments run persona.train`: weights are private, and not in the repository"
    )


def test_a_stranger_in_the_consent_map_is_told_before_anybody_talks(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.persona import hub
    from experiments.persona.models import model_folder

    monkeypatch.setenv(VARIABLE, str(tmp_path / "private"))
    hub.save(talk.model, talk.tokens, model_folder())
    store = Store(private_folder() / "export")
    store.write([], Funnel())
    keep_people(store, ["Ana Example"])
    consent = tmp_path / "consent.json"
    consent.write_text('{"Ana Exampel": true}')

    with pytest.raises(SiteError) as error:
        interact(tmp_path, 1, str(consent), io.StringIO("hey\n"), io.StringIO())

    assert str(error.value) == "error: nobody in the export is called `Ana Exampel`\nhint: did you mean `Ana Example`?"


def test_a_trial_of_another_name_has_folders_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.persona.models import base_folder, model_folder
    from experiments.persona.train import PRESETS

    monkeypatch.setenv(VARIABLE, str(tmp_path))
    names = [("model", "base"), ("smoke", "smoke_base")]

    assert [(model_folder(one).name, base_folder(one).name) for one, _ in names] == names
    assert PRESETS["smoke"]["folder"] == "smoke"
    with pytest.raises(SiteError) as error:
        model_folder("../elsewhere")
    assert str(error.value) == (
        "error: `folder=../elsewhere` cannot name a folder of the private one\n"
        "hint: small letters, digits and underscores, as `second`"
    )
