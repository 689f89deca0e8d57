"""The doctor names each planted bug, finds nothing in what is sound, and is clear about files it cannot examine."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.__main__ import main
from experiments.transformer.doctor import FLOOR, Finding, examine
from generator.errors import SiteError

SOUND = (Path(__file__).parent / "patients/sound.py").read_text()
Change = tuple[str, str]


@pytest.fixture
def patient(tmp_path: Path) -> Callable[..., str]:
    """Write the sound file with some of its text changed; return its path."""

    def write(*changes: Change) -> str:
        text = SOUND
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "model.py").write_text(text)
        return str(tmp_path / "model.py")

    return write


def bad(file: str) -> dict[str, Finding]:
    return {finding.question: finding for finding in examine(file) if not finding.is_good}


@pytest.mark.parametrize("file", ["", "sound"])
def test_what_is_sound_gets_ten_good_answers(file: str, patient: Callable[..., str]):
    findings = list(examine(patient() if file else ""))

    assert [(finding.question, finding.is_good) for finding in findings] == [
        ("knows nothing at the start", True),
        ("cannot see the future", True),
        ("evaluates without dropout", True),
        ("the same seed gives the same run", True),
        ("one batch stays one batch", True),
        ("learns one batch by heart", True),
        ("learning rate is not too large", True),
        ("softmax comes once", True),
        ("predicts the next id", True),
        ("gradients reach every parameter", True),
    ]


def test_the_guide_tells_of_each_question():
    guide = (Path(__file__).parents[3] / "site/pages/guide/models.md").read_text()
    rows = [line.split(" | ")[0].removeprefix("| ") for line in guide.splitlines() if line.startswith("| ")]

    assert sorted(rows[1:]) == sorted(finding.question for finding in examine())


# the six bugs of the journal ------------------------------------------------
DROPOUT = ("nn.Dropout(0.0)", "nn.Dropout(0.2)")
LEARNS = "learns one batch by heart"
BUGS: dict[str, tuple[list[Change], set[str]]] = {
    "softmax before the cross-entropy": (
        [("logits = model(ids)", "logits = model(ids).softmax(-1)")],
        {LEARNS, "softmax comes once"},
    ),
    "reshuffled loader": (
        [("picked = rows[:8]", "picked = rows[torch.randperm(len(rows))[:8]]")],
        {LEARNS, "one batch stays one batch"},
    ),
    "learning rate 0.1": ([("lr=0.005", "lr=0.1")], {"learning rate is not too large"}),
    "unmasked future": ([("x, mask=mask, is_causal=True", "x")], {"cannot see the future"}),
    "labels not shifted": ([("picked[:, 1:]", "picked[:, :-1]")], {"predicts the next id"}),
    "dropout left on in evaluation": ([DROPOUT, ("    model.eval()\n", "")], {"evaluates without dropout"}),
}


@pytest.mark.parametrize("name", BUGS)
def test_each_planted_bug_is_named(name: str, patient: Callable[..., str]):
    changes, questions = BUGS[name]

    assert set(bad(patient(*changes))) == questions


def test_dropout_by_itself_is_no_bug(patient: Callable[..., str]):
    assert bad(patient(DROPOUT)) == {}


# others ---------------------------------------------------------------------
FORWARD = "return self.head(self.body(x, mask=mask, is_causal=True))"


@pytest.mark.parametrize(
    ("changes", "question", "text"),
    [
        (
            [(FORWARD, FORWARD + ".softmax(-1)")],
            "softmax comes once",
            "the outputs are probabilities, each row adds up to 1",
        ),
        (
            [("self.dropout(self", "nn.functional.dropout(self"), ("weight[:length])", "weight[:length], 0.2)")],
            "evaluates without dropout",
            "dropout that knows of `model.eval()`",
        ),
        (
            [("logits = model(ids)", "logits, targets = model(ids)[:, :-1], targets[:, 1:]")],
            "predicts the next id",
            "are the id after the next",
        ),
        (
            [("self.tokens(ids) +", "self.tokens(ids).detach() +")],
            "gradients reach every parameter",
            "1 without: `tokens.weight`",
        ),
        (
            [("return Tiny(vocab_size, block_size)", "torch.seed(); return Tiny(vocab_size, block_size)")],
            "the same seed gives the same run",
            "no clock, no `random`, no set's order",
        ),
        (
            [
                (
                    "return Tiny(vocab_size, block_size)",
                    "m = Tiny(vocab_size, block_size); m.head.weight.data *= 20; return m",
                )
            ],
            "knows nothing at the start",
            "smaller first weights",
        ),
    ],
)
def test_other_mistakes_are_named_too(changes: list[Change], question: str, text: str, patient: Callable[..., str]):
    assert text in str(bad(patient(*changes))[question])


def test_the_floor_of_a_second_softmax_is_the_best_that_probabilities_can_do():
    """1 for the right one of 50, 0 for the others: softmax makes e / (e + 49) of it."""
    assert pytest.approx(-math.log(math.e / (math.e + 49))) == FLOOR


def test_a_bad_answer_says_what_was_measured_what_is_expected_and_what_to_try(
    patient: Callable[..., str], capsys: pytest.CaptureFixture[str]
):
    code = main(["doctor", "transformer", patient(("picked[:, 1:]", "picked[:, :-1]"))])

    *_, last = lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert last == "10 questions, 1 bad answer"
    assert lines[8:11] == [
        "✗ predicts the next id                 100% are the id that was just read",
        "    expected: the next id",
        "    try first: let `targets[:, t]` be `ids[:, t + 1]`: `ids, targets = rows[:, :-1], rows[:, 1:]`",
    ]
    assert lines[1] == "✓ cannot see the future                largest change 0"


# files that cannot be examined ----------------------------------------------
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            [("def loss(model", "def loss(model"), ("logits = model(ids)", "logits = model(ids, 3)")],
            "FILE:31: error: `loss` raised `TypeError: Tiny.forward() takes 2 positional arguments but 3 were given`\n"
            "   31 |     logits = model(ids, 3)",
        ),
        (
            [("length = ids.shape[1]", "length = ids.shape[2]")],
            "FILE:19: error: `loss` raised `IndexError: tuple index out of range`\n"
            "   19 |         length = ids.shape[2]",
        ),
        (
            [("def build(vocab_size, block_size, generator)", "def build(vocab_size)")],
            "FILE: error: `build` raised `TypeError: build() takes 1 positional argument but 3 were given`",
        ),
        (
            [("def build(", "def built(")],
            "FILE: error: there is no `build` in this file\nhint: is it `built`?",
        ),
        (
            [("import torch\n", "import torch\nimport torchh\n")],
            "FILE:4: error: loading this file raised `ModuleNotFoundError: No module named 'torchh'`\n"
            "    4 | import torchh",
        ),
        (
            [("class Tiny(nn.Module):", "class Tiny(nn.Module)")],
            "FILE:8:22: error: loading this file raised `SyntaxError: expected ':'`\n"
            "    8 | class Tiny(nn.Module)\n      |                      ^",
        ),
        (
            [("return Tiny(vocab_size, block_size)", "return 3")],
            "FILE: error: `build` returned a `int`\nhint: return an `nn.Module`",
        ),
        (
            [("logits = model(ids)", "return model(ids)")],
            "FILE: error: `loss` returned a `tensor of shape (64, 24, 50)`\nhint: return one number as a tensor",
        ),
        (
            [("nn.Linear(32, vocab_size)", "nn.Linear(32, 7)"), ("def loss(", "def my_loss(")],
            "FILE: error: the model returned `(64, 24, 7)` for ids of shape `(64, 24)`\n"
            "hint: return logits of shape `(64, 24, 50)`",
        ),
        (
            [("return picked[:, :-1], picked[:, 1:]", "return picked")],
            "FILE: error: `batch` returned no pair of tensors of one shape\n"
            "hint: return `(ids, targets)`, two tensors of one shape (B, T)",
        ),
        (
            [("return torch.optim.Adam(model.parameters(), lr=0.005)", "return None")],
            "FILE: error: `optimizer` returned a `NoneType`\nhint: return a `torch.optim.Optimizer`",
        ),
    ],
)
def test_what_a_file_gets_wrong_is_told_with_its_line_and_no_traceback(
    changes: list[Change], message: str, patient: Callable[..., str], capsys: pytest.CaptureFixture[str]
):
    file = patient(*changes)

    assert main(["doctor", "transformer", file]) == 2
    assert capsys.readouterr().err == message.replace("FILE", file) + "\n"


def test_a_model_that_says_no_numbers_is_asked_nothing_else(
    patient: Callable[..., str], capsys: pytest.CaptureFixture[str]
):
    """Every comparison with `nan` is false: a leak of it looked like none, and the seed was blamed."""
    file = patient(("is_causal=True))", "is_causal=True)) * torch.nan"))

    assert main(["doctor", "transformer", file]) == 1
    assert capsys.readouterr().out == (
        "✗ knows nothing at the start           nan nats\n"
        "    expected: 3.91 ± 0.5 nats, ln 50\n"
        "    try first: find the first `nan` or `inf`: a row that is masked altogether, a division by 0, "
        "a logarithm of 0\n"
        "1 question, 1 bad answer\n"
    )


def test_a_script_that_parses_its_own_command_line_is_told(
    patient: Callable[..., str], capsys: pytest.CaptureFixture[str]
):
    file = patient(("class Tiny", "raise SystemExit(2)\n\n\nclass Tiny"))

    assert main(["doctor", "transformer", file]) == 2
    assert capsys.readouterr().err == (
        f"{file}:8: error: loading this file raised `SystemExit: 2`\n    8 | raise SystemExit(2)\n"
    )


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(SiteError) as told:
        list(examine("nowhere.py"))

    assert str(told.value) == (
        "error: there is no file `nowhere.py`\n"
        "hint: the file needs `build(vocab_size, block_size, generator)`, which returns a module from ids to logits"
    )


def test_a_family_without_a_doctor_is_told(capsys: pytest.CaptureFixture[str]):
    assert main(["doctor", "group_lasso"]) == 2
    assert capsys.readouterr().err == (
        "error: there is no doctor for `group_lasso`\nhint: these have one: `transformer`\n"
    )
